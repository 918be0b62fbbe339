"""Marks into a file that a platform exported: Moodle's grading worksheet, or Canvas's gradebook.

Only the grades of people who are found in the roster and whose mark is final are written; every other byte of the file stays as it was.
So what a platform put there that a spreadsheet would run as a formula stays there too: it is the platform's own text, and the platform
expects it back. What is written here is numbers.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.cohort.marks import Mark
from autograder.cohort.sheets import describe
from autograder.errors import RosterError
from autograder.export import format_points
from autograder.labs.model import Lab
from autograder.lms.gradebook import find_assignments, find_points_line, is_gradebook, iterate_students
from autograder.lms.people import Claim, People, Problem, find_person
from autograder.lms.table import Table, read_table
from autograder.lms.worksheet import find_worksheet_columns, iterate_participants


@dataclass(frozen=True, slots=True)
class Line:
    """A person's line: where the grade goes, what it may reach at most there (as it is written), and why it must stay, if so."""

    number: int
    claim: Claim
    lab: str
    column: int
    most: str
    fault: str = ""


@dataclass(slots=True)
class Filled:
    """What was done: how many marks were written, how many of them in place of another one, and what a person should know."""

    table: Table
    platform: str
    written: int = 0
    replaced: int = 0
    forgeable: int = 0
    scaled: dict[str, tuple[float, float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def fill(path: Path, marks: Iterable[Mark], people: People, labs: Mapping[str, Lab], column: str | None = None) -> Filled:
    """Fill marks into a file. `column` is the head of the only one to fill; then `labs` is one lab. Raises `RosterError` or `PathError`."""
    table = read_table(path)
    worksheet = find_worksheet_columns(table)
    if worksheet:
        filled, lines = Filled(table, "Moodle"), list(_iterate_worksheet(table, worksheet, labs))
    elif is_gradebook(table):
        filled, lines = Filled(table, "Canvas"), list(_iterate_gradebook(table, labs, column))
    else:
        heads = ", ".join(table.get_heads()[:8]) or "none"
        raise RosterError(
            f"{path}: neither Moodle's grading worksheet (Identifier, …, Grade) nor Canvas's gradebook (Student, ID, …): {heads}"
        )
    _write(filled, lines, {(mark.learner, mark.lab): mark for mark in marks}, people)
    return filled


def _iterate_worksheet(table: Table, columns: dict[str, int], labs: Mapping[str, Lab]) -> Iterator[Line]:
    if len(labs) != 1:
        raise RosterError(f"{table.path}: a worksheet of Moodle is of one assignment; say of which lab: --lab {next(iter(labs))}")
    for each in iterate_participants(table, columns):
        fault = "" if each.is_open else "Moodle does not let its grade be changed"
        if each.most and _read_number(each.most) is None:
            raise RosterError(f"{table.path}: the maximum grade is {each.most!r}, and only points can be filled in")
        yield Line(each.line, each.claim, next(iter(labs)), columns["grade"], each.most, fault)


def _iterate_gradebook(table: Table, labs: Mapping[str, Lab], column: str | None) -> Iterator[Line]:
    heads = table.get_heads()
    if column is None:
        columns = find_assignments(table, labs)
        if not columns:
            raise RosterError(
                f"{table.path}: no assignment is called like a lab; name it: --lab {next(iter(labs))} --column 'TITLE (NUMBER)'"
            )
    elif len(labs) == 1 and heads.count(column) == 1:
        columns = {next(iter(labs)): heads.index(column)}
    else:
        raise RosterError(f"{table.path}: --column names one column as it is headed, and goes with one --lab; there is: {', '.join(heads)}")
    points = find_points_line(table)
    for lab, at in columns.items():
        said = "" if points is None else table.get(points, at)
        if "read only" in said:
            raise RosterError(f"{table.path}: {heads[at]!r} can only be read, says Canvas")
        for student in iterate_students(table):
            fault = "Canvas has this person excused" if table.get(student.line, at).upper() == "EX" else ""
            yield Line(student.line, student.claim, lab, at, said, fault)


def _write(filled: Filled, lines: list[Line], marks: dict[tuple[str, str], Mark], people: People) -> None:
    """Write the marks that can be written, and note of all others why they were not."""
    found = {line.number: find_person(people, line.claim) for line in lines}
    doubled = Counter(person.learner for person in found.values() if not isinstance(person, Problem))
    met: set[tuple[str, str]] = set()
    for line in lines:
        person = found[line.number]
        if isinstance(person, Problem):
            _note(filled, f"line {line.number + 1}: {person.reason}; {person.step}")
            continue
        if doubled[person.learner] > 1:
            _note(filled, f"line {line.number + 1}: {person.learner} has several lines; nothing was written into any of them")
            continue
        met.add((person.learner, line.lab))
        mark = marks.get((person.learner, line.lab))
        if mark is None:
            continue
        reason = line.fault or ("" if mark.status == "final" and mark.score is not None else describe(mark))
        if reason:
            _note(filled, f"{person.learner}, {line.lab}: {reason}; left as it was")
        else:
            _write_mark(filled, line, mark)
    labs = {line.lab for line in lines}
    for learner, lab in sorted(marks.keys() - met):
        if lab in labs and not doubled[learner]:
            _note(filled, f"{learner}, {lab}: has a mark, and no line in this file")


def _write_mark(filled: Filled, line: Line, mark: Mark) -> None:
    score, most = mark.score or 0.0, _read_number(line.most)
    if most and mark.max_score and abs(most - mark.max_score) > 1e-9:
        score *= most / mark.max_score
        filled.scaled[line.lab] = (mark.max_score, most)
    text = format_points(round(score, 4))
    if filled.platform == "Moodle" and most is not None and score > most + 1e-9:
        _note(filled, f"{mark.learner}, {mark.lab}: {text} points, and Moodle takes none above {most:g}; left as it was")
        return
    filled.forgeable += mark.result.is_forgeable
    old = filled.table.get(line.number, line.column)
    if "," in old or "," in line.most:
        text = text.replace(".", ",")
    if _read_number(old) == _read_number(text):
        filled.written += 1
        return  # the same number, however it is written: not a byte changes
    filled.table.set(line.number, line.column, text)
    filled.written += 1
    filled.replaced += _read_number(old) is not None


def _read_number(text: str) -> float | None:
    """Return a number, with a point or a comma before its decimals.

    >>> _read_number("100,00"), _read_number("7.5"), _read_number("-")
    (100.0, 7.5, None)
    """
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if abs(number) < 1e9 else None


def _note(filled: Filled, text: str) -> None:
    if text not in filled.notes:
        filled.notes.append(text)
