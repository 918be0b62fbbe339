"""How much of other people's courses runs split: for each need, the test cells that tell right from wrong, and those that run split.

    .venv/bin/python -m tests.courses.measure [--no-mutants] [COURSE FOLDER]...

Without a folder it measures the courses here.
"""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.check import NotebookCheck, plan_check, run_check
from autograder.labs.course import load_course
from tests.courses.build import COURSES, HELD_OUT, NEEDS, get_needs, write_course

Needs = Mapping[tuple[str, str], Sequence[str]]


def check_course(course: Path, mutants: bool = True) -> list[NotebookCheck]:
    """Return what the release check says of every notebook of a course."""
    return [run_check(plan) for lab in load_course(course).values() for plan in plan_check(lab, mutants)]


def count_cells(checks: Sequence[NotebookCheck]) -> tuple[int, int]:
    """Return how many test cells tell right from wrong, and how many of these run split."""
    cells = [cell for check in checks for cell in check.cells if cell.kind == "discriminating"]
    return len(cells), sum(cell.split for cell in cells)


def list_failing(checks: Sequence[NotebookCheck]) -> list[str]:
    """Return a line for each cell that does not run split, is no test, or passes split what fails in one process."""
    lines = []
    for check in checks:
        for cell in check.cells:
            name = f"{check.lab}/{check.notebook} {cell.grade_id}"
            if not cell.split or cell.kind == "broken":
                lines.append(f"{name}: {cell.kind}: {cell.reason}")
            lines += [f"{name}: FALSE PASS with {each.work}" for each in cell.false_passes]
    return lines


def format_rows(checks: Sequence[NotebookCheck], needs: Needs) -> str:
    """Return a line for each need: what it is, the cells that have it, and those of them that run split."""
    found = {(check.notebook, cell.grade_id): cell for check in checks for cell in check.cells if cell.kind == "discriminating"}
    lines = []
    for need, words in NEEDS.items():
        cells = [cell for name, cell in found.items() if need in needs.get(name, ())]
        if cells:
            lines.append(f"  {words:58}{sum(cell.split for cell in cells):4} of {len(cells):3}")
    return "\n".join(lines)


def measure(courses: Sequence[Path], mutants: bool = True) -> list[NotebookCheck]:
    """Check the courses, print what came out, and return it."""
    checks: list[NotebookCheck] = []
    for course in courses:
        own = check_course(course, mutants)
        checks += own
        total, split = count_cells(own)
        print(f"{course.name}: {split} of {total} test cells run split; {sum(check.mutants for check in own)} mutants")
        if course.name in (*COURSES, *HELD_OUT):
            print(format_rows(own, get_needs(course.name)))
    total, split = count_cells(checks)
    print(f"together: {split} of {total} = {split / total:.1%}")
    print("\n".join(list_failing(checks)))
    return checks


def main() -> None:
    """Measure the courses whose folders the command line names, or ours."""
    folders = [Path(word) for word in sys.argv[1:] if not word.startswith("--")]
    with tempfile.TemporaryDirectory() as scratch:
        measure(folders or [write_course(name, Path(scratch)) for name in (*COURSES, *HELD_OUT)], "--no-mutants" not in sys.argv)


if __name__ == "__main__":
    main()
