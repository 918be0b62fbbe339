"""What grading costs beside what is graded: `nbgrader autograde`, ours, and the cells executed in one process, in turn in one run.

Overhead: an empty lab (one task, one test that always passes), nbgrader's own ps1, and labs/02-merkle-proofs. Both graders get the same
20 submissions as a folder and start cold. Every figure counts the whole process tree. Because a start is paid once for a batch of any
size, what counts is the price of one more submission: the difference between a batch of 20 (ours: 220) and a batch of 1 (ours: 20).

Throughput: ours on all processors, as a share of what the same cells reach when as many processes execute them with nothing around
them (the floor). The cells of ps1 take microseconds, so there its share is that of any grader that gives a submission a process; the lab
that counts computes as long as a lab about hashes does (15 to 25 ms: a chain of hashes, a Merkle root, a proof of work). Both take
turns, and the best turn of each counts, because other work on the machine slows down one or the other.

Memory: the most that two workers, their warm processes (the tests' and the learners' parents) and the learners' own processes held
together (proportional set size, so that what they share counts once), and what the coordinator holds beside them.

Run it by itself (`python -m tests.benchmarks.bench_grader`) or through `make bench`. Ratios decide: the machine's speed cancels out.
"""

import contextlib
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from autograder.demo.cohort import get_model_answers
from autograder.demo.course import make_quickstart_course, run_nbgrader
from autograder.labs.course import load_course
from autograder.labs.find import find_lab_folders
from autograder.labs.model import Lab, LabCell, LabNotebook
from autograder.labs.source import load_lab, load_solutions
from tests.autograder.processes import find_below
from tests.nbgrader_course import make_course

