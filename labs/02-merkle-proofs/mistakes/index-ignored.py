# fails: included forged-proof
# Every sibling is joined on the right: index and size are ignored.

# %% task="included"
def is_included(record, index, size, proof, root):
    if not 0 <= index < size:
        return False
    digest = hash_leaf(record)
    for sibling in proof:
        digest = hash_node(digest, sibling)
    return digest == root
