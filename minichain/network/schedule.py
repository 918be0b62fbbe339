"""What happens to a simulated network, as plain data: what clients ask, how long messages take, and what goes wrong.

A schedule says everything that is not the engine's own doing, so a run is a function of an engine and a schedule; and a run that failed
can be made smaller by leaving faults out (see `shrink`).

>>> Schedule(seed=7, faults=(Partition(100, 400, (("A",), ("B", "C"))),)).healed_ms
400
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Conditions:
    """How the network treats every message. Delays differ, so messages overtake each other."""

    delay_ms: tuple[int, int] = (5, 40)
    """The least and the largest delay."""
    lost_in_1000: int = 0
    doubled_in_1000: int = 0
    """What arrives twice."""
    late_in_1000: int = 0
    """What takes ten times as long."""


@dataclass(frozen=True)
class Request:
    """At this time a client asks all members for a transaction: `put KEY VALUE`, `get KEY`, or another one that the ledger knows."""

    at_ms: int
    client: str
    operation: str


@dataclass(frozen=True)
class Partition:
    """From one moment to another, only members of the same group hear each other."""

    from_ms: int
    until_ms: int
    groups: tuple[tuple[str, ...], ...]

    def separates(self, sender: str, recipient: str) -> bool:
        """Return whether these two do not hear each other. Whoever is in no group hears nobody."""
        return not any(sender in group and recipient in group for group in self.groups)


@dataclass(frozen=True)
class Crash:
    """The first time that a member has something to do from `from_ms` on, its power fails, after so many effects of that step.

    What it would have done next is not done. If that was writing a record, the record is torn, and the member will find that it is.
    The member comes back at `until_ms` with what is on its disk.
    """

    from_ms: int
    until_ms: int
    member: str
    effects: int = 0


@dataclass(frozen=True)
class Skew:
    """A member's clock runs at so many percent of the true speed, from the beginning on."""

    member: str
    percent: int


@dataclass(frozen=True)
class Lose:
    """The message number `number` (from 0) from one member to another is lost."""

    sender: str
    recipient: str
    number: int


Fault = Partition | Crash | Skew | Lose


@dataclass(frozen=True)
class Schedule:
    """All that happens in a run besides what the engine does."""

    seed: int
    duration_ms: int = 5000
    conditions: Conditions = Conditions()
    faults: tuple[Fault, ...] = ()
    requests: tuple[Request, ...] = ()
    byzantine: Mapping[str, str] = field(default_factory=dict)
    """Which members do not follow the rules, and in what manner (see `byzantine`)."""
    rough_until_ms: int = 0
    """From here on nothing is lost, doubled or late any more."""

    @property
    def healed_ms(self) -> int:
        """The moment from which on the network is whole, and all members run."""
        ends = [fault.until_ms for fault in self.faults if isinstance(fault, Partition | Crash)]
        return max([self.rough_until_ms, *ends])
