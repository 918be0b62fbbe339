"""nbgrader's quickstart course, released and graded by the installed nbgrader: what our grader of foreign courses is held against.

The files are those that `nbgrader quickstart` copies out of its own package. They are copied from there directly, because the command
itself takes 25 s, most of it for a configuration file of comments.
"""

import importlib.util
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from autograder.errors import GraderError

ASSIGNMENT: Final = "ps1"
_CONFIG: Final = "c = get_config()\nc.CourseDirectory.course_id = 'course101'\nc.IncludeHeaderFooter.header = 'source/header.ipynb'\n"
_ANSWERS: Final[dict[str, dict[str, str]]] = {
    "right": {},
    "off-by-one": {"squares": "def squares(n):\n    if n < 1:\n        raise ValueError(n)\n    return [i ** 2 for i in range(1, n)]"},
    "not-reused": {"sum_of_squares": "def sum_of_squares(n):\n    return n * (n + 1) * (2 * n + 1) // 6"},
    "blank": {"squares": "", "sum_of_squares": "", "sum_of_squares_equation": "", "sum_of_squares_application": ""},
}
"""Learner -> the answers that are not the solution; an empty one is left as it was handed out."""

Scores = dict[tuple[str, str, str], float | None]
"""(learner, notebook, grade id) -> the automatic score."""


def is_nbgrader_installed() -> bool:
    """Answer whether this environment has nbgrader's program."""
    return (Path(sys.executable).parent / "nbgrader").exists()


def run_nbgrader(folder: Path, *arguments: str) -> None:
    """Run a command of nbgrader in a course. Raises `GraderError` with the end of what it said."""
    bin_folder = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}  # nbgrader calls `alembic` by name
    done = subprocess.run(
        [str(bin_folder / "nbgrader"), *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise GraderError(f"nbgrader {arguments[0]} failed: {(done.stderr or done.stdout).strip().splitlines()[-1]}")


def make_quickstart_course(folder: Path) -> None:
    """Make nbgrader's example course with a release and one submission for each set of answers."""
    spec = importlib.util.find_spec("nbgrader")
    if spec is None or spec.origin is None:
        raise GraderError("nbgrader is not installed; run: pip install 'minichain[nbgrader]'")
    example = Path(spec.origin).parent / "docs" / "source" / "user_guide" / "source"
    shutil.copytree(example / ASSIGNMENT, folder / "source" / ASSIGNMENT)
    shutil.copyfile(example / "header.ipynb", folder / "source" / "header.ipynb")
    (folder / "nbgrader_config.py").write_text(_CONFIG)
    run_nbgrader(folder, "generate_assignment", ASSIGNMENT)
    for learner, answers in _ANSWERS.items():
        target = folder / "submitted" / learner / ASSIGNMENT
        shutil.copytree(folder / "release" / ASSIGNMENT, target)
        for path in target.glob("*.ipynb"):
            solved = json.loads((folder / "source" / ASSIGNMENT / path.name).read_text("utf-8"))
            solutions = {_get_id(cell): cell["source"] for cell in solved["cells"] if _get_id(cell)}
            notebook = json.loads(path.read_text("utf-8"))
            for cell in notebook["cells"]:
                _answer(cell, {**solutions, **answers})
            path.write_text(json.dumps(notebook), "utf-8")


def read_scores(gradebook: Path) -> Scores:
    """Return the automatic scores in a gradebook of nbgrader."""
    query = """
        SELECT submitted_assignment.student_id, notebook.name, base_cell.name, grade.auto_score
        FROM grade JOIN base_cell ON base_cell.id = grade.cell_id
        JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
        JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
        JOIN notebook ON notebook.id = submitted_notebook.notebook_id
    """
    with closing(sqlite3.connect(gradebook)) as connection:
        return {(learner, notebook, cell): score for learner, notebook, cell, score in connection.execute(query)}


def _get_id(cell: dict[str, Any]) -> str:
    marks = cell["metadata"].get("nbgrader", {})
    return str(marks["grade_id"]) if marks.get("solution") else ""


def _answer(cell: dict[str, Any], answers: dict[str, Any]) -> None:
    answer = answers.get(_get_id(cell))
    if _get_id(cell) and answer:
        cell["source"] = answer
