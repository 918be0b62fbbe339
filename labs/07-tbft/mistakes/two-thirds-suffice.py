# fails: count liars healing crashes
# Takes exactly two thirds for a quorum.

# %% task="count"
def is_quorum(weights: dict[str, int], members: list[str]) -> bool:
    return 3 * sum(weights.get(member, 0) for member in set(members)) >= 2 * sum(weights.values())


def is_one_honest(weights: dict[str, int], members: list[str]) -> bool:
    return 3 * sum(weights.get(member, 0) for member in set(members)) > sum(weights.values())


def count_votes(log: list[dict], kind: str, height: int, round: int) -> dict:
    tally = {}
    for message in log:
        if (message["kind"], message["height"], message["round"]) == (kind, height, round):
            tally.setdefault(message["value"], set()).add(message["member"])
    return {value: sorted(voters) for value, voters in tally.items()}
