"""Scores as a table that a spreadsheet opens: one row a submission.

The text is UTF-8 with a byte order mark, without which Excel reads Chinese as something else. A value that a spreadsheet would run as a
formula (OWASP, "CSV Injection") has an apostrophe before it. A score of compat mode is marked as forgeable in the column `mode`.
"""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from autograder.files import write_atomically
from autograder.results import Result

COLUMNS: Final = ("learner", "lab", "lang", "status", "score", "max_score", "arrived", "mode")
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_scores_csv(path: Path, results: Iterable[Result]) -> int:
    """Write one line for each result and return how many there were. A score that a person has still to give is left empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    count = 0
    for result in results:
        writer.writerow(_to_row(result))
        count += 1
    write_atomically(path, text.getvalue().encode("utf-8-sig", "backslashreplace"))
    return count


def _to_row(result: Result) -> list[str]:
    arrived = datetime.fromtimestamp(result.arrived, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if result.arrived else ""
    words = [disarm(word) for word in (result.learner, result.lab, result.lang or "")]
    mode = f"{result.mode} (forgeable)" if result.is_forgeable else result.mode
    return [*words, result.status, format_points(result.score), format_points(result.max_score), arrived, mode]


def disarm(text: str) -> str:
    """Return a text that a spreadsheet shows and does not run."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def format_points(points: float | None) -> str:
    """Return points as a spreadsheet reads them; none are left empty."""
    return "" if points is None else f"{points:.6g}"
