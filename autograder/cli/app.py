"""The commands, their arguments and their help."""

import typer

from autograder.cli.authoring import check, labs, new_lab, release, validate
from autograder.cli.comparing import compare
from autograder.cli.demo import demo
from autograder.cli.doctor import doctor
from autograder.cli.exporting import export, feedback
from autograder.cli.grading import grade
from autograder.cli.planning import plan
from autograder.cli.sealing import audit, seal

app = typer.Typer(
    name="autograder",
    help="Grade Jupyter notebooks by the hundred thousand: learner code in one process, tests in another.\n\n"
    "A first round: [bold]autograder release[/bold] writes the notebooks that learners get; put what comes back into "
    "submitted/<learner>/<lab>/; [bold]autograder grade[/bold] grades it; [bold]autograder feedback[/bold] and "
    "[bold]autograder export[/bold] write what people read. [bold]autograder demo[/bold] shows all of it on a made-up class.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for command in (labs, new_lab, release, grade, feedback, export, compare, seal, audit, validate, check, doctor, plan, demo):
    app.command(command.__name__.replace("_", "-"))(command)
