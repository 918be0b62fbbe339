# fails: block forged-blocks apply replay
# Writes the right height into the header, and runs the transactions at that of the ledger.

# %% task="block"
def build_block(ledger, transactions, time):
    header = {"chain": ledger["chain"], "height": ledger["height"] + 1, "previous": ledger["head"], "time": time, "count": len(transactions)}
    header["tx_root"] = compute_root([encode(transaction) for transaction in transactions])
    header["rwset_root"] = compute_rwset_root(execute_block(ledger["state"], ledger["height"], transactions)[1])
    return {"header": header, "transactions": transactions, "votes": []}


def hash_block(block):
    return hashlib.sha256(encode(block["header"])).digest()
