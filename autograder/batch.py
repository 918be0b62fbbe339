"""A batch: many submissions, graded on all cores, recorded as they are done. It never stops for one of them and never drops one.

The unit of work is a chunk of submissions of one lab, given to a `concurrent.futures.Executor`. Workers return results; only the
coordinator writes, a chunk in a transaction, so that killing anything at any moment loses no more than the chunks under way, and the
same command goes on with what is left. When a worker dies, what was under way is suspect and is graded again at the end, each submission
alone; one whose worker then dies three times waits for a person.
"""

import multiprocessing
import multiprocessing.util
import os
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import cycle, islice
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import TYPE_CHECKING, Final

from autograder.errors import AutograderError, GraderError
from autograder.grade import ATTEMPTS, Grader
from autograder.labs.model import Lab
from autograder.messages import get_text
from autograder.read import compute_content_hash, get_arrival, read_submission
from autograder.results import CellResult, Finding, Result
from autograder.sandbox.folders import remove_folder

if TYPE_CHECKING:  # every worker imports this module, and the database's library would take 15 MB in each
    from autograder.records import Key, Records

CHUNK_SIZE: Final = 8
_WARM_LABS: Final = 4
"""How many labs a worker keeps warm: each holds two processes."""

OnResults = Callable[[Sequence[Result]], None]


@dataclass(frozen=True, slots=True)
class Task:
    """One submission to grade: whose it is, of which lab, where it lies, and the hash of what lies there."""

    learner: str
    lab: str
    folder: Path
    content_hash: str


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Submissions that one worker grades. A `suspect` is a single one that runs while nothing else does: a death is then its own."""

    tasks: tuple[Task, ...]
    suspect: bool = False
    deaths: int = 0


def build_tasks(submissions: Iterable[tuple[str, str, Path]]) -> Iterator[Task]:
    """Yield a task for each (learner, lab, folder)."""
    for learner, lab, folder in submissions:
        yield Task(learner, lab, folder, compute_content_hash(folder))


def get_key(task: Task, labs: dict[str, Lab]) -> "Key":
    """Return the key under which a task's result is recorded."""
    return (task.lab, labs[task.lab].version, task.learner, task.content_hash)


def grade_batch(
    tasks: Sequence[Task], labs: dict[str, Lab], records: "Records", on_results: OnResults, secret: bytes | None = None, workers: int = 0
) -> None:
    """Grade the tasks and record every result. `on_results` hears of each chunk after it was recorded."""
    workers = workers or len(os.sched_getaffinity(0))
    scratch = Path(tempfile.mkdtemp(prefix="autograder-"))
    scratch.chmod(0o711)  # root's learners are users of their own, and have to find the way to their folder
    waiting = deque(_build_chunks(tasks, workers))
    try:
        while waiting:
            executor = _start_workers(min(workers, len(waiting)), labs, secret, scratch)
            try:
                _drain(executor, waiting, labs, records, on_results, 2 * workers)
            except BrokenProcessPool:
                continue
            finally:
                executor.shutdown(wait=True, cancel_futures=True)
    finally:
        remove_folder(scratch)


def _start_workers(count: int, labs: dict[str, Lab], secret: bytes | None, scratch: Path) -> ProcessPoolExecutor:
    """Return an executor whose workers each keep to a processor, as far as there are enough."""
    context = multiprocessing.get_context("spawn")
    cores = context.SimpleQueue()
    for _, core in zip(range(count), cycle(sorted(os.sched_getaffinity(0))), strict=False):
        cores.put(core)
    return ProcessPoolExecutor(count, context, _start_worker, (labs, secret, scratch, cores))


