# fails: validate
# Looks for equal ids only when all transactions have been judged by themselves.

# %% task="validate"
def validate_block(ledger: dict, block: dict) -> str | None:
    header, transactions = block["header"], block["transactions"]
    if header["chain"] != ledger["chain"]:
        return "BLOCK_OTHER_CHAIN"
    if header["height"] != ledger["height"] + 1:
        return "BLOCK_HEIGHT"
    if header["previous"] != ledger["head"]:
        return "BLOCK_PREVIOUS"
    if header["time"] < ledger["time"]:
        return "BLOCK_TIME"
    if header["count"] != len(transactions):
        return "BLOCK_COUNT"
    if header["tx_root"] != compute_root([encode(transaction) for transaction in transactions]):
        return "BLOCK_TX_ROOT"
    if len(transactions) > 1 and any(transaction["method"] == "configure" for transaction in transactions):
        return "BLOCK_CONFIGURATION"
    ids = set()
    for transaction in transactions:
        code = validate_transaction(ledger, transaction, header["time"])
        if code is not None:
            return code
    for transaction in transactions:
        if transaction["id"] in ids:
            return "TX_REPLAYED"
        ids.add(transaction["id"])
    _, records = execute_block(ledger["state"], header["height"], transactions)
    if header["rwset_root"] != compute_rwset_root(records):
        return "BLOCK_RWSET_ROOT"
    return None
