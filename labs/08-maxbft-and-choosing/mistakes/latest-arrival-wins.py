# fails: learn
# Lets a second certificate of the same view replace the first.

# %% task="learn"
def learn(member: dict, qc: dict) -> dict:
    carried = member["blocks"][qc["block"]]["qc"]
    high = qc if qc["view"] >= member["high"]["view"] else member["high"]
    lock = carried if carried and carried["view"] >= member["lock"]["view"] else member["lock"]
    return {**member, "high": high, "lock": lock}
