"""The roster: who learns, in which class, and under which names other systems know them.

It is a table with a head line, `roster.csv` beside `submitted/` unless a person says otherwise:

    learner,class,name,email,moodle,canvas
    ada,c1,Ada Lovelace,ada@example.org,48213,9931

Only `learner` is needed: the name of the learner's folder. `canvas` is the person's number there, which downloads and the gradebook have.
`moodle` is the ID number that Moodle's grading worksheet shows; the numbers in its downloads are those of one assignment. Heads may be
Chinese (学号, 班级, 姓名, 邮箱). Spreadsheets write UTF-8 or, in China, GB 18030; commas, semicolons or tabs: all are read. Other columns
are left alone.

A roster with a mistake is refused as a whole, with each mistake and its line: half a roster would grade half a class.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.errors import PathError, RosterError
from autograder.files import validate_file_name

MOST_BYTES: Final = 200_000_000
"""Half a million lines have about fifty million."""
MOST_SHOWN: Final = 20
_HEADS: Final = {
    "learner": "learner",
    "学号": "learner",
    "学员": "learner",
    "class": "class_name",
    "班级": "class_name",
    "name": "name",
    "姓名": "name",
    "email": "email",
    "邮箱": "email",
    "moodle": "moodle",
    "canvas": "canvas",
}
_UNIQUE: Final = ("learner", "email", "moodle", "canvas")
"""What may name one person only."""
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class Person:
    """A line of the roster. What it does not say is empty."""

    learner: str
    class_name: str = ""
    name: str = ""
    email: str = ""
    moodle: str = ""
    canvas: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """All lines, in their order. `source` is the file, for messages."""

    people: Mapping[str, Person]
    source: str

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order in which they first come; "" for people without one is left out."""
        return tuple(dict.fromkeys(person.class_name for person in self.people.values() if person.class_name))

    def get_class(self, name: str) -> list[str]:
        """Return the learners of a class. Raises `RosterError` if the roster has no such class."""
        found = [person.learner for person in self.people.values() if person.class_name == name]
        if not found:
            raise RosterError(f"{self.source}: no class {name!r}; there are: {', '.join(self.classes) or 'none'}")
        return found


def read_roster(path: Path) -> Roster:
    """Read a roster. Raises `RosterError`, with a line for each mistake, or `PathError` if the file cannot be read."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RosterError(f"{path}: larger than {MOST_BYTES:,} bytes, which no roster is")
        text = _decode(path.read_bytes())
    except OSError as error:
        raise PathError(f"{path}: the roster cannot be read: {error.strerror or error}") from error
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_find_delimiter(text))
    people: dict[str, Person] = {}
    mistakes: list[str] = []
    try:
        heads = _read_heads(next(lines, []), path)
        seen: dict[tuple[str, str], int] = {}
        for values in lines:
            if not any(value.strip() for value in values):
                continue
            person = _read_line(heads, values)
            found = _find_mistakes(person, values, seen, lines.line_num)
            mistakes += [f"line {lines.line_num}: {mistake}" for mistake in found]
            people[person.learner] = person
    except csv.Error as error:
        mistakes.append(f"line {lines.line_num}: {error}")
    if mistakes:
        more = [f"and {len(mistakes) - MOST_SHOWN} more"] if len(mistakes) > MOST_SHOWN else []
        raise RosterError(
            "\n  ".join([f"{path}: {len(mistakes)} line(s) are wrong; nothing was taken from it", *mistakes[:MOST_SHOWN], *more])
        )
    if not people:
        raise RosterError(f"{path}: nobody is in this roster")
    return Roster(people, str(path))


def _decode(content: bytes) -> str:
    """Return the text. Excel writes UTF-8 with a mark, UTF-16 as "Unicode text", and GB 18030 in China."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _find_delimiter(text: str) -> str:
    """Return what separates the heads: of comma, semicolon and tab, what the first line has most of."""
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _read_heads(values: list[str], path: Path) -> dict[int, str]:
    """Return which column holds what. Raises `RosterError` if none holds learners, or two the same."""
    heads = {at: _HEADS[name] for at, value in enumerate(values) if (name := value.strip().lower()) in _HEADS}
    if "learner" not in heads.values():
        raise RosterError(
            f"{path}: the first line has to name the columns, and one of them has to be learner (or 学号); it is {values[:8]!r}"
        )
    doubled = [name for name in set(heads.values()) if list(heads.values()).count(name) > 1]
    if doubled:
        raise RosterError(f"{path}: two columns are named {doubled[0].removesuffix('_name')!r}")
    return heads


def _read_line(heads: dict[int, str], values: list[str]) -> Person:
    return Person(**{"learner": "", **{name: values[at].strip() for at, name in heads.items() if at < len(values)}})


def _find_mistakes(person: Person, values: list[str], seen: dict[tuple[str, str], int], number: int) -> Iterator[str]:
    """Yield what is wrong with a line, and note what it names."""
    if not person.learner:
        yield f"no learner in {values[:4]!r}"
        return
    try:
        validate_file_name(person.learner)
    except PathError as error:
        yield f"learner {error}"
    if person.email and not _MAIL.fullmatch(person.email):
        yield f"{person.email!r} is no e-mail address"
    for name in _UNIQUE:
        value = getattr(person, name).casefold() if name == "email" else getattr(person, name)
        if not value:
            continue
        before = seen.setdefault((name, value), number)
        if before != number:
            yield f"{name} {value!r} is that of line {before} already"
