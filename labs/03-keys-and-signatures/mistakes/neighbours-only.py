# fails: reuse
# Compares neighbours only.

# %% task="reuse"
def find_reuse(profile, records):
    seen = [(r - (int.from_bytes(digest, "big") if profile == "national" else 0)) % N[profile] for digest, (r, s) in records]
    for i in range(len(seen) - 1):
        if seen[i] == seen[i + 1] and records[i][0] != records[i + 1][0]:
            return i, i + 1
