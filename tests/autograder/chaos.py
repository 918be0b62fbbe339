"""2,000 submissions graded while something kills the grader's processes: no verdict may change, nothing be lost, nothing recorded twice.

    .venv/bin/python -m tests.autograder.chaos 20        twenty series, as `make soak` runs them

The submissions are an honest mix of a cohort's: right, wrong, unreadable, slow, greedy, and such as end their own process. What is killed,
and when, is drawn from a seed: learners' processes (S) most of all, test processes (T), nurseries, the bubblewrap around one, and now and
then a worker. Who was unlucky three times waits for a person (DESIGN: void); the same command then grades those again, so in the end every
verdict has to be that of a quiet run.
"""

import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, text

from autograder.batch import Task, build_tasks, get_key, grade_batch
from autograder.labs.model import Lab
from autograder.labs.source import load_lab
from autograder.read import iterate_submissions
from autograder.records import Records
from autograder.results import Result
from tests.autograder.labs_for_tests import ADD, LAB_TOML, MUL, hand_in, write_lab
from tests.autograder.processes import Sort, find_below, find_sort, kill_below

SUBMISSIONS: Final = 2_000
MAX_WAITING: Final = SUBMISSIONS // 100
"""How many submissions may have been unlucky three times in one series."""
_RESULTS_FOR_A_KILL: Final = 8
"""How many submissions have to be graded for each attempt to kill: so a slow machine does not suffer more than a fast one."""
_SECONDS_BETWEEN: Final = 0.05
"""How long it is from one attempt to the next, in the mean, where the grading does not take longer."""
_WAIT_FOR_A_VICTIM: Final = 0.3
_TOML: Final = LAB_TOML.replace('"400ms"', '"150ms"').replace('"1s"', '"400ms"')
_MIX: Final = {
    "right": (90, {}),
    "wrong": (36, {"add": "def add(a, b):\n    return 3"}),
    "nearly": (12, {"add": "def add(a, b):\n    return abs(a) + b"}),
    "blank": (10, {"add": "", "mul": ""}),
    "syntax": (8, {"add": "def add(a, b)\n    return a + b"}),
    "raises": (8, {"mul": "def mul(a, b):\n    raise ValueError(f'{a} times {b}')"}),
    "prints": (8, {"add": f"print('sum ' * 50)\n{ADD}"}),
    "exits": (8, {"add": "import os\ndef add(a, b):\n    os._exit(0)"}),
    "crashes": (4, {"mul": "import ctypes\ndef mul(a, b):\n    ctypes.string_at(0)"}),
    "greedy": (5, {"mul": "def mul(a, b):\n    return len(bytearray(10**10))"}),
    "slow": (5, {"add": f"import time\ntime.sleep(0.05)\n{ADD}"}),
    "endless": (1, {"mul": "def mul(a, b):\n    while True: pass"}),
    "sleeper": (1, {"mul": "import time\ndef mul(a, b):\n    time.sleep(1e6)"}),
    "unreadable": (4, None),
}
"""Sorts of submissions: how many of 200, and the answers; whoever has none hands in half a file."""
_VICTIMS: Final[dict[Sort, int]] = {"learner": 76, "test process": 8, "nursery": 8, "bubblewrap": 6, "worker": 2}
"""Who is killed, of 100 times. Where there is no bubblewrap its share is not drawn upon."""

Verdict = tuple[object, ...]


@dataclass(frozen=True)
class Cohort:
    """What was handed in, and the verdicts that a quiet run came to."""

    lab: Lab
    tasks: Sequence[Task]
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    @property
    def labs(self) -> dict[str, Lab]:
        return {self.lab.id: self.lab}


@dataclass
class Series:
    """What came of one series of kills: whom it hit, and everything that should not be."""

    killed: Counter[str]
    seconds: float
    waiting: list[str]
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        hit = ", ".join(f"{count} {whom}" for whom, count in sorted(self.killed.items()))
        return f"{self.seconds:4.0f} s, killed {hit}; {len(self.waiting)} graded again; {len(self.faults) or 'no'} faults"


