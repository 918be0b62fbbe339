# fails: root
# The empty list is given the hash of an empty record: a list of no records and a list of one empty record look alike.

# %% task="root"
def compute_split(size):
    return 1 << ((size - 1).bit_length() - 1)


def compute_root(records):
    if not records:
        return hash_leaf(b"")
    if len(records) == 1:
        return hash_leaf(records[0])
    k = compute_split(len(records))
    return hash_node(compute_root(records[:k]), compute_root(records[k:]))
