"""What work is worth in the end, and what people have to do for it: `autograder marks`, `waiting`, `decide`, `ask`, `answer`, `forget`."""

import getpass
import json
import shutil
import sys
import time
from collections import Counter, defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autograder.cli.cohort import ClassOption, Cohort, RosterOption, RulesOption, find_cohort
from autograder.cli.grading import CourseOption, LabOption, LabsOption, LearnerOption, RecordsOption
from autograder.cli.paths import choose_labs, find_course, find_labs
from autograder.errors import PathError, RecordsError, RosterError

if TYPE_CHECKING:
    from autograder.cohort.marks import Mark
    from autograder.cohort.tasks import Task
    from autograder.labs.model import Lab
    from autograder.records import Records

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="The folder that was graded.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object for each, on standard output.")]


def marks(
    folder: FolderArgument,
    classes: ClassOption = None,
    lab: LabOption = None,
    learner: LearnerOption = None,
    labs: LabsOption = None,
    course: CourseOption = None,
    records: RecordsOption = None,
    roster: RosterOption = None,
    rules: RulesOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Where the table goes. Default: marks.csv beside `submitted`; with --fill it has to be named."),
    ] = None,
    form: Annotated[
        Path | None,
        typer.Option(
            "--fill", metavar="FILE", help="Fill the marks into a copy of what Moodle (grading worksheet) or Canvas (gradebook) exported."
        ),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(
            "--column", metavar="HEAD", help="With --fill and one --lab: which column of Canvas's gradebook, if it has another name."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write what each learner's work is worth: one line a learner, one column a lab, and the sum.

    A mark is made of what the grader found out, of what people decided (autograder decide, or formgrader and autograder import), and of the
    rules in cohort.toml: which attempt counts, what lateness costs, who has more time. Who is in roster.csv and handed nothing in has a
    line as well.

    A part that waits for a person is never counted as zero: the mark stays empty, and the column `remarks` says why. autograder waiting
    lists all of them.

    With --fill the marks go into a copy (--out) of the file that Moodle or Canvas exported, which takes it back: people are found in
    roster.csv, only grades are written, and every other byte stays. Points are scaled only where the platform has another maximum.

        timezone = "+08:00"                        # cohort.toml
        attempts = "best"                          # or last, first
        late = { percent_per_day = 10, most_percent = 50, grace_minutes = 15 }

        \\[labs.02-merkle-proofs]
        due = 2026-12-01T23:59:00
        closes = 2026-12-08T23:59:00

        \\[\\[extensions]]
        learner = "ada"                            # or class = "c1"
        due = 2026-12-05T23:59:00
        why = "ill"
    """
    from autograder.cohort.sheets import build_sheet, list_learners, write_marks

    if column and form is None:
        raise PathError(f"--column {column!r} goes with --fill FILE")
    known = find_labs(labs, course, [])
    cohort = find_cohort(folder, known, roster, rules, classes, learner)
    chosen = [name for name in known if not lab or name in lab]
    found = _load_marks(records, cohort, chosen)
    if as_json:
        for mark in found:
            print(json.dumps(to_public(mark), ensure_ascii=False))
        return
    if form is not None:
        _fill(form, out, found, cohort, {name: known[name] for name in chosen}, column)
        return
    sheet = build_sheet(found)
    path = out or cohort.course.root / "marks.csv"
    count = write_marks(path, sheet, list_learners(sheet, cohort.roster, cohort.learners), [name for name in chosen if _has(found, name)])
    for line in _summarise(found):
        print(line)
    print(f"{path}: {count} learner(s)")


def waiting(
    folder: FolderArgument,
    classes: ClassOption = None,
    lab: LabOption = None,
    learner: LearnerOption = None,
    labs: LabsOption = None,
    course: CourseOption = None,
    records: RecordsOption = None,
    roster: RosterOption = None,
    rules: RulesOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what needs a person: answers to grade by hand, notebooks that cannot be read, learners' questions, scores to look at again.

    Each line names learner, lab and part, as autograder decide takes them. Ends with 0 also if there is something: it is no error.
    """
    everything = find_labs(labs, course, [])
    known = choose_labs(everything, lab or [])
    cohort = find_cohort(folder, everything, roster, rules, classes, learner)
    from autograder.cohort.tasks import KINDS, iterate_tasks
    from autograder.records import Records

    with Records(records or cohort.course.records) as store:
        found = _compute_marks(store, cohort, list(known))
        asked = [one for one in store.decisions.get_requests("open") if one.lab in known and cohort.has(one.learner)]
    tasks = list(iterate_tasks(found, asked))
    for task in tasks:
        print(json.dumps(asdict(task), ensure_ascii=False) if as_json else _describe_task(task))
    if not as_json:
        kinds = Counter(task.kind for task in tasks)
        said = ", ".join(f"{count:,} {KINDS[kind]}" for kind, count in sorted(kinds.items()))
        print(f"{len(tasks):,} task(s): {said}" if tasks else "nothing waits for a person")


def decide(
    folder: FolderArgument,
    learner: Annotated[str, typer.Argument(metavar="LEARNER", help="Whose work.")],
    lab: Annotated[str, typer.Argument(metavar="LAB", help="At which lab.")],
    cell: Annotated[str, typer.Argument(metavar="CELL", help="Which part: a grade id, as autograder waiting shows it.")],
    points: Annotated[float | None, typer.Option("--points", help="What this part is worth, in place of what the grader says.")] = None,
    extra: Annotated[float, typer.Option("--extra", min=0, help="Extra credit, on top of the lab's points.")] = 0.0,
    comment: Annotated[str, typer.Option("--comment", help="What the learner reads about it.")] = "",
    by: Annotated[str | None, typer.Option("--by", help="Who decides. Default: your name on this machine.")] = None,
    labs: LabsOption = None,
    course: CourseOption = None,
    records: RecordsOption = None,
) -> None:
    """Give points, extra credit or a comment for one part of a learner's work.

    The decision stands from then on, also after a regrading and for later attempts; those are listed by autograder waiting, to be looked at
    again. Without --points, --extra and --comment an earlier decision is taken back. All of it is kept, with who decided and when.
    """
    from autograder.cohort.marks import Decision
    from autograder.records import Records

    known = find_labs(labs, course, [])
    place = find_course(folder)
    notebook, most = _find_cell(known, lab, cell)
    if points is not None and not 0 <= points <= most:
        raise RecordsError(f"--points {points:g}: {cell} of {lab} has {most:g} point(s), and no part has fewer than none; see --extra")
    with Records(records or place.records) as store:
        attempts = store.get_attempts(lab, learner)
        if not attempts:
            raise RecordsError(f"{store.name}: nothing is recorded of {learner!r} at {lab}")
        who = by or getpass.getuser()
        decision = Decision(lab, learner, notebook, cell, points, extra, comment, attempts[-1].content_hash, time.time(), who)
        changed = store.decisions.save([decision])
    print(f"{learner}, {lab}, {cell}: {'recorded' if changed else 'it was so already'}")


def ask(
    folder: FolderArgument,
    learner: Annotated[str, typer.Argument(metavar="LEARNER", help="Who asks.")],
    lab: Annotated[str, typer.Argument(metavar="LAB", help="About which lab.")],
    why: Annotated[str, typer.Option("--why", help="What the learner says.")],
    cell: Annotated[str, typer.Option("--cell", help="About which part. Default: the whole lab.")] = "",
    labs: LabsOption = None,
    course: CourseOption = None,
    records: RecordsOption = None,
) -> None:
    """Note that a learner asks for a result to be looked at again. It is listed by autograder waiting until somebody answers."""
    from autograder.records import Records
    from autograder.records.decisions import Request, compute_request_id

    known = find_labs(labs, course, [])
    if cell:
        _find_cell(known, lab, cell)
    with Records(records or find_course(folder).records) as store:
        if not store.get_attempts(lab, learner):
            raise RecordsError(f"{store.name}: nothing is recorded of {learner!r} at {lab}")
        made = time.time()
        request = Request(compute_request_id(learner, lab, cell, made), lab, learner, cell, why, made)
        store.decisions.add_request(request)
    print(request.id)


def answer(
    folder: FolderArgument,
    request: Annotated[str, typer.Argument(metavar="REQUEST", help="Which question, as autograder waiting names it.")],
    grant: Annotated[bool, typer.Option("--grant/--refuse", help="Whether the learner is right.")],
    why: Annotated[str, typer.Option("--why", help="What the learner reads.")],
    by: Annotated[str | None, typer.Option("--by", help="Who answers. Default: your name on this machine.")] = None,
    records: RecordsOption = None,
) -> None:
    """Answer a learner's question about a result, once and for all.

    To be right changes no score by itself: give points with autograder decide, or mend the lab and run autograder grade, which grades
    everybody again whom the mended test concerns.
    """
    from autograder.records import Records

    with Records(records or find_course(folder).records) as store:
        found = store.decisions.answer_request(request, "granted" if grant else "refused", why, time.time(), by or getpass.getuser())
    print(f"{found.learner}, {found.lab}{', ' + found.grade_id if found.grade_id else ''}: {found.state}")


def forget(
    folder: FolderArgument,
    learner: Annotated[str, typer.Argument(metavar="LEARNER", help="Whom to remove.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without this, only say what would be removed.")] = False,
    records: RecordsOption = None,
) -> None:
    """Remove a person: submissions, graded notebooks, feedback, and all that is recorded of them. It cannot be undone.

    What stays, because it is not ours to change: gradebook.db and CSV files that were exported earlier (export again, without the learner),
    backups, other people's copies, and roots of batches that were published, from which nobody can tell a learner or a score.
    """
    from autograder.files import validate_file_name
    from autograder.records import Records

    place, name = find_course(folder), validate_file_name(learner)
    trees = [place.root / tree / name for tree in ("submitted", "autograded", "feedback")]
    present = [tree for tree in trees if tree.is_dir() and not tree.is_symlink()]
    with Records(records or place.records) as store:
        count = sum(len(attempts) for attempts in store.iterate_attempts(learners=[learner]))
        if not count and not present:
            raise PathError(f"{place.root}: nothing of a learner {learner!r} is here")
        if not yes:
            print(f"would remove {count} result(s) and {', '.join(map(str, present)) or 'no folder'}; say --yes to do it", file=sys.stderr)
            raise typer.Exit(1)
        removed = store.forget(learner)
    for tree in present:
        shutil.rmtree(tree)
    print(", ".join([f"{number} {kind}" for kind, number in removed.items()] + [str(tree) for tree in present]), "removed")
    left = [
        path for path in ("gradebook.db", "scores.csv", "marks.csv", "roster.csv", "feedback/index.html") if (place.root / path).exists()
    ]
    if left:
        print(f"{learner} may still be named in: {', '.join(left)}, and in copies and backups", file=sys.stderr)


def to_public(mark: "Mark") -> dict[str, Any]:
    """Return what `autograder marks --json` prints of a mark."""
    return {
        "lab": mark.lab,
        "learner": mark.learner,
        "status": mark.status,
        "score": mark.score,
        "max_score": mark.max_score,
        "points": mark.points,
        "extra": mark.extra,
        "penalty": mark.penalty,
        "late_seconds": round(mark.late_seconds, 3),
        "attempts": mark.attempts,
        "waiting": [cell.grade_id for cell in mark.waiting],
        "outdated": [grade_id for _, grade_id in mark.outdated],
        "forgeable": mark.result.is_forgeable,
    }


def _fill(form: Path, out: Path | None, found: "list[Mark]", cohort: Cohort, labs: "dict[str, Lab]", column: str | None) -> None:
    """Fill marks into a copy of a platform's file, and say what was done and what was not."""
    from autograder.files import write_atomically
    from autograder.lms.fill import fill
    from autograder.lms.people import index_people

    if cohort.roster is None:
        raise RosterError(f"{cohort.course.root / 'roster.csv'}: no such file, and --fill finds people by the roster")
    if out is None or (out.exists() and form.exists() and out.samefile(form)):
        raise PathError(f"{form} stays as it is: name another file for the result with --out")
    filled = fill(form, found, index_people(cohort.roster), labs, column)
    write_atomically(out, filled.table.to_bytes())
    for lab, (ours, theirs) in filled.scaled.items():
        print(f"{lab}: scaled from {ours:g} to {theirs:g} points, the maximum in {filled.platform}")
    for note in filled.notes:
        print(note, file=sys.stderr)
    if filled.forgeable:
        print(f"{filled.forgeable} of these marks can be forged: graded in compat mode or without walls (autograder check, doctor)")
    print(f"{out}: {filled.written} mark(s) for {filled.platform}, {filled.replaced} of them in place of another one")


def _load_marks(records: str | None, cohort: Cohort, labs: list[str]) -> "list[Mark]":
    from autograder.records import Records

    with Records(records or cohort.course.records) as store:
        found = _compute_marks(store, cohort, labs)
    if not found:
        raise RecordsError(f"{store.name}: nothing is recorded here for {', '.join(labs)}; run autograder grade first")
    return found


def _compute_marks(store: "Records", cohort: Cohort, labs: list[str]) -> "list[Mark]":
    from autograder.cohort.marks import iterate_marks

    return list(iterate_marks(store, labs, cohort.rules, cohort.roster, cohort.learners))


def _has(found: "list[Mark]", lab: str) -> bool:
    return any(mark.lab == lab for mark in found)


def _summarise(found: "list[Mark]") -> list[str]:
    """Return a line for each lab."""
    by_lab: dict[str, list[Mark]] = defaultdict(list)
    for mark in found:
        by_lab[mark.lab].append(mark)
    lines = [f"{'lab':30}{'learners':>9}{'final':>8}{'waiting':>9}{'other':>7}{'late':>6}{'mean':>9}"]
    for lab, group in by_lab.items():
        counts = Counter(mark.status for mark in group)
        scores = [mark.score for mark in group if mark.status == "final" and mark.score is not None]
        mean = f"{sum(scores) / len(scores):.2f}" if scores else ""
        other = counts["unreadable"] + counts["closed"]
        late = sum(mark.penalty > 0 for mark in group)
        lines.append(f"{lab:30}{len(group):>9,}{counts['final']:>8,}{counts['waiting']:>9,}{other:>7,}{late:>6,}{mean:>9}")
    return lines


def _describe_task(task: "Task") -> str:
    from autograder.cohort.tasks import KINDS

    name = f"{task.learner}  {task.lab}  {task.cell}".rstrip()
    number = f" [{task.id}]" if task.id else ""
    return f"{name}: {KINDS[task.kind]}{number}" + (f": {' '.join(task.why.split())[:120]}" if task.why else "")


def _find_cell(known: "dict[str, Lab]", lab: str, cell: str) -> tuple[str, float]:
    """Return the notebook that has a cell, and the cell's points."""
    from autograder.labs.find import validate_lab_ids

    validate_lab_ids([lab], known)
    for notebook in known[lab].get_notebooks():
        found = notebook.get_cell(cell)
        if found is not None and (found.grade or found.task):
            return notebook.name, float(found.points)
    graded = [each.grade_id or "" for notebook in known[lab].get_notebooks() for each in notebook.cells if each.grade or each.task]
    raise PathError(f"{lab} has no graded part {cell!r}; there are: {', '.join(graded)}")
