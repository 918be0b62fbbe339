"""The report: its numbers, the learners behind each of them, and that nothing in it runs."""

import base64
import hashlib
import re
import time
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from autograder.cohort.marks import compute_mark
from autograder.cohort.roster import Person, Roster
from autograder.cohort.rules import Rule
from autograder.cohort.tasks import iterate_tasks
from autograder.labs.find import load_labs
from autograder.report import build_report
from autograder.report.data import BANDS, compute_correlation
from autograder.report.page import render_report
from autograder.report.words import WORDS
from autograder.results import CellResult, Result
from tests.autograder.cohort.simulated import draw_result, name_learner

SCORES = [(4.0, 4.0), (4.0, 2.0), (4.0, 1.0), (0.0, 1.0), (0.0, 0.0), (4.0, None)]
"""What six learners reached in two cells of 4 points; the last one waits."""


def make_mark(learner, scores, **more):
    cells = tuple(
        CellResult(
            "n",
            f"t{at}",
            "manual" if score is None else "passed" if score == 4 else "failed",
            score,
            4.0,
            "" if score == 4 else f"got {score}",
        )
        for at, score in enumerate(scores)
    )
    return compute_mark([Result("L", "v", learner, "c", 1.0, "split", "graded", None, 8.0, cells, **more)], {}, Rule())


@pytest.fixture
def report():
    marks = [make_mark(f"l{at}", scores) for at, scores in enumerate(SCORES)]
    people = {f"l{at}": Person(f"l{at}", "c1" if at < 4 else "c2", f"N{at}") for at in range(7)}
    return build_report(marks, iterate_tasks(marks), ["K", "L"], Roster(people, "r"))


def test_marks_are_summed_up(report):
    (lab,) = report.labs
    assert (lab.lab, lab.max_score, lab.mean, lab.median) == ("L", 8.0, 4.0, 5.0)
    assert [group.learners for group in lab.bins] == [("l4",), ("l3",), (), (), (), (), ("l2",), ("l1",), (), ("l0",)]


def test_every_learner_is_in_one_band_of_its_class(report):
    bands = report.labs[0].bands
    assert {band: group.learners for band, group in bands["c1"].items() if group.count} == {
        "full": ("l0",),
        "passed": ("l1", "l2"),
        "below": ("l3",),
    }
    assert {band: group.learners for band, group in bands["c2"].items() if group.count} == {
        "below": ("l4",),
        "waiting": ("l5",),
        "absent": ("l6",),
    }
    assert sorted(learner for each in bands.values() for band in BANDS for learner in each[band].learners) == [f"l{at}" for at in range(7)]


def test_items_say_how_hard_they_are_and_who_failed(report):
    first, second = report.labs[0].items
    assert (first.difficulty, first.failed.learners, first.discrimination) == (pytest.approx(4 / 6), ("l3", "l4"), None)
    assert (second.difficulty, second.failed.learners) == (pytest.approx(0.4), ("l1", "l2", "l3", "l4"))


def test_discrimination_is_the_correlation_with_the_other_tests():
    marks = [make_mark(f"l{at}", (4.0 * (at >= 5), 4.0 * (at >= 5), 4.0 * (at < 5))) for at in range(10)]
    items = build_report(marks, (), ["L"], None).labs[0].items
    assert [round(item.discrimination, 3) if item.discrimination is not None else None for item in items] == [None, None, -1.0]


def test_a_correlation_by_hand():
    assert compute_correlation([(0, 0)] * 5 + [(1, 1)] * 4 + [(1, 0)]) == pytest.approx(0.8165, abs=1e-4)
    assert compute_correlation([(1, number) for number in range(20)]) is None


def test_failures_that_differ_in_numbers_are_one(report):
    assert [(failure.grade_id, failure.example, failure.group.learners) for failure in report.labs[0].failures] == [
        ("t1", "got 2.0", ("l1", "l2", "l3", "l4")),
        ("t0", "got 0.0", ("l3", "l4")),
    ]


