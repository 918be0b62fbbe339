"""What comes back from the kit's chain: what each call came to, in plain values, and the block that it stands in."""

from dataclasses import dataclass, field
from typing import Any

from minichain.contracts.kit.organisations import Actor
from minichain.contracts.values import decode_value
from minichain.figures.block_dag import BlockDag, describe_block_dag
from minichain.ledger.block import Block
from minichain.ledger.errors import LedgerError
from minichain.ledger.execution import Code
from minichain.ledger.receipt import Event, Receipt


@dataclass(frozen=True)
class Invocation:
    """A call that somebody wants to make."""

    sender: Actor
    contract: str
    method: str
    parameters: tuple[tuple[str, bytes], ...]
    endorsers: tuple[Actor, ...] = ()
    gas: int = 0
    """The most that it may use; 0 is the chain's default."""

    def __str__(self) -> str:
        return f"{self.sender.org}: {self.contract}.{self.method}"


@dataclass(frozen=True)
class Announced:
    """An event, in plain values."""

    contract: str
    topic: str
    values: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.contract}.{self.topic}({', '.join(map(repr, self.values))})"


@dataclass(frozen=True)
class Result:
    """What an invocation came to."""

    invocation: Invocation
    value: Any
    """What the method gave back; bytes where its source is not known."""
    code: Code
    message: str
    events: tuple[Announced, ...]
    gas: int
    height: int
    index: int
    """Its place in the block."""
    receipt: Receipt = field(repr=False)

    @property
    def is_success(self) -> bool:
        """Whether it did what was asked."""
        return self.code is Code.OK


class RefusedError(LedgerError):
    """A call that an author expected to succeed did not. `result` is None if it came into no block at all, or was only a query."""

    def __init__(self, message: str, code: Code | None = None, result: Result | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.result = result


@dataclass(frozen=True)
class SealedBlock:
    """A block of the kit's chain, and what its calls came to, in the order in which they were given."""

    block: Block
    hash: bytes
    results: tuple[Result, ...]

    @property
    def height(self) -> int:
        """Where it stands."""
        return self.block.height

    @property
    def events(self) -> tuple[Announced, ...]:
        """All events, in the block's order."""
        return tuple(event for result in sorted(self.results, key=lambda one: one.index) for event in result.events)

    def make_figure(self) -> BlockDag:
        """Return the DAG as a figure of `minichain.figures`."""
        labels = [str(result.invocation) for result in sorted(self.results, key=lambda one: one.index)]
        return BlockDag(tuple(labels), self.block.dag.neighbours)

    def describe_dag(self, lang: str = "en") -> str:
        """Return in words which transactions could run at once."""
        return describe_block_dag(self.make_figure(), lang)


def make_announced(event: Event) -> Announced:
    """Return an event in plain values; those of system contracts are bytes of their own, and stay as they are."""
    try:
        values = tuple(decode_value(part) for part in event.data)
    except LedgerError:
        values = event.data
    return Announced(event.contract, event.topic, values)
