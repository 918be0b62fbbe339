# fails: reuse
# Stops at the first record whose point was seen before: the pair with the lowest j, not the one with the lowest i.

# %% task="reuse"
def find_reuse(profile, records):
    seen = {}
    for j, (digest, (r, _)) in enumerate(records):
        shift = 0 if profile == "international" else int.from_bytes(digest, "big")
        for i in seen.setdefault((r - shift) % N[profile], []):
            if records[i][0] != digest:
                return i, j
        seen[(r - shift) % N[profile]].append(j)
    return None
