"""`autograder collect`: from what Moodle, Canvas, nbgrader or a folder hold to `submitted/<learner>/<lab>/`."""

import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from autograder.cli.cohort import RosterOption, find_cohort
from autograder.cli.grading import CourseOption, LabOption, LabsOption, ZipNamesOption
from autograder.cli.paths import find_labs
from autograder.cli.progress import Progress
from autograder.errors import PathError
from autograder.export import disarm
from autograder.files import write_atomically

if TYPE_CHECKING:
    from datetime import tzinfo

    from autograder.collect.files import File
    from autograder.collect.gather import Attempt, Gathered, Unplaced
    from autograder.lms.people import Claim

_MOST_SHOWN: Final = 100
_COLUMNS: Final = ("where", "reason", "step", "learner", "lab")
_OUTCOMES: Final = {
    "new": "new",
    "newer": "in place of an older one",
    "same": "there already",
    "older": "older than what is there, left out",
    "clash": "as new as what is there and different, left out",
}


def collect(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the course: everything goes into DIR/submitted.")],
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE...",
            help="Zips as Moodle and Canvas give them, nbgrader's exchange folder, folders of downloads, single notebooks; and Moodle's "
            "grading worksheets (.csv), which say whose a download is and when it came.",
        ),
    ],
    lab: LabOption = None,
    labs: LabsOption = None,
    course: CourseOption = None,
    roster: RosterOption = None,
    arrived: Annotated[
        datetime | None,
        typer.Option(
            "--arrived",
            metavar="TIME",
            formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
            help="When files count as having come that Moodle or Canvas do not date, at the latest: for instance, when the lab was due. "
            "In the timezone of cohort.toml.",
        ),
    ] = None,
    zip_names: ZipNamesOption = None,
    unplaced: Annotated[Path | None, typer.Option("--unplaced", help="Also write what could not be placed into this CSV file.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object for each submission, and for all that could not be placed.")
    ] = False,
) -> None:
    """Take what learners handed in elsewhere, and lay it out for grading: submitted/<learner>/<lab>/<notebook>.ipynb.

    Learners are found in roster.csv, by number, address or name; nobody is guessed between two of one name. A lab is recognised by what is
    written inside the notebook, also if the file was renamed, else by its name. What cannot be placed is listed, with what to do about it.

    Of several attempts the newest is kept; if the best or the first is to count, grade between two collections, for records keep them all.
    An older one never takes the place of a newer one, and doing it twice changes nothing. Moodle
    and Canvas do not say in a zip when a file was handed in: where lateness counts, give Moodle's grading worksheet along, or --arrived.
    """
    from autograder.collect.files import open_files
    from autograder.collect.gather import Known, gather
    from autograder.collect.keep import lock
    from autograder.collect.labs import index_labs
    from autograder.lms.people import index_people

    if not folder.is_dir():
        raise PathError(f"{folder}: no such folder; make it, and put roster.csv there")
    everything = find_labs(labs, course, [])
    wanted = frozenset(find_labs(labs, course, lab or []))
    cohort = find_cohort(folder, everything, roster, None, None, None)
    zone = cohort.rules.zone
    worksheets = [path for path in sources if path.suffix.lower() == ".csv"]
    received = arrived.replace(tzinfo=zone).timestamp() if arrived else None
    index = index_labs(everything if course is None else {name: everything[name] for name in wanted})
    participants = _read_worksheets(worksheets, zone)
    known = Known(index, wanted, index_people(cohort.roster), cohort.roster is not None, participants, received)
    tree = cohort.course.root / "submitted"
    if tree.is_symlink():
        raise PathError(f"{tree}: a link, which leads elsewhere; nothing is written through it")
    with open_files([path for path in sources if path not in worksheets], zip_names) as opened:
        files = list(opened)
        tree.mkdir(exist_ok=True)
        with lock(tree):
            with Progress("reading", len(files)) as progress:
                gathered = gather(_count(files, progress), known)
            done = _keep_all(tree, gathered)
    if unplaced is not None:
        _write_unplaced(unplaced, gathered.unplaced)
    if as_json:
        _print_json(done, gathered)
    else:
        _print(done, gathered, unplaced)
        print(f"next: autograder grade {folder}", file=sys.stderr)


def _read_worksheets(paths: list[Path], zone: "tzinfo") -> "dict[str, tuple[Claim, float | None]]":
    """Return what Moodle's worksheets say of participants, by number."""
    from autograder.lms.table import read_table
    from autograder.lms.worksheet import find_worksheet_columns, iterate_participants, read_time

    found = {}
    for path in paths:
        table = read_table(path)
        columns = find_worksheet_columns(table)
        if not columns:
            raise PathError(f"{path}: no grading worksheet of Moodle; its columns are {', '.join(table.get_heads()[:8])}")
        for each in iterate_participants(table, columns):
            found[each.number] = (each.claim, read_time(each.modified, zone))
    return found


