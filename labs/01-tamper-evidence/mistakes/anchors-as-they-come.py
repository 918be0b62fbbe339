# fails: anchors
# The anchors are taken in the order in which they come.

# %% task="anchors"
def find_window(log, anchors):
    begin = 0
    for n, head in anchors.items():
        if n > len(log) or log[n - 1][1] != head:
            return begin, n - 1
        begin = n
    return None
