"""The store on disk: one SQLite database in WAL mode, with what it takes to notice damage beside it (`database` names the files).

The order of writing makes the promise. A block and all that came of it is one database transaction. It is brought to the disk (fsync of
the log), then it is acknowledged, then `commit` returns. From time to time the log is copied into the database file, after the checksums
that this will give have been written. Killed at any point, the store opens again at the last commit, and nothing that was acknowledged
is missing. No other process can open it meanwhile.

Simplifications: a database that grows without end. ChainMaker keeps blocks in files of their own, and archives old ones, as `archive`
does here.
"""

import os
import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from minichain.crypto.hashing import sha256
from minichain.crypto.node_store import NodeStore
from minichain.identity.member import Member
from minichain.ledger.acknowledgement import Acknowledgement, open_locked, write_acknowledgement
from minichain.ledger.block import Block, Header
from minichain.ledger.database import ACKNOWLEDGED, DATABASE, LOG, LOG_BYTES, checkpoint, close, connect, validate_acknowledged
from minichain.ledger.encoding import decode, encode
from minichain.ledger.errors import ArchivedError, DamagedError, StoreError
from minichain.ledger.files import OnWrite, ignore
from minichain.ledger.receipt import Event
from minichain.ledger.rwset import Write
from minichain.ledger.sqlite_state import SqliteState
from minichain.ledger.state import EMPTY_HEIGHT, State
from minichain.ledger.store import Archive, Committed, FoundEvent, Position, validate_revert


