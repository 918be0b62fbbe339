"""What every consensus engine is: a state machine that is given one event at a time, and answers with effects.

`step` reads no clock, draws no number at random but from a generator that it was given, and touches neither the network nor a disk. So
the same object runs in the simulator, in a notebook and in a node, and the same events give the same effects on every machine
(Schneider 1990, "Implementing fault-tolerant services using the state machine approach"; etcd's Raft library is built like this).

Whoever drives a machine promises three things:

- Effects are carried out in their order, each only when those before it are done. A `Write` is done when the record is on the disk. So a
  machine that writes first and sends then has never sent what it could forget.
- A member that comes back after a crash is a machine made anew from all records that were written, in their order. The one that was being
  written when the power failed may be missing; an earlier one never is.
- A timer fires once, never early, perhaps late. Setting one that is already set replaces it.

Messages and records are frozen dataclasses that `minichain.ledger.encoding` can spell, so that a node can send and store them. Whatever
was received is a stranger's: a machine ignores what it cannot use, and never raises for it.

Simplifications: effects are done one by one. etcd's library lets a follower write while its leader already sends (asynchronous storage
writes), which is quicker and harder to reason about.
"""

from collections.abc import Hashable, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final, Protocol

Message = Any
"""What members send each other: each engine has its own classes."""
Record = Any
"""What a member keeps on its disk."""
Timer = Hashable
"""What a timer is for. Engines use tuples, ("propose", height, round), and ignore one that fires when its time is over."""


@dataclass(frozen=True)
class Validator:
    """A member that votes, and how much its vote weighs."""

    member: str
    weight: int = 1


# Events: what happens to a machine


@dataclass(frozen=True)
class Started:
    """The member runs, for the first time or after a crash. Always the first event."""


@dataclass(frozen=True)
class Received:
    """A message came in. The network vouches for the sender's name, as TLS does; what the message says is the sender's claim."""

    sender: str
    message: Message


@dataclass(frozen=True)
class TimerFired:
    """A timer that the machine had set is over."""

    timer: Timer


@dataclass(frozen=True)
class Submitted:
    """A client of this member wants a value to be ordered: for engines that order values one by one, as Raft does."""

    value: bytes


@dataclass(frozen=True)
class Applied:
    """The value that was decided at `height` is executed and stored; `validators` decide about the next height."""

    height: int
    validators: tuple[Validator, ...]


Event = Started | Received | TimerFired | Submitted | Applied


# Effects: what a machine wants to be done


@dataclass(frozen=True)
class Send:
    """Send a message to one member."""

    recipient: str
    message: Message


@dataclass(frozen=True)
class Broadcast:
    """Send a message to every other member."""

    message: Message


@dataclass(frozen=True)
class Write:
    """Append a record to what the member keeps on its disk, and go on when it is there."""

    record: Record


@dataclass(frozen=True)
class SetTimer:
    """Let a timer fire once, so many milliseconds from now."""

    timer: Timer
    delay_ms: int


@dataclass(frozen=True)
class CancelTimer:
    """Forget a timer, if it is set."""

    timer: Timer


@dataclass(frozen=True)
class Decide:
    """The value at this height is decided, for good: execute and store it. The machine hears `Applied` when that is done."""

    height: int
    value: bytes
    proof: Any = None
    """What convinces a stranger, if the engine has something: a commit of votes, a quorum certificate."""


@dataclass(frozen=True)
class Report:
    """A member has broken the rules, and here is what proves it to a stranger."""

    evidence: Any


Effect = Send | Broadcast | Write | SetTimer | CancelTimer | Decide | Report


class Machine(Protocol):
    """A consensus engine of one member."""

    def step(self, event: Event) -> list[Effect]:
        """Take one event, and return what is to be done, in this order."""


# What a machine asks of its member: what to propose, and whether a proposal is in order


@dataclass(frozen=True)
class Examination:
    """What a member finds when it executes a proposed value."""

    is_valid: bool
    suspects: tuple[str, ...] = ()
    """Transactions that did here something else than the proposer says: they may not be deterministic."""


VALID: Final = Examination(True)
INVALID: Final = Examination(False)


class Application(Protocol):
    """What the values are: for a node the blocks of its ledger. As deterministic as the machine that asks it, and as quick to answer."""

    def make_value(self, height: int, pending: Sequence[bytes], without: Set[str]) -> bytes:
        """Return a value to propose for `height`, after all that was decided and then `pending`, leaving `without` these transactions."""

    def examine_value(self, height: int, value: bytes, pending: Sequence[bytes]) -> Examination:
        """Say whether a value that somebody proposed may stand at `height`, after all that was decided and then `pending`."""

    def compute_id(self, value: bytes) -> bytes:
        """Return the hash by which votes name a value: the hash of the block."""
