"""The assignments of a foreign nbgrader course, as labs.

A course is nbgrader's folder (nbgrader 0.9, coursedir.py): `source/<assignment>/*.ipynb` with solutions and hidden tests, and beside it
`gradebook.db`, once `nbgrader generate_assignment` has run. What the gradebook knows of a cell wins over the notebook, because it is
what learners were given: text, kind, points and flags; tests that were generated, and locked header cells, are there only. The one
thing that it does not keep is a solution.

A notebook that cannot be graded split is named in a file `autograder.toml` beside `source/`, as `autograder check` advises; its scores
are then marked as forgeable wherever they are shown:

    compat = ["ps2", "ps3/problem1"]     # all notebooks of an assignment, or one

A module or package that lies beside the notebooks (`from utils import *`) is the lab's own: both processes find it before any that is
installed, as Jupyter does, each in its own copy of the folder; what T runs of it no learner has touched.

Simplifications: the folders have nbgrader's default names, the gradebook is SQLite, nbgrader_config.py is not read (it is a program).
"""

import ast
import json
import re
import sqlite3
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from autograder.errors import LabError, PathError
from autograder.labs.model import CellKind, Lab, LabCell, LabNotebook, Limits, compute_data_hashes, compute_version
from autograder.nbgrader.format import SCHEMA_VERSION, is_locked, is_marked

Released = dict[str, dict[str, dict[str, LabCell]]]
"""Assignment, notebook, grade id: the cell as the gradebook has it, in the order in which the gradebook got it."""

_GRADE_ID: Final = re.compile(r"[A-Za-z0-9_-]+")
_AUTOTEST: Final = re.compile(r"^\s*#+\s*(?:HASHED )?AUTOTEST\b", re.MULTILINE)
_IMPORT: Final = re.compile(r"^\s*(?:from|import)\s+([A-Za-z_]\w*)", re.MULTILINE)
_MAGIC: Final = re.compile(r"^\s*[%!].*$", re.MULTILINE)
_RELEASED_CELLS: Final = """
    SELECT assignment.name, notebook.name, source_cell.name, source_cell.cell_type, source_cell.locked, source_cell.source,
           graded.id IS NOT NULL, solved.id IS NOT NULL, described.id IS NOT NULL, coalesce(graded.max_score, described.max_score, 0)
    FROM source_cell
    JOIN notebook ON notebook.id = source_cell.notebook_id
    JOIN assignment ON assignment.id = notebook.assignment_id
    LEFT JOIN (base_cell NATURAL JOIN grade_cells) AS graded ON (graded.name, graded.notebook_id) = (source_cell.name, notebook.id)
    LEFT JOIN (base_cell NATURAL JOIN solution_cells) AS solved ON (solved.name, solved.notebook_id) = (source_cell.name, notebook.id)
    LEFT JOIN (base_cell NATURAL JOIN task_cells) AS described ON (described.name, described.notebook_id) = (source_cell.name, notebook.id)
    ORDER BY source_cell.rowid
"""


def looks_like_course(path: Path) -> bool:
    """Answer whether a folder is an nbgrader course: whether it has a notebook in an assignment below `source/`."""
    return any((path / "source").glob("*/*.ipynb"))


def load_course(path: Path) -> dict[str, Lab]:
    """Return assignment -> lab, ordered by name. A folder below `source/` without notebooks is no assignment, unless it was one.

    Raises `PathError` if the folder is no course, and `LabError` for the first rule of nbgrader's format that an assignment breaks.
    """
    if not path.is_dir():
        raise PathError(f"{path}: no such folder; --course names the folder of an nbgrader course")
    if not (path / "source").is_dir():
        raise PathError(f"{path}: no nbgrader course; a course has a folder 'source' with one folder for each assignment")
    released, compat = _read_gradebook(path / "gradebook.db"), _read_compat(path / "autograder.toml")
    folders = sorted(folder for folder in (path / "source").iterdir() if folder.is_dir() and not folder.name.startswith("."))
    labs: dict[str, Lab] = {}
    for folder in folders:
        if any(folder.glob("*.ipynb")):
            labs[folder.name] = _load_assignment(folder, released.get(folder.name, {}), compat)
        elif folder.name in released:
            raise LabError(f"{folder}: no notebook here, but gradebook.db knows the assignment {folder.name!r}")
    if not labs:
        raise PathError(f"{path}/source: no assignment here; an assignment is a folder that holds notebooks (*.ipynb)")
    _validate_compat(compat, labs, path / "autograder.toml")
    return labs


