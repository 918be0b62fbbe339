"""Three series of kills, on one cohort of 2,000 (`tests.autograder.chaos` says what is killed and what is compared)."""

import pytest

from tests.autograder.chaos import SUBMISSIONS, make_cohort, run_series

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return make_cohort(tmp_path_factory.mktemp("cohort"))


def test_the_cohort_ends_in_every_way_there_is_and_a_quiet_run_leaves_nobody_waiting(cohort):
    assert len(cohort.verdicts) == SUBMISSIONS
    statuses = {status for verdict in cohort.verdicts.values() for _, status, *_ in verdict[3:]}
    assert statuses == {"passed", "failed", "error", "killed", "memory", "timeout", "missing"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_is_killed_the_verdicts_are_those_of_a_quiet_run(cohort, tmp_path, seed):
    series = run_series(cohort, tmp_path / "records.db", seed)
    print(series)
    assert series.faults == []
    # How many are hit depends on the machine: to find a victim among all processes takes long where much else runs.
    assert series.killed.total() > 10 and series.killed["learner"] > 3
