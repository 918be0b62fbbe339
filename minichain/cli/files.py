"""What a command reads: whole files, the lines of a file, or standard input by the name `-`."""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

STDIN: Final = "-"


class CommandError(Exception):
    """A command was given something that it cannot use: ends it with exit code 2 and this one line."""


@contextlib.contextmanager
def open_file(name: str) -> Iterator[BinaryIO]:
    """Open a file to read its bytes; what the system refuses becomes one line."""
    try:
        if name == STDIN:
            yield sys.stdin.buffer
        else:
            with Path(name).open("rb") as file:
                yield file
    except OSError as error:
        raise CommandError(f"cannot read {name}: {error.strerror}") from None


def read_bytes(name: str) -> bytes:
    """Return the content of a file."""
    with open_file(name) as file:
        return file.read()


def read_entries(names: Sequence[str], *, lines: bool) -> list[bytes]:
    """Return the entries of a tree: one a file, in the order given, or one a line.

    A line is what stands before its newline byte; nothing else is stripped, because a tree must not call different entries equal.
    """
    contents = [read_bytes(name) for name in names]
    return [line for content in contents for line in split_lines(content)] if lines else contents


def split_lines(content: bytes) -> list[bytes]:
    r"""Return the lines of `content`; the last one may lack its newline.

    >>> split_lines(b"a\nb\r\n\nc")
    [b'a', b'b\r', b'', b'c']
    """
    lines = content.split(b"\n")
    return lines if lines[-1] else lines[:-1]
