# fails: apply replay
# Leaves the head as it was.

# %% task="apply"
def apply_block(ledger: dict, block: dict) -> str | None:
    code = validate_block(ledger, block)
    if code is not None:
        return code
    header, transactions = block["header"], block["transactions"]
    ledger["state"], _ = execute_block(ledger["state"], header["height"], transactions)
    for transaction in transactions:
        ledger["ids"][transaction["id"]] = header["height"]
        ledger["filter"] = add_id(ledger["filter"], transaction["id"])
    ledger["height"], ledger["time"], ledger["head"] = header["height"], header["time"], ledger["head"]
    return None
