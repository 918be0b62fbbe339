"""The records: how many results a second are written, in SQLite (the log is waited for) and, where it is installed, in PostgreSQL.

A result has six cells, a message, a finding and some output, as an ordinary lab gives. It is written by `Records.save`, as a batch does,
in transactions of a thousand; then again, as a coordinator does that was killed before it heard that its first attempt had succeeded.
The results are made beforehand: what is measured is everything from a result to the disk.

Run it by itself (`python -m tests.benchmarks.bench_records`) or through `make bench`.
"""

import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.records import Records
from autograder.results import CellResult, Finding, Result
from tests.autograder.records.server import find_postgresql, running_postgresql

RESULTS, AT_ONCE, TURNS = 50_000, 1_000, 3
AT_LEAST = 10_000
"""So many results a second must go into SQLite."""


def make_result(number):
    """Return a result of six cells, one of them failed."""
    cells = tuple(CellResult("sums", f"test-{name}", "passed", 2.0, 2.0) for name in ("root", "path", "proof", "order", "empty"))
    cells += (CellResult("sums", "test-edge", "failed", 0.0, 2.0, "the proof of the last leaf of an odd tree did not verify"),)
    outputs = {"sums": [[3, [{"output_type": "stream", "name": "stdout", "text": f"root of {number}: {number:064x}\n"}]]]}
    learner, findings = f"learner-{number:06}", (Finding("sums", "", "recognised under the name sums (1).ipynb"),)
    return Result(
        "02-sums",
        "0123456789abcdef",
        learner,
        f"{number:064x}",
        1e9,
        "split",
        "graded",
        10.0,
        12.0,
        cells,
        findings,
        outputs,
        "en",
        ("user",),
    )


def measure(place, results):
    """Return how many results a second are written into new records, how many are written again, and how many a second of our processor."""
    with Records(place) as records:
        rates, worked = [], time.process_time()
        for _ in range(2):
            started = time.perf_counter()
            for first in range(0, len(results), AT_ONCE):
                records.save(results[first : first + AT_ONCE])
            rates.append(len(results) / (time.perf_counter() - started))
        rates.append(2 * len(results) / (time.process_time() - worked))
        assert sum(progress.learners for progress in records.get_progress()) == len(results)
    return rates


def show(name, rates, aim=""):
    """Print the quickest turn. The time of the processor tells what a busy machine hides."""
    first, again, worked = (max(column) for column in zip(*rates, strict=True))
    print(f"  {name:12} {first:8,.0f} results/s{aim}, written again {again:,.0f}; {worked:,.0f} in a second of processor time")


def main():
    results = [make_result(number) for number in range(RESULTS)]
    print(f"Records: {RESULTS:,} results of 6 cells, {AT_ONCE:,} in a transaction, quickest of {TURNS} on {os.cpu_count()} cores")
    with TemporaryDirectory() as folder:
        rates = [measure(Path(folder) / f"records-{turn}.db", results) for turn in range(TURNS)]
        show("SQLite", rates, f" (at least {AT_LEAST:,} is the aim)")
    if find_postgresql() is None:
        print("  PostgreSQL   not installed; on Debian and Ubuntu: apt install postgresql")
        return
    with running_postgresql() as server:
        show("PostgreSQL", [measure(server.create_database(f"bench{turn}"), results) for turn in range(TURNS)])


if __name__ == "__main__":
    main()
