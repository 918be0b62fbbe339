"""`autograded/<learner>/<lab>/<notebook>.ipynb`: graded notebooks, as nbgrader writes them and reads them again.

nbgrader's formgrader and `nbgrader generate_feedback` read these files together with the gradebook (converters/autograde.py). The cells
are the restored ones, with metadata of schema 3 and fresh checksums; a test cell that did not pass shows why as its output. Learners get
feedback made from these files, so of tests only the visible part is in them, and nothing that a hidden test printed.

Simplifications: of outputs only kinds that cannot run in an instructor's browser are kept, which nbgrader does not see to; a learner's
text cells are theirs, so set `HTMLExporter.sanitize_html = True` in nbgrader_config.py where learners are not trusted.
"""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from typing import Any, Final

from autograder.errors import PathError
from autograder.files import validate_file_name, write_atomically
from autograder.labs.model import Lab, LabCell
from autograder.nbgrader.format import compute_visible, to_metadata
from autograder.read import Submission
from autograder.restore import RestoredCell, RestoredNotebook, compute_released, restore_notebook
from autograder.results import CellResult, Result

_SAFE_TYPES: Final = frozenset({"text/plain", "image/png", "image/jpeg", "image/gif"})
"""What a browser shows without running it: HTML and SVG can hold scripts, and formgrader shows both as they are."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_ERROR_NAMES: Final = {"failed": "AssertionError", "timeout": "TimeoutError", "memory": "MemoryError"}
_KERNELSPEC: Final = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}

Untouched = frozenset[tuple[str, str]]
"""(notebook, grade id) of the answers that are still what was handed out."""


def write_autograded(root: Path, lab: Lab, submission: Submission, result: Result, *, with_hidden: bool = False) -> Untouched:
    """Write the graded notebooks of one submission below `root`, the course's folder `autograded`, and tell which answers are untouched.

    `with_hidden` leaves the hidden tests in: for instructors only, because nbgrader's feedback shows what is in these files.
    """
    folder = root / validate_file_name(result.learner) / validate_file_name(lab.id)
    submitted = {notebook.name: notebook for notebook in submission.notebooks}
    untouched: set[tuple[str, str]] = set()
    for master in lab.get_notebooks(result.lang):
        if master.name not in submitted:
            continue
        restored = restore_notebook(master, submitted[master.name])
        content = build_autograded(restored, result, with_hidden=with_hidden)
        text = json.dumps(content, indent=1, sort_keys=True)
        write_atomically(folder / f"{validate_file_name(master.name)}.ipynb", f"{text}\n".encode())
        untouched.update(
            (master.name, cell.cell.grade_id) for cell in restored.cells if cell.untouched and cell.cell and cell.cell.grade_id
        )
    if submission.arrived:
        stamp = datetime.fromtimestamp(submission.arrived, UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
        write_atomically(folder / "timestamp.txt", stamp.encode())
    _copy_data_files(lab, folder)
    return frozenset(untouched)


def build_autograded(restored: RestoredNotebook, result: Result, *, with_hidden: bool = False) -> dict[str, Any]:
    """Return a restored notebook with its results, in notebook format 4.5."""
    verdicts = {cell.grade_id: cell for cell in result.cells if cell.notebook == restored.name}
    printed = {int(index): outputs for index, outputs in result.outputs.get(restored.name, [])}
    cells = []
    for index, cell in enumerate(restored.cells):
        verdict = verdicts.get(cell.cell.grade_id or "") if cell.cell else None
        cells.append(_build_cell(index, cell, verdict, printed.get(index, []), with_hidden))
    label = {"lab": result.lab, "version": result.lab_version, "mode": result.mode} | ({"lang": result.lang} if result.lang else {})
    metadata = {"kernelspec": _KERNELSPEC, "language_info": {"name": "python"}, "minichain": label}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _build_cell(index: int, cell: RestoredCell, verdict: CellResult | None, printed: list[Any], with_hidden: bool) -> dict[str, Any]:
    lab_cell = cell.cell
    shown = cell.source
    metadata: dict[str, Any] = {}
    if lab_cell is not None:
        if lab_cell.is_answer:
            checked = compute_released(lab_cell)
        else:
            checked = shown = lab_cell.source if with_hidden else compute_visible(lab_cell).source
        metadata = to_metadata(lab_cell, checked)
    built: dict[str, Any] = {"cell_type": cell.kind, "id": f"cell-{index}", "metadata": metadata, "source": _clean(shown)}
    if cell.kind == "code":
        if lab_cell is not None and lab_cell.is_test:
            kept = _keep_test_outputs(lab_cell, printed, with_hidden)
            built["outputs"] = kept + ([_to_error(verdict)] if verdict is not None and verdict.status not in ("passed", "partial") else [])
        else:
            built["outputs"] = _keep_outputs(printed)
        built["execution_count"] = None
    return built


def _keep_test_outputs(cell: LabCell, printed: list[Any], with_hidden: bool) -> list[dict[str, Any]]:
    """Return what a test printed. The error that ended it is told by the verdict, in words that are fit for the learner."""
    if compute_visible(cell) != cell and not with_hidden:
        return []
    return [output for output in _keep_outputs(printed) if output["output_type"] != "error"]


def _to_error(verdict: CellResult) -> dict[str, Any]:
    name = _ERROR_NAMES.get(verdict.status, verdict.status)
    text = _clean(verdict.message) or verdict.status
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [f"{name}: {text}"]}


def _keep_outputs(printed: list[Any]) -> list[dict[str, Any]]:
    """Return the outputs that are well formed and safe to show, rebuilt field by field."""
    kept: list[dict[str, Any]] = []
    for output in printed:
        kind = output.get("output_type") if isinstance(output, dict) else None
        if kind == "stream" and output.get("name") in ("stdout", "stderr"):
            kept.append({"output_type": "stream", "name": output["name"], "text": _to_text(output.get("text"))})
        elif kind == "error":
            lines = [_to_text(line) for line in output.get("traceback") or []]
            kept.append({"output_type": kind, "ename": _to_text(output.get("ename")), "evalue": _to_text(output.get("evalue"))})
            kept[-1]["traceback"] = lines
        elif kind in ("display_data", "execute_result") and isinstance(output.get("data"), dict):
            data = {name: _to_text(value) for name, value in output["data"].items() if name in _SAFE_TYPES}
            counted = {"execution_count": None} if kind == "execute_result" else {}
            kept.append({"output_type": kind, "data": data, "metadata": {}} | counted)
    return kept


def _to_text(value: Any) -> str:
    return _clean("".join(map(str, value)) if isinstance(value, list) else str(value or ""))


def _clean(text: str) -> str:
    """Return the text without lone surrogates: JSON can hold them, but no file in UTF-8 that nbgrader makes of it can."""
    return _SURROGATE.sub("\ufffd", text)


def _copy_data_files(lab: Lab, folder: Path) -> None:
    """Put the lab's other files beside the notebooks, whose text shows its pictures by name. Files that are there stay."""
    if lab.folder is None:
        return
    for path in lab.folder.rglob("*"):
        target = folder / path.relative_to(lab.folder)
        if path.is_file() and path.suffix != ".ipynb" and not target.exists():
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                copyfile(path, target)
            except OSError as error:
                raise PathError(f"{target}: cannot be written: {error.strerror or error}") from error
