# fails: evict healing
# Counts complaints, not members.

# %% task="evict"
def find_suspects(proposed: dict[str, dict], own: dict[str, dict]) -> list[str]:
    return sorted(name for name in proposed if proposed[name] != own.get(name))


def find_evicted(weights: dict[str, int], complaints: list[list[str]]) -> list[str]:
    accusers = {}
    for member, name in complaints:
        accusers.setdefault(name, []).append(member)
    return sorted(name for name in accusers if 3 * sum(weights.get(member, 0) for member in accusers[name]) > sum(weights.values()))
