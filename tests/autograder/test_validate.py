"""Validation of a tiny lab: what is right passes, and each rule has a lab that breaks it."""

import json

import pytest
import typer
from typer.testing import CliRunner

from autograder.cli.authoring import validate
from autograder.errors import LabError
from autograder.validate import format_report, plan_validation, run_validation, to_public

SETTINGS = """
id = "tiny"
title = { en = "Tiny", zh = "小实验" }
outcome = { en = "Count, halve, compare.", zh = "会数数，会减半，会比较。" }
limits = { cpu = "60s" }
"""
COUNT = """
# %% task="count"
def count_above(numbers, bound):
    ### BEGIN SOLUTION
    found = 0
    for number in numbers:
        if number > bound:
            found += 1
    return found
    ### END SOLUTION
"""
COUNT_TEST = """
# %% test="count" points=2
assert count_above([1, 2, 3], 2) == 1, "count what is above the bound"
### BEGIN HIDDEN TESTS
assert count_above([5, 7, 9, 7], 6) == 3
### END HIDDEN TESTS
"""
HALVE = """
# %% task="halve"
def count_halvings(number):
    ### BEGIN SOLUTION
    steps = 0
    while number > 1:
        number //= 2
        steps += 1
    return steps
    ### END SOLUTION
"""
HALVE_TEST = """
# %% test="halve" points=3
assert count_halvings(8) == 3
### BEGIN HIDDEN TESTS
assert [count_halvings(number) for number in (1, 2, 3, 4, 9, 1000, 0)] == [0, 1, 1, 2, 3, 9, 0]
### END HIDDEN TESTS
"""
LARGEST = """
# %% task="largest"
def find_largest(numbers):
    ### BEGIN SOLUTION
    best = numbers[0]
    for number in numbers:
        if number > best:
            best = number
    return best
    ### END SOLUTION

# %% test="largest" points=1
assert find_largest([3]) == 3
### BEGIN HIDDEN TESTS
assert find_largest([3, 5, 5, 4]) == 5
### END HIDDEN TESTS
"""
COUNT_ANSWER = """
# %% task="count"
def count_above(numbers, bound):
    return sum(number > bound for number in numbers)
"""
HALVE_ANSWER = """
# %% task="halve"
def count_halvings(number):
    return max(0, number.bit_length() - 1)
"""
LARGEST_ANSWER = """
# %% task="largest"
def find_largest(numbers):
    return max(numbers)
"""
MISTAKE = """
# fails: count
# Counts the bound itself.

# %% task="count"
def count_above(numbers, bound):
    return sum(number >= bound for number in numbers)
"""
EQUIVALENT = """
[[mutant]]
task = "largest"
before = "if number > best:"
after = "if number >= best:"
reason = "an equal number in its place changes nothing"
"""
LAB = COUNT + COUNT_TEST + HALVE + HALVE_TEST + LARGEST
ANSWER = COUNT_ANSWER + HALVE_ANSWER + LARGEST_ANSWER
ENDLESS = ("number //= 2", "number = 2")


@pytest.fixture
def write_lab(tmp_path):
    """Return a function that writes a lab folder: a good one, but for the files that are given."""

    def write(lab=LAB, **others):
        good = {"lab.toml": SETTINGS, "answers/short.py": ANSWER, "mistakes/bound.py": MISTAKE, "equivalent.toml": EQUIVALENT}
        folder = tmp_path / "tiny"
        for name, text in ({"lab.py": lab} | good | others).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text.lstrip("\n"), "utf-8")
        return folder

    return write


def run(folder, mutants=False):
    return run_validation(plan_validation(folder, mutants))


def get_faults(mutants):
    return {(mutant.before, mutant.after) for mutant in mutants}


def test_good_lab_is_valid(write_lab):
    done = []
    plan = plan_validation(write_lab())
    report = run_validation(plan, lambda: done.append(1))
    assert report.problems == ()
    assert report.is_valid
    assert [(verdict.kind, verdict.name) for verdict in report.verdicts] == [
        ("model", "lab.py"),
        ("answers", "short.py"),
        ("mistakes", "bound.py"),
        ("blank", "en"),
        ("blank", "zh"),
    ]
    assert report.mutants.total == len(plan.mutants) == 20
    assert report.mutants.caught == 19
    assert report.mutants.caught_share == 1
    assert get_faults(report.mutants.equivalent) == {("if number > best:", "if number >= best:")}
    assert len(done) == plan.size == 25
    assert "ok    mutants    19 of 19 caught = 100.0%; 1 equivalent" in format_report(report)
    # The lab allows a minute of processor time; an endless mutant must not have it.
    assert ENDLESS in get_faults(plan.mutants)
    assert report.seconds < 30


