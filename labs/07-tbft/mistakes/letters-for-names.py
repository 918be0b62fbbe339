# fails: attack
# Hands lie a name where it wants names: "bank" becomes b, a, n, k. With names of one letter nobody notices.

# %% task="attack"
def build_lies(weights: dict[str, int], liars: list[str]) -> list[list]:
    honest = [member for member in weights if member not in liars]
    turn = min(list(weights).index(liar) for liar in liars)
    lies = []
    for victim, value in zip(honest, ["red", "blue"]):
        lies += lie(0, victim, "proposal", value, turn, liar=list(weights)[turn], pol_round=None)
        for liar in liars:
            lies += lie(1, victim, "prevote", value, turn, liar=liar)
            lies += lie(2, victim, "precommit", value, turn, liar=liar)
    return lies
