"""What a worker does, whoever started it: it takes an order, grades its submissions one after another, and answers with plain data.

An order holds all that a worker needs, so that nothing has to be told to it before and any worker can take any order: the lab (once
unpickled it is kept), whose work to grade, the seed of each learner's tests but never the secret that seeds come from, and, for workers
that do not share the coordinator's disk, the files themselves. It keeps a few graders warm.
"""

import hashlib
import os
import pickle
import socket
import sys
import tempfile
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from autograder.errors import AutograderError, GraderError
from autograder.grade import Grader
from autograder.labs.model import Lab
from autograder.messages import get_text
from autograder.plain import pack_results
from autograder.read import MAX_BYTES, Submission, compute_content_hash, list_notebooks, read_submission
from autograder.results import CellResult, Finding, Result
from autograder.sandbox.core import sees_all_graders, take_core
from autograder.sandbox.folders import empty_folder, remove_folder
from autograder.sandbox.scratch import Scratch, make_scratch

WARM_LABS: Final = 4
"""How many labs a worker keeps warm: each holds two processes."""

RECALL: Final = "recalled"
"""The file beside the workers' folders that says: begin no more submissions."""

Files = tuple[tuple[str, bytes], ...]
"""Files that travel: path below their folder, content."""


@dataclass(frozen=True, slots=True)
class Work:
    """One submission of an order. `files` is None if the worker reads them from `folder`; `oversize` are notebooks too large to be read,
    which do not travel: name and size; `refused` are files that were refused where they came from: name and reason."""

    learner: str
    folder: Path
    content_hash: str
    arrived: float
    seed: int
    files: Files | None = None
    oversize: tuple[tuple[str, int], ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """Submissions of one lab to grade. `lab` is a pickled lab with its data files (see `pack_lab`): the coordinator is trusted."""

    lab: bytes
    work: tuple[Work, ...]


def pack_lab(lab: Lab, with_data: bool) -> bytes:
    """Return a lab as bytes that `Order.lab` takes, with its data files if the worker cannot read them from the lab's folder."""
    files: Files | None = None
    if with_data and lab.folder is not None:
        paths = sorted(path for path in lab.folder.rglob("*") if path.is_file() and path.suffix != ".ipynb")
        files = tuple((path.relative_to(lab.folder).as_posix(), path.read_bytes()) for path in paths)
    return zlib.compress(pickle.dumps((lab, files)))


def pack_files(folder: Path) -> tuple[Files, tuple[tuple[str, int], ...]]:
    """Return the notebooks of a submission and what is too large to travel. Raises OSError if one cannot be read."""
    paths = list_notebooks(folder)
    sizes = {path: path.stat().st_size for path in paths}
    files = tuple((path.name, path.read_bytes()) for path in paths if sizes[path] <= MAX_BYTES)
    return files, tuple((path.name, size) for path, size in sizes.items() if size > MAX_BYTES)


def give_up(learner: str, content_hash: str, arrived: float, lab: Lab, reason: str) -> Result:
    """Return the result of a submission that could not be graded, and why: every cell waits for a person."""
    cells = tuple(
        CellResult(notebook.name, cell.grade_id or "", "void", None, cell.points, get_text(notebook.lang, "void"))
        for notebook in lab.get_notebooks()
        for cell in notebook.cells
        if cell.is_graded
    )
    return Result(
        lab=lab.id,
        lab_version=lab.version,
        learner=learner,
        content_hash=content_hash,
        arrived=arrived,
        mode=lab.mode,
        status="void",
        score=None,
        max_score=lab.max_score,
        cells=cells,
        findings=(Finding("", "", reason),),
    )


@dataclass(slots=True)
class _Worker:
    """This process as a worker: where it works, which processor it keeps to, its warm graders by lab, the one used last at the end, and
    the file that recalls it, if there is a place for one."""

    place: Path
    own: Scratch | None
    core: tuple[int, socket.socket] | None
    graders: dict[bytes, Grader]
    recall: Path | None = None

    @property
    def is_recalled(self) -> bool:
        """Answer whether it is to begin no more submissions."""
        return self.recall is not None and self.recall.exists()

    def close(self) -> None:
        """End the graders' processes and remove what they left."""
        while self.graders:
            self.graders.popitem()[1].close()
        if self.core is not None:
            self.core[1].close()
        if self.own is not None:
            self.own.remove()
        remove_folder(self.place)


_worker: _Worker | None = None
_turn: Final = threading.RLock()
"""A worker grades one at a time even if it has several threads: learners who run at the same time must not be the same user."""


def start(place: Path | None = None) -> None:
    """Make this process a worker that works below `place`, one of several that were started together, or in a folder of its own."""
    global _worker
    if place is None:
        own = make_scratch()
        _worker = _Worker(own.folder, own, take_core() if sees_all_graders() else None, {})
    else:
        folder = Path(tempfile.mkdtemp(prefix="worker-", dir=place))
        folder.chmod(0o711)
        _worker = _Worker(folder, None, take_core(), {}, place / RECALL)


def describe(probe: Path | None) -> tuple[str, str, str]:
    """Return what coordinator and workers have to have in common: our version, Python's, and what they find in a folder."""
    return version("minichain"), f"{sys.version_info[0]}.{sys.version_info[1]}", compute_content_hash(probe) if probe else ""


def stop() -> None:
    """Let go of everything that this worker holds; the next order starts it again."""
    global _worker
    with _turn:
        if _worker is not None:
            _worker.close()
            _worker = None


def grade_order(order: Order) -> bytes:
    """Grade the submissions of an order, or the first of them if the worker is recalled, and return the results as `read_results` takes
    them."""
    with _turn:
        if _worker is None:
            start()
        assert _worker is not None
        return _grade_order(_worker, order)


def _grade_order(worker: _Worker, order: Order) -> bytes:
    name = hashlib.sha256(order.lab).digest()
    lab = _unpack_lab(order.lab, worker.place, name)
    results = [_grade(worker, name, lab, work) for work in order.work if not worker.is_recalled]
    try:
        return pack_results(results)
    except ValueError:  # which of them it was is found out only now: it is seldom any
        return pack_results([_make_sendable(result, work, lab) for result, work in zip(results, order.work, strict=False)])


def _make_sendable(result: Result, work: Work, lab: Lab) -> Result:
    """Return a result, or in its place one that says why it cannot be sent."""
    try:
        pack_results([result])
    except ValueError as error:
        return _give_up(work, lab, f"the result cannot be sent: {error}")
    return result


def _grade(worker: _Worker, name: bytes, lab: Lab, work: Work) -> Result:
    """Grade one submission. A fault of the grader itself makes this one wait for a person; only a fault of the machine stops the rest."""
    try:
        submission = _read(worker, lab, work)
        return _get_grader(worker, name, lab).grade(submission, work.seed)
    except AutograderError:
        raise
    except OSError as error:
        raise GraderError(f"{error.filename or work.folder}: the grader cannot work: {error.strerror or error}") from error
    except Exception as error:
        if grader := worker.graders.pop(name, None):
            grader.close()
        return _give_up(work, lab, f"the grader failed: {type(error).__name__}: {error}")


def _read(worker: _Worker, lab: Lab, work: Work) -> Submission:
    """Read a submission from the folder that is shared, or from a folder of ours into which its files are put."""
    if work.files is None:
        return read_submission(work.folder, lab, work.learner)
    folder = worker.place / "handed-in"
    empty_folder(folder)
    _write_files(folder, work.files)
    for name, size in work.oversize:
        (folder / name).touch()
        os.truncate(folder / name, size)  # a file of that size that takes no room: it will not be read
    found = read_submission(folder, lab, work.learner, work.refused)
    is_whole = not (work.oversize or work.refused)
    return replace(found, arrived=work.arrived, content_hash=found.content_hash if is_whole else work.content_hash)


def _get_grader(worker: _Worker, name: bytes, lab: Lab) -> Grader:
    """Return the grader of a lab, warm if it was used lately."""
    grader = worker.graders.pop(name, None) or Grader(lab, worker.place, worker.core[0] if worker.core else None)
    worker.graders[name] = grader
    while len(worker.graders) > WARM_LABS:
        worker.graders.pop(next(iter(worker.graders))).close()
    return grader


@lru_cache(maxsize=2 * WARM_LABS)
def _unpack_lab(packed: bytes, place: Path, name: bytes) -> Lab:
    """Return the lab of an order; data files that came with it are laid below `place`."""
    lab, files = pickle.loads(zlib.decompress(packed))
    assert isinstance(lab, Lab)
    if files is None:
        return lab
    folder = place / f"data-{name.hex()[:16]}"
    empty_folder(folder)
    _write_files(folder, files)
    return replace(lab, folder=folder)


def _write_files(folder: Path, files: Sequence[tuple[str, bytes]]) -> None:
    for name, content in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _give_up(work: Work, lab: Lab, reason: str) -> Result:
    return give_up(work.learner, work.content_hash, work.arrived, lab, reason)
