"""The store of results: idempotent writing, and the questions that exports, reports and a resumed batch ask.

The key of a record is lab, lab version, learner and content hash, so writing the same result again changes nothing and a crash between two
writes loses nothing. A batch writes in one transaction; several coordinators may write to one store. Attempts are never overwritten by
later ones: they are ranked by arrival, and the last is the one that exports show.
"""

import zlib
from collections.abc import Collection, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Insert, Select, case, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from autograder.records.database import Database
from autograder.records.decisions import DecisionStore
from autograder.records.forgetting import forget
from autograder.records.migrations import migrate
from autograder.records.rows import Key, LabProgress, Outline, Score, compute_id, read_walls, to_result, to_row
from autograder.records.tables import LATEST, result_table
from autograder.results import Result

_PARAMETERS: Final = 500
"""How many values one statement may carry: SQLite's oldest limit is 999."""
_PAGE: Final = 500
"""How many results are read at once; a reader of half a million holds no more of them."""

_NO_OUTPUTS: Final = zlib.compress(b"{}")


class Records:
    """An open store of results. Every method raises `RecordsError` in one line if the database refuses."""

    def __init__(self, place: str | Path) -> None:
        """Open the records at a database URL, or in a SQLite file; create them if they are not there, migrate them if they are old."""
        self._database = Database(place)
        self.name = self._database.name
        self._database.write(lambda connection: migrate(connection, self.name), is_opening=True)
        self.decisions = DecisionStore(self._database)
        self._upsert = self._database.compile(_build_upsert(self._database.is_postgresql))

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> "Records":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def save(self, results: Collection[Result]) -> None:
        """Write the results in one transaction: all or none. Saving a result again replaces it by itself."""
        if not results:
            return
        by_id = {compute_id(result.key): result for result in results}
        # Two coordinators that lock rows in different orders would wait for each other.
        rows = [to_row(by_id[owner], owner) for owner in sorted(by_id)]
        self._database.write(lambda connection: connection.exec_driver_sql(self._upsert, rows))

    def get_done_keys(self, labs: Collection[str]) -> set[Key]:
        """Return the keys of all results of these labs that need no second run: those without a void."""
        table = result_table.c
        query = select(table.lab, table.lab_version, table.learner, table.content_hash).where(
            table.lab.in_(labs), table.status != "void", table.voids == 0
        )
        return self._database.read(lambda connection: {(row[0], row[1], row[2], row[3]) for row in connection.execute(query)})

    def get_results(self, keys: Collection[Key]) -> list[Result]:
        """Return the results of these keys, in the order of the keys; a key without a record is left out."""
        ids = {key: compute_id(key) for key in keys}
        found = self._get_by_id(list(ids.values()))
        return [found[ids[key]] for key in keys if ids[key] in found]

    def get_outlines(self, keys: Collection[Key]) -> list[Outline]:
        """Return how the submissions of these keys ended, as far as they are recorded, in the order of the keys."""
        by_id = {compute_id(key): key for key in keys}
        table, ids = result_table.c, list(by_id)
        query = select(table.id, table.status, table.mode, table.walls, table.voids)

        def work(connection: Connection) -> dict[str, Outline]:
            found = {}
            for start in range(0, len(ids), _PARAMETERS):
                for owner, status, mode, walls, voids in connection.execute(query.where(table.id.in_(ids[start : start + _PARAMETERS]))):
                    found[owner] = Outline(by_id[owner], status, mode, read_walls(walls), voids)
            return found

        found = self._database.read(work)
        return [found[owner] for owner in ids if owner in found]

    def get_attempts(self, lab: str, learner: str) -> list[Result]:
        """Return all that was ever recorded of a learner at a lab, in order of arrival; what was graded last comes last."""
        query = select(result_table.c.id).where(result_table.c.lab == lab, result_table.c.learner == learner).order_by(*LATEST)
        ids = self._database.read(lambda connection: list(connection.execute(query).scalars()))
        found = self._get_by_id(ids)
        return [found[each] for each in reversed(ids) if each in found]

    def iterate_attempts(self, labs: Collection[str] = (), learners: Collection[str] = ()) -> Iterator[list[Result]]:
        """Yield all gradings of one learner at one lab at a time, as `get_attempts` does; empty filters mean all.

        What the cells printed is left out: it is most of a record, and only pages that show it need it.
        """
        table = result_table.c
        columns = [column for column in result_table.columns if column.name != "outputs"]
        query = select(*columns, literal(_NO_OUTPUTS).label("outputs"))
        for page in self._iterate_pages(labs, learners, _PAGE):
            names = [row.learner for row in page]
            part = query.where(table.lab == page[0].lab, table.learner.in_(names)).order_by(
                table.learner, table.arrived, table.graded, table.id
            )
            for _, rows in groupby(self._fetch(part), key=lambda row: row.learner):
                yield [to_result(row) for row in rows]

    def forget(self, learner: str) -> dict[str, int]:
        """Delete all that is recorded of a learner, at once; return how many rows of which kind."""

        return self._database.write(lambda connection: forget(connection, learner))

    def iterate_latest(self, labs: Collection[str] = (), learners: Collection[str] = ()) -> Iterator[Result]:
        """Yield the last attempt of each learner at each lab, ordered by lab and learner; empty filters mean all."""
        for page in self._iterate_pages(labs, learners, _PAGE):
            found = self._get_by_id([row.id for row in page])
            yield from (found[row.id] for row in page if row.id in found)

    def iterate_scores(self, labs: Collection[str] = (), learners: Collection[str] = ()) -> Iterator[Score]:
        """Yield the score of the last attempt of each learner at each lab, ordered by lab and learner; empty filters mean all."""
        for page in self._iterate_pages(labs, learners, 10 * _PAGE):
            yield from (Score(row.lab, row.learner, row.arrived, row.status, row.score, row.max_score) for row in page)

    def get_progress(self, labs: Collection[str] = ()) -> list[LabProgress]:
        """Return for each lab how far the cohort is, by the last attempts; ordered by lab."""
        table = result_table.c
        full = func.sum(case((table.score >= table.max_score, 1), else_=0))
        counts = select(table.lab, table.status, func.count(), full, func.sum(table.score), func.count(table.score))
        query = _only_last(counts).group_by(table.lab, table.status)
        query = query.where(table.lab.in_(labs)) if labs else query
        groups: dict[str, list[Any]] = {}
        for row in self._fetch(query):
            groups.setdefault(row[0], []).append(row)
        return [_to_progress(lab, groups[lab]) for lab in sorted(groups)]

    def _get_by_id(self, ids: list[str]) -> dict[str, Result]:
        def work(connection: Connection) -> dict[str, Result]:
            found: dict[str, Result] = {}
            for start in range(0, len(ids), _PARAMETERS):
                query = select(result_table).where(result_table.c.id.in_(ids[start : start + _PARAMETERS]))
                found |= {row.id: to_result(row) for row in connection.execute(query)}
            return found

        return self._database.read(work)

    def _iterate_pages(self, labs: Collection[str], learners: Collection[str], size: int) -> Iterator[list[Any]]:
        """Yield what the index knows of the last attempts, a page in a transaction: no reader keeps the log from being emptied for long.

        A page begins behind the last learner of the one before, in the same lab, which the index finds at once.
        """
        table = result_table.c
        query = _only_last(select(table.id, table.lab, table.learner, table.arrived, table.status, table.score, table.max_score))
        query = query.order_by(table.learner).limit(size)
        names = sorted(set(learners))
        parts = [names[start : start + _PARAMETERS] for start in range(0, len(names), _PARAMETERS)]
        for lab in self._iterate_labs(labs):
            for asked in [query.where(table.learner.in_(part)) for part in parts] or [query]:
                last = ""
                while True:
                    page = self._fetch(asked.where(table.lab == lab, table.learner > last))
                    if page:
                        yield page
                    if len(page) < size:
                        break
                    last = page[-1].learner

    def _iterate_labs(self, labs: Collection[str]) -> Iterator[str]:
        """Yield the labs that there are, or those that were asked for, in order."""
        if labs:
            yield from sorted(set(labs))
            return
        following = select(func.min(result_table.c.lab))
        lab = self._fetch(following)[0][0]
        while lab is not None:
            yield lab
            lab = self._fetch(following.where(result_table.c.lab > lab))[0][0]

    def _fetch(self, query: Select[Any]) -> list[Any]:
        return self._database.read(lambda connection: list(connection.execute(query)))


