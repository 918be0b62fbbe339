# fails: forged-proof
# The index is not checked against the size: -1 passes for 0, and 7 of 7 for 6 of 7.

# %% task="included"
def is_included(record, index, size, proof, root):
    turns = []
    while size > 1:
        k = compute_split(size)
        if index < k:
            turns.append("left")
            size = k
        else:
            turns.append("right")
            index, size = index - k, size - k
    if len(turns) != len(proof):
        return False
    digest = hash_leaf(record)
    for turn, sibling in zip(reversed(turns), proof):
        if turn == "left":
            digest = hash_node(digest, sibling)
        else:
            digest = hash_node(sibling, digest)
    return digest == root
