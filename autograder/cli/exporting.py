"""`autograder feedback` and `autograder export`: from the records to what people and nbgrader read."""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.cohort import ClassOption, Cohort, RosterOption, RulesOption, find_cohort
from autograder.cli.grading import CourseOption, LabOption, LabsOption, LearnerOption, RecordsOption, SourceArgument, ZipNamesOption
from autograder.cli.paths import choose_labs, find_course, find_labs
from autograder.cli.progress import Progress
from autograder.errors import PathError, RecordsError
from autograder.files import validate_file_name
from autograder.labs.model import Lab
from autograder.results import Result
from autograder.sources.open import Source, open_source
from autograder.sources.place import Place, compute_hash, read_place

if TYPE_CHECKING:
    from autograder.cohort.marks import Mark
    from autograder.nbgrader.submissions import GradebookEntry
    from autograder.records.decisions import Request


def feedback(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that was graded.")],
    classes: ClassOption = None,
    lab: LabOption = None,
    learner: LearnerOption = None,
    labs: LabsOption = None,
    course: CourseOption = None,
    records: RecordsOption = None,
    roster: RosterOption = None,
    rules: RulesOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where the pages go. Default: feedback beside `submitted`.")] = None,
    zipped: Annotated[bool, typer.Option("--zip", help="Also write a zip for each class, for upload.")] = False,
) -> None:
    """Write a page for each learner and lab: what was right, what went wrong, and a hint. Nothing of the hidden tests is in it.

    What people decided and said is in it as well, and what the rules in cohort.toml make of it: penalties, and which attempt counts.
    """
    from autograder.cohort.marks import iterate_marks
    from autograder.feedback import write_feedback, write_index
    from autograder.feedback.zips import write_zips
    from autograder.records import Records

    everything = find_labs(labs, course, [])
    known = choose_labs(everything, lab or [])
    cohort = find_cohort(folder, everything, roster, rules, classes, learner)
    target = out or cohort.course.root / "feedback"
    place = records or cohort.course.records
    results = _load_results(place, known, list(cohort.learners))
    with Records(place) as store:
        decided = store.decisions.get(list(known), cohort.learners)
        marks = iterate_marks(store, list(known), cohort.rules, cohort.roster, cohort.learners)
        by_key = {(mark.lab, mark.learner): mark for mark in marks}
        asked: dict[tuple[str, str], list[Request]] = defaultdict(list)
        for request in store.decisions.get_requests():
            asked[request.lab, request.learner].append(request)
    with Progress("writing feedback", len(results)) as progress:
        for result in results:
            key = (result.lab, result.learner)
            write_feedback(target, known[result.lab], result, by_key.get(key), decided.get(key), asked[key])
            progress.advance()
    print(write_index(target, known, results))
    for path in write_zips(target, cohort.roster, {result.learner for result in results}) if zipped else ():
        print(path)


def export(
    source: SourceArgument,
    classes: ClassOption = None,
    lab: LabOption = None,
    learner: LearnerOption = None,
    labs: LabsOption = None,
    course: CourseOption = None,
    records: RecordsOption = None,
    roster: RosterOption = None,
    rules: RulesOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Where everything goes. Default: beside `submitted`; with --class in classes/CLASS there.")
    ] = None,
    with_hidden: Annotated[bool, typer.Option("--with-hidden", help="Keep the hidden tests in: for instructors' eyes only.")] = False,
    zip_names: ZipNamesOption = None,
) -> None:
    """Write scores.csv, autograded/ and nbgrader's gradebook.db, for spreadsheets, formgrader and `nbgrader export`.

    Scores come from the records. Notebooks are read again where they were graded, so name the same folder, zip or list; what is not there
    any more, or not as it was, is left out of autograded/ and said.

    formgrader is made for some hundred learners: with --class each class of the roster gets a folder of its own. A gradebook that is there
    already is updated: manual scores, extra credit and comments in it stay as they are. What people decided elsewhere, and the penalties by
    cohort.toml, are in it; autograder import takes back what is entered there.
    """
    everything = find_labs(labs, course, [])
    known = choose_labs(everything, lab or [])
    cohort = find_cohort(source, everything, roster, rules, None, learner)
    place = records or cohort.course.records
    with open_source(source, zip_names) as opened:
        if not classes:
            _export(opened, out or cohort.course.root, cohort, known, place, with_hidden)
        for name in classes or []:
            one = find_cohort(source, everything, roster, rules, [name], learner)
            base = out or cohort.course.root / "classes"
            _export(opened, base / validate_file_name(name), one, known, place, with_hidden)


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that was graded.")],
    classes: ClassOption = None,
    lab: LabOption = None,
    learner: LearnerOption = None,
    labs: LabsOption = None,
    course: CourseOption = None,
    records: RecordsOption = None,
    roster: RosterOption = None,
    rules: RulesOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where the page goes. Default: report.html beside `submitted`.")] = None,
    lang: Annotated[str, typer.Option("--lang", help="The language of the page: en or zh.")] = "en",
) -> None:
    """Write one page about a cohort: distribution, progress by class, which tests tell learners apart, what goes wrong, who needs a person.

    The page holds all that it shows, opens without a network and prints. Every number that counts learners leads to them, and from there to
    their feedback, if autograder feedback wrote it. What autograder compare found stands there too. Make one for each class (--class)
    where a programme has many thousands.
    """
    from autograder.cohort.marks import iterate_marks
    from autograder.cohort.tasks import iterate_tasks
    from autograder.compare.clusters import read_groups
    from autograder.records import Records
    from autograder.report import build_report, write_report
    from autograder.report.words import WORDS

    if lang not in WORDS:
        raise PathError(f"--lang {lang!r}: the report is written in {' and '.join(WORDS)}")
    everything = find_labs(labs, course, [])
    known = choose_labs(everything, lab or [])
    cohort = find_cohort(folder, everything, roster, rules, classes, learner)
    with Records(records or cohort.course.records) as store:
        marks = list(iterate_marks(store, list(known), cohort.rules, cohort.roster, cohort.learners))
        asked = [one for one in store.decisions.get_requests("open") if one.lab in known and cohort.has(one.learner)]
    if not marks:
        raise RecordsError(f"{store.name}: nothing is recorded here for {', '.join(known)}; run autograder grade first")
    root = cohort.course.root
    alike = {name: groups for name in known if (groups := read_groups(root / f"compared-{name}.json"))}
    page = build_report(marks, iterate_tasks(marks, asked), list(known), cohort.roster, cohort.learners, alike)
    print(write_report(out or root / "report.html", page, known, lang, root))


