# fails: proof
# Off by one: the first record of the right part is looked for in the left one.

# %% task="proof"
def compute_proof(records, index):
    if not 0 <= index < len(records):
        raise ValueError(index)
    if len(records) == 1:
        return []
    k = compute_split(len(records))
    if index <= k:
        return compute_proof(records[:k], min(index, k - 1)) + [compute_root(records[k:])]
    return compute_proof(records[k:], index - k) + [compute_root(records[:k])]
