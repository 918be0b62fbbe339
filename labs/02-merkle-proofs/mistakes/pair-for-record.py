# fails: forged-proof
# A record of 64 bytes is taken to be two hashes side by side, so a node passes for a record.

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
    digest = hash_node(record[:32], record[32:]) if len(record) == 64 else hash_leaf(record)
    for turn, sibling in zip(reversed(turns), proof):
        if turn == "left":
            digest = hash_node(digest, sibling)
        else:
            digest = hash_node(sibling, digest)
    return digest == root
