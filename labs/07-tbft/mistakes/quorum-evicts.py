# fails: evict healing
# Asks for a quorum of complaints.

# %% task="evict"
def find_suspects(proposed: dict[str, dict], own: dict[str, dict]) -> list[str]:
    return sorted(name for name in proposed if proposed[name] != own.get(name))


def find_evicted(weights: dict[str, int], complaints: list[list[str]]) -> list[str]:
    accusers = {}
    for member, name in complaints:
        accusers.setdefault(name, []).append(member)
    return sorted(name for name in accusers if is_quorum(weights, accusers[name]))
