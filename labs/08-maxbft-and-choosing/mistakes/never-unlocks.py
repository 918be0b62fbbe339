# fails: safe member
# Votes only for what stands on the lock, whatever the others have moved on to.

# %% task="safe"
def extends(blocks: dict[str, dict], block_id: str, ancestor: str) -> bool:
    while block_id != ancestor and block_id != "genesis":
        block_id = blocks[block_id]["qc"]["block"]
    return block_id == ancestor


def is_safe_to_vote(member: dict, block: dict) -> bool:
    qc, lock = block["qc"], member["lock"]
    if block["view"] <= member["voted"] or block["view"] <= qc["view"]:
        return False
    return extends(member["blocks"], qc["block"], lock["block"])
