"""What stories at the table are made of: the evening that a story asks for, and what a liar says to whom.

Letters stand for the seats in the order of the story, D, E or F for a liar. Who really sits there is drawn later.

Simplifications: lies are fixed before the run, so they fit members that follow the rules, and fit others only as far as it goes.
"""

from dataclasses import dataclass
from typing import Any, Final

from minichain.network.voting_member import build_message

FOUR: Final = {"A": 1, "B": 1, "C": 1, "D": 1}
Lie = list[Any]


@dataclass(frozen=True)
class Evening:
    """A schedule, and what has to come of it: transactions that must be decided in the end, and those that must never be."""

    key: str
    schedule: dict[str, Any]
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    may_stall: bool = False
    """The liars are too many for progress; they must not make a fork all the same."""


def lie(
    time: int, recipients: str, kind: str, value: str | None, number: int = 0, height: int = 1, liar: str = "D", **more: Any
) -> list[Lie]:
    """Return one lie for each of the recipients."""
    return [[time, recipient, build_message(kind, liar, value, number, height, **more)] for recipient in recipients]


def votes(at_ms: tuple[int, int], recipients: str, value: str | None, number: int = 0, liar: str = "D", height: int = 1) -> list[Lie]:
    """Return a prevote and a precommit of the liar for each of the recipients."""
    return [
        lie_
        for time, kind in zip(at_ms, ("prevote", "precommit"), strict=True)
        for lie_ in lie(time, recipients, kind, value, number, height, liar)
    ]


def two_faces(ones: str, others: str, liar: str = "D") -> list[Lie]:
    """Return how a proposer tells some red and others blue, and votes with each of them."""
    proposals = lie(0, ones, "proposal", "red", liar=liar, pol_round=None) + lie(0, others, "proposal", "blue", liar=liar, pol_round=None)
    return proposals + votes((5, 15), ones, "red", liar=liar) + votes((5, 15), others, "blue", liar=liar)


def everybody(value: str) -> dict[str, list[str]]:
    """Return pools from which all four would propose the same."""
    return {member: [value] for member in "ABCD"}


RED_BLUE_GREEN: Final = {"A": ["red"], "B": ["blue"], "C": ["green"]}
A_DECIDES_RED: Final = [
    *lie(15, "AC", "prevote", "red"),
    *lie(15, "B", "prevote", None),
    *lie(25, "A", "precommit", "red"),
    *lie(25, "BC", "precommit", None),
]
NO_LOCK: Final[dict[str, Any]] = {
    "weights": FOUR,
    "liars": ["D"],
    "gossip": 4000,
    "pools": RED_BLUE_GREEN,
    "late": [["A", "B", None, 0, 4000]],
    "lies": [*A_DECIDES_RED, *votes((900, 950), "BC", "blue", 1)],
}
