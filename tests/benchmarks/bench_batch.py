"""A batch from end to end: `autograder grade` on this machine, on a cluster of as many local Dask workers, and `nbgrader autograde`.

    .venv/bin/python -m tests.benchmarks.bench_batch 20000 01-tamper-evidence      a larger batch, of another lab, one turn each

The submissions are a lab's answers and mistakes, each rewritten from a seed so that no two are equal (`autograder.plan.sample`), and all of
them are really graded and recorded. Rate: what came after each worker had its first chunk, over the time that it took; so starting, which a
batch pays once, is told apart. This machine and the cluster take turns, and the best of each counts: others may be at work here too.
nbgrader gets the first few of the same submissions, and its start is subtracted in the same way (a batch of one).
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from autograder.labs.find import find_lab_folders
from autograder.labs.source import load_lab
from autograder.plan.sample import draw_samples, write_sample
from autograder.records import Records
from tests.autograder.clusters import cluster
from tests.benchmarks.bench_grader import _time_nbgrader
from tests.nbgrader_course import make_course

LAB = "02-merkle-proofs"
SUBMISSIONS = 600
TURNS = 2
"""How often each is measured, where nothing else is asked for."""
SAMPLE = 8
"""How many submissions nbgrader gets."""
AT_LEAST_OF_LOCAL = 0.9


@dataclass(frozen=True, slots=True)
class Turn:
    """One batch: seconds from start to end, and submissions a second once every worker was at work."""

    seconds: float
    rate: float


def run(count: int, lab_id: str, rounds: int) -> tuple[dict[str, list[Turn]], float]:
    """Return the turns of this machine and of the cluster, and nbgrader's submissions a second."""
    cores = len(os.sched_getaffinity(0))
    source = find_lab_folders()[lab_id]
    lab = load_lab(source)
    turns: dict[str, list[Turn]] = {"this machine": [], "cluster": []}
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        root = Path(scratch)
        for sample in draw_samples(lab, source, count, seed=1):
            write_sample(sample, lab, root / "course" / "submitted")
        for turn in range(rounds):
            print(f"grading {count:,} submissions, turn {turn + 1} of {rounds} …", file=sys.stderr, flush=True)
            turns["this machine"].append(_grade(root, lab_id, f"local-{turn}", count, cores))
            with cluster(root / f"cluster-{turn}", workers=cores, environment={}) as made:
                turns["cluster"].append(_grade(root, lab_id, f"cluster-{turn}", count, cores, "--dask", made.address))
        print("nbgrader …", file=sys.stderr, flush=True)
        answers = [sample.answers for sample in draw_samples(lab, source, SAMPLE, seed=1)]
        name = make_course(root / "theirs", lab, answers)
        learners = sorted((root / "theirs" / "submitted").iterdir())
        theirs = _time_nbgrader(root / "theirs", name, learners).wall - _time_nbgrader(root / "theirs", name, learners[:1]).wall
    return turns, (SAMPLE - 1) / theirs


def _grade(root: Path, lab_id: str, name: str, count: int, cores: int, *options: str) -> Turn:
    """Grade everything with new records, and check that everything was."""
    database = root / f"{name}.db"
    command = [
        sys.executable,
        "-m",
        "autograder",
        "grade",
        str(root / "course"),
        "--lab",
        lab_id,
        "--records",
        f"sqlite:///{database}",
        "--json",
    ]
    started = time.perf_counter()
    times = []
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        times = [time.perf_counter() for _ in process.stdout]
    seconds = time.perf_counter() - started
    with contextlib.closing(Records(database)) as records:
        graded = sum(result.score is not None for result in records.iterate_latest())
    if not graded == len(times) == count or process.returncode != 0:
        raise SystemExit(f"{name}: {graded} graded and {len(times)} told of {count}, ended with {process.returncode}")
    first = 8 * cores  # a chunk for each
    return Turn(seconds, (count - first) / (times[-1] - times[first - 1]))


def main() -> bool:
    """Print the table, and answer whether the cluster keeps up."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else SUBMISSIONS
    lab_id = sys.argv[2] if len(sys.argv) > 2 else LAB
    turns, theirs = run(count, lab_id, TURNS if len(sys.argv) == 1 else 1)
    cores = len(os.sched_getaffinity(0))
    print(f"A batch of {count:,} distinct submissions of {lab_id}, {cores} workers\n")
    best = {name: max(each.rate for each in found) for name, found in turns.items()}
    for name, found in turns.items():
        walls = ", ".join(f"{each.seconds:.1f}" for each in found)
        print(f"  {name:16}{best[name]:8.1f} a second   ({walls} s from start to end)")
    print(f"  {'nbgrader':16}{theirs:8.2f} a second   (one process; {SAMPLE} of the same submissions)")
    share = best["cluster"] / best["this machine"]
    print(f"\nload {os.getloadavg()[0]:.1f} on {cores} processors; this machine : nbgrader = {best['this machine'] / theirs:.0f}")
    met = share >= AT_LEAST_OF_LOCAL
    print(f"  {'met   ' if met else 'MISSED'} a cluster on this machine at least {AT_LEAST_OF_LOCAL:.0%} of its own rate: {share:.0%}")
    return met


if __name__ == "__main__":
    main()
