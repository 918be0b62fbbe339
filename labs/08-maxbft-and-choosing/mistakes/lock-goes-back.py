# fails: learn member pacemaker
# Moves the lock to wherever the latest message points.

# %% task="learn"
def learn(member: dict, qc: dict) -> dict:
    carried = member["blocks"][qc["block"]]["qc"]
    high = qc if qc["view"] > member["high"]["view"] else member["high"]
    lock = carried or member["lock"]
    return {**member, "high": high, "lock": lock}
