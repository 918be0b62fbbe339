"""Where the ledger stays: blocks with what came of them, the state, the trie's nodes, and what finds them again.

The interface is small, because it is what a crash must not break: `commit` adds a block with all its consequences or not at all,
`revert` takes blocks back, and whoever opens the store again finds it at a height that was committed. `MemoryStore` is for notebooks,
the simulator and the browser; `sqlite_store` keeps the same on disk.

Simplifications: ChainMaker has five databases (blocks, state, history, results, events) and a log that brings those up to date that
lag behind after a crash. Here one database transaction covers all, so nothing lags.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol

from minichain.crypto.node_store import MemoryStore as MemoryNodes
from minichain.crypto.node_store import NodeStore
from minichain.identity.member import Member
from minichain.ledger.block import Block, Header
from minichain.ledger.errors import StoreError
from minichain.ledger.receipt import Event, Receipt
from minichain.ledger.rwset import ReadWriteSet, Write
from minichain.ledger.state import EMPTY_HEIGHT, MemoryState, State


@dataclass(frozen=True)
class Committed:
    """A block on the chain, with what came of each of its transactions."""

    block: Block
    hash: bytes
    receipts: tuple[Receipt, ...]
    rwsets: tuple[ReadWriteSet, ...]

    @property
    def writes(self) -> list[Sequence[Write]]:
        """What each transaction wrote, in order: what the state takes."""
        return [rwset.writes for rwset in self.rwsets]


@dataclass(frozen=True)
class Position:
    """Where a transaction stands on the chain."""

    height: int
    index: int


@dataclass(frozen=True)
class FoundEvent:
    """An event, and the transaction that announced it."""

    position: Position
    event: Event


@dataclass(frozen=True)
class Archive:
    """The blocks `first` to `last` lie in the file `name`, whose last digest is this (see `chain_file`)."""

    first: int
    last: int
    name: str
    digest: bytes


class Store(Protocol):
    """What the chain asks of its store. Heights count from 0; what is not there raises StoreError."""

    state: State
    nodes: NodeStore
    """Nodes of the state's trie. They arrive with `commit`; one that was put before is not there until then."""

    @property
    def height(self) -> int:
        """The height of the last block, -1 if there is none."""

    @property
    def final_height(self) -> int:
        """The height up to which nothing is ever taken back, -1 if there is none."""

    def commit(self, committed: Committed, nodes: Mapping[bytes, bytes]) -> None:
        """Add the next block with all that came of it, and the trie nodes that it made: all or nothing."""

    def revert(self, height: int) -> None:
        """Take back the blocks above `height`."""

    def atomic(self) -> AbstractContextManager[None]:
        """Make several changes one: after a crash all are there or none, and none after an exception that leaves the block."""

    def get_committed(self, height: int) -> Committed:
        """Return a block with what came of it."""

    def get_header(self, height: int) -> Header:
        """Return a header, also that of an archived block."""

    def get_hash(self, height: int) -> bytes:
        """Return a block's hash."""

    def find_height(self, block_hash: bytes) -> int | None:
        """Return where the block with this hash stands, or None if it is not on the chain."""

    def find_transaction(self, tx_id: str) -> Position | None:
        """Return where a transaction stands, or None if it is not on the chain."""

    def get_transaction_ids(self) -> Iterator[str]:
        """Yield the id of every transaction on the chain, in no particular order."""

    def get_sequence(self, sender: Member, height: int) -> int:
        """Return the largest sequence of this sender up to the block at `height`, or 0."""

    def find_events(self, contract: str, topic: str, first_height: int = 0) -> Iterator[FoundEvent]:
        """Yield the events of a contract with this topic, in order, from the block at `first_height` on."""

    def put_branch(self, block: Block, block_hash: bytes) -> None:
        """Keep a block that is on no chain yet: one of another branch."""

    def get_branches(self) -> list[tuple[bytes, Block]]:
        """Return the blocks of other branches with their hashes, the lowest first."""

    def drop_branch(self, block_hash: bytes) -> None:
        """Forget a block of another branch."""

    def set_final(self, height: int) -> None:
        """Note that nothing up to this height is ever taken back."""


