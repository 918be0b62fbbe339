# fails: root proof
# A node without a partner is paired with a copy of itself: two lists share one root (CVE-2012-2459).

# %% task="root"
def compute_split(size):
    return 1 << ((size - 1).bit_length() - 1)


def compute_root(records):
    level = [hash_leaf(record) for record in records] or [hashlib.sha256(b"").digest()]
    while len(level) > 1:
        if len(level) % 2:
            level.append(level[-1])
        level = [hash_node(level[i], level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]
