"""`autograder grade`: submissions in, records out."""

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from autograder.cli.interrupt import stopping
from autograder.cli.paths import Course, Submissions, find_labs, find_submissions
from autograder.cli.progress import Progress
from autograder.errors import PathError
from autograder.labs.model import Mode
from autograder.results import Result, is_forgeable, list_failures, to_public
from autograder.sources.names import Encoding
from autograder.sources.open import open_source

if TYPE_CHECKING:
    from autograder.crews import Crew
    from autograder.records import Outline, Records

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

SourceArgument = Annotated[
    Path,
    typer.Argument(
        metavar="SOURCE",
        help="A folder in nbgrader's layout: SOURCE/submitted/<learner>/<lab>/, or what is in it. A zip of it. "
        "A list (.csv or .txt, or - for standard input) with learner,lab,path on each line.",
    ),
]
ZipNamesOption = Annotated[
    Encoding | None,
    typer.Option(
        "--zip-names",
        help="What names in the zip are written in that are not marked as UTF-8: gbk for most zips that were made on Chinese Windows.",
    ),
]

_MOST_REFUSED: Final = 100
"""How many refused lines and members are printed for a person; the rest is counted."""
_TLS: Final = "DASK_DISTRIBUTED__COMM__TLS__"
_CA, _CERT, _KEY = f"{_TLS}CA_FILE", f"{_TLS}CLIENT__CERT", f"{_TLS}CLIENT__KEY"


