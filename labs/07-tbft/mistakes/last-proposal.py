# fails: prevote healing
# Looks at the last proposal of the round instead of the first.

# %% task="prevote"
def has_polka(node: dict, round: int, value: str | None) -> bool:
    voters = count_votes(node["log"], "prevote", node["height"], round).get(value, [])
    return is_quorum(node["weights"], voters)


def choose_prevote(node: dict) -> dict:
    proposals = get_proposals(node, node["round"])
    if node["step"] != "propose" or not proposals:
        return {}
    value, pol_round = proposals[-1]["value"], proposals[-1]["pol_round"]
    if pol_round is not None and not (pol_round < node["round"] and has_polka(node, pol_round, value)):
        return {}
    is_free = node["locked_round"] is None or node["locked_value"] == value
    if not is_free and pol_round is not None:
        is_free = pol_round >= node["locked_round"]
    return {"prevote": value if is_free and value not in node["refused"] else None}
