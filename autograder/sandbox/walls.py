"""The walls around S: what a learner's process cannot do, and why we may say so.

Learner code is whatever a stranger wrote, and it runs with all of Python in its hands: assume that it controls its process down to the
last machine instruction. So nothing is asked of that process, and nothing in it defends us. What it can do to others is decided by
the kernel alone, before the first byte of learner code runs, and cannot be taken back. Each wall has its name in a result (`Result.walls`)
if it stood, and no wall is the only one before a thing that matters:

    what an attack wants                   what is in its way
    another's files, hidden tests, keys    namespaces, landlock, user
    to change or fill a disk               namespaces, landlock, user, rlimits; for metadata also seccomp
    the network, the grader's sockets      namespaces, seccomp, landlock
    another process: to see it             namespaces, landlock
    another process: to end or to trace it namespaces, seccomp, landlock, user
    to start programs, to outlive its end  seccomp, landlock; session, rlimits
    the kernel                             seccomp: it leaves some 140 calls, none for mounts, modules, keys, tracing or rings
    the machine for itself                 rlimits; the grader ends sleepers

There are two places where walls go up. The nursery, our own code, prepares what all its children share (`build`); a child puts up what
must be its own (`put_up`). What stays open on purpose: one processor, the time of day, randomness, threads, the folder of its own, and two
pipes to the grader, where everything that comes out is bounded and checked by type. What stays open because no wall of ours
covers it: the names and metadata of files where bubblewrap does not stand; how many files a folder holds; time and load as a channel
between two learners on one machine; a fault of the kernel in what is left. Against the last, put the whole grader into a virtual machine.
"""

import ctypes
import math
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.errors import GraderError
from autograder.limits import Limits
from autograder.sandbox import landlock, places, seccomp
from autograder.sandbox.watch import count_tasks, get_address_space

CELLS_OVER_LIMIT: Final = 3
"""How many cells may use up the time of a cell before the submission ends."""
EXIT_WALLS: Final = 71
"""The exit code of a child whose walls did not stand: no learner code has run."""
UNSAFE_LOCAL: Final = "AUTOGRADER_UNSAFE_LOCAL"
"""The environment variable by which a person says: no walls here, and I know whose code it is."""
NONE: Final = ("none",)
"""The walls of a result that was graded without the two that hold learner code back."""

_FILE_BYTES: Final = 16 * 2**20
_OPEN_FILES: Final = 64
_TASKS_ALONE, _TASKS_SHARED = 64, 1024
_FOLDER: Final = "work"
_NOBODY: Final = 65534
_FIRST_LEARNER: Final = 0x7000_0000
"""User ids from here on belong to nobody, by systemd's table of who uses which; each grading process has one of them for its learners."""
_KILL: Final = int(signal.SIGKILL)
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_CAPABILITIES_VERSION: Final = 0x2008_0522

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Walls:
    """What lies ready in a nursery, for each child to put up."""

    names: tuple[str, ...]
    folder: Path
    parent: int
    ruleset: int | None
    loader: seccomp.Loader | None
    address_space: int
    tasks: int


def compute_total_cpu(limits: Limits) -> int:
    """Return the processor seconds after which the kernel ends S, whatever its code does."""
    return math.ceil(CELLS_OVER_LIMIT * limits.cpu_seconds) + 1


def get_learner_uid() -> int | None:
    """Return the user that root's learners become, or None if there is no choice: only root can become somebody else."""
    return _FIRST_LEARNER + os.getpid() if os.geteuid() == 0 else None


# In the nursery, once


def build(home: Path, readable: Iterable[Path], uid: int | None, is_caged: bool, is_unsafe: bool, listed: Iterable[Path] = ()) -> Walls:
    """Give up what neither the nursery nor its children need, and prepare the rest. `is_caged`: bubblewrap stands around us. `listed`:
    of these folders the names in them may be read.

    Raises `GraderError` where there is neither Landlock nor seccomp, unless somebody said that this is all right.
    """
    is_own = uid is not None and _become_a_learner(uid, home)
    folder = home / _FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    os.chdir(folder)
    os.umask(0o077)
    _forget_the_environment(folder)
    version, calls = 0, None
    if sys.platform == "linux":
        _forget_privileges()
        version = landlock.get_version()
        calls = seccomp.build_filter(os.uname().machine, may_change_metadata=is_caged) if seccomp.is_available() else None
    if not version and calls is None and not is_unsafe:
        raise GraderError(
            "grading runs other people's code, and here is nothing to hold it: no Landlock and no seccomp, which Linux has had since 5.13. "
            "If you know whose code it is and trust them, say --unsafe-local"
        )
    visible = (*places.SYSTEM, *places.SETTINGS, *places.DEVICES, *readable)
    return Walls(
        names=tuple(_list_names(is_caged, is_own, bool(version), calls is not None)),
        folder=folder,
        parent=os.getpid(),
        ruleset=landlock.build_ruleset(version, visible, [folder, Path(os.devnull)], listed) if version else None,
        loader=seccomp.Loader(calls) if calls else None,
        address_space=get_address_space(),
        tasks=_TASKS_ALONE if is_own else _TASKS_SHARED + count_tasks(os.getuid()),
    )


