"""20,000 submissions, here and on a cluster: memory, descriptors and scratch space have to stay flat.

    .venv/bin/python -m tests.autograder.flat [SUBMISSIONS]      as `make soak` runs it

Every second the whole tree of processes is measured: what it holds in memory (proportional set size), its open descriptors, and how many
files and bytes lie in its scratch space: in the folders, Dask's own among them, and in the file systems in memory that learners' processes
see in their cages. There are more labs than a worker keeps warm, and every other learner leaves a file behind. The last third of the batch
may hold little more than the second one; the first is for warming up.

What grows to a bound of its own is allowed for: SQLite keeps up to 64 MB of the records' pages, and Dask's scheduler and client take some
2,000 chunks until they hold what they will.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from autograder.labs.model import Lab
from autograder.labs.source import load_lab
from autograder.records import Records
from tests.autograder.clusters import CHECKOUT, cluster
from tests.autograder.labs_for_tests import ADD, LAB_PY, LAB_TOML, MUL, hand_in
from tests.autograder.processes import find_below

SUBMISSIONS: Final = 20_000
_GROWTH: Final = 1.1
_SLACK: Final = {"megabytes": 8.0, "descriptors": 12.0, "files": 60.0, "kilobytes": 1024.0}
"""What may come on top: a chunk more under way."""
LABS: Final = 6
_LITTER: Final = "from pathlib import Path\nPath('left behind').write_text('x' * 50_000)\n"


@dataclass(frozen=True, slots=True)
class Moment:
    """What the grader held at one moment."""

    megabytes: float
    descriptors: float
    files: float
    kilobytes: float


def look(root: int, scratch: Sequence[Path]) -> Moment:
    """Measure all processes below one, and the scratch folders."""
    size = descriptors = 0
    below = find_below(root)
    for pid in below:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            size += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            descriptors += len(os.listdir(f"/proc/{pid}/fd"))
        except (OSError, StopIteration):
            continue  # it has ended
    found = [*map(_look_into, scratch), *_look_into_cages(below, scratch)]
    return Moment(size / 1024, descriptors, sum(files for files, _ in found), sum(taken for _, taken in found) / 1024)


def _look_into(folder: Path) -> tuple[int, int]:
    """Return how many files and folders there are below a folder, and how many bytes of the disk they take."""
    files = taken = 0
    for place, folders, names in os.walk(folder):
        for name in (*folders, *names):
            with suppress(OSError):
                taken += (Path(place) / name).lstat().st_blocks * 512
                files += 1
    return files, taken


def _look_into_cages(pids: Iterable[int], scratch: Sequence[Path]) -> Iterator[tuple[int, int]]:
    """Yield the same of each file system in memory that is mounted below a scratch folder where a process sees it."""
    seen = set()
    for pid in pids:
        with suppress(OSError):
            for line in Path(f"/proc/{pid}/mountinfo").read_text().splitlines():
                mount, kind = line.split()[2:5:2], line.partition(" - ")[2].split()[0]
                if kind == "tmpfs" and mount[0] not in seen and any(Path(mount[1]).is_relative_to(folder) for folder in scratch):
                    seen.add(mount[0])
                    status = os.statvfs(f"/proc/{pid}/root{mount[1]}")
                    yield status.f_files - status.f_ffree, (status.f_blocks - status.f_bfree) * status.f_frsize


def run(count: int, on_cluster: bool) -> list[str]:
    """Grade `count` submissions, print what was held, and return what grew."""
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="flat-")))
        scratch = root / "scratch"
        scratch.mkdir()
        scratch.chmod(0o711)
        root.chmod(0o711)
        labs = [_write_lab(root / "labs", number) for number in range(LABS)]
        for number in range(count):
            answer = f"{_LITTER if number % 2 else ''}{ADD}  # {number}"
            learner = f"{number // LABS:06}"
            hand_in(root / "submitted", labs[number % LABS], learner, {"add": answer, "mul": MUL if number % 3 else ""})
        environment = {"TMPDIR": str(scratch), "PYTHONPATH": str(CHECKOUT)}
        where = []
        if on_cluster:
            made = stack.enter_context(cluster(root / "cluster", environment=environment))
            where = ["--dask", made.address]
        command = [sys.executable, "-m", "autograder", "grade", str(root), "--labs", str(root / "labs"), *where]
        moments = []
        with subprocess.Popen(command, env={**os.environ, **environment}, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None:
                moments.append(look(os.getpid(), (scratch, root / "cluster")))
                time.sleep(1)
        left = sorted(path.name for path in scratch.iterdir()) if not on_cluster else []
        with Records(root / "records.db") as records:
            graded = sum(sum(each.statuses.values()) for each in records.get_progress())
    third = len(moments) // 3
    faults = [f"left in the scratch folder: {left}"] if left else []
    faults += [f"the command ended with {process.returncode}"] if process.returncode else []
    faults += [f"{graded:,} of {count:,} are recorded"] if graded != count else []
    for name, slack in _SLACK.items():
        parts = (moments[:third], moments[third : 2 * third], moments[2 * third :])
        first, before, after = (median(getattr(each, name) for each in part) for part in parts)
        most = max(getattr(each, name) for each in moments)
        where = "cluster" if on_cluster else "local"
        print(f"flat: {where}: {name} by thirds {first:,.0f}, {before:,.0f}, {after:,.0f}; never more than {most:,.0f}", flush=True)
        if after > _GROWTH * before + slack:
            faults.append(f"{name} grew from {before:,.0f} to {after:,.0f}")
    return faults


def _write_lab(root: Path, number: int) -> Lab:
    """Write one of the labs: they differ in their names, so that each has processes of its own."""
    folder = root / f"{number:02}-sums"
    folder.mkdir(parents=True)
    (folder / "lab.toml").write_text(LAB_TOML.replace("00-sums", folder.name), "utf-8")
    (folder / "lab.py").write_text(LAB_PY, "utf-8")
    return load_lab(folder)


def main() -> None:
    """Run both, and end with an error if something grew."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else SUBMISSIONS
    faults = [fault for on_cluster in (False, True) for fault in run(count, on_cluster)]
    print(f"flat: {2 * count:,} submissions, {'; '.join(faults) or 'nothing grew'}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
