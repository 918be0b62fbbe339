"""A module beside the notebook, as courses have them (`from utils import *`): both processes use it, and T's is no learner's."""

import json

import pytest

from autograder.grade import Grader
from autograder.labs.course import load_course
from autograder.trials import build_submission

UTILS = """\
import statistics
from dataclasses import dataclass
from shapes.round import area

CALLS = []


@dataclass(frozen=True)
class Point:
    x: int


def mean(values):
    CALLS.append(values)
    return statistics.mean(values)


def check(function):
    assert function([1, 2, 6]) == 3, "the mean of 1, 2 and 6 is 3"
"""
GIVEN = "from utils import *\nimport utils"
SOLUTION = "def f(values): return mean(values)\ndef g(): return Point(3)\ndef h(r): return area(r)"
TESTS = (
    "check(f)",
    "assert g() == Point(3) == utils.Point(3) and isinstance(g(), Point)",
    "assert h(2) == area(2) == 12",
    "assert utils.CALLS == []",
)


def build_cell(source, grade_id="", points=None):
    marks = {"schema_version": 3, "grade": points is not None, "solution": points is None, "locked": points is not None, "task": False}
    marks |= {"grade_id": grade_id} | ({"points": points} if points is not None else {})
    metadata = {"nbgrader": marks} if grade_id else {}
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    folder = root / "source" / "ps1"
    (folder / "shapes").mkdir(parents=True)
    (folder / "utils.py").write_text(UTILS)
    (folder / "shapes" / "__init__.py").write_text("")
    (folder / "shapes" / "round.py").write_text("import decimal\n\n\ndef area(r):\n    return 3 * r * r\n")
    cells = [build_cell(GIVEN), build_cell(f"### BEGIN SOLUTION\n{SOLUTION}\n### END SOLUTION", "answer")]
    cells += [build_cell(source, f"test-{number}", 1) for number, source in enumerate(TESTS)]
    (folder / "problem.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return root


@pytest.fixture(scope="module")
def grade(course):
    lab = load_course(course)["ps1"]
    with Grader(lab) as grader:
        yield lambda answer: [cell.status for cell in grader.grade(build_submission(lab, None, {"answer": answer})).cells]


def test_what_it_imports_is_used_and_itself_is_not(course):
    assert load_course(course)["ps1"].uses == ("dataclasses", "decimal", "statistics")


def test_it_works_on_both_sides_and_anew_for_each_submission(grade):
    for _ in range(3):
        assert grade(SOLUTION) == ["passed"] * 4


@pytest.mark.parametrize(
    "attack",
    [
        "import utils\nutils.check = lambda f: None\nutils.area = lambda r: 0\nutils.Point.__eq__ = lambda s, o: True",
        "open('utils.py', 'w').write('def check(f): pass')\nimport importlib, utils\nimportlib.reload(utils)",
        "check, area, mean = lambda f: None, lambda r: 0, lambda v: 3",
        "class Point:\n    def __init__(s, x): pass\n    def __eq__(s, o): return True",
    ],
)
def test_what_a_learner_does_to_it_passes_no_test(grade, attack):
    wrong = f"{attack}\ndef f(values): return 0\ndef g(): return 0\ndef h(r): return 0"
    assert "passed" not in grade(wrong)[:3]
    assert grade(SOLUTION) == ["passed"] * 4
