"""Three series of kills of the whole command, here and on a cluster (`tests.autograder.chaos_command` says what is killed)."""

import pytest

from tests.autograder.chaos import make_cohort
from tests.autograder.chaos_command import SUBMISSIONS, run_command_series

pytestmark = pytest.mark.long
pytest.importorskip("distributed", reason="distributed is not installed (minichain[dask])")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("cohort")


@pytest.fixture(scope="module")
def cohort(root):
    return make_cohort(root, SUBMISSIONS)


@pytest.mark.parametrize("on_cluster", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_is_killed_every_submission_has_one_record_with_its_verdict(cohort, root, tmp_path, seed, on_cluster):
    series = run_command_series(cohort, root, tmp_path / "series", seed, on_cluster)
    print(series)
    assert series.faults == []
    assert series.killed["coordinator"] > 0 and series.killed["worker"] > 0 and series.killed.total() > 10
