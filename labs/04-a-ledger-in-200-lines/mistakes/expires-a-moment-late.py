# fails: transaction validate apply
# Takes a transaction at the very moment at which it expires.

# %% task="transaction"
def validate_transaction(ledger, transaction, time):
    if transaction["chain"] != ledger["chain"]:
        return "TX_OTHER_CHAIN"
    if transaction["expires"] and transaction["expires"] < time:
        return "TX_EXPIRED"
    if is_replayed(ledger, transaction["id"]):
        return "TX_REPLAYED"
    if f"role/{transaction['sender']}" not in ledger["state"]:
        return "TX_UNKNOWN_MEMBER"
