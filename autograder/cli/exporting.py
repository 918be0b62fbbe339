"""`autograder feedback` and `autograder export`: from the records to what people and nbgrader read."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.grading import CourseOption, LabOption, LabsOption, LearnerOption, RecordsOption, SourceArgument, ZipNamesOption
from autograder.cli.paths import Course, find_course, find_labs
from autograder.cli.progress import Progress
from autograder.labs.model import Lab
from autograder.results import Result
from autograder.sources.open import Source, open_source
from autograder.sources.place import Place, compute_hash, read_place

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
    source: SourceArgument,
    lab: LabOption = None,
    learner: LearnerOption = None,
    labs: LabsOption = None,
    course: CourseOption = None,
    records: RecordsOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where everything goes. Default: beside `submitted`.")] = None,
    with_hidden: Annotated[bool, typer.Option("--with-hidden", help="Keep the hidden tests in: for instructors' eyes only.")] = False,
    zip_names: ZipNamesOption = None,
) -> None:
    """Write scores.csv, autograded/ and nbgrader's gradebook.db, for spreadsheets, formgrader and `nbgrader export`.

    Scores come from the records. Notebooks are read again where they were graded, so name the same folder, zip or list; what is not there
    any more, or not as it was, is left out of autograded/ and said.

    A gradebook that is there already is updated: manual scores, extra credit and comments in it stay as they are.
    """
    from autograder.export import write_scores_csv
    from autograder.nbgrader.gradebook import export_gradebook

    with open_source(source, zip_names) as opened:
        place = Course(opened.root)
        target = out or place.root
        known = find_labs(labs, course, lab or [])
        results = _load_results(records or place.records, known, learner or [])
        target.mkdir(parents=True, exist_ok=True)
        write_scores_csv(target / "scores.csv", results)
        with Progress("exporting", len(results)) as progress:
            entries = _write_autograded(opened, target / "autograded", known, results, with_hidden, progress.advance)
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
    source: Source, target: Path, labs: dict[str, Lab], results: list[Result], with_hidden: bool, advance: Callable[[], None]
) -> Iterator["GradebookEntry"]:
    """Write the graded notebooks, and yield each result for the gradebook. What is not there as it was graded is told and left out."""
    from autograder.nbgrader.autograded import write_autograded
    from autograder.nbgrader.submissions import GradebookEntry

    places = _find_places(source, results)
    absent = 0
    for result in results:
        found = places.get((result.learner, result.lab), [])
        graded = next((place for place in found if compute_hash(place) == result.content_hash), None)
        if graded is None:
            absent += not found
            for place in found:
                print(f"{place}: not what was graded; its notebooks are left out of autograded/, grade it again", file=sys.stderr)
            yield GradebookEntry(result)
        else:
            submission = read_place(graded, labs[result.lab], result.learner)
            untouched = write_autograded(target, labs[result.lab], submission, result, with_hidden=with_hidden)
            yield GradebookEntry(result, untouched)
        advance()
    if absent:
        words = "submission(s) of the records are not here, and their notebooks are left out of autograded/"
        print(f"{source.name}: {absent:,} {words}; name the folder, zip or list that was graded", file=sys.stderr)


def _find_places(source: Source, results: list[Result]) -> dict[tuple[str, str], list[Place]]:
    """Return where the submissions of these results lie, by learner and lab; a list may name several for one."""
    places: dict[tuple[str, str], list[Place]] = {}
    wanted = {(result.learner, result.lab) for result in results}
    for each in source.iterate():
        if not isinstance(each, str) and each[:2] in wanted:
            places.setdefault(each[:2], []).append(each[2])
    return places
