# fails: member pacemaker messages
# Learns from certificates, but does not ask what they decide.

# %% task="member"
def take_certificate(member: dict, qc: dict) -> dict:
    return learn(member, qc)


def on_proposal(member: dict, block: dict) -> tuple[dict, dict | None]:
    qc = block["qc"]
    if not is_certified(qc, member["members"]) or qc["block"] not in member["blocks"]:
        return member, None
    member = take_certificate({**member, "blocks": {**member["blocks"], block["id"]: block}}, qc)
    if not is_safe_to_vote(member, block):
        return member, None
    return {**member, "voted": block["view"]}, {"voter": member["name"], "view": block["view"], "block": block["id"]}
