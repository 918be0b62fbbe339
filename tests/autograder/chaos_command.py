"""The whole command under fire: `autograder grade`, here or on a Dask cluster, while anything of it is killed, itself included.

    .venv/bin/python -m tests.autograder.chaos_command 20        twenty series of each, as `make soak` runs them

Besides the grader's own processes (see `tests.autograder.chaos`) the workers are killed, the coordinator, Dask's scheduler and its nannies.
What a site's Slurm, Kubernetes or service manager would start again is started again, and so is the command, the same one each time. In the
end every submission has one record, with the verdict of a quiet run.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from autograder.records import Records
from tests.autograder.chaos import Cohort, Series, _compare, _find_left, _get_recorded, _get_verdicts, make_cohort
from tests.autograder.clusters import CHECKOUT, Cluster, cluster
from tests.autograder.processes import find_below, find_sort, kill_below

SUBMISSIONS: Final = 400
_RESULTS_FOR_A_KILL: Final = 8
_SECONDS_BETWEEN: Final = 0.05
_RUNS: Final = 60
"""How often the command is started at most in one series."""
_COMMAND_SECONDS: Final = 240
_VICTIMS: Final = {"learner": 40, "test process": 10, "nursery": 10, "worker": 20, "coordinator": 12}
_OF_A_CLUSTER: Final = {**_VICTIMS, "nanny": 5, "scheduler": 5}


@dataclass
class Fire:
    """Kills one process after another, paced by what has been recorded; counts whom it hit."""

    draw: random.Random
    database: Path
    cluster: Cluster | None
    coordinator: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Kill until it is over."""
        victims = _OF_A_CLUSTER if self.cluster else _VICTIMS
        attempts = 0
        while not self.over.wait(self.draw.expovariate(1 / _SECONDS_BETWEEN)):
            if attempts < 1 + self._count_recorded() / _RESULTS_FOR_A_KILL:
                whom = self.draw.choices(list(victims), list(victims.values()))[0]
                found = self._find(whom)
                attempts += bool(found)
                if found and kill_below(os.getpid(), self.draw.choice(found)):
                    self.killed[whom] += 1

    def _find(self, whom: str) -> list[int]:
        if whom == "coordinator":
            return [self.coordinator] if self.coordinator else []
        if whom == "worker":
            below = find_below(os.getpid())
            return sorted({process.parent for process in below.values() if "split.service" in process.command})
        if whom in ("nanny", "scheduler"):
            named = self.cluster.processes.items() if self.cluster else ()
            return [process.pid for name, process in named if (name == "scheduler") == (whom == "scheduler")]
        return find_sort(os.getpid(), whom)

    def _count_recorded(self) -> int:
        with suppress(sqlite3.Error):
            connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)
            try:
                return int(connection.execute("SELECT count(*) FROM result").fetchone()[0])
            finally:
                connection.close()
        return 0


@contextmanager
def firing(fire: Fire) -> Iterator[None]:
    """Have somebody kill meanwhile."""
    thread = threading.Thread(target=fire.run)
    thread.start()
    try:
        yield
    finally:
        fire.over.set()
        thread.join()


def run_command_series(cohort: Cohort, root: Path, scratch: Path, seed: int, on_cluster: bool) -> Series:
    """Run the command again and again until it ends by itself, then once more in peace for whoever had no luck; say what came of it."""
    scratch.mkdir()
    database = scratch / "records.db"
    started = time.monotonic()
    faults: list[str] = []
    with ExitStack() as stack:
        made = None
        if on_cluster:
            made = stack.enter_context(cluster(scratch / "cluster"))
            stack.enter_context(made.kept())
        command = _build_command(root, database, made)
        fire = Fire(random.Random(seed), database, made)
        with firing(fire):
            for _ in range(_RUNS):
                code, _ = _run(command, fire)
                if code != -signal.SIGKILL:
                    break
        if code not in (0, 1):
            faults.append(f"the command ended with {code}")
        with Records(database) as records:
            done = records.get_done_keys([cohort.lab.id])
            waiting = [task.learner for task in cohort.tasks if (task.lab, cohort.lab.version, task.learner, task.content_hash) not in done]
            verdicts = _get_verdicts(records)
        faults += _compare(cohort, {learner: verdict for learner, verdict in verdicts.items() if learner not in waiting})
        code, told = _run(command, fire)  # in peace
    if code != 1:  # some of the cohort's notebooks cannot be read, which a person is told of
        faults.append(f"in peace the command ended with {code}")
    expected = sorted(task.learner for task in cohort.tasks)
    if sorted(told) != expected or _get_recorded(database) != expected:
        faults.append(f"told of {len(told)}, recorded {len(_get_recorded(database))} of {len(expected)} submissions")
    with Records(database) as records:
        faults += _compare(cohort, _get_verdicts(records))
    if len(waiting) > len(expected) // 20:
        faults.append(f"{len(waiting)} submissions were left to a person")
    faults += [f"left running: {line}" for line in _find_left(os.getpid())]
    return Series(fire.killed, time.monotonic() - started, waiting, faults)


def _build_command(root: Path, database: Path, made: Cluster | None) -> list[str]:
    where = ["--dask", made.address] if made else []
    places = ["--labs", str(root / "labs"), "--records", f"sqlite:///{database}"]
    return [sys.executable, "-m", "autograder", "grade", str(root), *places, "--json", *where]


def _run(command: list[str], fire: Fire) -> tuple[int, list[str]]:
    """Run the command to its end, whoever brings it about, and return how it ended and of which learners it told."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    with tempfile.TemporaryFile("w+") as output, fire.database.with_suffix(".log").open("a") as log:
        with subprocess.Popen(command, env=environment, stdout=output, stderr=log, stdin=subprocess.DEVNULL) as process:
            fire.coordinator = process.pid
            try:
                code = process.wait(_COMMAND_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                code = 124
            fire.coordinator = 0
        output.seek(0)
        lines = output.read().splitlines()
    return code, [json.loads(line)["learner"] for line in lines if line.endswith("}")]


def main() -> None:
    """Run as many series of each sort as the command line says, and end with an error if one of them found a fault."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    faults = 0
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        cohort = make_cohort(Path(folder) / "cohort", SUBMISSIONS)
        for on_cluster in (False, True):
            for seed in range(1, count + 1):
                place = Path(folder) / f"{'cluster' if on_cluster else 'local'}-{seed}"
                series = run_command_series(cohort, Path(folder) / "cohort", place, seed, on_cluster)
                print(f"chaos: {place.name} of {count}: {series}", *series.faults[:20], sep="\n    ", flush=True)
                faults += len(series.faults)
    print(f"chaos: {2 * count} series of the command, {faults or 'no'} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
