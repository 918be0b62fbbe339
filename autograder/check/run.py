"""Which test cells of a notebook tell right from wrong, and which of them run split: found by grading, not by reading.

The model solution, the notebook as released and mutants of the model solution (`autograder.mutate`) are graded both ways: split, and in
one process (compat), where a test does what it does under nbgrader. A cell that passes with the solution and fails without it is
discriminating; one that passes with nothing written is vacuous; one that fails with its own solution is broken. Split is right for a
notebook if all its discriminating cells pass split, too. What passes split but fails in one process would be points for a wrong answer,
a false pass: there must be none.

Simplifications: tests that draw at random are graded with one draw; a mutant whose time is up in one of the modes tells nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

from autograder.errors import LabError
from autograder.labs.model import Lab, LabNotebook, Mode
from autograder.messages import clean
from autograder.mutate import Mutant, mutate_cell
from autograder.results import CellResult
from autograder.split.facts import Facts
from autograder.split.magics import transform_magics
from autograder.trials import Advance, Graders, Trial, build_submission

MODES: Final[tuple[Mode, Mode]] = ("compat", "split")
_DECIDED: Final = frozenset({"passed", "partial", "failed", "error"})
"""Verdicts that a test came to by itself; all others depend on time and memory, of which the modes use different amounts."""

Kind = Literal["discriminating", "vacuous", "broken"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A submission on which the modes disagree about a cell: what was handed in, and the points in one process and split."""

    work: str
    compat: float
    split: float

    @property
    def is_false_pass(self) -> bool:
        """Answer whether split gave points that nbgrader would not have given."""
        return self.split > self.compat


@dataclass(frozen=True, slots=True)
class CellCheck:
    """What was found out about one test cell. `reason` is why it is broken, or why it does not run split, in one line.

    `student_answered`: it asked objects of the learner about themselves, so even split its verdict rests on their word in part.
    """

    grade_id: str
    points: float
    kind: Kind
    split: bool
    reason: str = ""
    student_answered: bool = False
    differences: tuple[Difference, ...] = ()

    @property
    def false_passes(self) -> tuple[Difference, ...]:
        """Return the submissions that get more points split than in one process."""
        return tuple(difference for difference in self.differences if difference.is_false_pass)


