# fails: decide member pacemaker
# Walks down to genesis every time.

# %% task="decide"
def find_decided(member: dict, qc: dict) -> list[str]:
    blocks = member["blocks"]
    third = blocks[qc["block"]]
    second = third["qc"] and blocks[third["qc"]["block"]]
    first = second and second["qc"] and blocks[second["qc"]["block"]]
    if not first or third["view"] != second["view"] + 1 or second["view"] != first["view"] + 1:
        return []
    branch = []
    while first["qc"] is not None:
        branch.insert(0, first["id"])
        first = blocks[first["qc"]["block"]]
    return branch
