"""Compat mode: what split cannot run, nbgrader's rules, the same walls; its scores are marked, and hidden tests stay out of feedback."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from autograder.cli.app import app
from autograder.errors import LabError
from autograder.feedback.page import render_feedback
from autograder.labs.course import load_course
from autograder.labs.source import load_lab
from autograder.nbgrader.submissions import FORGEABLE, NO_RESPONSE
from autograder.records import Records
from autograder.release import fill_notebook
from autograder.results import to_public
from tests.autograder.labs_for_tests import HIDDEN, LAB_TOML, Bench, build_lab, write_lab

SECRET = "assert f(3) == 9, 'the secret of the hidden test'"


@pytest.fixture(scope="module")
def bench():
    with Bench(mode="compat") as one:
        yield one


def test_tests_run_in_the_learners_process_in_one_namespace(bench):
    answer = "class Own:\n    def __eq__(self, other):\n        return isinstance(other, Own)\ndef f(x):\n    return Own()"
    tests = (
        "first = f(1)",
        "assert f(2) == f(3) == first",
        "import builtins\nassert f.__globals__ is globals() and __name__ == '__main__'",
    )
    assert bench.get_verdicts(answer, *tests) == ["passed", "passed", "passed"]
    assert bench.get_verdicts("def f(x): return x", "f = 3", "assert f == 3", between=("f += 0",)) == ["passed", "passed"]


def test_points_are_nbgraders(bench):
    result = bench.grade("x = 1", "1.5", "'fine'", "x;", "0", "-1", "7", "1 / 0", "assert x == 2, 'x is 2'")
    assert [cell.score for cell in result.cells] == [1.5, 2, 2, 0, 2, 2, 0, 0]
    assert [cell.status for cell in result.cells[-2:]] == ["error", "failed"]
    assert result.cells[-1].message == "x is 2"


def test_messages_name_the_learners_line_or_the_tests(bench):
    assert (
        bench.get_message("def f(x):\n    return x.y", "f(1)")
        == "AttributeError: 'int' object has no attribute 'y' (in your code: return x.y)"
    )
    assert bench.get_message("x = 1", "assert x == 2") == "This does not hold: assert x == 2"
    assert bench.get_message("x = 1", "int('a')") == "ValueError: invalid literal for int() with base 10: 'a' (while running: int('a'))"
    assert (
        bench.get_message("def f(): raise NotImplementedError", "f()")
        == "There is no answer yet: the cell still raises NotImplementedError."
    )


def test_the_learners_limits_hold_and_what_comes_after_is_graded(bench):
    assert bench.get_verdicts("x = 1", "while True: pass", "assert x == 1") == ["timeout", "passed"]
    assert bench.get_verdicts("x = 1", "import time\ntime.sleep(60)", "assert x == 1") == ["timeout", "passed"]
    assert bench.get_verdicts("x = 1", "bytearray(10**9)", "assert x == 1") == ["memory", "passed"]
    assert bench.get_verdicts("x = 1", "assert x == 1", "import os\nos._exit(0)", "assert x") == ["passed", "killed", "killed"]
    assert bench.is_well()


def test_line_magics_that_time_pass_and_a_shell_is_refused_in_both_modes(bench):
    for mode in ("split", "compat"):
        assert bench.get_verdicts("%matplotlib inline\n%time x = 1", "%time assert x == 1", mode=mode) == ["passed"]
        message = bench.get_message("x = 1", "assert x\n!ls", mode=mode)
        assert message == "Only Python runs when a notebook is graded. Take this line out, or say it in Python: !ls"


def test_a_forged_score_counts_and_is_marked(bench):
    forging = "def f(x):\n    import builtins, sys\n    sys._getframe(1).f_globals['g'] = lambda x: x\n    return x\n"
    result = bench.grade(forging, "def g(x): return 0\nf(1)\nassert g(1) == 1")
    assert (result.cells[0].status, result.mode, result.is_forgeable) == ("passed", "compat", True)
    assert to_public(result)["mode"] == "compat"
    assert not bench.grade(forging, "def g(x): return 0\nf(1)\nassert g(1) == 1", mode="split").is_forgeable


LEAKING = """
import linecache, sys
def f(x):
    frame = sys._getframe(1)
    text = "".join(linecache.getlines(frame.f_code.co_filename))
    print(text)
    open("stolen.txt", "w").write(text)
    {end}
