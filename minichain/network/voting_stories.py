"""Known errors of voting, each as an evening at a table: what must happen for the error to show.

The scripts come from the literature: equivocation and amnesia, the livelock of Tendermint 0.7, a quorum that is a majority, an old polka
that is completed late, a claim without its proof, a signer without a record. `draw_stories` draws who sits where, how long each message
takes, and to the millisecond when a lie is told; the order of turns is part of the story. Letters stand for the seats in the order of the
story, D or E for the liar.

Simplifications: lies are fixed before the run, so they fit members that follow the rules, and fit others only as far as it goes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from minichain.network.voting_member import build_message

NAMES: Final = ("bank", "port", "ship", "toll", "yard", "mill", "mint", "dock", "rail")
WORDS: Final = ("amber", "coral", "ebony", "hazel", "ivory", "lilac", "olive", "pearl", "sepia", "topaz")
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


def draw_stories(part: str, draw: Random) -> Iterator[Evening]:
    """Yield the stories of a part of the lab (liars, healing, crashes), each with a table of its own."""
    for story in STORIES[part]:
        yield _seat(story, draw)


def lie(
    time: int, recipients: str, kind: str, value: str | None, number: int = 0, height: int = 1, liar: str = "D", **more: Any
) -> list[Lie]:
    """Return one lie for each of the recipients."""
    return [[time, recipient, build_message(kind, liar, value, number, height, **more)] for recipient in recipients]


def _votes(at_ms: tuple[int, int], recipients: str, value: str | None, number: int = 0, liar: str = "D", height: int = 1) -> list[Lie]:
    """Return a prevote and a precommit of the liar for each of the recipients."""
    return [
        lie_
        for time, kind in zip(at_ms, ("prevote", "precommit"), strict=True)
        for lie_ in lie(time, recipients, kind, value, number, height, liar)
    ]


def _two_faces(ones: str, others: str, liar: str = "D") -> list[Lie]:
    """Return how a proposer tells some red and others blue, and votes with each of them."""
    proposals = lie(0, ones, "proposal", "red", liar=liar, pol_round=None) + lie(0, others, "proposal", "blue", liar=liar, pol_round=None)
    return proposals + _votes((5, 15), ones, "red", liar=liar) + _votes((5, 15), others, "blue", liar=liar)


def _everybody(value: str) -> dict[str, list[str]]:
    return {member: [value] for member in "ABCD"}


_RED_BLUE_GREEN: Final = {"A": ["red"], "B": ["blue"], "C": ["green"]}
_A_DECIDES_RED: Final = [
    *lie(15, "AC", "prevote", "red"),
    *lie(15, "B", "prevote", None),
    *lie(25, "A", "precommit", "red"),
    *lie(25, "BC", "precommit", None),
]
_NO_LOCK: Final[dict[str, Any]] = {
    "weights": FOUR,
    "liars": ["D"],
    "gossip": 4000,
    "pools": _RED_BLUE_GREEN,
    "late": [["A", "B", None, 0, 4000]],
    "lies": [*_A_DECIDES_RED, *_votes((900, 950), "BC", "blue", 1)],
}

_LIARS: Final = [
    Evening("two-faced", {"weights": dict.fromkeys("DABC", 1), "liars": ["D"], "gossip": 100, "lies": _two_faces("A", "BC")}),
    Evening("no-lock", _NO_LOCK),
    Evening(
        "old-polka",
        {
            "weights": dict.fromkeys("ABDC", 1),
            "liars": ["D"],
            "gossip": 4000,
            "pools": {"A": ["blue"], "B": ["red"]},
            "late": [["A", "C", "proposal", 0, 9000], ["A", "B", "precommit", 1, 4000], ["A", "C", "precommit", 1, 4000]],
            "lies": [
                *lie(660, "BC", "precommit", None, 1),
                *lie(900, "BC", "prevote", "blue"),
                *lie(905, "BC", "proposal", "blue", 2, pol_round=0),
                *lie(1000, "BC", "proposal", "blue", 2, pol_round=0),
                *_votes((1005, 1020), "BC", "blue", 2),
            ],
        },
    ),
    Evening(
        "invented-polka",
        {
            "weights": dict.fromkeys("ADBC", 1),
            "liars": ["D"],
            "gossip": 4000,
            "pools": {"A": ["red"]},
            "late": [["A", "B", None, 0, 4000]],
            "lies": [*_A_DECIDES_RED, *lie(620, "BC", "proposal", "blue", 1, pol_round=0), *_votes((625, 660), "BC", "blue", 1)],
        },
    ),
    Evening(
        "parrot",
        {
            "weights": FOUR,
            "liars": ["D"],
            "gossip": 4000,
            "pools": {"A": ["red"], "B": ["blue"]},
            "late": [["A", "B", None, 0, 4000], ["A", "C", None, 0, 4000]],
            "lies": [*_votes((15, 25), "AA", "red"), *_votes((15, 25), "BC", None), *_votes((700, 750), "BC", "blue", 1)],
        },
    ),
    Evening(
        "five",
        {
            "weights": dict.fromkeys("EABCD", 1),
            "liars": ["E"],
            "gossip": 4000,
            "pools": _everybody("green"),
            "lies": _two_faces("AB", "CD", "E"),
        },
    ),
    Evening(
        "three",
        {"weights": dict.fromkeys("DAB", 1), "liars": ["D"], "gossip": 4000, "until": 3000, "lies": _two_faces("A", "B")},
        may_stall=True,
    ),
    Evening(
        "impostor",
        {
            "weights": FOUR,
            "liars": ["D"],
            "pools": {"A": ["red"]},
            "lies": [*lie(1, "ABC", "proposal", "stolen", pol_round=None), *_votes((6, 20), "ABC", "stolen")],
        },
        wanted=("red",),
        unwanted=("stolen",),
    ),
    Evening(
        "two-rounds",
        {
            "weights": FOUR,
            "liars": ["D"],
            "pools": {"A": ["red"], "B": ["red"], "C": ["red"]},
            "late": [["A", "C", "proposal", 0, 4000], ["B", None, "proposal", 1, 4000]],
            "lies": [*_votes((15, 25), "ABC", None), *lie(700, "ABC", "prevote", "red", 1)],
        },
    ),
    Evening(
        "two-heights",
        {
            "weights": dict.fromkeys("ADBC", 1),
            "liars": ["D"],
            "heights": 2,
            "gossip": 4000,
            "lies": [
                *_votes((15, 25), "ABC", "empty"),
                *lie(150, "A", "proposal", "empty", 0, 2, pol_round=None),
                *lie(150, "BC", "proposal", "blue", 0, 2, pol_round=None),
                *_votes((155, 165), "BC", "blue", height=2),
            ],
        },
    ),
    Evening(
        "weights",
        {
            "weights": {"B": 2, "A": 4, "C": 1, "D": 2},
            "liars": ["D"],
            "pools": _RED_BLUE_GREEN,
            "late": [["B", "A", None, 0, 1000]],
            "lies": _votes((15, 25), "ABC", "blue"),
        },
    ),
    Evening(
        "one-polka",
        {
            "weights": FOUR,
            "liars": ["D"],
            "gossip": 4000,
            "pools": _RED_BLUE_GREEN,
            "late": [["A", "B", None, 0, 4000]],
            "lies": [
                *lie(15, "A", "prevote", "red"),
                *lie(15, "BC", "prevote", None),
                *lie(25, "BC", "precommit", None),
                *_votes((700, 720), "BC", "blue", 1),
            ],
        },
    ),
]

_HEALING: Final = [
    Evening("slow-network", {"weights": FOUR, "delay": 600, "pools": _everybody("red")}),
    Evening(
        "locked-alone",
        {
            "weights": FOUR,
            "liars": ["D"],
            "gossip": 300,
            "pools": _RED_BLUE_GREEN,
            "late": [["A", "B", None, 0, 9000]],
            "lies": [
                *lie(15, "C", "prevote", "red"),
                *lie(15, "AB", "prevote", None),
                *lie(25, "ABC", "precommit", None),
                *lie(640, "AB", "prevote", "blue", 1),
            ],
        },
    ),
    Evening(
        "same-again",
        {
            "weights": FOUR,
            "liars": ["D"],
            "gossip": 9000,
            "pools": _everybody("red"),
            "late": [["A", "B", None, 0, 9000]],
            "lies": [*lie(15, "C", "prevote", "red"), *lie(15, "AB", "prevote", None), *lie(25, "ABC", "precommit", None)],
        },
    ),
    Evening(
        "bring-along",
        {
            "weights": FOUR,
            "liars": ["D"],
            "pools": _RED_BLUE_GREEN,
            "late": [["A", "B", "precommit", 0, 9000], ["B", "C", "precommit", 0, 9000], ["C", "A", "precommit", 0, 9000]],
            "lies": lie(25, "ABC", "precommit", None),
        },
    ),
    Evening(
        "old-alarm", {"weights": FOUR, "heights": 2, "until": 900, "late": [["B", None, "proposal", 0, 250]], "pools": {"B": ["blue"]}}
    ),
    Evening(
        "clock",
        {"weights": FOUR, "clocks": {"C": 995, "D": 995}, "until": 1000, "pools": {member: ["clock", "t1"] for member in "ABCD"}},
        wanted=("t1",),
        unwanted=("clock",),
    ),
    Evening(
        "censor",
        {
            "weights": FOUR,
            "liars": ["D"],
            "heights": 2,
            "pools": {"A": ["t0"], "B": ["t1"]},
            "lies": [*lie(15, "ABC", "prevote", "t0"), *lie(60, "ABCABC", "complaint", None, names=["t1"])],
        },
        wanted=("t0", "t1"),
    ),
]

_CRASHES: Final = [
    Evening(
        "lost-lock",
        {**_NO_LOCK, "crashes": [["C", 700, 750]], "lies": [*_NO_LOCK["lies"], *_votes((1600, 1650), "BC", "green", 2)]},
    ),
    Evening(
        "two-precommits",
        {
            "weights": FOUR,
            "pools": _everybody("red"),
            "crashes": [["A", 470, 615]],
            "late": [["A", "C", "proposal", 0, 2000], ["D", "A", "prevote", 0, 600]],
        },
    ),
    Evening(
        "back-again",
        {"weights": FOUR, "liars": ["D"], "until": 130, "pools": _everybody("red"), "mutes": [["B", 5, 40], ["C", 5, 45]]},
    ),
]

STORIES: Final = {"liars": _LIARS, "healing": _HEALING, "crashes": _CRASHES}


def _seat(story: Evening, draw: Random) -> Evening:
    """Return a story with members, values and small delays that are drawn; `t0`, `t1`, `clock` and `empty` keep their names."""
    names = dict(zip("ABCDE", draw.sample(NAMES, 5), strict=True)) | dict(zip(("red", "blue", "green"), draw.sample(WORDS, 3), strict=True))
    schedule: dict[str, Any] = _rename(story.schedule, names)
    typical = schedule.get("delay", 10)
    schedule["delay"] = [typical + draw.randrange(-1, 3) for _ in range(30)]
    schedule["lies"] = [[time + draw.randrange(3), recipient, message] for time, recipient, message in schedule.get("lies", [])]
    wanted, unwanted = (tuple(names.get(name, name) for name in group) for group in (story.wanted, story.unwanted))
    return replace(story, schedule=schedule, wanted=wanted, unwanted=unwanted)


def _rename(thing: Any, names: dict[str, str]) -> Any:
    if isinstance(thing, dict):
        return {_rename(key, names): _rename(value, names) for key, value in thing.items()}
    return [_rename(part, names) for part in thing] if isinstance(thing, list) else names.get(thing, thing)
