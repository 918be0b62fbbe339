# fails: apply
# Forgets the id of a transaction that the contract refused: it can be sent again.

# %% task="apply"
def apply_block(ledger: dict, block: dict) -> str | None:
    code = validate_block(ledger, block)
    if code is not None:
        return code
    header, transactions = block["header"], block["transactions"]
    ledger["state"], records = execute_block(ledger["state"], header["height"], transactions)
    for transaction, record in zip(transactions, records):
        if record["code"]:
            continue
        ledger["ids"][transaction["id"]] = header["height"]
        ledger["filter"] = add_id(ledger["filter"], transaction["id"])
    ledger["height"], ledger["time"], ledger["head"] = header["height"], header["time"], hash_block(block)
    return None