"""
ENDS = (
    "raise ValueError(text)",
    "raise AssertionError(text)",
    "raise type(text[:90], (Exception,), {'__module__': 'builtins'})",
    "raise type('x', (AssertionError,), {'__module__': 'builtins', '__qualname__': text[:99]})(text)",
    "sys.stderr.write(text)",
    "raise SyntaxError(text, ('<cell 2>', 1, 1, text))",
    "return text",
    "raise SystemExit(text)",
)


@pytest.mark.parametrize("end", ENDS)
def test_nothing_of_a_hidden_test_comes_back_whatever_learner_code_does_with_it(bench, end):
    """The learner's code reads the hidden test, as it can, and says it in every way, there and in later cells."""
    later = "text = open('stolen.txt').read()"
    tests = (f"y = 1\n{HIDDEN.format(SECRET)}\nf(3)", "f(4)", f"{later}\nf(5)\ntext")
    after = (f"{later}\nprint(text)", f"{later}\nraise Exception(text)", f"{later}\nassert False, text", f"{later}\ntext")
    result = bench.grade(LEAKING.format(end=end), *tests, between=after, after=after)
    everything = json.dumps(to_public(result)) + json.dumps(result.outputs)
    assert "secret of the hidden" not in everything and "== 9" not in everything
    lab = build_lab("", tests, mode="compat")
    assert "secret of the hidden" not in render_feedback(lab, result)


def test_what_was_printed_before_a_hidden_test_is_shown_and_visible_lines_always(bench):
    answer = "print('early')\ndef f(x):\n    print('said')\n    return x"
    tests = ("f(1);", f"{HIDDEN.format('assert f(3) == 3')}\nassert f(1) == 2, 'one gives two'", "assert f(4) == 5", "f(1).y")
    result = bench.grade(answer, *tests)
    assert [output["text"] for _, outputs in result.outputs["bench"] for output in outputs] == ["early\n", "said\n"]
    messages = [cell.message for cell in result.cells]
    assert messages == ["", "one gives two", "This does not hold: assert f(4) == 5", "AttributeError: … (while running: f(1).y)"]


def test_a_hidden_test_is_told_by_its_hint(bench):
    hints = {"texts": {"en": {"k": "the secret of the hidden test"}}, "hints": {"en": {"k": "Think of three."}}}
    assert bench.get_message("def f(x): return x", HIDDEN.format(SECRET), **hints) == "A hidden test did not pass. Hint: Think of three."
    assert bench.get_message("def f(x): return x", HIDDEN.format(SECRET)).startswith("A hidden test did not pass. Think of")


# Who says that a notebook is graded so


def test_a_lab_says_so_in_its_settings(tmp_path):
    split = load_lab(write_lab(tmp_path / "a"))
    compat = load_lab(write_lab(tmp_path / "b", 'mode = "compat"\n' + LAB_TOML))
    assert (split.mode, compat.mode) == ("split", "compat")
    assert split.version != compat.version, "a lab whose mode changes is graded again"
    with pytest.raises(LabError, match="mode is 'nbgrader'"):
        load_lab(write_lab(tmp_path / "c", 'mode = "nbgrader"\n' + LAB_TOML))


