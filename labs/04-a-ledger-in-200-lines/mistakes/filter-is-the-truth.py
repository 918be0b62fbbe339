# fails: filter transaction validate apply
# Takes the filter's "perhaps" for a "yes": a false positive drops a good transaction.

# %% task="filter"
def compute_positions(tx_id):
    digest = hashlib.sha256(tx_id.encode()).digest()
    return [int.from_bytes(digest[start : start + 4], "big") % FILTER_BITS for start in (0, 4, 8)]


def add_id(bits, tx_id):
    for position in compute_positions(tx_id):
        bits |= 1 << position
    return bits


def may_contain(bits, tx_id):
    return all(bits >> position & 1 for position in compute_positions(tx_id))


def is_replayed(ledger, tx_id):
    return may_contain(ledger["filter"], tx_id)
