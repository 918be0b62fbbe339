"""What a test takes from an object of the learner's on its word, and no more of it than the lab's own solution needs.

A test asks an object for a method, compares it by `<`, subtracts a number from it: only the learner's code can answer, and it sees what it
is compared with. Attack: an object that is asked for a number returns zero for every difference and has an `equals` that always agrees;
`abs(f(2) - 4) < 1e-9`, `np.allclose(f(2), 4)` and `f(2).equals(expected)` would then hold. Where the lab is about objects its solution
is asked the same. So the model solution is graded once, as soon as a test has passed on the word of an object: what a test did not ask
of the solution's objects it takes from nobody's.

Simplification: of two right answers of which one is plain data and the other an object, only the model's kind passes such a test.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from autograder.labs.model import LabNotebook
from autograder.read import SubmittedCell, SubmittedNotebook
from autograder.split.facts import Facts
from autograder.steps import Step

_TRIES: Final = 10
"""How often the solution is graded if somebody kills our processes meanwhile."""

Facing = Mapping[str, Facts | None]
"""Test cell (grade id) -> how it ended."""


class Claims:
    """What the tests of a lab's notebooks ask of the objects of its own solutions."""

    def __init__(self, grade: Callable[[LabNotebook, SubmittedNotebook], Facing]) -> None:
        """Begin without knowing. `grade` runs a notebook and tells how each test ended."""
        self._grade = grade
        self._known: dict[LabNotebook, dict[str, frozenset[str] | None]] = {}

    def review(self, master: LabNotebook, steps: Sequence[Step], facts: list[Facts | None]) -> None:
        """Make undecided what passed on more of the learner's word than the solution needs. If that could not be found out, because our
        processes were killed again and again, the test has no facts."""
        for number, (step, said) in enumerate(zip(steps, facts, strict=True)):
            if step.is_test and step.cell is not None and said is not None and said.ending == "passed" and said.claims:
                facts[number] = self._review_test(said, self._get_allowed(master), step.cell.grade_id or "")

    def _review_test(self, said: Facts, allowed: Mapping[str, frozenset[str] | None], grade_id: str) -> Facts | None:
        if grade_id not in allowed:
            return None
        needed = allowed[grade_id]
        surplus = sorted(set(said.claims) - needed) if needed is not None else []
        text = f"an object of the learner was asked for what the test does not ask of the solution: {', '.join(surplus)}"
        return replace(said, ending="undecided", text=text, value=None) if surplus else said

    def _get_allowed(self, master: LabNotebook) -> Mapping[str, frozenset[str] | None]:
        """Return what each test asks of the solution's objects; None where the solution itself does not pass, so that nobody knows."""
        found = self._known.setdefault(master, {})
        tests = {cell.grade_id or "" for cell in master.cells if cell.is_test}
        cells = tuple(SubmittedCell(cell.kind, cell.source, cell.grade_id) for cell in master.cells)
        for _ in range(_TRIES):
            if tests <= found.keys():
                break
            for test, said in self._grade(master, SubmittedNotebook(master.name, master.lang, cells)).items():
                if said is not None and said.ending != "gone":
                    found[test] = frozenset(said.claims) if said.ending == "passed" else None
        return found
