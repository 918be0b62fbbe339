"""The feedback page says what happened, in the learner's language, hides what is hidden, and cannot run anything."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from autograder.errors import PathError
from autograder.feedback import write_feedback, write_index
from autograder.feedback.code import find_assertion, render_code
from autograder.feedback.page import MAX_FINDINGS, build_sections, compute_segments, render_feedback
from autograder.feedback.words import WORDS, describe_finding
from autograder.labs.model import Lab, LabCell, LabNotebook
from autograder.messages import get_text
from autograder.read import read_submission
from autograder.restore import restore_notebook
from autograder.results import Finding

TEST = ("tiny", "test-double")
WHY = ("tiny", "why")
HOSTILE = "<script>alert(1)</script>\x1b[31mred\x1b[0m\u202eevil\x00 {{ 7 * 7 }} \ud800" + "x" * 5000


class Page(HTMLParser):
    """What a browser would make of a page: its elements, and its text."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.text = ""
        self.style = ""
        self.is_in_style = False
        self.feed(text)
        assert text.rstrip().endswith("</html>")

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.is_in_style = tag == "style"

    def handle_endtag(self, tag):
        self.is_in_style = False

    def handle_data(self, data):
        if self.is_in_style:
            self.style += data
        else:
            self.text += data


@pytest.fixture
def render(tiny_lab, make_result):
    """Return a function that renders the page of a result of the tiny lab."""

    def run(test=3.0, why=None, lang="en", learner="ada", **more):
        return Page(render_feedback(tiny_lab, make_result(tiny_lab, learner, {TEST: test, WHY: why}, lang=lang, **more)))

    return run


def assert_is_inert(page):
    """Assert that a page runs nothing, loads nothing and sends nothing, whatever the browser makes of its policy."""
    for tag, attributes in page.elements:
        assert tag not in ("script", "iframe", "object", "embed", "link", "img", "base", "form", "input", "animate", "set", "foreignobject")
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in ("style", "src", "srcdoc", "xlink:href")
            if name == "href":
                assert re.fullmatch(r"#[\w-]+|[^/:]+/[^/:]+\.html", value), value
    assert "url(" not in page.style
    assert "@import" not in page.style


def get_policy(page):
    return next(attributes["content"] for tag, attributes in page.elements if attributes.get("http-equiv") == "Content-Security-Policy")


def test_the_page_tells_the_score_the_verdicts_and_what_waits(render):
    page = render(test=("failed", 0.0, "double(1) gives 2, not 3."))
    for words in ("Doubling", "ada", "20 November 2026, 10:00 UTC", "0 / 3", "– / 2", "double(1) gives 2, not 3.", "Not yet right"):
        assert words in page.text
    assert "A person still looks at 2 points." in page.text
    assert "Look at this first:" in page.text


def test_a_perfect_page_praises_and_has_nothing_to_look_at_first(render):
    page = render(test=3.0, why=2.0)
    assert "Everything is right. Well done!" in page.text
    assert "Look at this first" not in page.text


def test_a_chinese_notebook_gets_a_chinese_page(render):
    page = render(test=("failed", 0.0, "double(1) 应为 2。"), lang="zh")
    assert ("html", {"lang": "zh-CN"}) in page.elements
    for words in ("加倍", "提交时间：2026 年 11 月 20 日", "未通过", "double(1) 应为 2。", "还有 2 分等待人工评分。", "# double · 3 分"):
        assert words in page.text
    english = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"assert .*|# double|[0-9a-f]{12}", "", page.text)))
    assert english <= {"MiniChain", "UTC", "double", "why", "ada"}


def test_another_language_reads_english(render):
    assert "Right" in render(lang="fr").text


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("test", [3.0, ("failed", 0.0, "A hidden test did not pass."), ("error", 0.0, "ValueError")])
def test_nothing_of_a_hidden_test_is_on_the_page(tiny_lab, make_result, lang, test):
    page = Page(render_feedback(tiny_lab, make_result(tiny_lab, "ada", {TEST: test}, lang=lang)))
    assert "assert double(1) == 2" in page.text, "the visible part is there"
    told = page.text + "".join(str(attributes) for tag, attributes in page.elements if tag != "rect")
    assert not any(secret in told for secret in ("double(21)", "42", "the secret of the hidden test", "HIDDEN TESTS", "return 2 * x"))