@dataclass(frozen=True, slots=True)
class NotebookCheck:
    """What was found out about a notebook. `mode` is what the course says, `mutants` how many were graded."""

    lab: str
    notebook: str
    mode: Mode
    mutants: int
    cells: tuple[CellCheck, ...]

    @property
    def recommended(self) -> Mode:
        """Return the safest mode in which every sound test cell works."""
        return "split" if all(cell.split and not cell.false_passes for cell in self.cells if cell.kind != "broken") else "compat"

    @property
    def is_ready(self) -> bool:
        """Answer whether the notebook can be graded as its course says."""
        is_sound = all(cell.kind != "broken" and not cell.false_passes for cell in self.cells)
        return is_sound and (self.mode == "compat" or self.recommended == "split")


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to grade for one notebook, which stands in a lab of its own. Mutants are tried twice, once in each mode."""

    lab: Lab
    mutants: tuple[Mutant, ...]

    @property
    def notebook(self) -> LabNotebook:
        """The notebook that is checked."""
        return self.lab.notebooks[0]

    @property
    def size(self) -> int:
        """How many submissions will be graded."""
        return 2 * (2 + len(self.mutants))


def plan_check(lab: Lab, mutants: bool = True) -> Iterator[Plan]:
    """Yield a plan for each notebook of a lab that has tests. Of several languages the first is checked: they share their code."""
    for notebook in lab.get_notebooks():
        if any(cell.is_test for cell in notebook.cells):
            yield Plan(replace(lab, notebooks=(notebook,)), tuple(_build_mutants(notebook)) if mutants else ())


def _build_mutants(notebook: LabNotebook) -> Iterator[Mutant]:
    """Yield the mutants of all answers that tests grade. A cell that is no Python has none; its tests will show why."""
    for cell in notebook.cells:
        if cell.is_answer and not cell.is_graded and cell.kind == "code":
            with suppress(LabError):
                yield from mutate_cell(cell.grade_id or "", transform_magics(cell.source))


def run_check(plan: Plan, advance: Advance = lambda: None) -> NotebookCheck:
    """Grade everything in a plan in both modes; `advance` hears of each submission that is done."""
    model = {cell.grade_id or "": cell.source for cell in plan.notebook.cells if cell.is_answer}
    by_mode = {mode: replace(plan.lab, notebooks=(replace(plan.notebook, mode=mode),)) for mode in MODES}
    solved, blank = (build_submission(plan.lab, plan.notebook.lang, answers) for answers in (model, {}))
    works = [build_submission(plan.lab, plan.notebook.lang, {**model, mutant.task: mutant.source}) for mutant in plan.mutants]
    with Graders(plan.lab) as graders:
        trials = list(graders.grade_all([(by_mode[mode], work) for work in (solved, blank) for mode in MODES], advance))
        if works:
            by_mode = {mode: graders.limit_cpu(by_mode[mode], solved, trials[number].result) for number, mode in enumerate(MODES)}
        trials += graders.grade_all([(by_mode[mode], work) for work in works for mode in MODES], advance)
    names = ["the solution", "the blank notebook", *map(_describe, plan.mutants)]
    tried = {name: trials[2 * number : 2 * number + 2] for number, name in enumerate(names)}
    cells = tuple(_check_cell(plan, cell.grade_id or "", tried) for cell in plan.notebook.cells if cell.is_test)
    return NotebookCheck(plan.lab.id, plan.notebook.name, plan.notebook.mode, len(plan.mutants), cells)


def _describe(mutant: Mutant) -> str:
    return f"{mutant.task}, line {mutant.line}: {mutant.before} -> {mutant.after}"


def _check_cell(plan: Plan, grade_id: str, tried: Mapping[str, Sequence[Trial]]) -> CellCheck:
    """Return what all trials together say about one test cell. One process is the judge of what is right.

    But for a test that uses what its lab hides from learners: it runs split only, and is judged by that.
    """
    verdicts = {work: [_get_verdict(trial, grade_id) for trial in trials] for work, trials in tried.items()}
    facts = [trial.facts.get((plan.notebook.name, grade_id)) for trial in tried["the solution"]]
    compat, split = verdicts["the solution"]
    is_split = split.status == "passed"
    judge = 1 if plan.lab.hides and is_split and compat.status != "passed" else 0
    kind: Kind = "vacuous" if verdicts["the blank notebook"][judge].status == "passed" else "discriminating"
    reason = "" if is_split else _explain(split, facts[1])
    if verdicts["the solution"][judge].status != "passed":
        kind, reason = "broken", _explain(compat, facts[0])
    asked = facts[1] is not None and facts[1].student_answered
    differences = tuple(_find_differences(verdicts)) if judge == 0 else ()
    return CellCheck(grade_id, compat.max_score, kind, is_split, reason, asked, differences)


def _get_verdict(trial: Trial, grade_id: str) -> CellResult:
    return next(cell for cell in trial.result.cells if cell.grade_id == grade_id)


def _find_differences(verdicts: Mapping[str, Sequence[CellResult]]) -> Iterator[Difference]:
    for work, (compat, split) in verdicts.items():
        if compat.status in _DECIDED and split.status in _DECIDED and compat.score != split.score:
            yield Difference(work, compat.score or 0.0, split.score or 0.0)


def _explain(verdict: CellResult, facts: Facts | None) -> str:
    """Return in one line why a test did not pass with its own solution: hidden or not, this is for its author."""
    if facts is None or facts.ending not in ("assertion", "error", "undecided", "program"):
        return clean(verdict.message).replace("\n", " ")
    line = facts.test_line or next((code for _, _, code in facts.student_lines), "")
    what = facts.text if facts.error in ("AssertionError", "") else f"{facts.error}: {facts.text}"
    words = [what.strip().split("\n")[0] if what.strip() else "", f"at: {line}" if line else ""]
    return clean(" · ".join(filter(None, words)) or verdict.status)


def to_public(check: NotebookCheck) -> dict[str, Any]:
    """Return what `autograder check --json` prints of a notebook."""
    cells = [
        asdict(cell) | {name: [asdict(each) for each in getattr(cell, name)] for name in ("differences", "false_passes")}
        for cell in check.cells
    ]
    public = {"lab": check.lab, "notebook": check.notebook, "mode": check.mode, "recommended": check.recommended, "ready": check.is_ready}
    return {**public, "mutants": check.mutants, "cells": cells}
