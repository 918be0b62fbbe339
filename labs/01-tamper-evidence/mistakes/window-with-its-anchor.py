# fails: anchors
# The stretch includes the last record that agrees, and counts records from 1.

# %% task="anchors"
def find_window(log, anchors):
    begin = 0
    for n in sorted(anchors):
        if n > len(log) or log[n - 1][1] != anchors[n]:
            return begin, n
        begin = n
    return None
