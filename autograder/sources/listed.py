"""Submissions in a list: a CSV file (RFC 4180) or standard input, with learner, lab and path on each line.

A path is relative to the list's folder (that of standard input is the current one), names a folder with notebooks or one notebook, and
stays below that folder without a symbolic link on its way: lists are often made from what learners typed, and a link may lead to another
learner's work or to the machine's own files. There is no exception; who wants other folders graded puts the list there. A line that breaks
a rule is told with its number, and the next one is read.

The list is read twice, once to count and once to grade, a line at a time. Standard input cannot be read twice, so it is copied into a
temporary file that has no name.

Simplification: one line a submission, so no field may hold a line's end; commas alone separate.
"""

import csv
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from autograder.errors import PathError
from autograder.read import is_learner_name

MAX_LINE: Final = 16_384
MAX_LIST: Final = 2**30
"""How many bytes of standard input are copied: two million lines of the longest sort that make sense."""
_HEADER: Final = ["learner", "lab", "path"]


def open_list(path: Path) -> BinaryIO:
    """Open a list. Raises `PathError`."""
    try:
        return path.open("rb")
    except OSError as error:
        raise PathError(f"{path}: cannot be read: {error.strerror}") from None


def copy_input(stream: BinaryIO) -> BinaryIO:
    """Copy standard input into a temporary file that can be read twice. Raises `PathError` if there is too much of it."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115
    while block := stream.read(2**20):
        if copy.tell() + len(block) > MAX_LIST:
            copy.close()
            raise PathError(f"standard input: more than {MAX_LIST:,} bytes; make several lists of it")
        copy.write(block)
    return copy


def iterate_list(file: BinaryIO, name: str, root: Path) -> Iterator[tuple[str, str, Path] | str]:
    """Yield (learner, lab, where) for each line of a list, or a line that says what is wrong with it."""
    file.seek(0)
    place = root.resolve()
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        try:
            if len(line) > MAX_LINE:
                while line and not line.endswith(b"\n"):
                    line = file.readline(MAX_LINE)
                raise ValueError(f"it has more than {MAX_LINE:,} bytes")
            fields = _split(line, is_first=number == 1)
            if fields and not (number == 1 and [field.lower() for field in fields] == _HEADER):
                yield _read_fields(fields, place)
        except ValueError as error:
            yield f"{name}: line {number}: {error}"


def _split(line: bytes, is_first: bool) -> list[str]:
    """Return the fields of a line, none for an empty one. Raises ValueError."""
    try:
        text = line.decode("utf-8-sig" if is_first else "utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text") from None
    if not text.strip():
        return []
    try:
        (fields,) = csv.reader([text], strict=True, skipinitialspace=True)
    except (csv.Error, ValueError) as error:
        raise ValueError(f"it is no line of a CSV file: {error}") from None
    return [field.strip() for field in fields]


def _read_fields(fields: list[str], root: Path) -> tuple[str, str, Path]:
    """Return a submission from the fields of a line. Raises ValueError with the rule that they break."""
    if len(fields) != 3:
        raise ValueError(f"it has {len(fields)} field(s); write learner,lab,path, in quotation marks what holds a comma")
    learner, lab, path = fields
    for what, name in (("learner", learner), ("lab", lab)):
        if not is_learner_name(name):
            raise ValueError(f"the {what} {name[:50]!a} cannot be recorded; 1 to 200 printable characters without a slash can")
    return learner, lab, _find_place(path, root)


def _find_place(path: str, root: Path) -> Path:
    """Return where a submission lies, below `root` and not behind a link. Raises ValueError."""
    shown = ascii(path[:200])
    if "\0" in path or not path:
        raise ValueError("the path is empty or holds a NUL")
    below = Path(path)
    if below.is_absolute():
        if not below.is_relative_to(root):
            raise ValueError(f"the path {shown} leads out of the list's folder; put the list into a folder above all that it names")
        below = below.relative_to(root)
    if ".." in below.parts:
        raise ValueError(f"the path {shown} holds '..'; name the place itself, below the list's folder")
    place, mode = root, stat.S_IFDIR
    for part in below.parts:
        place = place / part
        try:
            mode = place.lstat().st_mode
        except OSError as error:
            raise ValueError(f"{shown}: cannot be read: {error.strerror}") from None
        if stat.S_ISLNK(mode):
            raise ValueError(f"the path {shown} leads over a symbolic link; links are not followed")
    if not (stat.S_ISDIR(mode) or (stat.S_ISREG(mode) and place.suffix == ".ipynb")):
        raise ValueError(f"{shown}: this is neither a folder nor a notebook (.ipynb)")
    return place
