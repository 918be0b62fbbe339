"""Results in nbgrader's gradebook: for each submission its notebooks, and for each cell a grade or a comment.

These are the rows of nbgrader's Gradebook.add_submission with the values of its SaveAutoGrades. Reading goes along the unique indices
that nbgrader's tables have, and writing by executemany: a thousand submissions cost a handful of statements.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Table, bindparam, insert, select, update

from autograder.cohort.marks import CellName, Decisions
from autograder.errors import UnknownLabError
from autograder.nbgrader.assignments import AssignmentPlan, NotebookPlan, Row, Tables
from autograder.results import CellResult, Result

NO_RESPONSE = "No response."
"""nbgrader's own words for an answer that is still what was handed out."""
FORGEABLE = "Graded in compat mode: the tests ran in the learner's process, so the score can be forged."


@dataclass(frozen=True, slots=True)
class GradebookEntry:
    """A result on its way to the gradebook. `untouched` holds (notebook, grade id) of empty answers; None: not known.

    `decided` is what people decided, `shown` what the gradebook said of it when it was last read: where it still says so, what was decided
    meanwhile is written; where it says something else, a person has changed it and it stays. `penalty` is what lateness takes off, in
    points; None: no rule says when the lab was due, and what the gradebook says stays.
    """

    result: Result
    untouched: frozenset[CellName] | None = None
    decided: Decisions = field(default_factory=dict)
    shown: Decisions = field(default_factory=dict)
    penalty: float | None = None


def save_submissions(
    connection: Connection, tables: Tables, plans: Mapping[str, AssignmentPlan], entries: Iterable[GradebookEntry]
) -> None:
    """Write a chunk of entries, at most one for each learner and lab. What a person has entered stays."""
    by_lab: dict[str, dict[str, GradebookEntry]] = defaultdict(dict)
    for entry in entries:
        by_lab[entry.result.lab][entry.result.learner] = entry
    for lab, by_learner in by_lab.items():
        if lab not in plans:
            raise UnknownLabError(f"there are results of the lab {lab!r}, which is not among the labs to export: {', '.join(plans)}")
        plan = plans[lab]
        _save_students(connection, tables["student"], by_learner)
        submitted = _save_submitted_assignments(connection, tables["submitted_assignment"], plan.id, by_learner)
        for name, notebook in plan.notebooks.items():
            owners = _save_submitted_notebooks(connection, tables["submitted_notebook"], notebook.id, submitted)
            if name == next(iter(plan.notebooks)):
                _save_penalties(connection, tables["submitted_notebook"], owners, by_learner)
            _save_grades(connection, tables["grade"], name, notebook, owners, by_learner)
            _save_comments(connection, tables["comment"], name, notebook, owners, by_learner)


def _save_students(connection: Connection, table: Table, learners: Iterable[str]) -> None:
    known = set(connection.execute(select(table.c.id).where(table.c.id.in_(learners))).scalars())
    _insert(connection, table, [{"id": learner} for learner in learners if learner not in known])


def _save_submitted_assignments(
    connection: Connection, table: Table, assignment_id: str, entries: Mapping[str, GradebookEntry]
) -> dict[str, str]:
    """Return learner -> id of the submitted assignment."""
    query = select(table.c.student_id, table.c.id).where(table.c.assignment_id == assignment_id, table.c.student_id.in_(entries))
    ids = {row.student_id: row.id for row in connection.execute(query)}
    times = {learner: _to_time(entry.result.arrived) for learner, entry in entries.items()}
    _update(connection, table, [{"id": ids[learner], "timestamp": time} for learner, time in times.items() if learner in ids])
    new = [learner for learner in entries if learner not in ids]
    ids |= {learner: uuid4().hex for learner in new}
    rows = [{"id": ids[name], "assignment_id": assignment_id, "student_id": name, "timestamp": times[name]} for name in new]
    _insert(connection, table, rows)
    return ids


def _save_submitted_notebooks(connection: Connection, table: Table, notebook_id: str, submitted: Mapping[str, str]) -> dict[str, str]:
    """Return learner -> id of the submitted notebook."""
    query = select(table.c.assignment_id, table.c.id).where(
        table.c.notebook_id == notebook_id, table.c.assignment_id.in_(submitted.values())
    )
    known = {row.assignment_id: row.id for row in connection.execute(query)}
    new = {assignment_id: uuid4().hex for assignment_id in submitted.values() if assignment_id not in known}
    rows = [{"id": own, "assignment_id": owner, "notebook_id": notebook_id, "flagged": False} for owner, own in new.items()]
    _insert(connection, table, rows)
    ids = known | new
    return {learner: ids[assignment_id] for learner, assignment_id in submitted.items()}


def _save_penalties(connection: Connection, table: Table, owners: Mapping[str, str], entries: Mapping[str, GradebookEntry]) -> None:
    """Write what lateness takes off a lab, all of it with the lab's first notebook: nbgrader adds them up."""
    penalties = {owners[learner]: entry.penalty for learner, entry in entries.items() if entry.penalty is not None}
    _update(connection, table, [{"id": owner, "late_submission_penalty": penalty} for owner, penalty in penalties.items()])


