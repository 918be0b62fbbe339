"""The database's files: made, opened, and brought up to date in an order that no crash can break.

    ledger.db       the database
    ledger.db-wal   SQLite's log: what was committed and is not in the database file yet
    ledger.sums     a checksum for each page of the database file (see `page_sums`)
    ledger.ack      what was acknowledged last (see `acknowledgement`)

Simplifications: one process at a time. SQLite would let others read meanwhile.
"""

import os
import sqlite3
from pathlib import Path
from typing import Final

from minichain.ledger.acknowledgement import create_acknowledgement, get_latest, read_slots
from minichain.ledger.errors import DamagedError, StoreError
from minichain.ledger.files import OnWrite, ignore, sync_directory, write_atomically
from minichain.ledger.page_sums import compute_page_sums, encode_page_sums, read_page_sums, update_page_sums
from minichain.ledger.sqlite_state import STATE_SCHEMA
from minichain.ledger.wal import read_log

DATABASE: Final = "ledger.db"
LOG: Final = "ledger.db-wal"
SUMS: Final = "ledger.sums"
NEXT_SUMS: Final = "ledger.sums.next"
ACKNOWLEDGED: Final = "ledger.ack"

PAGE_SIZE: Final = 4096
LOG_BYTES: Final = 1 << 24
"""How long the log may get before it is copied into the database file."""

SCHEMA: Final = (
    STATE_SCHEMA
    + """
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO meta VALUES ('format', 1), ('commits', 0), ('final_height', -1);
CREATE TABLE blocks (height INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, header BLOB NOT NULL,
    committed BLOB -- NULL once it is archived
) STRICT;
CREATE TABLE transactions (tx_id BLOB PRIMARY KEY, height INTEGER NOT NULL, idx INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE sequences (sender BLOB NOT NULL, sequence INTEGER NOT NULL, height INTEGER NOT NULL,
    PRIMARY KEY (sender, sequence)) WITHOUT ROWID, STRICT;
CREATE TABLE events (contract TEXT NOT NULL, topic TEXT NOT NULL, height INTEGER NOT NULL, idx INTEGER NOT NULL,
    place INTEGER NOT NULL, event BLOB NOT NULL, PRIMARY KEY (contract, topic, height, idx, place)) WITHOUT ROWID, STRICT;
CREATE TABLE nodes (hash BLOB PRIMARY KEY, node BLOB NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE branches (hash BLOB PRIMARY KEY, height INTEGER NOT NULL, block BLOB NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE archives (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, name TEXT NOT NULL, digest BLOB NOT NULL) STRICT;
"""
)


def connect(directory: Path, *, is_synced: bool) -> sqlite3.Connection:
    """Return the only connection that there may be. `is_synced` says whether a commit waits for the disk."""
    connection = sqlite3.connect(directory / DATABASE, isolation_level=None, timeout=0)
    for pragma in (
        f"page_size = {PAGE_SIZE}",
        "locking_mode = EXCLUSIVE",
        "journal_mode = WAL",
        "wal_autocheckpoint = 0",
        f"synchronous = {'FULL' if is_synced else 'NORMAL'}",
        "cache_size = -65536",
        "cell_size_check = ON",
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def create_store(directory: Path, on_write: OnWrite = ignore) -> None:
    """Make an empty store in a new directory, which is there either whole or not at all."""
    if directory.exists():
        raise StoreError(f"{directory} exists; a store is made in a new directory")
    directory.parent.mkdir(parents=True, exist_ok=True)
    building = directory.with_name(f".{directory.name}.building")
    if building.exists():  # left by one that was killed
        for leftover in building.iterdir():
            leftover.unlink()
        building.rmdir()
    building.mkdir()
    connection = connect(building, is_synced=True)
    connection.executescript(f"BEGIN; {SCHEMA} COMMIT;")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    on_write("create: database made")
    write_atomically(building / SUMS, encode_page_sums(compute_page_sums(building / DATABASE, PAGE_SIZE)), on_write)
    create_acknowledgement(building / ACKNOWLEDGED)
    on_write("create: files made")
    building.rename(directory)
    sync_directory(directory.parent)


def count_commits(directory: Path) -> int:
    """Return how many transactions the files hold, read without SQLite, which drops damaged ones as soon as it opens a log."""
    log = read_log(directory / LOG, PAGE_SIZE, is_checked=True)
    is_copied = log.size == 0 and (directory / NEXT_SUMS).exists()
    return read_page_sums(directory / (NEXT_SUMS if is_copied else SUMS)).commits + log.commits


def validate_acknowledged(directory: Path) -> None:
    """Raise DamagedError if something that was acknowledged is missing."""
    latest = get_latest(read_slots(directory / ACKNOWLEDGED), ACKNOWLEDGED)
    commits = count_commits(directory)
    if commits < latest.commits:
        raise DamagedError(f"{LOG}: {latest.commits} commits were acknowledged and {commits} are there; the end of the log is damaged")


def checkpoint(directory: Path, connection: sqlite3.Connection, on_write: OnWrite = ignore, *, is_checked: bool = False) -> None:
    """Copy the log into the database file: first the checksums that this will give, then the pages, then the checksums count."""
    log = read_log(directory / LOG, PAGE_SIZE, is_checked=is_checked)
    next_path = directory / NEXT_SUMS
    if log.commits:
        # If an earlier copy was not finished, its log is this log, and the old checksums still come before it.
        write_atomically(next_path, encode_page_sums(update_page_sums(read_page_sums(directory / SUMS), log)), on_write)
    on_write("checkpoint: before")
    try:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        busy = 1
    if busy:
        return  # somebody is in the middle of a list of events, say; there is another time to copy the log
    on_write("checkpoint: copied")
    if next_path.exists():
        next_path.replace(directory / SUMS)
        sync_directory(directory)
    on_write("checkpoint: after")


def close(directory: Path, connection: sqlite3.Connection, descriptor: int) -> None:
    """Copy the log and close the files."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")
    try:
        if directory.exists():
            checkpoint(directory, connection)
    finally:
        connection.close()
        os.close(descriptor)
