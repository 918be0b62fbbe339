# fails: precommit liars healing crashes
# Takes a quorum of prevotes for different things for a polka.

# %% task="precommit"
def choose_precommit(node: dict) -> dict:
    if node["step"] not in ("prevote", "precommit"):
        return {}
    for proposal in get_proposals(node, node["round"]):
        value = proposal["value"]
        if value not in node["refused"] and is_quorum(node["weights"], [name for names in count_votes(node["log"], "prevote", node["height"], node["round"]).values() for name in names]):
            answer = {"valid_value": value, "valid_round": node["round"]}
            if node["step"] == "prevote":
                answer |= {"precommit": value, "locked_value": value, "locked_round": node["round"]}
            return answer
    if node["step"] == "prevote" and has_polka(node, node["round"], None):
        return {"precommit": None}
    return {}
