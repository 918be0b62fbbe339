"""Known errors of voting, each as an evening at a table: what must happen for the error to show.

Here are the liars' stories: a proposer that says two things, a lock that is given up too soon, an old polka that is completed late, a
claim without its proof, a quorum that is a majority. `minichain.network.voting_waits` has those of waiting and of power cuts. Each aims at
one rule, and shows its breach at every table: `draw_stories` draws who sits where, what is voted on, how long each message takes, and when
exactly a lie is told; the order of turns is part of the story.

Simplifications: lies are fixed before the run, so they fit members that follow the rules, and fit others only as far as it goes.
"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any, Final

from minichain.network.voting_plots import A_DECIDES_RED, FOUR, NO_LOCK, RED_BLUE_GREEN, Evening, everybody, lie, two_faces, votes
from minichain.network.voting_waits import CRASHES, HEALING

NAMES: Final = ("bank", "port", "ship", "toll", "yard", "mill", "mint", "dock", "rail")
WORDS: Final = ("amber", "coral", "ebony", "hazel", "ivory", "lilac", "olive", "pearl", "sepia", "topaz")


def draw_stories(part: str, draw: Random) -> Iterator[Evening]:
    """Yield the stories of a part of the lab (liars, healing, crashes), each with a table of its own."""
    for story in STORIES[part]:
        yield _seat(story, draw)


_LIARS: Final = [
    Evening("two-faced", {"weights": dict.fromkeys("DABC", 1), "liars": ["D"], "gossip": 100, "lies": two_faces("A", "BC")}),
    Evening(
        "second-proposal",
        {
            "weights": dict.fromkeys("DABC", 1),
            "liars": ["D"],
            "gossip": 9000,
            "until": 140,
            "lies": [
                *lie(1, "A", "proposal", "red", pol_round=None),
                *lie(5, "ABC", "proposal", "blue", pol_round=None),
                *lie(20, "ABC", "prevote", "blue"),
            ],
        },
        wanted=("blue",),
    ),
    Evening("no-lock", NO_LOCK),
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
                *votes((1005, 1020), "BC", "blue", 2),
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
            "lies": [*A_DECIDES_RED, *lie(620, "BC", "proposal", "blue", 1, pol_round=0), *votes((625, 660), "BC", "blue", 1)],
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
            "lies": [*votes((15, 25), "AA", "red"), *votes((15, 25), "BC", None), *votes((700, 750), "BC", "blue", 1)],
        },
    ),
    Evening(
        "five",
        {
            "weights": dict.fromkeys("EABCD", 1),
            "liars": ["E"],
            "gossip": 4000,
            "pools": everybody("green"),
            "lies": two_faces("AB", "CD", "E"),
        },
    ),
    Evening(
        "three",
        {"weights": dict.fromkeys("DAB", 1), "liars": ["D"], "gossip": 4000, "until": 3000, "lies": two_faces("A", "B")},
        may_stall=True,
    ),
    Evening(
        "impostor",
        {
            "weights": FOUR,
            "liars": ["D"],
            "pools": {"A": ["red"]},
            "lies": [*lie(1, "ABC", "proposal", "stolen", pol_round=None), *votes((6, 20), "ABC", "stolen")],
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
            "lies": [*votes((15, 25), "ABC", None), *lie(700, "ABC", "prevote", "red", 1)],
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
                *votes((15, 25), "ABC", "empty"),
                *lie(150, "A", "proposal", "empty", 0, 2, pol_round=None),
                *lie(150, "BC", "proposal", "blue", 0, 2, pol_round=None),
                *votes((155, 165), "BC", "blue", height=2),
            ],
        },
    ),
    Evening(
        "weights",
        {
            "weights": {"B": 2, "A": 4, "C": 1, "D": 2},
            "liars": ["D"],
            "pools": RED_BLUE_GREEN,
            "late": [["B", "A", None, 0, 1000]],
            "lies": votes((15, 25), "ABC", "blue"),
        },
    ),
    Evening(
        "nil-polka",
        {
            "weights": dict.fromkeys("ADBC", 1),
            "liars": ["D"],
            "gossip": 4000,
            "pools": RED_BLUE_GREEN,
            "late": [["A", "B", None, 0, 4000]],
            "lies": [*A_DECIDES_RED, *votes((700, 1150), "BC", None, 1), *votes((1600, 1650), "BC", "blue", 2)],
        },
    ),
    Evening(
        "one-polka",
        {
            "weights": FOUR,
            "liars": ["D"],
            "gossip": 4000,
            "pools": RED_BLUE_GREEN,
            "late": [["A", "B", None, 0, 4000]],
            "lies": [
                *lie(15, "A", "prevote", "red"),
                *lie(15, "BC", "prevote", None),
                *lie(25, "BC", "precommit", None),
                *votes((700, 720), "BC", "blue", 1),
            ],
        },
    ),
]

STORIES: Final = {"liars": _LIARS, "healing": HEALING, "crashes": CRASHES}


def _seat(story: Evening, draw: Random) -> Evening:
    """Return a story with members, values and small delays that are drawn; `t0`, `t1`, `clock`, `look` and `empty` keep their names."""
    names = dict(zip("ABCDEF", draw.sample(NAMES, 6), strict=True)) | dict(
        zip(("red", "blue", "green"), draw.sample(WORDS, 3), strict=True)
    )
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
