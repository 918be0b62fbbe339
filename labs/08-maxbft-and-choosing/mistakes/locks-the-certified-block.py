# fails: learn member
# Locks the block that was certified just now: one step too near.

# %% task="learn"
def learn(member: dict, qc: dict) -> dict:
    carried = member["blocks"][qc["block"]]["qc"]
    high = qc if qc["view"] > member["high"]["view"] else member["high"]
    lock = qc if qc["view"] > member["lock"]["view"] else member["lock"]
    return {**member, "high": high, "lock": lock}
