# fails: member
# Keeps only blocks for which it votes.

# %% task="member"
def take_certificate(member: dict, qc: dict) -> dict:
    member = learn(member, qc)
    return {**member, "decided": member["decided"] + find_decided(member, qc)}


def on_proposal(member: dict, block: dict) -> tuple[dict, dict | None]:
    qc = block["qc"]
    if not is_certified(qc, member["members"]) or qc["block"] not in member["blocks"]:
        return member, None
    member = take_certificate({**member, "blocks": {**member["blocks"], block["id"]: block}}, qc)
    if not is_safe_to_vote(member, block):
        return {**member, "blocks": {key: one for key, one in member["blocks"].items() if key != block["id"]}}, None
    return {**member, "voted": block["view"]}, {"voter": member["name"], "view": block["view"], "block": block["id"]}
