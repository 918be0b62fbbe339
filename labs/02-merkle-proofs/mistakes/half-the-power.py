# fails: root proof included forged-proof consistency forged-history
# Off by one in the exponent: right for powers of two, half of what it should be for all other sizes.

# %% task="root"
def compute_split(size):
    return 1 << (size.bit_length() - 2)


def compute_root(records):
    if not records:
        return hashlib.sha256(b"").digest()
    if len(records) == 1:
        return hash_leaf(records[0])
    k = compute_split(len(records))
    return hash_node(compute_root(records[:k]), compute_root(records[k:]))
