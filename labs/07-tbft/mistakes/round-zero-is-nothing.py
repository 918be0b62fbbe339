# fails: proposal healing
# Takes round 0 for no round at all.

# %% task="proposal"
def make_proposal(node: dict, fresh: str) -> dict:
    value = node["valid_value"] if node["valid_round"] else fresh
    place = {"height": node["height"], "round": node["round"], "member": node["member"]}
    return {"kind": "proposal", **place, "value": value, "pol_round": node["valid_round"]}


def get_proposals(node: dict, round: int) -> list[dict]:
    proposer = get_proposer(node["weights"], node["turns"], node["height"], round)
    wanted = ("proposal", node["height"], round, proposer)
    keys = ("kind", "height", "round", "member")
    return [message for message in node["log"] if tuple(message[key] for key in keys) == wanted]