SUBMISSIONS = 20
AT_LEAST, AIM = 100.0, 150.0
"""How many times our overhead must go into nbgrader's, on the empty lab, and how many times it should."""
AT_LEAST_OF_THE_FLOOR = 0.6
AT_MOST_MEGABYTES = 200.0
_POLL_SECONDS = 0.1
_TURNS = 4


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of one submission: by the clock, and on processors, all processes together."""

    wall: float
    cpu: float

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.wall - other.wall, self.cpu - other.cpu)

    def __truediv__(self, count: float) -> "Cost":
        return Cost(self.wall / count, self.cpu / count)


def run() -> dict:
    """Measure all of it, with progress on standard error.

    Returns {"costs": {assignment: {"nbgrader", "ours", "floor": Cost a submission; "ratios"}}, "throughput": {assignment: (ours, floor)
    in submissions a second}, "megabytes": (most of the workers, of the coordinator)}.
    """
    results: dict = {"costs": {}, "throughput": {}}
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        courses = {}
        for name, make in (("empty lab", _make_empty), ("ps1", _make_ps1), ("02-merkle-proofs", _make_merkle), ("hashes", _make_hashes)):
            folder = Path(scratch) / name.replace(" ", "-")
            courses[name] = (folder, make(folder))
        for name in ("empty lab", "ps1", "02-merkle-proofs"):
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            results["costs"][name] = _measure(*courses[name])
        print("measuring all processors …", file=sys.stderr, flush=True)
        results["throughput"] = {name: _measure_throughput(*courses[name]) for name in ("hashes", "ps1")}
        results["megabytes"] = _measure_memory(courses["02-merkle-proofs"][0])
    return results


def _measure(folder: Path, assignment: str) -> dict:
    submitted = sorted((folder / "submitted").iterdir())
    theirs = (_time_nbgrader(folder, assignment, submitted) - _time_nbgrader(folder, assignment, submitted[:1])) / (SUBMISSIONS - 1)
    ours = (_time_ours(folder, submitted, 11) - _time_ours(folder, submitted, 1)) / (10 * SUBMISSIONS)
    floor = _time_floor(folder, assignment, submitted) / SUBMISSIONS
    overheads = (theirs - floor, ours - floor)
    ratios = {"wall": overheads[0].wall / overheads[1].wall, "cpu": overheads[0].cpu / overheads[1].cpu}
    return {"nbgrader": theirs, "ours": ours, "floor": floor, "ratios": ratios}


def _measure_throughput(folder: Path, assignment: str) -> tuple[float, float]:
    """Return how many submissions a second ours grades on all processors, and how many the floor executes there: the best of some turns."""
    submitted = sorted((folder / "submitted").iterdir())
    cores = len(os.sched_getaffinity(0))
    ours, floor = [], []
    for _ in range(_TURNS):
        cost = _time_ours(folder, submitted, 11, workers=cores) - _time_ours(folder, submitted, 1, workers=cores)
        ours.append(10 * SUBMISSIONS / cost.wall)
        with ProcessPoolExecutor(cores) as pool:
            walls = [cost.wall for cost in pool.map(_time_floor, [folder] * cores, [assignment] * cores, [submitted * 5] * cores)]
        floor.append(5 * SUBMISSIONS * cores / max(walls))
    return max(ours), max(floor)


def _measure_memory(folder: Path) -> tuple[float, float]:
    """Return the most megabytes that two workers with all that belongs to them held at any time, and the most of their coordinator."""
    submitted = sorted((folder / "submitted").iterdir())
    workers = coordinator = 0
    with _batch(folder, submitted, 5) as command:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen([*command, "--workers", "2"], **quiet) as process:
            while process.poll() is None:
                below = find_below(process.pid).items()
                workers = max(workers, sum(_get_proportional_size(pid) for pid, one in below if "resource_tracker" not in one.command))
                coordinator = max(coordinator, _get_proportional_size(process.pid))
                time.sleep(_POLL_SECONDS)
    return workers / 2**20, coordinator / 2**20


def _get_proportional_size(pid: int) -> int:
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
    return 0  # it has ended


def _time_nbgrader(folder: Path, assignment: str, learners: list[Path]) -> Cost:
    """Return what `nbgrader autograde` costs for these learners, as one batch of its own."""
    shutil.rmtree(folder / "autograded", ignore_errors=True)
    aside = folder / "aside"
    (folder / "submitted").rename(aside)
    for learner in learners:
        shutil.copytree(aside / learner.name, folder / "submitted" / learner.name)
    try:
        return _time_children(lambda: run_nbgrader(folder, "autograde", assignment))
    finally:
        shutil.rmtree(folder / "submitted")
        aside.rename(folder / "submitted")


def _time_ours(folder: Path, learners: list[Path], copies: int, workers: int = 1) -> Cost:
    """Return what `autograder grade` costs for these learners, each `copies` times under other names; nbgrader has one worker."""
    with _batch(folder, learners, copies) as command:
        return _time_children(lambda: subprocess.run([*command, "--workers", str(workers)], check=True, capture_output=True))


@contextlib.contextmanager
def _batch(folder: Path, learners: list[Path], copies: int):
    """Lay out a batch and yield the command that grades it."""
    batch = folder / f"batch-{copies}"
    for copy in range(copies):
        for learner in learners:
            shutil.copytree(learner, batch / "submitted" / f"{learner.name}-{copy}")
    try:
        yield [sys.executable, "-m", "autograder", "grade", str(batch), "--course", str(folder)]
    finally:
        shutil.rmtree(batch)


def _time_floor(folder: Path, assignment: str, learners: list[Path]) -> Cost:
    """Return what the cells themselves cost: the learners' code and the complete tests, in one process, nothing around them."""
    lab = load_course(folder)[assignment]
    programs = [_list_code(lab, learner / assignment) for learner in learners]
    start = Cost(time.perf_counter(), time.process_time())
    for notebooks in programs:
        for cells in notebooks:
            names = {"__name__": "__main__"}
            for code in cells:
                with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
                    exec(code, names)
    return Cost(time.perf_counter(), time.process_time()) - start


def _list_code(lab: Lab, folder: Path) -> list:
    programs = []
    for master in lab.notebooks:
        notebook = json.loads((folder / f"{master.name}.ipynb").read_text("utf-8"))
        cells = []
        for cell in notebook["cells"]:
            known = master.get_cell(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))
            source = known.source if known is not None and known.is_test else "".join(cell["source"])
            if cell["cell_type"] == "code":
                cells.append(compile(source, "<cell>", "exec"))
        programs.append(cells)
    return programs


def _time_children(action) -> Cost:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    action()
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _make_empty(folder: Path) -> str:
    cells = (
        LabCell("code", "def answer():\n    ### BEGIN SOLUTION\n    return 42\n    ### END SOLUTION", "answer", solution=True),
        LabCell("code", "assert True", "test-answer", grade=True, locked=True, points=1.0),
    )
    lab = Lab("empty", (LabNotebook("empty", cells),), "1")
    return make_course(folder, lab, [get_model_answers(lab.notebooks[0])] * SUBMISSIONS)


