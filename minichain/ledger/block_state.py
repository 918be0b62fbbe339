"""A block in progress: the state that its transactions see, before anybody has agreed to it.

The transactions of a block see what earlier ones of the same block wrote, each write under the version that it will have once the block
is decided. The state below stays as it is until then, because the block may never be decided.

Simplifications: the keys that the block has changed are looked through one by one when a range is read; RocksDB keeps such a batch
in a skip list, in order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from minichain.ledger.rwset import Version
from minichain.ledger.state import Entry, Place, StateReader, Writes

T = TypeVar("T")


class BlockState:
    """The state below, with what the transactions of the next block have written so far."""

    __slots__ = ("_base", "_changes", "_height")

    def __init__(self, base: StateReader) -> None:
        self._base = base
        self._height = base.height + 1
        self._changes: dict[Place, Entry | None] = {}

    @property
    def height(self) -> int:
        """The height of the block in progress."""
        return self._height

    def get(self, contract: str, key: bytes) -> Entry | None:
        """Return what the key is worth, or None."""
        place = (contract, key)
        return self._changes[place] if place in self._changes else self._base.get(contract, key)

    def iterate(self, contract: str, start: bytes = b"", end: bytes | None = None) -> Iterator[tuple[bytes, Entry]]:
        """Yield the contract's keys from `start` to before `end` with their entries, in ascending order."""
        changes = select_range(self._changes, contract, start, end)
        return merge_changes(self._base.iterate(contract, start, end), changes)

    def apply_transaction(self, index: int, writes: Writes) -> None:
        """Apply what transaction `index` of the block wrote."""
        version = Version(self._height, index)
        for write in writes:
            self._changes[write.contract, write.key] = None if write.value is None else Entry(write.value, version)


def select_range(changes: Mapping[Place, T], contract: str, start: bytes, end: bytes | None) -> list[tuple[bytes, T]]:
    """Return the changed keys of one contract from `start` to before `end`, ascending, each with what it was changed to."""
    return sorted(
        ((key, value) for (name, key), value in changes.items() if name == contract and start <= key and (end is None or key < end)),
        key=lambda change: change[0],
    )


def merge_changes(entries: Iterable[tuple[bytes, T]], changes: Sequence[tuple[bytes, T | None]]) -> Iterator[tuple[bytes, T]]:
    """Yield the entries in ascending order, as the changes make them: None deletes a key. Both come ascending.

    >>> list(merge_changes([(b"a", 1), (b"b", 2), (b"d", 4)], [(b"b", None), (b"c", 3), (b"d", 5)]))
    [(b'a', 1), (b'c', 3), (b'd', 5)]
    """
    position = 0
    for key, entry in entries:
        while position < len(changes) and changes[position][0] < key:
            yield from get_kept(changes[position])
            position += 1
        if position == len(changes) or changes[position][0] != key:
            yield key, entry
    for change in changes[position:]:
        yield from get_kept(change)


def get_kept(change: tuple[bytes, T | None]) -> Iterator[tuple[bytes, T]]:
    """Yield the change, unless it deletes its key."""
    key, value = change
    if value is not None:
        yield key, value
