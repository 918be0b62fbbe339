"""The same work, graded by nbgrader and by us: every automatic score of a well-formed notebook is the same.

nbgrader's extra rule that text on standard error means zero is not ours; no work here prints any.
"""

from importlib.util import find_spec
from pathlib import Path

import pytest

from autograder.batch import build_tasks, grade_batch
from autograder.demo.cohort import get_model_answers
from autograder.demo.course import make_quickstart_course, read_scores, run_nbgrader
from autograder.labs.course import load_course
from autograder.labs.find import find_lab_folders
from autograder.labs.source import load_lab, load_solutions
from autograder.read import iterate_submissions
from autograder.records import Records
from tests.nbgrader_course import make_course

if find_spec("nbgrader") is None:
    pytest.skip("nbgrader is not installed", allow_module_level=True)


def grade(course: Path, labs):
    tasks = [task for task in build_tasks(iterate_submissions(course)) if task.lab in labs]
    with Records(f"sqlite:///{course / 'records.db'}") as records:
        grade_batch(tasks, labs, records, lambda results: None)
        results = list(records.iterate_latest())
    (course / "records.db").unlink()
    return {(result.learner, cell.notebook, cell.grade_id): cell.score for result in results for cell in result.cells}


def collect_work():
    """Return the lab and answers that a class might hand in: everything that stands in its folder, nothing, and a half."""
    folder = find_lab_folders()["02-merkle-proofs"]
    lab = load_lab(folder)
    model = get_model_answers(lab.get_notebooks("en")[0])
    half = dict(list(model.items())[:4])
    written = [{**model, **load_solutions(path)} for path in sorted(folder.glob("*s/*.py"))]
    return lab, [model, {}, half, *written]


def compare(course: Path, assignment: str, *lab_sets):
    run_nbgrader(course, "autograde", assignment)
    theirs = read_scores(course / "gradebook.db")
    for labs in lab_sets:
        ours = grade(course, labs)
        assert {key: ours.get(key, "no result") for key in theirs} == theirs
    return theirs


@pytest.mark.long
def test_scores_of_ps1_are_nbgraders(tmp_path):
    course = tmp_path / "course"
    make_quickstart_course(course)
    scores = compare(course, "ps1", load_course(course))
    assert len({learner for learner, _, _ in scores}) == 4
    assert {0.0, 0.5, 1.0, None} <= set(scores.values())


@pytest.mark.long
def test_scores_of_our_lab_are_nbgraders(tmp_path):
    lab, work = collect_work()
    assignment = make_course(tmp_path / "course", lab, work)
    scores = compare(tmp_path / "course", assignment, {lab.id: lab}, load_course(tmp_path / "course"))
    assert len(scores) == 9 * len(work)
