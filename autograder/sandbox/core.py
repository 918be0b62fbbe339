"""Which processor a worker keeps to, so that two graders on one machine do not share one while another is idle.

Each takes the first that no other has, and keeps it until it ends, however it ends: the sign is a socket's name in the kernel's abstract
space (unix(7)), which only one process can have and which goes with it. Who finds none free works wherever the kernel puts it.

A container does not see the graders of its neighbours: if each kept to the first processor, they would all share that one. There nobody
keeps to one, unless the container was given processors of its own.
"""

import os
import socket
import sys
from pathlib import Path
from typing import Final

_FIRST_PID_NAMESPACE: Final = 0xEFFF_FFFC
"""The number that Linux gives the machine's own (include/linux/proc_ns.h)."""


def take_core() -> tuple[int, socket.socket] | None:
    """Return the number of a processor that no other grader on this machine keeps to, and what holds it; None if there is none."""
    if sys.platform != "linux":
        return None
    for core in sorted(os.sched_getaffinity(0)):
        sign = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            sign.bind(f"\0autograder-core-{os.geteuid()}-{core}")
        except OSError:
            sign.close()
        else:
            return core, sign
    return None


def sees_all_graders() -> bool:
    """Answer whether this process sees every grader that could take its processors: it is in no container, or has its own processors."""
    try:
        return Path("/proc/self/ns/pid").stat().st_ino == _FIRST_PID_NAMESPACE or len(os.sched_getaffinity(0)) < (os.cpu_count() or 1)
    except OSError:
        return False
