"""The release check: what a test cell is worth and whether it runs split, on labs made for it and on the courses of tests/courses."""

import io
import json
import shutil

import pytest
from rich.console import Console
from typer.testing import CliRunner

from autograder.check import plan_check, run_check, show_check, show_summary, to_public
from autograder.cli.app import app
from tests.autograder.labs_for_tests import LAB_TOML, LIMITS, build_lab, write_lab
from tests.courses.build import COURSES, HELD_OUT, NEEDS, get_needs, write_course
from tests.courses.measure import count_cells, list_failing, measure

BEGIN, END = "    ### BEGIN SOLUTION\n", "\n    ### END SOLUTION"
SIX = f"def six():\n{BEGIN}    return 2 * 3{END}"
OWN = f"class Own:\n{BEGIN}    def __eq__(self, other):\n        return type(other) is Own\n    def six(self):\n        return 6{END}"
IN_T = "import sys\nin_t = 'autograder.split.tester' in sys.modules\n"


def check(solution, *tests, mutants=True, mode="split", **options):
    (plan,) = plan_check(build_lab(solution, tests, mode=mode, **options), mutants)
    return run_check(plan)


def read_shown(*checks, is_course=False):
    """Return what a person reads, in a wide terminal without colours."""
    console = Console(file=io.StringIO(), width=200)
    for each in checks:
        show_check(each, console)
    show_summary(checks, console, is_course)
    return console.file.getvalue()


def test_a_cell_is_discriminating_vacuous_or_broken():
    found = check(SIX, "assert six() == 6", "assert True", "assert six() == 7, 'seven'", mutants=False)
    assert [cell.kind for cell in found.cells] == ["discriminating", "vacuous", "broken"]
    assert [cell.split for cell in found.cells] == [True, True, False]
    assert [cell.reason for cell in found.cells] == ["", "", "seven · at: assert six() == 7, 'seven'"]
    assert (found.recommended, found.is_ready, found.mutants) == ("split", False, 0)
    shown = read_shown(found)
    assert "1 test cells fail with the course's own solution: mend those first. 1 test cells give their points for nothing." in shown


def test_what_cannot_run_split_is_named_with_its_reason():
    found = check(OWN, "assert Own().six() == 6", "assert Own() == Own()", mutants=False)
    assert [(cell.kind, cell.split) for cell in found.cells] == [("discriminating", True), ("discriminating", False)]
    assert found.cells[0].student_answered, "it asks an object of the learner for six"
    assert not check(SIX, "assert six() == 6", mutants=False).cells[0].student_answered
    assert found.cells[1].reason.endswith("at: assert Own() == Own()")
    assert (found.recommended, found.is_ready) == ("compat", False)
    shown = read_shown(found)
    assert "2 test cells tell right from wrong; 1 of them run split (50.0%)" in shown
    assert "the learner's word in part): test-0" in shown
    assert 'write into lab.toml:\n  mode = "compat"' in shown
    assert 'write into autograder.toml beside source/:\n  compat = ["bench/bench"]' in read_shown(found, is_course=True)


def test_the_reason_of_a_hidden_test_is_told_to_its_author():
    hidden = "### BEGIN HIDDEN TESTS\nassert six() == 5, 'five'\n### END HIDDEN TESTS"
    assert check(SIX, hidden, mutants=False).cells[0].reason == "five · at: assert six() == 5, 'five'"


def test_a_notebook_that_says_compat_is_ready_and_one_that_need_not_is_told():
    needed, needless = (
        check(solution, test, mutants=False, mode="compat") for solution, test in ((OWN, "assert Own() == Own()"), (SIX, "six()"))
    )
    assert needed.is_ready and needed.recommended == "compat"
    assert needless.is_ready and needless.recommended == "split"
    assert "It does not have to be: all of it runs split." in read_shown(needless)
    assert "does not have to be" not in read_shown(needed)


def test_a_false_pass_is_found_by_a_mutant_and_is_loud():
    found = check(SIX, f"{IN_T}assert six() == 6 or (in_t and six() < 6)")
    (cell,) = found.cells
    assert cell.false_passes and all((each.compat, each.split) == (0, 2) for each in cell.false_passes)
    assert "2 * 3 -> return 2 / 3" in cell.false_passes[0].work
    assert (found.recommended, found.is_ready) == ("compat", False)
    shown = read_shown(found)
    assert "FALSE PASS: 2 points split, 0 in one process, with answer, line 3" in shown
    assert "Please report this." in shown


