"""The plan: samples that differ in every name and in no verdict, and the sum that follows from what was measured."""

import ast
import json
import re

import pytest

from autograder.cli.planning import describe, read_duration
from autograder.errors import PathError
from autograder.grade import Grader
from autograder.labs.find import find_lab_folders, load_labs
from autograder.labs.source import load_lab
from autograder.plan.estimate import EFFICIENCY, compute_plan
from autograder.plan.measure import Figures, LabFigures
from autograder.plan.rename import rename_locals
from autograder.plan.sample import draw_samples, write_sample
from autograder.read import compute_content_hash, read_submission
from tests.autograder.labs_for_tests import write_lab

# Other names

TRICKY = '''
import os as total
LIMIT = 3
def f(values, *, size=2):
    """Return the total; rest stays."""
    total, rest = 0, list(values)
    for each in rest:
        total += each * size
        größe = total  # not a byte a letter
    def inner(x):
        nonlocal rest
        found = [y for y in rest if y > x]
        rest = found
        return found
    try:
        inner(LIMIT)
    except ValueError as wrong:
        print(wrong)
    match total:
        case int(number):
            shown = f"{number} {größe:>4}"
    class Box:
        side = 4
    len_ = len(shown) + Box.side + dict(each=1)["each"]
    return total, rest, len_, shown
'''


def test_only_local_names_change_and_the_program_does_what_it_did():
    changed = rename_locals(TRICKY, "7")
    assert changed != TRICKY
    assert rename_locals(TRICKY, "7") == changed != rename_locals(TRICKY, "8")
    results = []
    for source in (TRICKY, changed):
        names = {}
        exec(source, names)
        results.append(names["f"]([1, 2, 5], size=3))
    assert results[0] == results[1] == (24, [5], 7 + 4 + 1, "24   24")
    local = {node.id for node in ast.walk(ast.parse(changed)) if isinstance(node, ast.Name)}
    assert {"values", "rest", "total", "größe", "number", "LIMIT", "side", "wrong"} <= local | {"side"}
    assert not {"found", "shown", "len_"} & local
    assert sum(bool(re.fullmatch(r"\w+_[a-z]{6}", name)) for name in local) >= 3


def test_what_is_no_python_is_left_alone():
    assert rename_locals("def f(:\n", "1") == "def f(:\n"


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(find_lab_folders()))
def test_no_two_submissions_are_equal_and_each_has_the_verdict_of_its_kind(tmp_path, name):
    folder, lab = find_lab_folders()[name], load_labs(None, [name])[name]
    hashes, scores = set(), {}
    with Grader(lab) as grader:
        for sample in draw_samples(lab, folder, 24, seed=3):
            path = write_sample(sample, lab, tmp_path)
            hashes.add(compute_content_hash(path))
            scores.setdefault(sample.kind, set()).add(grader.grade(read_submission(path, lab, sample.learner)).score)
    assert len(hashes) == 24
    for kind, found in scores.items():
        assert len(found) == 1, (kind, found)
        assert (found == {lab.max_score}) == (not kind.startswith("mistake")), (kind, found)
    assert any(kind.startswith("mistake") for kind in scores)


# The sum

FIGURES = Figures((LabFigures("a", 100, 5.0), LabFigures("b", 100, 15.0)), 2, 0.1, 1_000.0, 0.001, 50_000.0)


def test_the_plan_is_work_over_time_and_says_when_one_coordinator_is_not_enough():
    assert FIGURES.core_seconds == pytest.approx(0.2)  # two processors, 50 ms and 150 ms each
    plan = compute_plan(FIGURES, 1_000, 9, 200.0)
    assert plan.submissions == 9_000
    assert plan.core_hours * 3_600 == pytest.approx(9_000 * 0.2 / EFFICIENCY)
    assert plan.machines == 5  # 2,000 core-seconds in 200 s on machines of two
    assert plan.seconds == pytest.approx(200.0)
    assert plan.is_recordable
    assert plan.record_bytes == 9e6
    quick = compute_plan(FIGURES, 1_000, 9, 10.0)
    assert (quick.machines, quick.is_recordable) == (100, False)
    assert "not enough" in "\n".join(describe(FIGURES, quick, 1_000, 9))


def test_a_plan_for_few_is_one_machine_for_a_moment():
    plan = compute_plan(FIGURES, 9, 1, 86_400.0)
    assert (plan.machines, round(plan.seconds, 6)) == (1, 1.0)


@pytest.mark.parametrize("text", ["", "24", "h", "0h", "-1h", "24 hours", "1e3h"])
def test_a_deadline_that_is_none_is_one_line(text):
    with pytest.raises(PathError, match="for example 24h"):
        read_duration(text)


def test_the_command_really_grades_before_it_says_anything(tmp_path, call):
    folder = write_lab(tmp_path / "labs")
    for kind, source in (("answers", "def add(a, b):\n    total = a + b\n    return total"), ("mistakes", "def add(a, b):\n    return 3")):
        (folder / kind).mkdir()
        (folder / kind / "one.py").write_text(f'# fails: add\n# %% task="add"\n{source}\n')
    arguments = ("plan", "--learners", "500000", "--labs-per-learner", "30", "--labs", tmp_path / "labs", "--seconds", "4")
    done = call(*arguments, "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 0
    (measured,) = told["measured"]["labs"]
    assert measured["submissions"] >= 2
    assert told["plan"]["submissions"] == 15_000_000
    each = told["measured"]["processors"] * measured["seconds"] / measured["submissions"]
    assert told["plan"]["core_seconds"] == pytest.approx(each)
    assert 0.001 < each < 5
    assert told["plan"]["machines"] >= 1 and told["plan"]["seconds"] <= 86_400
    assert len(told["assumptions"]) >= 5
    assert load_lab(folder).id == measured["lab"]


def test_help_teaches(call):
    told = re.sub(r"\s+", " ", call("plan", "--help").stdout)
    for words in ("core-hour", "--deadline", "24h", "efficiency", "really grades"):
        assert words in told
