# fails: anchors
# The last anchor is compared with the last link: a log that has grown since counts as altered.

# %% task="anchors"
def find_window(log, anchors):
    begin = 0
    for n in sorted(anchors):
        link = log[-1][1] if n == max(anchors) and log else log[n - 1][1] if n <= len(log) else None
        if link != anchors[n]:
            return begin, n - 1
        begin = n
    return None
