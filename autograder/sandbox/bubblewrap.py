"""bubblewrap: a small world of its own around a nursery, in which there is nothing to find.

One bubblewrap (bwrap(1), the engine of Flatpak) stands around each nursery and all its children. It unshares the namespaces of the
kernel: mounts (only what is shown exists, and nothing can be written but a small file system in memory), processes (no other can be seen
or named), network (none, not even the machine's own), System V and POSIX inter-process communication, host name and, for an ordinary
user, users. It takes all privileges but the two that root needs to become somebody else.

Not everywhere does it work: inside many containers namespaces are forbidden, and Ubuntu since 23.10 forbids them to programs without
an AppArmor profile. So it is tried, once; the walls of the child itself (`autograder.sandbox.walls`) stand without it.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from autograder.sandbox import places

_TRIES, _TRY_SECONDS = 3, 20
_KILLED: Final = (-signal.SIGKILL, 128 + signal.SIGKILL)
"""How a trial ends that somebody killed, bubblewrap itself or what it ran: that says nothing about the machine."""
_FOLDER_BYTES: Final = 64 * 2**20
"""What a learner's folder holds, besides the lab's own files and their copies."""
_TOP_LINKS: Final = tuple(map(Path, ("/bin", "/sbin", "/lib", "/lib32", "/lib64")))


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """What is known of bubblewrap on this machine: where it is and what its version can do, or why it cannot be used."""

    program: str = ""
    options: str = ""
    problem: str = ""


@lru_cache(maxsize=1)
def find_bubblewrap() -> Bubblewrap:
    """Look for bubblewrap and start Python in it once."""
    program = shutil.which("bwrap") if sys.platform == "linux" else None
    if program is None:
        return Bubblewrap(problem="it is not installed")
    try:
        found = Bubblewrap(program, subprocess.run([program, "--help"], capture_output=True, text=True, timeout=_TRY_SECONDS).stdout)
        command = [*_build_world(found, places.list_python(())), "--", sys.executable, "-S", "-c", ""]
        for _ in range(_TRIES):
            trial = subprocess.run(command, capture_output=True, text=True, timeout=_TRY_SECONDS, cwd="/")
            if trial.returncode not in _KILLED:
                break
    except (OSError, subprocess.SubprocessError) as error:
        return Bubblewrap(program, problem=str(error))
    if trial.returncode != 0:
        return Bubblewrap(program, problem=(trial.stderr.strip().splitlines() or ["it failed without a word"])[-1])
    return found


def build_command(found: Bubblewrap, python: Iterable[Path], home: Path, data: Path) -> list[str]:
    """Return the beginning of a command that is to run in a world with an empty, writable folder `home` and the lab's files in `data`."""
    size = _FOLDER_BYTES + 2 * sum(path.stat().st_size for path in data.rglob("*") if path.is_file())
    limit = ["--size", str(size)] if "--size " in found.options else []
    files = [*_make_way(home), "--ro-bind", str(data), str(data), "--perms", "0777", *limit, "--tmpfs", str(home)]
    return [*_build_world(found, python), *files, "--remount-ro", "/"]


def _build_world(found: Bubblewrap, python: Iterable[Path]) -> Iterator[str]:
    yield from (found.program, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
    if os.geteuid() != 0:
        yield "--unshare-user"
        if "--disable-userns" in found.options:
            yield "--disable-userns"
    yield from ("--as-pid-1", "--die-with-parent", "--new-session", "--hostname", "lab", "--chdir", "/")
    yield from ("--cap-drop", "ALL")
    if os.geteuid() == 0:
        yield from ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
    yield from ("--ro-bind", "/usr", "/usr")
    for top in _TOP_LINKS:
        if top.is_symlink():
            yield from ("--symlink", str(top.readlink()), str(top))
        else:
            yield from ("--ro-bind-try", str(top), str(top))
    others = [path for path in places.SYSTEM if not path.is_relative_to("/usr")]
    for path in dict.fromkeys((*places.SETTINGS, *others, *_list_programs(), *python)):
        yield from _make_way(path)
        yield from ("--ro-bind-try", str(path), str(path))
    yield from ("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev")


def _make_way(path: Path) -> Iterator[str]:
    """Yield the folders that lead to a path as empty ones through which everybody may go: they stand for others that may be closed."""
    for folder in reversed(path.parents[:-1]):
        yield from ("--perms", "0755", "--dir", str(folder))


def _list_programs() -> Iterator[Path]:
    """Yield the folders on the way to the Python program: a virtual environment's is a link, perhaps to another link."""
    program = Path(sys.executable)
    while True:
        yield program.parent
        if not program.is_symlink():
            return
        program = program.parent / program.readlink()