def _read_compat(path: Path) -> frozenset[str]:
    """Return what `autograder.toml` says of a course: which assignments and notebooks run in compat mode."""
    try:
        settings = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
    except (OSError, ValueError) as error:
        raise LabError(f"{path}: cannot be read: {error}") from None
    names = settings.get("compat", [])
    if settings.keys() - {"compat"} or not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise LabError(f'{path}: holds one line, compat = ["assignment", "assignment/notebook"], and nothing else')
    return frozenset(names)


def _validate_compat(compat: frozenset[str], labs: Mapping[str, Lab], path: Path) -> None:
    known = {f"{lab.id}/{notebook.name}" for lab in labs.values() for notebook in lab.notebooks} | labs.keys()
    if unknown := sorted(compat - known):
        raise LabError(f"{path}: compat names {unknown[0]!r}; there are {', '.join(sorted(known))}")


def _load_assignment(folder: Path, released: dict[str, dict[str, LabCell]], compat: frozenset[str]) -> Lab:
    paths = sorted(path for path in folder.glob("*.ipynb") if not path.name.startswith("."))
    forgeable = tuple(path.stem for path in paths if not compat.isdisjoint({folder.name, f"{folder.name}/{path.stem}"}))
    notebooks = tuple(
        LabNotebook(path.stem, _load_cells(path, released.get(path.stem, {})), mode="compat" if path.stem in forgeable else "split")
        for path in paths
    )
    limits, uses = Limits(), tuple(sorted(_find_uses(notebooks, folder)))
    graded = [_describe(notebook, cell) for notebook in notebooks for cell in notebook.cells if cell.kind == "code" or cell.is_graded]
    version = compute_version(graded + compute_data_hashes(folder), limits, uses, (), forgeable)
    return Lab(folder.name, notebooks, version, limits=limits, uses=uses, folder=folder)


def _describe(notebook: LabNotebook, cell: LabCell) -> list[object]:
    """Return what the version of a lab depends on in a cell: not on the text of a solution, which grades nobody."""
    text = "" if cell.solution or cell.task else cell.source
    return [notebook.name, cell.kind, cell.grade_id, cell.grade, cell.solution, is_locked(cell), cell.task, float(cell.points), text]


def _load_cells(path: Path, released: dict[str, LabCell]) -> tuple[LabCell, ...]:
    """Return the cells of a source notebook, as they were released where that is known."""
    written = list(_read_cells(path))
    for cell in written:
        _validate_cell(cell, path)
    cells = _merge(written, released, path) if released else written
    ids = [cell.grade_id for cell in cells if cell.grade_id is not None]
    if repeated := [grade_id for grade_id in ids if ids.count(grade_id) > 1]:
        raise LabError(f"{path}: two cells have the id {repeated[0]!r}; ids are unique in a notebook")
    for cell in cells:
        if cell.is_test and _AUTOTEST.search(cell.source):
            raise LabError(f"{path}: the tests of {cell.grade_id!r} are still to be generated; run `nbgrader generate_assignment` first")
    return tuple(cells)


def _read_cells(path: Path) -> Iterator[LabCell]:
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise LabError(f"{path}: cannot be read as a notebook: {error}") from None
    if not isinstance(content, dict) or content.get("nbformat") != 4 or not isinstance(content.get("cells"), list):
        raise LabError(f"{path}: no notebook of format 4; convert it with `jupyter nbconvert --to notebook`")
    metadata = content.get("metadata") or {}
    language = (metadata.get("kernelspec") or {}).get("language") or (metadata.get("language_info") or {}).get("name") or "python"
    if language.lower() not in ("python", "ipython"):
        raise LabError(f"{path}: the notebook is written in {language}; only Python is graded")
    for number, raw in enumerate(content["cells"], start=1):
        try:
            yield _read_cell(raw)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise LabError(f"{path}: cell {number} is damaged: {type(error).__name__}: {error}") from None


