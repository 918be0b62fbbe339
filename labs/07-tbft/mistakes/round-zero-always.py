# fails: attack
# Proposes in round 0, whoever's turn it is.

# %% task="attack"
def build_lies(weights: dict[str, int], liars: list[str]) -> list[list]:
    members = list(weights)
    honest = [member for member in members if member not in liars]
    turn = 0
    lies = []
    for victim, value in zip(honest, ["red", "blue"]):
        lies.append([0, victim, build_message("proposal", members[turn], value, turn, pol_round=None)])
        for time, kind in ((1, "prevote"), (2, "precommit")):
            lies += [[time, victim, build_message(kind, liar, value, turn)] for liar in liars]
    return lies
