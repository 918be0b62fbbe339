"""Progress: what a test cell's first line and its error say, and what the table makes of it."""

import json
import linecache
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from minichain.learn.progress import Progress, TestResult, apply_result, judge, parse_header, parse_tests, to_data
from minichain.learn.progress_table import describe_table, draw_table
from minichain.learn.time_limit import TimeIsUp

TEST = TestResult("root", 4.0)
STATUSES = ("passed", "failed", "error", "timeout", "not run")


def catch(source, **names):
    """Run code as cells of a notebook do and return its exception."""
    try:
        exec(compile(source, "cell", "exec"), {"__name__": "__main__", **names})
    except BaseException as error:
        return error
    return None


def define(source):
    """Return what an earlier cell defines."""
    namespace = {"__name__": "__main__"}
    exec(compile(source, "earlier cell", "exec"), namespace)
    return {name: value for name, value in namespace.items() if not name.startswith("__")}


def build(lang="en", **statuses):
    """Return progress with one test of each of these names and statuses, of 2 points each."""
    results = tuple(TestResult(name, 2.0, status, f"why {name}") for name, status in statuses.items())
    return Progress("00-sums", "v1", lang, results)


@pytest.mark.parametrize(
    ("source", "test"),
    [
        ("# root · 3 points\nassert True", TestResult("root", 3.0)),
        ("# root · 3 分", TestResult("root", 3.0)),
        ("# forged-proof · 0.5 points", TestResult("forged-proof", 0.5)),
        ("# root · 3", TestResult("root", 3.0)),
        ("x = 1\n# root · 3 points", None),
        ("# root - 3 points", None),
        ("# root · three points", None),
        ("# root · 3points", None),
        ("# root · -3 points", None),
        ("# root · 1e999 points", None),
        (f"# root · {'9' * 400} points", None),
        (f"# {'r' * 65} · 3 points", None),
        ("# <b> · 3 points", None),
        ("", None),
    ],
)
def test_a_test_cell_is_known_by_its_first_line(source, test):
    assert parse_header(source) == test


@pytest.mark.parametrize("tests", ["hashing", "hashing three", "hashing 3 points", "hashing; root 3", "one hashing 3", "1 2 hashing 3"])
def test_a_list_that_cannot_be_read_is_named(tests):
    with pytest.raises(ValueError, match=r"is no test: a list of tests looks like 'hashing 3, root 4'"):
        parse_tests(tests)


def test_a_lab_without_tests_has_an_empty_list():
    progress = Progress("00-sums", "v1", "en", parse_tests(""))
    assert (progress.points, progress.max_points, progress.is_complete) == (0, 0, False)
    assert describe_table(progress).startswith("Progress: 0 of 0 points\n")


def test_a_result_replaces_the_earlier_one_and_an_unknown_test_comes_last():
    progress = Progress("00-sums", "v1", "en", parse_tests("add 2, mul 3"))
    progress = apply_result(progress, TestResult("mul", 3.0, "failed"))
    progress = apply_result(progress, TestResult("mul", 3.0, "passed"))
    progress = apply_result(progress, TestResult("new", 1.0, "passed"))
    assert [(result.id, result.status) for result in progress.results] == [("add", "not run"), ("mul", "passed"), ("new", "passed")]
    assert (progress.points, progress.max_points) == (4.0, 6.0)


def test_the_number_of_a_task_stands_before_the_test_and_outlives_a_run():
    progress = Progress("00-sums", "v1", "en", parse_tests("1 add 2, 1 more 1, mul 3, 2 3"))
    assert [result.label for result in progress.results] == ["1 add", "1 more", "mul", "2"]
    progress = apply_result(progress, TestResult("more", 1.0, "passed"))
    assert describe_table(progress).splitlines()[2] == "  1 more · passed · 1 / 1"
    rows = ElementTree.fromstring(draw_table(progress)).findall(".//tbody/tr/th")
    assert ["".join(row.itertext()) for row in rows] == ["1 add", "1 more", "mul", "2"]


def test_a_notebook_that_invents_tests_fills_no_memory():
    progress = Progress("00-sums", "v1", "en", ())
    for number in range(500):
        progress = apply_result(progress, TestResult(f"t{number}", 1.0, "passed"))
    assert len(progress.results) == 200


