# fails: attack
# Writes A to E, whatever the members are called.

# %% task="attack"
def build_attack(members):
    first, second, last = "A", "B", "E"
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
        ["crash", first],
        ["restart", last],
        ["timeout", last],
        ["timeout", last],
        ["flow"],
    ]
