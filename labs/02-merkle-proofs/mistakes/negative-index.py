# fails: proof
# Only the upper bound of the index is checked: record -1 gets a proof, as Python would have it.

# %% task="proof"
def compute_proof(records, index):
    if index >= len(records):
        raise ValueError(index)
    if len(records) == 1:
        return []
    k = compute_split(len(records))
    if index < k:
        return compute_proof(records[:k], index) + [compute_root(records[k:])]
    return compute_proof(records[k:], index - k) + [compute_root(records[:k])]
