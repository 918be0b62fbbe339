# fails: block validate forged-blocks apply replay
# Gives the next block the height of the ledger.

# %% task="block"
def build_block(ledger, transactions, time):
    height = ledger["height"]
    header = {"chain": ledger["chain"], "height": height, "previous": ledger["head"], "time": time, "count": len(transactions)}
    header["tx_root"] = compute_root([encode(transaction) for transaction in transactions])
    header["rwset_root"] = compute_rwset_root(execute_block(ledger["state"], height, transactions)[1])
    return {"header": header, "transactions": transactions, "votes": []}


def hash_block(block):
    return hashlib.sha256(encode(block["header"])).digest()
