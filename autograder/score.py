"""Points from facts, by nbgrader's rules (nbgrader.utils.determine_grade):

an exception gives nothing; a last value that reads as a number gives that many points; any other value, or none, gives all. Two rules
differ: text on standard error costs nothing, and a number above the cell's points counts as all of them, where nbgrader stops.
"""

from autograder.labs.model import Lab, LabCell
from autograder.messages import describe_facts, get_text
from autograder.restore import RestoredCell
from autograder.results import CellResult, CellStatus
from autograder.split.facts import Facts


def score_test(cell: LabCell, facts: Facts, lab: Lab, notebook: str, lang: str | None, cause: str = "") -> CellResult:
    """Return the verdict on a test cell that ran to an end which its facts explain."""
    status = _compute_status(facts)
    if status != "passed":
        message = describe_facts(facts, lab, lang, cause)
        return CellResult(notebook, cell.grade_id or "", status, 0.0, cell.points, message)
    score = compute_points(facts.value, cell.points)
    if score == cell.points:
        return CellResult(notebook, cell.grade_id or "", "passed", score, cell.points)
    message = get_text(lang, "partial", score=score, points=cell.points)
    return CellResult(notebook, cell.grade_id or "", "partial", score, cell.points, message)


def score_answer(restored: RestoredCell | None, cell: LabCell, notebook: str, lang: str | None) -> CellResult:
    """Return the verdict on a cell that only a person can grade: it waits, unless nothing was written."""
    name = cell.grade_id or ""
    if restored is None:
        return CellResult(notebook, name, "missing", 0.0, cell.points, get_text(lang, "missing"))
    if restored.untouched and not cell.task:
        return CellResult(notebook, name, "failed", 0.0, cell.points, get_text(lang, "untouched"))
    return CellResult(notebook, name, "manual", None, cell.points, get_text(lang, "manual"))


def compute_points(value: str | None, points: float) -> float:
    """Return the points that the text of a last value gives.

    >>> compute_points("1.5", 2), compute_points("'fine'", 2), compute_points(None, 2), compute_points("-1", 2)
    (1.5, 2, 2, 2)
    """
    try:
        number = float(value) if value is not None else points
    except ValueError:
        return points
    return min(number, points) if number >= 0 else points


def _compute_status(facts: Facts) -> CellStatus:
    if facts.error == "MemoryError" and facts.is_builtin_error and facts.ending == "error":
        return "memory"
    endings: dict[str, CellStatus] = {
        "passed": "passed",
        "assertion": "failed",
        "undecided": "failed",
        "program": "failed",
        "error": "error",
        "timeout": "timeout",
        "test-timeout": "timeout",
        "idle": "timeout",
        "large": "output",
        "protocol": "killed",
    }
    return endings[facts.ending]
