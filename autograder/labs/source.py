"""A lab's source folder: `lab.toml` says what the lab is, `lab.py` holds its cells for every language at once.

Marks of a cell (DESIGN of the format: CONTRIBUTING.md, "Add a lab"):

    task="root"                a solution cell; the learner gets it with `### BEGIN SOLUTION` … `### END SOLUTION` taken out
    test="root" points=3       a test cell; `### BEGIN HIDDEN TESTS` … `### END HIDDEN TESTS` is taken out
    manual="essay" points=5    an answer that a person grades (code or markdown)
    figure=true                a picture to play with: never run by the grader
    parameters=true            holds `SEED = 0`
    lang="en"                  a markdown cell of one language
    (none)                     imports, helpers and constants that the learner is given

Code is shared by the languages: «key» in it is replaced by the text of that key in lab.toml. Four keys are filled in for every lab:
«lab.id», «lab.version», «lab.lang» and «lab.tests», its test cells with their points in the order of the notebook, "hashing 3, root 4",
each after the number of its task if the heading above it has one, "1 hashing 3, 2 root 4".
"""

import ast
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from autograder.errors import LabError
from autograder.labs.model import CellKind, Lab, LabCell, LabNotebook, Limits, compute_data_hashes, compute_version
from autograder.labs.percent import Mark, PercentCell, parse_percent
from autograder.nbgrader.format import compute_released_source

LANGUAGES: Final = ("en", "zh")
_FIELDS: Final = frozenset("id title course minutes prerequisites uses hides mode limits outcome text hints".split())
_MARKS: Final = frozenset("lang task test manual points figure parameters".split())
_ROLES: Final = ("task", "test", "manual", "figure", "parameters")
_TEXT: Final = re.compile(r"«([^«»]+)»")
_HEADING: Final = re.compile(r"^## (?:(\d{1,3}) · )?", re.MULTILINE)
_GRADE_ID: Final = re.compile(r"[A-Za-z0-9_-]+")
_TIMES: Final = {"s": 1, "ms": 0.001}
_SIZES: Final = {"kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_LIMITS: Final[Mapping[str, tuple[str, Mapping[str, float]]]] = {
    "cpu": ("cpu_seconds", _TIMES),
    "idle": ("idle_seconds", _TIMES),
    "memory": ("memory_bytes", _SIZES),
    "output": ("output_bytes", _SIZES),
}
_BUILT_IN: Final = ("lab.id", "lab.version", "lab.lang", "lab.tests")
_POINTS_WORD: Final = {"en": ("point", "points"), "zh": ("分", "分")}


def load_lab(folder: Path) -> Lab:
    """Read a lab from its source folder. Raises `LabError` for the first rule of the format that it breaks."""
    settings = _read_settings(folder / "lab.toml")
    cells = parse_percent(_read_text(folder / "lab.py"), f"{folder.name}/lab.py")
    for cell in cells:
        _validate_marks(cell, folder)
    texts = {lang: _flatten(settings.get("text", {}).get(lang, {})) for lang in LANGUAGES}
    _validate_texts(cells, texts, folder)
    lab_id, limits = settings["id"], _parse_limits(settings.get("limits", {}), folder)
    uses, hides, mode = tuple(settings.get("uses", ())), tuple(settings.get("hides", ())), settings.get("mode", "split")
    data = folder / "data" if (folder / "data").is_dir() else None
    graded: list[list[object]] = [[sorted(c.marks.items()), "" if "task" in c.marks else c.source] for c in cells if _counts_for_version(c)]
    version = compute_version(graded + compute_data_hashes(data), limits, uses, hides, (lab_id,) if mode == "compat" else ())
    filled = {lang: texts[lang] | dict(zip(_BUILT_IN, (lab_id, version, lang, _list_tests(cells)), strict=True)) for lang in LANGUAGES}
    return Lab(
        id=lab_id,
        notebooks=tuple(replace(_build_notebook(lab_id, lang, cells, filled[lang], folder), mode=mode) for lang in LANGUAGES),
        version=version,
        titles=dict(settings["title"]),
        limits=limits,
        uses=uses,
        hides=hides,
        texts=texts,
        hints={lang: _flatten(settings.get("hints", {}).get(lang, {})) for lang in LANGUAGES},
        folder=data,
    )


def load_solutions(path: Path) -> dict[str, str]:
    """Return the task cells of a file in answers/ or mistakes/: task id to source."""
    cells = parse_percent(_read_text(path), path.name)
    return {str(cell.marks["task"]): cell.source for cell in cells if "task" in cell.marks}


