"""Records: idempotent, all or none, attempts ranked by arrival, and errors in one line."""

import sqlite3
from dataclasses import replace

import pytest

from autograder.errors import RecordsError
from autograder.records import LabProgress, Records
from autograder.results import CellResult
from tests.autograder.records.conftest import make_result


def test_what_is_saved_comes_back_as_it_was_and_in_order(records):
    results = [make_result("zoe"), make_result("ada"), make_result("李雷")]
    records.save(results)
    assert records.get_results([result.key for result in results]) == results
    assert [result.learner for result in records.iterate_latest()] == ["ada", "zoe", "李雷"]
    assert records.get_results([("L", "v1", "nobody", "c1")]) == []


def test_saving_again_replaces_and_never_doubles(records):
    records.save([make_result(), make_result("bo")])
    mended = replace(make_result(score=0.0), cells=(CellResult("n", "b", "failed", 0.0, 2.0),))
    records.save([mended])
    records.save([mended])
    assert list(records.iterate_latest(learners=["ada"])) == [mended]
    assert len(list(records.iterate_latest())) == 2


def test_the_last_attempt_to_arrive_counts_whatever_was_graded_last(records):
    late, early = make_result(arrived=5.0, content="c2", score=1.0), make_result(arrived=4.0)
    records.save([late])
    records.save([early])
    assert list(records.iterate_latest()) == [late]
    assert records.get_done_keys(["L"]) == {late.key, early.key}


def test_the_newest_grading_of_one_attempt_counts(records):
    records.save([make_result()])
    regraded = make_result(version="v2", score=1.0)
    records.save([regraded])
    assert list(records.iterate_latest()) == [regraded]


def test_history_is_kept_in_order_of_arrival(records):
    first, second = make_result(arrived=1.0), make_result(arrived=2.0, content="c2", score=1.0)
    regraded = make_result(arrived=1.0, version="v2", score=0.0)
    for result in (second, first, regraded):
        records.save([result])
    records.save([make_result("bo")])
    assert records.get_attempts("L", "ada") == [first, regraded, second]
    assert records.get_attempts("M", "ada") == []


def test_one_result_twice_in_a_batch_is_one_record(records):
    records.save([make_result(score=1.0), make_result(score=2.0)])
    assert records.get_attempts("L", "ada") == [make_result(score=2.0)]


def test_readers_of_many_results_take_them_by_the_page(records, monkeypatch):
    monkeypatch.setattr("autograder.records.store._PAGE", 3)
    learners = [f"learner-{number}" for number in range(10)]
    for lab in ("L", "M"):
        records.save([make_result(learner, lab) for learner in learners])
        records.save([make_result(learner, lab, arrived=2.0, content="c2", score=1.0) for learner in learners[::2]])
    latest = list(records.iterate_latest())
    assert [(result.lab, result.learner) for result in latest] == [(lab, learner) for lab in ("L", "M") for learner in learners]
    assert {result.score for result in latest if int(result.learner[-1]) % 2 == 0} == {1.0}
    scores = list(records.iterate_scores(["M"], learners[3:8]))
    assert [(score.learner, score.score, score.max_score, score.arrived) for score in scores] == [
        (learner, 2.0, 3.0, 1.0) if int(learner[-1]) % 2 else (learner, 1.0, 3.0, 2.0) for learner in learners[3:8]
    ]


def test_progress_counts_last_attempts_only(records):
    done = replace(make_result("ada", score=3.0), status="graded")
    records.save([make_result("ada", score=1.0), replace(done, content_hash="c2", arrived=2.0), make_result("bo", score=1.0)])
    records.save([replace(make_result("cy", score=None), status="unreadable"), replace(done, lab="M")])
    first, second = records.get_progress()
    assert (first.lab, first.learners, first.complete, first.mean_score) == ("L", 3, 1, 2.0)
    assert first.statuses == {"graded": 1, "partial": 1, "unreadable": 1}
    assert records.get_progress(["M"]) == [second] == [LabProgress("M", {"graded": 1}, 1, 3.0)]
    assert records.get_progress(["none"]) == []