class MemoryStore:
    """The store as dictionaries. `atomic` keeps what Python keeps: nothing survives the process, so no crash leaves half of anything."""

    def __init__(self) -> None:
        self.state: State = MemoryState()
        self.nodes: NodeStore = MemoryNodes()
        self._blocks: list[Committed] = []
        self._heights: dict[bytes, int] = {}
        self._positions: dict[str, Position] = {}
        self._sequences: dict[Member, list[tuple[int, int]]] = {}
        self._branches: dict[bytes, Block] = {}
        self._final_height = EMPTY_HEIGHT

    @property
    def height(self) -> int:
        """The height of the last block, -1 if there is none."""
        return len(self._blocks) - 1

    @property
    def final_height(self) -> int:
        """The height up to which nothing is ever taken back."""
        return self._final_height

    def commit(self, committed: Committed, nodes: Mapping[bytes, bytes]) -> None:
        """Add the next block."""
        height = committed.block.height
        self.state.apply(height, committed.writes)
        for node_hash, node in nodes.items():
            self.nodes.put(node_hash, node)
        self._blocks.append(committed)
        self._heights[committed.hash] = height
        for index, transaction in enumerate(committed.block.transactions):
            self._positions[transaction.tx_id] = Position(height, index)
            if transaction.payload.sequence:
                self._sequences.setdefault(transaction.sender.signer, []).append((height, transaction.payload.sequence))

    def revert(self, height: int) -> None:
        """Take back the blocks above `height`."""
        validate_revert(self, height)
        for committed in self._blocks[height + 1 :]:
            del self._heights[committed.hash]
            for transaction in committed.block.transactions:
                del self._positions[transaction.tx_id]
                if transaction.payload.sequence:
                    sequences = self._sequences[transaction.sender.signer]
                    while sequences and sequences[-1][0] > height:
                        sequences.pop()
        del self._blocks[height + 1 :]
        self.state.revert(height)

    def atomic(self) -> AbstractContextManager[None]:
        """Nothing needs doing: see `chain`, which puts back what it took when a branch turns out to be wrong."""
        return nullcontext()

    def get_committed(self, height: int) -> Committed:
        """Return a block with what came of it."""
        if not 0 <= height < len(self._blocks):
            raise StoreError(f"there is no block at height {height}: the chain is at {self.height}")
        return self._blocks[height]

    def get_header(self, height: int) -> Header:
        """Return a header."""
        return self.get_committed(height).block.header

    def get_hash(self, height: int) -> bytes:
        """Return a block's hash."""
        return self.get_committed(height).hash

    def find_height(self, block_hash: bytes) -> int | None:
        """Return where the block with this hash stands, or None."""
        return self._heights.get(block_hash)

    def find_transaction(self, tx_id: str) -> Position | None:
        """Return where a transaction stands, or None."""
        return self._positions.get(tx_id)

    def get_transaction_ids(self) -> Iterator[str]:
        """Yield the id of every transaction on the chain."""
        return iter(list(self._positions))

    def get_sequence(self, sender: Member, height: int) -> int:
        """Return the largest sequence of this sender up to the block at `height`, or 0."""
        # They ascend, so the largest is the last.
        return next((sequence for at, sequence in reversed(self._sequences.get(sender, [])) if at <= height), 0)

    def find_events(self, contract: str, topic: str, first_height: int = 0) -> Iterator[FoundEvent]:
        """Yield the events of a contract with this topic, in order."""
        for committed in self._blocks[first_height:]:
            yield from select_events(committed, contract, topic)

    def put_branch(self, block: Block, block_hash: bytes) -> None:
        """Keep a block of another branch."""
        self._branches[block_hash] = block

    def get_branches(self) -> list[tuple[bytes, Block]]:
        """Return the blocks of other branches with their hashes, the lowest first."""
        return sorted(self._branches.items(), key=lambda entry: entry[1].height)

    def drop_branch(self, block_hash: bytes) -> None:
        """Forget a block of another branch."""
        self._branches.pop(block_hash, None)

    def set_final(self, height: int) -> None:
        """Note that nothing up to this height is ever taken back."""
        self._final_height = height


def select_events(committed: Committed, contract: str, topic: str) -> Iterator[FoundEvent]:
    """Yield the events of one block that a contract announced under this topic."""
    for index, receipt in enumerate(committed.receipts):
        for event in receipt.events:
            if (event.contract, event.topic) == (contract, topic):
                yield FoundEvent(Position(committed.block.height, index), event)


def validate_revert(store: Store, height: int) -> None:
    """Raise StoreError unless the blocks above `height` may be taken back."""
    if not store.final_height <= height <= store.height:
        raise StoreError(f"cannot go back to height {height}: the chain is at {store.height} and final up to {store.final_height}")
