# fails: decide member
# Takes three certified blocks in a row for enough, whatever their views.

# %% task="decide"
def find_decided(member: dict, qc: dict) -> list[str]:
    blocks = member["blocks"]
    third = blocks[qc["block"]]
    second = third["qc"] and blocks[third["qc"]["block"]]
    first = second and second["qc"] and blocks[second["qc"]["block"]]
    if not first:
        return []
    branch = []
    while first["id"] != member["decided"][-1]:
        if first["qc"] is None:
            return []
        branch.insert(0, first["id"])
        first = blocks[first["qc"]["block"]]
    return branch
