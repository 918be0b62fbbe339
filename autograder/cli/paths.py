"""Where things are, from what a person typed: the submissions, the course around them, the records, the labs."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.errors import PathError
from autograder.labs.find import load_labs, validate_lab_ids
from autograder.labs.model import Lab
from autograder.sources.open import STANDARD_INPUT, Entry, Source
from autograder.sources.place import Place, has_work

_MOST_UNKNOWN: Final = 100
"""How many labs that nobody knows are named; a list may invent as many as it has lines."""


@dataclass(frozen=True, slots=True)
class Course:
    """A folder of submissions and what goes beside it."""

    root: Path

    @property
    def records(self) -> Path:
        """Where the records are unless a person says otherwise."""
        return (self.root / "records.db").resolve()


def find_course(folder: Path) -> Course:
    """Return the course that a folder belongs to: itself if it holds `submitted/` or its content, the one above if it is `submitted`.

    What was graded from a zip or a list belongs to the folder that the file is in; from standard input, to the current one.
    """
    if folder == STANDARD_INPUT:
        return Course(Path())
    if folder.is_file():
        return Course(folder.parent)
    if not folder.is_dir():
        raise PathError(f"{folder}: no such folder; name a folder with submissions, laid out as submitted/<learner>/<lab>/<notebook>.ipynb")
    return Course(folder.resolve().parent if folder.resolve().name == "submitted" else folder)


def find_labs(labs: Path | None, course: Path | None, only: list[str]) -> dict[str, Lab]:
    """Return the labs to grade with: our own, or the assignments of a foreign nbgrader course."""
    if course is None:
        return load_labs(labs, only)
    from autograder.labs.course import load_course

    known = load_course(course)
    validate_lab_ids(only, known)
    return {name: lab for name, lab in known.items() if not only or name in only}


@dataclass(frozen=True, slots=True)
class Submissions:
    """What there is to grade. It is read twice: once to count it, and once, submission by submission, to grade it; it is never held."""

    source: Source
    labs: dict[str, Lab]
    learners: tuple[str, ...]
    total: int
    first: Place | None
    unknown: Counter[str]

    def iterate(self, on_refused: Callable[[str], None]) -> Iterator[Entry]:
        """Yield (learner, lab id, where it lies), and tell of what is refused."""
        for each in self.source.iterate():
            if isinstance(each, str):
                on_refused(each)
            elif each[1] in self.labs and (not self.learners or each[0] in self.learners):
                yield each


def choose_labs(known: dict[str, Lab], only: list[str]) -> dict[str, Lab]:
    """Return the labs that a command is about, of all that there are; an empty list means all. An unknown one is named."""
    validate_lab_ids(only, known)
    return {name: lab for name, lab in known.items() if not only or name in only}


def find_submissions(source: Source, labs: dict[str, Lab], learners: list[str], only: list[str]) -> Submissions:
    """Return the submissions to grade, and how many there are for labs that nobody knows."""
    total = refused = 0
    first = None
    missing, unknown = dict.fromkeys(learners), Counter[str]()
    for each in source.iterate():
        if isinstance(each, str):
            refused += 1
            continue
        learner, lab, place = each
        if learners and learner not in learners:
            continue
        missing.pop(learner, None)
        if lab in labs:
            total += 1
            first = first or place
        elif not only and has_work(place):
            unknown[lab if lab in unknown or len(unknown) < _MOST_UNKNOWN else "… (others)"] += 1
    for learner in missing:
        raise PathError(f"{source.name}: no submission by {learner!r}")
    if not (total or unknown or refused):
        raise PathError(f"{source.name}: no submissions here; the layout is {source.layout}")
    return Submissions(source, labs, tuple(learners), total, first, unknown)
