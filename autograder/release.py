"""Release: from a lab to the notebooks that learners are given, one tree a language, in nbgrader's format (nbformat 4.5, schema 3).

The two languages come out as the same file names with the same graded cells. Each notebook says in its metadata which lab, version and
language it is, so that a renamed file is still recognised.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from autograder.errors import PathError
from autograder.files import write_atomically
from autograder.labs.model import Lab, LabCell, LabNotebook
from autograder.nbgrader.format import compute_released_source, to_metadata

_KERNEL: Final = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def build_notebook(lab: Lab, master: LabNotebook, complete: bool = False) -> dict[str, Any]:
    """Return a notebook as plain JSON: what a learner is given, or the instructor's, with solutions and hidden tests."""
    cells = []
    for number, cell in enumerate(master.cells):
        source = cell.source if complete else compute_released_source(cell)
        built: dict[str, Any] = {
            "cell_type": cell.kind,
            "id": _compute_cell_id(lab.id, cell, number),
            "metadata": _build_metadata(cell, source),
        }
        if cell.kind == "code":
            built |= {"execution_count": None, "outputs": []}
        cells.append({**built, "source": source.splitlines(keepends=True)})
    label = {"lab": lab.id, "version": lab.version, "lang": master.lang}
    return {"cells": cells, "metadata": {**_KERNEL, "minichain": label}, "nbformat": 4, "nbformat_minor": 5}


def fill_notebook(lab: Lab, master: LabNotebook, answers: Mapping[str, str]) -> dict[str, Any]:
    """Return a learner's notebook: the released one with these answers, by grade id, in their cells."""
    notebook = build_notebook(lab, master)
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id in answers:
            cell["source"] = answers[grade_id].splitlines(keepends=True)
    return notebook


def write_release(lab: Lab, folder: Path, languages: list[str] | None = None, complete: bool = False) -> list[Path]:
    """Write the notebooks of a lab below `folder`/<language>/<lab>/, with its data files, and return their paths."""
    written: list[Path] = []
    for lang in lab.languages:
        if languages and lang not in languages:
            continue
        target = folder / (lang or "") / lab.id
        for master in lab.get_notebooks(lang):
            path = target / f"{master.name}.ipynb"
            write_notebook(path, build_notebook(lab, master, complete))
            written.append(path)
        if lab.folder is not None:
            try:
                shutil.copytree(lab.folder, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.ipynb"))
            except OSError as error:
                raise PathError(f"{target}: the data files of {lab.id} cannot be copied here: {error}") from None
    return written


def write_notebook(path: Path, notebook: dict[str, Any]) -> None:
    """Write a notebook whole or not at all."""
    write_atomically(path, (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode())


def _build_metadata(cell: LabCell, source: str) -> dict[str, Any]:
    metadata = to_metadata(cell, source)
    return {**metadata, "minichain": {"figure": True}} if cell.figure else metadata


def _compute_cell_id(lab: str, cell: LabCell, number: int) -> str:
    """Return a cell id (nbformat 4.5: 1 to 64 letters, digits, - and _) that stays the same from one release to the next."""
    if cell.grade_id is not None and len(cell.grade_id) <= 64:
        return cell.grade_id
    return hashlib.sha256(f"{lab}/{number}".encode()).hexdigest()[:12]
