"""From what was measured to machines, hours and core-hours: one multiplication at a time, with every assumption named."""

import math
from dataclasses import dataclass
from typing import Final

from autograder.plan.measure import Figures

EFFICIENCY: Final = 0.9
"""What a cluster reaches of its machines' own rate, taken for granted: `make bench` holds us to it."""
COORDINATOR: Final = 0.5
"""How much of its time the coordinator may spend on writing records; the rest is for reading the list and handing out."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a cohort needs. Sizes are in bytes, times in seconds; `machines` are such as the one that was measured."""

    submissions: int
    deadline: float
    core_seconds: float
    core_hours: float
    processors: int
    machines: int
    seconds: float
    rate: float
    most_recorded: float
    is_recordable: bool
    record_bytes: float
    notebook_bytes: float


def compute_plan(figures: Figures, learners: int, labs_per_learner: int, deadline: float) -> Plan:
    """Return how many machines like the measured one grade everything by the deadline, and what that costs."""
    submissions = learners * labs_per_learner
    work = submissions * figures.core_seconds / EFFICIENCY
    machines = max(1, math.ceil(work / deadline / figures.processors))
    seconds = work / machines / figures.processors
    rate = submissions / seconds
    most = COORDINATOR / figures.record_seconds
    return Plan(
        submissions=submissions,
        deadline=deadline,
        core_seconds=figures.core_seconds,
        core_hours=work / 3600,
        processors=figures.processors,
        machines=machines,
        seconds=seconds,
        rate=rate,
        most_recorded=most,
        is_recordable=rate <= most,
        record_bytes=submissions * figures.record_bytes,
        notebook_bytes=submissions * figures.notebook_bytes,
    )


def list_assumptions(figures: Figures) -> list[str]:
    """Return what the plan takes for granted, in words."""
    return [
        f"each submission costs the mean of what those of the {len(figures.labs)} measured lab(s) cost; other labs, other costs",
        "three of four learners hand in a right solution, the others one of the lab's mistakes; nobody hands in twice",
        f"the machines are like this one: {figures.processors} processor(s) as fast as these, of which graders get all",
        f"a cluster reaches {EFFICIENCY:.0%} of its machines' own rate (make bench measures it)",
        f"nothing else ran here: the load before was {figures.busy_before:.1f}; whatever did run makes the plan dearer than it need be",
        "endless and sleeping submissions cost up to three times the lab's limit for a cell; of those there are none in the sample",
    ]