@pytest.mark.parametrize(
    ("source", "status", "en", "zh"),
    [
        ("pass", "passed", "", ""),
        ("assert False, 'Left stays left.'", "failed", "Left stays left.", "Left stays left."),
        ("assert 1 == 2", "failed", "", ""),
        ("link(1)", "failed", "link is not written yet.", "link 还没有写。"),
        ("outer()", "failed", "link is not written yet.", "link 还没有写。"),
        (
            "missing(1)",
            "not run",
            "missing is not there yet: run the cells above first, from the top. If you have, look whether its cell shows an error.",
            "还没有 missing：请先从头依次运行上面的单元格；如果运行过，看看那个单元格有没有报错。",
        ),
        ("wrong()", "error", "NameError: name 'typo' is not defined", "NameError: name 'typo' is not defined"),
        ("raise ValueError('first\\nsecond')", "error", "ValueError: first", "ValueError: first"),
        ("raise ValueError", "error", "ValueError", "ValueError"),
        ("raise KeyboardInterrupt", "error", "This was interrupted.", "运行被中断。"),
        ("raise SystemExit", "error", "SystemExit", "SystemExit"),
        ("1 +", "error", "SyntaxError: invalid syntax (cell, line 1)", "SyntaxError: invalid syntax (cell, line 1)"),
    ],
)
def test_an_error_is_told_in_a_line(source, status, en, zh):
    names = define("def link(x):\n    raise NotImplementedError()\ndef outer(): link(1)\ndef wrong(): typo")
    error = catch(source, **names)
    for lang, message in (("en", en), ("zh", zh)):
        assert judge(TEST, error, lang) == replace(TEST, status=status, message=message)


def test_an_error_of_pythons_own_shows_the_learners_last_line(monkeypatch):
    source = "def link(x):\n    return len(x)"
    monkeypatch.setitem(linecache.cache, "earlier cell", (len(source), None, source.splitlines(keepends=True), "earlier cell"))
    error = catch("link(1)", **define(source))
    message = "TypeError: object of type 'int' has no len()"
    assert judge(TEST, error, "en").message == f"{message} · in this line: return len(x)"
    assert judge(TEST, error, "zh").message == f"{message} · 出错的那一行：return len(x)"
    error.args = ("x" * 10**6,)
    assert judge(TEST, error, "zh").message.endswith("x… · 出错的那一行：return len(x)")


def test_a_stopped_test_says_so():
    result = judge(TEST, type("TimeIsUp", (TimeIsUp,), {"seconds": 5.0, "lang": "zh"})(), "zh")
    assert (result.status, result.message) == ("timeout", "已停止：运行了 5 秒还没有结束。是不是有循环停不下来？")


class MuteError(Exception):
    def __str__(self):
        raise RuntimeError


def test_what_an_exception_says_is_bounded_and_harmless():
    assert judge(TEST, MuteError(), "en").message == "MuteError: RuntimeError"
    message = judge(TEST, AssertionError("\n\n" + "x" * 10**6), "en").message
    assert message == "x" * 199 + "…"
    message = judge(TEST, AssertionError("a\x1b[31m\ud800\u202eb"), "en").message
    assert message.isprintable()
    json.dumps(message, ensure_ascii=False).encode()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_table_is_well_formed_and_names_every_state(lang):
    progress = build(lang, **{status.replace(" ", "-"): status for status in STATUSES})
    tree = ElementTree.fromstring(draw_table(progress))
    assert tree.get("lang") == lang
    assert [head.get("scope") for head in tree.iter("th")] == ["col"] * 3 + ["row"] * 5
    assert "".join(tree.find(".//caption").itertext()) in ("Progress: 2 of 10 points", "得分：2 / 10")
    states = [row.findall("td")[1][0].tail.strip() for row in tree.find(".//tbody")]
    assert (
        states
        == {
            "en": ["passed", "failed", "error", "out of time", "not run"],
            "zh": ["通过", "未通过", "出错", "超时", "未运行"],
        }[lang]
    )
    shapes = [row.find(".//path").get("d") for row in tree.find(".//tbody")]
    assert len(set(shapes)) == 5  # not by colour alone
    text = describe_table(progress)
    assert all(state in text and f"why {status.replace(' ', '-')}" in text for state, status in zip(states, STATUSES, strict=True))


def test_a_finished_lab_says_what_comes_next():
    done, words = build(a="passed", b="passed"), "Save the notebook and hand it in."
    for draw in (draw_table, describe_table):
        assert words in draw(done)
        assert words not in draw(build(a="passed", b="failed"))
        assert "请保存笔记本，然后提交。" in draw(replace(done, lang="zh"))


def test_a_message_is_shown_as_text():
    progress = apply_result(build(), TestResult("x", 1.0, "failed", "<script>alert(1)</script> & \x00"))
    tree = ElementTree.fromstring(draw_table(progress))
    assert tree.find(".//script") is None
    assert "<script>alert(1)</script> &" in "".join(tree.itertext())


def test_the_data_are_plain():
    assert to_data(build(a="passed", b="not run")) == {
        "lab": "00-sums",
        "version": "v1",
        "lang": "en",
        "tests": [
            {"id": "a", "task": None, "points": 2, "status": "passed", "message": "why a"},
            {"id": "b", "task": None, "points": 2, "status": "not run", "message": "why b"},
        ],
        "points": 2,
        "max_points": 4,
    }
    assert to_data(apply_result(build(), TestResult("c", 0.5, "passed")))["points"] == 0.5
