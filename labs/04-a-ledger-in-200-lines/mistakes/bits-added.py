# fails: filter apply
# Adds bits instead of setting them: a bit that is set twice carries over.

# %% task="filter"
def compute_positions(tx_id):
    digest = hashlib.sha256(tx_id.encode()).digest()
    return [int.from_bytes(digest[start : start + 4], "big") % FILTER_BITS for start in (0, 4, 8)]


def add_id(bits, tx_id):
    return bits + sum(1 << position for position in compute_positions(tx_id))


def may_contain(bits, tx_id):
    return all(bits >> position & 1 for position in compute_positions(tx_id))


def is_replayed(ledger, tx_id):
    return may_contain(ledger["filter"], tx_id) and tx_id in ledger["ids"]
