"""Trials: whole submissions made out of answers and graded by the real grader, many at a time, to see what the tests of a lab are worth."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from queue import LifoQueue
from typing import Final

from autograder.grade import Grader
from autograder.labs.model import Lab
from autograder.read import Submission, SubmittedCell, SubmittedNotebook
from autograder.release import fill_notebook
from autograder.results import Result
from autograder.split.facts import Facts

_LEAST_CPU_SECONDS: Final = 0.2
_CPU_FACTOR: Final = 3

Advance = Callable[[], None]
Job = tuple[Lab, Submission]


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of one submission, and what each verdict rests on, by notebook and grade id."""

    result: Result
    facts: Mapping[tuple[str, str], Facts | None]


def build_submission(lab: Lab, lang: str | None, answers: Mapping[str, str]) -> Submission:
    """Return the released notebooks of a language with these answers in them, as if a learner had handed them in."""
    notebooks = []
    for master in lab.get_notebooks(lang):
        cells = tuple(
            SubmittedCell(cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("nbgrader", {}).get("grade_id"))
            for cell in fill_notebook(lab, master, answers)["cells"]
        )
        notebooks.append(SubmittedNotebook(master.name, lang, cells))
    return Submission(lab.id, "validate", tuple(notebooks), (), "", 0.0)


class Graders:
    """As many graders of a lab as there are processors. Each starts its processes when it is first needed, and keeps them."""

    def __init__(self, lab: Lab) -> None:
        self._free: LifoQueue[Grader] = LifoQueue()  # the last one used is the first one warm
        self._count = 0
        for core in sorted(os.sched_getaffinity(0)):
            self._free.put(Grader(lab, core=core))
            self._count += 1

    def __enter__(self) -> "Graders":
        return self

    def __exit__(self, *exception: object) -> None:
        for _ in range(self._count):
            self._free.get().close()

    def grade_all(self, jobs: Sequence[Job], advance: Advance = lambda: None) -> Iterator[Trial]:
        """Yield the trials in order. Each grader works in a thread that waits for it.

        The jobs may be of several variants of the lab: a grader's processes depend on what a lab imports, and serve all of them.
        """
        with ThreadPoolExecutor(self._count) as pool:
            for trial in pool.map(self._grade, jobs):
                advance()
                yield trial

    def limit_cpu(self, lab: Lab, model: Submission, result: Result) -> Lab:
        """Return the lab with little processor time for a cell, so that an endless mutant ends soon. `result` is the model solution's.

        What a test computes by itself counts against the same limit and is in no result, so the model solution tries half of it first.
        """
        seconds = max(_LEAST_CPU_SECONDS, _CPU_FACTOR * result.cpu_seconds)
        while seconds < lab.limits.cpu_seconds:
            (trial,) = self.grade_all([(_replace_cpu(lab, seconds / 2), model)])
            if [cell.status for cell in trial.result.cells] == [cell.status for cell in result.cells]:
                return _replace_cpu(lab, seconds)
            seconds *= 2
        return lab

    def _grade(self, job: Job) -> Trial:
        grader = self._free.get()
        try:
            grader.lab, submission = job
            return Trial(grader.grade(submission), grader.facts)
        finally:
            self._free.put(grader)


def _replace_cpu(lab: Lab, seconds: float) -> Lab:
    return replace(lab, limits=replace(lab.limits, cpu_seconds=seconds))