def _make_merkle(folder: Path) -> str:
    source = find_lab_folders()["02-merkle-proofs"]
    lab = load_lab(source)
    model = get_model_answers(lab.get_notebooks("en")[0])
    work = [{**model, **load_solutions(path)} for path in sorted(source.glob("*s/*.py"))]
    return make_course(folder, lab, [*([model] * SUBMISSIONS), *work][-SUBMISSIONS:])


HASHES = {
    "chain": """import hashlib
def chain(seed, count):
    for _ in range(count):
        seed = hashlib.sha256(seed).digest()
    return seed""",
    "root": """def root(leaves):
    level = [hashlib.sha256(leaf).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2] + level[-1:] * (len(level) % 2))
        level = [hashlib.sha256(left + right).digest() for left, right in pairs]
    return level[0]""",
    "mine": """def mine(header, zeros):
    nonce = 0
    while int.from_bytes(hashlib.sha256(header + nonce.to_bytes(8, "big")).digest(), "big") >> (256 - zeros):
        nonce += 1
    return nonce""",
}
"""A lab that computes: what the learner writes, by task."""
HASH_TESTS = {
    "chain": 'assert chain(b"", 40_000).hex()[:8] == "96abbed4"',
    "root": 'assert root([bytes([n]) * 40 for n in range(200)]).hex()[:8] == "1b0233a4"',
    "mine": 'assert mine(b"block", 12) == 2771',
}


def _make_hashes(folder: Path) -> str:
    cells = []
    for task, code in HASHES.items():
        cells.append(LabCell("code", f"### BEGIN SOLUTION\n{code}\n### END SOLUTION", task, solution=True))
        cells.append(LabCell("code", HASH_TESTS[task], f"test-{task}", grade=True, locked=True, points=1.0))
    return make_course(folder, Lab("hashes", (LabNotebook("hashes", tuple(cells)),), "1"), [HASHES] * SUBMISSIONS)


def _make_ps1(folder: Path) -> str:
    make_quickstart_course(folder)
    made = sorted((folder / "submitted").iterdir())
    for number in range(SUBMISSIONS - len(made)):
        shutil.copytree(made[number % len(made)], folder / "submitted" / f"copy-{number:02}")
    return "ps1"


def main() -> bool:
    """Print the tables, and answer whether every target is met."""
    results = run()
    print(f"One more submission, in a batch of {SUBMISSIONS}: milliseconds by the clock / on processors, all processes together\n")
    print(f"  {'':18}{'nbgrader':>18}{'ours':>18}{'the cells alone':>18}{'overhead, nbgrader : ours':>30}")
    for name, result in results["costs"].items():
        costs = "".join(f"{cost.wall * 1e3:9.1f} /{cost.cpu * 1e3:7.1f}" for cost in (result["nbgrader"], result["ours"], result["floor"]))
        print(f"  {name:18}{costs}{result['ratios']['wall']:16.0f} x clock,{result['ratios']['cpu']:4.0f} x cpu")
    print("\nSubmissions a second on all processors\n")
    for name, (ours, floor) in results["throughput"].items():
        print(f"  {name:18}{ours:9.1f} of {floor:9.1f} without walls: {ours / floor:.1%}")
    ratio = min(results["costs"]["empty lab"]["ratios"].values())
    share = results["throughput"]["hashes"][0] / results["throughput"]["hashes"][1]
    workers, coordinator = results["megabytes"]
    targets = {
        f"overhead on the empty lab at least {AT_LEAST:g} times below nbgrader's (aim {AIM:g}): {ratio:.0f}": ratio >= AT_LEAST,
        f"throughput of a lab that computes at least {AT_LEAST_OF_THE_FLOOR:.0%} of the floor: {share:.0%}": share >= AT_LEAST_OF_THE_FLOOR,
        f"two workers, their warm parents, their learners under {AT_MOST_MEGABYTES:g} MB: {workers:.0f}": workers < AT_MOST_MEGABYTES,
    }
    print(f"\nThe coordinator of the two workers holds {coordinator:.0f} MB.")
    print(f"load {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} processors")
    for words, met in targets.items():
        print(f"  {'met   ' if met else 'MISSED'} {words}")
    return all(targets.values())


if __name__ == "__main__":
    main()
