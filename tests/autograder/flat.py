"""20,000 submissions, here and on a cluster: memory, descriptors and scratch space have to stay flat.

    .venv/bin/python -m tests.autograder.flat [SUBMISSIONS]      as `make soak` runs it

Every second the whole tree of processes is measured: what it holds in memory (proportional set size), its open descriptors, the files in
its scratch folders. The last third of the batch may hold little more than the second one; the first is for warming up.
"""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from autograder.labs.source import load_lab
from tests.autograder.clusters import CHECKOUT, cluster
from tests.autograder.labs_for_tests import ADD, MUL, hand_in, write_lab
from tests.autograder.processes import find_below

SUBMISSIONS: Final = 20_000
_GROWTH: Final = 1.1
_SLACK: Final = {"megabytes": 8.0, "descriptors": 12.0, "files": 60.0}
"""What may come on top: a chunk more under way."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What the grader held at one moment."""

    megabytes: float
    descriptors: float
    files: float


def look(root: int, scratch: Path) -> Moment:
    """Measure all processes below one, and the scratch folder."""
    size = descriptors = 0
    for pid in find_below(root):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            size += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            descriptors += len(os.listdir(f"/proc/{pid}/fd"))
        except (OSError, StopIteration):
            continue  # it has ended
    return Moment(size / 1024, descriptors, sum(len(names) + len(folders) for _, folders, names in os.walk(scratch)))


def run(count: int, on_cluster: bool) -> list[str]:
    """Grade `count` submissions, print what was held, and return what grew."""
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="flat-")))
        scratch = root / "scratch"
        scratch.mkdir()
        scratch.chmod(0o711)
        root.chmod(0o711)
        labs = write_lab(root / "labs")
        lab = load_lab(labs)
        for number in range(count):
            hand_in(root / "submitted", lab, f"{number:06}", {"add": f"{ADD}  # {number}", "mul": MUL if number % 3 else ""})
        environment = {"TMPDIR": str(scratch), "PYTHONPATH": str(CHECKOUT)}
        where = []
        if on_cluster:
            made = stack.enter_context(cluster(root / "cluster", environment=environment))
            where = ["--dask", made.address]
        command = [sys.executable, "-m", "autograder", "grade", str(root), "--labs", str(labs), *where]
        moments = []
        with subprocess.Popen(command, env={**os.environ, **environment}, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None:
                moments.append(look(os.getpid(), scratch))
                time.sleep(1)
        left = sorted(path.name for path in scratch.iterdir()) if not on_cluster else []
    third = len(moments) // 3
    faults = [f"left in the scratch folder: {left}"] if left else []
    faults += [f"the command ended with {process.returncode}"] if process.returncode else []
    for name, slack in _SLACK.items():
        before, after = (median(getattr(each, name) for each in part) for part in (moments[third : 2 * third], moments[2 * third :]))
        print(f"flat: {'cluster' if on_cluster else 'local'}: {name} {before:,.0f}, then {after:,.0f}", flush=True)
        if after > _GROWTH * before + slack:
            faults.append(f"{name} grew from {before:,.0f} to {after:,.0f}")
    return faults


def main() -> None:
    """Run both, and end with an error if something grew."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else SUBMISSIONS
    faults = [fault for on_cluster in (False, True) for fault in run(count, on_cluster)]
    print(f"flat: {2 * count:,} submissions, {'; '.join(faults) or 'nothing grew'}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
