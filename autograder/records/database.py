"""The database behind the records: how it is opened, how long we wait for it, and what is said when it refuses.

A database may be away for a while: restarted, out of reach, locked by another coordinator, its disk full. All of these pass, often
because somebody mends them, so a transaction is tried again for `PATIENCE_SECONDS`, and then ends with one error. Trying again is safe
because whatever is written here comes to the same if it is written twice: the answer to a commit may be what was lost.

No text that leaves this module holds the password of a URL.
"""

import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import URL, ClauseElement, Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from autograder.errors import RecordsError
from autograder.records.tables import meta_table

PATIENCE_SECONDS: Final = 30.0
"""How long a transaction is tried again after it failed for a reason that may pass."""
BUSY_MILLISECONDS: Final = 10_000
"""How long SQLite itself waits for another process that is writing."""
_LONGEST_PAUSE: Final = 5.0
_MAX_REASON: Final = 300
_LEAST_ROOM: Final = 1 << 16
"""Bytes: SQLite cannot even open a log with less."""
_PASSING_SQLITE: Final = frozenset({5, 6, 10, 13, 14})
"""SQLite's primary result codes BUSY, LOCKED, IOERR, FULL and CANTOPEN."""
_PASSING_POSTGRESQL: Final = ("08", "40", "53", "57P", "55P03", "58030")
"""Beginnings of SQLSTATE: connection, rollback (deadlock), resources (disk, connections), shutdown and start, lock, input/output."""

_ROOM: Final = ("cache_size=-65536", "wal_autocheckpoint=4000")
"""64 MiB of pages in memory; a log of 16 MiB before it is copied: ids come in no order, so many results share the copying of a page."""

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Database:
    """An open database. What it complains of becomes a `RecordsError` of one line."""

    def __init__(self, place: str | Path) -> None:
        """Open a database URL, or a SQLite file. What is there and is not ours is not touched."""
        url = _parse(place)
        self.name = str(place) if isinstance(place, Path) else _show(url)
        self._password = str(url.password or "")
        self._folder = Path(url.database).parent if url.get_backend_name() == "sqlite" and url.database else None
        with self._explained():
            self._engine = _open(url, self.name)
        self._reader = self._engine.execution_options(reading=True)
        self.is_postgresql = self._engine.dialect.name == "postgresql"

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def compile(self, statement: ClauseElement) -> str:
        """Return a statement in the database's own words, which takes rows as tuples: from dicts SQLAlchemy takes longer than the disk."""
        return str(statement.compile(dialect=self._engine.dialect))

    def write(self, work: Callable[[Connection], T], is_opening: bool = False) -> T:
        """Do the work in one transaction, which holds the right to write from its beginning: all or nothing of it."""

        def attempt() -> T:
            with self._engine.begin() as connection:
                return work(connection)

        return self._be_patient(attempt, is_opening)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Do the work in a transaction that only reads; in SQLite it waits for nobody who writes."""

        def attempt() -> T:
            with self._reader.connect() as connection:
                return work(connection)

        return self._be_patient(attempt)

    def _be_patient(self, attempt: Callable[[], T], is_opening: bool = False) -> T:
        pause, deadline = 0.1, 0.0
        while True:
            try:
                with self._explained():
                    return attempt()
            except RecordsError as complaint:
                if not _may_pass(complaint.__cause__, is_opening):
                    raise
                now = time.monotonic()
                deadline = deadline or now + PATIENCE_SECONDS
                if now + pause > deadline:
                    raise RecordsError(
                        f"{complaint} (tried for {PATIENCE_SECONDS:g} s; what was recorded is kept, the same command goes on from there)"
                    ) from complaint.__cause__
                if pause > 1:
                    _log.warning("%s; trying again for %.0f s", complaint, deadline - now)
                self._engine.dispose()  # what is left of its connections is worth nothing
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn the database's complaints into one line that names the records and what is wrong."""
        try:
            yield
        except ModuleNotFoundError as error:
            extra = "run: pip install 'minichain[postgresql]'" if error.name == "psycopg" else "no other driver is supported"
            raise RecordsError(f"{self.name}: the module {error.name} is not installed; {extra}") from None
        except ArgumentError as error:
            raise RecordsError(f"{self.name} is no database URL; write for example sqlite:///records.db") from error
        except (SQLAlchemyError, OSError, ImportError) as error:
            reason = " ".join(str(getattr(error, "orig", None) or error).split())
            reason = reason.replace(self._password, "***") if self._password else reason
            full = "; its disk is full: make room, and run the same command again" if self._is_disk_full() else ""
            raise RecordsError(f"{self.name}: the records could not be used: {reason[:_MAX_REASON]}{full}") from error

    def _is_disk_full(self) -> bool:
        """Answer whether SQLite has no room left. It says so itself only where the log's index is there already, else "disk I/O error"."""
        if self._folder is None:
            return False
        with suppress(OSError):
            return shutil.disk_usage(self._folder).free < _LEAST_ROOM
        return False


