"""Marks as a table that a spreadsheet opens: a line for each learner, a column for each lab, and their sum.

Everybody in the roster has a line, also who handed nothing in. A mark that waits for a person is left empty, and the last column says
what each empty place means: nothing handed in is not the same as nothing reached.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from autograder.cohort.marks import Mark
from autograder.cohort.roster import Person, Roster
from autograder.export import disarm, format_points
from autograder.files import write_atomically

Sheet = Mapping[str, Mapping[str, Mark]]
"""Marks by learner, then by lab."""


def build_sheet(marks: Iterable[Mark]) -> dict[str, dict[str, Mark]]:
    """Return the marks by learner and lab."""
    sheet: dict[str, dict[str, Mark]] = defaultdict(dict)
    for mark in marks:
        sheet[mark.learner][mark.lab] = mark
    return dict(sheet)


def list_learners(sheet: Sheet, roster: Roster | None, learners: Sequence[str]) -> list[Person]:
    """Return who has a line: those of the roster in its order, then who is in no roster; or only those that were asked for."""
    people = dict(roster.people) if roster else {}
    people |= {learner: Person(learner) for learner in sorted(sheet) if learner not in people}
    return [person for person in people.values() if not learners or person.learner in set(learners)]


def write_marks(path: Path, sheet: Sheet, people: Iterable[Person], labs: Sequence[str]) -> int:
    """Write the table and return how many lines it has. The text is UTF-8 with a mark, without which Excel misreads Chinese."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["learner", "class", "name", "email", *labs, "total", "of", "remarks"])
    count = 0
    for person in people:
        writer.writerow(_to_line(person, sheet.get(person.learner, {}), labs))
        count += 1
    write_atomically(path, text.getvalue().encode("utf-8-sig", "backslashreplace"))
    return count


def _to_line(person: Person, marks: Mapping[str, Mark], labs: Sequence[str]) -> list[str]:
    known = [disarm(word) for word in (person.learner, person.class_name, person.name, person.email)]
    found = [marks.get(lab) for lab in labs]
    scores = [format_points(mark.score) if mark and mark.status == "final" else "" for mark in found]
    final = [mark for mark in found if mark and mark.status == "final"]
    total = format_points(sum(mark.score or 0.0 for mark in final)) if final else ""
    most = format_points(sum(mark.max_score for mark in final)) if final else ""
    remarks = "; ".join(f"{lab}: {describe(mark)}" for lab, mark in zip(labs, found, strict=True) if describe(mark))
    return [*known, *scores, total, most, remarks]


def describe(mark: Mark | None) -> str:
    """Return what a reader of a mark has to know besides its number, or nothing.

    >>> describe(None)
    'nothing handed in'
    """
    if mark is None:
        return "nothing handed in"
    said = {
        "waiting": f"{len(mark.waiting)} part(s) wait for a person",
        "unreadable": "cannot be read",
        "closed": "came after the lab was closed",
        "final": "",
    }[mark.status]
    late = f"{mark.penalty:g} off for being {mark.late_seconds / 86_400:.1f} days late" if mark.penalty else ""
    again = "a person's score was given to an earlier attempt" if mark.outdated else ""
    forgeable = "forgeable" if mark.result.is_forgeable else ""
    return ", ".join(filter(None, (said, late, again, forgeable)))
