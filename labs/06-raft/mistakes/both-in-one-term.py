# fails: attack
# S5 adds its entry where everybody gets it: then the entry of S1 can reach no majority.

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
