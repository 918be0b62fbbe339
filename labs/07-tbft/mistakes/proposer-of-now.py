# fails: proposal decision liars healing crashes
# Asks who is the proposer of the node's round, not of the round in question.

# %% task="proposal"
def make_proposal(node: dict, fresh: str) -> dict:
    value = fresh if node["valid_round"] is None else node["valid_value"]
    place = {"height": node["height"], "round": node["round"], "member": node["member"]}
    return {"kind": "proposal", **place, "value": value, "pol_round": node["valid_round"]}


def get_proposals(node: dict, round: int) -> list[dict]:
    proposer = get_proposer(node["weights"], node["turns"], node["height"], node["round"])
    wanted = ("proposal", node["height"], round, proposer)
    keys = ("kind", "height", "round", "member")
    return [message for message in node["log"] if tuple(message[key] for key in keys) == wanted]
