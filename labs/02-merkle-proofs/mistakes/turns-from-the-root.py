# fails: included forged-proof
# The turns are taken in the order in which they were noted, from the root down, although the proof starts at the leaf.

# %% task="included"
def is_included(record, index, size, proof, root):
    if not 0 <= index < size:
        return False
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
    for turn, sibling in zip(turns, proof):
        if turn == "left":
            digest = hash_node(digest, sibling)
        else:
            digest = hash_node(sibling, digest)
    return digest == root
