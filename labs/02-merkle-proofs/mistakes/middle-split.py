# fails: root proof included forged-proof consistency forged-history
# The list is cut in the middle instead of after the largest power of two: another tree wherever the size is no power of two.

# %% task="root"
def compute_split(size):
    return size // 2


def compute_root(records):
    if not records:
        return hashlib.sha256(b"").digest()
    if len(records) == 1:
        return hash_leaf(records[0])
    k = compute_split(len(records))
    return hash_node(compute_root(records[:k]), compute_root(records[k:]))
