"""The numbers of a report, as plain data: pure functions of the marks and the roster.

Each number that counts people is a `Group`: the people are in it, so that a page leads from the number to the learners behind it.

Classical test theory says what a test tells: its difficulty is the share of its points that was reached (near 1: everybody, near 0:
nobody), its discrimination the correlation between this share and the points of all the other tests (R. L. Ebel, "Measuring Educational
Achievement", 1965). About 0.3 and more is good; near 0 the test tells nothing; below 0 those who know the rest fail it, and the test
deserves a look before the learners do.

Simplification: a cohort is described, nothing is inferred from it; below `LEAST` learners a correlation is not shown.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from types import MappingProxyType
from typing import Final, Literal

from autograder.cohort.marks import Mark
from autograder.cohort.roster import Person, Roster
from autograder.cohort.tasks import Task
from autograder.results import CellResult

LEAST: Final = 10
"""Learners without whom a correlation says nothing."""
BINS: Final = 10
MOST_FAILURES: Final = 8
MOST_SLOW: Final = 5
ENOUGH: Final = 0.6
"""The share of points from which a mark counts as passed in the picture of progress."""
Band = Literal["full", "passed", "below", "waiting", "other", "absent"]
BANDS: Final[tuple[Band, ...]] = ("full", "passed", "below", "waiting", "other", "absent")
_STRANGE: Final = frozenset({"timeout", "memory", "output", "killed", "void"})
"""How a cell ends whose code is slow or whose grader is unsure."""
_NUMBER: Final = re.compile(r"0x[0-9a-f]+|\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Group:
    """The people behind a number."""

    learners: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.learners)


@dataclass(frozen=True, slots=True)
class Item:
    """One graded cell. `difficulty` is the mean share of its points, `discrimination` None where it cannot be told."""

    notebook: str
    grade_id: str
    max_score: float
    difficulty: float | None
    discrimination: float | None
    full: Group
    failed: Group
    strange: Mapping[str, Group]
    """Timeouts, memory, voids: by kind."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong for several learners in the same words, but for numbers. `example` is what one of them read."""

    grade_id: str
    status: str
    example: str
    group: Group


@dataclass(frozen=True, slots=True)
class Slow:
    """A submission that took much longer than the others'."""

    learner: str
    cpu_seconds: float
    times_median: float


@dataclass(frozen=True, slots=True)
class LabReport:
    """A lab. `bins` holds final marks by tenths of the points; the last one those from nine tenths up."""

    lab: str
    max_score: float
    mean: float | None
    median: float | None
    bins: tuple[Group, ...]
    bands: Mapping[str, Mapping[Band, Group]]
    """By class; the class "" is everybody without one."""
    late: Group
    several: Group
    """Who handed in more than once."""
    items: tuple[Item, ...]
    failures: tuple[Failure, ...]
    slow: tuple[Slow, ...]
    alike: tuple[Group, ...] = ()
    """Whose works hang together, as `autograder compare` found them."""


@dataclass(frozen=True, slots=True)
class Report:
    """All of it."""

    people: Mapping[str, Person]
    strangers: Mapping[str, Person]
    """Who is of another class, and has work like that of somebody in this one."""
    classes: tuple[str, ...]
    labs: tuple[LabReport, ...]
    tasks: tuple[Task, ...]
    forgeable: Group


def build_report(
    marks: Iterable[Mark],
    tasks: Iterable[Task],
    labs: Sequence[str],
    roster: Roster | None,
    learners: Sequence[str] = (),
    alike: Mapping[str, Sequence[Sequence[str]]] = MappingProxyType({}),
) -> Report:
    """Return the report over these marks; `learners` are those whom it is about, empty: all of the roster, and who handed something in.

    `alike` gives by lab the groups of learners whose works are alike; of a group all are shown, also who is in another class.
    """
    by_lab: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_lab[mark.lab].append(mark)
    people = {person.learner: person for person in roster.people.values()} if roster else {}
    if learners:
        people = {learner: people.get(learner, Person(learner)) for learner in learners}
    for group in by_lab.values():
        for mark in group:
            people.setdefault(mark.learner, Person(mark.learner))
    classes = tuple(dict.fromkeys(person.class_name for person in people.values()))
    forgeable = sorted({mark.learner for group in by_lab.values() for mark in group if mark.result.is_forgeable})
    present = [lab for lab in labs if by_lab[lab]]
    groups = {lab: tuple(Group(tuple(each)) for each in alike.get(lab, ()) if people.keys() & set(each)) for lab in present}
    found = tuple(replace(_build_lab(by_lab[lab], people, classes), alike=groups[lab]) for lab in present)
    others = {name for groups_of_lab in groups.values() for group in groups_of_lab for name in group.learners} - people.keys()
    strangers = {name: (roster.people.get(name) if roster else None) or Person(name) for name in sorted(others)}
    return Report(people, strangers, classes, found, tuple(tasks), Group(tuple(forgeable)))


def _build_lab(marks: list[Mark], people: Mapping[str, Person], classes: Sequence[str]) -> LabReport:
    final = [(mark.learner, mark.score) for mark in marks if mark.status == "final" and mark.score is not None]
    most = max(mark.max_score for mark in marks)
    scores = sorted(score for _, score in final)
    return LabReport(
        lab=marks[0].lab,
        max_score=most,
        mean=sum(scores) / len(scores) if scores else None,
        median=_compute_median(scores),
        bins=tuple(_sort_into_bins(final, most)),
        bands=_sort_into_bands(marks, people, classes),
        late=Group(tuple(mark.learner for mark in marks if mark.late_seconds > 0)),
        several=Group(tuple(mark.learner for mark in marks if mark.attempts > 1)),
        items=tuple(_build_items(marks)),
        failures=tuple(_find_failures(marks)),
        slow=tuple(_find_slow(marks)),
    )


