"""Files of the working folders: what learner code writes, a test can read, and what a test writes, learner code can.

S and T each have a folder of their own with the lab's data files. In cells that read or write files, what is new on one side is sent to
the other before and after each question. Attack: a file that T would run. So only files that hold data by their name go to T (a module
or a pickle never does), no link is followed, and the lab's own files stay the lab's.
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Any, Final

_DATA: Final = frozenset(
    " .csv .tsv .txt .json .jsonl .md .html .xml .svg .png .jpg .jpeg .gif .bmp .npy .npz .dat .log .out .bin .yaml .yml .toml .ini "
    ".cfg .tex .wav .xlsx .db .sqlite .sqlite3 .parquet".split(" ")
)
"""Endings of files that no library runs; the first is none."""
_NAME: Final = re.compile(r"\w[\w .()+-]{0,120}(/\w[\w .()+-]{0,120})?")
_MAX_FILES: Final = 200
_MAX_BYTES: Final = 2 * 2**20
_MAX_TAKEN_BYTES: Final = 64 * 2**20
_FILE_COST: Final = 4096
"""What a file costs beyond what is in it."""
_USES_FILES: Final = re.compile(
    r"\b(open|exists|isfile|is_file|read_\w+|write_\w+|to_(csv|json|excel|parquet)|load\w*|save\w*|Path|glob|listdir|scandir|imread|imsave|"
    r"genfromtxt|remove|unlink|connect)\s*\("
)

Files = dict[str, bytes]


def uses_files(source: str) -> bool:
    """Answer whether a test looks as if it read or wrote files."""
    return _USES_FILES.search(source) is not None


def find_texts(values: Any) -> Iterator[str]:
    """Yield the texts and paths in a question to S: what may name a file."""
    for value in values:
        if issubclass(type(value), str | PurePath):
            yield str(value)
        elif type(value) in (list, tuple):
            yield from find_texts(value)
        elif type(value) is dict:
            yield from find_texts(value.values())


class Workspace:
    """The files of the working folder that the other side has not seen."""

    def __init__(self, labs: Iterable[str] | None = None) -> None:
        """Begin with the lab's files, which are neither new nor replaced: those that are here now, on T's side; on S's, those that T
        names. T keeps its own files too: an expected result is not for S to write."""
        self._keeps_own = labs is None
        self._theirs: set[str] = set()
        self._known: dict[str, tuple[int, int]] = {}
        self.labs = set(labs) if labs is not None else {name for name, _ in _scan()}
        self._room = _MAX_TAKEN_BYTES

    def find_new(self, named: set[str] | None = None) -> Files:
        """Return the files that were written since the last look, or since the beginning, and among them those that are `named`, if that
        is given; large ones are left out."""
        new: Files = {}
        room = _MAX_BYTES
        for name, state in _scan():
            if name in self.labs or self._known.get(name) == _get_state(state) or (named is not None and name not in named):
                continue
            self._known[name] = _get_state(state)
            self._theirs.discard(name)
            if state.st_size <= room:
                with suppress(OSError):
                    new[name] = _read(name)
                    room -= len(new[name])
        return new

    def put(self, files: Any) -> None:
        """Write the other side's files into the folder. Raises TypeError for what is no set of files."""
        if type(files) is not dict or len(files) > _MAX_FILES:
            raise TypeError("files are sent by name")
        for name, content in files.items():
            if type(name) is not str or type(content) is not bytes or not _NAME.fullmatch(name) or Path(name).suffix.lower() not in _DATA:
                raise TypeError(f"a file of name {str(name)[:100]!r} is not exchanged")
            self._room -= len(content) + _FILE_COST
            if self._room < 0:
                raise TypeError(f"more than {_MAX_TAKEN_BYTES:,} bytes of files")
            path = Path(name)
            if name in self.labs or (self._keeps_own and name not in self._theirs and path.exists()):
                continue
            with suppress(OSError):
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(content)
                self._theirs.add(name)
                self._known[name] = _get_state(path.lstat())


def _scan() -> list[tuple[str, os.stat_result]]:
    """Return the data files of the folder, and of folders in it, with what the system says of them."""
    found: list[tuple[str, os.stat_result]] = []
    folders = [""]
    for folder in folders:
        with suppress(OSError), os.scandir(folder or ".") as entries:
            for entry in entries:
                name = f"{folder}/{entry.name}" if folder else entry.name
                if len(found) >= _MAX_FILES or not _NAME.fullmatch(name):
                    continue
                if entry.is_dir(follow_symlinks=False) and not folder:
                    folders.append(name)
                elif entry.is_file(follow_symlinks=False) and Path(name).suffix.lower() in _DATA:
                    found.append((name, entry.stat(follow_symlinks=False)))
    return found


def _read(name: str) -> bytes:
    file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError("no file")
        return os.read(file, _MAX_BYTES)
    finally:
        os.close(file)


def _get_state(state: os.stat_result) -> tuple[int, int]:
    return state.st_mtime_ns, state.st_size
