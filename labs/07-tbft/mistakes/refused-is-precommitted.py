# fails: precommit healing
# Precommits what it has found wrong, because the others voted for it.

# %% task="precommit"
def choose_precommit(node: dict) -> dict:
    if node["step"] not in ("prevote", "precommit"):
        return {}
    for proposal in get_proposals(node, node["round"]):
        value = proposal["value"]
        if has_polka(node, node["round"], value):
            answer = {"valid_value": value, "valid_round": node["round"]}
            if node["step"] == "prevote":
                answer |= {"precommit": value, "locked_value": value, "locked_round": node["round"]}
            return answer
    if node["step"] == "prevote" and has_polka(node, node["round"], None):
        return {"precommit": None}
    return {}
