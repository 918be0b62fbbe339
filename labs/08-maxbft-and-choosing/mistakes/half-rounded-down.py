# fails: election
# Rounds half of the seats down.

# %% task="election"
def elect(candidates: dict[str, int], size: int, seed: str, epoch: int) -> list[str]:
    left = sorted(candidates, key=lambda name: (-candidates[name], draw_number(seed, epoch, name)))
    elected = left[: size // 2]
    del left[: len(elected)]
    while left and len(elected) < size:
        ticket = draw_number(seed, epoch, f"seat {len(elected)}") % sum(candidates[name] for name in left)
        index = 0
        while candidates[left[index]] <= ticket:
            ticket -= candidates[left[index]]
            index += 1
        elected.append(left.pop(index))
    return elected
