"""Results as plain data: how a worker sends them, and how the coordinator takes them in.

A worker may be a process on another machine. What it answers is MessagePack (none, numbers, text, lists and maps, nothing that could run),
and before it is recorded every field is checked by its type, and the whole against what was asked: these learners, this version of the
lab, its cells with their points, a score that is their sum. What does not fit is no result.

Simplification: that holds for what a worker says, not for how a Dask cluster brings it. Dask's own messages are unpickled at both ends, so
who can reach the scheduler can run programs there; TLS with a certificate for each member is the wall (see the operator's guide).
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgpack

from autograder.errors import NoResultError
from autograder.labs.model import Lab
from autograder.results import CellResult, Result, compute_score, compute_status
from autograder.tasks import Task

MAX_BYTES: Final = 256 * 2**20
"""The longest answer that is read: room for eight submissions that print as much as they may."""
_MAX_DEPTH: Final = 20
_Data = TypeVar("_Data")


def pack_results(results: Sequence[Result]) -> bytes:
    """Return results as bytes. Raises ValueError for text that is no Unicode."""
    return bytes(msgpack.packb([asdict(result) for result in results]))


def read_results(answer: object, tasks: Sequence[Task], lab: Lab, may_be_fewer: bool = False) -> list[Result]:
    """Return the results of these tasks that a worker's answer holds, `may_be_fewer`: of the first of them if it was recalled.

    Raises `NoResultError` if the answer is anything else.
    """
    if not isinstance(answer, bytes) or len(answer) > MAX_BYTES:
        raise NoResultError(f"a worker answered with {type(answer).__name__}, not with at most {MAX_BYTES:,} bytes")
    try:
        values = msgpack.unpackb(answer)
    except Exception as error:  # whatever msgpack raises for nonsense
        raise NoResultError(f"a worker's answer is no MessagePack: {error}") from None
    if not isinstance(values, list) or len(values) > len(tasks) or (len(values) < len(tasks) and not may_be_fewer):
        raise NoResultError(f"a worker was asked for {len(tasks)} results and answered something else")
    results = [read_data(value, Result) for value in values]
    for result, task in zip(results, tasks, strict=not may_be_fewer):
        _validate(result, task, lab)
    return results


def read_data(value: object, kind: type[_Data]) -> _Data:
    """Return an object of a dataclass from a map of its fields, each of the type that the class says. Raises `NoResultError`.

    >>> from autograder.results import Finding
    >>> read_data({"notebook": "sums", "cell": "", "text": "it is missing"}, Finding)
    Finding(notebook='sums', cell='', text='it is missing')
    """
    found: _Data = _read(value, kind, kind.__name__)
    return found


def _read(value: Any, kind: Any, where: str) -> Any:
    """Return a value of a type hint, or raise."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return None if value is None else _read(value, next(hint for hint in inner if hint is not NoneType), where)
    if origin in (tuple, list) and isinstance(value, list):
        return origin(_read(each, inner[0], where) for each in value)
    if origin is dict and isinstance(value, dict):
        return {_read(name, inner[0], where): _read(each, inner[1], where) for name, each in value.items()}
    if isinstance(kind, type) and is_dataclass(kind) and isinstance(value, dict):
        hints = _get_hints(kind)
        if value.keys() == hints.keys():
            return kind(**{name: _read(value[name], hints[name], f"{where}.{name}") for name in value})
    if _is_simple(value, kind):
        return float(value) if kind is float else value
    raise NoResultError(f"a worker's answer holds {type(value).__name__} where {where} should be {kind}")


@lru_cache(maxsize=16)
def _get_hints(kind: type) -> dict[str, Any]:
    """Return the fields of a dataclass with their types."""
    return get_type_hints(kind)


def _is_simple(value: Any, kind: Any) -> bool:
    """Answer whether a value is text, a finite number, one of the words of a Literal, or, for Any, what JSON has."""
    if get_origin(kind) is Literal:
        return isinstance(value, str) and value in get_args(kind)
    if kind is float:
        return type(value) in (float, int) and math.isfinite(value)
    return _is_plain(value) if kind is Any else kind is str and type(value) is str


def _is_plain(value: object, depth: int = 0) -> bool:
    """Answer whether a value is what JSON has."""
    if depth > _MAX_DEPTH:
        return False
    if isinstance(value, dict):
        return all(type(name) is str and _is_plain(each, depth + 1) for name, each in value.items())
    if isinstance(value, list):
        return all(_is_plain(each, depth + 1) for each in value)
    return value is None or type(value) in (bool, int, float, str)


def _validate(result: Result, task: Task, lab: Lab) -> None:
    """Raise `NoResultError` unless the result is one of this task: of its learner, of the lab's cells, with points that add up."""
    for name, found, expected in (
        ("lab", result.lab, lab.id),
        ("lab_version", result.lab_version, lab.version),
        ("learner", result.learner, task.learner),
        ("mode", result.mode, lab.mode),
        ("max_score", result.max_score, lab.max_score),
        ("cells", [(cell.notebook, cell.grade_id, cell.max_score) for cell in result.cells], _list_cells(lab, result.lang)),
        ("score", result.score, compute_score(result.cells)),
    ):
        if found != expected:
            raise NoResultError(f"a worker answered {task.learner}/{lab.id} with {name} {found!r}, not {expected!r}")
    if result.status not in ("unreadable", compute_status(result.cells)) or not all(map(_is_in_bounds, result.cells)):
        raise NoResultError(f"a worker answered {task.learner}/{lab.id} with a status or a score that its cells do not bear out")
    if len(result.content_hash) != 64 or not set(result.content_hash) <= set("0123456789abcdef"):
        raise NoResultError(f"a worker answered {task.learner}/{lab.id} with {result.content_hash[:80]!r}, which is no SHA-256")


def _is_in_bounds(cell: CellResult) -> bool:
    return cell.score is None or 0 <= cell.score <= cell.max_score


def _list_cells(lab: Lab, lang: str | None) -> list[tuple[str, str, float]]:
    graded = ((notebook.name, cell) for notebook in lab.get_notebooks(lang) for cell in notebook.cells if cell.is_graded)
    return [(name, cell.grade_id or "", cell.points) for name, cell in graded]
