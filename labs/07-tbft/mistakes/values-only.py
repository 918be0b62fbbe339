# fails: evict healing
# Compares what was written, and not what was read.

# %% task="evict"
def find_suspects(proposed: dict[str, dict], own: dict[str, dict]) -> list[str]:
    return sorted(name for name in proposed if name not in own or proposed[name]["writes"] != own[name]["writes"])


def find_evicted(weights: dict[str, int], complaints: list[list[str]]) -> list[str]:
    accusers = {}
    for member, name in complaints:
        accusers.setdefault(name, []).append(member)
    return sorted(name for name in accusers if is_one_honest(weights, accusers[name]))