def _save_grades(
    connection: Connection,
    table: Table,
    name: str,
    notebook: NotebookPlan,
    owners: Mapping[str, str],
    entries: Mapping[str, GradebookEntry],
) -> None:
    """Write the scores that the grader gave, and those that people gave elsewhere.

    A score that did not change leaves everything as it is. One that did asks a grader to look again who had set a score by hand.
    """
    verdicts = {
        learner: {cell.grade_id: cell for cell in entry.result.cells if cell.notebook == name} for learner, entry in entries.items()
    }
    inserts: list[Row] = []
    updates: list[Row] = []
    for grade_id, cell_id in notebook.graded.items():
        known = _find_rows(connection, table, cell_id, owners.values())
        for learner, owner in owners.items():
            score = _get_score(verdicts[learner].get(grade_id))
            found = known.get(owner)
            points, extra = _get_points(entries[learner].decided, (name, grade_id))
            if found is None:
                row: Row = {
                    "id": uuid4().hex,
                    "notebook_id": owner,
                    "cell_id": cell_id,
                    "manual_score": points,
                    "extra_credit": extra or None,
                }
                inserts.append(row | {"auto_score": score, "needs_manual_grade": score is None and points is None})
                continue
            present = (found.manual_score, found.extra_credit or 0.0)
            if present != _get_points(entries[learner].shown, (name, grade_id)):
                points, extra = present
            if (found.auto_score, *present) != (score, points, extra):
                row = {"id": found.id, "auto_score": score, "manual_score": points, "extra_credit": extra}
                is_new = found.auto_score != score and present == (points, extra)
                needs_manual = (score is None and points is None) or (is_new and points is not None)
                updates.append(row | {"needs_manual_grade": needs_manual or (is_new and score is None)})
    _insert(connection, table, inserts)
    _update(connection, table, updates)


def _save_comments(
    connection: Connection,
    table: Table,
    name: str,
    notebook: NotebookPlan,
    owners: Mapping[str, str],
    entries: Mapping[str, GradebookEntry],
) -> None:
    """Write what nbgrader says of an empty answer, and how far the score is to be trusted.

    Where nobody knows whether an answer is empty, an earlier comment stays.
    """
    inserts: list[Row] = []
    updates: list[Row] = []
    for grade_id, cell_id in notebook.commented.items():
        known = _find_rows(connection, table, cell_id, owners.values())
        for learner, owner in owners.items():
            untouched = entries[learner].untouched
            is_empty, is_forgeable = untouched and (name, grade_id) in untouched, entries[learner].result.is_forgeable
            text = " ".join([NO_RESPONSE] * bool(is_empty) + [FORGEABLE] * is_forgeable) or None
            found = known.get(owner)
            comment = _get_comment(entries[learner].decided, (name, grade_id))
            if found is None:
                row: Row = {"id": uuid4().hex, "notebook_id": owner, "cell_id": cell_id}
                inserts.append(row | {"auto_comment": text, "manual_comment": comment})
                continue
            if (found.manual_comment or None) != _get_comment(entries[learner].shown, (name, grade_id)):
                comment = found.manual_comment
            text = found.auto_comment if untouched is None else text
            if (found.auto_comment, found.manual_comment or None) != (text, comment or None):
                updates.append({"id": found.id, "auto_comment": text, "manual_comment": comment})
    _insert(connection, table, inserts)
    _update(connection, table, updates)


def _find_rows(connection: Connection, table: Table, cell_id: str, owners: Iterable[str]) -> dict[str, Any]:
    """Return submitted notebook -> row of a cell, along the index (cell_id, notebook_id)."""
    query = select(table).where(table.c.cell_id == cell_id, table.c.notebook_id.in_(owners))
    return {row.notebook_id: row for row in connection.execute(query)}


def _get_score(verdict: CellResult | None) -> float | None:
    """Return the points that the grader gave, or None where a person has to."""
    return None if verdict is None else verdict.score


def _get_points(decisions: Decisions, cell: CellName) -> tuple[float | None, float]:
    """Return a person's points and extra credit for a cell."""
    decision = decisions.get(cell)
    return (decision.points, decision.extra) if decision else (None, 0.0)


def _get_comment(decisions: Decisions, cell: CellName) -> str | None:
    """Return a person's words about a cell, or None as nbgrader has it where there are none."""
    decision = decisions.get(cell)
    return decision.comment or None if decision else None


def _to_time(arrived: float) -> datetime | None:
    """Return a time as nbgrader stores it: in UTC, without saying so."""
    return datetime.fromtimestamp(arrived, UTC).replace(tzinfo=None) if arrived else None


def _insert(connection: Connection, table: Table, rows: list[Row]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _update(connection: Connection, table: Table, rows: list[Row]) -> None:
    """Set the other columns of the rows with these ids."""
    if rows:
        names = [name for name in rows[0] if name != "id"]
        statement = update(table).where(table.c.id == bindparam("row_id")).values({name: bindparam(f"new_{name}") for name in names})
        connection.execute(statement, [{"row_id": row["id"]} | {f"new_{name}": row[name] for name in names} for row in rows])
