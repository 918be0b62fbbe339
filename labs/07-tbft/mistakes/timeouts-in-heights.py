# fails: turns healing
# Doubles instead of adding.

# %% task="turns"
def get_proposer(weights: dict[str, int], turns: int, height: int, round: int) -> str:
    members = list(weights)
    return members[((height - 1) // turns + round) % len(members)]


def compute_timeout(first: int, growth: int, round: int) -> int:
    return first * 2**round
