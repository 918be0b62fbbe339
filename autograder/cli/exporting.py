"""`autograder feedback` and `autograder export`: from the records to what people and nbgrader read."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.grading import CourseOption, LabOption, LabsOption, LearnerOption, RecordsOption
from autograder.cli.paths import find_course, find_labs
from autograder.cli.progress import Progress
from autograder.labs.model import Lab
from autograder.results import Result

if TYPE_CHECKING:
    from autograder.nbgrader.submissions import GradebookEntry


def feedback(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that was graded.")],
    lab: LabOption = None,
    learner: LearnerOption = None,
    labs: LabsOption = None,
    course: CourseOption = None,
    records: RecordsOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where the pages go. Default: feedback beside `submitted`.")] = None,
) -> None:
    """Write a page for each learner and lab: what was right, what went wrong, and a hint. Nothing of the hidden tests is in it."""
    from autograder.feedback import write_feedback, write_index

    place = find_course(folder)
    target = out or place.root / "feedback"
    known = find_labs(labs, course, lab or [])
    results = _load_results(records or place.records, known, learner or [])
    with Progress("writing feedback", len(results)) as progress:
        for result in results:
            write_feedback(target, known[result.lab], result)
            progress.advance()
    print(write_index(target, known, results))


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that was graded.")],
    lab: LabOption = None,
    learner: LearnerOption = None,
    labs: LabsOption = None,
    course: CourseOption = None,
    records: RecordsOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where everything goes. Default: beside `submitted`.")] = None,
    with_hidden: Annotated[bool, typer.Option("--with-hidden", help="Keep the hidden tests in: for instructors' eyes only.")] = False,
) -> None:
    """Write scores.csv, autograded/ and nbgrader's gradebook.db, for spreadsheets, formgrader and `nbgrader export`.

    A gradebook that is there already is updated: manual scores, extra credit and comments in it stay as they are.
    """
    from autograder.export import write_scores_csv
    from autograder.nbgrader.gradebook import export_gradebook

    place = find_course(folder)
    target = out or place.root
    known = find_labs(labs, course, lab or [])
    results = _load_results(records or place.records, known, learner or [])
    target.mkdir(parents=True, exist_ok=True)
    write_scores_csv(target / "scores.csv", results)
    with Progress("exporting", len(results)) as progress:
        entries = _write_autograded(folder, target / "autograded", known, results, with_hidden, progress.advance)
        export_gradebook(target / "gradebook.db", known, entries, with_hidden=with_hidden)
    for name in ("scores.csv", "autograded", "gradebook.db"):
        print(target / name)


def _load_results(place: str | Path, labs: dict[str, Lab], learners: list[str]) -> list[Result]:
    from autograder.errors import RecordsError
    from autograder.records import Records

    with Records(place) as store:
        results = list(store.iterate_latest(list(labs), learners))
    if not results:
        raise RecordsError(f"{store.name}: nothing is recorded here for {', '.join(labs)}; run autograder grade first")
    return results


def _write_autograded(
    folder: Path, target: Path, labs: dict[str, Lab], results: list[Result], with_hidden: bool, advance: Callable[[], None]
) -> Iterator["GradebookEntry"]:
    """Write the graded notebooks, and yield each result for the gradebook. What changed since it was graded is named and left out."""
    from autograder.nbgrader.autograded import write_autograded
    from autograder.nbgrader.submissions import GradebookEntry
    from autograder.read import compute_content_hash, read_submission

    tree = folder / "submitted" if (folder / "submitted").is_dir() else folder
    for result in results:
        source = tree / result.learner / result.lab
        if not source.is_dir() or compute_content_hash(source) != result.content_hash:
            print(f"{source}: not what was graded; its notebooks are left out of autograded/, grade it again", file=sys.stderr)
            yield GradebookEntry(result)
        else:
            submission = read_submission(source, labs[result.lab], result.learner)
            untouched = write_autograded(target, labs[result.lab], submission, result, with_hidden=with_hidden)
            yield GradebookEntry(result, untouched)
        advance()
