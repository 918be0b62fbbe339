"""Every engine through thousands of runs with crashes, partitions and Byzantine members: nothing is broken, and what is planted is found.

A few seeds of each engine are in `make test`, 2,000 over all engines in `make test-all`, 20,000 in `make soak`.
"""

import pytest

from minichain.network.campaign import run_seeds, shrink
from minichain.network.clusters import ENGINES, make_cluster
from minichain.network.simulator import Simulation
from minichain.network.trace import render
from tests.consensus.planted import BUGS

SIZES = {"solo": 1, "raft": 5, "dpos": 7}
"""Members of an engine's cluster; four where nothing else is said."""
CAN_FORK = [engine for engine in ENGINES if engine in ("tbft", "maxbft")]
"""Engines that bear liars. Their validators change while they run; whoever does not vote follows all the same, as in Raft nobody does."""


def make(engine, *, changes=False):
    return make_cluster(engine, "ABCDEFG"[: 5 if changes else SIZES.get(engine, 4)])


def assert_holds(engine, seeds, *, changes=False):
    """No run of these seeds breaks a rule; one that does is told as short as it goes."""
    cluster = make(engine, changes=changes)
    failure = next((failure for failure in run_seeds(cluster, seeds, changes=changes) if failure is not None), None)
    if failure is not None:
        small = shrink(cluster, failure)
        story = render(Simulation(cluster, small.schedule).run().trace)
        pytest.fail(f"{engine}, seed {failure.schedule.seed}: {small.violation}\n{small.schedule}\n{story[-20_000:]}")


@pytest.mark.parametrize("engine", ENGINES)
def test_no_rule_is_broken(engine):
    assert_holds(engine, range(6))


@pytest.mark.long
@pytest.mark.parametrize("engine", ENGINES)
def test_no_rule_is_broken_in_two_thousand_runs(engine):
    assert_holds(engine, range(1000, 1000 + 2000 // len(ENGINES)))


@pytest.mark.long
@pytest.mark.soak
@pytest.mark.parametrize("engine", ENGINES)
def test_no_rule_is_broken_in_twenty_thousand_runs(engine):
    assert_holds(engine, range(100_000, 100_000 + 20_000 // len(ENGINES)))


@pytest.mark.parametrize("engine", CAN_FORK)
def test_no_rule_is_broken_while_validators_change(engine):
    assert_holds(engine, range(10), changes=True)


@pytest.mark.long
@pytest.mark.parametrize("engine", CAN_FORK)
def test_no_rule_is_broken_in_many_runs_while_validators_change(engine):
    assert_holds(engine, range(1000, 1100), changes=True)


@pytest.mark.long
@pytest.mark.soak
@pytest.mark.parametrize("engine", CAN_FORK)
def test_no_rule_is_broken_in_thousands_of_runs_while_validators_change(engine):
    assert_holds(engine, range(200_000, 202_000), changes=True)


@pytest.mark.parametrize("engine", CAN_FORK)
def test_one_more_traitor_than_it_bears_makes_a_fork(engine):
    cluster = make(engine)
    failures = run_seeds(cluster, range(200), byzantine=cluster.tolerated + 1, behaviours=["twins"])
    failure = next(failure for failure in failures if failure is not None and failure.violation.rule == "agreement")
    assert len(failure.schedule.byzantine) == cluster.tolerated + 1


@pytest.mark.long
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_found(bug, monkeypatch):
    """Within 2,000 seeds, and by the rule that it breaks."""
    bug.plant(monkeypatch)
    if bug.find is not None:
        violations = map(bug.find, range(2000))
    else:
        failures = run_seeds(make(bug.engine, changes=bug.needs_changes), range(2000), changes=bug.needs_changes)
        violations = (failure and failure.violation for failure in failures)
    found = next((violation for violation in violations if violation is not None), None)
    assert found is not None, f"{bug.name}: 2,000 runs, and nobody noticed"
    assert found.rule in bug.breaks


def test_fifteen_bugs_are_planted():
    assert len({bug.name for bug in BUGS}) == len(BUGS)