def test_what_no_database_takes_as_text_comes_back_all_the_same(records):
    cells = (CellResult("n", "b", "failed", 0.0, 2.0, "half \ud800, NUL \0, 讯息, '; DROP TABLE result; --"),)
    result = replace(make_result("李'雷\""), cells=cells)
    records.save([result])
    assert list(records.iterate_latest()) == [result]


def test_what_is_void_is_not_done(records):
    records.save([make_result("ada", status="void", score=None), make_result("bo"), make_result("cy", lab="M")])
    assert {key[2] for key in records.get_done_keys(["L"])} == {"bo"}


# Outlines: what a batch that goes on asks


def test_an_outline_says_how_a_submission_ended_in_the_order_of_the_keys(records):
    done, void = make_result("李雷"), make_result("ada", status="void", score=None)
    forged = replace(make_result("bo"), mode="compat", walls=("none",), status="graded")
    records.save([done, void, forged])
    keys = [forged.key, ("L", "v1", "nobody", "c1"), done.key, void.key]
    assert [(each.key, each.status, each.mode, each.walls, each.voids) for each in records.get_outlines(keys)] == [
        (forged.key, "graded", "compat", ("none",), 0),
        (done.key, "partial", "split", ("rlimits",), 0),
        (void.key, "partial", "split", ("rlimits",), 1),
    ]
    assert records.get_outlines([]) == []


@pytest.mark.parametrize("part", range(4))
def test_an_outline_belongs_to_one_lab_version_learner_and_content(records, part):
    """What differs in any of them is another submission, and has to be graded."""
    known = make_result()
    records.save([known])
    other = [*known.key]
    other[part] = "other"
    assert records.get_outlines([tuple(other)]) == []


def test_what_is_void_in_part_or_altogether_is_not_final_and_the_rest_is(records):
    results = {
        "some cell": make_result("some cell", status="void", score=None),
        "all of it": replace(make_result("all of it"), status="void", cells=()),
        "unreadable": replace(make_result("unreadable", status="missing", score=None), status="unreadable"),
        "failed": make_result("failed", status="failed", score=0.0),
    }
    records.save(list(results.values()))
    assert {each.key[2]: each.is_final for each in records.get_outlines([result.key for result in results.values()])} == {
        "some cell": False,
        "all of it": False,
        "unreadable": True,
        "failed": True,
    }


def test_an_outline_follows_what_is_recorded_anew(records):
    void = make_result(status="void", score=None)
    for result, expected in ((void, False), (make_result(), True), (void, False)):
        records.save([result])
        (outline,) = records.get_outlines([result.key])
        assert outline.is_final is expected


def test_outlines_agree_with_whole_results_for_more_keys_than_one_statement_takes(records):
    results = [make_result(f"learner-{n:04}", status="void" if n % 7 == 0 else "passed") for n in range(1200)]
    records.save(results)
    keys = [result.key for result in reversed(results)]
    outlines = records.get_outlines([*keys, keys[0]])
    assert [each.key for each in outlines] == keys
    assert (
        {each.key for each in outlines if each.is_final}
        == records.get_done_keys(["L"])
        == {r.key for r in results if r.cells[0].status == "passed"}
    )


def test_a_failing_save_saves_nothing(records):
    records.save([make_result("before")])
    broken = replace(make_result("bad"), max_score=None)
    with pytest.raises(RecordsError, match=r"(?i)not.null"):
        records.save([*(make_result(f"good-{number}") for number in range(20)), broken])
    assert [result.learner for result in records.iterate_latest()] == ["before"]
    records.save([make_result("after")])
    assert [result.learner for result in records.iterate_latest()] == ["after", "before"]


def test_many_results_pass_in_one_go(records):
    results = [make_result(f"learner-{number:04}") for number in range(1200)]
    records.save(results)
    assert records.get_results([result.key for result in results]) == results


def test_a_file_may_have_any_name(tmp_path):
    path = tmp_path / "a?b=c#d %20.db"
    with Records(path) as store:
        store.save([make_result()])
    assert path.is_file()
    with Records(path) as store:
        assert len(list(store.iterate_latest())) == 1


def test_a_stranger_database_is_left_alone(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE precious (x)")
    before = path.read_bytes()
    with pytest.raises(RecordsError, match="some other program's database"):
        Records(f"sqlite:///{path}")
    assert path.read_bytes() == before
