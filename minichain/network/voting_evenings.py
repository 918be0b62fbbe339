"""Evenings at a table that are drawn from a seed: delays, losses, cuts, power cuts, turns, weights and lies, and what comes of them.

`draw_evenings` yields the stories of known errors, each at a table of its own, and then evenings without a plot. A liar of these says
something else to each: it proposes when it is its turn, with or without a claim, and votes for what honest members would like, or for nil.
`judge` replays what the members of an evening decided, and names the fault.

Simplifications: chance seldom finds what a script was written for; that is why there are both.
"""

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from minichain.network.voting_checks import find_table_fault
from minichain.network.voting_plots import Evening, lie
from minichain.network.voting_stories import NAMES, WORDS, draw_stories
from minichain.network.voting_table import TranscriptError, replay_rules

PLOTLESS: Final = 4
"""How many evenings without a plot a part has."""


def draw_evenings(seed: int, part: str) -> Iterator[Evening]:
    """Yield the evenings of a part of the lab: liars, healing, crashes."""
    draw = Random(f"{seed}/{part}")
    yield from draw_stories(part, draw)
    for _ in range(PLOTLESS):
        yield _draw_evening(part, draw)


def judge(evening: Evening, transcript: Any) -> str | None:
    """Return what is wrong with what the members did: one of the faults of `voting_checks`, "broken" if it cannot be, or None."""
    try:
        replay = replay_rules(evening.schedule, transcript)
    except TranscriptError:
        return "broken"
    fault = find_table_fault(evening.schedule, replay, evening.wanted, evening.unwanted)
    return None if fault == "stall" and evening.may_stall else fault


def _draw_evening(part: str, draw: Random) -> Evening:
    names = draw.sample(NAMES, draw.choice((4, 4, 4, 5, 7)))
    weights = dict.fromkeys(names, 1) if draw.random() < 0.5 else {name: draw.randrange(1, 4) for name in names}
    schedule: dict[str, Any] = {
        "weights": weights,
        "turns": draw.choice((1, 1, 2)),
        "heights": draw.choice((1, 2)),
        "pools": {name: draw.sample(WORDS, draw.randrange(3)) for name in names},
        "delay": [draw.randrange(5, 30) for _ in range(40)],
        "until": 20_000,
    }
    if part != "healing":
        schedule |= {"liars": _draw_liars(weights, draw), "gossip": draw.randrange(200, 900)}
    honest = [name for name in names if name not in schedule.get("liars", [])]
    if part == "liars":
        schedule["lies"] = list(_draw_lies(schedule, honest, draw))
    elif part == "healing":
        # A message that is lost is told again by gossip: it comes much later.
        schedule["delay"] = [delay if draw.random() < 0.8 else draw.randrange(200, 1200) for delay in schedule["delay"]] + [10] * 400
        cuts = sorted(draw.randrange(1500) for _ in range(draw.randrange(3)))
        schedule["cuts"] = [[since, since + draw.randrange(100, 1200), draw.sample(names, len(names) // 2)] for since in cuts]
    else:
        schedule["crashes"] = [_draw_crash(name, draw) for name in draw.sample(honest, 2)]
        schedule["mutes"] = [_draw_crash(name, draw) for name in draw.sample(honest, draw.randrange(2))]
    return Evening("evening", schedule)


def _draw_liars(weights: dict[str, int], draw: Random) -> list[str]:
    """Return liars with less than a third of the weight."""
    liars: list[str] = []
    for name in draw.sample(list(weights), 2):
        if 3 * sum(weights[liar] for liar in [*liars, name]) < sum(weights.values()):
            liars.append(name)
    return liars


def _draw_crash(name: str, draw: Random) -> list[Any]:
    since = draw.randrange(700)
    return [name, since, since + draw.randrange(5, 400)]


def _draw_lies(schedule: dict[str, Any], honest: list[str], draw: Random) -> Iterator[list[Any]]:
    """Yield what liars say in the first rounds of the first height."""
    names = list(schedule["weights"])
    values = [*{"+".join(schedule["pools"][name]) or "empty" for name in names}]
    values.sort()
    for liar in schedule["liars"]:
        for number in range(3):
            start = 620 * number
            for recipient in honest:
                value = draw.choice(values)
                if names[number % len(names)] == liar:
                    claim = draw.choice((None, *range(number)))
                    yield from _lie(start + draw.randrange(40), recipient, liar, "proposal", value, number, pol_round=claim)
                for kind, after in (("prevote", 10), ("precommit", 20)):
                    yield from _lie(start + after + draw.randrange(60), recipient, liar, kind, draw.choice((value, value, None)), number)


def _lie(time: int, recipient: str, liar: str, kind: str, value: str | None, number: int, **more: Any) -> list[Any]:
    return [[time, recipient, message] for _, _, message in lie(time, "-", kind, value, number, liar=liar, **more)]
