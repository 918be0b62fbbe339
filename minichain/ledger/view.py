"""What a contract runs against: a view of the state that writes down what was read, and keeps what was written to itself.

Nothing else changes state. A transaction's view records every key that it read with the version that it found, every range that it
asked for, and every key that it wrote. A read of what the transaction itself wrote is no read: it says nothing about the state. What
is written can be taken back to a checkpoint, with the events announced since; what was read cannot, because whatever came after may
have depended on it. So a transaction that fails leaves its reads, and nothing else.

Ranges are recorded as asked, beside the keys found in them: a key that is added to the range later (a phantom; Gray and others 1976)
changes what the transaction would have seen just as surely as a changed value does.

Simplifications: a view serves engines, which we trust to keep a contract to its own keys; it does not hold contracts apart itself.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from minichain.ledger.block_state import merge_changes, select_range
from minichain.ledger.errors import LimitError, StateError
from minichain.ledger.receipt import Event
from minichain.ledger.rwset import RangeRead, Read, ReadWriteSet, Write
from minichain.ledger.state import Entry, Place, StateReader

MAX_KEY_BYTES: Final = 1024
MAX_VALUE_BYTES: Final = 1 << 20
MAX_EVENT_BYTES: Final = 1 << 16
"""What a single key, value or event may be long. How much a transaction may write in all is for its gas to say."""


class Checkpoint(NamedTuple):
    """A point that a view can go back to: how much had been written and announced."""

    writes: int
    events: int


class View:
    """One transaction's view of the state `base`, which must not change while the transaction runs.

    >>> from minichain.ledger.state import MemoryState
    >>> view = View(MemoryState())
    >>> view.put("token", b"Ann", b"5")
    >>> checkpoint = view.checkpoint()
    >>> view.put("token", b"Ann", b"4")
    >>> view.rollback(checkpoint)
    >>> view.get("token", b"Ann")
    b'5'
    """

    __slots__ = ("_base", "_events", "_ranges", "_reads", "_undo", "_writes")

    def __init__(self, base: StateReader) -> None:
        self._base = base
        self._reads: dict[Place, Entry | None] = {}
        self._ranges: list[RangeRead] = []
        self._writes: dict[Place, bytes | None] = {}
        self._events: list[Event] = []
        # For each write, in order: where, whether this transaction had written there before, and what.
        self._undo: list[tuple[Place, bool, bytes | None]] = []

    def get(self, contract: str, key: bytes) -> bytes | None:
        """Return what the key is worth to this transaction, or None if there is no such key."""
        place = (contract, key)
        if place in self._writes:
            return self._writes[place]
        if place in self._reads:
            entry = self._reads[place]
        else:
            entry = self._reads[place] = self._base.get(contract, key)
        return None if entry is None else entry.value

    def put(self, contract: str, key: bytes, value: bytes) -> None:
        """Give the key a value. Raise LimitError if either is too long."""
        if len(key) > MAX_KEY_BYTES or len(value) > MAX_VALUE_BYTES:
            raise LimitError(
                f"a key of {len(key)} bytes with a value of {len(value)}; at most {MAX_KEY_BYTES} and {MAX_VALUE_BYTES} are allowed"
            )
        self._write((contract, key), value)

    def delete(self, contract: str, key: bytes) -> None:
        """Delete the key, whether it is there or not: to find out would be a read."""
        self._write((contract, key), None)

    def iterate(self, contract: str, start: bytes = b"", end: bytes | None = None, limit: int | None = None) -> list[tuple[bytes, bytes]]:
        """Return the contract's keys from `start` to before `end` (None: to the last) with their values, ascending, at most `limit`.

        If the limit ends it, only the part of the range up to the last key that was found has been read, and is recorded.
        """
        if limit == 0:
            return []
        visited: list[tuple[bytes, Entry]] = []
        found: list[tuple[bytes, bytes]] = []
        merged = merge_changes(visit(self._base.iterate(contract, start, end), visited), select_range(self._writes, contract, start, end))
        for pair in merged:
            found.append(pair)
            if len(found) == limit:
                end = pair[0] + b"\0"  # the next key that there can be
                break
        self._ranges.append(RangeRead(contract, start, end))
        for key, entry in visited:
            if end is None or key < end:
                self._reads.setdefault((contract, key), entry)
        return found

    def emit(self, contract: str, topic: str, data: tuple[bytes, ...]) -> None:
        """Announce an event. Raise LimitError if it is too long, or its topic is no text that can be written down."""
        try:
            length = len(topic.encode()) + sum(len(part) for part in data)
        except UnicodeEncodeError:
            raise LimitError(f"the topic {topic[:40]!r} holds half a surrogate pair, which UTF-8 has no spelling for") from None
        if length > MAX_EVENT_BYTES:
            raise LimitError(f"an event of {length} bytes; at most {MAX_EVENT_BYTES} are allowed")
        self._events.append(Event(contract, topic, data))

    def checkpoint(self) -> Checkpoint:
        """Return the point that `rollback` can go back to. Checkpoints nest: to go back to an outer one undoes the inner ones."""
        return Checkpoint(len(self._undo), len(self._events))

    def rollback(self, checkpoint: Checkpoint) -> None:
        """Take back what was written and announced since the checkpoint. Raise StateError if an outer one was gone back to before."""
        if checkpoint.writes > len(self._undo) or checkpoint.events > len(self._events):
            raise StateError(f"{checkpoint} is gone: the view went back behind it")
        while len(self._undo) > checkpoint.writes:
            place, was_written, value = self._undo.pop()
            if was_written:
                self._writes[place] = value
            else:
                del self._writes[place]
        del self._events[checkpoint.events :]

    def get_events(self) -> tuple[Event, ...]:
        """Return what was announced, in order."""
        return tuple(self._events)

    def get_rwset(self) -> ReadWriteSet:
        """Return what was read and written."""
        reads = [Read(contract, key, None if entry is None else entry.version) for (contract, key), entry in sorted(self._reads.items())]
        writes = [Write(contract, key, value) for (contract, key), value in sorted(self._writes.items())]
        return ReadWriteSet(tuple(reads), tuple(writes), tuple(self._ranges))

    def _write(self, place: Place, value: bytes | None) -> None:
        is_written = place in self._writes
        self._undo.append((place, is_written, self._writes[place] if is_written else None))
        self._writes[place] = value


def visit(entries: Iterator[tuple[bytes, Entry]], visited: list[tuple[bytes, Entry]]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the keys with their values, and note every entry that was looked at."""
    for key, entry in entries:
        visited.append((key, entry))
        yield key, entry.value