def _count(files: "list[File]", progress: Progress) -> "Iterator[File]":
    for file in files:
        yield file
        progress.advance()


def _keep_all(tree: Path, gathered: "Gathered") -> "list[tuple[Attempt, str]]":
    """Write all submissions; what the disk refuses is told as unplaced, and the next one is written."""
    from autograder.collect.gather import Unplaced
    from autograder.collect.keep import keep

    done: list[tuple[Attempt, str]] = []
    with Progress("collecting", len(gathered.attempts)) as progress:
        for attempt in gathered.attempts:
            try:
                outcome = keep(tree, attempt)
            except PathError as error:
                gathered.unplaced.append(Unplaced(_show(attempt), str(error), "mend it, and collect again", attempt.learner, attempt.lab))
            else:
                done.append((attempt, outcome))
                if outcome == "clash":
                    reason, step = "something else with the same time is there already", f"if this one counts, remove {_show_kept(attempt)}"
                    gathered.unplaced.append(Unplaced(_show(attempt), reason, step, attempt.learner, attempt.lab))
            progress.advance()
    return done


def _show(attempt: "Attempt") -> str:
    from autograder.collect.files import show_path

    return show_path(attempt.pieces[0].file)


def _show_kept(attempt: "Attempt") -> str:
    return f"submitted/{attempt.learner}/{attempt.lab}"


def _write_unplaced(path: Path, unplaced: "list[Unplaced]") -> None:
    """Write the list as a table that a spreadsheet opens, and runs nothing of."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows([disarm(getattr(each, column)) for column in _COLUMNS] for each in unplaced)
    write_atomically(path, text.getvalue().encode("utf-8-sig", "backslashreplace"))


def _print_json(done: "list[tuple[Attempt, str]]", gathered: "Gathered") -> None:
    lines: list[dict[str, Any]] = [
        {
            "learner": attempt.learner,
            "lab": attempt.lab,
            "outcome": outcome,
            "from": _show(attempt),
            "arrived": attempt.arrived,
            "dated": all(piece.is_dated for piece in attempt.pieces),
            "late": any(piece.origin.is_late for piece in attempt.pieces),
            "earlier": attempt.earlier,
        }
        for attempt, outcome in done
    ]
    lines += [{"unplaced": asdict(each)} for each in gathered.unplaced]
    for line in lines:
        print(json.dumps(line, ensure_ascii=False))


def _print(done: "list[tuple[Attempt, str]]", gathered: "Gathered", listed: Path | None) -> None:
    """Print the counts on standard output, and on standard error what needs a person."""
    counts = Counter(outcome for _, outcome in done)
    parts = ", ".join(f"{counts[outcome]:,} {words}" for outcome, words in _OUTCOMES.items() if counts[outcome])
    print(f"{len(done):,} submission(s){': ' if parts else ''}{parts}")
    if earlier := sum(attempt.earlier for attempt, _ in done):
        print(f"{earlier:,} earlier attempt(s) were left out: the newest of each learner counts")
    if gathered.others:
        print(f"{gathered.others:,} notebook(s) of other labs were left out (--lab)")
    late = [attempt for attempt, _ in done if any(piece.origin.is_late for piece in attempt.pieces)]
    if late:
        names = ", ".join(f"{attempt.learner} ({attempt.lab})" for attempt in late[:20])
        print(f"{len(late):,} that Canvas calls late, and does not say by how much: {names}{' …' if len(late) > 20 else ''}")
    if undated := sum(not all(piece.is_dated for piece in attempt.pieces) for attempt, _ in done):
        words = (
            "have the time of the download, not of handing in; if lateness counts, give Moodle's grading worksheet along or say --arrived"
        )
        print(f"{undated:,} submission(s) {words}")
    for each in gathered.unplaced[:_MOST_SHOWN]:
        print(f"not placed: {each.where}: {each.reason}; {each.step}", file=sys.stderr)
    if len(gathered.unplaced) > _MOST_SHOWN:
        more = len(gathered.unplaced) - _MOST_SHOWN
        print(f"not placed: {more:,} more; --json or --unplaced FILE list all of them", file=sys.stderr)
    if gathered.unplaced:
        print(f"{len(gathered.unplaced):,} file(s) could not be placed{f': {listed}' if listed else ''}")
