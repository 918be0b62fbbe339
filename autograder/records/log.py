"""The log of seals beside the results: appended in one transaction, read page by page. What is in a seal is none of its business.

Only one process appends at a time: in SQLite it holds the right to write, in PostgreSQL a lock by agreement. Trying again is safe: what was
sealed the first time is not found unsealed the second.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Select, func, insert, select, text

from autograder.records.store import Records
from autograder.records.tables import leaf_table, result_table, seal_table

_LOCK: Final = 0x7365616C
"""A number that means "the seals of MiniChain" to PostgreSQL's advisory locks."""
_PAGE: Final = 500

_result, _leaf, _seal = result_table.c, leaf_table.c, seal_table.c
_TOLD: Final = (
    _result.id,
    _result.lab,
    _result.lab_version,
    _result.learner,
    _result.content_hash,
    _result.arrived,
    _result.graded,
    _result.mode,
    _result.walls,
    _result.status,
    _result.score,
    _result.max_score,
    _result.cells,
)
"""What of a result a seal can vouch for."""
_IS_FINAL: Final = (_result.status != "void", _result.voids == 0)


@dataclass(frozen=True, slots=True)
class StoredSeal:
    """A seal as it was signed: its number (from 1), its text, the signature in hexadecimal."""

    number: int
    text: str
    signature: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a seal says of one result: `entry` under a `salt`. `result` is the id of the result."""

    seal: int
    position: int
    result: str
    salt: bytes
    entry: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """A result, as far as a seal can vouch for it, and its leaves, the oldest first."""

    row: Any
    leaves: tuple[Leaf, ...]


Build = Callable[[StoredSeal | None, Sequence[Sealed]], tuple[StoredSeal, Sequence[Leaf]] | None]
"""From the last seal and results to the next seal and its leaves; None if there is nothing to say."""


class SealLog:
    """The seals of some records."""

    def __init__(self, records: Records) -> None:
        self.name = records.name
        self._database = records._database  # of the same package

    def append_new(self, build: Build, limit: int) -> StoredSeal | None:
        """Append a seal over at most `limit` final results that have no leaf yet; return it, or None if there are none."""

        def find(connection: Connection) -> list[Sealed]:
            query = select(*_TOLD).where(~select(_leaf.seal).where(_leaf.result == _result.id).exists(), *_IS_FINAL)
            return [Sealed(row, ()) for row in connection.execute(query.order_by(_result.id).limit(limit))]

        return self._append(build, find)

    def append_again(self, build: Build, ids: Collection[str]) -> StoredSeal | None:
        """Append a seal over those of these results that have a leaf already; `build` leaves out what has not changed."""

        def find(connection: Connection) -> list[Sealed]:
            wanted = sorted(ids)
            pages = (wanted[start : start + _PAGE] for start in range(0, len(wanted), _PAGE))
            return [each for page in pages for each in _join(connection, select(*_TOLD).where(_result.id.in_(page))) if each.leaves]

        return self._append(build, find)

    def get_seals(self, first: int = 1) -> list[StoredSeal]:
        """Return all seals from the one with number `first` on, in order."""
        query = select(seal_table).where(_seal.number >= first).order_by(_seal.number)
        return [StoredSeal(*row) for row in self._fetch(query)]

    def count_results(self) -> int:
        """Return how many final results there are."""
        count: int = self._fetch(select(func.count()).select_from(result_table).where(*_IS_FINAL))[0][0]
        return count

    def iterate_leaves(self, seal: int) -> Iterator[Leaf]:
        """Yield the leaves of a seal in their order."""
        query, last = select(leaf_table).where(_leaf.seal == seal).order_by(_leaf.position).limit(_PAGE), -1
        while page := self._fetch(query.where(_leaf.position > last)):
            yield from (Leaf(*row) for row in page)
            last = page[-1].position

    def iterate_results(self, learner: str | None = None) -> Iterator[Sealed]:
        """Yield all final results with their leaves, or those of one learner."""
        last = ""
        query = select(*_TOLD).where(*_IS_FINAL).order_by(_result.id).limit(_PAGE)
        query = query if learner is None else query.where(_result.learner == learner)
        while True:
            page = self._database.read(partial(_join, query=query.where(_result.id > last)))
            yield from page
            if len(page) < _PAGE:
                return
            last = page[-1].row.id

    def iterate_lost(self) -> Iterator[Leaf]:
        """Yield the last leaf of each result that is not recorded any more, or is none that a seal vouches for."""
        here = select(_result.id).where(_result.id == _leaf.result, *_IS_FINAL)
        last = ""
        while True:
            found = self._fetch(
                select(_leaf.result, func.max(_leaf.seal)).where(~here.exists(), _leaf.result > last).group_by(_leaf.result)
                .order_by(_leaf.result).limit(_PAGE)
            )  # fmt: skip
            for result, seal in found:
                yield from (Leaf(*row) for row in self._fetch(select(leaf_table).where(_leaf.result == result, _leaf.seal == seal)))
            if len(found) < _PAGE:
                return
            last = found[-1][0]

    def _append(self, build: Build, find: Callable[[Connection], list[Sealed]]) -> StoredSeal | None:
        def work(connection: Connection) -> StoredSeal | None:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
            row = connection.execute(select(seal_table).order_by(_seal.number.desc()).limit(1)).first()
            found = find(connection)
            built = build(StoredSeal(*row) if row else None, found) if found else None
            if built is None:
                return None
            seal, leaves = built
            connection.execute(insert(seal_table), {"number": seal.number, "text": seal.text, "signature": seal.signature})
            rows = [{name: getattr(leaf, name) for name in Leaf.__slots__} for leaf in leaves]
            connection.execute(insert(leaf_table), rows)
            return seal

        return self._database.write(work)

    def _fetch(self, query: Select[Any]) -> list[Any]:
        return self._database.read(lambda connection: list(connection.execute(query)))


def _join(connection: Connection, query: Select[Any]) -> list[Sealed]:
    """Return the results of a query with their leaves."""
    rows = list(connection.execute(query))
    ids = [row.id for row in rows]
    found = connection.execute(select(leaf_table).where(_leaf.result.in_(ids)).order_by(_leaf.result, _leaf.seal, _leaf.position))
    leaves = {result: tuple(Leaf(*row) for row in group) for result, group in groupby(found, key=lambda row: row.result)}
    return [Sealed(row, leaves.get(row.id, ())) for row in rows]
