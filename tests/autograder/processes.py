"""The grader's processes as a test sees them: who runs below whom, which of them is what, and how to kill one and no other."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Sort = Literal["worker", "test process", "bubblewrap", "nursery", "learner"]


@dataclass(frozen=True)
class Process:
    """A running process: its parent, and its command line."""

    parent: int
    command: str


def find_below(root: int) -> dict[int, Process]:
    """Return all processes below one, parents before their children."""
    below: dict[int, Process] = {}
    waiting = [root]
    for parent in waiting:
        for pid in _find_children(parent):
            with suppress(OSError):
                command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                below[pid] = Process(parent, command)
                waiting.append(pid)
    return below


def find_sort(root: int, sort: Sort) -> list[int]:
    """Return the grader's processes of one sort below `root`. A learner's process has the command line of the nursery that it was forked
    from, and bubblewrap's own names the nursery that it starts."""
    below = find_below(root)
    if sort in ("worker", "test process"):
        word = "spawn_main" if sort == "worker" else "split.service"
        return [pid for pid, process in below.items() if word in process.command]
    found = {pid for pid, process in below.items() if "sandbox.nursery" in process.command}
    caged = {pid for pid in found if below[pid].command.split(" ", 1)[0].endswith("bwrap")}
    nurseries = {pid for pid in found - caged if below[pid].parent not in found - caged}
    return sorted({"bubblewrap": caged, "nursery": nurseries, "learner": found - caged - nurseries}[sort])


def kill_below(root: int, pid: int) -> bool:
    """Kill a process with SIGKILL if it runs below `root`; answer whether it did. By its descriptor: its number may be another's by now."""
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        is_ours = root in _find_ancestors(pid)
        if is_ours:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        return is_ours
    except OSError:
        return False
    finally:
        os.close(handle)


def _find_children(pid: int) -> list[int]:
    found = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _find_ancestors(pid: int) -> Iterator[int]:
    while pid > 1:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        yield pid