def _parse(place: str | Path) -> URL:
    """Return a URL that SQLAlchemy understands. What is not understood may be a password: none of it is repeated."""
    if isinstance(place, Path):
        return URL.create("sqlite", database=str(place))
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        shown = "this" if "@" in place or "password" in place else repr(place)
        raise RecordsError(f"{shown} is no database URL; write for example sqlite:///records.db") from None
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite" and "@" in (url.database or ""):
        raise RecordsError("the password in the URL of the records holds a character that has to be written as %2F, %3A or %40")
    return url


def _show(url: URL) -> str:
    """Return a URL without passwords, wherever in it they stand."""
    secret = {name: "***" for name in url.query if "password" in name}
    url = url.update_query_dict(secret) if secret else url
    shown = url.render_as_string(hide_password=True)
    return shown.replace("postgresql+psycopg:", "postgresql:", 1)


def _open(url: URL, name: str) -> Engine:
    """Return an engine; SQLite gets a write-ahead log, so that readers never wait, and full syncs, so that a power cut loses nothing."""
    if url.get_backend_name() == "sqlite" and url.database:
        folder = Path(url.database).parent
        if not folder.is_dir():
            raise RecordsError(f"{name}: the folder {folder} does not exist")
    positional = "qmark" if url.get_backend_name() == "sqlite" else "format"
    engine = create_engine(url, hide_parameters=True, paramstyle=positional)
    if engine.dialect.name not in ("sqlite", "postgresql"):
        raise RecordsError(f"{name}: records are kept in SQLite or PostgreSQL, not in {engine.dialect.name}")
    existing = inspect(engine).get_table_names()
    if existing and meta_table.name not in existing:
        raise RecordsError(f"{name}: this is some other program's database (it has the table {existing[0]!r}, and no {meta_table.name!r})")
    engine.dispose()  # what follows is for connections that are new
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # Python's module would begin transactions where it sees fit
    for pragma in (f"busy_timeout={BUSY_MILLISECONDS}", "journal_mode=WAL", "synchronous=FULL", *_ROOM):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """Take the right to write at once: a transaction that reads first and then wants to write could only be refused."""
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("reading") else "BEGIN IMMEDIATE")


def _may_pass(error: BaseException | None, is_opening: bool) -> bool:
    """Answer whether a database that failed so may work again soon. One that never answered yet is more likely a mistake in the URL."""
    if not isinstance(error, DBAPIError):
        return False
    cause = error.orig
    if (code := getattr(cause, "sqlite_errorcode", None)) is not None:
        return code & 0xFF in _PASSING_SQLITE
    if state := getattr(cause, "sqlstate", None):
        return str(state).startswith(_PASSING_POSTGRESQL)
    return not is_opening and (error.connection_invalidated or type(cause).__name__ == "OperationalError")