def _read_settings(path: Path) -> dict[str, Any]:
    try:
        settings = tomllib.loads(_read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise LabError(f"{path}: not TOML: {error}") from None
    if unknown := sorted(settings.keys() - _FIELDS):
        raise LabError(f"{path}: unknown field {unknown[0]!r}; a lab has {', '.join(sorted(_FIELDS))}")
    if settings.get("id") != path.parent.name:
        raise LabError(f"{path}: id is {settings.get('id')!r}, but the folder is {path.parent.name!r}; they must be the same")
    for name in ("title", "outcome"):
        if not isinstance(settings.get(name), dict) or set(settings[name]) != set(LANGUAGES):
            raise LabError(f"{path}: {name} needs exactly the languages {', '.join(LANGUAGES)}")
    for name in ("text", "hints"):
        tables = settings.get(name, {})
        if not isinstance(tables, dict) or not set(tables) <= set(LANGUAGES) or not all(isinstance(t, dict) for t in tables.values()):
            raise LabError(f"{path}: {name} holds one table for each language, {' and '.join(f'[{name}.{lang}]' for lang in LANGUAGES)}")
    for name in ("uses", "hides", "prerequisites"):
        values = settings.get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise LabError(f'{path}: {name} is {values!r}; it holds a list of names, for example ["hashlib"]')
    if (mode := settings.get("mode", "split")) not in ("split", "compat"):
        raise LabError(f'{path}: mode is {mode!r}; it is "split" (the default), or "compat": tests in the learner\'s process, forgeable')
    return settings


def _read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LabError(f"{path}: cannot be read: {error}") from None


def _parse_limits(values: Any, folder: Path) -> Limits:
    """Return the limits of lab.toml; what it leaves out has the default. Texts like "10s" and "256MB" carry their unit."""
    if not isinstance(values, dict):
        raise LabError(f'{folder}/lab.toml: limits is {values!r}; write a table such as {{ cpu = "10s", memory = "256MB" }}')
    parsed: dict[str, Any] = {}
    for name, text in values.items():
        field, units = _LIMITS.get(name, ("", {}))
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([A-Za-z]+)", str(text))
        if match is None or match[2] not in units or float(match[1]) == 0:
            raise LabError(f'{folder}/lab.toml: limit {name} = {text!r}; limits are cpu, idle ("10s"), memory and output ("256MB")')
        amount = float(match[1]) * units[match[2]]
        parsed[field] = amount if units is _TIMES else int(amount)
    return Limits(**parsed)


def _validate_marks(cell: PercentCell, folder: Path) -> None:
    """Refuse marks that are unknown, contradict each other or lack their points, and ids that nbgrader would refuse."""
    where = f"{folder.name}/lab.py:{cell.line}"
    if unknown := sorted(cell.marks.keys() - _MARKS):
        raise LabError(f"{where}: unknown mark {unknown[0]!r}; a cell has {', '.join(sorted(_MARKS))}")
    roles = [role for role in _ROLES if role in cell.marks]
    if len(roles) > 1:
        raise LabError(f"{where}: a cell is either {roles[0]} or {roles[1]}, not both")
    for role in ("task", "test", "manual"):
        if role in cell.marks and not _GRADE_ID.fullmatch(str(cell.marks[role])):
            raise LabError(f"{where}: {role}={cell.marks[role]!r}; an id holds letters, digits, - and _")
    needs_points = "test" in cell.marks or "manual" in cell.marks
    points = cell.marks.get("points")
    is_amount = isinstance(points, int | float) and not isinstance(points, bool) and 0 <= points < float("inf")
    if needs_points != (points is not None) or (needs_points and not is_amount):
        raise LabError(f"{where}: points={points!r}; exactly test and manual cells carry points, zero or more")
    for role in ("figure", "parameters"):
        if cell.marks.get(role, True) is not True:
            raise LabError(f"{where}: {role}={cell.marks[role]!r}; write {role}=true, or leave it out")
    if cell.kind == "markdown" and cell.marks.get("lang") not in LANGUAGES:
        raise LabError(f"{where}: a markdown cell needs lang, one of {', '.join(LANGUAGES)}")
    if cell.kind == "code" and "lang" in cell.marks:
        raise LabError(f"{where}: code is shared by the languages; put texts into lab.toml and write «key»")
    if cell.marks.get("parameters") and cell.source != "SEED = 0":
        raise LabError(f"{where}: a parameters cell holds SEED = 0 and nothing else, not {cell.source!r}")


def _validate_texts(cells: list[PercentCell], texts: Mapping[str, Mapping[str, str]], folder: Path) -> None:
    """Refuse a «key» without its text, a text that no cell uses, and one for a key that every lab has."""
    used = {key: cell for cell in cells if cell.kind == "code" for key in _TEXT.findall(cell.source) if key not in _BUILT_IN}
    for lang, known in texts.items():
        if taken := [key for key in _BUILT_IN if key in known]:
            raise LabError(f"{folder.name}/lab.toml: [text.{lang}] {taken[0]!r} is filled in by itself; leave it out")
        for key, cell in used.items():
            if key not in known:
                raise LabError(f"{folder.name}/lab.py:{cell.line}: «{key}» has no text in [text.{lang}] of lab.toml")
        if unused := sorted(known.keys() - used.keys()):
            raise LabError(f"{folder.name}/lab.toml: [text.{lang}] {unused[0]!r} is used by no cell")


def _list_tests(cells: list[PercentCell]) -> str:
    """Return the test cells with their points, each after the number of its task: that of the last heading such as `## 2 · The root`."""
    tests, number = [], ""
    for cell in cells:
        if cell.kind == "markdown" and (heading := _HEADING.search(cell.source)):
            number = f"{heading[1]} " if heading[1] else ""
        elif "test" in cell.marks:
            tests.append(f"{number}{cell.marks['test']} {cell.marks['points']}")
    return ", ".join(tests)


def _counts_for_version(cell: PercentCell) -> bool:
    return (cell.kind == "code" and "figure" not in cell.marks) or "manual" in cell.marks


def _build_notebook(lab_id: str, lang: str, cells: list[PercentCell], texts: Mapping[str, str], folder: Path) -> LabNotebook:
    chosen = [cell for cell in cells if cell.kind == "code" or cell.marks["lang"] == lang]
    figures = iter(range(1, len(chosen) + 1))
    built = tuple(_build_cell(cell, lang, texts, figures, folder) for cell in chosen)
    for source, cell in zip(chosen, built, strict=True):
        try:
            compute_released_source(cell)
        except LabError as error:
            raise LabError(f"{folder.name}/lab.py:{source.line}: {error}") from None
    ids = [cell.grade_id for cell in built if cell.grade_id is not None]
    if repeated := [grade_id for grade_id in ids if ids.count(grade_id) > 1]:
        raise LabError(f"{folder.name}/lab.py: two cells have the id {repeated[0]!r}; ids are unique")
    return LabNotebook(lab_id, built, lang)


def _build_cell(cell: PercentCell, lang: str, texts: Mapping[str, str], figures: Any, folder: Path) -> LabCell:
    source, marks, kind = cell.source, cell.marks, _to_kind(cell.kind)
    if kind == "code":
        source = _TEXT.sub(lambda match: texts[match[1]], source)
        try:
            ast.parse(source)
        except SyntaxError as error:
            raise LabError(f"{folder.name}/lab.py:{cell.line}: the cell does not parse with the texts of {lang}: {error}") from None
    if "task" in marks:
        return LabCell(kind, source, str(marks["task"]), solution=True)
    if "test" in marks:
        title = f"# {marks['test']} · {_format_points(marks['points'], lang)}"
        return LabCell(kind, f"{title}\n{source}", f"test-{marks['test']}", grade=True, locked=True, points=float(marks["points"]))
    if "manual" in marks:
        return LabCell(kind, source, str(marks["manual"]), grade=True, solution=True, points=float(marks["points"]))
    if "figure" in marks:
        return LabCell(kind, source, f"figure-{next(figures)}", locked=True, figure=True)
    if "parameters" in marks:
        return LabCell(kind, source, "parameters", locked=True, parameters=True)
    return LabCell(kind, source)


def _to_kind(kind: str) -> CellKind:
    return "code" if kind == "code" else "markdown" if kind == "markdown" else "raw"


def _format_points(points: Mark, lang: str) -> str:
    singular, plural = _POINTS_WORD[lang]
    return f"{points} {singular if points == 1 else plural}"


def _flatten(table: Mapping[str, Any]) -> dict[str, str]:
    """Return TOML's nested tables as one level: `link.promise` may be written with or without quotes."""
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{inner}": text for inner, text in _flatten(value).items()}
        else:
            flat[key] = str(value)
    return flat
