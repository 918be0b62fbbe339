"""`autograder labs`, `new-lab`, `release`, `validate` and `check`: what authors and instructors do before anyone submits."""

import json
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.grading import CourseOption, LabsOption
from autograder.cli.paths import find_labs
from autograder.cli.progress import Progress


def labs(
    labs: LabsOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each lab.")] = False,
) -> None:
    """List the labs: id, points, what they may import, titles."""
    from autograder.labs.find import load_labs

    for lab in load_labs(labs).values():
        if as_json:
            entry = {"lab": lab.id, "version": lab.version, "max_score": lab.max_score, "title": lab.titles, "uses": lab.uses}
            print(json.dumps(entry, ensure_ascii=False))
        else:
            print(f"{lab.id:24} {lab.max_score:4g} points   {' · '.join(lab.titles.values())}")


def new_lab(
    lab: Annotated[str, typer.Argument(help="The id: two digits and a name, for example 31-light-client.")],
    title: Annotated[str, typer.Option("--title", help="The title in English.")],
    title_zh: Annotated[str, typer.Option("--title-zh", help="The title in Chinese.")],
    course: Annotated[str, typer.Option("--course", help="The course that the lab belongs to.")] = "foundations",
    labs: Annotated[Path, typer.Option("--labs", help="The folder of labs in which it is made.")] = Path("labs"),
) -> None:
    """Make the files of a new lab: small, complete, and accepted by `autograder validate` as they are.

    Then replace its parts one by one: the story, the task, its tests, the mistakes that you have seen learners make. The comments in
    the files say what each part is for; CONTRIBUTING.md leads through a whole lab.
    """
    from autograder.labs.scaffold import write_scaffold

    for path in write_scaffold(labs, lab, course, title, title_zh):
        print(path)
    print(f"\nHold its tests against its answers and mistakes: autograder validate --labs {labs / lab}")


def release(
    lab: Annotated[list[str] | None, typer.Argument(metavar="[LAB]...", help="Which labs; default: all.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Where the notebooks go, as OUT/<language>/<lab>/<lab>.ipynb.")] = Path(
        "build/release"
    ),
    lang: Annotated[list[str] | None, typer.Option("--lang", help="Only this language (en, zh); may be given several times.")] = None,
    labs: LabsOption = None,
    complete: Annotated[bool, typer.Option("--complete", help="The instructor's notebooks, with solutions and hidden tests.")] = False,
) -> None:
    """Write the notebooks that learners are given: nbgrader's format, without solutions and hidden tests."""
    from autograder.labs.find import load_labs
    from autograder.release import write_release

    for found in load_labs(labs, lab or []).values():
        for path in write_release(found, out, lang, complete):
            print(path)


def validate(
    lab: Annotated[list[str] | None, typer.Argument(metavar="[LAB]...", help="Which labs; default: all.")] = None,
    labs: LabsOption = None,
    mutants: Annotated[bool, typer.Option("--mutants/--no-mutants", help="Also grade mutants of the model solution.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each lab.")] = False,
) -> None:
    """Test the tests of a lab: right answers pass, each mistake fails what it names, mutants are caught.

    Compares the structure of the two languages. Grades the model solution and every file of answers/ (full marks), every file of
    mistakes/ (exactly the test cells that it names fail), the notebook as released (zero), and mutants of the model solution (at least
    95 % caught; survivors are printed, and those that equivalent.toml beside lab.toml explains are counted apart). Ends with 1 if a lab
    breaks one of these.
    """
    from autograder.labs.find import find_lab_folders, validate_lab_ids
    from autograder.validate import format_report, plan_validation, run_validation, to_public

    folders = find_lab_folders(labs)
    validate_lab_ids(lab or [], folders)
    valid = True
    for name, folder in folders.items():
        if not lab or name in lab:
            plan = plan_validation(folder, mutants)
            with Progress(f"validating {name}", plan.size) as progress:
                report = run_validation(plan, progress.advance)
            print(json.dumps(to_public(report), ensure_ascii=False) if as_json else format_report(report), flush=True)
            valid = valid and report.is_valid
    if not valid:
        raise typer.Exit(1)


def check(
    lab: Annotated[list[str] | None, typer.Argument(metavar="[LAB]...", help="Which labs or assignments; default: all.")] = None,
    labs: LabsOption = None,
    course: CourseOption = None,
    mutants: Annotated[
        bool, typer.Option("--mutants/--no-mutants", help="Also grade mutants of the solutions: slower, and sees more.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each notebook.")] = False,
) -> None:
    """Before you release: what is each test cell worth, and does it run split?

    Grades the solution, the notebook as released and mutants of the solution, each in two ways: split (tests in a process of their own,
    where nobody can forge a score) and compat (tests in the learner's process, as nbgrader runs them). Tells for each test cell whether it
    tells right from wrong, whether it runs split, and if not, why; and which notebooks have to be graded in compat mode. A notebook
    says so in lab.toml (mode = "compat") or, in a foreign course, in autograder.toml beside source/ (compat = ["ps2", "ps3/problem1"]).

    In the table, "solution" and "blank" are what comes of the two in one process, "split" what comes of the solution split.

    Compat mode is for notebooks that cannot run split. Learner code can forge its scores and can read its hidden tests while they run;
    they stay out of feedback, and every page, table and gradebook that shows such a score says that it is forgeable.

    Ends with 0 if every notebook can be graded as it says, with 1 if one cannot, or if a test fails with its own solution.
    """
    from rich.console import Console

    from autograder.check import plan_check, run_check, show_check, show_summary, to_public

    console = Console()
    checks = []
    for found in find_labs(labs, course, lab or []).values():
        for plan in plan_check(found, mutants):
            with Progress(f"checking {found.id}/{plan.notebook.name}", plan.size) as progress:
                checks.append(run_check(plan, progress.advance))
            if as_json:
                print(json.dumps(to_public(checks[-1]), ensure_ascii=False), flush=True)
            else:
                show_check(checks[-1], console)
    if not as_json:
        show_summary(checks, console, course is not None)
    if not all(each.is_ready for each in checks):
        raise typer.Exit(1)
