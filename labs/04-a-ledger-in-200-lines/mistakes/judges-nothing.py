# fails: apply replay
# Applies whatever it is given.

# %% task="apply"
def apply_block(ledger: dict, block: dict) -> str | None:
    header, transactions = block["header"], block["transactions"]
    ledger["state"], _ = execute_block(ledger["state"], header["height"], transactions)
    for transaction in transactions:
        ledger["ids"][transaction["id"]] = header["height"]
        ledger["filter"] = add_id(ledger["filter"], transaction["id"])
    ledger["height"], ledger["time"], ledger["head"] = header["height"], header["time"], hash_block(block)
    return None
