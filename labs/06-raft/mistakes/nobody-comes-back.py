# fails: attack
# Stops when the old entry is committed: nothing is lost yet.

# %% task="attack"
def build_attack(members):
    first, second, _, _, last = members
    return [
        ["timeout", first],
        ["flow"],
        ["cut", [first, second]],
        ["submit", first, "x"],
        ["flow"],
        ["crash", first],
        ["heal"],
        ["timeout", last],
        ["flow"],
        ["cut", [last]],
        ["submit", last, "y"],
        ["flow"],
        ["crash", last],
        ["heal"],
        ["restart", first],
        ["timeout", first],
        ["timeout", first],
        ["flow"],
    ]
