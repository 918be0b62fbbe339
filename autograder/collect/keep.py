"""Writing a submission into `submitted/<learner>/<lab>/`: whole or not at all, and never an older one over a newer one.

The notebooks and timestamp.txt are written into a folder beside it, which then takes its place; what else lies in the old folder moves
along. What is there already and has the same content stays, with the earlier of the two times: to download a thing again does not make
it late. What came at the very same time and differs is left to a person.

Simplification: a process that is killed between the two renames leaves the older submission under a hidden name; to collect again puts the
newer one into its place.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from uuid import uuid4

from autograder.collect.gather import Attempt
from autograder.errors import PathError
from autograder.files import validate_file_name, write_atomically
from autograder.read import compute_content_hash, get_arrival, join_hashes, list_notebooks
from autograder.sources.archive import MemberError

Outcome = Literal["new", "newer", "same", "older", "clash"]


@contextmanager
def lock(tree: Path) -> Iterator[None]:
    """Let nobody else collect into a tree meanwhile. Raises `PathError` if somebody does. Where a system has no such locks, do nothing."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    import os

    number = os.open(tree, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(number)
        raise PathError(f"{tree}: another autograder collect is at work here; wait until it has ended") from None
    try:
        yield
    finally:
        os.close(number)


def keep(tree: Path, attempt: Attempt) -> Outcome:
    """Write a submission if it is new or newer, and return what was done. Raises `PathError` if the disk refuses, or a file vanished."""
    learner = tree / validate_file_name(attempt.learner)
    folder = learner / validate_file_name(attempt.lab)
    if learner.is_symlink() or folder.is_symlink():
        raise PathError(f"{folder}: a link, which leads elsewhere; nothing is written through it")
    files = [(f"{validate_file_name(piece.notebook)}.ipynb", piece) for piece in sorted(attempt.pieces, key=lambda piece: piece.notebook)]
    if list_notebooks(folder):
        before = get_arrival(folder)
        if compute_content_hash(folder) == join_hashes((name, piece.digest) for name, piece in files):
            if _round(attempt.arrived) < _round(before):
                write_atomically(folder / "timestamp.txt", format_time(attempt.arrived))
            return "same"
        if _round(attempt.arrived) <= _round(before):
            return "older" if _round(attempt.arrived) < _round(before) else "clash"
        outcome: Outcome = "newer"
    else:
        outcome = "new"
    try:
        contents = [(name, piece.file.read()) for name, piece in files]
    except MemberError as error:
        raise PathError(f"{attempt.learner}, {attempt.lab}: the file changed while it was collected: {error}") from None
    _write(folder, contents, attempt.arrived)
    return outcome


def format_time(seconds: float) -> bytes:
    """Return a moment as nbgrader writes it into timestamp.txt.

    >>> format_time(1795978860)
    b'2026-11-29 19:01:00.000000 UTC'
    """
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC").encode()


def _write(folder: Path, files: list[tuple[str, bytes]], arrived: float) -> None:
    """Put a folder with these files into place; other files of an old one are taken along."""
    part = folder.with_name(f".{uuid4().hex}.part")
    old = folder.with_name(f".{uuid4().hex}.old")
    try:
        part.mkdir(parents=True)
        for name, content in files:
            (part / name).write_bytes(content)
        (part / "timestamp.txt").write_bytes(format_time(arrived))
        if folder.exists():
            _copy_others(folder, part)
            folder.replace(old)
        part.replace(folder)
    except OSError as error:
        if old.exists() and not folder.exists():
            old.replace(folder)
        raise PathError(f"{folder}: cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def _copy_others(folder: Path, part: Path) -> None:
    """Take along what a person or the learner put beside the notebooks; links, which may lead anywhere, stay links."""
    for path in folder.iterdir():
        if path.suffix == ".ipynb" or (part / path.name).exists():
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.copytree(path, part / path.name, symlinks=True)
        else:
            shutil.copy2(path, part / path.name, follow_symlinks=False)


def _round(seconds: float) -> float:
    """Return a moment as exactly as timestamp.txt holds it."""
    return round(seconds, 6)