def test_weak_tests_let_mutants_survive(write_lab):
    weak = '\n# %% test="count" points=2\nassert count_above([1, 3], 2) > 0\n'
    report = run(write_lab(COUNT + weak + HALVE + HALVE_TEST + LARGEST), mutants=True)
    assert not report.is_valid
    assert report.problems == (
        "mistakes/bound.py: count should fail, but passes",
        "4 mutants survive; at least 95% must be caught",
    )
    assert get_faults(report.mutants.survivors) == {
        ("found = 0", "found = 1"),
        ("if number > bound:", "if number >= bound:"),
        ("found += 1", "found = 1"),
        ("found += 1", "found += 2"),
    }
    text = format_report(report)
    assert "  survivor: task count, line 5\n    - if number > bound:\n    + if number >= bound:" in text
    assert "WRONG mutants    15 of 19 caught = 78.9%" in text
    public = json.loads(json.dumps(to_public(report)))
    assert public["valid"] is False
    assert {"task": "count", "line": 5, "before": "if number > bound:", "after": "if number >= bound:"} in public["mutants"]["survivors"]


def test_time_that_the_tests_themselves_take_catches_nothing(write_lab):
    busy = """
# %% test="count" points=2
import time
assert count_above([1], 2) == 0
started = time.process_time()
while time.process_time() < started + 0.25:
    pass
"""
    files = {"answers/short.py": COUNT_ANSWER, "equivalent.toml": ""}
    report = run(write_lab(COUNT + busy, **files), mutants=True)
    assert ("found += 1", "found -= 1") in get_faults(report.mutants.survivors)


def test_test_that_needs_an_earlier_one_is_still_a_test(write_lab):
    first = COUNT_TEST.replace("assert", "given_number = 8\nassert", 1)
    second = '\n# %% test="halve" points=3\nassert count_halvings(given_number) > 2\n'
    files = {"answers/short.py": COUNT_ANSWER + HALVE_ANSWER, "equivalent.toml": ""}
    report = run(write_lab(COUNT + first + HALVE + second, **files), mutants=True)
    assert {mutant.after for mutant in report.mutants.survivors} == {"steps = 1", "while number >= 1:", "number /= 2", "steps += 2"}


def test_equivalent_mutants_exist_survive_and_are_told_apart(write_lab):
    faults = [("found += 1", "found -= 1"), ("found += 1", "found += 7"), ("found = 0", "found = None")]
    listed = "".join(
        EQUIVALENT.replace("largest", "count").replace("if number > best:", old).replace("if number >= best:", new) for old, new in faults
    )
    lab = COUNT.replace("    found = 0", "    found = 0\n    found = 0") + COUNT_TEST
    report = run(write_lab(lab, **{"answers/short.py": COUNT_ANSWER, "equivalent.toml": listed}), mutants=True)
    assert report.problems[:3] == (
        "equivalent.toml: task 'count', 'found += 1' -> 'found -= 1': the tests catch this mutant, so it is not equivalent",
        "equivalent.toml: task 'count', 'found += 1' -> 'found += 7': describes 0 mutants; it must be exactly one",
        "equivalent.toml: task 'count', 'found = 0' -> 'found = None': describes 2 mutants; it must be exactly one",
    )
    assert report.mutants.equivalent == ()


def test_only_one_mutant_in_twenty_may_be_equivalent(write_lab):
    mistake = LARGEST_ANSWER.replace("max(numbers)", "min(numbers)")
    files = {"answers/short.py": LARGEST_ANSWER, "mistakes/bound.py": f"# fails: largest{mistake}"}
    report = run(write_lab(LARGEST, **files), mutants=True)
    assert report.problems == ("1 of 4 mutants are listed as equivalent; at most 5% may be",)
    assert report.mutants.caught == 3


def test_wrong_model_is_named_and_its_mutants_are_not_tried(write_lab):
    report = run(write_lab(LAB.replace("number > bound", "number >= bound")), mutants=True)
    assert "lab.py: count should pass, but ends with failed: count what is above the bound" in report.problems
    assert report.mutants is None


def test_wrong_answer_is_named(write_lab):
    report = run(write_lab(**{"answers/wrong.py": ANSWER.replace("max(numbers)", "max(numbers) + 1")}))
    (problem,) = report.problems
    assert problem.startswith("answers/wrong.py: largest should pass, but ends with failed: ")


