"""A class of sixty, the same every time: right, wrong, unfinished, broken and hostile notebooks, in two languages."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from autograder.labs.model import Lab, LabNotebook
from autograder.labs.source import load_solutions
from autograder.release import fill_notebook

SIZE: Final = 60
_HOSTILE: Final = {
    "endless loop": "while True:\n        pass",
    "10 GB list": "return [0] * (10 * 2**30 // 8)",
    "os._exit": "import os\n    os._exit(0)",
}
"""What the body of the second task's function does instead; the first task stays right, so that something is left to grade."""


@dataclass(frozen=True, slots=True)
class Member:
    """One learner: the kind of work and the content of the file that is handed in."""

    kind: str
    lang: str
    content: str


def build_cohort(lab: Lab, folder: Path) -> list[Member]:
    """Return sixty learners' work on a lab whose source, with answers and mistakes, lies in `folder`."""
    rare = [*_build_broken(lab), *_build_unfinished(lab)]
    mistakes = [
        _fill(lab, lang, f"mistake: {path.stem}", load_solutions(path))
        for path, lang in _alternate(sorted((folder / "mistakes").glob("*.py")))
    ]
    answers = [
        _fill(lab, lang, f"answer: {path.stem}", load_solutions(path))
        for path, lang in _alternate(sorted((folder / "answers").glob("*.py")))
    ]
    members = [*rare, *answers, *mistakes][:SIZE]
    while len(members) < SIZE:
        members.append(_fill(lab, "en" if len(members) % 2 else "zh", "model answer", {}))
    return members


def write_cohort(members: list[Member], lab: Lab, submitted: Path) -> dict[str, str]:
    """Write each learner's file below `submitted`, and return learner -> kind of work."""
    kinds = {}
    for number, member in enumerate(members, start=1):
        learner = f"learner-{number:02}"
        path = submitted / learner / lab.id / f"{lab.id}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(member.content, "utf-8")
        (path.parent / "timestamp.txt").write_text(f"2026-09-01 10:{number % 60:02}:00.000000 UTC")
        kinds[learner] = member.kind
    return kinds


def get_model_answers(master: LabNotebook) -> dict[str, str]:
    """Return the solutions of the lab itself, by grade id."""
    return {cell.grade_id: cell.source for cell in master.cells if cell.solution and cell.grade_id is not None}


def _alternate(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    return ((path, ("en", "zh")[number % 2]) for number, path in enumerate(paths))


def _fill(lab: Lab, lang: str, kind: str, answers: dict[str, str]) -> Member:
    """Return a learner whose answers are the model's but for the given ones."""
    (master,) = lab.get_notebooks(lang)
    return Member(kind, lang, json.dumps(fill_notebook(lab, master, {**get_model_answers(master), **answers})))


def _build_unfinished(lab: Lab) -> Iterator[Member]:
    """Yield the blank notebook in both languages, and notebooks that were given up half-way."""
    for lang in ("en", "zh"):
        (master,) = lab.get_notebooks(lang)
        model = get_model_answers(master)
        yield Member("blank", lang, json.dumps(fill_notebook(lab, master, {})))
        for done in range(1, len(model), 3):
            answers = dict(list(model.items())[:done])
            yield Member("half-done", lang, json.dumps(fill_notebook(lab, master, answers)))


def _build_broken(lab: Lab) -> Iterator[Member]:
    """Yield what goes wrong by accident and by intent."""
    (master,) = lab.get_notebooks("en")
    model = get_model_answers(master)
    second = list(model)[1]
    head = model[second].split("\n")[0]
    for kind, body in _HOSTILE.items():
        yield _fill(lab, "en", kind, {second: f"{head}\n    {body}"})
    for kind, change in (("tests deleted", _delete_tests), ("cells duplicated", _duplicate_cells), ("tests edited", _edit_tests)):
        notebook = fill_notebook(lab, master, model)
        notebook["cells"] = change(notebook["cells"])
        yield Member(kind, "en", json.dumps(notebook))
    yield Member("not JSON", "en", json.dumps(fill_notebook(lab, master, model))[:4000])


def _is_test(cell: dict[str, Any]) -> bool:
    marks = cell["metadata"].get("nbgrader", {})
    return bool(marks.get("grade"))


def _delete_tests(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [cell for cell in cells if not _is_test(cell)]


def _duplicate_cells(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Copy every answer and test below itself, with another cell id, as JupyterLab's copy and paste does."""
    copied = []
    for cell in cells:
        copied.append(cell)
        if "nbgrader" in cell["metadata"]:
            copied.append({**cell, "id": f"{cell['id'][:60]}-2"})
    return copied


def _edit_tests(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**cell, "source": ["assert True"]} if _is_test(cell) else cell for cell in cells]
