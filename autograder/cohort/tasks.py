"""What people have to do before the marks of a cohort are final."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast

from autograder.cohort.marks import Mark

if TYPE_CHECKING:
    from autograder.records.decisions import Request

Kind = Literal[
    "manual",  # an answer that a person grades
    "void",  # the grader could not tell
    "unreadable",  # no cell could be graded
    "again",  # a person's points were given to an earlier attempt
    "request",  # a learner asks
]
KINDS: Final[dict[Kind, str]] = {
    "manual": "to grade by hand",
    "void": "that the grader could not decide",
    "unreadable": "that cannot be read",
    "again": "to look at again, because there is a newer attempt",
    "request": "asked by a learner",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. `cell` is empty where it is about the whole lab, `id` names a learner's question."""

    kind: Kind
    lab: str
    learner: str
    cell: str
    why: str
    id: str = ""


def iterate_tasks(marks: Iterable[Mark], requests: "Iterable[Request]" = ()) -> Iterator[Task]:
    """Yield what these marks and questions ask of people."""
    for mark in marks:
        yield from _iterate_tasks(mark)
    for request in requests:
        yield Task("request", request.lab, request.learner, request.grade_id, request.text, request.id)


def _iterate_tasks(mark: Mark) -> Iterator[Task]:
    if mark.status == "unreadable":
        why = mark.result.findings[0].text if mark.result.findings else ""
        yield Task("unreadable", mark.lab, mark.learner, "", why)
        return
    for cell in mark.waiting:
        yield Task(cast(Kind, cell.status), mark.lab, mark.learner, cell.grade_id, cell.message)
    for _, grade_id in mark.outdated:
        yield Task("again", mark.lab, mark.learner, grade_id, "")
