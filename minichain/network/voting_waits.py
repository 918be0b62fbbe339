"""Known errors of voting that show where somebody has to wait: late votes, alarms, a network that heals, power that fails.

Most of them break no promise of safety. What shows is that the table stands still, or comes later to what it could have had at once. So
many of these evenings end at a time by which members that follow the rules have decided.

Simplifications: those of `minichain.network.voting_plots`.
"""

from typing import Final

from minichain.network.voting_plots import FOUR, NO_LOCK, RED_BLUE_GREEN, Evening, everybody, lie, votes

HEALING: Final = [
    Evening("slow-network", {"weights": FOUR, "delay": 600, "pools": everybody("red")}),
    Evening(
        "locked-alone",
        {
            "weights": FOUR,
            "liars": ["D"],
            "gossip": 300,
            "pools": RED_BLUE_GREEN,
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
            "pools": everybody("red"),
            "late": [["A", "B", None, 0, 9000]],
            "lies": [*lie(15, "C", "prevote", "red"), *lie(15, "AB", "prevote", None), *lie(25, "ABC", "precommit", None)],
        },
    ),
    Evening(
        "bring-along",
        {
            "weights": FOUR,
            "liars": ["D"],
            "until": 600,
            "pools": RED_BLUE_GREEN,
            "late": [["A", "B", "precommit", 0, 9000], ["B", "C", "precommit", 0, 9000], ["C", "A", "precommit", 0, 9000]],
            "lies": lie(25, "ABC", "precommit", None),
        },
        wanted=("red",),
    ),
    Evening(
        "late-polka",
        {
            "weights": FOUR,
            "liars": ["D"],
            "gossip": 9000,
            "until": 700,
            "pools": RED_BLUE_GREEN,
            "late": [["A", "B", "prevote", 0, 190]],
            "lies": lie(15, "B", "prevote", None),
        },
        wanted=("red",),
    ),
    Evening(
        "late-proof",
        {
            "weights": FOUR,
            "liars": ["D"],
            "gossip": 9000,
            "until": 750,
            "pools": RED_BLUE_GREEN,
            "late": [["A", "C", "prevote", 0, 450]],
            "lies": lie(15, "C", "prevote", None),
        },
        wanted=("red",),
    ),
    Evening(
        "two-proposals",
        {
            "weights": dict.fromkeys("ADBC", 1),
            "liars": ["D"],
            "gossip": 9000,
            "late": [["A", None, "proposal", 0, 9000]],
            "lies": [
                *lie(200, "ABC", "prevote", None),
                *lie(350, "ABC", "proposal", "blue", 1, pol_round=None),
                *lie(360, "A", "proposal", "green", 1, pol_round=None),
            ],
        },
        wanted=("blue",),
    ),
    Evening(
        "silent-proposer", {"weights": dict.fromkeys("DABC", 1), "liars": ["D"], "until": 580, "pools": {"A": ["red"]}}, wanted=("red",)
    ),
    Evening(
        "old-alarm",
        {"weights": FOUR, "heights": 2, "until": 900, "late": [["B", None, "proposal", 0, 250]], "pools": {"B": ["blue"]}},
        wanted=("blue",),
    ),
    Evening(
        "old-round",
        {
            "weights": dict.fromkeys("DBAC", 1),
            "liars": ["D"],
            "gossip": 9000,
            "late": [["B", None, "proposal", 1, 250]],
            "pools": {"B": ["blue"]},
            "lies": lie(1, "ABC", "proposal", "clock@9", pol_round=None),
        },
        wanted=("blue",),
        unwanted=("clock",),
    ),
    Evening(
        "left-behind",
        {
            "weights": dict.fromkeys("DCAB", 1),
            "liars": ["D"],
            "gossip": 9000,
            "until": 900,
            "pools": {"C": ["green"]},
            "late": [["A", "C", "prevote", 0, 9000], ["B", "C", "prevote", 0, 9000]],
            "lies": lie(330, "ABC", "precommit", None),
        },
        wanted=("green",),
    ),
    Evening(
        "patience",
        {
            "weights": {**dict.fromkeys("DEF", 1), **dict.fromkeys("ABC", 3)},
            "liars": ["D", "E", "F"],
            "until": 2850,
            "pools": {"A": ["red"]},
        },
        wanted=("red",),
    ),
    Evening(
        "clock",
        {"weights": FOUR, "clocks": {"C": 995, "D": 995}, "until": 1000, "pools": {member: ["clock", "t1"] for member in "ABCD"}},
        wanted=("t1",),
        unwanted=("clock",),
    ),
    Evening("outvoted", {"weights": FOUR, "clocks": {"C": 995}, "until": 900, "pools": {"A": ["clock", "t1"]}}, wanted=("t1",)),
    Evening(
        "look",
        {"weights": FOUR, "clocks": {"C": 995, "D": 995}, "until": 1000, "pools": {member: ["look", "t1"] for member in "ABCD"}},
        wanted=("t1",),
        unwanted=("look",),
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

CRASHES: Final = [
    Evening(
        "lost-lock",
        {**NO_LOCK, "crashes": [["C", 700, 750]], "lies": [*NO_LOCK["lies"], *votes((1600, 1650), "BC", "green", 2)]},
    ),
    Evening(
        "two-precommits",
        {
            "weights": FOUR,
            "pools": everybody("red"),
            "crashes": [["A", 470, 615]],
            "late": [["A", "C", "proposal", 0, 2000], ["D", "A", "prevote", 0, 600]],
        },
    ),
    Evening(
        "back-again",
        {"weights": FOUR, "liars": ["D"], "until": 130, "pools": everybody("red"), "mutes": [["B", 5, 40], ["C", 5, 45]]},
    ),
]
