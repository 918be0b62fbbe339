"""From results to rows and back, and the short answers that questions about many results get."""

import json
import time
import zlib
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Row

from autograder.labs.model import Mode
from autograder.results import CellResult, Finding, Result, SubmissionStatus

Key = tuple[str, str, str, str]
"""Lab, lab version, learner, content hash."""
_QUICK: Final = 1
"""Of zlib's levels: outputs are small, and the rest of writing a result takes no longer than the thorough one would."""
_to_json: Final = json.JSONEncoder(separators=(",", ":")).encode
"""ASCII alone: neither NUL nor half a character, which a learner may have printed, reaches a database that has no place for it."""


@dataclass(frozen=True, slots=True)
class Outline:
    """How a submission ended, for who need not know more: nothing of its cells, findings and outputs is read. `voids` counts cells."""

    key: Key
    status: SubmissionStatus
    mode: Mode
    walls: tuple[str, ...]
    voids: int

    @property
    def is_final(self) -> bool:
        """Answer whether it needs no second run: nothing in it is void."""
        return self.status != "void" and self.voids == 0


@dataclass(frozen=True, slots=True)
class Score:
    """What a learner's last attempt at a lab is worth; `score` is None while a person has to decide."""

    lab: str
    learner: str
    arrived: float
    status: SubmissionStatus
    score: float | None
    max_score: float


@dataclass(frozen=True, slots=True)
class LabProgress:
    """How far a cohort is with a lab, by the last attempts: learners by status, how many have all the points, their mean score."""

    lab: str
    statuses: dict[str, int]
    complete: int
    mean_score: float | None

    @property
    def learners(self) -> int:
        """How many handed something in."""
        return sum(self.statuses.values())


def compute_id(key: Key) -> str:
    """Return the id of a record: half a SHA-256 over its key."""
    return sha256(json.dumps(key).encode()).hexdigest()[:32]


def to_row(result: Result, owner: str) -> tuple[Any, ...]:
    """Return a result as a row of the table `result`, in the order of its columns; `owner` is its id."""
    cells = [(cell.notebook, cell.grade_id, cell.status, cell.score, cell.max_score, cell.message) for cell in result.cells]
    findings = [{"notebook": finding.notebook, "cell": finding.cell, "text": finding.text} for finding in result.findings]
    return (
        owner,
        result.lab,
        result.lab_version,
        result.learner,
        result.content_hash,
        result.arrived,
        time.time(),
        result.mode,
        result.status,
        result.score,
        result.max_score,
        result.lang,
        _walls_to_json(result.walls),
        result.cpu_seconds,
        _to_json(findings) if findings else "[]",
        zlib.compress(_to_json(result.outputs).encode(), _QUICK),
        _to_json(cells),
        sum(cell.status == "void" for cell in result.cells),
    )


def to_result(row: Row[Any]) -> Result:
    """Return what a row of the table `result` says."""
    return Result(
        lab=row.lab,
        lab_version=row.lab_version,
        learner=row.learner,
        content_hash=row.content_hash,
        arrived=row.arrived,
        mode=row.mode,
        status=row.status,
        score=row.score,
        max_score=row.max_score,
        cells=tuple(CellResult(*cell) for cell in json.loads(row.cells)),
        findings=tuple(Finding(**finding) for finding in json.loads(row.findings)),
        outputs=json.loads(zlib.decompress(row.outputs)),
        lang=row.lang,
        walls=tuple(json.loads(row.walls)),
        cpu_seconds=row.cpu_seconds,
    )


@lru_cache(maxsize=64)
def _walls_to_json(walls: tuple[str, ...]) -> str:
    """Return the walls as JSON; in a batch they are the same for all."""
    return _to_json(walls)


@lru_cache(maxsize=64)
def read_walls(text: str) -> tuple[str, ...]:
    """Return the walls that a row names."""
    return tuple(json.loads(text))
