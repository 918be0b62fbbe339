# fails: reuse
# r - e is compared without reducing it modulo n.

# %% task="reuse"
def find_reuse(profile, records):
    seen = [r - (int.from_bytes(digest, "big") if profile == "national" else 0) for digest, (r, s) in records]
    for i in range(len(seen)):
        for j in range(i + 1, len(seen)):
            if seen[i] == seen[j] and records[i][0] != records[j][0]:
                return i, j
