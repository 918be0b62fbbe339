"""The percent format: a notebook as a Python file, one `# %%` line before each cell.

This is Jupytext's `py:percent` (jupytext.readthedocs.io, "The percent format"), so a lab's source opens in JupyterLab and VS Code. Only
what labs use is read: cell kind in brackets, then `key=value` marks whose values are JSON. Jupytext itself takes over a second to
import, which every command would pay; a test compares the two on each lab.
"""

import json
import re
from dataclasses import dataclass
from typing import Final

from autograder.errors import LabError

_HEADER: Final = re.compile(r"^# %%(?P<rest>(?: .*)?)$")
_KIND: Final = re.compile(r"^\[(\w+)\]\s*")
_MARK: Final = re.compile(r'^([A-Za-z_][\w-]*)=("(?:[^"\\]|\\.)*"|[^\s"]+)(?:\s+|$)')

Mark = str | int | float | bool


@dataclass(frozen=True, slots=True)
class PercentCell:
    """One cell of a percent file: `line` is where its header stands, counted from 1."""

    kind: str
    marks: dict[str, Mark]
    source: str
    line: int


def parse_percent(text: str, name: str) -> list[PercentCell]:
    """Return the cells of a percent file; what stands before the first header is no cell. `name` is for messages.

    >>> [cell.source for cell in parse_percent('# %% [markdown] lang="en"\\n# Hello\\n\\n# %% test="root" points=3\\nassert True\\n', "lab.py")]
    ['Hello', 'assert True']
    """
    cells: list[PercentCell] = []
    header: tuple[str, dict[str, Mark], int] | None = None
    body: list[str] = []
    for number, line in enumerate([*text.splitlines(), "# %%"], start=1):
        match = _HEADER.match(line)
        if match is None:
            body.append(line)
            continue
        if header is not None:
            cells.append(PercentCell(header[0], header[1], _to_source(header[0], body), header[2]))
        kind, marks = _parse_header(match["rest"].strip(), f"{name}:{number}")
        header, body = (kind, marks, number), []
    return cells


def _parse_header(rest: str, where: str) -> tuple[str, dict[str, Mark]]:
    kind, marks = "code", {}
    if match := _KIND.match(rest):
        kind, rest = match[1], rest[match.end() :]
        if kind not in ("markdown", "raw"):
            raise LabError(f"{where}: a cell is [markdown], [raw] or code without brackets, not [{kind}]")
    while rest:
        match = _MARK.match(rest)
        if match is None:
            raise LabError(f'{where}: cannot read {rest!r}; marks are written key="value", key=3 or key=true')
        try:
            marks[match[1]] = json.loads(match[2])
        except ValueError:
            raise LabError(
                f"{where}: the value of {match[1]} is {match[2]!r}; write a string in double quotes, a number, or true"
            ) from None
        rest = rest[match.end() :]
    return kind, marks


def _to_source(kind: str, lines: list[str]) -> str:
    """Return the cell's text: prose loses its comment signs, and blank lines around the text go."""
    if kind != "code":
        lines = [re.sub(r"^# ?", "", line) for line in lines]
    return "\n".join(lines).strip("\n")
