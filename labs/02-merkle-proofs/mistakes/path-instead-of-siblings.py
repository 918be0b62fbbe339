# fails: proof
# The proof holds the nodes on the record's own path, which the verifier can compute, instead of their siblings.

# %% task="proof"
def compute_proof(records, index):
    if not 0 <= index < len(records):
        raise ValueError(index)
    if len(records) == 1:
        return []
    k = compute_split(len(records))
    if index < k:
        return compute_proof(records[:k], index) + [compute_root(records[:k])]
    return compute_proof(records[k:], index - k) + [compute_root(records[k:])]
