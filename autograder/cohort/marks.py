"""What a learner's work at a lab is worth: a pure function of the attempts, of what people decided, and of the rules.

In this order: which attempts count (not those after the lab closed, nor those that cannot be read if others can); of several gradings
of one attempt the newest; the points of each cell, by the grader unless a person has given others; what lateness takes off; then of
several attempts the last, the best or the first. Extra credit is added last: it is not made smaller by lateness.

A cell that waits for a person has no points yet, and is never taken for zero: the mark says that it waits.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from autograder.cohort.roster import Roster
from autograder.cohort.rules import Rule, Rules
from autograder.results import CellResult, CellStatus, Result, compute_score, compute_status

if TYPE_CHECKING:
    from autograder.records import Records

CellName = tuple[str, str]
"""Notebook, grade id."""
MarkStatus = Literal[
    "final",  # every cell has points
    "waiting",  # a person has to look at some cells
    "unreadable",  # the last attempt could not be read, and no other counts
    "closed",  # all attempts came after the lab was closed
]
_PLACES: Final = 6


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided of one cell of a learner's work, whatever attempt it is: nbgrader's manual score, extra credit, comment.

    `points` is None where the grader's own stand. `content_hash` is the attempt that the person looked at.
    """

    lab: str
    learner: str
    notebook: str
    grade_id: str
    points: float | None
    extra: float
    comment: str
    content_hash: str
    entered: float
    entered_by: str

    @property
    def cell(self) -> CellName:
        """The cell that it is about."""
        return self.notebook, self.grade_id


@dataclass(frozen=True, slots=True)
class Mark:
    """A learner's mark at a lab. `score` is points of the cells, less the penalty, and extra credit; None if nothing counts."""

    lab: str
    learner: str
    status: MarkStatus
    score: float | None
    max_score: float
    points: float
    extra: float
    penalty: float
    late_seconds: float
    attempts: int
    result: Result
    """The attempt that counts."""
    waiting: tuple[CellResult, ...]
    """Its cells that need a person."""
    outdated: tuple[CellName, ...]
    """Cells whose decision was made on another attempt: it stands, and somebody should look again."""


Decisions = Mapping[CellName, Decision]


def compute_mark(attempts: Sequence[Result], decisions: Decisions, rule: Rule) -> Mark:
    """Return the mark for the attempts of one learner at one lab, at least one, in order of arrival, the newest grading of each last."""
    gradings = {result.content_hash: result for result in attempts}
    newest = sorted(gradings.values(), key=lambda result: result.arrived)
    in_time = [result for result in newest if rule.closes is None or result.arrived <= rule.closes]
    if not in_time:
        closed = _compute_one(newest[-1], {}, rule, len(newest))
        return replace(closed, status="closed", score=None, points=0.0, penalty=0.0, waiting=())
    readable = [result for result in in_time if result.status != "unreadable"]
    marks = [_compute_one(result, decisions, rule, len(newest)) for result in readable or in_time[-1:]]
    if rule.attempts == "first":
        return marks[0]
    if rule.attempts == "last":
        return marks[-1]
    return max(marks, key=lambda mark: -1.0 if mark.score is None else mark.score)  # of equals, the first


def _compute_one(result: Result, decisions: Decisions, rule: Rule, attempts: int) -> Mark:
    """Return what one attempt is worth."""
    late = max(0.0, result.arrived - rule.due) if rule.due is not None else 0.0
    decided = {cell: decision for cell, decision in decisions.items() if decision.points is not None}
    points = sum(_get_points(result.cells, decided))
    penalty = points * rule.late.compute_percent(late) / 100
    known = {(cell.notebook, cell.grade_id) for cell in result.cells}
    extra = sum(decision.extra for cell, decision in decisions.items() if cell in known)
    waiting = tuple(cell for cell in result.cells if cell.score is None and (cell.notebook, cell.grade_id) not in decided)
    outdated = tuple(cell for cell, decision in decided.items() if decision.content_hash != result.content_hash and cell in known)
    status: MarkStatus = "unreadable" if result.status == "unreadable" else "waiting" if waiting else "final"
    has_points = len(waiting) < len(result.cells)
    return Mark(
        lab=result.lab,
        learner=result.learner,
        status=status,
        score=round(points - penalty + extra, _PLACES) if has_points else None,
        max_score=result.max_score,
        points=round(points, _PLACES),
        extra=extra,
        penalty=round(penalty, _PLACES),
        late_seconds=late,
        attempts=attempts,
        result=result,
        waiting=waiting,
        outdated=outdated,
    )


def apply_decisions(result: Result, decisions: Decisions) -> Result:
    """Return a result in which the cells have the points that people gave them."""
    cells = tuple(_apply(cell, decisions.get((cell.notebook, cell.grade_id))) for cell in result.cells)
    status = result.status if result.status == "unreadable" else compute_status(cells)
    return replace(result, cells=cells, status=status, score=compute_score(cells))


def _apply(cell: CellResult, decision: Decision | None) -> CellResult:
    if decision is None or decision.points is None or decision.points == cell.score:
        return cell
    status: CellStatus = "passed" if decision.points >= cell.max_score else "partial" if decision.points > 0 else "failed"
    return replace(cell, status=status, score=decision.points)


def _get_points(cells: Iterable[CellResult], decided: Decisions) -> Iterator[float]:
    """Yield what each cell is worth: what a person gave it, else the grader."""
    for cell in cells:
        decision = decided.get((cell.notebook, cell.grade_id))
        if decision is not None and decision.points is not None:
            yield decision.points
        elif cell.score is not None:
            yield cell.score


def iterate_marks(
    records: "Records", labs: Collection[str], rules: Rules, roster: Roster | None, learners: Collection[str] = ()
) -> Iterator[Mark]:
    """Yield the marks of all who handed something in, ordered by lab and learner; an empty filter means all learners."""
    people = roster.people if roster else {}
    decisions = records.decisions.get(labs, learners)
    for attempts in records.iterate_attempts(labs, learners):
        lab, learner = attempts[0].lab, attempts[0].learner
        class_name = people[learner].class_name if learner in people else ""
        yield compute_mark(attempts, decisions.get((lab, learner), {}), rules.get_rule(lab, learner, class_name))
