# fails: forged-history
# Only the new root is rebuilt and compared: the old one may be anything.

# %% task="consistency"
def is_consistent(old_size, old_root, new_size, new_root, proof):
    if not 0 < old_size <= new_size:
        return False
    turns = []
    m, n = old_size, new_size
    while m != n:
        k = compute_split(n)
        if m <= k:
            turns.append("left")
            n = k
        else:
            turns.append("right")
            m, n = m - k, n - k
    hashes = proof if "right" in turns else [old_root] + proof
    if len(hashes) != len(turns) + 1:
        return False
    old = new = hashes[0]
    for turn, sibling in zip(reversed(turns), hashes[1:]):
        if turn == "left":
            new = hash_node(new, sibling)
        else:
            old = hash_node(sibling, old)
            new = hash_node(sibling, new)
    return new == new_root
