"""`autograder demo`: the whole way on a made-up class."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.grading import LabsOption


def demo(
    out: Annotated[Path, typer.Option("--out", help="Where the demo goes; what an earlier demo left there is replaced.")] = Path(
        "build/demo"
    ),
    labs: LabsOption = None,
) -> None:
    """Show everything on a made-up class of sixty: release, grading, feedback, gradebook, and nbgrader's scores beside ours."""
    from autograder.demo.run import run_demo

    if not run_demo(out, labs):
        raise typer.Exit(1)
