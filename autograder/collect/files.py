"""The files of what a person named: of a zip, of a folder and what is below it, or one notebook. They are read one by one, when asked.

Nothing is unpacked to a disk here. A zip is read as `autograder.sources.archive` reads it; in a folder no link is followed, so what a
learner handed in cannot lead to another file of this machine.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from autograder.errors import PathError
from autograder.read import MAX_BYTES
from autograder.sources.archive import Archive, Member, MemberError, open_archive
from autograder.sources.names import Encoding, find_name_fault, show_name

MAX_FILES: Final = 2_000_000
MAX_DEPTH: Final = 8
"""How deep folders are looked into: an exchange has four."""
_SYSTEM: Final = frozenset({"__MACOSX", "desktop.ini", "Thumbs.db"})


@dataclass(frozen=True, slots=True)
class File:
    """A file of a source. `path` is its path there, `modified` the time that it has there, `fault` why it cannot be taken, if known.

    `key` tells sources apart that are called the same; `outer` is the name of the folder that was named, which may be a learner's.
    """

    key: str
    source: str
    path: str
    modified: float
    fault: str = ""
    outer: str = ""
    read: Callable[[], bytes] = field(default=bytes, repr=False, compare=False)
    """Returns the content; raises `MemberError`."""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]


@contextmanager
def open_files(sources: list[Path], names: Encoding | None = None) -> Iterator[Iterator[File]]:
    """Open all sources, and give their files one after the other. Raises `PathError` for one that cannot be read as a whole."""
    with ExitStack() as stack:
        opened: list[Callable[[], Iterator[File]]] = []
        for path in sources:
            if path.is_dir():
                opened.append(lambda path=path: iterate_folder(path))  # type: ignore[misc]
            elif path.suffix.lower() == ".zip":
                archive = open_archive(path, names)
                stack.callback(archive.close)
                opened.append(lambda archive=archive: iterate_zip(archive))  # type: ignore[misc]
            elif path.suffix.lower() == ".ipynb" and path.is_file() and not path.is_symlink():
                opened.append(lambda path=path: iter([_describe(path, str(path), path.name, path.name)]))  # type: ignore[misc]
            else:
                reason = "this is no zip, folder, notebook or grading worksheet (.csv)" if path.exists() else "no such file or folder"
                raise PathError(f"{path}: {reason}")
        yield (file for each in opened for file in each())


def iterate_zip(archive: Archive) -> Iterator[File]:
    """Yield the files of an archive."""
    for member in archive.members:
        if (member.is_folder and not member.fault) or _is_system(member.name):
            continue
        reader = _make_reader(archive, member)
        yield File(str(archive.path), archive.path.name, member.name, member.modified, member.fault, read=reader)


def _make_reader(archive: Archive, member: Member) -> Callable[[], bytes]:
    return lambda: archive.read(member, MAX_BYTES)


def iterate_folder(root: Path) -> Iterator[File]:
    """Yield the files below a folder, by name. Where there is nbgrader's `inbound`, only what is in it was handed in."""
    key, name = str(root), root.resolve().name
    count = 0
    waiting = [(root, "", 0)]
    while waiting:
        folder, above, depth = waiting.pop()
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            yield File(key, name, above or ".", 0.0, f"this folder cannot be read: {error.strerror}")
            continue
        inbound = [entry for entry in entries if entry.name == "inbound" and entry.is_dir(follow_symlinks=False)]
        folders = []
        for entry in inbound or entries:
            place = f"{above}{entry.name}"
            if _is_system(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append((Path(entry.path), f"{place}/", depth + 1))
                continue
            count += 1
            if count > MAX_FILES:
                raise PathError(f"{root}: more than {MAX_FILES:,} files; name its folders one by one")
            yield _describe(Path(entry.path), key, name, place, name)
        if depth < MAX_DEPTH:
            waiting += reversed(folders)
        elif folders:
            yield File(key, name, above or ".", 0.0, f"folders are looked into {MAX_DEPTH} deep, and there are more here")


def _describe(path: Path, key: str, source: str, place: str, outer: str = "") -> File:
    """Return a file of a folder."""
    try:
        status = path.lstat()
    except OSError as error:
        return File(key, source, place, 0.0, f"it cannot be read: {error.strerror}")
    fault = "it is a symbolic link" if stat.S_ISLNK(status.st_mode) else "" if stat.S_ISREG(status.st_mode) else "it is no ordinary file"
    fault = fault or ("" if _is_text(place) else "its name is not UTF-8") or find_name_fault(place)
    return File(key, source, place, status.st_mtime, fault, outer, lambda: _read_file(path))


def _read_file(path: Path) -> bytes:
    """Return the content of a file. Raises `MemberError`; a link or a pipe that was put in its place meanwhile is not followed."""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(number, "rb") as file:
            if not stat.S_ISREG(os.fstat(number).st_mode):
                raise MemberError("it is no ordinary file")
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise MemberError(f"it cannot be read: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise MemberError(f"it has more than {MAX_BYTES:,} bytes")
    return content


def show_path(file: File) -> str:
    """Return where a file is, as it may be printed."""
    return f"{show_name(file.source)}: {show_name(file.path)}" if file.path != file.source else show_name(file.path)


def _is_system(path: str) -> bool:
    """Answer whether a part of a path belongs to a system or an editor: nobody hands that in."""
    return any(part in _SYSTEM or (part.startswith(".") and part not in (".", "..")) for part in path.split("/"))


def _is_text(place: str) -> bool:
    try:
        place.encode()
    except UnicodeEncodeError:
        return False
    return True
