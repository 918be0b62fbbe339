"""What the commands about a cohort share: where roster and rules are, and whom a command is about."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.paths import Course, find_course
from autograder.cohort.roster import Roster, read_roster
from autograder.cohort.rules import Rules, read_rules
from autograder.errors import PathError, RosterError
from autograder.labs.model import Lab

ClassOption = Annotated[list[str] | None, typer.Option("--class", help="Only this class of the roster; may be given several times.")]
RosterOption = Annotated[
    Path | None, typer.Option("--roster", help="Who learns in which class, as CSV. Default: roster.csv beside submitted, if it is there.")
]
RulesOption = Annotated[
    Path | None,
    typer.Option("--rules", help="When labs are due and which attempt counts. Default: cohort.toml beside submitted, if it is there."),
]


@dataclass(frozen=True, slots=True)
class Cohort:
    """A course, its roster if there is one, its rules, and the learners whom a command is about; empty: all."""

    course: Course
    roster: Roster | None
    rules: Rules
    learners: tuple[str, ...]

    def has(self, learner: str) -> bool:
        """Answer whether a command is about a learner."""
        return not self.learners or learner in self.learners


def find_cohort(
    folder: Path, known: dict[str, Lab], roster: Path | None, rules: Path | None, classes: list[str] | None, learners: list[str] | None
) -> Cohort:
    """Return the cohort of a folder. Raises `PathError` or `RosterError` if what a person named is not there."""
    course = find_course(folder)
    place = roster or course.root / "roster.csv"
    found = read_roster(place) if roster or place.is_file() else None
    if rules is not None and not rules.is_file():
        raise PathError(f"{rules}: no such file")
    if classes and found is None:
        raise RosterError(f"{place}: no such file, and --class needs a roster: a CSV file with the columns learner and class")
    chosen = [name for each in classes or [] for name in found.get_class(each)] if found else []
    if learners and classes:
        chosen = [name for name in chosen if name in learners]
        if not chosen:
            raise RosterError(f"{place}: {', '.join(learners)}: not in {', '.join(classes)}")
    everyone = tuple(chosen or learners or ())
    return Cohort(course, found, read_rules(rules or course.root / "cohort.toml", list(known)), everyone)
