# fails: anchors
# The link of entry number n is compared, which is the n+1st.

# %% task="anchors"
def find_window(log, anchors):
    begin = 0
    for n in sorted(anchors):
        if n >= len(log) or log[n][1] != anchors[n]:
            return begin, n - 1
        begin = n
    return None
