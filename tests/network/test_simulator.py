"""The simulated network does what its schedule says, no more, and the same each time."""

from dataclasses import replace

import pytest

from minichain.network.campaign import Failure, draw_schedule, run_seeds, shrink
from minichain.network.checkers import check_linearizability, check_run
from minichain.network.clusters import make_cluster
from minichain.network.schedule import Conditions, Crash, Lose, Partition, Request, Schedule, Skew
from minichain.network.simulator import Simulation
from minichain.network.tokens import Notes, Pen
from minichain.network.trace import Crashed, Decided, Fired, Restarted, Sent, Wrote, render
from tests.network.simple import make_followers

STEADY = Conditions(delay_ms=(10, 10))


def run(*faults, duration_ms=200, conditions=STEADY, **more):
    return Simulation(make_followers(), Schedule(1, duration_ms, conditions, faults, **more)).run()


def find(simulation, kind, **wanted):
    return [
        entry
        for entry in simulation.trace
        if isinstance(entry, kind) and all(getattr(entry, name) == value for name, value in wanted.items())
    ]


def test_a_message_takes_its_delay_and_a_timer_its_time():
    simulation = run()
    assert [entry.at_ms for entry in find(simulation, Fired)] == [50, 100, 150, 200]
    assert [entry.at_ms for entry in find(simulation, Decided, member="B")] == [60, 110, 160]
    assert find(simulation, Sent, sender="A", recipient="B")[0].arrivals_ms == (60,)


def test_what_is_decided_is_what_was_asked_for():
    simulation = run(requests=(Request(10, "ann", "put x 5"), Request(70, "bob", "get x")))
    assert {name: seat.ledger.state for name, seat in simulation.seats.items()} == {name: {"x": "5"} for name in "ABC"}
    assert simulation.seats["B"].ledger.executed["1 bob get x"].answer == "5"
    assert check_run(simulation) is None


@pytest.mark.parametrize("seed", range(3))
def test_the_same_schedule_gives_the_same_trace(seed):
    rough = Conditions((1, 60), lost_in_1000=100, doubled_in_1000=100, late_in_1000=100)
    schedule = Schedule(seed, 2000, rough, (Crash(300, 400, "B", 1),), rough_until_ms=1000)
    first, second = (render(Simulation(make_followers(), schedule).run().trace) for _ in range(2))
    other = render(Simulation(make_followers(), Schedule(seed + 100, 2000, rough, rough_until_ms=1000)).run().trace)
    assert first == second != other
    assert "arrives at" in first and "decides height 2" in first


def test_rough_weather_ends():
    rough = Conditions((1, 1), lost_in_1000=500, doubled_in_1000=500, late_in_1000=500)
    simulation = Simulation(make_followers(), Schedule(1, 4000, rough, rough_until_ms=2000)).run()
    early = [entry for entry in find(simulation, Sent) if entry.at_ms < 2000]
    late = [entry for entry in find(simulation, Sent) if entry.at_ms >= 2000]
    assert {len(entry.arrivals_ms) for entry in early} == {0, 1, 2}
    assert {at_ms - entry.at_ms for entry in early for at_ms in entry.arrivals_ms} == {1, 10}
    assert {tuple(at_ms - entry.at_ms for at_ms in entry.arrivals_ms) for entry in late} == {(1,)}


def test_a_partition_lets_through_only_within_a_group_and_ends():
    simulation = run(Partition(40, 120, (("A", "B"), ("C",))), duration_ms=300)
    assert {entry.why_lost for entry in find(simulation, Sent, recipient="C") if 40 <= entry.at_ms < 120} == {"partition"}
    assert all(entry.arrivals_ms for entry in find(simulation, Sent, recipient="B"))
    assert all(entry.arrivals_ms for entry in find(simulation, Sent, recipient="C") if entry.at_ms >= 120)


def test_one_message_can_be_lost():
    simulation = run(Lose("A", "B", 1))
    assert [bool(entry.arrivals_ms) for entry in find(simulation, Sent, sender="A", recipient="B")] == [True, False, True, True]


