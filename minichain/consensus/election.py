"""Who validates in an epoch: half of the seats go to the heaviest candidates, half are drawn from the rest.

Source: ChainMaker's DPoS, which elects the validators of an epoch by weight and then lets TBFT decide. The heaviest have most to lose; the
drawn keep them from being among themselves. When the last block of an epoch is decided, every member computes the same result from the
candidates and from a seed that nobody chooses alone, the hash of that block.

Whoever splits a weight W over many identities gains a bounded amount. Among the heaviest: s of t seats cost at least s times
the weight of the honest candidate that would have had the last of them. Among the k drawn: each is drawn in proportion to its weight among
those that are left, so splitting gains nothing but what drawn candidates take out of the urn. If T is the weight of all that did not get
a seat by weight, A of it the splitter's, and L the weight of the k - 1 heaviest others among them, the seats to expect are at most
k A / (T - L); `compute_splitting_bound` gives it.

>>> candidates = [Validator("Ann", 9), Validator("Bob", 5), Validator("Cho", 3), Validator("Dan", 3), Validator("Eve", 1)]
>>> [validator.member for validator in elect(candidates, 4, b"hash of the epoch's last block")]
['Ann', 'Bob', 'Dan', 'Cho']

Simplifications: no rewards, no penalties and no trade in weights. The proposer of an epoch's last block can try a few blocks and keep the
one whose hash it likes; production systems draw the seed from verifiable random functions or from what many members committed to before.
A draw without regard to weight would be simpler, and give the drawn half to whoever has the most identities.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from minichain.consensus.errors import ConsensusError
from minichain.consensus.machine import Validator
from minichain.crypto.hashing import sha256


@dataclass(frozen=True)
class Epochs:
    """How often there is an election, and for how many seats."""

    heights: int
    seats: int

    def is_last(self, height: int) -> bool:
        """Return whether an epoch ends with this height."""
        return height % self.heights == 0


def compute_next(
    epochs: Epochs, height: int, block_id: bytes, candidates: Iterable[Validator], present: tuple[Validator, ...]
) -> tuple[Validator, ...]:
    """Return who decides after the block with this id at `height`: those who did, or whom the epoch's last block elects.

    It is what a ledger hands to TBFT with `Applied`; the engine knows nothing of elections. The block is decided when its id becomes the
    seed, so a member that is away computes the same once it has the block.
    """
    return elect(candidates, epochs.seats, block_id) if epochs.is_last(height) else present


def elect(candidates: Iterable[Validator], size: int, seed: bytes) -> tuple[Validator, ...]:
    """Return the validators of an epoch, each with one vote, the heaviest first: all candidates if there are no more than `size`.

    Raises ConsensusError for a size below 1, a name that stands twice, or a weight below 1.
    """
    ranked = rank(candidates, seed)
    if size < 1:
        raise ConsensusError(f"{size} seats: an epoch needs at least one validator")
    if len({candidate.member for candidate in ranked}) < len(ranked):
        raise ConsensusError("a candidate stands twice: its weights belong together")
    if any(candidate.weight < 1 for candidate in ranked):
        raise ConsensusError(f"{ranked[-1].member} has the weight {ranked[-1].weight}: a candidate weighs at least 1")
    by_weight = compute_seats_by_weight(size)
    drawn = draw(ranked[by_weight:], size - by_weight, seed)
    return tuple(Validator(candidate.member) for candidate in (*ranked[:by_weight], *drawn))


def compute_seats_by_weight(size: int) -> int:
    """Return how many of the seats go to the heaviest: half, and the odd one."""
    return (size + 1) // 2


def rank(candidates: Iterable[Validator], seed: bytes) -> list[Validator]:
    """Return the candidates, the heaviest first. Equals are put in order by the seed, so that no name is better than another one."""
    return sorted(candidates, key=lambda candidate: (-candidate.weight, compute_number(seed, candidate.member.encode()), candidate.member))


def draw(candidates: Sequence[Validator], count: int, seed: bytes) -> list[Validator]:
    """Return so many candidates, or all, drawn one after the other in proportion to the weights of those that are left."""
    left = list(candidates)
    drawn: list[Validator] = []
    while left and len(drawn) < count:
        # 256 bits modulo a weight favour small numbers by less than one in 2^192 for weights below 2^64.
        ticket = compute_number(seed, b"seat %d" % len(drawn)) % sum(candidate.weight for candidate in left)
        index = 0
        while ticket >= left[index].weight:
            ticket -= left[index].weight
            index += 1
        drawn.append(left.pop(index))
    return drawn


def compute_number(seed: bytes, use: bytes) -> int:
    """Return a number that the seed fixes, another one for each use."""
    return int.from_bytes(sha256(len(seed).to_bytes(8, "big") + seed + use), "big")


def compute_splitting_bound(others: Sequence[Validator], weight: int, count: int) -> Fraction:
    """Return how many of `count` drawn seats somebody with `weight` can expect at most, over however many identities it is split.

    `others` are the other candidates that take part in the draw.
    """
    weights = sorted((candidate.weight for candidate in others), reverse=True)
    left = weight + sum(weights) - sum(weights[: max(0, count - 1)])
    return min(Fraction(count), Fraction(count * weight, left))
