# fails: reuse
# Looks for equal r in both profiles; with SM2 there is none.

# %% task="reuse"
def find_reuse(profile, records):
    for i, (digest, (r, s)) in enumerate(records):
        for j in range(i + 1, len(records)):
            if records[j][1][0] == r and records[j][0] != digest:
                return i, j
    return None
