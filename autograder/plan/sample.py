"""A cohort's submissions, drawn from a seed: a lab's own solution, its other answers and its mistakes, each under other names.

No two are equal, so nothing that a grader might remember of one helps with another.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.files import write_atomically
from autograder.labs.model import Lab
from autograder.labs.source import load_solutions
from autograder.plan.rename import rename_locals
from autograder.release import fill_notebook

_RIGHT: Final = 3
"""How many of four hand in a right solution; the rest makes one of the lab's mistakes. A wish, not a statistic: plans state it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One learner's work: the lab, the kind of work (for people), the language, and the answers by grade id."""

    learner: str
    lab: str
    kind: str
    lang: str | None
    answers: dict[str, str]


def draw_samples(lab: Lab, folder: Path, count: int, seed: int) -> Iterator[Sample]:
    """Yield `count` learners' work on a lab whose source, with answers and mistakes, lies in `folder`."""
    right = [("model", {}), *((f"answer {path.stem}", load_solutions(path)) for path in sorted((folder / "answers").glob("*.py")))]
    wrong = [(f"mistake {path.stem}", load_solutions(path)) for path in sorted((folder / "mistakes").glob("*.py"))]
    for number in range(count):
        draw = random.Random(f"{seed}/{lab.id}/{number}")
        kind, changed = draw.choice(right if draw.randrange(4) < _RIGHT or not wrong else wrong)
        lang = draw.choice(lab.languages)
        yield _build_sample(lab, f"learner-{number:06}", kind, lang, changed, str(draw.random()))


def _build_sample(lab: Lab, learner: str, kind: str, lang: str | None, changed: dict[str, str], seed: str) -> Sample:
    """Return the lab's solution with some answers changed, and everything under names of its own."""
    cells = [cell for master in lab.get_notebooks(lang) for cell in master.cells]
    model = {cell.grade_id: cell.source for cell in cells if cell.solution and cell.kind == "code" and cell.grade_id}
    answers = {**model, **changed}
    renamed = {name: f"{rename_locals(source, seed + name)}\n# {learner}, {seed}" for name, source in answers.items()}
    return Sample(learner, lab.id, kind, lang, renamed)


def write_sample(sample: Sample, lab: Lab, submitted: Path) -> Path:
    """Hand in a learner's work below `submitted`, and return its folder."""
    folder = submitted / sample.learner / lab.id
    for master in lab.get_notebooks(sample.lang):
        content = json.dumps(fill_notebook(lab, master, sample.answers), ensure_ascii=False)
        write_atomically(folder / f"{master.name}.ipynb", content.encode())
    return folder
