# fails: transaction validate
# Asks nobody who they are.

# %% task="transaction"
def validate_transaction(ledger, transaction, time):
    if transaction["chain"] != ledger["chain"]:
        return "TX_OTHER_CHAIN"
    if transaction["expires"] and transaction["expires"] <= time:
        return "TX_EXPIRED"
    if is_replayed(ledger, transaction["id"]):
        return "TX_REPLAYED"
