"""What happened in a run, as plain data, and as a text that reads as a story.

The same seed gives the same trace on any machine; so a transcript can be kept beside the tests, and compared. Figures draw it
(`minichain.figures.space_time`), labs hand it in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from minichain.network.simulated_ledger import compute_hash, read_batch


@dataclass(slots=True)
class Sent:
    """A message left; it arrives once or more often, or never."""

    at_ms: int
    sender: str
    recipient: str
    message: Any
    arrivals_ms: tuple[int, ...]
    why_lost: str = ""
    number: int = 0
    """How many messages went from this sender to this recipient before."""


@dataclass(slots=True)
class Wrote:
    """A record is on a member's disk."""

    at_ms: int
    member: str
    record: Any


@dataclass(slots=True)
class Fired:
    """A timer was over."""

    at_ms: int
    member: str
    timer: Any


@dataclass(slots=True)
class Decided:
    """A member decided."""

    at_ms: int
    member: str
    height: int
    value: bytes
    proof: Any
    validators: tuple[Any, ...]
    """Who decided it, as this member's ledger had them."""


@dataclass(slots=True)
class Crashed:
    """A member's power failed."""

    at_ms: int
    member: str
    done: int
    """How many effects of its last step were still carried out."""
    of: int
    torn: Any = None
    """The record that it was writing."""


@dataclass(slots=True)
class Restarted:
    """A member came back."""

    at_ms: int
    member: str


@dataclass(slots=True)
class Reported:
    """A member holds evidence against another one."""

    at_ms: int
    member: str
    evidence: Any


@dataclass(slots=True)
class Asked:
    """A client wants a transaction."""

    at_ms: int
    client: str
    transaction: str


@dataclass(slots=True)
class Divided:
    """The network fell into groups; into one, if it is whole again."""

    at_ms: int
    groups: tuple[tuple[str, ...], ...]


Entry = Sent | Wrote | Fired | Decided | Crashed | Restarted | Reported | Asked | Divided


def describe(value: Any) -> str:
    """Return a value in few words: Vote(height 3, round 0, id 5f1c).

    >>> describe((1, b"abcdef", None, "A"))
    '1, 6162, none, A'
    """
    if is_dataclass(value):
        inner = ", ".join(f"{field.name} {describe(getattr(value, field.name))}" for field in fields(value) if field.repr)
        return f"{type(value).__name__}({inner})"
    if isinstance(value, bytes):
        return value[:2].hex() or "empty"
    if isinstance(value, tuple | list):
        return ", ".join(map(describe, value)) if len(value) < 6 else f"{len(value)} of them"
    return "none" if value is None else str(value)


def describe_value(value: bytes) -> str:
    """Return who made a batch, its hash, and the transactions in it."""
    batch = read_batch(value)
    if batch is None:
        return "bytes that are no batch"
    return f"{compute_hash(value)[:2].hex()} by {batch.maker}, " + (", ".join(entry.transaction for entry in batch.entries) or "empty")


def tell(entry: Entry) -> str:
    """Return one line of the story."""
    start = f"{entry.at_ms:6} ms  "
    match entry:
        case Sent():
            fate = " and ".join(f"{at} ms" for at in entry.arrivals_ms)
            end = f"arrives at {fate}" if fate else f"lost ({entry.why_lost})"
            return f"{start}{entry.sender} to {entry.recipient}: {describe(entry.message)} · {end}"
        case Wrote():
            return f"{start}{entry.member} writes {describe(entry.record)}"
        case Fired():
            return f"{start}{entry.member} waited long enough: {describe(entry.timer)}"
        case Decided():
            return f"{start}{entry.member} decides height {entry.height}: {describe_value(entry.value)}"
        case Crashed():
            torn = f"; torn is {describe(entry.torn)}" if entry.torn is not None else ""
            return f"{start}{entry.member} crashes when {entry.done} of {entry.of} effects are done{torn}"
        case Restarted():
            return f"{start}{entry.member} is back"
        case Reported():
            return f"{start}{entry.member} holds evidence: {describe(entry.evidence)}"
        case Asked():
            return f"{start}{entry.client} asks: {entry.transaction}"
        case Divided():
            return f"{start}the network is " + (" | ".join(" ".join(group) for group in entry.groups) if len(entry.groups) > 1 else "whole")


def render(entries: Iterable[Entry]) -> str:
    """Return the story of a run, a line for each entry."""
    return "".join(tell(entry) + "\n" for entry in entries)
