# fails: proof
# The siblings are listed from the root down instead of from the leaf up.

# %% task="proof"
def compute_proof(records, index):
    if not 0 <= index < len(records):
        raise ValueError(index)
    if len(records) == 1:
        return []
    k = compute_split(len(records))
    if index < k:
        return [compute_root(records[k:])] + compute_proof(records[:k], index)
    return [compute_root(records[:k])] + compute_proof(records[k:], index - k)
