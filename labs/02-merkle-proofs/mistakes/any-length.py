# fails: forged-proof
# The length of the proof is not checked: zip stops at the shorter one, and hashes too many or too few go unnoticed.

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
    digest = hash_leaf(record)
    for turn, sibling in zip(reversed(turns), proof):
        if turn == "left":
            digest = hash_node(digest, sibling)
        else:
            digest = hash_node(sibling, digest)
    return digest == root
