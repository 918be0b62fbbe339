"""The commands, their arguments and their help."""

from collections.abc import Callable

import typer

from autograder.cli.authoring import check, labs, new_lab, release, validate
from autograder.cli.collecting import collect
from autograder.cli.comparing import compare
from autograder.cli.demo import demo
from autograder.cli.doctor import doctor
from autograder.cli.exporting import export, feedback, import_, report
from autograder.cli.grading import grade
from autograder.cli.marking import answer, ask, decide, forget, marks, waiting
from autograder.cli.planning import plan
from autograder.cli.sealing import audit, seal

app = typer.Typer(
    name="autograder",
    help="Grade Jupyter notebooks by the hundred thousand: learner code in one process, tests in another.\n\n"
    "A first round: [bold]autograder release[/bold] writes the notebooks that learners get; "
    "[bold]autograder collect[/bold] lays out what comes back in submitted/<learner>/<lab>/; [bold]autograder grade[/bold] grades it; "
    "[bold]autograder feedback[/bold] and [bold]autograder export[/bold] write what people read. "
    "[bold]autograder demo[/bold] shows all of it on a made-up class.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
PANELS: dict[str, tuple[Callable[..., None], ...]] = {
    "Labs": (labs, new_lab, release, validate, check),
    "Grading": (collect, grade, doctor, plan, demo),
    "People": (marks, waiting, decide, ask, answer, compare, forget),
    "Out and in": (feedback, report, export, import_, seal, audit),
}
for panel, commands in PANELS.items():
    for command in commands:
        app.command(command.__name__.replace("_", "-").rstrip("-"), rich_help_panel=panel)(command)
