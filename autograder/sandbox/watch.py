"""What a process has been doing: running, waiting for a processor, or nothing. Only the last can be held against it.

A busy machine makes every wall clock late, so a wall clock convicts nobody. The kernel tells apart the time that a process ran
(utime and stime of all its threads, proc(5)), and the time that it could have run but had to queue (schedstat); the rest it was idle.
"""

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of a process's life so far: on a processor, and in the queue for one."""

    running: float = 0.0
    queued: float = 0.0


def get_address_space() -> int:
    """Return the bytes of address space that this process has mapped, 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    return int(Path("/proc/self/statm").read_bytes().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def count_tasks(uid: int) -> int:
    """Return how many threads a user has, of those that can be seen from here."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            count += len(os.listdir(process / "task")) if process.stat().st_uid == uid else 0
    return count


def get_pid(pidfd: int) -> int | None:
    """Return the number of a process by which this process knows it; the process itself, in its own namespace, may know another."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Pid:")).split()[1])
    return None


def get_spent(pid: int) -> Spent | None:
    """Return what a process has spent, or None if it is gone. Where the kernel does not count queueing, that part is 0."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        running = (int(fields[11]) + int(fields[12])) / _TICKS
    except (OSError, IndexError, ValueError):
        return None
    try:
        queued = int(Path(f"/proc/{pid}/schedstat").read_bytes().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        queued = 0.0
    return Spent(running, queued)


def compute_idle(elapsed: float, *processes: tuple[Spent, Spent]) -> float:
    """Return how long a group of processes that take turns did nothing, of `elapsed` seconds; each is given as (before, now)."""
    busy = sum(now.running - before.running + now.queued - before.queued for before, now in processes)
    return max(0.0, elapsed - busy)
