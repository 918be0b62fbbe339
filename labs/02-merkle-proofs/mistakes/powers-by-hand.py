# fails: root proof included consistency
# The powers of two are written out, as far as the examples need them: beyond 128 records it is another tree.

# %% task="root"
def compute_split(size):
    for power in (64, 32, 16, 8, 4, 2, 1):
        if power < size:
            return power


def compute_root(records):
    if not records:
        return hashlib.sha256(b"").digest()
    if len(records) == 1:
        return hash_leaf(records[0])
    k = compute_split(len(records))
    return hash_node(compute_root(records[:k]), compute_root(records[k:]))
