# fails: anchors
# Heads for more records than there are left are skipped: a log without its end passes.

# %% task="anchors"
def find_window(log, anchors):
    begin = 0
    for n in sorted(anchors):
        if n <= len(log):
            if log[n - 1][1] != anchors[n]:
                return begin, n - 1
            begin = n
    return None
