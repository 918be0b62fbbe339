"""What tests of the autograder share: nbgrader's own example course, and a small lab of our own in two languages."""

import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.labs.model import Lab, LabCell, LabNotebook
from autograder.read import Submission, SubmittedCell, SubmittedNotebook
from autograder.results import CellResult, Result, compute_score, compute_status


@pytest.fixture(scope="session")
def nbgrader_api():
    """Return a function that gives nbgrader's own API for a course folder; importing it takes seconds, once."""
    pytest.importorskip("nbgrader", reason="nbgrader is not installed")
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    def build(root):
        config = Config()
        config.CourseDirectory.root = str(root)
        config.CourseDirectory.course_id = "course101"
        api = NbGraderAPI(CourseDirectory(config=config), config=config)
        api.log.setLevel(logging.CRITICAL)
        return api

    return build


@pytest.fixture(scope="session")
def ps1_course(tmp_path_factory, nbgrader_api):
    """nbgrader's example course as `nbgrader quickstart` lays it out, released by nbgrader. Not to be changed: copy it."""
    import nbgrader

    root = tmp_path_factory.mktemp("course") / "course101"
    shutil.copytree(Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide" / "source", root / "source")
    shutil.rmtree(root / "source" / "ps1_autotest", ignore_errors=True)
    before = Path.cwd()
    os.chdir(root)
    try:
        reply = nbgrader_api(root).generate_assignment("ps1")
    finally:
        os.chdir(before)
    assert reply["success"], reply
    return root


@pytest.fixture
def course(ps1_course, tmp_path):
    """A copy of the example course that a test may change."""
    return Path(shutil.copytree(ps1_course, tmp_path / "course"))


@pytest.fixture
def submit(course):
    """Return a function that hands in the released notebooks of ps1, with answers by notebook and grade id."""

    def submit_as(learner, answers=None, without=()):
        folder = course / "submitted" / learner / "ps1"
        folder.mkdir(parents=True)
        for path in sorted((course / "release" / "ps1").glob("*.ipynb")):
            content = json.loads(path.read_text())
            for cell in content["cells"]:
                grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
                cell["source"] = (answers or {}).get((path.stem, grade_id), cell["source"])
            if path.stem not in without:
                (folder / path.name).write_text(json.dumps(content))
        (folder / "timestamp.txt").write_text("2026-11-20 10:00:00.250000 UTC")
        return folder

    return submit_as


HIDDEN = "### BEGIN HIDDEN TESTS\nassert double(21) == 42, 'the secret of the hidden test'\n### END HIDDEN TESTS"


@pytest.fixture
def tiny_lab():
    """A lab in two languages with one task, its test with a hidden part, and a question that a person grades."""

    def build(lang, words):
        return LabNotebook(
            "tiny",
            (
                LabCell("markdown", words["title"]),
                LabCell("code", "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION", "double", solution=True),
                LabCell("code", f"{words['header']}\nassert double(1) == 2\n{HIDDEN}", "test-double", grade=True, locked=True, points=3),
                LabCell("markdown", words["answer"], "why", grade=True, solution=True, points=2),
            ),
            lang,
        )

    english = {"title": "# Doubling", "header": "# double · 3 points", "answer": "Because."}
    chinese = {"title": "# 加倍", "header": "# double · 3 分", "answer": "因为如此。"}
    titles = {"en": "Doubling", "zh": "加倍"}
    return Lab("00-tiny", (build("en", english), build("zh", chinese)), "0123456789abcdef", titles)


@pytest.fixture
def tiny_answer():
    """Return a function that builds what a learner hands in for the tiny lab."""

    def build(code="def double(x):\n    return x + x", text="It is.", lang="en"):
        cells = (
            SubmittedCell("markdown", "# Doubling"),
            SubmittedCell("code", code, "double"),
            SubmittedCell("code", "# double · 3 points\nassert double(1) == 2", "test-double"),
            SubmittedCell("markdown", text, "why"),
        )
        return SubmittedNotebook("tiny", lang, cells)

    return build


@pytest.fixture
def make_result():
    """Return a function that builds a result: `cells` maps (notebook, grade id) to a score, or to (status, score, message)."""

    def build(lab, learner, cells, lang=None, arrived=1795168800.25, **more):
        verdicts = []
        for notebook in lab.get_notebooks(lang):
            for cell in notebook.cells:
                if cell.is_graded:
                    value = cells.get((notebook.name, cell.grade_id))
                    status = "manual" if value is None else "passed" if value == cell.points else "failed"
                    status, score, message = value if isinstance(value, tuple) else (status, value, "")
                    verdicts.append(CellResult(notebook.name, cell.grade_id, status, score, cell.points, message))
        verdicts = tuple(verdicts)
        content = hashlib.sha256(learner.encode("utf-8", "surrogatepass")).hexdigest()
        status, score = compute_status(verdicts), compute_score(verdicts)
        return Result(lab.id, lab.version, learner, content, arrived, "split", status, score, lab.max_score, verdicts, lang=lang, **more)

    return build


@pytest.fixture
def make_submission():
    """Return a function that builds what was read of a learner's notebooks."""

    def build(lab, learner, *notebooks):
        return Submission(lab.id, learner, notebooks, (), "0" * 64, 1795168800.25)

    return build


@pytest.fixture
def call(monkeypatch, capsys):
    """Run `autograder` in this process: quicker, and the same but for the processes that it starts."""

    def call_main(*arguments):
        monkeypatch.setattr(sys, "argv", ["autograder", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, ended.value.code, output.out, output.err)

    return call_main
