"""`autograder plan`: how many machines, how long, at what cost."""

import json
import re
import sys
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer

from autograder.cli.grading import LabOption, LabsOption
from autograder.cli.progress import format_seconds
from autograder.errors import PathError

if TYPE_CHECKING:
    from autograder.plan.estimate import Plan
    from autograder.plan.measure import Figures

_UNITS: Final = {"m": 60, "h": 3_600, "d": 86_400}


def plan(
    learners: Annotated[int, typer.Option("--learners", min=1, help="How many people hand in.")],
    labs_per_learner: Annotated[int, typer.Option("--labs-per-learner", min=1, help="How many labs each of them hands in.")] = 1,
    deadline: Annotated[str, typer.Option("--deadline", help="By when all of it has to be graded: 90m, 24h or 7d from the start.")] = "24h",
    labs: LabsOption = None,
    lab: LabOption = None,
    seconds: Annotated[float, typer.Option("--seconds", min=4, max=60, help="How long to grade, starting not counted.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say how many machines a cohort needs, how long they take and what that costs in core-hours.

    Measures before it says anything: for a minute, starting not counted, it really grades submissions of the labs at hand (their
    solutions, other answers and mistakes, each rewritten from a seed so that no two are equal) on all processors of this machine, behind
    the same walls and with the same records as autograder grade. Run it on a machine like those that you would rent, while nothing else
    runs there.

    The sum is then simple, and is shown step by step: submissions × core-seconds each ÷ efficiency ÷ (processors × deadline) = machines.
    One core-hour is one processor busy for one hour: multiply by what your provider takes for it.

    Every machine but one only grades. The one that runs autograder grade also reads the list and writes the records; the plan says
    whether one is enough. The operator's guide shows how to start the others.
    """
    from autograder.labs.find import find_lab_folders, load_labs
    from autograder.plan.estimate import compute_plan
    from autograder.plan.measure import measure

    limit = read_duration(deadline)
    folders = find_lab_folders(labs)
    known = load_labs(labs, lab or [])
    figures = measure(
        {name: (each, folders[name]) for name, each in known.items()},
        seconds,
        lambda name: print(f"measuring {name} …", file=sys.stderr, flush=True),
    )
    found = compute_plan(figures, learners, labs_per_learner, limit)
    if as_json:
        print(json.dumps(to_public(figures, found), ensure_ascii=False))
    else:
        print("\n".join(describe(figures, found, learners, labs_per_learner)))


def read_duration(text: str) -> float:
    """Return the seconds that a text such as 90m, 24h or 7d means. Raises `PathError` for any other text.

    >>> read_duration("90m"), read_duration("1.5d")
    (5400.0, 129600.0)
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([mhd])", text.strip())
    if match is None or float(match[1]) == 0:
        raise PathError(f"--deadline {text!r}: write a number and m, h or d, for example 24h")
    return float(match[1]) * _UNITS[match[2]]


def to_public(figures: "Figures", found: "Plan") -> dict[str, object]:
    """Return what `--json` prints."""
    from autograder.plan.estimate import list_assumptions

    return {"plan": asdict(found), "measured": asdict(figures), "assumptions": list_assumptions(figures)}


def describe(figures: "Figures", found: "Plan", learners: int, each: int) -> list[str]:
    """Return the plan as lines for a person."""
    from autograder.plan.estimate import COORDINATOR, EFFICIENCY, list_assumptions

    graded = sum(lab.submissions for lab in figures.labs)
    per_lab = [
        f"  {lab.lab:28}{lab.submissions:>6,}{lab.submissions / lab.seconds:>14.1f}"
        f"{figures.processors * lab.seconds / lab.submissions * 1e3:>15,.0f}"
        for lab in figures.labs
    ]
    enough = "one is enough" if found.is_recordable else "not enough: split the cohort into parts, each with records of its own"
    return [
        f"Measured here, on {figures.processors} processor(s): {graded:,} submissions",
        f"  {'lab':28}{'graded':>6}{'a second':>14}{'core-ms each':>15}",
        *per_lab,
        "",
        f"To grade: {learners:,} learners × {each} lab(s) = {found.submissions:,} submissions by {format_seconds(found.deadline)}",
        f"  {found.submissions:,} × {found.core_seconds * 1e3:.0f} ms ÷ {EFFICIENCY:.0%} = {found.core_hours:,.0f} core-hours",
        f"  ÷ ({found.processors} processors × {format_seconds(found.deadline)}) = {found.machines:,} machine(s) like this one",
        f"  done after {format_seconds(found.seconds)}, {found.rate:,.0f} submissions a second",
        f"Coordinator: records {found.most_recorded:,.0f} a second on this disk in {COORDINATOR:.0%} of its time;",
        f"  {enough}",
        f"Room: {found.record_bytes / 1e9:,.1f} GB of records, {found.notebook_bytes / 1e9:,.1f} GB of notebooks, which travel once",
        "",
        "It is assumed that",
        *(textwrap.fill(text, 76, initial_indent="  · ", subsequent_indent="    ") for text in list_assumptions(figures)),
    ]
