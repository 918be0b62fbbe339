"""`autograder grade`: submissions in, records out."""

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.paths import find_course, find_labs, find_submissions
from autograder.cli.progress import Progress
from autograder.results import Result

LabsOption = Annotated[
    Path | None, typer.Option("--labs", help="A folder of labs, or one lab. Default: the folder `labs` here or in a folder above.")
]
LabOption = Annotated[list[str] | None, typer.Option("--lab", help="Only this lab; may be given several times.")]
LearnerOption = Annotated[list[str] | None, typer.Option("--learner", help="Only this learner; may be given several times.")]
RecordsOption = Annotated[
    str | None,
    typer.Option(
        "--records",
        metavar="URL",
        help="The records: sqlite:///FILE or postgresql://USER@HOST/DATABASE, whose password belongs into ~/.pgpass or PGPASSWORD. "
        "Default: SQLite in records.db beside what is graded.",
    ),
]
CourseOption = Annotated[
    Path | None,
    typer.Option(
        "--course", help="A foreign nbgrader course (a folder with source/ and gradebook.db): its assignments instead of our labs."
    ),
]


def grade(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="nbgrader's layout: DIR/submitted/<learner>/<lab>/, or what is in it.")],
    lab: LabOption = None,
    learner: LearnerOption = None,
    labs: LabsOption = None,
    course: CourseOption = None,
    records: RecordsOption = None,
    workers: Annotated[int, typer.Option(min=0, help="How many at once; 0: one for each processor.")] = 0,
    again: Annotated[bool, typer.Option("--again", help="Grade also what is already recorded.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each submission on standard output.")] = False,
    unsafe_local: Annotated[
        bool,
        typer.Option(
            "--unsafe-local", help="Grade even where the system has no walls (macOS, an old kernel): only code that you would run yourself."
        ),
    ] = False,
) -> None:
    """Grade submissions and record the results.

    What was graded before (same lab version, same content) is not graded again, so the same command resumes an interrupted batch.
    A notebook that is damaged, hostile or endless gets a result like every other; nothing stops the batch.

    Tests run in a process of their own, where nobody can forge a score. A lab that cannot run so says mode = "compat", and its scores are
    marked as forgeable wherever they are shown (see autograder check).

    Learner code runs behind walls: no network, no other program, no file but the lab's and its own, and limits on time, memory and output.
    Which walls stand depends on the machine; autograder doctor tests them. Where there are none, nothing is graded.

    Ends with 0 if every submission has a verdict, with 1 if some need a person (unreadable, or void), with 2 if it could not run.
    """
    from autograder.batch import build_tasks, get_key, grade_batch
    from autograder.records import Records
    from autograder.results import to_public
    from autograder.sandbox.walls import UNSAFE_LOCAL
    from autograder.seeds import read_secret

    if unsafe_local:
        os.environ[UNSAFE_LOCAL] = "1"
    place = find_course(folder)
    known = find_labs(labs, course, lab or [])
    submissions, unknown = find_submissions(folder, known, learner or [], lab or [])
    secret = read_secret()
    counts: Counter[str] = Counter()
    forgeable: Counter[tuple[str, str]] = Counter()

    def show(results: Sequence[Result]) -> None:
        for result in results:
            counts[result.status] += 1
            if result.is_forgeable:
                forgeable[result.lab, "in compat mode" if result.mode == "compat" else "without walls"] += 1
            if result.status == "unreadable":
                print(f"unreadable: {result.learner}/{result.lab}: {_get_reason(result)}", file=sys.stderr)
            if as_json:
                sys.stdout.write(json.dumps(to_public(result), ensure_ascii=False) + "\n")  # in one piece, whatever interrupts
                sys.stdout.flush()

    with Records(records or place.records) as store:
        tasks = list(build_tasks(submissions))
        done = set() if again else store.get_done_keys(list(known))
        recorded = [get_key(task, known) for task in tasks if get_key(task, known) in done]
        show(store.get_results(recorded))
        left = [task for task in tasks if get_key(task, known) not in done]
        with Progress("grading", len(left)) as progress:

            def on_results(results: Sequence[Result]) -> None:
                progress.advance(len(results))
                show(results)

            try:
                grade_batch(left, known, store, on_results, secret, workers)
            except KeyboardInterrupt:
                print("\ninterrupted; what is graded is recorded, and the same command goes on with the rest", file=sys.stderr)
                raise typer.Exit(130) from None
    _summarise(counts, len(recorded), place.root, as_json)
    for (name, how), count in forgeable.items():
        command = "check" if how == "in compat mode" else "doctor"
        print(f"{name}: {count} submission(s) graded {how}; these scores can be forged (autograder {command} tells more)", file=sys.stderr)
    for name, count in unknown.items():
        print(f"error: no lab {name!r}: {count} submission(s) were not graded; there are: {', '.join(known)}", file=sys.stderr)
    if unknown or counts["unreadable"] or counts["void"]:
        raise typer.Exit(1)


def _get_reason(result: Result) -> str:
    return result.findings[0].text if result.findings else "no notebook was found"


def _summarise(counts: Counter[str], recorded: int, root: Path, as_json: bool) -> None:
    parts = [f"{count} {status}" for status, count in sorted(counts.items())]
    line = f"{sum(counts.values())} submissions: {', '.join(parts)}"
    line += f" ({recorded} of them recorded before)" if recorded else ""
    print(line, file=sys.stderr)
    if not as_json:
        print(f"next: autograder feedback {root}   ·   autograder export {root}", file=sys.stderr)
