# fails: attack
# S5 stands for election only once, in a term that others know already.

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
        ["crash", first],
        ["restart", last],
        ["timeout", last],
        ["flow"],
    ]
