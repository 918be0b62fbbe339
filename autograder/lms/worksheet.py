"""Moodle's offline grading worksheet (mod/assign, feedback/offline): a line for each participant of one assignment.

Identifier ("Participant 48213"), full name, e-mail address and ID number where the site shows them, grade, maximum, whether the grade can
be changed, when the submission was modified. The heads are in the language of whoever exported it: English and Chinese are known.

The Identifier's number is also the one in the names of a download of the same assignment, and the time of submission, which a download
does not tell, stands here alone: so a worksheet is of use both on the way in and on the way out.

Simplification: times are in the zone that the caller names (Moodle writes them in that of the user who exports, and does not say which).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from autograder.lms.people import Claim, Field
from autograder.lms.table import Table

_HEADS: Final = {
    "number": ("identifier", "识别码", "识别号", "标识符", "编号"),
    "name": ("full name", "全名", "姓名"),
    "email": ("email address", "电子邮件地址", "电子邮箱地址", "email地址", "email 地址", "邮箱"),
    "id_number": ("id number", "学号", "id号", "id 号", "id 号码"),
    "username": ("username", "用户名"),
    "grade": ("grade", "成绩", "分数"),
    "most": ("maximum grade", "最高成绩", "最高分", "最高分数"),
    "open": ("grade can be changed", "允许更改成绩", "成绩可以更改", "成绩可以被改变"),
    "modified": ("last modified (submission)", "最后修改（学生）", "最后修改（提交）", "最后修改（作业）", "最后修改(提交)"),
}
_CLOSED: Final = frozenset({"no", "否"})
_NUMBER: Final = re.compile(r"\D*(\d+)")
_ENGLISH: Final = re.compile(r"(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4}),? (\d{1,2}):(\d\d)(?::\d\d)? ?([AaPp][Mm])?")
_CHINESE: Final = re.compile(r"(\d{4})年 ?(\d{1,2})月 ?(\d{1,2})日\D*?(上午|下午)? ?(\d{1,2}):(\d\d)")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Participant:
    """A line of a worksheet. `modified` is when the submission came, as it is written there; `is_open` whether Moodle takes a grade."""

    line: int
    number: str
    claim: Claim
    grade: str
    most: str
    is_open: bool
    modified: str


def find_worksheet_columns(table: Table) -> dict[str, int]:
    """Return which column holds what, or nothing if the table is no worksheet."""
    heads = [head.casefold() for head in table.get_heads()]
    columns = {field: heads.index(name) for field, names in _HEADS.items() for name in reversed(names) if name in heads}
    return columns if {"number", "grade"} <= columns.keys() and columns.keys() & {"most", "open", "modified"} else {}


def iterate_participants(table: Table, columns: dict[str, int]) -> Iterator[Participant]:
    """Yield the lines of a worksheet that name a participant."""
    for line in range(1, len(table.lines)):
        found = _NUMBER.fullmatch(table.get(line, columns["number"]))
        if found is None:
            continue
        said = {field: table.get(line, column) for field, column in columns.items()}
        ids: list[tuple[Field, str]] = [("email", said.get("email", "")), ("moodle", said.get("id_number", ""))]
        ids += [("learner", said.get("id_number", "")), ("learner", said.get("username", ""))]
        claim = Claim(said.get("name", ""), tuple((field, value) for field, value in ids if value not in ("", "-")), found[1])
        is_open = said.get("open", "").casefold() not in _CLOSED
        yield Participant(line, found[1], claim, said["grade"], said.get("most", ""), is_open, said.get("modified", ""))


def read_time(text: str, zone: tzinfo) -> float | None:
    """Return the moment that Moodle writes in English or Chinese, in seconds since 1970, or None.

    >>> from datetime import UTC
    >>> read_time("Sunday, 29 November 2026, 7:01 PM", UTC) == read_time("2026年11月29日 星期日 19:01", UTC) == 1795978860.0
    True
    """
    if found := _ENGLISH.search(text):
        day, month, year, hour, minute, half = found.groups()
        number = _MONTHS.index(month.lower()) + 1 if month.lower() in _MONTHS else 0
        parts = (int(year), number, int(day), int(hour), int(minute))
        is_afternoon = (half or "").lower() == "pm"
    elif found := _CHINESE.search(text):
        year, month, day, half, hour, minute = found.groups()
        parts = (int(year), int(month), int(day), int(hour), int(minute))
        is_afternoon = half == "下午"
    else:
        return None
    hours = parts[3] % 12 + 12 * is_afternoon if half else parts[3]
    try:
        return datetime(*parts[:3], hours, parts[4], tzinfo=zone).timestamp()
    except ValueError:
        return None
