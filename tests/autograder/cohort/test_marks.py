"""Marks: which attempt counts, what people decided, what lateness costs."""

from dataclasses import replace

import pytest

from autograder.cohort.marks import Decision, compute_mark
from autograder.cohort.rules import DAY, Lateness, Rule
from autograder.results import CellResult, Result


def attempt(content, arrived, *scores, version="v1", status=None):
    """Return a result with a cell of 4 points for each score; None waits for a person."""
    cells = tuple(CellResult("n", f"t{at}", "manual" if score is None else "passed", score, 4.0) for at, score in enumerate(scores))
    decided = [score for score in scores if score is not None]
    found = status or ("partial" if None in scores else "graded")
    return Result("L", version, "ada", content, arrived, "split", found, sum(decided) if decided else None, 4.0 * len(cells), cells)


def decide(grade_id, points, extra=0.0, content="a"):
    return {("n", grade_id): Decision("L", "ada", "n", grade_id, points, extra, "", content, 1.0, "bo")}


EARLY, MIDDLE, LATE = attempt("a", 0.0, 4.0, 2.0), attempt("b", DAY, 4.0, 4.0), attempt("c", 2 * DAY, 0.0, 4.0)


@pytest.mark.parametrize(("which", "content", "score"), [("first", "a", 6.0), ("best", "b", 8.0), ("last", "c", 4.0)])
def test_the_rule_says_which_attempt_counts(which, content, score):
    mark = compute_mark([EARLY, MIDDLE, LATE], {}, Rule(which))
    assert (mark.result.content_hash, mark.score, mark.attempts, mark.status) == (content, score, 3, "final")


def test_of_equally_good_attempts_the_first_counts():
    assert compute_mark([EARLY, attempt("d", DAY, 2.0, 4.0)], {}, Rule("best")).result.content_hash == "a"


def test_of_several_gradings_of_an_attempt_the_newest_counts():
    regraded = attempt("b", DAY, 0.0, 0.0, version="v2")
    mark = compute_mark([EARLY, MIDDLE, regraded], {}, Rule("best"))
    assert (mark.score, mark.attempts) == (6.0, 2)


@pytest.mark.parametrize(
    ("arrived", "penalty"), [(100.0, 0.0), (100.0 + 60, 0.0), (100.0 + 61, 0.6), (100.0 + DAY, 0.6), (101.0 + DAY, 1.2), (1e9, 3.0)]
)
def test_lateness_costs_a_part_of_what_was_reached(arrived, penalty):
    mark = compute_mark([attempt("a", arrived, 4.0, 2.0)], {}, Rule(due=100.0, late=Lateness(10, 50, 1)))
    assert (mark.points, mark.penalty, mark.score) == (6.0, pytest.approx(penalty), pytest.approx(6.0 - penalty))


def test_the_best_attempt_is_the_best_after_the_penalty():
    late_and_full, in_time = attempt("b", 5 * DAY, 4.0, 4.0), attempt("a", 0.0, 4.0, 2.0)
    assert compute_mark([in_time, late_and_full], {}, Rule("best", due=0.0, late=Lateness(10))).result.content_hash == "a"


def test_what_comes_after_the_end_does_not_count_but_is_counted():
    mark = compute_mark([EARLY, MIDDLE, LATE], {}, Rule("last", due=0.0, closes=DAY))
    assert (mark.result.content_hash, mark.attempts) == ("b", 3)
    closed = compute_mark([LATE], decide("t0", 4.0), Rule("last", due=0.0, closes=DAY))
    assert (closed.status, closed.score, closed.points, closed.waiting) == ("closed", None, 0.0, ())


def test_a_person_s_points_stand_for_the_grader_s_and_survive_a_new_attempt():
    mark = compute_mark([EARLY], decide("t1", 3.5), Rule())
    assert (mark.score, mark.outdated) == (7.5, ())
    again = compute_mark([EARLY, LATE], decide("t1", 3.5), Rule())
    assert (again.score, again.outdated) == (3.5, (("n", "t1"),))


def test_extra_credit_is_not_made_smaller_by_lateness():
    mark = compute_mark([attempt("a", DAY, 4.0, 4.0)], decide("t0", None, 1.5), Rule(due=0.0, late=Lateness(50)))
    assert (mark.penalty, mark.extra, mark.score) == (4.0, 1.5, 5.5)


def test_a_cell_that_waits_is_never_taken_for_zero():
    waiting = attempt("a", 0.0, 4.0, None)
    mark = compute_mark([waiting], {}, Rule())
    assert (mark.status, mark.score, [cell.grade_id for cell in mark.waiting]) == ("waiting", 4.0, ["t1"])
    assert compute_mark([waiting], decide("t1", 0.0), Rule()).status == "final"
    nothing_yet = compute_mark([attempt("a", 0.0, None, None)], {}, Rule())
    assert (nothing_yet.status, nothing_yet.score) == ("waiting", None)


def test_a_notebook_that_cannot_be_read_takes_nothing_away():
    broken = attempt("z", 9.0, None, None, status="unreadable")
    assert compute_mark([EARLY, broken], {}, Rule()).result.content_hash == "a"
    alone = compute_mark([broken], {}, Rule())
    assert (alone.status, alone.score) == ("unreadable", None)


def test_a_decision_about_a_cell_that_is_gone_adds_nothing():
    assert compute_mark([EARLY], decide("t9", 4.0, 1.0), Rule()).score == 6.0
    assert compute_mark([replace(EARLY, cells=EARLY.cells[:1])], decide("t1", 4.0), Rule()).score == 4.0
