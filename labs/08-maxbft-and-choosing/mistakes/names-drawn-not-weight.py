# fails: election
# Draws among names: a thousand names get a thousand chances.

# %% task="election"
def elect(candidates: dict[str, int], size: int, seed: str, epoch: int) -> list[str]:
    left = sorted(candidates, key=lambda name: (-candidates[name], draw_number(seed, epoch, name)))
    elected = left[: (size + 1) // 2]
    del left[: len(elected)]
    while left and len(elected) < size:
        index = draw_number(seed, epoch, f"seat {len(elected)}") % len(left)
        elected.append(left.pop(index))
    return elected
