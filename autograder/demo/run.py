"""The way through the demo: release, a class hands in, grade, feedback, gradebook; then the same scores as nbgrader's."""

import shutil
import time
from collections import Counter, defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from autograder.batch import build_tasks, grade_batch
from autograder.cli.progress import Progress
from autograder.demo.cohort import build_cohort, write_cohort
from autograder.demo.course import ASSIGNMENT, Scores, is_nbgrader_installed, make_quickstart_course, read_scores, run_nbgrader
from autograder.errors import PathError
from autograder.export import write_scores_csv
from autograder.feedback import write_feedback, write_index
from autograder.labs.course import load_course
from autograder.labs.find import find_lab_folders
from autograder.labs.model import Lab
from autograder.labs.source import load_lab
from autograder.nbgrader.autograded import write_autograded
from autograder.nbgrader.gradebook import export_gradebook
from autograder.nbgrader.submissions import GradebookEntry
from autograder.read import iterate_submissions, read_submission
from autograder.records import Records
from autograder.release import write_release
from autograder.results import Result

LAB: Final = "02-merkle-proofs"
_MARKER: Final = ".autograder-demo"
_CONFIG: Final = "c = get_config()\nc.CourseDirectory.course_id = 'demo'\nc.HTMLExporter.sanitize_html = True\n"


def run_demo(out: Path, labs: Path | None) -> bool:
    """Make everything anew below `out`, print what came of it, and answer whether our scores are nbgrader's."""
    console = Console(highlight=False)
    folders = find_lab_folders(labs)
    if LAB not in folders:
        raise PathError(f"{labs or 'labs'}: the demo needs the lab {LAB!r}; there are: {', '.join(folders)}")
    _empty(out)
    lab = load_lab(folders[LAB])
    with ThreadPoolExecutor(1) as pool:
        theirs = pool.submit(_grade_with_nbgrader, out / "ps1-course") if is_nbgrader_installed() else None
        _grade_class(console, out, lab, folders[LAB])
        agrees = _compare(console, out / "ps1-course", theirs) if theirs else _print_absence(console)
    _print_paths(console, out)
    return agrees


def _grade_class(console: Console, out: Path, lab: Lab, source: Path) -> None:
    """Lead through the labs' own way: release, a class hands in, grade, export."""
    console.print(f"[bold]1.[/] Release: {len(write_release(lab, out / 'release'))} notebooks, English and Chinese")
    kinds = write_cohort(build_cohort(lab, source), lab, out / "course" / "submitted")
    console.print(f"[bold]2.[/] A class of {len(kinds)} hands in: right, wrong, half-done, broken and hostile work")
    started = time.monotonic()
    results = _grade(out / "course", {lab.id: lab})
    console.print(f"[bold]3.[/] Graded in {time.monotonic() - started:.1f} s, learner code and tests in separate processes")
    _export(out / "course", lab, results)
    console.print("[bold]4.[/] Feedback pages, gradebook and spreadsheet written")
    _print_cohort(console, results, kinds)


def _empty(out: Path) -> None:
    """Make the folder empty, if it is a demo's or has nothing in it."""
    if out.exists() and any(out.iterdir()) and not (out / _MARKER).exists():
        raise PathError(f"{out}: this folder is not empty and not a demo's; name another one with --out")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / _MARKER).touch()


def _grade(course: Path, labs: dict[str, Lab]) -> list[Result]:
    tasks = [task for task in build_tasks(iterate_submissions(course)) if task.lab in labs]
    with Records(course / "records.db") as records, Progress("   grading", len(tasks)) as progress:
        grade_batch(tasks, labs, records, lambda results: progress.advance(len(results)))
        return list(records.iterate_latest())


def _export(course: Path, lab: Lab, results: list[Result]) -> None:
    (course / "nbgrader_config.py").write_text(_CONFIG)
    entries = []
    for result in results:
        submission = read_submission(course / "submitted" / result.learner / lab.id, lab, result.learner)
        entries.append(GradebookEntry(result, write_autograded(course / "autograded", lab, submission, result)))
        write_feedback(course / "feedback", lab, result)
    write_index(course / "feedback", {lab.id: lab}, results)
    write_scores_csv(course / "scores.csv", results)
    export_gradebook(course / "gradebook.db", {lab.id: lab}, entries, "demo")


def _print_cohort(console: Console, results: list[Result], kinds: dict[str, str]) -> None:
    table = Table(title="What the class handed in, and what came of it", title_justify="left")
    for name in ("Work", "Learners", "Score", "Cells"):
        table.add_column(name, justify="right" if name in ("Learners", "Score") else "left")
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[kinds[result.learner].partition(":")[0]].append(result)
    for kind, group in groups.items():
        cells = Counter(cell.status for result in group for cell in result.cells)
        table.add_row(kind, str(len(group)), _format_scores(group), ", ".join(f"{count} {status}" for status, count in cells.most_common()))
    console.print(table)


def _format_scores(group: list[Result]) -> str:
    scores = sorted(result.score for result in group if result.score is not None)
    if not scores:
        return f"none of {group[0].max_score:g}"
    spread = f"{scores[0]:g}" if scores[0] == scores[-1] else f"{scores[0]:g} to {scores[-1]:g}"
    return f"{spread} of {group[0].max_score:g}"


def _grade_with_nbgrader(folder: Path) -> Scores:
    """Have nbgrader make its example course and grade it, which takes it a while; the class is graded in the meantime."""
    make_quickstart_course(folder)
    run_nbgrader(folder, "autograde", ASSIGNMENT)
    return read_scores(folder / "gradebook.db")


def _compare(console: Console, folder: Path, theirs: Future[Scores]) -> bool:
    """Grade nbgrader's example course too, and show whether each automatic score is the same."""
    console.print(f"[bold]5.[/] nbgrader's own example course ({ASSIGNMENT}), graded by `nbgrader autograde` and by us")
    scores = theirs.result()
    results = _grade(folder, load_course(folder))
    ours = {(result.learner, cell.notebook, cell.grade_id): cell.score for result in results for cell in result.cells}
    different = {key: score for key, score in scores.items() if key not in ours or ours[key] != score}
    for (learner, notebook, cell), score in different.items():
        mine = ours.get((learner, notebook, cell), "no result")
        console.print(f"   [red]different[/]: {learner}/{notebook}/{cell}: nbgrader {score}, ours {mine}")
    agrees = bool(scores) and not different
    verdict = "[green]every automatic score is the same[/]" if agrees else f"[red]{len(different)} scores differ[/]"
    console.print(f"   {len(results)} submissions, {len(scores)} cells: {verdict}")
    return agrees


def _print_absence(console: Console) -> bool:
    console.print("[bold]5.[/] nbgrader is not installed here (pip install 'minichain\\[nbgrader]'), so its scores were not compared")
    return True


def _print_paths(console: Console, out: Path) -> None:
    course = out / "course"
    console.print("\n[bold]Open[/]")
    for path, what in (
        (course / "feedback" / "index.html", "a page for each learner"),
        (course / "scores.csv", "the class in a spreadsheet"),
        (out / "release" / "en" / LAB / f"{LAB}.ipynb", "what an English learner is given"),
        (out / "release" / "zh" / LAB / f"{LAB}.ipynb", "what a Chinese learner is given"),
        (course / "gradebook.db", f"nbgrader's gradebook: cd {course} && nbgrader export"),
    ):
        console.print(f"  {path}   [dim]{what}[/]", soft_wrap=True)
