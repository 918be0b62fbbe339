"""A lab in nbgrader's gradebook: assignment, notebooks, and for each marked cell its source and what is graded in it.

These are the rows of nbgrader's SaveCells (preprocessors/savecells.py): a cell has one row in `source_cell` and, by its flags, up to
three in `base_cell`, whose ids grades and comments refer to. Rows that are there keep their ids.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

from sqlalchemy import Connection, Table, insert, select, update

from autograder.errors import RecordsError
from autograder.labs.model import Lab, LabCell, LabNotebook
from autograder.nbgrader.format import compute_checksum, compute_visible, is_locked, is_marked, strip_hidden, strip_mark_scheme
from autograder.restore import compute_released

Tables: TypeAlias = Mapping[str, Table]
Row: TypeAlias = dict[str, Any]

_KERNELSPEC = '{"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}'
_KINDS = {"GradeCell": "grade_cells", "SolutionCell": "solution_cells", "TaskCell": "task_cells"}


@dataclass(frozen=True, slots=True)
class NotebookPlan:
    """The ids of one notebook's cells in the gradebook, by grade id: those that get a grade, and those that get a comment."""

    id: str
    graded: dict[str, str] = field(default_factory=dict)
    commented: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AssignmentPlan:
    """Where the results of a lab go in the gradebook: the assignment's id, and its notebooks by name."""

    id: str
    notebooks: dict[str, NotebookPlan]


def save_assignment(connection: Connection, tables: Tables, lab: Lab, course_id: str, with_hidden: bool, path: Path) -> AssignmentPlan:
    """Write a lab's rows, or find those that are there, and return where its results go.

    Raises `RecordsError` if the gradebook grades a cell that the lab does not have: then it belongs to another course, or to an
    older lab whose grades must not be mixed with those of this one (nbgrader refuses the same).
    """
    assignment = tables["assignment"]
    assignment_id = connection.execute(select(assignment.c.id).where(assignment.c.name == lab.id)).scalar()
    if assignment_id is None:
        assignment_id = uuid4().hex
        course = tables["course"]
        if course_id and connection.execute(select(course.c.id).where(course.c.id == course_id)).scalar() is None:
            connection.execute(insert(course), {"id": course_id})
        connection.execute(insert(assignment), {"id": assignment_id, "name": lab.id, "course_id": course_id})
    plans = {}
    for notebook in lab.get_notebooks():
        notebook_id = _save_notebook(connection, tables["notebook"], assignment_id, notebook.name)
        cells = [cell for cell in notebook.cells if is_marked(cell) and cell.kind != "raw"]
        _save_sources(connection, tables["source_cell"], notebook_id, cells, with_hidden)
        plans[notebook.name] = _save_base_cells(connection, tables, notebook_id, notebook, cells, f"{path}: {lab.id}/{notebook.name}")
    return AssignmentPlan(assignment_id, plans)


def _save_notebook(connection: Connection, table: Table, assignment_id: str, name: str) -> str:
    known = select(table.c.id).where(table.c.assignment_id == assignment_id, table.c.name == name)
    notebook_id: str | None = connection.execute(known).scalar()
    if notebook_id is None:
        notebook_id = uuid4().hex
        connection.execute(insert(table), {"id": notebook_id, "name": name, "assignment_id": assignment_id, "kernelspec": _KERNELSPEC})
    return notebook_id


def _save_sources(connection: Connection, table: Table, notebook_id: str, cells: list[LabCell], with_hidden: bool) -> None:
    """Write the text of each cell. A text that differs from ours only by its hidden tests stays: it says more."""
    known = {row.name: row for row in connection.execute(select(table).where(table.c.notebook_id == notebook_id))}
    for cell in cells:
        source = _compute_stored_source(cell, with_hidden)
        values: Row = {"cell_type": cell.kind, "locked": is_locked(cell), "source": source, "checksum": compute_checksum(cell, source)}
        found = known.get(cell.grade_id or "")
        if found is None:
            row = {"id": uuid4().hex, "name": cell.grade_id, "notebook_id": notebook_id} | values
            connection.execute(insert(table), row)
        elif with_hidden or strip_mark_scheme(strip_hidden(found.source or "")) != source:
            connection.execute(update(table).where(table.c.id == found.id), values)


def _compute_stored_source(cell: LabCell, with_hidden: bool) -> str:
    """Return what SaveCells would keep of a cell: the released text, with the hidden parts only if they are wanted."""
    if cell.solution:
        return compute_released(cell)
    return cell.source if with_hidden else compute_visible(cell).source


def _save_base_cells(
    connection: Connection, tables: Tables, notebook_id: str, notebook: LabNotebook, cells: list[LabCell], where: str
) -> NotebookPlan:
    base = tables["base_cell"]
    known = {(row.name, row.type): row.id for row in connection.execute(select(base).where(base.c.notebook_id == notebook_id))}
    for name, kind in known:
        cell = notebook.get_cell(name)
        if cell is None or kind not in _get_types(cell):
            raise RecordsError(f"{where}: the gradebook grades a cell {name!r} that the lab does not have; export to a new gradebook")
    plan = NotebookPlan(notebook_id)
    for cell in cells:
        grade_id = cell.grade_id or ""
        for kind in _get_types(cell):
            cell_id = known.get((grade_id, kind)) or uuid4().hex
            values: Row = {} if kind == "SolutionCell" else {"max_score": float(cell.points), "cell_type": cell.kind}
            details = tables[_KINDS[kind]]
            if (grade_id, kind) not in known:
                connection.execute(insert(base), {"id": cell_id, "name": grade_id, "notebook_id": notebook_id, "type": kind})
                connection.execute(insert(details), {"id": cell_id} | values)
            elif values:
                connection.execute(update(details).where(details.c.id == cell_id), values)
            if kind != "SolutionCell":
                plan.graded[grade_id] = cell_id
            if kind != "GradeCell":
                plan.commented[grade_id] = cell_id
    return plan


def _get_types(cell: LabCell) -> list[str]:
    """Return the names under which nbgrader keeps a cell: an answer that is graded by hand has two."""
    flags = {"GradeCell": cell.grade, "SolutionCell": cell.solution, "TaskCell": cell.task}
    return [kind for kind, flag in flags.items() if flag]
