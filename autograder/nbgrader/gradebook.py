"""Exporting results to nbgrader's gradebook.db, in bulk.

The tables are those of nbgrader 0.9 (nbgrader/api.py), made by nbgrader itself where there is no gradebook yet; the rows are what
`nbgrader autograde` writes (api.py add_submission, preprocessors/saveautogrades.py), through SQLAlchemy's core, because nbgrader's own
way takes 20 ms a submission. What a person has entered is never touched: manual scores and comments, extra credit, flags, penalties.

A gradebook that exists is changed in place, in one transaction: SQLite rolls it back if anything goes wrong, and a formgrader that has
the file open keeps seeing the right one (after a rename it would go on writing into the old file, unseen). A new gradebook is made
beside its place and renamed into it when it is complete.

Simplification: the gradebook is a SQLite file, as it is in nbgrader unless configured otherwise.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final
from uuid import uuid4

from sqlalchemy import URL, Connection, MetaData, create_engine, event
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from autograder.errors import RecordsError
from autograder.labs.model import Lab
from autograder.nbgrader.assignments import Tables, save_assignment
from autograder.nbgrader.submissions import GradebookEntry, save_submissions

LOCK_SECONDS: Final = 10.0
"""How long to wait for a program that is writing to the gradebook."""
_CHUNK: Final = 500
"""Submissions a statement: SQLite allows some thousand values in one."""
_NEEDED: Final = (
    "course assignment notebook base_cell grade_cells solution_cells task_cells source_cell "
    "student submitted_assignment submitted_notebook grade comment"
).split()


def export_gradebook(
    path: Path, labs: Mapping[str, Lab], entries: Iterable[GradebookEntry], course_id: str = "", *, with_hidden: bool = False
) -> int:
    """Write the entries into the gradebook at `path`, all or none, and return how many there were.

    Assignments that the gradebook has are found by name and keep their ids; the others are added to the course `course_id`. Of a test
    the visible part is stored unless `with_hidden` is set; a gradebook that already has more keeps it. Raises `RecordsError` in one
    line, and leaves the gradebook as it was, if it cannot be written or is another course's.
    """
    if path.exists():
        return _fill(path, labs, entries, course_id, with_hidden)
    if not path.parent.is_dir():
        raise RecordsError(f"{path}: the folder {path.parent} does not exist")
    part = path.with_name(f".{uuid4().hex}.part")
    try:
        part.write_bytes(_build_empty_gradebook())
        count = _fill(part, labs, entries, course_id, with_hidden, path)
        part.replace(path)
    except OSError as error:
        raise RecordsError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        for leftover in (part, part.with_name(f"{part.name}-journal")):
            leftover.unlink(missing_ok=True)
    return count


def _fill(
    path: Path, labs: Mapping[str, Lab], entries: Iterable[GradebookEntry], course_id: str, hidden: bool, name: Path | None = None
) -> int:
    """Write all entries in one transaction. `name` is what messages call the file."""
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": LOCK_SECONDS, "isolation_level": None})
    event.listen(engine, "begin", _begin)
    try:
        with _explained(name or path), engine.begin() as connection:
            tables = _reflect(connection, name or path)
            plans = {lab_id: save_assignment(connection, tables, lab, course_id, hidden, name or path) for lab_id, lab in labs.items()}
            count = 0
            for chunk in _chunked(entries):
                save_submissions(connection, tables, plans, chunk)
                count += len(chunk)
            return count
    finally:
        engine.dispose()


def _begin(connection: Connection) -> None:
    """Take the writer's lock at once: a lock that is asked for later can be refused in the middle of the work."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _reflect(connection: Connection, path: Path) -> Tables:
    metadata = MetaData()
    metadata.reflect(connection)
    if missing := [name for name in _NEEDED if name not in metadata.tables]:
        raise RecordsError(f"{path}: this is no gradebook of nbgrader 0.9 (it lacks the table {missing[0]!r}); try `nbgrader db upgrade`")
    return metadata.tables


def _chunked(entries: Iterable[GradebookEntry]) -> Iterator[list[GradebookEntry]]:
    """Yield the entries in pieces; of several of one learner and lab in a piece, the last."""
    chunk: dict[tuple[str, str], GradebookEntry] = {}
    for entry in entries:
        chunk[entry.result.lab, entry.result.learner] = entry
        if len(chunk) == _CHUNK:
            yield list(chunk.values())
            chunk = {}
    if chunk:
        yield list(chunk.values())


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn SQLite's complaints into one line that names the gradebook and what is wrong."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        is_locked = isinstance(error, DatabaseError) and "locked" in reason
        advice = "; another program is writing to it: try again, or close formgrader" if is_locked else ""
        raise RecordsError(f"{path}: the gradebook could not be written: {reason}{advice}") from error


@cache
def _build_empty_gradebook() -> bytes:
    """Return an empty gradebook as nbgrader itself makes it. It calls the program `alembic`, which lies beside our interpreter."""
    try:
        with _programs_on_path():
            from nbgrader.api import Gradebook  # takes seconds, and only a new gradebook needs it
    except ImportError as error:
        raise RecordsError(
            f"a new gradebook needs nbgrader, which is not installed ({error}): pip install 'minichain[nbgrader]'"
        ) from error
    folder = Path(tempfile.mkdtemp(prefix="gradebook-"))
    try:
        with _programs_on_path():
            Gradebook(f"sqlite:///{folder / 'gradebook.db'}", course_id="").close()
        return (folder / "gradebook.db").read_bytes()
    except (OSError, SQLAlchemyError) as error:
        raise RecordsError(f"nbgrader could not make a new gradebook: {str(error).splitlines()[0]}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _programs_on_path() -> Iterator[None]:
    before = os.environ.get("PATH")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before or os.defpath])
    try:
        yield
    finally:
        if before is None:
            with suppress(KeyError):
                del os.environ["PATH"]
        else:
            os.environ["PATH"] = before
