"""Where things are, from what a person typed: the tree of submissions, the course around it, the records, the labs."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import PathError
from autograder.labs.find import load_labs, validate_lab_ids
from autograder.labs.model import Lab
from autograder.read import iterate_submissions

Submissions = list[tuple[str, str, Path]]


@dataclass(frozen=True, slots=True)
class Course:
    """A folder of submissions and what goes beside it."""

    root: Path

    @property
    def records(self) -> Path:
        """Where the records are unless a person says otherwise."""
        return (self.root / "records.db").resolve()


def find_course(folder: Path) -> Course:
    """Return the course that a folder belongs to: itself if it holds `submitted/` or its content, the one above if it is `submitted`."""
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


def find_submissions(folder: Path, labs: dict[str, Lab], learners: list[str], only: list[str]) -> tuple[Submissions, Counter[str]]:
    """Return the submissions to grade, and how many there are for labs that nobody knows."""
    found = [entry for entry in iterate_submissions(folder) if not learners or entry[0] in learners]
    present = {learner for learner, _, _ in found}
    for learner in learners:
        if learner not in present:
            raise PathError(f"{folder}: no submission by {learner!r}")
    unknown = Counter(lab for _, lab, path in found if lab not in labs and not only and any(path.glob("*.ipynb")))
    known = [entry for entry in found if entry[1] in labs]
    if not known and not unknown:
        raise PathError(f"{folder}: no submissions here; the layout is submitted/<learner>/<lab>/<notebook>.ipynb")
    return known, unknown
