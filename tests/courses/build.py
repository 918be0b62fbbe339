"""Small courses as other people write them, made into nbgrader's format: `source/<assignment>/<notebook>.ipynb` and data files.

Each folder here is a course with one assignment of the same name; its `*.percent` files are the notebooks, in percent form. Marks of a
cell: `task` (a solution cell), `test` with `points` and `needs`. The words of `needs` are those of NEEDS, what 785 test cells of 27 public
courses were found to use; the first is what the cell is there for.
"""

import json
import shutil
from pathlib import Path
from typing import Final

from autograder.labs.percent import PercentCell, parse_percent
from autograder.nbgrader.format import SCHEMA_VERSION

FOLDER: Final = Path(__file__).parent
COURSES: Final = ("python", "numerics", "tables")
HELD_OUT: Final = ("words", "lab")
"""Written when the grader was done, and measured before anything was changed for them: how it does with a course that it has not seen."""
NEEDS: Final = {
    "call": "calls a student function",
    "import": "module or library name imported in an unlocked cell",
    "tolerance": "NumPy tolerance helpers",
    "numpy": "reads a student variable: NumPy",
    "scalar": "... scalar",
    "pandas": "... pandas",
    "collection": "... list, dict, set, tuple",
    "library": "... other library object",
    "figure": "... figure object",
    "isinstance": "isinstance(...)",
    "type": "type(x)",
    "exception": "exceptions expected",
    "earlier": "name defined by an earlier test cell",
    "data": "data defined in an unlocked plain cell",
    "helper": "helper function or class in an unlocked plain cell",
    "to-library": "hands a student function to a library or helper",
    "to-student": "passes one student function to another",
    "callback": "passes a function of the test to student code",
    "plot": "plots",
    "names": "dir(), locals(), globals()",
    "rebind": "del or rebind a student name, then call another function",
    "class": "student class or instance",
    "imported": "module or function imported in a solution cell",
    "mutation": "in-place mutation of an argument",
    "seed": "random seed set in the test",
    "source": "source or signature inspection",
    "frame-equal": "DataFrame or Series equality helper",
    "file": "reads a file in the test",
    "input": "patches input()",
    "generator": "generator, next()",
    "stdout": "stdout captured",
    "timing": "timing",
}


def write_course(name: str, root: Path) -> Path:
    """Write the course folder of one of the courses below `root` and return it."""
    target = root / name / "source" / name
    target.mkdir(parents=True)
    for path in sorted((FOLDER / name).iterdir()):
        if path.suffix == ".percent":
            cells = [_build_cell(cell, f"{path.stem}-{number}") for number, cell in enumerate(_read(path))]
            kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
            notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
            (target / f"{path.stem}.ipynb").write_text(json.dumps(notebook, indent=1), "utf-8")
        else:
            shutil.copy(path, target)
    return root / name


def get_needs(name: str) -> dict[tuple[str, str], list[str]]:
    """Return what each test cell of a course needs: (notebook, grade id) to words of NEEDS."""
    found = {}
    for path in sorted((FOLDER / name).glob("*.percent")):
        for cell in _read(path):
            if "test" in cell.marks:
                found[path.stem, f"test-{cell.marks['test']}"] = str(cell.marks["needs"]).split()
    return found


def _read(path: Path) -> list[PercentCell]:
    return parse_percent(path.read_text("utf-8"), path.name)


def _build_cell(cell: PercentCell, cell_id: str) -> dict[str, object]:
    marks: dict[str, object] = {}
    if "task" in cell.marks or "test" in cell.marks:
        is_test = "test" in cell.marks
        marks = {"schema_version": SCHEMA_VERSION, "grade": is_test, "solution": not is_test, "locked": is_test, "task": False}
        marks |= {"grade_id": f"test-{cell.marks['test']}", "points": cell.marks["points"]} if is_test else {"grade_id": cell.marks["task"]}
    built: dict[str, object] = {"cell_type": cell.kind, "id": cell_id, "metadata": {"nbgrader": marks} if marks else {}}
    built |= {"execution_count": None, "outputs": []} if cell.kind == "code" else {}
    return {**built, "source": cell.source.splitlines(keepends=True)}
