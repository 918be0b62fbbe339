# fails: evict healing
# Leaves out a transaction as soon as anybody complains.

# %% task="evict"
def find_suspects(proposed: dict[str, dict], own: dict[str, dict]) -> list[str]:
    return sorted(name for name in proposed if proposed[name] != own.get(name))


def find_evicted(weights: dict[str, int], complaints: list[list[str]]) -> list[str]:
    accusers = {}
    for member, name in complaints:
        accusers.setdefault(name, []).append(member)
    return sorted(name for name in accusers)
