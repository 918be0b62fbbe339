# fails: reuse
# The same message signed twice is reported, from which nothing can be computed.

# %% task="reuse"
def find_reuse(profile, records):
    seen = [(r - (int.from_bytes(digest, "big") if profile == "national" else 0)) % N[profile] for digest, (r, s) in records]
    for i in range(len(seen)):
        for j in range(i + 1, len(seen)):
            if seen[i] == seen[j]:
                return i, j