def test_what_takes_much_longer_and_what_is_strange_is_named():
    marks = [make_mark(f"l{at}", (4.0, 4.0), cpu_seconds=9.0 if at == 3 else 1.0) for at in range(9)]
    slow = CellResult("n", "t0", "timeout", 0.0, 4.0)
    marks[1] = replace(marks[1], result=replace(marks[1].result, cells=(slow, marks[1].result.cells[1])))
    lab = build_report(marks, (), ["L"], None).labs[0]
    assert [(each.learner, each.times_median) for each in lab.slow] == [("l3", 9.0)]
    assert {kind: group.learners for kind, group in lab.items[0].strange.items()} == {"timeout": ("l1",)}


class _Page(HTMLParser):
    """What a page links to, what it has ids for, and which elements and attributes there are."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids, self.names, self.attributes, self.lists = [], set(), set(), set(), {}
        self._here = self._link = None
        self.numbers = {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.names.add(tag)
        self.attributes |= set(values)
        if "id" in values:
            assert values["id"] not in self.ids
            self.ids.add(values["id"])
        if tag == "section":
            self._here = values.get("id")
        if tag == "li":
            self.lists[self._here] = self.lists.get(self._here, 0) + 1
        if tag == "a":
            self._link = values["href"]
            self.links.append(self._link)

    def handle_data(self, data):
        if self._link and data.strip().isdigit():
            self.numbers.setdefault(self._link, set()).add(int(data))
            self._link = None


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_number_leads_to_just_as_many_learners(report, lang):
    page = _Page(render_report(report, {}, lang))
    assert {link.removeprefix("#") for link in page.links} <= page.ids
    behind = {link: numbers for link, numbers in page.numbers.items() if link.startswith("#g")}
    assert len(behind) > 10
    for link, numbers in behind.items():
        assert numbers == {page.lists[link[1:]]}, link


def test_nothing_runs_and_nothing_is_loaded_whatever_a_submission_said():
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\x00\ud800{{ 7 * 7 }}"
    mark = make_mark(evil, (0.0, 0.0))
    cells = tuple(replace(cell, message=evil, grade_id=evil) for cell in mark.result.cells)
    mark = replace(mark, result=replace(mark.result, cells=cells))
    roster = Roster({evil: Person(evil, evil, evil)}, "r")
    text = render_report(build_report([mark], iterate_tasks([mark]), ["L"], roster), {}, "en", {(evil, "L"): "javascript:alert(1)"[11:]})
    page = _Page(text)
    assert not page.names & {"script", "img", "iframe", "link", "object", "form"}
    assert not {name for name in page.attributes if name.startswith("on") or name in ("style", "src")}
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in text.replace("&#39;", "'")
    assert "{{" in text


def test_both_languages_say_the_same_things():
    assert WORDS["en"].keys() == WORDS["zh"].keys()


@pytest.mark.long
def test_a_class_of_a_thousand_with_eight_labs_takes_less_than_twenty_seconds(tmp_path):
    from autograder.cohort.marks import iterate_marks
    from autograder.cohort.rules import Rules
    from autograder.records import Records
    from autograder.report import write_report

    labs = load_labs(None, [])
    people = {name_learner(at): Person(name_learner(at), "c1") for at in range(1000)}
    with Records(tmp_path / "records.db") as store:
        for lab in labs.values():
            store.save([draw_result(lab, number) for number in range(1000)])
        started = time.process_time()  # what else the machine does is not the report's affair
        marks = list(iterate_marks(store, list(labs), Rules(), Roster(people, "r"), list(people)))
        report = build_report(marks, iterate_tasks(marks), list(labs), Roster(people, "r"), list(people))
        path = write_report(tmp_path / "report.html", report, labs)
        taken = time.process_time() - started
    print(f"\nreport of 1,000 learners and {len(labs)} labs: {taken:.1f} s, {path.stat().st_size / 1e6:.1f} MB")
    assert len(report.labs) == len(labs)
    assert taken < 20
