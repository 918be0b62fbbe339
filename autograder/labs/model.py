"""A lab as the grader sees it: notebooks of cells, each with the marks that nbgrader gives a cell.

The marks are nbgrader's four flags (its metadata schema 3): `grade` (worth points), `solution` (the learner writes here),
`locked` (the learner must not write here) and `task` (a description that is graded by hand). Two more are ours: a `figure` cell
is for looking at and is never run by the grader; a `parameters` cell holds the seed.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from autograder.limits import Limits as Limits

CellKind = Literal["code", "markdown", "raw"]
Mode = Literal["split", "compat"]
"""Where tests run: in a process of their own, or (compat, forgeable) in the learner's, as nbgrader does it."""


@dataclass(frozen=True, slots=True)
class LabCell:
    """One cell of a lab, complete: a solution cell holds its solution, a test cell its hidden tests."""

    kind: CellKind
    source: str
    grade_id: str | None = None
    grade: bool = False
    solution: bool = False
    locked: bool = False
    task: bool = False
    points: float = 0.0
    figure: bool = False
    parameters: bool = False

    @property
    def is_test(self) -> bool:
        """Answer whether the cell is run to grade another one."""
        return self.grade and not self.solution and self.kind == "code"

    @property
    def is_manual(self) -> bool:
        """Answer whether only a person can grade the cell."""
        return self.task or (self.grade and (self.solution or self.kind != "code"))

    @property
    def is_graded(self) -> bool:
        """Answer whether the cell has points to give."""
        return self.grade or self.task

    @property
    def is_answer(self) -> bool:
        """Answer whether the learner writes in this cell."""
        return self.solution


@dataclass(frozen=True, slots=True)
class LabNotebook:
    """One notebook of a lab in one language; `lang` is None where a lab has no languages."""

    name: str
    cells: tuple[LabCell, ...]
    lang: str | None = None
    mode: Mode = "split"

    def get_cell(self, grade_id: str) -> LabCell | None:
        """Return the cell of that id, or None."""
        return next((cell for cell in self.cells if cell.grade_id == grade_id), None)


@dataclass(frozen=True, slots=True)
class Lab:
    """An assignment: what is handed out, graded and recorded under one id."""

    id: str
    notebooks: tuple[LabNotebook, ...]
    version: str
    titles: dict[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    uses: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    hints: dict[str, dict[str, str]] = field(default_factory=dict)
    folder: Path | None = None

    @property
    def languages(self) -> tuple[str | None, ...]:
        """The languages in which the lab exists, in the order of its source."""
        return tuple(dict.fromkeys(notebook.lang for notebook in self.notebooks))

    def get_notebooks(self, lang: str | None = None) -> tuple[LabNotebook, ...]:
        """Return the notebooks that a learner of that language gets; the first language stands in for one the lab lacks."""
        chosen = lang if lang in self.languages else self.languages[0]
        return tuple(notebook for notebook in self.notebooks if notebook.lang == chosen)

    @property
    def mode(self) -> Mode:
        """How the lab is graded: compat as soon as one of its notebooks is, because a score is no safer than its weakest part."""
        return "compat" if any(notebook.mode == "compat" for notebook in self.notebooks) else "split"

    @property
    def max_score(self) -> float:
        """The points of all graded cells together."""
        return sum(cell.points for notebook in self.get_notebooks() for cell in notebook.cells if cell.is_graded)


def compute_data_hashes(folder: Path | None) -> list[list[object]]:
    """Return name and SHA-256 of each data file of a lab; its notebooks are none."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".ipynb") if folder else []
    return [[path.relative_to(folder or path).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()] for path in paths]


def compute_version(
    graded_sources: list[list[object]], limits: Limits, uses: tuple[str, ...], hides: tuple[str, ...], compat: tuple[str, ...] = ()
) -> str:
    """Return the version of a lab: a hash of its graded cells, data files, limits, imports and mode, and of nothing else.

    So a mended typo in the prose regrades nobody, and a changed test regrades everybody. `graded_sources` holds plain JSON values,
    `compat` the names of the notebooks that run in compat mode.
    """
    limit_values = [limits.cpu_seconds, limits.memory_bytes, limits.output_bytes, limits.idle_seconds]
    parts = [graded_sources, limit_values, sorted(uses), sorted(hides), *([sorted(compat)] if compat else [])]
    content = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()[:16]
