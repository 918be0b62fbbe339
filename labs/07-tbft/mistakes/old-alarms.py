# fails: decision healing
# Obeys alarms of rounds and heights that are over.

# %% task="decision"
def find_decision(node: dict) -> dict:
    for round in sorted({message["round"] for message in node["log"]}):
        tally = count_votes(node["log"], "precommit", node["height"], round)
        for proposal in get_proposals(node, round):
            if is_quorum(node["weights"], tally.get(proposal["value"], [])):
                return {"decide": proposal["value"]}
    return {}


def on_timeout(node: dict, timer: dict) -> dict:
    if timer["name"] == "propose" and node["step"] == "propose":
        return {"prevote": None}
    if timer["name"] == "prevote" and node["step"] == "prevote":
        return {"precommit": None}
    if timer["name"] == "precommit":
        return {"round": node["round"] + 1}
    return {}
