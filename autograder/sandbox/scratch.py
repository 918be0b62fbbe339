"""Folders to work in that are found again if their owner was killed: whoever makes one removes those that nobody holds any more.

A lock (flock(2)) on a file beside the folder lasts as long as the process that holds it, whatever ends it. So a machine on which
graders are killed again and again does not fill up.

Simplification: only the owner's own folders on this machine are looked at; on another machine that shares the place, whoever restarts
there cleans up.
"""

import fcntl
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.sandbox.folders import remove_folder

_PREFIX: Final = "autograder-"
_LOCK: Final = ".lock"


@dataclass(frozen=True, slots=True)
class Scratch:
    """A folder of this process, and the lock that says so."""

    folder: Path
    lock: int

    def remove(self) -> None:
        """Remove the folder with all that is in it, and let go of the lock."""
        remove_folder(self.folder)
        with suppress(OSError):
            _get_lock_path(self.folder).unlink()
        with suppress(OSError):
            os.close(self.lock)


def make_scratch(place: Path | None = None) -> Scratch:
    """Make a folder below `place` (default: the system's temporary folder), and remove what killed processes left there.

    Root's learners are users of their own, and have to find the way to their folder: others may pass, and see nothing.
    """
    root = Path(tempfile.gettempdir()) if place is None else place
    _remove_abandoned(root)
    while True:
        folder = root / f"{_PREFIX}{os.urandom(6).hex()}"
        lock = _hold(_get_lock_path(folder), os.O_CREAT | os.O_EXCL)
        if lock is not None:
            folder.mkdir(0o711)
            folder.chmod(0o711)
            return Scratch(folder, lock)


def _get_lock_path(folder: Path) -> Path:
    return folder.with_name(folder.name + _LOCK)


def _remove_abandoned(root: Path) -> None:
    """Remove the folders whose lock nobody holds, as far as they are ours."""
    for path in root.glob(f"{_PREFIX}*{_LOCK}"):
        with suppress(OSError):
            if path.lstat().st_uid == os.geteuid() and (lock := _hold(path, 0)) is not None:
                Scratch(path.with_name(path.name.removesuffix(_LOCK)), lock).remove()


def _hold(path: Path, flags: int) -> int | None:
    """Return a descriptor that holds the lock, or None if somebody else holds it or has just removed it."""
    lock = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | flags, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(lock).st_ino == path.stat().st_ino:
            return lock
    except OSError:
        pass
    os.close(lock)
    return None
