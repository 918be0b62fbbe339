"""The world state: what every key of every contract is worth now, since when, and what it was worth before.

A key belongs to one contract and carries the version of its value, which is the place of the transaction that wrote it: that is what
read sets note, and what tells whether something changed (Hyperledger Fabric, "Read-Write set semantics"; ChainMaker's StateDB, HistoryDB).
The state changes only a block at a time. Every value that a key ever had is kept, so the state at any earlier height can still be read,
and a block that turned out to stand on the wrong branch can be taken back.

Simplifications: `MemoryState` forgets all when the process ends; `store` keeps the same on disk behind the same few methods. ChainMaker
keeps the history apart from the present values, and lets an operator turn it off.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple, Protocol

from minichain.ledger.errors import StateError
from minichain.ledger.rwset import Version, Write

Place = tuple[str, bytes]
"""A contract and one of its keys."""

Writes = Sequence[Write]
"""What one transaction wrote."""

EMPTY_HEIGHT = -1
"""The height of a state that not even the genesis block, number 0, has changed."""


class Entry(NamedTuple):
    """A value, and the transaction that wrote it."""

    value: bytes
    version: Version


class Change(NamedTuple):
    """A line of a key's history: the transaction `version` gave it `value`, or deleted it (None)."""

    version: Version
    value: bytes | None


class StateReader(Protocol):
    """What can be read: the present state, an earlier one, or one in the middle of a block."""

    @property
    def height(self) -> int:
        """The height of the last block whose changes are in it."""

    def get(self, contract: str, key: bytes) -> Entry | None:
        """Return what the key is worth, or None if there is no such key."""

    def iterate(self, contract: str, start: bytes = b"", end: bytes | None = None) -> Iterator[tuple[bytes, Entry]]:
        """Yield the contract's keys from `start` to before `end` (None: to the last) with their entries, in ascending order."""


class State(StateReader, Protocol):
    """A state that blocks change."""

    def apply(self, height: int, changes: Sequence[Writes]) -> None:
        """Apply what the transactions of the next block wrote, in their order in the block."""

    def revert(self, height: int) -> None:
        """Take back the blocks above `height`."""

    def get_snapshot(self, height: int) -> StateReader:
        """Return the state as it was after the block at `height`."""

    def get_history(self, contract: str, key: bytes) -> Sequence[Change]:
        """Return every change of the key, the oldest first."""

    def iterate_all(self) -> Iterator[tuple[Place, Entry]]:
        """Yield every key of every contract with its entry: what a copy of the state is made from."""


get_version = attrgetter("version")


