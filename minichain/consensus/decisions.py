"""What a member that was away is sent: decisions that follow each other, not too much of them at once.

Decisions prove themselves, so it does not matter who sends them; whoever lacks more than an answer holds asks again from there.

Simplifications: they come from memory. A node would read them from its ledger, and leave long stretches to its sync.
"""

from collections.abc import Mapping
from typing import Final, Protocol, TypeVar

LARGEST_ANSWER: Final = 1 << 22
"""How many bytes of values one answer holds, unless a single one is longer."""


class Decided(Protocol):
    """A decision, with its value and whatever proves it."""

    @property
    def value(self) -> bytes:
        """What was decided."""


D = TypeVar("D", bound=Decided)


def get_decisions(decisions: Mapping[int, D], first: int, most: int) -> tuple[D, ...]:
    """Return at most so many decisions from a height on, as long as none is missing."""
    chosen: list[D] = []
    room = LARGEST_ANSWER
    while len(chosen) < most and (following := decisions.get(first + len(chosen))) is not None:
        room -= len(following.value)
        if chosen and room < 0:
            break
        chosen.append(following)
    return tuple(chosen)