def make_cohort(folder: Path, count: int = SUBMISSIONS) -> Cohort:
    """Hand in the work of `count` learners and grade it in peace."""
    lab = load_lab(write_lab(folder / "labs", toml=_TOML))
    sorts = [sort for sort, (share, _) in _MIX.items() for _ in range(share)]
    drawn = random.Random(0).sample(sorts * (count // len(sorts) + 1), count)
    for number, sort in enumerate(drawn):
        answers = _MIX[sort][1]
        path = hand_in(folder / "submitted", lab, f"{number:04}-{sort}", {"add": ADD, "mul": MUL} | (answers or {}))
        if answers is None:
            path.write_bytes(path.read_bytes()[:700])
    cohort = Cohort(lab, list(build_tasks(iterate_submissions(folder))))
    with Records(folder / "quiet.db") as records:
        grade_batch(cohort.tasks, cohort.labs, records, lambda results: None)
        cohort.verdicts.update(_get_verdicts(records))
    return cohort


def run_series(cohort: Cohort, database: Path, seed: int) -> Series:
    """Grade the cohort while something kills, then grade again what waits for a person, and say what came of it."""
    heard: list[Result] = []
    started = time.monotonic()
    with Records(database) as records:
        with killing(seed) as killer:

            def on_results(results: Sequence[Result]) -> None:
                heard.extend(results)
                killer.on_results(results)

            grade_batch(cohort.tasks, cohort.labs, records, on_results)
        verdicts = _get_verdicts(records)
        done = records.get_done_keys([cohort.lab.id])
        left = [task for task in cohort.tasks if get_key(task, cohort.labs) not in done]
        series = Series(killer.killed, 0.0, [task.learner for task in left])
        series.faults += _compare(cohort, {learner: verdict for learner, verdict in verdicts.items() if learner not in series.waiting})
        grade_batch(left, cohort.labs, records, lambda results: None)
        series.faults += _compare(cohort, _get_verdicts(records))
    expected = sorted(task.learner for task in cohort.tasks)
    if sorted(result.learner for result in heard) != expected:
        series.faults.append(f"heard of {len(heard)} results of {len(expected)} submissions")
    if _get_recorded(database) != expected:
        series.faults.append("a submission was lost or recorded twice")
    if len(left) > MAX_WAITING:
        series.faults.append(f"{len(left)} submissions were left to a person")
    series.faults += [f"left running: {command}" for command in _find_left(os.getpid())]
    series.seconds = time.monotonic() - started
    return series


@dataclass
class Killer:
    """Kills processes of the grader that runs in this process, at moments drawn from a seed; counts whom it hit."""

    draw: random.Random
    killed: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)
    allowed: float = 1.0

    def on_results(self, results: Sequence[Result]) -> None:
        """Hear of submissions that were graded."""
        self.allowed += len(results) / _RESULTS_FOR_A_KILL

    def run(self) -> None:
        """Kill until it is over."""
        attempts = 0
        while not self.over.wait(self.draw.expovariate(1 / _SECONDS_BETWEEN)):
            if attempts < self.allowed:
                attempts += 1
                self._kill(*self.draw.choices(list(_VICTIMS), list(_VICTIMS.values())))

    def _kill(self, whom: Sort) -> None:
        deadline = time.monotonic() + _WAIT_FOR_A_VICTIM
        while not (found := find_sort(os.getpid(), whom)) and time.monotonic() < deadline and not self.over.is_set():
            time.sleep(0.001)
        time.sleep(self.draw.random() * 0.003)  # a learner's process lives some milliseconds: at which of them it ends is chance
        if found and kill_below(os.getpid(), self.draw.choice(found)):
            self.killed[whom] += 1


@contextmanager
def killing(seed: int) -> Iterator[Killer]:
    """Have a killer at work."""
    killer = Killer(random.Random(seed))
    thread = threading.Thread(target=killer.run)
    thread.start()
    try:
        yield killer
    finally:
        killer.over.set()
        thread.join()


def _get_verdicts(records: Records) -> dict[str, Verdict]:
    verdicts = {}
    for result in records.iterate_latest():
        cells = [(cell.grade_id, cell.status, cell.score, cell.message) for cell in result.cells]
        verdicts[result.learner] = (result.status, result.score, result.findings, *cells)
    return verdicts


def _get_recorded(database: Path) -> list[str]:
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        learners = [row[0] for row in connection.execute(text("SELECT learner FROM result ORDER BY learner"))]
    engine.dispose()
    return learners


def _compare(cohort: Cohort, verdicts: dict[str, Verdict]) -> Iterator[str]:
    for learner, verdict in verdicts.items():
        if verdict != cohort.verdicts[learner]:
            yield f"{learner}: {verdict}, in a quiet run {cohort.verdicts[learner]}"


def _find_left(root: int) -> list[str]:
    """Return the command lines of what the grader left running; the pool's own helper is not one of its processes."""
    return [process.command for process in find_below(root).values() if "resource_tracker" not in process.command]


def main() -> None:
    """Run as many series as the command line says, and end with an error if one of them found a fault."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        started = time.monotonic()
        cohort = make_cohort(Path(folder))
        print(f"chaos: {SUBMISSIONS:,} submissions, graded in peace in {time.monotonic() - started:.0f} s", flush=True)
        faults = 0
        for seed in range(1, count + 1):
            series = run_series(cohort, Path(folder) / f"{seed}.db", seed)
            print(f"chaos: series {seed} of {count}: {series}", *series.faults[:20], sep="\n    ", flush=True)
            faults += len(series.faults)
    print(f"chaos: {count} series, {faults or 'no'} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
