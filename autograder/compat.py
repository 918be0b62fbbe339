"""Compat mode: the tests run in the learner's process, as nbgrader runs them, for foreign notebooks that cannot run split.

S runs the submission's cells and the test cells in the order of the notebook, in one namespace and behind the same walls. What a test
came to is then S's own word, and learner code shares S: such a score can be forged, and says so wherever it is shown.

Hidden tests do enter S here, and learner code can read what enters S. So from the first of them on nothing that S says is passed on: of
a failure remain the kind of a built-in exception and, in the visible part of a test, the line, both in our own words.

Simplifications: SEED stays 0, because learner code would see any other; what the lab's cells define, a learner may redefine; in a forged
number, or in the choice of a line, learner code can still smuggle a few bits of a hidden test out.
"""

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from autograder.restore import RestoredNotebook
from autograder.split.cells import find_hidden_lines, read_cell
from autograder.split.facts import Facts
from autograder.steps import Step

_SAID_NOTHING: Final = [["", 0, ""]]
"""In the place of the learner's lines: the learner's code raised it, and where is not told."""


def build_compat_steps(restored: RestoredNotebook) -> list[Step]:
    """Return the steps of a notebook in compat mode: all of them are S's. A figure cell is run nowhere."""
    return [
        Step("student", cell.source, place, cell.cell)
        for place, cell in enumerate(restored.cells)
        if cell.kind == "code" and not (cell.cell is not None and cell.cell.figure)
    ]


def read_facts(steps: Sequence[Step], facts: Sequence[Facts | None]) -> Iterator[Facts | None]:
    """Yield what may be told of each step, from what S said of it: a verdict is taken as it is, words only as long as they are safe."""
    entered = False
    for number, (step, said) in enumerate(zip(steps, facts, strict=True)):
        hidden_lines = find_hidden_lines(step.source) if step.is_test else set()
        entered = entered or bool(hidden_lines)
        if said is None:
            yield None
        elif step.is_test:
            yield _read_test(step, number, said, hidden_lines, entered)
        else:
            yield replace(_withhold(said), student_lines=[]) if entered else said


def _read_test(step: Step, number: int, said: Facts, hidden_lines: set[int], entered: bool) -> Facts:
    """Return the facts of a test. One that S does not place in a visible line of it, and that has hidden ones, failed in those."""
    line = next((line for where, line, _ in said.student_lines if where == f"<cell {number}>"), 0)
    lines = step.source.split("\n")
    is_visible = 0 < line <= len(lines) and line not in hidden_lines
    is_own = not said.student_lines or said.student_lines[-1][0] == f"<cell {number}>"
    told = _withhold(said) if entered else said
    fell = said.ending == "error" and told.error == "AssertionError"
    hidden = entered and (said.ending == "passed" or (bool(hidden_lines) and not is_visible))
    if hidden:  # a hint is found by the text, which itself is not shown
        text = said.text
    elif entered and fell and is_visible:
        text = _get_assertion_text(step.source, line)
    else:
        text = told.text
    return replace(
        told,
        ending="assertion" if fell else said.ending,
        value=said.value,
        text=text,
        test_line=lines[line - 1].strip()[:200] if is_visible else "",
        student_lines=[] if is_own else told.student_lines,
        hidden=hidden,
    )


def _withhold(said: Facts) -> Facts:
    """Return facts without any word of S's own."""
    known = getattr(builtins, said.error, None)
    is_builtin = isinstance(known, type) and issubclass(known, BaseException)
    error = said.error if is_builtin or not said.error else "Exception"
    lines = _SAID_NOTHING if said.student_lines else []
    return Facts(ending=said.ending, error=error, is_builtin_error=is_builtin, text="…" if error else "", student_lines=lines)


def _get_assertion_text(source: str, line: int) -> str:
    """Return the message of the assertion that stands in a line of a test, if the source itself says it in so many words."""
    for node in ast.walk(read_cell(source)):
        if isinstance(node, ast.Assert) and node.lineno <= line <= (node.end_lineno or node.lineno):
            return node.msg.value if isinstance(node.msg, ast.Constant) and isinstance(node.msg.value, str) else ""
    return ""
