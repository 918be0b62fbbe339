"""The world state on disk: one table with a row for every value that a key ever had.

What a key is worth now is its last row; what it was worth at an earlier height, the last row up to there; its history, all of them.
Taking blocks back deletes rows. So the present, the snapshots and the history cannot disagree: they are the same rows.

Simplifications: nothing is pruned, and taking blocks back looks through the whole table. A production database keeps the present values
apart, where they lie close together, and drops history that nobody asks for.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from minichain.ledger.errors import StateError
from minichain.ledger.rwset import Version
from minichain.ledger.state import EMPTY_HEIGHT, Change, Entry, Place, Writes

STATE_SCHEMA: Final = """
CREATE TABLE state (
    contract TEXT NOT NULL, key BLOB NOT NULL, height INTEGER NOT NULL, idx INTEGER NOT NULL,
    value BLOB, -- NULL where the transaction deleted the key
    PRIMARY KEY (contract, key, height, idx)
) WITHOUT ROWID, STRICT;
"""

LATEST: Final = "SELECT value, height, idx FROM state WHERE contract = ? AND key = ? AND height <= ? ORDER BY height DESC, idx DESC LIMIT 1"
# SQLite takes the other columns from the row with the largest version (sqlite.org/lang_select.html, "bare columns").
RANGE: Final = """
SELECT contract, key, value, height, idx, MAX(height * 4294967296 + idx) FROM state
WHERE contract = ? AND key >= ? AND (? IS NULL OR key < ?) AND height <= ? GROUP BY contract, key ORDER BY key
"""
EVERYTHING: Final = """
SELECT contract, key, value, height, idx, MAX(height * 4294967296 + idx) FROM state
WHERE height <= ? GROUP BY contract, key ORDER BY contract, key
"""


class SqliteReader:
    """The state as it was after the block at a height, which `get_height` tells."""

    def __init__(self, connection: sqlite3.Connection, get_height: Callable[[], int]) -> None:
        self._connection = connection
        self._get_height = get_height

    @property
    def height(self) -> int:
        """The height that it shows."""
        return self._get_height()

    def get(self, contract: str, key: bytes) -> Entry | None:
        """Return what the key is worth, or None."""
        row = self._connection.execute(LATEST, (contract, key, self._get_height())).fetchone()
        return None if row is None or row[0] is None else Entry(row[0], Version(row[1], row[2]))

    def iterate(self, contract: str, start: bytes = b"", end: bytes | None = None) -> Iterator[tuple[bytes, Entry]]:
        """Yield the contract's keys from `start` to before `end` with their entries, in ascending order."""
        for _, key, value, height, index, _ in self._connection.execute(RANGE, (contract, start, end, end, self._get_height())):
            if value is not None:
                yield key, Entry(value, Version(height, index))

    def iterate_all(self) -> Iterator[tuple[Place, Entry]]:
        """Yield every key of every contract with its entry."""
        for contract, key, value, height, index, _ in self._connection.execute(EVERYTHING, (self._get_height(),)):
            if value is not None:
                yield (contract, key), Entry(value, Version(height, index))


class SqliteState(SqliteReader):
    """The present state. The store begins and ends the database transactions around what changes it, and tells its height."""

    def apply(self, height: int, changes: Sequence[Writes]) -> None:
        """Apply what the transactions of the block at `height` wrote. Raise StateError unless it is the next block."""
        if height != self.height + 1:
            raise StateError(f"the state is at height {self.height}, so the next block is {self.height + 1}, not {height}")
        self._connection.executemany(
            "INSERT INTO state VALUES (?, ?, ?, ?, ?)",
            [(write.contract, write.key, height, index, write.value) for index, writes in enumerate(changes) for write in writes],
        )

    def revert(self, height: int) -> None:
        """Take back the blocks above `height`."""
        self._validate_height(height)
        self._connection.execute("DELETE FROM state WHERE height > ?", (height,))

    def get_snapshot(self, height: int) -> SqliteReader:
        """Return the state as it was after the block at `height`. Raise StateError for a height that the state has not reached."""
        self._validate_height(height)
        return SqliteReader(self._connection, lambda: height)

    def get_history(self, contract: str, key: bytes) -> Sequence[Change]:
        """Return every change of the key, the oldest first."""
        rows = self._connection.execute(
            "SELECT height, idx, value FROM state WHERE contract = ? AND key = ? ORDER BY height, idx", (contract, key)
        )
        return tuple(Change(Version(height, index), value) for height, index, value in rows)

    def _validate_height(self, height: int) -> None:
        if not EMPTY_HEIGHT <= height <= self.height:
            raise StateError(f"the state is at height {self.height} and never was at {height}")
