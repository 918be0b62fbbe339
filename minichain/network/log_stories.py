"""Known errors of Raft, each as a short run in which the error shows; and runs drawn at random.

The stories come from the literature and from what implementations got wrong: a vote that does not survive a power failure, a majority of
those who answered, votes of an old term, a log that is long and old (Ongaro, Ousterhout 2014, 5.4.1), a late append that cuts a log short,
entries of old terms that are counted (their figure 8). `draw_log_stories` draws who plays which part, in which order the members are
listed, and what the values are called; the order of events is the story.

Simplifications: in a random run events are drawn before the run, so some of them find nothing to do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from minichain.network.log_checks import find_log_fault, list_committed
from minichain.network.log_cluster import Plain, TranscriptError, replay

Events = list[list[Any]]
NAMES: Final = ("Ada", "Bo", "Cy", "Dee", "Eli", "Fay", "Gus", "Hua", "Ida", "Jun")
VALUES: Final = ("amber", "coral", "ebony", "hazel", "ivory", "lilac", "olive", "pearl", "sepia", "topaz")


_BEATS: Final = 14
"""Heartbeats of a leader at the end of a run: about as many as a log has entries."""


@dataclass(frozen=True)
class LogRun:
    """A schedule, and what has to come of it: values that members must know to be committed in the end."""

    key: str
    members: tuple[str, ...]
    schedule: Events
    faults: tuple[str, ...] = ()
    """What the story is about; another fault in it is told by its own name."""
    wanted: dict[str, list[str]] = field(default_factory=dict)
    endings: tuple[str, ...] = ()
    """Values of which all members must know at least one to be committed in the end."""


def judge_log_run(run: LogRun, transcript: Plain) -> str | None:
    """Return the gravest fault in what members did, "broken" for a transcript that does not fit the run, or None."""
    try:
        moments = replay(run.members, run.schedule, transcript)
    except TranscriptError:
        return "broken"
    fault = find_log_fault(run.members, moments, run.wanted)
    if fault is None and run.endings:
        committed = list_committed(run.members, moments)
        if not any(all(value in committed[name] for name in run.members) for value in run.endings):
            return "stall"
    return fault


def draw_log_stories(seed: Any) -> Iterator[LogRun]:
    """Yield each story with a cast of its own."""
    draw = Random(f"{seed}/stories")
    for key, (letters, faults, text, wanted) in STORIES.items():
        names = dict(zip(letters, draw.sample(NAMES, len(letters)), strict=True))
        values = dict(zip("abcdefpqrwxyz", (*draw.sample(VALUES, len(VALUES)), "onyx", "ruby", "zinc"), strict=True))
        members = draw.sample(sorted(names.values()), len(names))
        ends = {names[letter]: [values[value] for value in said] for letter, said in _read_wanted(wanted)}
        yield LogRun(key, tuple(members), [_read_event(event, names, values) for event in text.split(",")], tuple(faults.split()), ends)


def draw_log_runs(seed: Any, count: int) -> Iterator[LogRun]:
    """Yield random runs; at the end of each sixth one the network is whole, and somebody must be able to lead and commit."""
    draw = Random(f"{seed}/runs")
    for number in range(count):
        members = draw.sample(NAMES, draw.choice((3, 4, 5, 5)))
        schedule: Events = []
        values = iter(f"{value}{place}" for place in range(9) for value in VALUES)
        while len(schedule) < 45:
            schedule += _draw_turn(members, draw, values)
        endings: tuple[str, ...] = ()
        if number % 6 == 0:
            schedule += _build_ending(members)
            endings = tuple(f"end-{name}" for name in members)
        yield LogRun("run", tuple(members), schedule, endings=endings)


def _read_wanted(text: str) -> list[tuple[str, str]]:
    """Return who must know which values: "AB xy, C x" are A and B with x and y, and C with x."""
    return [(letter, said) for part in text.split(",") if part for letters, said in [part.split()] for letter in letters]


def _read_event(text: str, names: dict[str, str], values: dict[str, str]) -> list[Any]:
    kind, *details = text.split()
    if kind == "cut":
        return [kind, [names[letter] for letter in details]]
    if kind == "submit":
        return [kind, names[details[0]], values[details[1]]]
    return [kind, *(int(detail) if detail.isdigit() else names[detail] for detail in details)]


def _draw_turn(members: Sequence[str], draw: Random, values: Iterator[str]) -> Events:
    """Return what happens around one member: it stands for election or is asked for something, and some of the messages arrive."""
    name = draw.choice(members)
    others = [other for other in members if other != name]
    events: Events = []
    if draw.random() < 0.3:
        victim = draw.choice(members)
        trouble: Events = [
            ["crash", victim],
            ["fail", victim, draw.randrange(4)],
            ["cut", draw.sample(members, draw.randrange(1, 3))],
            ["heal"],
        ]
        events.append(draw.choice(trouble))
    events += [["restart", other] for other in members if draw.random() < 0.25]
    events.append(["timeout", name] if draw.random() < 0.45 else ["beat", name])
    for _ in range(draw.randrange(1, 3)):
        events += [["submit", name, next(values)]] if draw.random() < 0.6 else []
        for other in draw.sample(others, len(others)):
            kind = draw.choice(("deliver",) * 8 + ("lose", "repeat", "late"))
            back = draw.choice(("deliver",) * 8 + ("lose", "repeat", "late"))
            events += [[kind, name, other], [back, other, name]] if draw.random() < 0.8 else []
        events += [["flow"]] if draw.random() < 0.25 else []
    return events


def _build_ending(members: Sequence[str]) -> Events:
    """Return how all come back, and each in its turn tries to lead, twice: once to learn of the latest term, once to win.

    Who leads beats for a while, because a leader may go back by one step a heartbeat only.
    """
    events: Events = [["heal"], *([kind, name] for name in members for kind in ("crash", "restart")), ["flow"]]
    for name in members:
        events += [["timeout", name], ["flow"]]
    for name in members:
        events += [["timeout", name], ["flow"], ["submit", name, f"end-{name}"], ["flow"], *[["beat", name], ["flow"]] * _BEATS]
    return events


STORIES: Final[dict[str, tuple[str, str, str, str]]] = {
    "restart": (
        "ABCDE",
        "two-votes unwritten forgotten",
        "timeout A,timeout C,deliver A B,crash B,restart B,deliver C B",
        "",
    ),
    "power": (
        "ABCDE",
        "two-votes unwritten",
        "timeout A,timeout C,fail B 1,deliver A B,restart B,deliver C B",
        "",
    ),
    "vote-alone": (
        "ABCDE",
        "two-votes unwritten forgotten",
        ("timeout A,flow,cut E,submit A x,flow,heal,timeout E,deliver E B,timeout C,deliver C B,crash B,restart B,timeout D,deliver D B"),
        "",
    ),
    "same-term": (
        "ABCDE",
        "two-votes",
        "timeout A,timeout C,deliver A B,deliver C B",
        "",
    ),
    "stepped-down": (
        "ABCDE",
        "two-votes",
        ("timeout A,timeout C,timeout E,deliver A B,deliver A D,deliver B A,deliver D A,deliver A C,deliver A C,deliver E C"),
        "",
    ),
    "responders": (
        "ABCDE",
        "two-leaders unelected",
        "timeout A,timeout C,deliver A B,deliver B A,deliver C D,deliver D C",
        "",
    ),
    "half": (
        "ABCD",
        "two-leaders unelected",
        "timeout A,timeout C,deliver A B,deliver B A,deliver C D,deliver D C",
        "",
    ),
    "counted-twice": (
        "ABCDE",
        "two-leaders unelected",
        "timeout A,timeout C,deliver A B,repeat B A,deliver B A,deliver C D,repeat D C,deliver D C",
        "",
    ),
    "old-vote": (
        "ABCDE",
        "two-leaders unelected",
        (
            "timeout A,deliver A B,deliver A C,timeout A,timeout D,timeout D,deliver D B,deliver D B,deliver D C,"
            "deliver D C,deliver D E,deliver D E,deliver B D,deliver B D,deliver C D,deliver C D,deliver E D,"
            "deliver E D,repeat B A,deliver B A,deliver C A"
        ),
        "",
    ),
    "refusals": (
        "ABCDE",
        "two-leaders unelected",
        (
            "timeout A,timeout C,timeout E,deliver A C,deliver A E,deliver C A,deliver C A,deliver E A,deliver E A,"
            "deliver A C,deliver C E,deliver E C,deliver E C"
        ),
        "",
    ),
    "old-leader": (
        "ABCDE",
        "two-leaders unelected",
        "timeout A,flow,timeout B,deliver B A,deliver B C,deliver B D,deliver C B,deliver D B",
        "",
    ),
    "empty-log": (
        "ABCDE",
        "lost behind",
        "timeout A,flow,cut A B C,submit A x,flow,heal,timeout E,flow",
        "",
    ),
    "longer": (
        "ABCDE",
        "lost behind",
        (
            "timeout A,flow,cut A,submit A x,submit A y,submit A z,flow,crash A,heal,timeout B,flow,submit B w,flow,"
            "restart A,timeout A,timeout A,flow"
        ),
        "",
    ),
    "shorter": (
        "ABCDE",
        "lost behind",
        "timeout A,flow,submit A x,flow,cut A B C,submit A y,flow,heal,crash A,timeout D,flow",
        "",
    ),
    "cut-short": (
        "ABCDE",
        "cut lost",
        (
            "timeout A,flow,submit A x,repeat A B,deliver A C,deliver A D,deliver B A,deliver C A,submit A y,"
            "late A B,deliver A B,deliver B A,deliver A C,deliver C A,deliver A B,cut A C,timeout D,flow"
        ),
        "",
    ),
    "old-term": (
        "ABCDE",
        "early lost two-values",
        (
            "timeout A,flow,cut A B,submit A x,flow,crash A,heal,timeout E,flow,cut E,submit E y,flow,crash E,heal,"
            "restart A,timeout A,timeout A,flow,crash A,restart E,timeout E,timeout E,flow,submit E z,flow"
        ),
        "",
    ),
    "two-down": (
        "ABCDE",
        "stall",
        ("crash D,crash E,timeout A,flow,submit A x,flow,beat A,flow,crash A,restart E,timeout B,flow,submit B y,flow,beat B,flow"),
        "BCE xy",
    ),
    "three-down": (
        "ABCDE",
        "early unelected",
        "timeout A,flow,crash C,crash D,crash E,submit A x,flow,beat A,flow,timeout B,flow",
        "",
    ),
    "half-stored": (
        "ABCD",
        "early",
        "timeout A,flow,cut A B,submit A x,flow",
        "",
    ),
    "with-it": (
        "ABCDE",
        "stall",
        "timeout A,flow,submit A x,flow,crash A,timeout B,flow,submit B y,flow,beat B,flow",
        "BCDE xy",
    ),
    "deaf-leader": (
        "ABCDE",
        "stall stale two-leaders",
        "timeout A,flow,submit A x,flow,cut A,timeout B,flow,submit A p,submit B q,flow,heal,beat B,flow",
        "ABCDE xq",
    ),
    "late-again": (
        "ABCDE",
        "stall",
        (
            "timeout A,flow,cut E,submit A a,flow,submit A b,flow,submit A c,flow,submit A d,flow,submit A e,flow,"
            "heal,beat A,flow,crash A,timeout B,flow,submit B f,flow,beat B,flow"
        ),
        "BCDE abcdef",
    ),
    "gap": (
        "ABCDE",
        "gap stall logs unwritten",
        ("timeout A,flow,cut E,submit A x,flow,submit A y,flow,heal,crash A,timeout B,flow,submit B z,flow,beat B,flow"),
        "BCDE xyz",
    ),
    "left-behind": (
        "ABCDE",
        "cut logs stall",
        ("timeout A,flow,cut A,submit A x,submit A y,submit A z,flow,crash A,heal,timeout B,flow,submit B w,flow,restart A,beat B,flow"),
        "ABCDE w",
    ),
    "other-past": (
        "ABCDE",
        "gap stall logs unwritten",
        (
            "timeout A,flow,cut A E,submit A p,flow,crash A,heal,timeout B,flow,cut E,submit B q,flow,heal,crash B,"
            "timeout C,flow,submit C r,flow,beat C,flow"
        ),
        "CDE qr",
    ),
}
"""Of each story: who takes part, what it is about, its events, and what who must know to be committed in the end. Letters are seats."""
