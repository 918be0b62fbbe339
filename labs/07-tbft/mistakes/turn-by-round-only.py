# fails: turns proposal prevote precommit decision table liars healing crashes
# Begins every height with the first member.

# %% task="turns"
def get_proposer(weights: dict[str, int], turns: int, height: int, round: int) -> str:
    members = list(weights)
    return members[round % len(members)]


def compute_timeout(first: int, growth: int, round: int) -> int:
    return first + growth * round
