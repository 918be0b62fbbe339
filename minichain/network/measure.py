"""What a block costs an engine, in messages and in time, measured in a calm network.

Messages take 5 to 40 ms, nothing is lost and nobody lies. Every quarter of a second a client asks for a transaction; the latency of that
is how long it takes until the first member has decided it. Times are those of the simulation, so a measurement is the same on any machine.

>>> measure("solo", 1).messages_per_block
0.0

Simplifications: a calm network is the best case. What a view change costs, and what liars can do, is for the campaigns to show.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from statistics import mean
from typing import Any, Final

from minichain.network.clusters import make_cluster
from minichain.network.schedule import Conditions, Request, Schedule
from minichain.network.simulator import Simulation
from minichain.network.trace import Asked, Decided, Sent

DURATIONS_MS: Final = {"pow": 30_000}
"""How long a run lasts that has to take longer than others, until enough is decided."""
DURATION_MS: Final = 1_500
"""Shorter than an epoch of MaxBFT, at whose end a view is lost."""
_EVERY_MS: Final = 250


@dataclass(frozen=True)
class Measurement:
    """What one run showed. Where nothing was decided in time, there is no latency and no number of messages per block: None."""

    engine: str
    size: int
    messages: int
    blocks: int
    latency_ms: float | None

    @property
    def messages_per_block(self) -> float | None:
        """How many messages the members sent for each block that some member decided."""
        return self.messages / self.blocks if self.blocks else None


def run_calmly(engine: str, size: int, duration_ms: int) -> Simulation:
    """Return a finished run of an engine with so many members."""
    names = [f"N{number:02}" for number in range(size)]
    asked = range(_EVERY_MS, duration_ms, _EVERY_MS)
    requests = tuple(Request(at_ms, "client", f"put x {at_ms}") for at_ms in asked)
    return Simulation(make_cluster(engine, names), Schedule(1, duration_ms, Conditions((5, 40)), requests=requests)).run()


def measure(engine: str, size: int, duration_ms: int | None = None) -> Measurement:
    """Return what a run of an engine costs. Without a duration it lasts as long as the engine needs for several blocks."""
    return compute_measurement(run_calmly(engine, size, duration_ms or DURATIONS_MS.get(engine, DURATION_MS)))


def compute_measurement(simulation: Simulation) -> Measurement:
    """Return what a finished run cost."""
    messages = sum(isinstance(entry, Sent) for entry in simulation.trace)
    blocks = {entry.height for entry in simulation.trace if isinstance(entry, Decided)}
    latencies = list(_find_latencies(simulation))
    cluster = simulation.cluster
    return Measurement(cluster.engine, len(cluster.names), messages, len(blocks), mean(latencies) if latencies else None)


def _find_latencies(simulation: Simulation) -> Iterable[int]:
    """Yield for each transaction that was decided how long that took."""
    first: dict[int, int] = {}
    ledger = simulation.seats[simulation.cluster.names[0]].ledger
    for entry in simulation.trace:
        if isinstance(entry, Decided):
            first.setdefault(entry.height, entry.at_ms)
    for entry in simulation.trace:
        if isinstance(entry, Asked):
            done = ledger.executed.get(entry.transaction)
            if done is not None:
                yield first[done.height] - entry.at_ms


def record_run(engine: str, size: int, duration_ms: int) -> list[dict[str, Any]]:
    """Return a run as plain data: messages, which have a `to`, and decisions.

    >>> record_run("solo", 1, 400)[0]
    {'at': 100, 'what': 'decide', 'from': 'N00', 'block': '1'}
    """
    return [dict(row) for row in _record(engine, size, duration_ms)]


@lru_cache(maxsize=32)
def _record(engine: str, size: int, duration_ms: int) -> tuple[dict[str, Any], ...]:
    """Return the rows of a run, which is the same each time; whoever grades many submissions runs it once."""
    rows: list[dict[str, Any]] = []
    for entry in run_calmly(engine, size, duration_ms).trace:
        if isinstance(entry, Sent):
            rows.append({"at": entry.at_ms, "what": type(entry.message).__name__.lower(), "from": entry.sender, "to": entry.recipient})
        elif isinstance(entry, Decided):
            rows.append({"at": entry.at_ms, "what": "decide", "from": entry.member, "block": str(entry.height)})
    return tuple(rows)
