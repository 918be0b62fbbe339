"""What people decided: it stays, it can be changed and taken back, and nothing is written twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from autograder.cohort.marks import Decision
from autograder.errors import RecordsError
from autograder.records import Records
from autograder.records.decisions import Request, compute_request_id
from tests.autograder.records.conftest import make_result

GIVEN = Decision("L", "ada", "n", "a", 1.0, 0.5, "好", "c1", 10.0, "bo")


def get(records):
    return {key: sorted(cells.values(), key=lambda one: one.cell) for key, cells in records.decisions.get().items()}


def test_a_decision_comes_back_and_survives_a_regrading(records):
    records.save([make_result()])
    assert records.decisions.save([GIVEN]) == 1
    records.save([make_result(version="v2", score=0.0), make_result(arrived=9.0, content="c2")])
    assert get(records) == {("L", "ada"): [GIVEN]}


def test_the_same_again_writes_nothing_and_another_holds_from_then_on(records):
    records.decisions.save([GIVEN])
    assert records.decisions.save([replace(GIVEN, entered=11.0, entered_by="cy")]) == 0
    changed = replace(GIVEN, points=2.0, entered=12.0)
    assert records.decisions.save([changed, replace(GIVEN, grade_id="b")]) == 2
    assert get(records) == {("L", "ada"): [changed, replace(GIVEN, grade_id="b")]}


def test_a_decision_can_be_taken_back(records):
    nothing = replace(GIVEN, points=None, extra=0.0, comment="")
    assert records.decisions.save([nothing]) == 0
    records.decisions.save([GIVEN])
    assert records.decisions.save([nothing]) == 1
    assert get(records) == {("L", "ada"): [nothing]}


def test_filters(records):
    others = [replace(GIVEN, learner=f"l{at}") for at in range(1200)] + [replace(GIVEN, lab="M")]
    assert records.decisions.save([GIVEN, *others]) == 1202
    assert set(records.decisions.get(["M"])) == {("M", "ada")}
    assert len(records.decisions.get(["L"], [f"l{at}" for at in range(1100)])) == 1100
    assert records.decisions.get(learners=["nobody"]) == {}


def ask(learner="ada", grade_id="a", made=5.0):
    return Request(compute_request_id(learner, "L", grade_id, made), "L", learner, grade_id, "why?", made)


def test_a_request_waits_until_it_is_answered_once(records):
    records.decisions.add_request(ask())
    with pytest.raises(RecordsError, match="asked for this already"):
        records.decisions.add_request(ask(made=6.0))
    records.decisions.add_request(ask("bo", made=1.0))
    assert [request.learner for request in records.decisions.get_requests("open")] == ["bo", "ada"]
    answered = records.decisions.answer_request(ask().id, "refused", "the test is right", 7.0, "cy")
    assert answered == replace(ask(), state="refused", answer="the test is right", answered=7.0, answered_by="cy")
    assert records.decisions.get_requests("refused") == [answered]
    with pytest.raises(RecordsError, match="was refused already: the test is right"):
        records.decisions.answer_request(ask().id, "granted", "", 8.0, "cy")
    with pytest.raises(RecordsError, match="there is no request 'beef'"):
        records.decisions.answer_request("beef", "granted", "", 8.0, "cy")
    records.decisions.add_request(ask(made=9.0))


def test_who_is_forgotten_leaves_nothing(records):
    records.save([make_result(), make_result(content="c2"), make_result("bo")])
    records.decisions.save([GIVEN, replace(GIVEN, learner="bo")])
    records.decisions.add_request(ask())
    assert records.forget("ada") == {"results": 2, "decisions": 1, "requests": 1, "sealed entries": 0}
    assert records.forget("ada") == {"results": 0, "decisions": 0, "requests": 0, "sealed entries": 0}
    assert [result.learner for result in records.iterate_latest()] == ["bo"]
    assert set(records.decisions.get()) == {("L", "bo")}


def test_attempts_come_learner_by_learner_without_what_they_printed(records):
    results = [make_result("bo", arrived=2.0), make_result(arrived=3.0, content="c2"), make_result(), make_result(lab="M")]
    records.save(results)
    bare = [replace(result, outputs={}) for result in results]
    assert list(records.iterate_attempts()) == [[bare[2], bare[1]], [bare[0]], [bare[3]]]
    assert list(records.iterate_attempts(["L"], ["bo"])) == [[bare[0]]]


def test_records_of_the_version_before_get_room_for_decisions(place):
    with Records(place) as store:
        store.save([make_result()])
        store._database.write(
            lambda connection: [connection.exec_driver_sql(f"DROP TABLE {name}") for name in ("decision", "request", "seal", "leaf")]
        )
        store._database.write(lambda connection: connection.exec_driver_sql("UPDATE meta SET value = '2' WHERE name = 'schema'"))
    with Records(place) as store:
        assert store.decisions.save([GIVEN]) == 1
        assert list(store.iterate_latest()) == [make_result()]


def test_of_two_imports_at_once_one_takes_what_is_new_and_the_other_finds_nothing(place):
    shown = [replace(GIVEN, learner=f"l{at}") for at in range(300)]

    def take(_):
        with Records(place) as store:
            return store.decisions.merge("formgrader", shown)

    Records(place).close()
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(take, range(4))) == [0, 0, 0, 300]
    with Records(place) as store:
        assert len(store.decisions.get()) == 300
