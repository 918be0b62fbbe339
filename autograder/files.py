"""Writing files that others read: whole or not at all, and never outside the folder that was meant."""

from pathlib import Path
from uuid import uuid4

from autograder.errors import PathError


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new one, never a part: first beside it, then renamed over it.

    Folders that are missing are made. Raises `PathError` in one line if the disk or its owner refuses; the old file is then intact.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{uuid4().hex}.part")
        try:
            part.write_bytes(content)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise PathError(f"{path}: cannot be written: {error.strerror or error}") from error


def validate_file_name(name: str) -> str:
    """Return the name of a learner, lab or notebook if a file may carry it; raise `PathError` if it would lead elsewhere."""
    if not name or name in (".", "..") or any(character in name for character in "/\\\0"):
        raise PathError(f"{name!r} cannot be the name of a file: it is empty or leads to another folder")
    return name
