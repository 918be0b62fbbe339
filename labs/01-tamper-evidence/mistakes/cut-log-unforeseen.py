# fails: anchors
# A head for more records than there are is looked up all the same.

# %% task="anchors"
def find_window(log, anchors):
    begin = 0
    for n in sorted(anchors):
        if log[n - 1][1] != anchors[n]:
            return begin, n - 1
        begin = n
    return None
