"""What people entered in formgrader: manual scores, extra credit and comments, read from nbgrader's gradebook.db.

The tables are those of nbgrader 0.9 (nbgrader/api.py): `grade` has manual_score and extra_credit, `comment` manual_comment, both for a
cell of a submitted notebook. All is checked before anything is taken: that the gradebook is one of these labs and these learners, and
that no score is below zero or above its cell's maximum, which formgrader allows. Nothing is written to the gradebook.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from math import isfinite
from pathlib import Path
from typing import Final
from urllib.parse import quote

from autograder.cohort.marks import Decision
from autograder.errors import RecordsError
from autograder.labs.model import Lab

FORMGRADER: Final = "formgrader"
"""Who entered what comes from a gradebook."""
_ENTRIES: Final = """
    SELECT assignment.name, submitted_assignment.student_id, notebook.name, base_cell.name,
           max(grade.manual_score), total(grade.extra_credit), max(coalesce(comment.manual_comment, ''))
    FROM submitted_notebook
    JOIN notebook ON notebook.id = submitted_notebook.notebook_id
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    JOIN assignment ON assignment.id = submitted_assignment.assignment_id
    JOIN base_cell ON base_cell.notebook_id = notebook.id
    LEFT JOIN grade ON grade.cell_id = base_cell.id AND grade.notebook_id = submitted_notebook.id
    LEFT JOIN comment ON comment.cell_id = base_cell.id AND comment.notebook_id = submitted_notebook.id
    GROUP BY assignment.name, submitted_assignment.student_id, notebook.name, base_cell.name
    ORDER BY 1, 2, 3, 4
"""


def read_learners(path: Path) -> set[str]:
    """Return who is in a gradebook. Raises `RecordsError` in one line if the file is none."""
    if not path.is_file():
        raise RecordsError(f"{path}: no such file; name a gradebook.db that autograder export wrote")
    with _opened(path) as connection:
        return {name for (name,) in connection.execute("SELECT DISTINCT student_id FROM submitted_assignment")}


def read_manual(path: Path, labs: Mapping[str, Lab], attempts: Mapping[tuple[str, str], str], entered: float) -> list[Decision]:
    """Return what a gradebook says of each cell that it has, also where nobody entered anything.

    `attempts` gives, for lab and learner, the content hash of the attempt that people saw. Raises `RecordsError` in one line if the file is
    no gradebook, is another course's, or holds a score that cannot be.
    """
    decisions: list[Decision] = []
    with _opened(path) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM assignment")]
        if not set(names) & set(labs):
            known = ", ".join(labs)
            raise RecordsError(
                f"{path}: the gradebook of another course: its assignments are {', '.join(names[:8]) or 'none'}, not {known}"
            )
        for row in connection.execute(_ENTRIES):
            decisions += _read_entry(path, row, labs, attempts, entered)
    return decisions


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a gradebook that is not written to, and explain what SQLite complains of."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=rw", uri=True, timeout=10)) as connection:
            connection.execute("PRAGMA query_only = ON")
            yield connection
    except sqlite3.Error as error:
        hint = "; `nbgrader db upgrade` brings an old gradebook up to date" if "no such" in str(error) else ""
        raise RecordsError(f"{path}: cannot be read as nbgrader's gradebook: {error}{hint}") from None


def _read_entry(
    path: Path,
    row: tuple[str, str, str, str, float | None, float, str],
    labs: Mapping[str, Lab],
    attempts: Mapping[tuple[str, str], str],
    entered: float,
) -> Iterator[Decision]:
    """Yield what a cell's row says, unless it is of a lab that was not asked for, or says nothing of somebody unknown."""
    lab, learner, notebook, grade_id, points, extra, comment = row
    if lab not in labs:
        return
    where = f"{path}: {learner}, {lab}, {grade_id}"
    is_empty = points is None and not extra and not comment
    content_hash = attempts.get((lab, learner))
    maximum = _get_points(labs[lab], notebook, grade_id)
    if content_hash is None or maximum is None:
        if is_empty:
            return
        unknown = "cell is in no such lab" if maximum is None else "learner handed nothing in"
        raise RecordsError(f"{where}: this {unknown}, as far as the records go; is it the gradebook of another course?")
    if points is not None and not 0 <= points <= maximum:
        raise RecordsError(f"{where}: the manual score {points:g} is not between 0 and {maximum:g}, the cell's points")
    if not isfinite(extra) or extra < 0:
        raise RecordsError(f"{where}: the extra credit {extra:g} is below zero")
    yield Decision(lab, learner, notebook, grade_id, points, extra, comment, content_hash, entered, FORMGRADER)


def _get_points(lab: Lab, notebook: str, grade_id: str) -> float | None:
    """Return the points of a cell, or None if the lab has no such cell."""
    found = next((each for each in lab.get_notebooks() if each.name == notebook), None)
    cell = found.get_cell(grade_id) if found else None
    return None if cell is None else float(cell.points)
