"""Canvas's gradebook as a CSV file (lib/gradebook_importer.rb): a line for each student, a column for each assignment.

Student, ID, then often SIS User ID, SIS Login ID, Integration ID, Section; each assignment is headed `Title (12345)`, with the number that
Canvas knows it by. Above the students stand a line that says what is posted by hand, in some exports, and one with "Points Possible".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from autograder.errors import RosterError
from autograder.labs.model import Lab
from autograder.lms.people import Claim, Field
from autograder.lms.table import Table

_ASSIGNMENT: Final = re.compile(r"(.+?) ?\((\d+)\)")
_TEST_STUDENT: Final = "student, test"


@dataclass(frozen=True, slots=True)
class Student:
    """A line of a gradebook."""

    line: int
    claim: Claim


def is_gradebook(table: Table) -> bool:
    """Answer whether a table is a gradebook of Canvas."""
    heads = table.get_heads()
    return len(heads) > 3 and heads[:2] == ["Student", "ID"] and "Section" in heads


def find_assignments(table: Table, labs: Mapping[str, Lab]) -> dict[str, int]:
    """Return the column of each lab that has one: the assignment is called like the lab's id or title, or has the id in its name.

    Raises `RosterError` if two columns may be those of one lab.
    """
    columns: dict[str, int] = {}
    for column, head in enumerate(table.get_heads()):
        found = _ASSIGNMENT.fullmatch(head)
        if found is None:
            continue
        for lab in labs.values():
            if _is_called(lab, found[1]):
                if lab.id in columns:
                    raise RosterError(f"{table.path}: two columns may be {lab.id}; name one of them with --column {head!r} --lab {lab.id}")
                columns[lab.id] = column
    return columns


def find_points_line(table: Table) -> int | None:
    """Return the line that says what each assignment is worth."""
    return next((line for line in range(1, min(4, len(table.lines))) if "Points Possible" in table.get(line, 0)), None)


def iterate_students(table: Table) -> Iterator[Student]:
    """Yield the lines of students. Canvas's own test student is none."""
    heads = table.get_heads()
    column = {name: heads.index(name) for name in ("ID", "SIS User ID", "SIS Login ID") if name in heads}
    for line in range(1, len(table.lines)):
        name = table.get(line, 0)
        number = table.get(line, column["ID"])
        user, login = table.get(line, column.get("SIS User ID")), table.get(line, column.get("SIS Login ID"))
        if not (number or user or login) or name.casefold() == _TEST_STUDENT:
            continue
        ids: list[tuple[Field, str]] = [("canvas", number), ("learner", user), ("learner", login), ("email", login)]
        yield Student(line, Claim(name, tuple((field, value) for field, value in ids if value)))


def _is_called(lab: Lab, title: str) -> bool:
    names = {name.casefold().strip() for name in (lab.id, *lab.titles.values())}
    return title.casefold().strip() in names or re.search(rf"(?<![\w-]){re.escape(lab.id)}(?![\w-])", title, re.IGNORECASE) is not None
