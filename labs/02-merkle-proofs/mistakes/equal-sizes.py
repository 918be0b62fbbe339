# fails: forged-history
# Two lists of the same size are called consistent without comparing their roots.

# %% task="consistency"
def is_consistent(old_size, old_root, new_size, new_root, proof):
    if not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof
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
    return old == old_root and new == new_root