def import_(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that was graded.")],
    gradebook: Annotated[list[Path], typer.Argument(metavar="GRADEBOOK...", help="nbgrader's gradebook.db, of a class or of all.")],
    lab: LabOption = None,
    labs: LabsOption = None,
    course: CourseOption = None,
    records: RecordsOption = None,
) -> None:
    """Take back what people entered in formgrader: manual scores, extra credit and comments.

    They are recorded as decisions, which survive a regrading and a new export. Only what changed in the gradebook since the last import is
    taken, so a decision that was made elsewhere meanwhile stays. A gradebook of another course, or a score above the maximum, is refused,
    and then nothing of any of the gradebooks is taken.
    """
    import time

    from autograder.nbgrader.manual import FORMGRADER, read_learners, read_manual
    from autograder.records import Records

    known = find_labs(labs, course, lab or [])
    learners = sorted({learner for path in gradebook for learner in read_learners(path)})
    with Records(records or find_course(folder).records) as store:
        recorded = store.iterate_attempts(list(known), learners) if learners else ()
        attempts = {(each[-1].lab, each[-1].learner): each[-1].content_hash for each in recorded}
        entered = time.time()
        shown = [decision for path in gradebook for decision in read_manual(path, known, attempts, entered)]
        count = store.decisions.merge(FORMGRADER, shown)
    print(f"{count} decision(s) taken from {', '.join(map(str, gradebook))}" if count else "nothing new")


def _export(source: Source, target: Path, cohort: Cohort, labs: dict[str, Lab], place: str | Path, with_hidden: bool) -> None:
    """Write the three exports of some learners."""
    from autograder.cohort.marks import iterate_marks
    from autograder.export import write_scores_csv
    from autograder.nbgrader.gradebook import export_gradebook
    from autograder.nbgrader.manual import FORMGRADER
    from autograder.records import Records

    chosen = (list(labs), cohort.learners)
    with Records(place) as store:
        marks = list(iterate_marks(store, list(labs), cohort.rules, cohort.roster, cohort.learners))
        results = store.get_results([mark.result.key for mark in marks])
        decided, shown = store.decisions.get(*chosen), store.decisions.get(*chosen, FORMGRADER)
    if not results:
        raise RecordsError(f"{store.name}: nothing is recorded here for {', '.join(labs)}; run autograder grade first")
    penalties = {(mark.lab, mark.learner): _get_penalty(mark, cohort) for mark in marks}
    target.mkdir(parents=True, exist_ok=True)
    write_scores_csv(target / "scores.csv", results)
    with Progress("exporting", len(results)) as progress:
        written = _write_autograded(source, target / "autograded", labs, results, with_hidden, progress.advance)
        entries = (
            replace(entry, decided=decided.get(key, {}), shown=shown.get(key, {}), penalty=penalties[key])
            for entry in written
            for key in [(entry.result.lab, entry.result.learner)]
        )
        export_gradebook(target / "gradebook.db", labs, entries, with_hidden=with_hidden)
    for name in ("scores.csv", "autograded", "gradebook.db"):
        print(target / name)


def _get_penalty(mark: "Mark", cohort: Cohort) -> float | None:
    """Return what the rules take off for lateness: all the points where the lab was closed, None where nothing was ever due."""
    class_name = cohort.roster.people[mark.learner].class_name if cohort.roster and mark.learner in cohort.roster.people else ""
    if cohort.rules.get_rule(mark.lab, mark.learner, class_name).due is None:
        return None
    return mark.result.score or 0.0 if mark.status == "closed" else mark.penalty


def _load_results(place: str | Path, labs: dict[str, Lab], learners: list[str]) -> list[Result]:
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
