# fails: safe member
# Votes again in the view in which it has voted.

# %% task="safe"
def extends(blocks: dict[str, dict], block_id: str, ancestor: str) -> bool:
    while block_id != ancestor and block_id != "genesis":
        block_id = blocks[block_id]["qc"]["block"]
    return block_id == ancestor


def is_safe_to_vote(member: dict, block: dict) -> bool:
    qc, lock = block["qc"], member["lock"]
    if block["view"] < member["voted"] or block["view"] <= qc["view"]:
        return False
    return qc["view"] > lock["view"] or extends(member["blocks"], qc["block"], lock["block"])
