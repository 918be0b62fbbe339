"""The working folders of S and T: private, and for each run as if nobody had been there.

What learner code leaves behind is hostile too: folders nested so deep that their path has no name, folders that nobody may list, links
to elsewhere. Nothing here follows a link, and nothing recurses.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

_PRIVATE: Final = 0o700


def prepare_folder(folder: Path, data: Path | None) -> None:
    """Make a working folder that holds copies of the lab's data files and nothing else, whatever the last run left there."""
    empty_folder(folder)
    if data is not None:
        fill_folder(folder, data)


def fill_folder(folder: Path, data: Path) -> None:
    """Copy data files into a folder, without their modes: a file that its owner could not read or change would be of no use."""
    for entry in os.scandir(data):
        target = folder / entry.name
        if entry.is_dir():
            target.mkdir(exist_ok=True)
            fill_folder(target, Path(entry.path))
        elif not entry.name.endswith(".ipynb"):
            target.write_bytes(Path(entry.path).read_bytes())


def publish_files(folder: Path, data: Path | None) -> None:
    """Make a folder that holds copies of the lab's data files, for everybody to read."""
    prepare_folder(folder, data)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def empty_folder(folder: Path) -> None:
    """Make a folder that is there, empty, and open to its owner alone.

    What lies in a folder is moved up before the folder goes, so no path is ever longer than two names.
    """
    try:
        mode = os.lstat(folder).st_mode
    except FileNotFoundError:
        folder.mkdir(_PRIVATE)
        return
    if not stat.S_ISDIR(mode):
        folder.unlink()
        folder.mkdir(_PRIVATE)
    elif stat.S_IMODE(mode) != _PRIVATE:
        folder.chmod(_PRIVATE)
    while inner := _remove_files(folder):
        for path in inner:
            _remove_files(path)
            for deeper in os.scandir(path):
                os.rename(deeper.path, folder / os.urandom(16).hex())  # noqa: PTH104  # a scandir entry is no Path
            path.rmdir()


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it, if that is possible."""
    with suppress(OSError):
        empty_folder(folder)
        folder.rmdir()


def _remove_files(folder: Path) -> list[Path]:
    """Remove all files of a folder and return the folders in it, opened to their owner."""
    inner = []
    for entry in os.scandir(folder):
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False):
            path.chmod(0o700)
            inner.append(path)
        else:
            path.unlink()
    return inner
