"""A CSV file of which everything that is not changed stays as it was, byte for byte (RFC 4180, and what spreadsheets make of it).

Python's csv module forgets quotes, line ends and the encoding. A platform that gets back its own export with one column filled in should
see that one column: so each field is kept as it stands in the file, and only what is written anew is quoted anew.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.errors import PathError, RosterError

MOST_BYTES: Final = 64_000_000
"""A course of half a million learners has about sixty million."""
_MARK: Final = "\ufeff"


@dataclass(slots=True)
class Table:
    """Lines of fields as they stand in the file, quotes included; `ends` are the ends of the lines."""

    path: Path
    lines: list[list[str]]
    ends: list[str]
    delimiter: str
    encoding: str

    def get(self, line: int, column: int | None) -> str:
        """Return what a field says, or "" where there is no such field."""
        if column is None or column >= len(self.lines[line]):
            return ""
        return unquote(self.lines[line][column]).strip()

    def set(self, line: int, column: int, text: str) -> None:
        """Write a field; it is quoted if the old one was, or if it has to be."""
        fields = self.lines[line]
        fields += [""] * (column + 1 - len(fields))
        needs = any(character in text for character in f'{self.delimiter}"\r\n') or fields[column].startswith('"')
        fields[column] = '"' + text.replace('"', '""') + '"' if needs else text

    def get_heads(self, line: int = 0) -> list[str]:
        """Return the fields of the line that names the columns."""
        return [self.get(line, column).removeprefix(_MARK).strip() for column in range(len(self.lines[line]))] if self.lines else []

    def to_bytes(self) -> bytes:
        """Return the file."""
        text = "".join(self.delimiter.join(fields) + end for fields, end in zip(self.lines, self.ends, strict=True))
        return text.encode(self.encoding)


def read_table(path: Path) -> Table:
    """Read a CSV file in UTF-8, UTF-16 or GB 18030, with commas, semicolons or tabs. Raises `PathError` or `RosterError`."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RosterError(f"{path}: larger than {MOST_BYTES:,} bytes, which no such file is")
        content = path.read_bytes()
    except OSError as error:
        raise PathError(f"{path}: cannot be read: {error.strerror or error}") from error
    encoding = _find_encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise RosterError(f"{path}: not text in UTF-8, UTF-16 or GB 18030") from None
    if text.encode(encoding) != content:
        raise RosterError(f"{path}: text that {encoding} would write differently; save it as CSV UTF-8")
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    table = Table(path, [], [], delimiter, encoding)
    for fields, end in _split(text, delimiter):
        table.lines.append(fields)
        table.ends.append(end)
    return table


def unquote(field: str) -> str:
    """Return what a field says.

    >>> unquote('"Ada ""the first"" Lovelace"'), unquote('5"')
    ('Ada "the first" Lovelace', '5"')
    """
    return field[1:-1].replace('""', '"') if len(field) > 1 and field[0] == field[-1] == '"' else field


def _find_encoding(content: bytes) -> str:
    """Return what a file is written in. A byte order mark is then a character like any other, and stays."""
    if content.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if content.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    try:
        content.decode()
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _split(text: str, delimiter: str) -> Iterator[tuple[list[str], str]]:
    """Yield the fields of each line as they stand there, and the line's end. A quoted field may hold ends of lines."""
    field = re.compile(rf'(\ufeff?"(?:[^"]|"")*"[^{delimiter}\r\n]*|[^{delimiter}\r\n]*)({delimiter}|\r\n|\n|\r|\Z)')
    fields: list[str] = []
    place = 0
    while place < len(text):
        found = field.match(text, place)
        assert found is not None  # the second half of the pattern takes whatever the first does not
        fields.append(found[1])
        place = found.end()
        if found[2] != delimiter:
            yield fields, found[2]
            fields = []
    if fields:  # the text ends with a delimiter
        yield [*fields, ""], ""
