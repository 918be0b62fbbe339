"""What tests of the records share: results, and places for them: a SQLite file, and a database on a real PostgreSQL server."""

from itertools import count

import pytest

from autograder.records import Records
from autograder.results import CellResult, Finding, Result
from tests.autograder.records.server import MISSING, find_postgresql, running_postgresql

_numbers = count()


def make_result(learner="ada", lab="L", arrived=1.0, content="c1", score=2.0, status="passed", version="v1"):
    cells = (CellResult("n", "b", status, score, 2.0, "讯息"), CellResult("n", "a", "manual", None, 1.0))
    outputs = {"n": [[0, [{"output_type": "stream", "name": "stdout", "text": "\ud800 lone surrogate"}]]]}
    findings = (Finding("n", "a", "moved"),)
    return Result(
        lab, version, learner, content, arrived, "split", "partial", score, 3.0, cells, findings, outputs, "zh", ("rlimits",), 0.25
    )


@pytest.fixture(scope="session")
def postgresql():
    """A running server."""
    if find_postgresql() is None:
        pytest.skip(MISSING)
    with running_postgresql() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """The URL of records that do not exist yet, on each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'records.db'}"
    return request.getfixturevalue("postgresql").create_database(f"records{next(_numbers)}")


@pytest.fixture
def records(place):
    with Records(place) as store:
        yield store