def _list_names(is_caged: bool, is_own: bool, has_landlock: bool, has_filter: bool) -> Iterator[str]:
    if not has_landlock and not has_filter:
        yield from NONE
        return
    standing = {"namespaces": is_caged, "user": is_own, "landlock": has_landlock, "seccomp": has_filter, "rlimits": True, "session": True}
    yield from (name for name, stands in standing.items() if stands)


def _become_a_learner(uid: int, home: Path) -> bool:
    """user: become somebody who owns nothing; answer whether that was possible.

    Stops whatever a file's mode or an owner's right would allow: another's files, signals to another's processes. And only a user has a
    limit for threads: the kernel counts none of root's. Does not stop what everybody may do.
    Impossible where Python lies in a folder that only root can enter: then the child stays root in name, without any privilege.
    """
    for candidate in (uid, _NOBODY):
        with suppress(OSError):  # bubblewrap's home is everybody's
            os.chown(home, candidate, candidate)
        if _could_work_as(candidate, home):
            os.setgroups([])
            os.setresgid(candidate, candidate, candidate)
            os.setresuid(candidate, candidate, candidate)
            return True
    with suppress(OSError):
        os.chown(home, 0, 0)
    return False


def _could_work_as(uid: int, home: Path) -> bool:
    """Answer whether a user could enter a folder and read what Python has loaded, by being that user for a moment."""
    loaded = [module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)]
    groups = os.getgroups()
    try:
        os.setgroups([])
        os.setegid(uid)
        os.seteuid(uid)
        may_enter = os.access(home, os.W_OK | os.X_OK, effective_ids=True)
        return may_enter and all(os.access(path, os.R_OK, effective_ids=True) for path in loaded if path)
    except OSError:
        return False
    finally:
        os.seteuid(0)
        os.setegid(0)
        with suppress(OSError):
            os.setgroups(groups)


def _forget_the_environment(folder: Path) -> None:
    """Learner code finds no path, name or token of the grader's in its environment: only a home, which is its folder."""
    for name in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", UNSAFE_LOCAL):
        os.environ.pop(name, None)
    os.environ["HOME"] = os.environ["TMPDIR"] = str(folder)


def _forget_privileges() -> None:
    """Give up every capability; never gain one by running a program; let no other process of the same user look inside."""
    header = struct.pack("=Ii", _CAPABILITIES_VERSION, 0)
    if _libc.capset(header, bytes(24)) or _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel would not take our privileges")


# For a child: what can be prepared is, because after a fork each object that is touched costs a page


Rlimits = list[tuple[int, tuple[int, int]]]


def compute_rlimits(walls: Walls, limits: Limits) -> Rlimits:
    """rlimits: processor time, memory, file size, open files, threads; no core dump, no locked memory.

    Soft limit = hard limit, so that there is no signal to catch; but for processor time, where the signal (SIGXCPU) says what ended the
    process, and who ignores it is killed a second later. Stops one process from taking the machine. Does not stop many files, each
    small enough: bubblewrap's folder has a size. Memory counts as address space: what a library reserves and never touches counts too.
    """
    kinds = [
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ]
    if sys.platform == "linux":
        kinds += [
            (resource.RLIMIT_AS, walls.address_space + limits.memory_bytes),
            (resource.RLIMIT_NPROC, walls.tasks),
            (resource.RLIMIT_MEMLOCK, 0),
        ]
    seconds = compute_total_cpu(limits)
    return [(resource.RLIMIT_CPU, (seconds, seconds + 1)), *((kind, (amount, amount)) for kind, amount in kinds)]


# In the child, before the first byte of learner code


def put_up(walls: Walls, rlimits: Rlimits) -> None:
    """Put up every wall of this process. Raises OSError if one does not stand."""
    _be_alone(walls)
    for kind, amounts in rlimits:
        resource.setrlimit(kind, amounts)
    if walls.ruleset is not None:
        landlock.restrict_self(walls.ruleset)
    if walls.loader is not None:
        walls.loader.load(os.getpid())


def _be_alone(walls: Walls) -> None:
    """session: no terminal, no group that a signal would reach, and an end with the nursery's, whoever brought that about."""
    os.setsid()
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, _KILL, 0, 0, 0)
        if os.getppid() != walls.parent:
            raise ProcessLookupError("the nursery is gone")