def _drain(
    executor: ProcessPoolExecutor, waiting: deque[_Chunk], labs: dict[str, Lab], records: "Records", on_results: OnResults, depth: int
) -> None:
    """Have the chunks graded, a bounded number at a time. If a worker dies, put back what was under way and say so by an exception."""
    running: dict[Future[list[Result]], _Chunk] = {}
    try:
        while waiting or running:
            while waiting and len(running) < depth and not any(chunk.suspect for chunk in running.values()):
                chunk = waiting[0]
                if chunk.deaths >= ATTEMPTS:
                    reason = f"the grader's worker died {ATTEMPTS} times over this submission"
                    _save([_give_up(chunk.tasks[0], labs[chunk.tasks[0].lab], reason)], records, on_results)
                elif chunk.suspect and running:
                    break
                else:
                    running[executor.submit(_grade_chunk, chunk.tasks)] = chunk
                waiting.popleft()
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=lambda future: future.exception() is not None):
                _save(future.result(), records, on_results)
                del running[future]
    except BrokenProcessPool:
        for chunk in running.values():
            waiting.extend(_Chunk((task,), True, chunk.deaths + chunk.suspect) for task in chunk.tasks)
        raise


def _save(results: Sequence[Result], records: "Records", on_results: OnResults) -> None:
    records.save(results)
    on_results(results)


def _build_chunks(tasks: Sequence[Task], workers: int) -> Iterator[_Chunk]:
    """Yield chunks of one lab each, small enough that every worker has some."""
    size = max(1, min(CHUNK_SIZE, len(tasks) // (2 * workers)))
    by_lab: dict[str, list[Task]] = {}
    for task in tasks:
        by_lab.setdefault(task.lab, []).append(task)
    for group in by_lab.values():
        iterator = iter(group)
        while chunk := tuple(islice(iterator, size)):
            yield _Chunk(chunk)


def _give_up(task: Task, lab: Lab, reason: str) -> Result:
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
        learner=task.learner,
        content_hash=task.content_hash,
        arrived=get_arrival(task.folder),
        mode=lab.mode,
        status="void",
        score=None,
        max_score=lab.max_score,
        cells=cells,
        findings=(Finding("", "", reason),),
    )


# In a worker

_labs: dict[str, Lab] = {}
_graders: dict[str, Grader] = {}
_settings: tuple[bytes | None, Path, int | None] = (None, Path(), None)
"""Secret, scratch folder and processor."""


def _start_worker(labs: dict[str, Lab], secret: bytes | None, scratch: Path, cores: "SimpleQueue[int]") -> None:
    """Make this process a worker: an interrupt from the keyboard is the coordinator's to handle, and its end is the worker's too."""
    global _settings
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_coordinator, daemon=True).start()
    multiprocessing.util.Finalize(None, _close_graders, exitpriority=10)  # a worker's atexit functions are not called
    _labs.update(labs)
    _settings = (secret, scratch, cores.get())


def _end_with_the_coordinator() -> None:
    """Wait for the coordinator's end. The pool's own queue would not tell: every worker holds both its ends open."""
    if coordinator := multiprocessing.parent_process():
        coordinator.join()
        os._exit(1)


def _close_graders() -> None:
    while _graders:
        _graders.popitem()[1].close()


def _grade_chunk(tasks: tuple[Task, ...]) -> list[Result]:
    return [_grade_task(task) for task in tasks]


def _grade_task(task: Task) -> Result:
    """Grade one submission. A fault of the grader itself makes this one wait for a person; only a fault of the machine stops the rest."""
    try:
        return _get_grader(task.lab).grade(read_submission(task.folder, _labs[task.lab], task.learner))
    except AutograderError:
        raise
    except OSError as error:
        raise GraderError(f"{error.filename or task.folder}: the grader cannot work: {error.strerror or error}") from error
    except Exception as error:
        _graders.pop(task.lab).close()
        return _give_up(task, _labs[task.lab], f"the grader failed: {type(error).__name__}: {error}")


def _get_grader(lab: str) -> Grader:
    """Return the grader of a lab, warm if it was used lately."""
    grader = _graders.pop(lab, None) or Grader(_labs[lab], *_settings)
    _graders[lab] = grader
    while len(_graders) > _WARM_LABS:
        _graders.pop(next(iter(_graders))).close()
    return grader