class SqliteNodes:
    """The trie's nodes in the database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, key: bytes, /) -> bytes | None:
        """Return what was put under this hash, or None."""
        row = self._connection.execute("SELECT node FROM nodes WHERE hash = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def put(self, key: bytes, value: bytes, /) -> None:
        """Keep `value` under its hash."""
        self._connection.execute("INSERT OR IGNORE INTO nodes VALUES (?, ?)", (key, value))


class SqliteStore:
    """The store in `directory` (see `create_store` in `database`). Close it, or use it in a `with`; a process that ends closes it.

    `is_synced=False` leaves it to the system when to write to the disk, and promises nothing until then: a power failure may cost the last
    blocks, a crash of the process does not. `on_write` is told each step, for tests.
    """

    def __init__(self, directory: Path, *, is_synced: bool = True, on_write: OnWrite = ignore) -> None:
        self.directory = directory
        self._is_synced = is_synced
        self._on_write = on_write
        if not (directory / DATABASE).exists():
            raise StoreError(f"{directory} holds no ledger; `minichain chain init` makes one")
        self._descriptor = open_locked(directory / ACKNOWLEDGED)
        try:
            validate_acknowledged(directory)  # before SQLite opens a log, which drops what is damaged
            self._connection = self._connect(is_synced)
        except BaseException:
            os.close(self._descriptor)
            raise
        # A connection that Python closes by itself would copy the log without telling `page_sums`.
        self._finalizer = weakref.finalize(self, close, directory, self._connection, self._descriptor)
        self._depth = 0
        self._load()
        self.state: State = SqliteState(self._connection, lambda: self._height)
        self.nodes: NodeStore = SqliteNodes(self._connection)
        # After a crash: bring database file and checksums to the last commit, and say so.
        checkpoint(directory, self._connection, on_write, is_checked=True)
        self._acknowledge()

    def _connect(self, is_synced: bool) -> sqlite3.Connection:
        try:
            connection = connect(self.directory, is_synced=is_synced)
            connection.execute("SELECT COUNT(*) FROM meta").fetchone()
        except sqlite3.OperationalError as error:
            raise StoreError(f"{self.directory / DATABASE} cannot be opened: {error}") from None
        except sqlite3.DatabaseError as error:
            raise DamagedError(f"{DATABASE}: SQLite cannot read it ({error})") from None
        return connection

    def _load(self) -> None:
        """Read what is kept in memory."""
        meta = dict(self._connection.execute("SELECT name, value FROM meta"))
        if meta.get("format") != 1:
            raise StoreError(f"{self.directory} has the format {meta.get('format')}; this program knows 1")
        self._commits: int = meta["commits"]
        self._final_height: int = meta["final_height"]
        height, block_hash = self._connection.execute("SELECT MAX(height), hash FROM blocks").fetchone()
        self._height: int = EMPTY_HEIGHT if height is None else height
        self._hash: bytes = block_hash or bytes(32)

    def __enter__(self) -> "SqliteStore":
        """Return the store."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the store."""
        self.close()

    def close(self) -> None:
        """Copy the log into the database file and let go of both. What is called afterwards fails."""
        self._finalizer()

    # Changing

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Make several changes one. Those inside of another are part of that one."""
        if self._depth:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        self._depth = 1
        try:
            yield
            self._commits += 1
            self._connection.execute("UPDATE meta SET value = ? WHERE name = 'commits'", (self._commits,))
            self._on_write("commit: before")
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._load()
            raise
        finally:
            self._depth = 0
        self._on_write("commit: after")
        if self._is_synced:
            self._acknowledge()
        self._on_write("commit: acknowledged")
        if (self.directory / LOG).stat().st_size > LOG_BYTES:
            checkpoint(self.directory, self._connection, self._on_write)

    def _acknowledge(self) -> None:
        write_acknowledgement(self._descriptor, Acknowledgement(self._commits, self._height + 1, self._hash))

    def commit(self, committed: Committed, nodes: Mapping[bytes, bytes]) -> None:
        """Add the next block with all that came of it, and the trie nodes that it made."""
        block = committed.block
        with self.atomic():
            self.state.apply(block.height, committed.writes)
            self._on_write("commit: state")
            self._execute("INSERT INTO blocks VALUES (?, ?, ?, ?)", (block.height, committed.hash, block.header.encoded, encode(committed)))
            self._connection.executemany("INSERT OR IGNORE INTO nodes VALUES (?, ?)", nodes.items())
            self._index(committed)
            self._height, self._hash = block.height, committed.hash
            self._on_write("commit: all")

    def _index(self, committed: Committed) -> None:
        """Write what finds transactions, sequences and events."""
        height = committed.block.height
        transactions = committed.block.transactions
        self._connection.executemany(
            "INSERT INTO transactions VALUES (?, ?, ?)",
            [(bytes.fromhex(one.tx_id), height, index) for index, one in enumerate(transactions)],
        )
        self._connection.executemany(
            "INSERT INTO sequences VALUES (?, ?, ?)",
            [(compute_sender_key(one.sender.signer), one.payload.sequence, height) for one in transactions if one.payload.sequence],
        )
        self._connection.executemany(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)",
            [
                (event.contract, event.topic, height, index, place, encode(event))
                for index, receipt in enumerate(committed.receipts)
                for place, event in enumerate(receipt.events)
            ],
        )

    def revert(self, height: int) -> None:
        """Take back the blocks above `height`."""
        validate_revert(self, height)
        with self.atomic():
            self.state.revert(height)
            for table in ("blocks", "transactions", "sequences", "events"):
                self._execute(f"DELETE FROM {table} WHERE height > ?", (height,))
            self._load()

    def put_branch(self, block: Block, block_hash: bytes) -> None:
        """Keep a block of another branch."""
        with self.atomic():
            self._execute("INSERT OR IGNORE INTO branches VALUES (?, ?, ?)", (block_hash, block.height, block.encoded))

    def drop_branch(self, block_hash: bytes) -> None:
        """Forget a block of another branch."""
        with self.atomic():
            self._execute("DELETE FROM branches WHERE hash = ?", (block_hash,))

    def set_final(self, height: int) -> None:
        """Note that nothing up to this height is ever taken back."""
        with self.atomic():
            self._execute("UPDATE meta SET value = ? WHERE name = 'final_height'", (height,))
            self._final_height = height

    # Archives (see `archive`)

    def get_archives(self) -> list[Archive]:
        """Return which blocks are archived where, the lowest first."""
        return [Archive(*row) for row in self._execute("SELECT first, last, name, digest FROM archives ORDER BY first")]

    def drop_bodies(self, archive: Archive) -> None:
        """Keep of these blocks what finds and proves them: headers, hashes, the state that they left."""
        if not 0 < archive.first <= archive.last <= self._final_height or archive.last == self._height:
            raise StoreError(
                f"cannot archive the blocks {archive.first} to {archive.last}: only final blocks are archived "
                f"(up to {self._final_height}), and neither the first nor the last of the chain"
            )
        with self.atomic():
            self._execute("UPDATE blocks SET committed = NULL WHERE height BETWEEN ? AND ?", (archive.first, archive.last))
            self._execute("INSERT INTO archives VALUES (?, ?, ?, ?)", (archive.first, archive.last, archive.name, archive.digest))

    def put_back_bodies(self, archive: Archive, bodies: Iterable[Committed]) -> None:
        """Take the blocks of an archive, all of which were compared with their headers, into the database again."""
        with self.atomic():
            self._connection.executemany(
                "UPDATE blocks SET committed = ? WHERE height = ?", ((encode(body), body.block.height) for body in bodies)
            )
            self._execute("DELETE FROM archives WHERE first = ?", (archive.first,))

    # Reading

    def _execute(self, statement: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)

    @property
    def height(self) -> int:
        """The height of the last block, -1 if there is none."""
        return self._height

    @property
    def final_height(self) -> int:
        """The height up to which nothing is ever taken back."""
        return self._final_height

    def _get_block_field(self, name: str, height: int) -> bytes | None:
        row = self._execute(f"SELECT {name} FROM blocks WHERE height = ?", (height,)).fetchone()
        if row is None:
            raise StoreError(f"there is no block at height {height}: the chain is at {self._height}")
        value: bytes | None = row[0]
        return value

    def get_committed(self, height: int) -> Committed:
        """Return a block with what came of it. Raise StoreError if it is archived."""
        encoded = self._get_block_field("committed", height)
        if encoded is None:
            name = next(archive.name for archive in self.get_archives() if archive.first <= height <= archive.last)
            raise ArchivedError(f"the block at height {height} is archived, in {name}")
        return decode(Committed, encoded, max_bytes=len(encoded))

    def get_header(self, height: int) -> Header:
        """Return a header, also that of an archived block."""
        return decode(Header, self._get_block_field("header", height) or b"")

    def get_hash(self, height: int) -> bytes:
        """Return a block's hash."""
        return self._hash if height == self._height >= 0 else self._get_block_field("hash", height) or b""

    def find_height(self, block_hash: bytes) -> int | None:
        """Return where the block with this hash stands, or None."""
        row = self._execute("SELECT height FROM blocks WHERE hash = ?", (block_hash,)).fetchone()
        return None if row is None else int(row[0])

    def find_transaction(self, tx_id: str) -> Position | None:
        """Return where a transaction stands, or None."""
        row = self._execute("SELECT height, idx FROM transactions WHERE tx_id = ?", (bytes.fromhex(tx_id),)).fetchone()
        return None if row is None else Position(*row)

    def get_transaction_ids(self) -> Iterator[str]:
        """Yield the id of every transaction on the chain, in no particular order."""
        return (tx_id.hex() for (tx_id,) in self._execute("SELECT tx_id FROM transactions"))

    def get_sequence(self, sender: Member, height: int) -> int:
        """Return the largest sequence of this sender up to the block at `height`, or 0."""
        row = self._execute(
            "SELECT sequence FROM sequences WHERE sender = ? AND height <= ? ORDER BY sequence DESC LIMIT 1",
            (compute_sender_key(sender), height),
        ).fetchone()
        return 0 if row is None else int(row[0])

    def find_events(self, contract: str, topic: str, first_height: int = 0) -> Iterator[FoundEvent]:
        """Yield the events of a contract with this topic, in order."""
        for height, index, event in self._execute(
            "SELECT height, idx, event FROM events WHERE contract = ? AND topic = ? AND height >= ? ORDER BY height, idx, place",
            (contract, topic, first_height),
        ):
            yield FoundEvent(Position(height, index), decode(Event, event))

    def count_values(self) -> int:
        """Return how many values the state's keys have had in all."""
        return int(self._execute("SELECT COUNT(*) FROM state").fetchone()[0])

    def has_written(self, write: Write, height: int, index: int) -> bool:
        """Return whether the state has it that this transaction made this write."""
        row = self._execute(
            "SELECT value FROM state WHERE contract = ? AND key = ? AND height = ? AND idx = ?", (write.contract, write.key, height, index)
        ).fetchone()
        return row is not None and row[0] == write.value

    def iterate_nodes(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield every node of the trie with its hash."""
        return iter(self._execute("SELECT hash, node FROM nodes"))

    def get_branches(self) -> list[tuple[bytes, Block]]:
        """Return the blocks of other branches with their hashes, the lowest first."""
        rows = self._execute("SELECT hash, block FROM branches ORDER BY height, hash")
        return [(block_hash, decode(Block, block)) for block_hash, block in rows]


def compute_sender_key(sender: Member) -> bytes:
    """Return the name under which a sender's sequences are kept: certificates are long."""
    return sha256(encode(sender))
