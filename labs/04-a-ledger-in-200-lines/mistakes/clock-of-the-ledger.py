# fails: transaction validate apply
# Looks at the time of the ledger, not at that of the block.

# %% task="transaction"
def validate_transaction(ledger, transaction, time):
    if transaction["chain"] != ledger["chain"]:
        return "TX_OTHER_CHAIN"
    if transaction["expires"] and transaction["expires"] <= ledger["time"]:
        return "TX_EXPIRED"
    if is_replayed(ledger, transaction["id"]):
        return "TX_REPLAYED"
    if f"role/{transaction['sender']}" not in ledger["state"]:
        return "TX_UNKNOWN_MEMBER"
