# fails: turns proposal prevote precommit decision table liars healing crashes
# Leaves the turn to the same proposer in every round.

# %% task="turns"
def get_proposer(weights: dict[str, int], turns: int, height: int, round: int) -> str:
    members = list(weights)
    return members[((height - 1) // turns) % len(members)]


def compute_timeout(first: int, growth: int, round: int) -> int:
    return first + growth * round
