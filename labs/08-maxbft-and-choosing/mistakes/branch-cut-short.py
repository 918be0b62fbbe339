# fails: attack-no-lock
# Ends the second branch before its third certificate is shown.

# %% task="attack"
def build_attack(target: str) -> list[dict]:
    def grow(letter, views, to):
        names = ["genesis", *(f"{letter}{view}" for view in views)]
        return [{"view": view, "block": names[place + 1], "on": names[place], "to": to} for place, view in enumerate(views)]

    if target == "right":
        twins = zip(grow("x", (5, 6, 7, 8), ["Ann"]), grow("y", (5, 6, 7, 8), ["Dan"]))
        return [step for pair in twins for step in pair]
    seen = (1, 2, 3) if target == "no-lock" else (1, 2)
    return grow("b", seen, ["Cho", "Dan"]) + grow("c", (5, 6, 7), ["Cho", "Dan"])