@pytest.mark.parametrize(("effects", "kept", "sent", "torn"), [(0, [], 0, 1), (1, [1], 0, None), (2, [1], 2, None)])
def test_power_fails_between_two_effects_and_what_was_being_written_is_torn(effects, kept, sent, torn):
    simulation = run(Crash(50, 90, "A", effects), duration_ms=95)
    assert [entry.record for entry in find(simulation, Wrote)] == simulation.seats["A"].records == kept
    assert len(find(simulation, Sent, sender="A")) == sent
    (crash,) = find(simulation, Crashed)
    assert (crash.at_ms, crash.done, crash.of, crash.torn) == (50, effects, 3, torn)
    assert [entry.at_ms for entry in find(simulation, Restarted)] == [90]
    assert find(simulation, Decided, member="A") == []


def test_what_is_on_the_disk_comes_back_and_nothing_else():
    simulation = run(Crash(100, 120, "A", 3), duration_ms=300, requests=(Request(95, "ann", "put x 1"),))
    ledger = simulation.seats["A"].ledger
    assert (ledger.height, simulation.seats["A"].records[:2]) == (ledger.height, [1, 2])
    assert ledger.values[2] == simulation.seats["B"].ledger.values[2]
    assert find(simulation, Decided, member="A", height=2)[0].at_ms == 100
    assert next(entry.at_ms for entry in find(simulation, Fired) if entry.at_ms > 100) == 170, "a timer survived the crash"


def test_a_skewed_clock_is_early_or_late():
    slow = run(Skew("A", 50))
    assert [entry.at_ms for entry in find(slow, Fired)] == [100, 200]


def test_tokens_are_their_owners():
    notes = Notes()
    ann, eve = Pen("Ann", notes), Pen("Eve", notes)
    token = ann.sign(b"yes")
    assert ann.sign(b"yes") == token != ann.sign(b"maybe")
    assert eve.is_signed("Ann", b"yes", token)
    assert not any(eve.is_signed("Ann", b"no", forged) for forged in (token, eve.sign(b"no"), b"", b"Ann#1"))


def test_twins_say_two_things_and_the_checkers_see_what_comes_of_it():
    simulation = run(byzantine={"A": "twins"})
    violation = check_run(simulation)
    assert violation is not None and violation.rule == "agreement"
    assert violation.at_ms == 60


def test_a_leader_that_forgets_is_found_and_the_failing_run_shrinks_to_its_reason():
    cluster = make_followers(settle_ms=500)
    forgetful = replace(cluster, make=lambda member, records, *rest: cluster.make(member, (), *rest))
    failure = next(failure for failure in run_seeds(forgetful, range(500)) if failure and failure.violation.rule == "agreement")
    small = shrink(forgetful, failure)
    assert small.violation.rule == "agreement"
    assert [type(fault) for fault in small.schedule.faults] == [Crash]
    assert small.schedule.conditions.lost_in_1000 == 0
    assert len(small.schedule.requests) <= 1
    assert small.schedule.duration_ms <= failure.schedule.duration_ms
    story = render(Simulation(forgetful, small.schedule).run().trace)
    assert "A crashes when 2 of 3 effects are done" in story and "A is back" in story


def test_a_drawn_schedule_heals_and_leaves_time_to_settle():
    cluster = make_followers()
    for seed in range(50):
        schedule = draw_schedule(cluster, seed)
        assert schedule == draw_schedule(cluster, seed)
        assert schedule.duration_ms >= schedule.healed_ms + 2 * cluster.settle_ms
        assert schedule.byzantine == {}


def test_solo_decides_through_crashes():
    cluster = make_cluster("solo", "ABC")
    assert cluster.names == ("A",)
    assert [failure for failure in run_seeds(cluster, range(200)) if failure] == []


def test_a_failure_is_plain_data():
    cluster = make_followers()
    schedule = Schedule(1, 200, STEADY, byzantine={"A": "twins"})
    failure = Failure(schedule, check_run(Simulation(cluster, schedule).run()))
    assert shrink(cluster, failure).schedule.duration_ms == 60


def test_clients_are_told_what_one_copy_would_say_and_the_checker_sees_if_not():
    requests = (Request(60, "ann", "put x 5"), Request(170, "bob", "get x"))
    simulation = run(duration_ms=400, requests=requests)
    assert list(check_linearizability(simulation, find(simulation, Decided))) == []
    for seat in simulation.seats.values():
        done = seat.ledger.executed["1 bob get x"]
        seat.ledger.executed["1 bob get x"] = replace(done, answer="6")
    (violation,) = check_linearizability(simulation, find(simulation, Decided))
    assert violation.text == "bob was told '6' for 'get x', which one copy would not say"
