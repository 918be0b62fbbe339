"""Records: what was graded, once and for all, in SQLite or any database that SQLAlchemy reaches by a URL.

The key of a record is lab, lab version, learner and content hash; its primary key is derived from these, so that writing the same
result again changes nothing and a crash between two writes loses nothing. A batch writes in one transaction. Attempts are never
overwritten by later ones: they are ranked by arrival, and the last is the one that exports show.
"""

import json
import time
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    URL,
    Column,
    Engine,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from autograder.errors import RecordsError
from autograder.results import CellResult, Finding, Result

SCHEMA_VERSION: Final = 1
BUSY_MILLISECONDS: Final = 10_000
"""How long to wait for another process that is writing to a SQLite file."""
_PARAMETERS: Final = 500
"""How many values one statement may carry: SQLite's oldest limit is 999."""

metadata = MetaData()
meta_table = Table("meta", metadata, Column("name", String(32), primary_key=True), Column("value", Text, nullable=False))
result_table = Table(
    "result",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("lab", String(128), nullable=False, index=True),
    Column("lab_version", String(64), nullable=False),
    Column("learner", String(255), nullable=False, index=True),
    Column("content_hash", String(64), nullable=False),
    Column("arrived", Float, nullable=False),
    Column("graded", Float, nullable=False),
    Column("mode", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("score", Float),
    Column("max_score", Float, nullable=False),
    Column("lang", String(16)),
    Column("walls", Text, nullable=False),
    Column("cpu_seconds", Float, nullable=False),
    Column("findings", Text, nullable=False),
    Column("outputs", LargeBinary, nullable=False),
)
cell_table = Table(
    "cell",
    metadata,
    Column("result", String(32), ForeignKey("result.id", ondelete="CASCADE"), primary_key=True),
    Column("notebook", String(255), primary_key=True),
    Column("grade_id", String(255), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("score", Float),
    Column("max_score", Float, nullable=False),
    Column("message", Text, nullable=False),
)

Key = tuple[str, str, str, str]


class Records:
    """An open store of results. Every method raises `RecordsError` in one line if the database refuses."""

    def __init__(self, place: str | Path) -> None:
        """Open the records at a database URL, or in a SQLite file, and create them if they are not there."""
        self.url = str(place)
        with _explained(self.url):
            url = URL.create("sqlite", database=str(place)) if isinstance(place, Path) else make_url(place)
            self._engine = _open(url, self.url)
            metadata.create_all(self._engine)
            self._check_version()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> "Records":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def save(self, results: Collection[Result]) -> None:
        """Write the results in one transaction: all or none. Saving a result again replaces it by itself."""
        if not results:
            return
        upsert = postgresql.insert if self._engine.dialect.name == "postgresql" else sqlite.insert
        statement = upsert(result_table)
        replaced = {column.name: statement.excluded[column.name] for column in result_table.columns if column.name != "id"}
        statement = statement.on_conflict_do_update(index_elements=["id"], set_=replaced)
        rows = [_to_row(result) for result in results]
        cells = [row for result in results for row in _to_cell_rows(result)]
        with _explained(self.url), self._engine.begin() as connection:
            connection.execute(statement, rows)
            for ids in _chunked([row["id"] for row in rows]):
                connection.execute(delete(cell_table).where(cell_table.c.result.in_(ids)))
            if cells:
                connection.execute(insert(cell_table), cells)

    def get_done_keys(self, labs: Collection[str]) -> set[Key]:
        """Return the keys of all results of these labs that need no second run: those without a void."""
        void = select(cell_table.c.result).where(cell_table.c.status == "void")
        table = result_table.c
        query = select(table.lab, table.lab_version, table.learner, table.content_hash).where(
            table.lab.in_(labs), table.status != "void", table.id.not_in(void)
        )
        with _explained(self.url), self._engine.connect() as connection:
            return {(row[0], row[1], row[2], row[3]) for row in connection.execute(query)}

    def get_results(self, keys: Collection[Key]) -> list[Result]:
        """Return the results of these keys, in the order of the keys; a key without a record is left out."""
        found: dict[Key, Result] = {}
        with _explained(self.url), self._engine.connect() as connection:
            for ids in _chunked([_compute_id(key) for key in keys]):
                rows = connection.execute(_joined().where(result_table.c.id.in_(ids)).order_by(result_table.c.id, cell_table.c.position))
                found |= {result.key: result for result in _to_results(rows)}
        return [found[key] for key in keys if key in found]

    def iterate_latest(self, labs: Collection[str] = (), learners: Collection[str] = ()) -> Iterator[Result]:
        """Yield the last attempt of each learner at each lab, ordered by lab and learner; empty filters mean all."""
        table = result_table.c
        query = _joined().order_by(table.lab, table.learner, table.arrived, table.graded, table.id, cell_table.c.position)
        query = query.where(table.lab.in_(labs)) if labs else query
        query = query.where(table.learner.in_(learners)) if learners else query
        with _explained(self.url), self._engine.connect() as connection:
            rows = connection.execution_options(yield_per=2000).execute(query)
            for _, attempts in groupby(rows, key=lambda row: (row.lab, row.learner)):
                *_, last = (list(group) for _, group in groupby(attempts, key=lambda row: row.id))
                yield from _to_results(last)

    def _check_version(self) -> None:
        with self._engine.begin() as connection:
            found = connection.execute(select(meta_table.c.value).where(meta_table.c.name == "schema")).scalar()
            if found is None:
                connection.execute(insert(meta_table), {"name": "schema", "value": str(SCHEMA_VERSION)})
            elif found != str(SCHEMA_VERSION):
                raise RecordsError(f"{self.url}: these records have schema {found}, this program reads schema {SCHEMA_VERSION}")


def _open(parsed: URL, url: str) -> Engine:
    """Return an engine; SQLite gets a write-ahead log, so that readers never wait, and full syncs, so that a power cut loses nothing."""
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        folder = Path(parsed.database).parent
        if not folder.is_dir():
            raise RecordsError(f"{url}: the folder {folder} does not exist")
    engine = create_engine(parsed)
    existing = inspect(engine).get_table_names()
    if existing and meta_table.name not in existing:
        raise RecordsError(f"{url}: this is some other program's database (it has the table {existing[0]!r}, and no {meta_table.name!r})")
    engine.dispose()  # what follows is for connections that are new
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _configure(connection: Any, _: Any) -> None:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MILLISECONDS}"):
                connection.execute(f"PRAGMA {pragma}")

    elif engine.dialect.name != "postgresql":
        raise RecordsError(f"{url}: records are kept in SQLite or PostgreSQL, not in {engine.dialect.name}")
    return engine


@contextmanager
def _explained(url: str) -> Iterator[None]:
    """Turn the database's complaints into one line that names the records and what is wrong."""
    try:
        yield
    except ArgumentError as error:
        raise RecordsError(f"{url!r} is no database URL; write for example sqlite:///records.db") from error
    except (SQLAlchemyError, OSError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise RecordsError(f"{url}: the records could not be used: {reason}") from error


def _compute_id(key: Key) -> str:
    return sha256(json.dumps(key).encode()).hexdigest()[:32]


def _to_row(result: Result) -> dict[str, Any]:
    return {
        "id": _compute_id(result.key),
        "lab": result.lab,
        "lab_version": result.lab_version,
        "learner": result.learner,
        "content_hash": result.content_hash,
        "arrived": result.arrived,
        "graded": time.time(),
        "mode": result.mode,
        "status": result.status,
        "score": result.score,
        "max_score": result.max_score,
        "lang": result.lang,
        "walls": json.dumps(result.walls),
        "cpu_seconds": result.cpu_seconds,
        "findings": json.dumps([asdict(finding) for finding in result.findings]),
        "outputs": zlib.compress(json.dumps(result.outputs).encode()),
    }


def _to_cell_rows(result: Result) -> list[dict[str, Any]]:
    owner = _compute_id(result.key)
    return [{"result": owner, "position": position, **asdict(cell)} for position, cell in enumerate(result.cells)]


def _joined() -> Any:
    cell_columns = [column.label(f"cell_{column.name}") for column in cell_table.columns]
    return select(*result_table.columns, *cell_columns).select_from(result_table.outerjoin(cell_table))


def _to_results(rows: Iterable[Row[Any]]) -> Iterator[Result]:
    """Yield a result for each run of rows with the same id; one row is one cell."""
    for _, group in groupby(rows, key=lambda row: row.id):
        lines = list(group)
        first = lines[0]
        cells = tuple(
            CellResult(row.cell_notebook, row.cell_grade_id, row.cell_status, row.cell_score, row.cell_max_score, row.cell_message)
            for row in lines
            if row.cell_grade_id is not None
        )
        yield Result(
            lab=first.lab,
            lab_version=first.lab_version,
            learner=first.learner,
            content_hash=first.content_hash,
            arrived=first.arrived,
            mode=first.mode,
            status=first.status,
            score=first.score,
            max_score=first.max_score,
            cells=cells,
            findings=tuple(Finding(**finding) for finding in json.loads(first.findings)),
            outputs=json.loads(zlib.decompress(first.outputs)),
            lang=first.lang,
            walls=tuple(json.loads(first.walls)),
            cpu_seconds=first.cpu_seconds,
        )


def _chunked(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _PARAMETERS):
        yield ids[start : start + _PARAMETERS]
