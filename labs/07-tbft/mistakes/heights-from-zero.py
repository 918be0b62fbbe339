# fails: turns proposal prevote precommit decision table liars healing crashes
# Divides the height, not the height minus one.

# %% task="turns"
def get_proposer(weights: dict[str, int], turns: int, height: int, round: int) -> str:
    members = list(weights)
    return members[(height // turns + round) % len(members)]


def compute_timeout(first: int, growth: int, round: int) -> int:
    return first + growth * round