def test_a_solution_that_passes_split_alone_is_a_false_pass_too():
    (cell,) = check(SIX, f"{IN_T}assert in_t and six()", mutants=False).cells
    assert (cell.kind, [each.work for each in cell.false_passes]) == ("broken", ["the solution"])


def test_split_that_is_stricter_is_no_false_pass():
    found = check(SIX, f"{IN_T}assert six() == 6 or (not in_t and six() < 6)")
    assert found.cells[0].differences and not found.cells[0].false_passes
    assert found.is_ready
    assert "stricter split than in one process, with answer, line 3" in read_shown(found)


def test_a_test_that_uses_what_its_lab_hides_is_judged_by_split(monkeypatch):
    test = "import minichain.crypto.merkle\nassert six() == 6"
    options = {"uses": ("minichain.crypto.merkle",), "hides": ("minichain.crypto.merkle",)}
    found = check(SIX, test, mutants=False, **options)
    assert [(cell.kind, cell.split, cell.differences) for cell in found.cells] == [("discriminating", True, ())]
    assert found.is_ready


def test_endless_mutants_end_soon_and_tell_nothing():
    loop = f"def count(n):\n{BEGIN}    found = 0\n    while n > 0:\n        n -= 1\n        found += 1\n    return found{END}"
    found = check(loop, "assert count(3) == 3", limits=LIMITS)
    assert found.mutants > 5
    assert not found.cells[0].differences
    assert found.is_ready


def test_json_holds_everything():
    public = to_public(check(OWN, "assert Own() == Own()", mutants=False))
    assert json.loads(json.dumps(public)) == public
    assert {name: public[name] for name in ("lab", "notebook", "mode", "recommended", "ready", "mutants")} == {
        "lab": "bench",
        "notebook": "bench",
        "mode": "split",
        "recommended": "compat",
        "ready": False,
        "mutants": 0,
    }
    assert public["cells"][0].keys() >= {"grade_id", "points", "kind", "split", "reason", "student_answered", "differences", "false_passes"}


def test_the_command_checks_our_labs_and_foreign_courses(tmp_path):
    write_lab(tmp_path / "labs", LAB_TOML)
    ours = CliRunner().invoke(app, ["check", "--labs", str(tmp_path / "labs"), "--json"])
    assert ours.exit_code == 0, ours.output
    (line,) = map(json.loads, ours.stdout.splitlines())
    assert (line["lab"], line["recommended"], line["ready"]) == ("00-sums", "split", True)
    assert line["mutants"] and {cell["kind"] for cell in line["cells"]} == {"discriminating"}
    course = write_course("python", tmp_path)
    (course / "source" / "python" / "functions.ipynb").unlink()
    theirs = CliRunner().invoke(app, ["check", "--course", str(course), "--no-mutants"])
    assert theirs.exit_code == 1, "one cell compares two objects of the learner"
    assert "python/objects" in theirs.stdout and 'compat = ["python/objects"]' in theirs.stdout
    (course / "autograder.toml").write_text('compat = ["python/objects"]')
    declared = CliRunner().invoke(app, ["check", "python", "--course", str(course), "--no-mutants"])
    assert declared.exit_code == 0, declared.output
    assert "Graded in compat mode, as the course says" in declared.stdout
    assert CliRunner().invoke(app, ["check", "week9", "--course", str(course)]).exit_code != 0


# Other people's courses


def test_the_courses_have_every_need():
    needs = {name: get_needs(name) for name in COURSES}
    found = {need for name in (*COURSES, *HELD_OUT) for words in get_needs(name).values() for need in words}
    assert found == set(NEEDS)
    for name, cells in needs.items():
        assert len({words[0] for words in cells.values()}) >= 20, f"{name}: a cell for each of at least 20 needs"


@pytest.mark.long
def test_other_peoples_courses_run_split_unmodified(ps1_course, tmp_path):
    """At least 95 % of what tells right from wrong runs split, and nothing that fails in one process passes split."""
    pytest.importorskip("numpy", reason="numpy is not installed")
    pytest.importorskip("pandas", reason="pandas is not installed")
    ps1 = tmp_path / "ps1"
    shutil.copytree(ps1_course, ps1)
    checks = measure([ps1, *(write_course(name, tmp_path) for name in (*COURSES, *HELD_OUT))])
    assert not [line for line in list_failing(checks) if "FALSE PASS" in line or "broken" in line]
    assert sum(check.mutants for check in checks) > 500
    total, split = count_cells(checks)
    assert total > 130
    assert split >= 0.95 * total, "\n".join(list_failing(checks))