def get_band(mark: Mark | None) -> Band:
    """Return how far a learner is with a lab."""
    if mark is None:
        return "absent"
    if mark.status == "waiting":
        return "waiting"
    if mark.status != "final" or mark.score is None:
        return "other"
    if mark.score >= mark.max_score:
        return "full"
    return "passed" if mark.score >= ENOUGH * mark.max_score else "below"


def _sort_into_bands(marks: list[Mark], people: Mapping[str, Person], classes: Sequence[str]) -> dict[str, dict[Band, Group]]:
    known = {mark.learner: mark for mark in marks}
    found: dict[str, dict[Band, list[str]]] = {name: {band: [] for band in BANDS} for name in classes}
    for learner, person in people.items():
        found[person.class_name][get_band(known.get(learner))].append(learner)
    return {name: {band: Group(tuple(names)) for band, names in bands.items()} for name, bands in found.items()}


def _sort_into_bins(final: list[tuple[str, float]], most: float) -> Iterable[Group]:
    bins: list[list[str]] = [[] for _ in range(BINS)]
    for learner, score in final:
        share = score / most if most else 0.0
        bins[min(max(int(share * BINS), 0), BINS - 1)].append(learner)
    return (Group(tuple(names)) for names in bins)


def _build_items(marks: list[Mark]) -> Iterable[Item]:
    """Yield the cells in the order of the lab, by what the grader found out of the attempts that count."""
    cells: dict[tuple[str, str], dict[str, CellResult]] = {}
    for mark in marks:
        for cell in mark.result.cells:
            cells.setdefault((cell.notebook, cell.grade_id), {})[mark.learner] = cell
    totals = {mark.learner: sum(cell.score or 0.0 for cell in mark.result.cells) for mark in marks}
    for (notebook, grade_id), verdicts in cells.items():
        decided = {learner: cell for learner, cell in verdicts.items() if cell.score is not None}
        shares = {learner: _get_share(cell) for learner, cell in decided.items()}
        rest = {learner: totals[learner] - (cell.score or 0.0) for learner, cell in decided.items()}
        strange: dict[str, list[str]] = defaultdict(list)
        for learner, cell in verdicts.items():
            if cell.status in _STRANGE:
                strange[cell.status].append(learner)
        yield Item(
            notebook=notebook,
            grade_id=grade_id,
            max_score=max(cell.max_score for cell in verdicts.values()),
            difficulty=sum(shares.values()) / len(shares) if shares else None,
            discrimination=compute_correlation([(shares[learner], rest[learner]) for learner in shares]),
            full=Group(tuple(learner for learner, share in shares.items() if share >= 1)),
            failed=Group(tuple(learner for learner, share in shares.items() if share < 1)),
            strange={kind: Group(tuple(names)) for kind, names in sorted(strange.items())},
        )


def _get_share(cell: CellResult) -> float:
    return min((cell.score or 0.0) / cell.max_score, 1.0) if cell.max_score else float(cell.status == "passed")


def compute_correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Return Pearson's correlation, or None where there are too few pairs or one side is always the same.

    >>> round(compute_correlation([(number, 2 * number) for number in range(10)]), 6), compute_correlation([(1, 2), (2, 4)])
    (1.0, None)
    """
    count = len(pairs)
    if count < LEAST:
        return None
    left, right = sum(one for one, _ in pairs) / count, sum(other for _, other in pairs) / count
    spread = sqrt(sum((one - left) ** 2 for one, _ in pairs) * sum((other - right) ** 2 for _, other in pairs))
    return sum((one - left) * (other - right) for one, other in pairs) / spread if spread > 1e-12 else None


def _find_failures(marks: list[Mark]) -> list[Failure]:
    """Return what most learners read when something went wrong; texts that differ in numbers alone are one."""
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    examples: dict[tuple[str, str, str], str] = {}
    for mark in marks:
        for cell in mark.result.cells:
            if cell.message and cell.status not in ("passed", "manual", "partial"):
                key = (cell.grade_id, cell.status, _NUMBER.sub("#", cell.message[:500]))
                groups[key].append(mark.learner)
                examples.setdefault(key, cell.message)
    common = sorted(groups, key=lambda key: (-len(groups[key]), key))[:MOST_FAILURES]
    return [Failure(key[0], key[1], examples[key], Group(tuple(groups[key]))) for key in common]


def _find_slow(marks: list[Mark]) -> list[Slow]:
    """Return the submissions that took longest, if they took at least three times what others take, and a second."""
    times = sorted(mark.result.cpu_seconds for mark in marks)
    median = _compute_median(times)
    if not median:
        return []
    longest = sorted(marks, key=lambda mark: -mark.result.cpu_seconds)[:MOST_SLOW]
    found = [Slow(mark.learner, mark.result.cpu_seconds, mark.result.cpu_seconds / median) for mark in longest]
    return [slow for slow in found if slow.times_median >= 3 and slow.cpu_seconds >= 1]


def _compute_median(values: Sequence[float]) -> float | None:
    """Return the middle of sorted values."""
    if not values:
        return None
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2
