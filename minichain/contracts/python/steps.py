"""Steps: what the compiler makes of a statement, and how steps become a block."""

from dataclasses import dataclass
from typing import Any

from minichain.contracts.python.machine import METER, Frame, Run, exhaust


@dataclass(frozen=True)
class Step:
    """A compiled statement: its closure, its nodes that surely run, and whether it may give a signal."""

    run: Run
    cost: int
    may_leave: bool = False


def make_charge(cost: int, line: int) -> Run:
    """Return what pays for the next straight piece of a block."""

    def charge(frame: Frame) -> None:
        meter = frame[METER]
        meter.used += cost
        if meter.used > meter.limit:
            exhaust(frame, line)

    return charge


def make_sequence(runs: list[Run], may_leave: bool) -> Run:
    """Return a closure that runs others in turn."""
    if not runs:
        return lambda frame: None
    if len(runs) == 1:
        return runs[0]
    if may_leave:

        def run_until_left(frame: Frame) -> Any:
            for run in runs:
                signal = run(frame)
                if signal is not None:
                    return signal
            return None

        return run_until_left

    def run_all(frame: Frame) -> None:
        for run in runs:
            run(frame)

    return run_all
