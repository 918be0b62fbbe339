"""Hostile and broken submissions, each as a real notebook with the verdicts that it must get; after each, the next is graded right.

Here each is a test of its own, in the set-up of this machine; `tests/autograder/sandbox/test_hostile_everywhere.py` has the other set-ups.
"""

import json
import os

import pytest

from autograder.export import write_scores_csv
from autograder.feedback import write_feedback
from autograder.grade import Grader
from autograder.nbgrader.autograded import write_autograded
from autograder.read import read_submission
from tests.autograder.processes import find_below
from tests.hostile import submissions
from tests.hostile.submissions import ATTACKS, BROKEN, LEFT_BEHIND, SEED, TESTS, get_expected, get_states, load_target

HIDDEN = ("mark-of-the-hidden", "hidden_draw", "hidden_number", "271828182845", "271_828_182_845", "-7]", "'-7'")
"""What stands in hidden tests and nowhere else: source, names and inputs."""
ACTIVE = ("<script>alert", "<img src=x", "onload=alert", "\x1b", "\u202e", "\u2066")


@pytest.fixture(scope="module")
def lab():
    return load_target()


@pytest.fixture(scope="module")
def grader(lab):
    with Grader(lab) as grader:
        yield grader


@pytest.fixture(scope="module")
def write_submission(lab, tmp_path_factory):
    """Return a function that hands in a notebook and gives its folder; without an attack it is the right one."""
    root = tmp_path_factory.mktemp("submitted")
    return lambda name: submissions.write_submission(lab, root, name)


@pytest.fixture(scope="module")
def grade(lab, grader, write_submission):
    """Return a function that grades a submission by its name, once: (submission, result)."""
    known = {}

    def run(name):
        if name not in known:
            submission = read_submission(write_submission(name), lab, name.replace("/", "-"))
            known[name] = (submission, grader.grade(submission, SEED))
        return known[name]

    return run


def test_there_are_more_than_eighty_and_each_says_what_it_does():
    assert len(ATTACKS) + len(BROKEN) >= 80
    assert all(answers and set(answers) <= set(TESTS) for _, answers in ATTACKS.values())


def test_the_right_notebook_passes(grade):
    assert get_states(grade("right")[1]) == dict.fromkeys(TESTS, "passed")


@pytest.mark.parametrize("name", [*ATTACKS, *BROKEN])
def test_a_hostile_submission_gets_its_due_and_the_next_its_own(name, lab, grader, grade, write_submission):
    grade("right")
    before, files = len(find_below(os.getpid())), sorted(os.listdir(grader.scratch))
    expected = get_expected(name)
    states = get_states(grade(name)[1])
    assert {test: state for test, state in states.items() if state not in expected[test]} == {}
    following = grader.grade(read_submission(write_submission("right"), lab, "next"))
    assert get_states(following) == dict.fromkeys(TESTS, "passed")
    assert following.score == lab.max_score
    assert len(find_below(os.getpid())) == before
    assert sorted(os.listdir(grader.scratch)) == files
    assert not any(path.exists() for path in LEFT_BEHIND)


@pytest.mark.parametrize("name", [name for name in ATTACKS if name.partition("/")[0] in ("forging", "objects", "moments")])
def test_no_forgery_scores_where_it_attacks(name, grade):
    attacked = set(ATTACKS[name][1])
    scores = {cell.grade_id.removeprefix("test-"): cell.score for cell in grade(name)[1].cells}
    expected = get_expected(name)
    assert {test: scores[test] for test in attacked if scores[test] and "passed" not in expected[test]} == {}


@pytest.mark.parametrize("name", [*ATTACKS, *BROKEN])
def test_nothing_hidden_and_nothing_active_reaches_who_reads_the_results(name, lab, grade, tmp_path):
    submission, result = grade(name)
    write_feedback(tmp_path / "feedback", lab, result)
    write_autograded(tmp_path, lab, submission, result)
    write_scores_csv(tmp_path / "scores.csv", [result])
    own = json.dumps([cell.source for notebook in submission.notebooks for cell in notebook.cells])
    for path in [path for path in tmp_path.rglob("*") if path.is_file()]:
        text = path.read_text("utf-8", "replace")
        assert [mark for mark in HIDDEN if mark in text and mark not in own] == [], path.name
        shown = text if path.suffix == ".html" else ""
        assert [mark for mark in ACTIVE if mark in shown] == [], path.name
    told = json.dumps([[cell.message for cell in result.cells], result.outputs], ensure_ascii=False)
    assert [mark for mark in (*HIDDEN, "\x1b", "\u202e") if mark in told and mark not in own] == []
