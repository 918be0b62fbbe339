"""What people decided, in the records beside what the grader found out: points, extra credit and comments of cells, and who gave them.

A decision is of a learner's cell, not of an attempt, so that it survives a regrading and a new attempt. Nothing is overwritten: each is a
row, and the last that was entered holds; to take one back is a decision as well. A learner's question about a result is a row too, and
the answer to it.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final, Literal

from sqlalchemy import Connection, insert, select, text, update

from autograder.cohort.marks import CellName, Decision
from autograder.errors import RecordsError
from autograder.records.database import Database
from autograder.records.tables import decision_table, request_table

RequestState = Literal["open", "granted", "refused"]
_PARAMETERS: Final = 500
_LOCK: Final = 0x64656369
"""A number that means "the decisions of MiniChain" to PostgreSQL's advisory locks."""


@dataclass(frozen=True, slots=True)
class Request:
    """A learner's wish to have a result looked at again, and what became of it. `grade_id` is empty for a whole lab."""

    id: str
    lab: str
    learner: str
    grade_id: str
    text: str
    made: float
    state: RequestState = "open"
    answer: str = ""
    answered: float = 0.0
    answered_by: str = ""


class DecisionStore:
    """The part of the records that people write. Every method raises `RecordsError` in one line if the database refuses."""

    def __init__(self, database: Database) -> None:
        """Share the records' database."""
        self._database = database

    def save(self, decisions: Iterable[Decision]) -> int:
        """Write those decisions that say something new, all or none; return how many did.

        Whoever else is saving waits: what is new is judged by what is there when it is written.
        """
        wanted = {(one.lab, one.learner, one.cell): one for one in decisions}

        def work(connection: Connection) -> int:
            _wait_for_others(connection)
            present = _read(connection, {lab for lab, _, _ in wanted}, sorted({learner for _, learner, _ in wanted}))
            new = [one for key, one in wanted.items() if _is_new(one, present.get(key[:2], {}).get(one.cell))]
            if new:
                connection.execute(insert(decision_table), [_to_row(one) for one in new])
            return len(new)

        return self._database.write(work)

    def merge(self, author: str, shown: Iterable[Decision]) -> int:
        """Take over what `author`'s gradebook shows now where it is not what it showed before; return how many decisions that are.

        What it showed before is the last that this author entered. So a gradebook that did not change takes nothing back that was decided
        elsewhere meanwhile.
        """
        wanted = {(one.lab, one.learner, one.cell): one for one in shown}

        def work(connection: Connection) -> int:
            _wait_for_others(connection)
            labs, learners = {lab for lab, _, _ in wanted}, sorted({learner for _, learner, _ in wanted})
            before = _read(connection, labs, learners, author)
            present = _read(connection, labs, learners)
            changed = [one for key, one in wanted.items() if _is_new(one, before.get(key[:2], {}).get(one.cell))]
            if changed:
                connection.execute(insert(decision_table), [_to_row(one) for one in changed])
            return sum(_is_new(one, present.get((one.lab, one.learner), {}).get(one.cell)) for one in changed)

        return self._database.write(work)

    def get(
        self, labs: Collection[str] = (), learners: Collection[str] = (), author: str | None = None
    ) -> dict[tuple[str, str], dict[CellName, Decision]]:
        """Return the decisions that hold, by lab and learner, then by cell, or the last of one author; empty filters mean all."""
        return self._database.read(lambda connection: _read(connection, labs, learners, author))

    def add_request(self, request: Request) -> None:
        """Note what a learner asks for. The same wish again, while it is open, is refused."""

        def work(connection: Connection) -> None:
            _wait_for_others(connection)
            table = request_table.c
            same = (table.lab == request.lab, table.learner == request.learner, table.grade_id == request.grade_id, table.state == "open")
            if found := connection.execute(select(table.id).where(*same)).scalar():
                raise RecordsError(f"{request.learner} asked for this already, and the request {found} is still open")
            connection.execute(insert(request_table), asdict(request))

        self._database.write(work)

    def get_requests(self, state: RequestState | None = None) -> list[Request]:
        """Return the requests, the oldest first."""
        query = select(request_table).order_by(request_table.c.made, request_table.c.id)
        query = query.where(request_table.c.state == state) if state else query
        return self._database.read(lambda connection: [Request(*row) for row in connection.execute(query)])

    def answer_request(self, request_id: str, state: RequestState, answer: str, answered: float, by: str) -> Request:
        """Write the answer to an open request and return it."""

        def work(connection: Connection) -> Request:
            _wait_for_others(connection)
            row = connection.execute(select(request_table).where(request_table.c.id == request_id)).one_or_none()
            if row is None:
                raise RecordsError(f"there is no request {request_id!r}")
            if row.state != "open":
                raise RecordsError(f"the request {request_id} was {row.state} already: {row.answer}")
            values = {"state": state, "answer": answer, "answered": answered, "answered_by": by}
            connection.execute(update(request_table).where(request_table.c.id == request_id), values)
            return Request(**{**row._asdict(), **values})

        return self._database.write(work)


def _wait_for_others(connection: Connection) -> None:
    """Let one person's program at a time look and then write. In SQLite a transaction that writes is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})


def _read(
    connection: Connection, labs: Collection[str], learners: Collection[str], author: str | None = None
) -> dict[tuple[str, str], dict[CellName, Decision]]:
    """Return the last decision of each cell, or the last of one author."""
    table, found = decision_table.c, defaultdict[tuple[str, str], dict[CellName, Decision]](dict)
    query = select(decision_table).order_by(table.number)
    query = query.where(table.lab.in_(sorted(labs))) if labs else query
    query = query.where(table.entered_by == author) if author is not None else query
    names = list(learners)
    for start in range(0, len(names) or 1, _PARAMETERS):
        part = query.where(table.learner.in_(names[start : start + _PARAMETERS])) if names else query
        for row in connection.execute(part):
            decision = Decision(*tuple(row)[1:])
            found[decision.lab, decision.learner][decision.cell] = decision
    return dict(found)


def _is_new(decision: Decision, before: Decision | None) -> bool:
    """Answer whether a decision changes anything; one that says nothing only matters where another stood."""
    said = (decision.points, decision.extra, decision.comment)
    return said != ((before.points, before.extra, before.comment) if before else (None, 0.0, ""))


def _to_row(decision: Decision) -> dict[str, Any]:
    return asdict(decision)


def compute_request_id(learner: str, lab: str, grade_id: str, made: float) -> str:
    """Return a short name for a request, which a person can type."""
    return sha256(json.dumps([learner, lab, grade_id, made]).encode()).hexdigest()[:8]
