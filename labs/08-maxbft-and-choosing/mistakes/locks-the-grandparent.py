# fails: learn member
# Locks two steps back: one step too far, so what was decided is not locked.

# %% task="learn"
def learn(member: dict, qc: dict) -> dict:
    carried = member["blocks"][qc["block"]]["qc"]
    carried = carried and member["blocks"][carried["block"]]["qc"]
    high = qc if qc["view"] > member["high"]["view"] else member["high"]
    lock = carried if carried and carried["view"] > member["lock"]["view"] else member["lock"]
    return {**member, "high": high, "lock": lock}