def _read_cell(raw: dict[str, Any]) -> LabCell:
    """Return a cell with its marks, in nbgrader's way to read its older metadata schemas (nbgraderformat/v1.py to v3.py).

    Schema 0 knew no defaults; schemas 1 and 2 lack `cell_type` and `task`, which default here. A cell without a flag has no id.
    """
    source = raw["source"] if isinstance(raw["source"], str) else "".join(raw["source"])
    kind: CellKind = {"code": "code", "markdown": "markdown", "raw": "raw"}[raw["cell_type"]]  # type: ignore[assignment]
    marks = (raw.get("metadata") or {}).get("nbgrader") or {}
    version = marks.get("schema_version", 0)
    if version > SCHEMA_VERSION:
        raise ValueError(f"its nbgrader metadata has schema {version}; schemas up to {SCHEMA_VERSION} are known")
    grade, solution, locked, task = (bool(marks.get(flag, False)) for flag in ("grade", "solution", "locked", "task"))
    if not (grade or solution or locked or task):
        return LabCell(kind, source)
    points = marks.get("points") or 0 if version == 0 or not (grade or task) else marks["points"]
    cell = LabCell(kind, source, marks["grade_id"], grade, solution, locked, task, float(points) if grade or task else 0.0)
    return replace(cell, locked=is_locked(cell), points=max(cell.points, 0.0) if version == 0 else cell.points)


def _validate_cell(cell: LabCell, path: Path) -> None:
    if cell.grade_id is None:
        return
    if not _GRADE_ID.fullmatch(cell.grade_id):
        raise LabError(f"{path}: the cell id {cell.grade_id!r} holds something else than letters, digits, - and _")
    if cell.points < 0:
        raise LabError(f"{path}: the cell {cell.grade_id!r} is worth {cell.points:g} points; points are zero or more")
    if cell.kind == "markdown" and not cell.task and cell.grade != cell.solution:
        raise LabError(f"{path}: the text cell {cell.grade_id!r} must be both answer and graded, or neither")


def _merge(written: list[LabCell], released: dict[str, LabCell], path: Path) -> list[LabCell]:
    """Return the released cells in the order of the source notebook, with the solutions of the source notebook.

    A marked cell that was never released is left out; a released one that the source has lost stands behind the one that preceded it.
    """
    known = {cell.grade_id for cell in written}
    merged: list[LabCell] = []
    for cell in written:
        if cell.grade_id is None:
            merged.append(cell)
        elif found := released.get(cell.grade_id):
            merged.append(replace(found, source=cell.source) if found.solution else found)
    place = 0
    for grade_id, found in released.items():
        if grade_id in known:
            place = next(number for number, cell in enumerate(merged, start=1) if cell.grade_id == grade_id)
        elif found.solution:
            raise LabError(f"{path}: the answer cell {grade_id!r} was released, but is no longer in the source notebook")
        else:
            merged.insert(place, found)
            place += 1
    return merged


def _read_gradebook(path: Path) -> Released:
    """Return all cells that a gradebook knows; nothing if there is no gradebook. The connection may not write."""
    if not path.is_file():
        return {}
    cells: Released = {}
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=rw", uri=True, timeout=10)) as connection:
            connection.execute("PRAGMA query_only = ON")
            for assignment, notebook, name, kind, locked, source, grade, solution, task, points in connection.execute(_RELEASED_CELLS):
                cell = LabCell(kind, source or "", name, bool(grade), bool(solution), bool(locked), bool(task), float(points))
                if is_marked(cell):
                    cells.setdefault(assignment, {}).setdefault(notebook, {})[name] = cell
    except sqlite3.Error as error:
        hint = "; `nbgrader db upgrade` brings an old gradebook up to date" if "no such" in str(error) else ""
        raise LabError(f"{path}: cannot be read as nbgrader's gradebook: {error}{hint}") from None
    return cells


def _find_uses(notebooks: Iterable[LabNotebook], folder: Path) -> set[str]:
    """Return the top-level names of all modules that code cells import, themselves or through modules in the folder, but for those."""
    own = {path.stem: path for path in folder.glob("*.py")}
    own |= {path.parent.name: path.parent for path in folder.glob("*/__init__.py")}
    used = _find_imports(cell.source for notebook in notebooks for cell in notebook.cells if cell.kind == "code")
    waiting = used & own.keys()
    read = set[str]()
    while waiting:
        read |= waiting
        files = [file for name in waiting for file in ([own[name]] if own[name].is_file() else own[name].rglob("*.py"))]
        used |= _find_imports(file.read_text("utf-8", "replace") for file in files)
        waiting = (used & own.keys()) - read
    return used - own.keys()


def _find_imports(sources: Iterable[str]) -> set[str]:
    """Return the top-level names of the modules that pieces of source import; magics and shell lines are passed over."""
    found: set[str] = set()
    for source in sources:
        text = _MAGIC.sub("", source)
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            found.update(_IMPORT.findall(text))
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found
