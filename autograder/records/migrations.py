"""From a schema of the past to that of today: step by step, all of it in one transaction.

Only one process migrates at a time: in SQLite it holds the right to write, in PostgreSQL a lock by agreement. A database that is newer than
this program is refused before anything is written.

Simplification: steps lead forward only. Who wants to go back restores the copy that was made before.
"""

import json
import logging
from collections.abc import Callable
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, inspect, select, text, update

from autograder.errors import RecordsError
from autograder.records.tables import SCHEMA_VERSION, meta_table, metadata

_LOCK: Final = 0x6D696E69
"""A number that means "the records of MiniChain" to PostgreSQL's advisory locks."""

_log = logging.getLogger(__name__)


def migrate(connection: Connection, name: str) -> None:
    """Bring the database to today's schema, or create it. Raises `RecordsError` if it is newer, or says nothing that makes sense."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    version = _get_version(connection, name)
    if version is None:
        metadata.create_all(connection)
        connection.execute(insert(meta_table), {"name": "schema", "value": str(SCHEMA_VERSION)})
    elif version > SCHEMA_VERSION:
        raise RecordsError(f"{name}: these records have schema {version}, this program reads schema {SCHEMA_VERSION}; install a newer one")
    elif version < SCHEMA_VERSION:
        _log.warning("%s: bringing the records from schema %d to %d", name, version, SCHEMA_VERSION)
        for step in range(version, SCHEMA_VERSION):
            _STEPS[step](connection)
        connection.execute(update(meta_table).where(meta_table.c.name == "schema"), {"value": str(SCHEMA_VERSION)})


def _get_version(connection: Connection, name: str) -> int | None:
    """Return the schema's version, or None for a database without tables."""
    if not inspect(connection).has_table(meta_table.name):
        return None
    found = connection.execute(select(meta_table.c.value).where(meta_table.c.name == "schema")).scalar()
    if not (isinstance(found, str) and found.isascii() and found.isdigit() and int(found) > 0):
        raise RecordsError(f"{name}: the version of these records is {found!r}, which is no number")
    return int(found)


# A step is written out as it was: the tables of today may be others tomorrow.


def _to_2(connection: Connection) -> None:
    """Cells move into the row of their result; indexes for questions about half a million learners."""
    for statement in (
        "ALTER TABLE result ADD COLUMN cells TEXT DEFAULT '[]' NOT NULL",
        "ALTER TABLE result ADD COLUMN voids INTEGER DEFAULT 0 NOT NULL",
    ):
        connection.execute(text(statement))
    page = list(connection.execute(text(_PAGE_OF_IDS), {"last": ""}).scalars())
    while page:
        found = connection.execute(text(_CELLS_OF_PAGE), {"first": page[0], "last": page[-1]})
        moved = [_move_cells(owner, list(cells)) for owner, cells in groupby(found, key=lambda row: row.result)]
        if moved:
            connection.execute(text("UPDATE result SET cells = :cells, voids = :voids WHERE id = :id"), moved)
        page = list(connection.execute(text(_PAGE_OF_IDS), {"last": page[-1]}).scalars())
    for statement in (
        "DROP TABLE cell",
        "DROP INDEX ix_result_lab",
        "DROP INDEX ix_result_learner",
        "CREATE INDEX result_latest ON result (lab, learner, arrived DESC, graded DESC, id DESC, status, score, max_score)",
        "CREATE INDEX result_learner ON result (learner, lab)",
    ):
        connection.execute(text(statement))


_PAGE_OF_IDS: Final = "SELECT id FROM result WHERE id > :last ORDER BY id LIMIT 1000"
_CELLS_OF_PAGE: Final = (
    "SELECT result, notebook, grade_id, status, score, max_score, message FROM cell "
    "WHERE result BETWEEN :first AND :last ORDER BY result, position"
)


def _move_cells(owner: str, cells: list[Row[Any]]) -> dict[str, Any]:
    moved = [list(cell)[1:] for cell in cells]
    return {"id": owner, "cells": json.dumps(moved, separators=(",", ":")), "voids": sum(cell.status == "void" for cell in cells)}


def _to_3(connection: Connection) -> None:
    """What people decide, what learners ask for; seals, and the leaves that they are made over."""
    number = "INTEGER" if connection.dialect.name == "sqlite" else "SERIAL"
    binary = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
    leaf = "seal INTEGER NOT NULL, position INTEGER NOT NULL, result VARCHAR(32) NOT NULL, entry TEXT NOT NULL"
    for statement in (
        f"CREATE TABLE decision (number {number} NOT NULL PRIMARY KEY, {_DECISION})",
        "CREATE INDEX decision_learner ON decision (learner, lab)",
        f"CREATE TABLE request (id VARCHAR(8) NOT NULL PRIMARY KEY, {_REQUEST})",
        "CREATE TABLE seal (number INTEGER NOT NULL, text TEXT NOT NULL, signature VARCHAR(128) NOT NULL, PRIMARY KEY (number))",
        f"CREATE TABLE leaf ({leaf}, salt {binary} NOT NULL, PRIMARY KEY (seal, position))",
        "CREATE INDEX leaf_result ON leaf (result, seal)",
    ):
        connection.execute(text(statement))


_DECISION: Final = (
    "lab VARCHAR(128) NOT NULL, learner VARCHAR(255) NOT NULL, notebook VARCHAR(255) NOT NULL, grade_id VARCHAR(255) NOT NULL, "
    "points FLOAT, extra FLOAT NOT NULL, comment TEXT NOT NULL, content_hash VARCHAR(64) NOT NULL, "
    "entered FLOAT NOT NULL, entered_by TEXT NOT NULL"
)
_REQUEST: Final = (
    "lab VARCHAR(128) NOT NULL, learner VARCHAR(255) NOT NULL, grade_id VARCHAR(255) NOT NULL, text TEXT NOT NULL, made FLOAT NOT NULL, "
    "state VARCHAR(8) NOT NULL, answer TEXT NOT NULL, answered FLOAT NOT NULL, answered_by TEXT NOT NULL"
)

_STEPS: Final[dict[int, Callable[[Connection], None]]] = {1: _to_2, 2: _to_3}
"""The step that leaves each version."""