def test_a_foreign_course_says_so_beside_its_source(course):
    plain = load_course(course)["ps1"]
    (course / "autograder.toml").write_text('compat = ["ps1/problem2"]')
    one = load_course(course)["ps1"]
    assert {notebook.name: notebook.mode for notebook in one.notebooks} == {"problem1": "split", "problem2": "compat"}
    (course / "autograder.toml").write_text('compat = ["ps1"]')
    both = load_course(course)["ps1"]
    assert {notebook.mode for notebook in both.notebooks} == {"compat"}
    assert len({plain.version, one.version, both.version}) == 3
    assert (plain.mode, one.mode, both.mode) == ("split", "compat", "compat")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('compat = ["ps2"]', "compat names 'ps2'; there are ps1, ps1/problem1, ps1/problem2"),
        ('compat = "ps1"', 'holds one line, compat = \\["assignment", "assignment/notebook"\\]'),
        ("compat = [1]", "holds one line"),
        ('mode = "compat"', "holds one line"),
        ("compat = [", "cannot be read"),
    ],
)
def test_a_mistake_in_that_file_is_named(course, text, rule):
    (course / "autograder.toml").write_text(text)
    with pytest.raises(LabError, match=rule):
        load_course(course)


def test_every_export_says_that_the_score_is_forgeable(course, submit, nbgrader_api):
    (course / "autograder.toml").write_text('compat = ["ps1"]')
    lab = load_course(course)["ps1"]
    answers = {(notebook.name, cell.grade_id): cell.source for notebook in lab.notebooks for cell in notebook.cells if cell.is_answer}
    submit("ada", answers)
    submit("bo")
    run = CliRunner().invoke(app, ["grade", str(course), "--course", str(course), "--json", "--workers", "1"])
    assert run.exit_code == 0, run.output
    assert "ps1: 2 submission(s) graded in compat mode; these scores can be forged" in run.stderr
    assert {line["learner"]: line["mode"] for line in map(json.loads, run.stdout.splitlines())} == {"ada": "compat", "bo": "compat"}
    for command in ("feedback", "export"):
        done = CliRunner().invoke(app, [command, str(course), "--course", str(course)])
        assert done.exit_code == 0, done.output
    with Records(course / "records.db") as records:
        by_learner = {result.learner: result for result in records.iterate_latest()}
    assert {result.mode for result in by_learner.values()} == {"compat"}
    assert all(cell.score == cell.max_score for cell in by_learner["ada"].cells if cell.status != "manual")
    assert not any(cell.score for cell in by_learner["bo"].cells)
    assert (course / "scores.csv").read_text("utf-8-sig").count("compat (forgeable)") == 2
    assert "Such a score can be forged" in (course / "feedback" / "ada" / "ps1.html").read_text("utf-8")
    assert (course / "feedback" / "index.html").read_text("utf-8").count(">forgeable<") == 2
    notebook = json.loads((course / "autograded" / "ada" / "ps1" / "problem1.ipynb").read_text("utf-8"))
    assert notebook["metadata"]["minichain"]["mode"] == "compat"
    with nbgrader_api(course).gradebook as gradebook:
        comments = gradebook.find_submission_notebook("problem1", "ps1", "bo").comments
        assert {comment.auto_comment for comment in comments} == {FORGEABLE, f"{NO_RESPONSE} {FORGEABLE}"}


def test_a_chinese_page_says_so_in_chinese(tiny_lab, make_result):
    result = make_result(tiny_lab, "李雷", {("tiny", "test-double"): 3.0}, "zh")
    assert "有可能被伪造" not in render_feedback(tiny_lab, result)
    assert "有可能被伪造" in render_feedback(tiny_lab, replace(result, mode="compat"))


def test_a_submission_is_read_and_restored_as_ever(tmp_path):
    """A changed test counts for nothing: compat changes where tests run, not whose they are."""
    lab = load_lab(write_lab(tmp_path, 'mode = "compat"\n' + LAB_TOML))
    (master,) = lab.get_notebooks("en")
    folder = tmp_path / "course" / "submitted" / "ada" / lab.id
    folder.mkdir(parents=True)
    notebook = fill_notebook(lab, master, {"add": "def add(a, b): return 0", "test-add": "assert True", "test-mul": "3"})
    (folder / f"{master.name}.ipynb").write_text(json.dumps(notebook))
    run = CliRunner().invoke(app, ["grade", str(tmp_path / "course"), "--labs", str(tmp_path), "--json"])
    (result,) = map(json.loads, run.stdout.splitlines())
    assert [cell["status"] for cell in result["cells"]] == ["failed", "error", "failed"]
