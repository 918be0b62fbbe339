# fails: attack
# Signs in the name of the honest.

# %% task="attack"
def build_lies(weights: dict[str, int], liars: list[str]) -> list[list]:
    members = list(weights)
    honest = [member for member in members if member not in liars]
    turn = min(members.index(liar) for liar in liars)
    lies = []
    for victim, value in zip(honest, ["red", "blue"]):
        lies.append([0, victim, build_message("proposal", members[0], value, turn, pol_round=None)])
        for time, kind in ((1, "prevote"), (2, "precommit")):
            lies += [[time, victim, build_message(kind, liar, value, turn)] for liar in liars]
    return lies