def test_a_page_runs_and_loads_nothing_whatever_a_submission_said(render):
    findings = (Finding("tiny", HOSTILE, HOSTILE), Finding(HOSTILE, "", HOSTILE))
    page = render(test=("error", 0.0, HOSTILE), learner=HOSTILE, findings=findings)
    assert_is_inert(page)
    assert "<script>alert(1)</script>red" in page.text, "it is there to be read"
    assert "{{ 7 * 7 }}" in page.text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", page.text)
    assert len(page.text) < 8000


def test_the_policy_allows_the_pages_own_style_sheet_and_nothing_else(render):
    page = render()
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert get_policy(page) == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_the_assertion_that_did_not_hold_is_shown_by_itself():
    test = "a = 1\nassert f(a) == [\n    2,\n], 'two, please'\nassert f(2)"
    found = find_assertion(test, "two, please")
    assert (found.lines, found.source) == (range(2, 5), "assert f(a) == [\n    2,\n]")
    assert find_assertion(test, "something else") is None
    assert find_assertion(f"{test}\nassert g(), 'two, please'", "two, please") is None, "which of the two, nobody knows"
    assert find_assertion("%magic", "two, please") is None


@pytest.mark.parametrize(
    "source", ["x = '<b>' # <i>\n", "def f(:\n  '''open", "s = '''a\nb < c'''; t = f'{s!r} {1}'", "", "\x0cimport os\r\n", "中 = '文'"]
)
def test_code_loses_and_adds_nothing(source):
    page = Page(f"<p>{render_code(source, range(1, 2))}</html>")
    assert page.text == source.replace("\n", "")
    assert {tag for tag, _ in page.elements} == {"p", "span"}


def test_every_verdict_has_words_in_both_languages(tiny_lab, make_result):
    for lang in WORDS:
        labels = set()
        for status in ("passed", "partial", "failed", "error", "timeout", "memory", "output", "killed", "missing", "manual", "void"):
            score = None if status in ("manual", "void") else 1.0
            result = make_result(tiny_lab, "ada", {TEST: (status, score, "words")}, lang=lang)
            labels.add(build_sections(tiny_lab, result)[0].parts[0].label)
        assert len(labels) == 11
    assert WORDS["en"].keys() == WORDS["zh"].keys()


def test_parts_stand_under_the_headings_of_the_lab(ps1_course, make_result):
    from autograder.labs.course import load_course

    lab = load_course(ps1_course)["ps1"]
    sections = build_sections(lab, make_result(lab, "ada", {}))
    assert [(section.notebook, section.title, len(section.parts)) for section in sections] == [
        ("problem1", "Part A (2 points)", 2),
        ("problem1", "Part B (1 point)", 2),
        ("problem1", "Part C (1 point)", 1),
        ("problem1", "Part D (2 points)", 1),
        ("problem1", "Part E (4 points)", 1),
        ("problem2", "Part A (1 point)", 1),
        ("problem2", "Part B (2 points)", 1),
    ]
    assert sections[0].parts[0].name == "Part A (2 points) · correct_squares"
    segments = compute_segments([part for section in sections for part in section.parts])
    assert segments[-1].start + segments[-1].width == pytest.approx(100, abs=0.01)
    assert segments[6].width == pytest.approx(4 * segments[4].width, abs=0.01)


@pytest.mark.parametrize(("points", "score", "blocks"), [(3.0, 1.5, (1.0, 0.5, 0.0)), (0.5, 0.5, ()), (11.0, 4.0, ()), (0.0, 0.0, ())])
def test_points_are_drawn_as_blocks_where_that_can_be_counted(make_result, points, score, blocks):
    lab = Lab("a", (LabNotebook("n", (LabCell("code", "assert 1", "t", grade=True, locked=True, points=points),)),), "v")
    part = build_sections(lab, make_result(lab, "ada", {("n", "t"): ("partial", score, "")}))[0].parts[0]
    assert part.blocks == blocks
    assert_is_inert(Page(render_feedback(lab, make_result(lab, "ada", {("n", "t"): ("partial", score, "")}))))


