# fails: decision liars healing crashes
# Counts only the precommits of its own round.

# %% task="decision"
def find_decision(node: dict) -> dict:
    for round in [node["round"]]:
        tally = count_votes(node["log"], "precommit", node["height"], round)
        for proposal in get_proposals(node, round):
            if is_quorum(node["weights"], tally.get(proposal["value"], [])):
                return {"decide": proposal["value"]}
    return {}


def on_timeout(node: dict, timer: dict) -> dict:
    if (timer["height"], timer["round"]) != (node["height"], node["round"]):
        return {}
    if timer["name"] == "propose" and node["step"] == "propose":
        return {"prevote": None}
    if timer["name"] == "prevote" and node["step"] == "prevote":
        return {"precommit": None}
    if timer["name"] == "precommit":
        return {"round": node["round"] + 1}
    return {}
