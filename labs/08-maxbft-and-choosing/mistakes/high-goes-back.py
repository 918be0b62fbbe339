# fails: learn member pacemaker
# Takes every certificate for the highest, also one that comes late.

# %% task="learn"
def learn(member: dict, qc: dict) -> dict:
    carried = member["blocks"][qc["block"]]["qc"]
    high = qc
    lock = carried if carried and carried["view"] > member["lock"]["view"] else member["lock"]
    return {**member, "high": high, "lock": lock}
