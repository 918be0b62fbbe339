"""Measuring this machine: seeded submissions, really graded on all its processors for as long as was asked."""

import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Event, Timer
from typing import Final

from autograder.batch import build_tasks, grade_batch
from autograder.errors import GraderError
from autograder.labs.model import Lab
from autograder.plan.sample import draw_samples, write_sample
from autograder.records import Records
from autograder.results import Result

_ROUND: Final = 2_000
"""How many different submissions of a lab are drawn at most; a minute of a machine with many processors begins again with them."""
_SEED: Final = 0
_LEAST_SECONDS: Final = 4.0
"""A lab that is measured for less says little: starting takes one or two."""


@dataclass(frozen=True, slots=True)
class LabFigures:
    """What one lab took: how many submissions were graded and in how many seconds, on all processors, starting not counted."""

    lab: str
    submissions: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured on this machine. `busy_before` is its load (one minute's average) when the measurement began."""

    labs: tuple[LabFigures, ...]
    processors: int
    busy_before: float
    record_bytes: float
    record_seconds: float
    notebook_bytes: float

    @property
    def core_seconds(self) -> float:
        """Processor seconds of one submission, the mean of the labs: while they were graded, all processors were busy."""
        return self.processors * sum(lab.seconds / lab.submissions for lab in self.labs) / len(self.labs)


def measure(labs: Mapping[str, tuple[Lab, Path]], seconds: float, on_lab: Callable[[str], None]) -> Figures:
    """Grade submissions of the labs (id -> lab and its source), `seconds` in all: of each, or of some of them if time is short."""
    load = os.getloadavg()[0]
    some = list(labs.items())[:: math.ceil(len(labs) / max(1, int(seconds / _LEAST_SECONDS)))]
    measured, sizes = [], []
    with tempfile.TemporaryDirectory(prefix="autograder-plan-") as folder:
        path = Path(folder) / "records.db"
        results: list[Result] = []
        with Records(path) as records:
            for name, (lab, source) in some:
                on_lab(name)
                figures, size = _measure_lab(lab, source, Path(folder) / name, records, seconds / len(some), results)
                measured.append(figures)
                sizes.append(size)
        record_seconds = _measure_records(Path(folder) / "again.db", results)
        record_bytes = sum(each.stat().st_size for each in Path(folder).glob("again.db*")) / len(results)
    cores = len(os.sched_getaffinity(0))
    return Figures(tuple(measured), cores, load, record_bytes, record_seconds, sum(sizes) / len(sizes))


def _measure_lab(lab: Lab, source: Path, folder: Path, records: Records, seconds: float, results: list[Result]) -> tuple[LabFigures, float]:
    """Grade submissions of one lab for some seconds; return what came of it, and the mean size of what was handed in."""
    stop = Event()
    times: list[tuple[float, int]] = []
    timer = Timer(seconds, stop.set)

    def on_results(graded: Sequence[Result]) -> None:
        times.append((time.perf_counter(), len(graded)))
        results.extend(graded)

    sizes: list[int] = []

    def hand_in() -> Iterator[tuple[str, str, Path]]:
        for number in count():
            for sample in draw_samples(lab, source, _ROUND, _SEED + number):
                if stop.is_set():
                    return
                written = write_sample(sample, lab, folder / str(number))
                sizes.append(sum(path.stat().st_size for path in written.iterdir()))
                yield sample.learner, lab.id, written

    cores = len(os.sched_getaffinity(0))
    timer.start()
    try:  # chunks of one, because what is under way when the time is over has to be waited for
        grade_batch(build_tasks(hand_in()), {lab.id: lab}, records, on_results, total=cores, stop=stop)
    finally:
        timer.cancel()
    begun, *graded = times[min(cores, len(times)) - 1 :]
    if not graded:
        raise GraderError(f"{lab.id}: {seconds:.0f} s are too short to measure it; take fewer labs (--lab) or more seconds (--seconds)")
    return LabFigures(lab.id, sum(number for _, number in graded), graded[-1][0] - begun[0]), sum(sizes) / len(sizes)


def _measure_records(path: Path, results: Sequence[Result]) -> float:
    """Return the seconds that writing one result takes, in transactions as a batch has them."""
    started = time.perf_counter()
    with Records(path) as records:
        for first in range(0, len(results), 8):
            records.save(results[first : first + 8])
    return (time.perf_counter() - started) / len(results)