def grade(
    source: SourceArgument,
    lab: LabOption = None,
    learner: LearnerOption = None,
    labs: LabsOption = None,
    course: CourseOption = None,
    records: RecordsOption = None,
    workers: Annotated[
        int | None, typer.Option(min=0, help="How many at once on this machine; 0: one for each processor (the default).")
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            "--dask",
            metavar="ADDRESS",
            help="Grade on the workers of this Dask scheduler (tls://host:8786) instead of here; off this machine only with TLS. "
            "The operator's guide shows how to start one by SSH, on Slurm and on Kubernetes.",
        ),
    ] = None,
    shared_folder: Annotated[
        bool,
        typer.Option(
            "--shared-folder",
            help="The Dask workers see the submissions and the labs' data files at the same paths as this machine, and read them there. "
            "Without it the files travel to the workers inside the tasks, which needs nothing but suits up to some hundred submissions "
            "a second.",
        ),
    ] = False,
    tls_ca: Annotated[Path | None, typer.Option("--tls-ca", help=f"Certificate of the cluster's authority. Default: ${_CA}.")] = None,
    tls_cert: Annotated[Path | None, typer.Option("--tls-cert", help=f"This machine's certificate. Default: ${_CERT}.")] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", help=f"Its private key. Default: ${_KEY}.")] = None,
    zip_names: ZipNamesOption = None,
    again: Annotated[bool, typer.Option("--again", help="Grade also what is already recorded.")] = False,
    seal_key: Annotated[
        Path | None,
        typer.Option("--seal-key", help="Seal the batch with this private key when it is graded; autograder seal tells more."),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print one JSON object for each submission on standard output; on standard error progress is JSON as well, and so is "
            "everything that was refused, all of it.",
        ),
    ] = False,
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

    A zip is read member by member and never unpacked. Members that could deceive or harm (paths that lead elsewhere, links, bombs,
    encryption, two of one name, wrong sizes …) are refused: the submission that one belongs to says so, and waits for a person if it was
    a notebook. Zip64 is not read, so make several zips of what is more than 4 GiB. Names have to be UTF-8, or --zip-names says what they
    are.

    The paths of a list are relative to its folder (of standard input: to the current one) and stay below it, with no symbolic link on the
    way. A line that breaks a rule is named and left out; the others are graded.

    Tests run in a process of their own, where nobody can forge a score. A lab that cannot run so says mode = "compat", and its scores are
    marked as forgeable wherever they are shown (see autograder check).

    Learner code runs behind walls: no network, no other program, no file but the lab's and its own, and limits on time, memory and output.
    Which walls stand depends on the machine; autograder doctor tests them. Where there are none, nothing is graded.

    With --dask the workers of a cluster grade and this machine records. Nothing has to be installed for that but the extra "dask", here and
    there. Lost workers, and a scheduler that is lost and comes back, cost time and nothing else.

    Ctrl-C once finishes and records what is under way (on a cluster: the chunks of up to eight submissions that its workers have); the
    same command goes on with the rest.

    Ends with 0 if every submission has a verdict, with 1 if some need a person (unreadable, void, or refused), with 2 if it could not run.
    """
    from autograder.batch import build_tasks, grade_batch
    from autograder.cli.sealing import find_sealing
    from autograder.records import Records
    from autograder.resume import skip_recorded
    from autograder.sandbox.walls import UNSAFE_LOCAL
    from autograder.seeds import read_secret

    if unsafe_local:
        os.environ[UNSAFE_LOCAL] = "1"
    with open_source(source, zip_names) as opened:
        known = find_labs(labs, course, lab or [])
        submissions = find_submissions(opened, known, learner or [], lab or [])
        secret = read_secret()
        shown = _Shown(as_json)
        place = Course(opened.root)
        seal = find_sealing(seal_key, place.root)
        with Records(records or place.records) as store, stopping() as stop, Progress("grading", submissions.total, as_json) as progress:
            crew = _find_crew(dask, workers, submissions, shared_folder, (tls_ca, tls_cert, tls_key))

            def on_recorded(outlines: "Sequence[Outline]") -> None:
                progress.pass_over(len(outlines))
                shown.show_recorded(outlines, store)

            def on_results(results: Sequence[Result]) -> None:
                shown.show(results)
                seal.note(results)
                progress.advance(len(results), Counter(kind for result in results for kind in list_failures(result)))

            tasks = takewhile(lambda _: not stop.is_set(), build_tasks(submissions.iterate(shown.refuse), shown.note_refused))
            left = tasks if again else skip_recorded(tasks, known, store, on_recorded)
            try:
                grade_batch(left, known, store, on_results, secret, crew=crew, total=submissions.total, stop=stop)
            except KeyboardInterrupt:
                stop.set()
            if not stop.is_set():
                seal.apply(store)
    if stop.is_set():
        print("\ninterrupted; what is graded is recorded, and the same command goes on with the rest", file=sys.stderr)
        raise typer.Exit(130)
    shown.summarise(place.root, source)
    for name, count in submissions.unknown.items():
        print(f"error: no lab {name!r}: {count} submission(s) were not graded; there are: {', '.join(known)}", file=sys.stderr)
    if submissions.unknown or shown.refused or shown.counts["unreadable"] or shown.counts["void"]:
        raise typer.Exit(1)


def _find_crew(
    dask: str | None, workers: int | None, submissions: Submissions, is_shared: bool, tls: tuple[Path | None, Path | None, Path | None]
) -> "Crew":
    """Return who grades: processes of this machine, or the workers of a cluster."""
    if dask is None:
        if is_shared or any(tls):
            raise PathError("--shared-folder, --tls-ca, --tls-cert and --tls-key are for a cluster: name its scheduler with --dask ADDRESS")
        from autograder.crews import LocalCrew

        return LocalCrew(workers or 0)
    if workers is not None:
        raise PathError("--workers is for this machine; how many grade for --dask is decided where the cluster is started")
    from autograder.cluster import DaskCrew

    if is_shared and submissions.source.is_zip:
        raise PathError("--shared-folder is for submissions in folders: what is in a zip travels to the workers inside the tasks")
    probe = submissions.first if is_shared else None
    return DaskCrew(dask, tls, probe if isinstance(probe, Path) else None)


@dataclass(slots=True)
class _Shown:
    """What was printed of results, and counted for the summary."""

    as_json: bool
    recorded: int = 0
    refused: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    forgeable: Counter[tuple[str, str]] = field(default_factory=Counter)

    def show(self, results: Sequence[Result]) -> None:
        """Count the results, and print what a person or a program should see of each."""
        for result in results:
            self._count(result.lab, result.status, result.mode, result.walls)
            self._print(result)

    def show_recorded(self, outlines: "Sequence[Outline]", store: "Records") -> None:
        """The same for what was recorded before; whole results are read only of those that are printed."""
        self.recorded += len(outlines)
        for outline in outlines:
            self._count(outline.key[0], outline.status, outline.mode, outline.walls)
        for result in store.get_results([each.key for each in outlines if self.as_json or each.status == "unreadable"]):
            self._print(result)

    def refuse(self, line: str) -> None:
        """Print what was refused and belongs to no submission, for a person as often as anybody reads it."""
        self.refused += 1
        if self.as_json:
            print(json.dumps({"refused": line}, ensure_ascii=False), file=sys.stderr, flush=True)
        elif self.refused <= _MOST_REFUSED:
            print(f"refused: {line}", file=sys.stderr)

    def note_refused(self, learner: str, lab: str, line: str) -> None:
        """Print for a program what was refused of a submission. A person finds it in the record and in the feedback."""
        if self.as_json:
            print(json.dumps({"refused": line, "learner": learner, "lab": lab}, ensure_ascii=False), file=sys.stderr, flush=True)

    def _count(self, lab: str, status: str, mode: Mode, walls: tuple[str, ...]) -> None:
        self.counts[status] += 1
        if is_forgeable(mode, walls):
            self.forgeable[lab, "in compat mode" if mode == "compat" else "without walls"] += 1

    def _print(self, result: Result) -> None:
        if result.status == "unreadable":
            print(f"unreadable: {result.learner}/{result.lab}: {_get_reason(result)}", file=sys.stderr)
        if self.as_json:
            sys.stdout.write(json.dumps(to_public(result), ensure_ascii=False) + "\n")  # in one piece, whatever interrupts
            sys.stdout.flush()

    def summarise(self, root: Path, source: Path) -> None:
        """Print how it ended."""
        parts = [f"{count} {status}" for status, count in sorted(self.counts.items())]
        if self.refused > _MOST_REFUSED and not self.as_json:
            print(f"refused: {self.refused - _MOST_REFUSED:,} more; --json lists all of them", file=sys.stderr)
        line = f"{sum(self.counts.values())} submissions: {', '.join(parts)}"
        line += f" ({self.recorded} of them recorded before)" if self.recorded else ""
        print(line, file=sys.stderr)
        if not self.as_json:
            print(f"next: autograder feedback {root}   ·   autograder export {source}", file=sys.stderr)
        for (name, how), count in self.forgeable.items():
            command = "check" if how == "in compat mode" else "doctor"
            words = f"{count} submission(s) graded {how}; these scores can be forged"
            print(f"{name}: {words} (autograder {command} tells more)", file=sys.stderr)


def _get_reason(result: Result) -> str:
    return result.findings[0].text if result.findings else "no notebook was found"
