"""Records: idempotent, all or none, attempts ranked by arrival, and errors in one line."""

import sqlite3
from dataclasses import replace

import pytest

from autograder.errors import RecordsError
from autograder.records import Records
from autograder.results import CellResult, Finding, Result


def make_result(learner="ada", lab="L", arrived=1.0, content="c1", score=2.0, status="passed", version="v1"):
    cells = (CellResult("n", "b", status, score, 2.0, "讯息"), CellResult("n", "a", "manual", None, 1.0))
    outputs = {"n": [[0, [{"output_type": "stream", "name": "stdout", "text": "\ud800 lone surrogate"}]]]}
    findings = (Finding("n", "a", "moved"),)
    return Result(
        lab, version, learner, content, arrived, "split", "partial", score, 3.0, cells, findings, outputs, "zh", ("rlimits",), 0.25
    )


@pytest.fixture
def records(tmp_path):
    with Records(f"sqlite:///{tmp_path / 'records.db'}") as store:
        yield store


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


def test_what_is_void_is_not_done(records):
    records.save([make_result("ada", status="void", score=None), make_result("bo"), make_result("cy", lab="M")])
    assert {key[2] for key in records.get_done_keys(["L"])} == {"bo"}


def test_a_failing_save_saves_nothing(records):
    records.save([make_result("before")])
    broken = replace(make_result("bad"), cells=(CellResult("n", "x", "passed", 1.0, 1.0), CellResult("n", "x", "passed", 1.0, 1.0)))
    with pytest.raises(RecordsError, match="UNIQUE"):
        records.save([make_result("good"), broken])
    assert [result.learner for result in records.iterate_latest()] == ["before"]


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


def test_records_of_another_schema_are_left_alone(tmp_path):
    url = f"sqlite:///{tmp_path / 'records.db'}"
    Records(url).close()
    with sqlite3.connect(tmp_path / "records.db") as connection:
        connection.execute("UPDATE meta SET value = '99'")
    with pytest.raises(RecordsError, match="schema 99, this program reads schema 1"):
        Records(url)


def test_a_locked_database_is_one_line(records, tmp_path, monkeypatch):
    with sqlite3.connect(tmp_path / "records.db") as connection:
        connection.execute("BEGIN EXCLUSIVE")
        records._engine.dispose()
        monkeypatch.setattr("autograder.records.BUSY_MILLISECONDS", 100)
        with pytest.raises(RecordsError, match="database is locked"):
            records.save([make_result()])
