"""A restored notebook as a list of steps: what S runs, what T runs of the lab's own, and the tests, in the order of the notebook."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from autograder.labs.model import LabCell, LabNotebook
from autograder.restore import RestoredNotebook
from autograder.split.cells import keep_definitions
from autograder.split.solution import Solution, read_solution

StepKind = Literal["student", "lab", "parameters", "test"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to run. `place` is the index of its cell in the restored notebook, `cell` the lab's cell that it is, if it is one."""

    kind: StepKind
    source: str
    place: int
    cell: LabCell | None = None

    @property
    def is_test(self) -> bool:
        """Answer whether the step gives points. In compat mode a test is S's to run, like everything else."""
        return self.cell is not None and self.cell.is_test


def build_steps(restored: RestoredNotebook, master: LabNotebook, seed: int) -> list[Step]:
    """Return the steps of a notebook.

    The lab's own copy of a plain cell has no place in the submission; it is run in T when the notebook has come to the next cell that
    does. A figure cell is run nowhere.
    """
    steps: list[Step] = []
    order = {cell.grade_id: number for number, cell in enumerate(master.cells) if cell.grade_id is not None}
    reached = 0
    for place, restored_cell in enumerate(restored.cells):
        cell = restored_cell.cell
        if cell is not None and cell.grade_id is not None:
            until = order[cell.grade_id]
            steps += [Step("lab", source, place) for source in _get_definitions(master, reached, until) if source]
            reached = max(reached, until)
        if restored_cell.kind != "code" or (cell is not None and cell.figure):
            continue
        source = restored_cell.source
        if cell is not None and cell.is_test:
            steps.append(Step("test", source, place, cell))
            continue
        steps.append(Step("student", source, place, cell))
        if cell is not None and cell.parameters:
            steps.append(Step("parameters", f"SEED = {seed}", place))
        elif cell is not None and not cell.is_answer:
            steps.append(Step("lab", source, place))
    return steps


@lru_cache(maxsize=256)
def get_solution(master: LabNotebook) -> Solution:
    """Return what T has to know of the lab's own solution."""
    return read_solution(cell.source for cell in master.cells if cell.is_answer and cell.kind == "code")


@lru_cache(maxsize=4096)
def _get_definitions(master: LabNotebook, start: int, end: int) -> tuple[str, ...]:
    """Return what T runs of the plain cells from `start` to `end`. The lab's constants may be made of its earlier ones."""
    constants, imports = set[str](), dict[str, str]()
    kept = []
    for number, cell in enumerate(master.cells[:end]):
        if cell.kind == "code" and cell.grade_id is None:
            definitions = keep_definitions(cell.source, constants, imports)
            kept += [definitions] if number >= start else []
    return tuple(kept)