class MemoryState:
    """The state as dictionaries.

    >>> state = MemoryState()
    >>> state.apply(0, [[Write("token", b"Ann", b"5")], [Write("token", b"Bob", b"3")]])
    >>> state.apply(1, [[Write("token", b"Ann", None)]])
    >>> state.get("token", b"Bob")
    Entry(value=b'3', version=Version(height=0, index=1))
    >>> state.get("token", b"Ann"), state.get_snapshot(0).get("token", b"Ann").value
    (None, b'5')
    >>> [change.value for change in state.get_history("token", b"Ann")]
    [b'5', None]
    """

    def __init__(self) -> None:
        self._height = EMPTY_HEIGHT
        self._present: dict[Place, Entry] = {}
        self._history: dict[Place, list[Change]] = {}
        self._keys: dict[str, SortedKeys] = {}

    @property
    def height(self) -> int:
        """The height of the last block that was applied, -1 before the first."""
        return self._height

    def get(self, contract: str, key: bytes) -> Entry | None:
        """Return what the key is worth, or None."""
        return self._present.get((contract, key))

    def iterate(self, contract: str, start: bytes = b"", end: bytes | None = None) -> Iterator[tuple[bytes, Entry]]:
        """Yield the contract's keys from `start` to before `end` with their entries, in ascending order."""
        for key in self._iterate_keys(contract, start, end):
            entry = self._present.get((contract, key))
            if entry is not None:
                yield key, entry

    def apply(self, height: int, changes: Sequence[Writes]) -> None:
        """Apply what the transactions of the block at `height` wrote. Raise StateError unless it is the next block."""
        if height != self._height + 1:
            raise StateError(f"the state is at height {self._height}, so the next block is {self._height + 1}, not {height}")
        for index, writes in enumerate(changes):
            version = Version(height, index)
            for write in writes:
                self._change((write.contract, write.key), version, write.value)
        self._height = height

    def _change(self, place: Place, version: Version, value: bytes | None) -> None:
        if value is None:
            self._present.pop(place, None)
        else:
            self._present[place] = Entry(value, version)
        history = self._history.get(place)
        if history is None:
            self._history[place] = history = []
            contract, key = place
            self._keys.setdefault(contract, SortedKeys()).add(key)
        history.append(Change(version, value))

    def revert(self, height: int) -> None:
        """Take back the blocks above `height`. Raise StateError for a height that the state has not reached."""
        self._validate_height(height)
        for place, history in self._history.items():
            if history and history[-1].version.height > height:
                del history[get_length_at(history, height) :]
                entry = get_entry(history, len(history))
                if entry is None:
                    self._present.pop(place, None)
                else:
                    self._present[place] = entry
        self._height = height

    def get_snapshot(self, height: int) -> "Snapshot":
        """Return the state as it was after the block at `height`. Raise StateError for a height that the state has not reached."""
        self._validate_height(height)
        return Snapshot(self, height)

    def get_history(self, contract: str, key: bytes) -> Sequence[Change]:
        """Return every change of the key, the oldest first."""
        return tuple(self._history.get((contract, key), ()))

    def iterate_all(self) -> Iterator[tuple[Place, Entry]]:
        """Yield every key of every contract with its entry, in no particular order."""
        return iter(self._present.items())

    def _iterate_keys(self, contract: str, start: bytes, end: bytes | None) -> Iterator[bytes]:
        """Yield the keys in the range that the contract has or ever had, ascending."""
        keys = self._keys.get(contract)
        return keys.iterate(start, end) if keys else iter(())

    def _validate_height(self, height: int) -> None:
        if not EMPTY_HEIGHT <= height <= self._height:
            raise StateError(f"the state is at height {self._height} and never was at {height}")


def copy_state(height: int, entries: Iterable[tuple[Place, Entry]]) -> MemoryState:
    """Return a state at `height` with these entries, whose history begins here."""
    state = MemoryState()
    state._height = height
    for place, entry in entries:
        state._change(place, entry.version, entry.value)
    return state


class Snapshot:
    """The state after an earlier block. It stays what it is while later blocks are applied; nothing is copied for it."""

    def __init__(self, state: MemoryState, height: int) -> None:
        self._state = state
        self._height = height

    @property
    def height(self) -> int:
        """The height that it shows."""
        return self._height

    def get(self, contract: str, key: bytes) -> Entry | None:
        """Return what the key was worth, or None."""
        history = self._state._history.get((contract, key), [])
        return get_entry(history, get_length_at(history, self._height))

    def iterate(self, contract: str, start: bytes = b"", end: bytes | None = None) -> Iterator[tuple[bytes, Entry]]:
        """Yield the keys that the contract had from `start` to before `end` with their entries, in ascending order."""
        for key in self._state._iterate_keys(contract, start, end):
            entry = self.get(contract, key)
            if entry is not None:
                yield key, entry


def get_length_at(history: Sequence[Change], height: int) -> int:
    """Return how many changes of a history were made up to the block at `height`."""
    return bisect_left(history, Version(height + 1, 0), key=get_version)


def get_entry(history: Sequence[Change], length: int) -> Entry | None:
    """Return what a key was worth after the first `length` changes of its history."""
    if length == 0:
        return None
    version, value = history[length - 1]
    return None if value is None else Entry(value, version)


class SortedKeys:
    """The keys of one contract, in order. They are sorted when somebody asks: keys come by the thousand, ranges are rare."""

    def __init__(self) -> None:
        self._keys: list[bytes] = []
        self._is_sorted = True

    def add(self, key: bytes) -> None:
        """Add a key that is not there yet."""
        self._is_sorted = self._is_sorted and (not self._keys or self._keys[-1] < key)
        self._keys.append(key)

    def iterate(self, start: bytes, end: bytes | None) -> Iterator[bytes]:
        """Yield the keys from `start` to before `end` (None: to the last), ascending. None may be added meanwhile."""
        if not self._is_sorted:
            self._keys.sort()
            self._is_sorted = True
        last = len(self._keys) if end is None else bisect_left(self._keys, end)
        for position in range(bisect_left(self._keys, start), last):
            yield self._keys[position]