def test_an_unreadable_notebook_is_explained_once_and_first(render):
    reason = "the notebook cannot be read: it is not JSON (line 12: Expecting value)"
    unread = ("missing", None, reason)
    page = render(test=unread, why=unread, findings=(Finding("tiny", "", reason),))
    assert page.text.count("it breaks off or is damaged at line 12") == 1
    assert page.text.count("Not graded") == 4, "two parts, each in the strip and in the list"


def test_an_empty_answer_is_called_empty(render):
    assert "No answer yet" in render(why=("failed", 0.0, get_text("en", "untouched"))).text
    assert "尚未作答" in render(test=("error", 0.0, get_text("zh", "unanswered")), lang="zh").text
    assert "No answer yet" not in render(test=("error", 0.0, "NotImplementedError: mine")).text


def test_every_finding_of_the_grader_has_kind_words(tmp_path, tiny_lab, tiny_answer):
    """Whoever adds a finding to `read` or `restore` is reminded to say it kindly, in both languages."""
    (tmp_path / "tiny.ipynb").write_text('{"nbformat": 4, "cells": [3]')
    (tmp_path / "other.ipynb").write_text('{"nbformat": 4, "cells": [3]}')
    (tmp_path / "old.ipynb").write_text('{"nbformat": 3}')
    texts = {finding.text for finding in read_submission(tmp_path, tiny_lab, "ada").findings}
    whole = tiny_answer()
    moved = (whole.cells[2], whole.cells[1], whole.cells[1], whole.cells[0])
    odd = (type(whole.cells[1])("markdown", "gone", "double"), type(whole.cells[2])("code", "pass", "test-double"))
    for cells in (moved, odd, whole.cells[:1]):
        submitted = type(whole)("tiny", "en", cells)
        texts |= {finding.text for finding in restore_notebook(tiny_lab.notebooks[0], submitted).findings}
    assert len(texts) >= 8
    for text in texts:
        for lang in ("en", "zh"):
            assert describe_finding(text, lang) != text, f"{text!r} has no kind words: add them to autograder/feedback/words.py"


def test_many_findings_are_cut(render):
    page = render(findings=tuple(Finding("tiny", "", f"cell {number} is damaged and was left out") for number in range(MAX_FINDINGS + 7)))
    assert page.text.count("is damaged and was left out.") == MAX_FINDINGS
    assert "And 7 more of the kind." in page.text


def test_pages_and_index_are_written_where_the_links_lead(tmp_path, tiny_lab, make_result):
    learners = ["ada", "李雷", "a b&c?#%", "<b>"]
    results = [make_result(tiny_lab, learner, {TEST: 1.5, WHY: 0.0}) for learner in learners]
    results.append(make_result(tiny_lab, "void", {TEST: ("void", None, ""), WHY: ("void", None, "")}))
    paths = [write_feedback(tmp_path, tiny_lab, result) for result in results]
    index = write_index(tmp_path, {"00-tiny": tiny_lab}, results)
    page = Page(index.read_text("utf-8"))
    assert_is_inert(page)
    links = [attributes["href"] for tag, attributes in page.elements if tag == "a"]
    assert [tmp_path / unquote(link) for link in links] == paths
    assert all(path.is_file() for path in paths)
    assert "30 %" in page.text
    assert re.search(r"1\s+need a person", re.sub(r"\s+", " ", page.text))
    assert_is_inert(Page(write_index(tmp_path, {}, results, "zh").read_text("utf-8")))


def test_a_learner_cannot_be_a_path(tmp_path, tiny_lab, make_result):
    with pytest.raises(PathError, match="cannot be the name of a file"):
        write_feedback(tmp_path, tiny_lab, make_result(tiny_lab, "../ada", {}))
    assert list(tmp_path.iterdir()) == []
