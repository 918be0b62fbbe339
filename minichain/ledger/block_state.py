"""A block in progress: the state that its transactions see, before anybody has agreed to it.

The transactions of a block see what earlier ones of the same block wrote, each write under the version that it will have once the block
is decided. The state below stays as it is until then, because the block may never be decided.

Simplifications: the keys that the block has changed are sorted again when a range is read after a transaction; RocksDB keeps such a batch
in a skip list, in order.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from minichain.ledger.rwset import Version
from minichain.ledger.state import Entry, Place, SortedKeys, StateReader, Writes

T = TypeVar("T")


class BlockState:
    """The state below, with what the transactions of the next block have written so far."""

    __slots__ = ("_base", "_changes", "_height", "_keys")

    def __init__(self, base: StateReader) -> None:
        self._base = base
        self._height = base.height + 1
        self._changes: dict[Place, Entry | None] = {}
        self._keys: dict[str, SortedKeys] = {}
        """What the block has changed, by contract."""

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
        keys = self._keys.get(contract)
        if keys is None:
            return self._base.iterate(contract, start, end)
        changes = ((key, self._changes[contract, key]) for key in keys.iterate(start, end))
        return merge_changes(self._base.iterate(contract, start, end), changes)

    def apply_transaction(self, index: int, writes: Writes) -> None:
        """Apply what transaction `index` of the block wrote."""
        version = Version(self._height, index)
        for write in writes:
            place = (write.contract, write.key)
            if place not in self._changes:
                self._keys.setdefault(write.contract, SortedKeys()).add(write.key)
            self._changes[place] = None if write.value is None else Entry(write.value, version)


def select_range(changes: Mapping[Place, T], contract: str, start: bytes, end: bytes | None) -> list[tuple[bytes, T]]:
    """Return the changed keys of one contract from `start` to before `end`, ascending, each with what it was changed to."""
    return sorted(
        ((key, value) for (name, key), value in changes.items() if name == contract and start <= key and (end is None or key < end)),
        key=lambda change: change[0],
    )


def merge_changes(entries: Iterable[tuple[bytes, T]], changes: Iterable[tuple[bytes, T | None]]) -> Iterator[tuple[bytes, T]]:
    """Yield the entries in ascending order, as the changes make them: None deletes a key. Both come ascending.

    >>> list(merge_changes([(b"a", 1), (b"b", 2), (b"d", 4)], [(b"b", None), (b"c", 3), (b"d", 5)]))
    [(b'a', 1), (b'c', 3), (b'd', 5)]
    """
    rest = iter(changes)
    change = next(rest, None)
    for key, entry in entries:
        while change is not None and change[0] < key:
            yield from get_kept(change)
            change = next(rest, None)
        if change is None or change[0] != key:
            yield key, entry
    while change is not None:
        yield from get_kept(change)
        change = next(rest, None)


def get_kept(change: tuple[bytes, T | None]) -> Iterator[tuple[bytes, T]]:
    """Yield the change, unless it deletes its key."""
    key, value = change
    if value is not None:
        yield key, value
