"""Works: what of a submission is the learner's own code, and what the lab has given out or published.

A work is the learner's answers in code and the cells that they added; tests and texts of the lab, and answers that are still as handed
out, are none of it. The lab's own solution and, where its source is at hand, the answers beside it are works too: they were written one
without the other, so what two of them share is what right answers share, and who hands in one of them did not find it alone.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from autograder.compare.passages import Hashes, compute_set
from autograder.compare.tokens import MAX_CHARACTERS, find_given_names, split_tokens
from autograder.labs.model import Lab, LabNotebook
from autograder.labs.source import load_solutions
from autograder.read import SubmittedNotebook
from autograder.restore import compute_released, restore_notebook
from autograder.sources.place import Place, read_place

PUBLISHED: Final = "published/"
"""What the names of the lab's own works begin with; a slash is in no learner's name."""
MODEL: Final = "published/model"
"""The name of the lab's own solution."""


@dataclass(frozen=True, slots=True)
class Work:
    """Code that one learner handed in, cell by cell: the cell's id (empty for one of the learner's own) and its text."""

    name: str
    cells: tuple[tuple[str, str], ...]
    problems: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All cells, one below the other."""
        return "\n".join(source for _, source in self.cells)


@dataclass(frozen=True, slots=True)
class Given:
    """What a lab gives out: the names in its code, and the passages."""

    names: frozenset[str]
    passages: Hashes


def read_work(place: Place, lab: Lab, learner: str) -> Work:
    """Return what a learner handed in for a lab. What cannot be read is named in `problems` and left out."""
    submission = read_place(place, lab, learner)
    cells = [
        cell
        for notebook in submission.notebooks
        for master in lab.get_notebooks(notebook.lang)
        if master.name == notebook.name
        for cell in list_own_cells(master, notebook)
    ]
    return Work(learner, tuple(_cut(cells)), submission.unreadable)


@lru_cache(maxsize=64)
def _list_released(master: LabNotebook) -> frozenset[str]:
    """Return the texts of a notebook's cells as they are handed out."""
    return frozenset(compute_released(cell).strip() for cell in master.cells)


def list_own_cells(master: LabNotebook, submitted: SubmittedNotebook) -> list[tuple[str, str]]:
    """Return id and text of each code cell that the learner wrote in."""
    released = _list_released(master)
    return [
        (cell.cell.grade_id or "" if cell.cell else "", cell.source)
        for cell in restore_notebook(master, submitted).cells
        if cell.kind == "code" and (cell.cell is None or cell.cell.is_answer) and cell.source.strip() not in released | {""}
    ]


def load_published(lab: Lab, folder: Path | None) -> list[Work]:
    """Return the lab's own solution and the answers in its source folder, if it has one."""
    model = {
        cell.grade_id or "": cell.source
        for master in lab.get_notebooks()
        for cell in master.cells
        if cell.kind == "code" and cell.is_answer and not cell.is_manual
    }
    paths = sorted((folder / "answers").glob("*.py")) if folder else []
    answers = {f"{PUBLISHED}{path.stem}": load_solutions(path) for path in paths}
    return [Work(name, tuple(cells.items())) for name, cells in ({MODEL: model} | answers).items()]


def compute_given(lab: Lab) -> Given:
    """Return what everybody who opens the lab's notebooks has before writing anything."""
    code = [
        compute_released(cell)
        for lang in lab.languages
        for master in lab.get_notebooks(lang)
        for cell in master.cells
        if cell.kind == "code"
    ]
    text = "\n".join(dict.fromkeys(code))
    names = find_given_names(text)
    return Given(names, compute_set(split_tokens(text, names)))


def _cut(cells: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the cells as far as they are compared, so that nobody's work is kept whole that is too long to be looked at."""
    kept, room = [], MAX_CHARACTERS + 1
    for name, source in cells:
        if room > 0:
            kept.append((name, source[:room]))
            room -= len(source) + 1
    return kept
