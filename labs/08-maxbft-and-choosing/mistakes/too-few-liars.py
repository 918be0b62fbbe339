# fails: attack-right
# Attacks the right engine as if a rule were missing: the honest members do not vote.

# %% task="attack"
def build_attack(target: str) -> list[dict]:
    def grow(letter, views, to):
        names = ["genesis", *(f"{letter}{view}" for view in views)]
        return [{"view": view, "block": names[place + 1], "on": names[place], "to": to} for place, view in enumerate(views)]

    seen = (1, 2, 3) if target == "no-lock" else (1, 2)
    return grow("b", seen, ["Cho", "Dan"]) + grow("c", (5, 6, 7, 8), ["Cho", "Dan"])