def _build_upsert(is_postgresql: bool) -> Insert:
    """Return the statement that writes a result, whether it is there or not."""
    statement = (postgresql.insert if is_postgresql else sqlite.insert)(result_table)
    replaced = {column.name: statement.excluded[column.name] for column in result_table.columns if column.name != "id"}
    return statement.on_conflict_do_update(index_elements=["id"], set_=replaced)


def _only_last(query: Select[Any]) -> Select[Any]:
    """Return a query over results that sees the last attempt of each learner at each lab: for each, a look at the head of its index."""
    table, same = result_table.c, result_table.alias("same")
    order = (same.c.arrived.desc(), same.c.graded.desc(), same.c.id.desc())
    last = select(same.c.id).where(same.c.lab == table.lab, same.c.learner == table.learner).order_by(*order).limit(1)
    return query.where(table.id == last.correlate(result_table).scalar_subquery())


def _to_progress(lab: str, rows: list[Any]) -> LabProgress:
    """Join what was counted for each status: status, learners, with all points, sum of scores, how many of them."""
    scored = sum(row[5] for row in rows)
    mean = sum(row[4] or 0.0 for row in rows) / scored if scored else None
    return LabProgress(lab, {row[1]: row[2] for row in sorted(rows, key=lambda row: row[1])}, sum(row[3] for row in rows), mean)
