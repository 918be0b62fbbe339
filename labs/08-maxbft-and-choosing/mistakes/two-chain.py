# fails: decide member pacemaker
# Decides a block when its child is certified.

# %% task="decide"
def find_decided(member: dict, qc: dict) -> list[str]:
    blocks = member["blocks"]
    third = blocks[qc["block"]]
    second = third["qc"] and blocks[third["qc"]["block"]]
    first = second and second["qc"] and blocks[second["qc"]["block"]]
    first = second
    if not first or third["view"] != second["view"] + 1:
        return []
    branch = []
    while first["id"] != member["decided"][-1]:
        if first["qc"] is None:
            return []
        branch.insert(0, first["id"])
        first = blocks[first["qc"]["block"]]
    return branch