def test_mistake_fails_what_it_names_and_no_more(write_lab):
    files = {
        "mistakes/mild.py": MISTAKE.replace(">=", ">"),
        "mistakes/named-wrong.py": MISTAKE.replace("fails: count", "fails: halve, largest"),
    }
    report = run(write_lab(**files))
    assert [problem.partition(": count what")[0] for problem in report.problems] == [
        "mistakes/mild.py: count should fail, but passes",
        "mistakes/named-wrong.py: count should pass, but ends with failed",
        "mistakes/named-wrong.py: halve should fail, but passes",
        "mistakes/named-wrong.py: largest should fail, but passes",
    ]


def test_blank_notebook_gets_no_points_in_any_language(write_lab):
    report = run(write_lab(LAB + '\n# %% test="free" points=1\nassert True\n'))
    assert report.problems == tuple(f"blank/{lang}: free gives 1 of 1 points where nothing was written" for lang in ("en", "zh"))


def test_languages_have_the_same_graded_cells(write_lab):
    report = run(write_lab(LAB + '\n# %% [markdown] lang="en" manual="essay" points=4\n# Why?\n'))
    assert report.problems == ("en and zh have different graded cells, from essay (4 points) on",)


@pytest.mark.parametrize(
    ("ours", "theirs", "what"),
    [
        ("## One\n# Two", "# 一\n# 二", "the headings of '## One'"),
        ("see [RFC](https://a.example)", "见 [RFC](https://b.example)", "the links of 'see [RFC](https://a.example)'"),
        ("```text\n# a\n# ```", "见上", "the code blocks of '```text'"),
    ],
)
def test_languages_have_the_same_structure(write_lab, ours, theirs, what):
    texts = f'\n# %% [markdown] lang="en"\n# {ours}\n\n# %% [markdown] lang="zh"\n# {theirs}\n'
    assert run(write_lab(LAB + texts)).problems == (f"en and zh differ in {what}",)


def test_languages_have_the_same_cells(write_lab):
    more = '\n# %% [markdown] lang="zh"\n# 多出来的一段\n'
    assert run(write_lab(LAB + more)).problems == ("en and zh differ in the kinds of their cells, from '多出来的一段' on",)


def test_answers_for_a_person_to_grade_are_nothing_to_complain_of(write_lab):
    essays = "".join(f'\n# %% [markdown] lang="{lang}" manual="essay" points=4\n# Why?\n' for lang in ("en", "zh"))
    assert run(write_lab(LAB + essays)).problems == ()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"answers/half.py": COUNT_ANSWER}, r"half\.py: no cell for the task 'halve'"),
        (
            {"answers/else.py": ANSWER.replace('"halve"', '"double"')},
            r"else\.py: the lab has no task 'double'; it has count, halve, largest",
        ),
        ({"mistakes/none.py": "# fails: count\n"}, r"none\.py: no cell with task="),
        ({"mistakes/open.py": COUNT_ANSWER}, r"open\.py: its first lines need `# fails:`"),
        ({"mistakes/empty.py": f"# fails:\n{COUNT_ANSWER}"}, r"empty\.py: its first lines need `# fails:`"),
        ({"mistakes/late.py": f"{COUNT_ANSWER}# fails: count\n"}, r"late\.py: its first lines need `# fails:`"),
        (
            {"mistakes/long.py": MISTAKE.replace("fails: count", "fails: test-count")},
            r"long\.py: fails names 'test-count', but the lab has",
        ),
        ({"equivalent.toml": "[[mutant"}, r"equivalent\.toml: must hold \[\[mutant\]\] tables"),
        ({"equivalent.toml": EQUIVALENT + "line = 3\n"}, r"equivalent\.toml: must hold \[\[mutant\]\] tables"),
        ({"equivalent.toml": EQUIVALENT.replace("an equal number in its place changes nothing", " ")}, r"needs a reason"),
    ],
)
def test_file_that_cannot_be_what_it_should_be_is_refused(write_lab, files, message):
    with pytest.raises(LabError, match=message):
        plan_validation(write_lab(**files), mutants=False)


def test_command_ends_with_one_where_a_lab_is_not_valid(write_lab):
    app = typer.Typer()
    app.command()(validate)
    arguments = ["tiny", "--no-mutants", "--json", "--labs"]
    good = CliRunner().invoke(app, [*arguments, str(write_lab())])
    assert (good.exit_code, json.loads(good.stdout)["valid"]) == (0, True)
    bad = CliRunner().invoke(app, [*arguments, str(write_lab(**{"mistakes/bound.py": MISTAKE.replace(">=", ">")}))])
    assert (bad.exit_code, json.loads(bad.stdout)["valid"]) == (1, False)
    assert json.loads(bad.stdout)["mutants"] is None
    table = CliRunner().invoke(app, ["tiny", "--no-mutants", "--labs", str(write_lab())])
    assert "  ok    mistakes   1 of 1: fail the tests they name, and no other" in table.stdout
