"""Verdicts: what the grader says of a cell and of a submission, as plain data that travels and is stored.

A failing verdict is final only if its cause is explained: an assertion on the test side, the learner's own exit, a limit whose
breach was measured. Anything else is `void`: it is graded again, and after three times waits for a person.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from autograder.labs.model import Mode

CellStatus = Literal[
    "passed",  # all the points
    "partial",  # a test gave part of the points
    "failed",  # an assertion of a test did not hold
    "error",  # something else was raised: the learner's code, or the test because of what it got
    "timeout",  # processor time used up, or nothing done for too long: measured
    "memory",  # the memory limit was reached
    "output",  # an answer too large to send
    "killed",  # the learner's code ended its own process
    "missing",  # an answer cell is not in the submission
    "manual",  # waits for a person
    "void",  # the grader could not tell why: graded again, at last by a person
]
SubmissionStatus = Literal["graded", "partial", "unreadable", "void"]

WAITING: Final = frozenset({"manual", "void"})
"""The states of a cell that a person has to look at."""
_NO_FAILURE: Final = frozenset({"passed", "partial", "missing", "manual"})


@dataclass(frozen=True, slots=True)
class CellResult:
    """The verdict on one graded cell. `score` is None while a person has to decide; `message` is fit for the learner."""

    notebook: str
    grade_id: str
    status: CellStatus
    score: float | None
    max_score: float
    message: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A defect of a submission that was mended or worked around; `cell` is a grade id, or empty for a whole notebook."""

    notebook: str
    cell: str
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that one grading of one submission found out.

    `outputs` maps a notebook's name to what its restored cells printed: a list of [cell index, nbformat outputs].
    """

    lab: str
    lab_version: str
    learner: str
    content_hash: str
    arrived: float
    mode: Mode
    status: SubmissionStatus
    score: float | None
    max_score: float
    cells: tuple[CellResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    outputs: dict[str, list[list[Any]]] = field(default_factory=dict)
    lang: str | None = None
    walls: tuple[str, ...] = ()
    cpu_seconds: float = 0.0

    @property
    def is_forgeable(self) -> bool:
        """Answer whether the learner's own process had a say in the verdicts, or could have taken one because no walls stood; every
        place that shows the score says so."""
        return is_forgeable(self.mode, self.walls)

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes a record the same record: lab, lab version, learner, content."""
        return (self.lab, self.lab_version, self.learner, self.content_hash)


def is_forgeable(mode: Mode, walls: tuple[str, ...]) -> bool:
    """Answer whether a score from this mode and behind these walls could be forged."""
    return mode == "compat" or "none" in walls


def compute_status(cells: tuple[CellResult, ...]) -> SubmissionStatus:
    """Return the state of a submission: partial as soon as one cell waits for a person, void if none could be decided."""
    if cells and all(cell.status == "void" for cell in cells):
        return "void"
    return "partial" if any(cell.status in WAITING or cell.score is None for cell in cells) else "graded"


def compute_score(cells: tuple[CellResult, ...]) -> float | None:
    """Return the points decided so far, or None if not one cell is decided."""
    decided = [cell.score for cell in cells if cell.score is not None]
    return round(sum(decided), 6) if decided else None


def list_failures(result: Result) -> set[str]:
    """Return the kinds of failure in a submission: what some cell ended with, or why there is no verdict."""
    kinds: set[str] = {cell.status for cell in result.cells if cell.status not in _NO_FAILURE}
    return kinds | {result.status} if result.status == "unreadable" else kinds


def to_public(result: Result) -> dict[str, Any]:
    """Return what `autograder grade --json` prints of a submission."""
    return {
        "lab": result.lab,
        "learner": result.learner,
        "status": result.status,
        "mode": result.mode,
        "score": result.score,
        "max_score": result.max_score,
        "cells": [asdict(cell) for cell in result.cells],
    }
