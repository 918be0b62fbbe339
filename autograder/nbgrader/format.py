"""nbgrader's rules for one cell: what is stripped at release, the checksum, the metadata.

The rules are those of nbgrader 0.9 with its default configuration: the preprocessors ClearSolutions, ClearHiddenTests, ClearMarkScheme,
LockCells and ComputeChecksums, and cell metadata schema 3 (nbgraderformat/v3.json). They are written down again here because importing
nbgrader takes seconds, and because release and grading must not need it.

Simplifications: the stubs are the Python ones, and the markers are the default ones; nbgrader lets a course configure both. An end
marker without its begin marker is an error here, where nbgrader drops the line: it is mostly a mistyped beginning, and the text above
it would be handed out.
"""

import re
from dataclasses import replace
from functools import lru_cache
from hashlib import md5
from typing import Any, Final

from autograder.errors import LabError
from autograder.labs.model import CellKind, LabCell

SCHEMA_VERSION: Final = 3
CODE_STUB: Final = "# YOUR CODE HERE\nraise NotImplementedError()"
TEXT_STUB: Final = "YOUR ANSWER HERE"
_ATTACHMENT: Final = re.compile(r"!\[.*\]\(attachment:.+?\)")


def strip_solution(source: str, kind: CellKind = "code") -> str:
    """Return the text of a solution cell as it is handed out: each solution region, or else the whole cell, becomes the stub.

    The stub takes the indentation of the line with the begin marker, so that it is the body of whatever stands around the region.
    """
    stub = CODE_STUB if kind == "code" else TEXT_STUB
    kept, regions = _split_regions(source, "SOLUTION")
    if not regions:
        return stub
    lines: list[str] = []
    for line in kept:
        indent = line[: len(line) - len(line.lstrip())]
        lines += [indent + stub_line for stub_line in stub.split("\n")] if _is_begin(line, "SOLUTION") else [line]
    return "\n".join(lines)


def strip_hidden(source: str) -> str:
    """Return the text of a test cell without its hidden tests."""
    kept, _ = _split_regions(source, "HIDDEN TESTS")
    return "\n".join(line for line in kept if not _is_begin(line, "HIDDEN TESTS"))


def strip_mark_scheme(source: str) -> str:
    """Return the text of a task cell without its mark scheme.

    A picture attached to the cell is an error: the attachment would be handed out although the line that shows it is not.
    """
    kept, regions = _split_regions(source, "MARK SCHEME")
    if any(_ATTACHMENT.search(line) for line in regions):
        raise LabError(f"the cell {_name(source)} has an attached picture in its mark scheme, which would be released; embed it instead")
    return "\n".join(line for line in kept if not _is_begin(line, "MARK SCHEME"))


def compute_released_source(cell: LabCell) -> str:
    """Return the text of any cell as learners get it."""
    source = cell.source
    if cell.solution:
        source = strip_solution(source, cell.kind)
    elif "BEGIN SOLUTION" in source:
        raise LabError(f"the cell {_name(source)} has a solution region, but is not marked as a solution cell")
    if "BEGIN HIDDEN TESTS" in source and not cell.grade:
        raise LabError(f"the cell {_name(source)} has hidden tests, but is not marked as a test cell")
    if "BEGIN MARK SCHEME" in source and not cell.task:
        raise LabError(f"the cell {_name(source)} has a mark scheme, but is not marked as a task cell")
    return strip_mark_scheme(strip_hidden(source))


@lru_cache(maxsize=4096)  # a batch asks for the same cells again and again
def compute_visible(cell: LabCell) -> LabCell:
    """Return the cell without what only the grader may know: its hidden tests and its mark scheme."""
    return replace(cell, source=strip_mark_scheme(strip_hidden(cell.source)))


def is_marked(cell: LabCell) -> bool:
    """Answer whether nbgrader knows the cell: whether any of its four flags is set."""
    return cell.grade_id is not None and (cell.grade or cell.solution or cell.locked or cell.task)


def is_locked(cell: LabCell) -> bool:
    """Answer whether nbgrader restores the cell: a solution cell never, a test cell always, any other one if it says so."""
    return not cell.solution and (cell.grade or cell.locked)


def compute_checksum(cell: LabCell, source: str) -> str:
    """Return nbgrader's checksum of a cell whose text is `source`: MD5 over text, kind, flags, id and, if it is graded, points."""
    parts = [source, cell.kind, str(cell.grade), str(cell.solution), str(is_locked(cell)), cell.grade_id or ""]
    if cell.grade:
        parts.append(str(float(cell.points)))
    return md5("".join(parts).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def to_metadata(cell: LabCell, source: str) -> dict[str, Any]:
    """Return the metadata of a released cell whose text is `source`: nbgrader's marks, and what JupyterLab locks.

    A cell that nbgrader does not know has none.
    """
    if not is_marked(cell):
        return {}
    marks: dict[str, Any] = {
        "cell_type": cell.kind,
        "checksum": compute_checksum(cell, source),
        "grade": cell.grade,
        "grade_id": cell.grade_id,
        "locked": is_locked(cell),
        "schema_version": SCHEMA_VERSION,
        "solution": cell.solution,
        "task": cell.task,
    }
    if cell.is_graded:
        marks["points"] = int(cell.points) if float(cell.points).is_integer() else cell.points
    locks = {"deletable": False} | ({"editable": False} if is_locked(cell) else {})
    return locks | {"nbgrader": marks}


def _split_regions(source: str, marker: str) -> tuple[list[str], list[str]]:
    """Split a text into the lines that stay, with each region's begin line in its place, and the lines inside the regions.

    A region that is empty still counts as one: its end line is listed with the lines inside.
    """
    kept: list[str] = []
    inside: list[str] = []
    is_inside = False
    for line in source.split("\n"):
        is_end = not _is_begin(line, marker) and f"END {marker}" in line
        if _is_begin(line, marker):
            if is_inside:
                raise LabError(f"the cell {_name(source)} has BEGIN {marker} inside a region that BEGIN {marker} has begun")
            is_inside = True
            kept.append(line)
        elif is_end and not is_inside:
            raise LabError(f"the cell {_name(source)} has END {marker} without BEGIN {marker}")
        elif is_inside:
            inside.append(line)
            is_inside = not is_end
        else:
            kept.append(line)
    if is_inside:
        raise LabError(f"the cell {_name(source)} has BEGIN {marker} without END {marker}")
    return kept, inside


def _is_begin(line: str, marker: str) -> bool:
    return f"BEGIN {marker}" in line


def _name(source: str) -> str:
    """Return the words by which an author recognises a cell: its first line that says something."""
    first = next((line.strip() for line in source.split("\n") if line.strip()), "")
    return f"that begins {first[:60]!r}"
