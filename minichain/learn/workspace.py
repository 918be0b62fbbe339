"""A folder of labs that a learner works in: filled from released notebooks, and never at the price of the learner's work.

A notebook is known by the label in its metadata (lab, version, language), so that a renamed file is still recognised. When a lab is
updated, the learner's notebook becomes a copy under another name, and the new one takes over what was written in the cells that ask for an
answer.

Simplifications: what a learner added elsewhere (cells of their own, notes) stays in the copy. Progress is what the saved notebook shows:
the table of `watch_progress` when it was last run.
"""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from minichain.learn.notebook import MIME_TYPE

MAX_NOTEBOOK_BYTES: Final = 32_000_000
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Lab and version become names of files: a notebook from elsewhere must not choose the folder."""

Change = Literal["new", "updated", "kept"]


class WorkspaceError(Exception):
    """A folder of labs cannot be read or written: one line says which, and why."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a notebook's metadata says it is."""

    lab: str
    version: str
    lang: str


@dataclass(frozen=True, slots=True)
class LabState:
    """A lab in the learner's folder: its notebook, what became of it just now, and the points that it shows, if it shows any."""

    label: Label
    path: Path
    change: Change
    points: float | None
    max_points: float | None


def update_workspace(released: Path, folder: Path) -> list[LabState]:
    """Bring the notebooks below `released` (one folder a lab, with its data files) into `folder`, and return the state of every lab.

    Raises WorkspaceError if a folder cannot be read or written, or a released file is no notebook of a lab.
    """
    states = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for source in sorted(released.glob("*/*.ipynb")):
            notebook = read_notebook(source)
            label = get_label(notebook)
            if notebook is None or label is None:
                raise WorkspaceError(f"{source}: no released notebook of a lab")
            states.append(_bring_in(source, notebook, label, folder / label.lab))
    except OSError as error:
        raise WorkspaceError(f"{error.filename or folder}: {error.strerror}") from None
    if not states:
        raise WorkspaceError(f"{released}: no notebooks here; a release has one folder for each lab")
    return states


def read_notebook(path: Path) -> dict[str, Any] | None:
    """Return a notebook as plain JSON, or None if the file holds none that can be read."""
    if path.stat().st_size > MAX_NOTEBOOK_BYTES:
        return None
    try:
        notebook = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    return notebook if isinstance(cells, list) and all(isinstance(cell, dict) for cell in cells) else None


def get_label(notebook: dict[str, Any] | None) -> Label | None:
    """Return which lab, version and language a notebook is, or None if it does not say so."""
    metadata = notebook.get("metadata") if notebook else None
    label = metadata.get("minichain") if isinstance(metadata, dict) else None
    values = [label.get(name) for name in ("lab", "version", "lang")] if isinstance(label, dict) else [None]
    return Label(*values) if all(isinstance(value, str) and _NAME.fullmatch(value) for value in values) else None


def get_answers(notebook: dict[str, Any]) -> dict[str, str]:
    """Return what stands in the cells that ask for an answer, by their grade ids (nbgrader's metadata)."""
    marked = ((cell, _get_mark(cell)) for cell in notebook["cells"])
    return {mark["grade_id"]: _get_source(cell) for cell, mark in marked if mark.get("solution") and isinstance(mark.get("grade_id"), str)}


def fill_in(release: dict[str, Any], answers: dict[str, str]) -> dict[str, Any]:
    """Return a released notebook with these answers in its cells; one whose cell is gone has no place in it."""
    cells = []
    for cell in release["cells"]:
        grade_id = _get_mark(cell).get("grade_id") if _get_mark(cell).get("solution") else None
        cells.append({**cell, "source": answers[grade_id]} if grade_id in answers else cell)
    return {**release, "cells": cells}


def get_points(notebook: dict[str, Any] | None) -> tuple[float, float] | None:
    """Return the points and the most points that the notebook's progress table shows, or None if it was not run."""
    shown = None
    for data in _find_tables(notebook):
        points, most = data.get("points"), data.get("max_points")
        if isinstance(points, int | float) and isinstance(most, int | float):
            shown = float(points), float(most)
    return shown


def _bring_in(source: Path, release: dict[str, Any], label: Label, folder: Path) -> LabState:
    """Bring one lab into its folder. Data files of the lab are written anew; notebooks are not."""
    folder.mkdir(exist_ok=True)
    for file in source.parent.iterdir():
        if file.is_file() and file.suffix != ".ipynb":
            shutil.copyfile(file, folder / file.name)
    own = _find_own(folder, label)
    if own is None:
        path = _find_free(folder, label.lab)
        _write(path, release)
        return LabState(label, path, "new", None, None)
    path, notebook, version = own
    change: Change = "kept"
    if version != label.version:
        copy = _find_free(folder, f"{path.stem} (version {version})")
        shutil.copy2(path, copy)  # whole and under another name, before anything is written over it
        _write(path, fill_in(release, get_answers(notebook)))
        change = "updated"
    points = get_points(notebook)
    return LabState(label, path, change, *(points or (None, None)))


def _find_own(folder: Path, label: Label) -> tuple[Path, dict[str, Any], str] | None:
    """Return the learner's notebook of this lab in this language, and its version: the one of the release, else the last one changed."""
    found = []
    for path in folder.glob("*.ipynb"):
        notebook = read_notebook(path)
        own = get_label(notebook)
        if notebook is not None and own is not None and (own.lab, own.lang) == (label.lab, label.lang):
            found.append((own.version == label.version, path.stat().st_mtime, path, notebook, own.version))
    return max(found, key=lambda entry: entry[:2])[2:] if found else None


def _find_free(folder: Path, name: str) -> Path:
    """Return a path of this name that does not exist yet."""
    path, number = folder / f"{name}.ipynb", 2
    while path.exists():
        path, number = folder / f"{name} {number}.ipynb", number + 1
    return path


def _write(path: Path, notebook: dict[str, Any]) -> None:
    """Write a notebook whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", "utf-8")
    part.replace(path)


def _get_mark(cell: dict[str, Any]) -> dict[str, Any]:
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return mark if isinstance(mark, dict) else {}


def _get_source(cell: dict[str, Any]) -> str:
    source = cell.get("source")
    return "".join(map(str, source)) if isinstance(source, list) else str(source or "")


def _find_tables(notebook: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    for cell in notebook["cells"] if notebook else ():
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else ():
            data = output.get("data") if isinstance(output, dict) else None
            table = data.get(MIME_TYPE) if isinstance(data, dict) else None
            if isinstance(table, dict):
                yield table
