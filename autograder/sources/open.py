"""Opening what a person named: a folder, a zip, a list, or `-` for a list on standard input."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.errors import PathError
from autograder.read import iterate_submissions
from autograder.sources.archive import open_archive
from autograder.sources.listed import copy_input, iterate_list, open_list
from autograder.sources.names import Encoding
from autograder.sources.place import Place
from autograder.sources.zipped import iterate_zipped

Entry = tuple[str, str, Place]
"""Learner, lab id, where the submission lies."""
STANDARD_INPUT: Final = Path("-")
_LAYOUT: Final = "submitted/<learner>/<lab>/<notebook>.ipynb"
_LISTS: Final = frozenset({".csv", ".txt"})


@dataclass(frozen=True, slots=True)
class Source:
    """Submissions, which can be gone through again and again. A text among them says what is refused there, for a person."""

    name: str
    root: Path
    layout: str
    iterate: Callable[[], Iterator[Entry | str]]
    is_zip: bool = False


@contextmanager
def open_source(path: Path, names: Encoding | None = None) -> Iterator[Source]:
    """Open a folder, a zip or a list of submissions. `root` is the folder beside which records and reports go. Raises `PathError`.

    `names` is what names in a zip are in that do not say that they are UTF-8.
    """
    is_zip = path.suffix.lower() == ".zip" and path.exists() and not path.is_dir()
    if names and not is_zip:
        raise PathError(f"{path}: --zip-names is for a zip")
    if path == STANDARD_INPUT:
        with copy_input(sys.stdin.buffer) as file:
            yield _make_list("standard input", Path(), lambda: iterate_list(file, "standard input", Path()))
    elif path.is_dir():
        root = path.resolve().parent if path.resolve().name == "submitted" else path
        yield Source(str(path), root, _LAYOUT, lambda: iterate_submissions(path))
    elif is_zip:
        archive = open_archive(path, names)
        try:
            yield Source(str(path), path.parent, f"{_LAYOUT} inside the zip", lambda: iterate_zipped(archive), is_zip=True)
        finally:
            archive.close()
    elif path.suffix.lower() in _LISTS and path.is_file():
        with open_list(path) as file:
            yield _make_list(str(path), path.parent, lambda: iterate_list(file, path.name, path.parent))
    else:
        reason = "this is no folder, zip (.zip) or list (.csv, .txt)" if path.exists() else "no such folder or file"
        raise PathError(f"{path}: {reason}; name a folder laid out as {_LAYOUT}, a zip of it, or a list of learner,lab,path")


def _make_list(name: str, root: Path, iterate: Callable[[], Iterator[Entry | str]]) -> Source:
    return Source(name, root, "learner,lab,path on each line", iterate)
