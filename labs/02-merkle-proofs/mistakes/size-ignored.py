# fails: included forged-proof
# The sides are read off the bits of the index alone, which is right only where the size is a power of two.

# %% task="included"
def is_included(record, index, size, proof, root):
    if not 0 <= index < size:
        return False
    digest = hash_leaf(record)
    for sibling in proof:
        digest = hash_node(sibling, digest) if index % 2 else hash_node(digest, sibling)
        index //= 2
    return digest == root
