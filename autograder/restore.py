"""Restoring: what the lab gave out and locked stands again, whatever a submission has in its place.

The submission's own cells keep their order. Of a cell that the lab locked, only the place is taken from the submission; test cells
that were moved in front of what they test go back behind it, and cells that were deleted return. Answers are the learner's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from autograder.labs.model import CellKind, LabCell, LabNotebook
from autograder.nbgrader.format import compute_released_source
from autograder.read import SubmittedCell, SubmittedNotebook
from autograder.results import Finding

_END: Final = float("inf")


@dataclass(frozen=True, slots=True)
class RestoredCell:
    """A cell of the notebook that is graded.

    `cell` is the lab's cell that it is, or None for one of the learner's own. `added`: it was not in the submission. `untouched`:
    an answer that is still what was handed out.
    """

    kind: CellKind
    source: str
    cell: LabCell | None = None
    added: bool = False
    untouched: bool = False


@dataclass(frozen=True, slots=True)
class RestoredNotebook:
    """A notebook that is ready to be run, and what had to be mended."""

    name: str
    lang: str | None
    cells: tuple[RestoredCell, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def present_ids(self) -> frozenset[str]:
        """The ids of the lab's cells that the submission itself has."""
        return frozenset(cell.cell.grade_id for cell in self.cells if cell.cell and cell.cell.grade_id and not cell.added)


compute_released = lru_cache(maxsize=4096)(compute_released_source)
"""The text that a learner is given for a cell; remembered, because a batch asks for the same ones again and again."""


def restore_notebook(master: LabNotebook, submitted: SubmittedNotebook) -> RestoredNotebook:
    """Return the notebook to grade: the learner's answers and own cells, the lab's own text for everything else."""
    findings: list[Finding] = []
    known = {cell.grade_id: cell for cell in master.cells if cell.grade_id is not None}
    places = _find_places(submitted.cells, known, master.name, findings)
    keys = _compute_keys(master, places)
    rows: list[tuple[float, int, RestoredCell]] = []
    for place, cell in enumerate(submitted.cells):
        lab_cell = known.get(cell.grade_id or "")
        if lab_cell is None or (lab_cell.is_answer and places[cell.grade_id or ""] != place):
            rows.append((place, -1, RestoredCell(cell.kind, cell.source)))
    for number, lab_cell in enumerate(master.cells):
        grade_id = lab_cell.grade_id
        if grade_id is None:
            continue
        found = submitted.cells[places[grade_id]] if grade_id in places else None
        if lab_cell.is_answer:
            if found is not None:
                rows.append((keys[grade_id], number, _restore_answer(lab_cell, found, master.name, findings)))
            else:
                findings.append(Finding(master.name, grade_id, "this answer cell is missing"))
            continue
        if found is None:
            findings.append(Finding(master.name, grade_id, "this cell was deleted; the lab's own was put back"))
        elif found.source != compute_released(lab_cell) or found.kind != lab_cell.kind:
            findings.append(Finding(master.name, grade_id, "this cell was changed; the lab's own was used"))
        elif keys[grade_id] != places[grade_id]:
            findings.append(Finding(master.name, grade_id, "this test stood before what it tests; it was moved back"))
        rows.append((keys[grade_id], number, RestoredCell(lab_cell.kind, lab_cell.source, lab_cell, added=found is None)))
    rows.sort(key=lambda row: row[:2])
    return RestoredNotebook(master.name, submitted.lang, tuple(row[2] for row in rows), tuple(findings))


def _find_places(cells: Sequence[SubmittedCell], known: dict[str, LabCell], notebook: str, findings: list[Finding]) -> dict[str, int]:
    """Return where each of the lab's cells stands in the submission.

    Of several copies of an answer the first that was touched counts as the answer; the others still run, as the learner's own cells.
    """
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        lab_cell = known.get(cell.grade_id or "")
        if lab_cell is None or cell.grade_id is None:
            continue
        if cell.grade_id not in places:
            places[cell.grade_id] = place
            continue
        findings.append(Finding(notebook, cell.grade_id, "there are several cells with this id"))
        if lab_cell.is_answer and cells[places[cell.grade_id]].source == compute_released(lab_cell):
            places[cell.grade_id] = place
    return places


def _compute_keys(master: LabNotebook, places: dict[str, int]) -> dict[str, float]:
    """Return where each of the lab's cells goes: its own place; never before what precedes it in the lab if it is a test; and if it
    was deleted, just before the first of the cells that follow it in the lab."""
    identified = [(cell.grade_id, cell) for cell in master.cells if cell.grade_id is not None]
    keys: dict[str, float] = {}
    for number, (grade_id, cell) in enumerate(identified):
        following = (places[later] for later, _ in identified[number + 1 :] if later in places)
        key = places[grade_id] if grade_id in places else min(following, default=_END) - 0.5
        if cell.is_test:
            key = max([key, *(keys[earlier] for earlier, other in identified[:number] if not other.figure)])
        keys[grade_id] = key
    return keys


def _restore_answer(lab_cell: LabCell, found: SubmittedCell, notebook: str, findings: list[Finding]) -> RestoredCell:
    if found.kind != lab_cell.kind:
        findings.append(Finding(notebook, lab_cell.grade_id or "", f"this cell had become {found.kind}; it was read as {lab_cell.kind}"))
    return RestoredCell(lab_cell.kind, found.source, lab_cell, untouched=found.source.strip() == compute_released(lab_cell).strip())
