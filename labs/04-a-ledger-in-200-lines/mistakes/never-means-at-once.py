# fails: transaction validate forged-blocks apply replay
# Takes 0 for a time, and so everything that never expires for expired.

# %% task="transaction"
def validate_transaction(ledger, transaction, time):
    if transaction["chain"] != ledger["chain"]:
        return "TX_OTHER_CHAIN"
    if transaction["expires"] <= time:
        return "TX_EXPIRED"
    if is_replayed(ledger, transaction["id"]):
        return "TX_REPLAYED"
    if f"role/{transaction['sender']}" not in ledger["state"]:
        return "TX_UNKNOWN_MEMBER"
