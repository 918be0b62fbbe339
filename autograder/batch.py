"""A batch: many submissions, graded by a crew, recorded as they are done. It never stops for one of them and never drops one.

The unit of work is a chunk of submissions of one lab, given to a `concurrent.futures.Executor`. Workers return results; only the
coordinator writes, a chunk in a transaction, so that killing anything at any moment loses no more than the chunks under way, and the
same command goes on with what is left. When a worker dies, what it had is suspect and is graded again at the end, each submission alone;
one whose worker then dies three times waits for a person. So does one for which no worker has a result that is one.

Simplification: there is one coordinator. Many machines grade for it, but it alone reads the list and writes the records; `autograder plan`
says what that is good for.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Final

from autograder.crews import Crew, LocalCrew
from autograder.errors import GraderError, NoResultError
from autograder.grade import ATTEMPTS
from autograder.labs.model import Lab
from autograder.plain import read_results
from autograder.results import Result
from autograder.seeds import compute_seed
from autograder.sources.place import compute_hash, get_time
from autograder.sources.zipped import ZippedFolder, shorten_refused
from autograder.tasks import Chunk, Task, compute_chunk_size, cut_chunks
from autograder.tasks import build_tasks as build_tasks
from autograder.tasks import get_key as get_key
from autograder.worker import Order, Work, give_up, grade_order, pack_files, pack_lab

if TYPE_CHECKING:  # what grades without records should not need the database's library
    from autograder.records import Records

_LOOK_SECONDS: Final = 0.5
"""How long the coordinator waits for a result before it looks up: for an interrupt, and whether there is anybody to wait for."""
_LOSSES: Final = 10
"""How often in a row the executor may be lost without a single result in between, or break before there was any at all."""
_SENT_BYTES: Final = 8 * 2**20
"""How many bytes of notebooks one order carries at most, if it carries them and more than one submission."""

OnResults = Callable[[Sequence[Result]], None]


def grade_batch(
    tasks: Iterable[Task],
    labs: Mapping[str, Lab],
    records: "Records",
    on_results: OnResults,
    secret: bytes | None = None,
    workers: int = 0,
    *,
    crew: Crew | None = None,
    total: int | None = None,
    stop: Event | None = None,
) -> None:
    """Grade the tasks and record every result. `on_results` hears of each chunk after it was recorded.

    `total` says about how many tasks there will be if they are read as they are needed. Once `stop` is set no submission is begun here,
    and those under way are finished and recorded; a cluster finishes the chunks that it has. Raises `GraderError` if the machine cannot
    grade, or the cluster is gone for good.
    """
    crew = crew or LocalCrew(workers)
    if total is None:
        tasks = list(tasks)
        total = len(tasks)
    size = compute_chunk_size(total, crew.count())
    batch = _Batch(crew, labs, records, on_results, secret, stop or Event(), iter(cut_chunks(tasks, size)))
    try:
        losses = graded = 0
        while batch.has_more():
            executor = crew.start(max(1, total))
            try:
                results = batch.drain(executor)
            except BaseException:
                crew.end(executor, at_once=True)
                raise
            crew.end(executor, at_once=False)
            graded += results
            losses = 0 if results or (graded and not batch.was_lost) else losses + 1
            if losses >= _LOSSES:
                raise GraderError(f"the workers were lost {losses} times in a row without one result; the same command goes on")
    finally:
        crew.close()


@dataclass(slots=True)
class _Batch:
    """A batch under way: the chunks not read yet, those that come again, and those that some worker has."""

    crew: Crew
    labs: Mapping[str, Lab]
    records: "Records"
    on_results: OnResults
    secret: bytes | None
    stop: Event
    fresh: Iterator[Chunk]
    again: deque[Chunk] = field(default_factory=deque)
    suspects: deque[Chunk] = field(default_factory=deque)
    running: dict[Future[bytes], Chunk] = field(default_factory=dict)
    packed: dict[str, bytes] = field(default_factory=dict)
    was_lost: bool = False

    def has_more(self) -> bool:
        """Answer whether anything is left to grade and nobody said stop."""
        if not self.again and not self.suspects and (chunk := next(self.fresh, None)):
            self.again.append(chunk)
        return bool(self.again or self.suspects) and not self.stop.is_set()

    def drain(self, executor: Executor) -> int:
        """Have chunks graded, a bounded number at a time, until there are none or the executor is gone; return how many results came."""
        count, self.was_lost = 0, False
        is_gone = False
        while True:
            if self.stop.is_set():
                self.crew.recall()
            if not is_gone:
                is_gone = not self._hand_out(executor)
            if not self.running:
                return count
            done, _ = wait(self.running, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                ending = self._take_in(future, self.running.pop(future))
                count += ending == "done"
                is_gone |= ending in ("broken", "lost")
            if self.crew.look() == "lost" and not done:
                return self._lose_all(count)

    def _lose_all(self, count: int) -> int:
        """Put back what will never be answered."""
        self.was_lost = True
        for chunk in self.running.values():
            (self.suspects if chunk.suspect else self.again).append(chunk)
        self.running.clear()
        return count

    def _hand_out(self, executor: Executor) -> bool:
        """Give out chunks while there is room. A suspect is given out when nothing else runs. Answer whether the executor takes any."""
        room = 2 * self.crew.count()
        while not self.stop.is_set() and len(self.running) < room and not any(chunk.suspect for chunk in self.running.values()):
            chunk = self.again.popleft() if self.again else next(self.fresh, None)
            if chunk is None and self.suspects and not self.running:
                chunk = self.suspects.popleft()
            if chunk is None:
                break
            if (packed := self._pack(chunk)) is None:
                continue
            order, chunk = packed
            try:
                self.running[executor.submit(grade_order, order)] = chunk
            except Exception as error:
                ending, _ = self.crew.explain(error)
                if ending not in ("broken", "lost"):
                    raise
                self.was_lost |= ending == "lost"
                (self.suspects if chunk.suspect else self.again).appendleft(chunk)  # it never reached a worker
                return False
        return True

    def _take_in(self, future: Future[bytes], chunk: Chunk) -> str:
        """Record what came of a chunk, or put it back; return how it ended."""
        lab = self.labs[chunk.tasks[0].lab]
        try:
            results = read_results(future.result(), chunk.tasks, lab, may_be_fewer=self.stop.is_set())
            _validate_contents(results, chunk.tasks)
        except NoResultError as error:
            self._suspect(chunk, 1, str(error))
            return "died"
        except BaseException as error:
            ending, deaths = self.crew.explain(error)
            if ending in ("died", "broken"):
                self._suspect(chunk, deaths, "")
            elif ending == "lost":
                self.was_lost = True
                (self.suspects if chunk.suspect else self.again).append(chunk)
            elif ending == "faulty" and chunk.faults + 1 < ATTEMPTS:
                (self.suspects if chunk.suspect else self.again).append(replace(chunk, faults=chunk.faults + 1))
            elif ending == "faulty" and not isinstance(error, GraderError):
                raise GraderError(f"a worker cannot grade: {type(error).__name__}: {error}") from None
            else:
                raise
            return ending
        if results:
            self._save(results)
        return "done"

    def _suspect(self, chunk: Chunk, deaths: int, reason: str) -> None:
        """Have each submission of a chunk graded again alone, at the end; one that was alone and has had its chances waits for a person."""
        deaths = chunk.deaths + deaths if chunk.suspect else 0
        if deaths < ATTEMPTS:
            self.suspects.extend(Chunk((task,), True, deaths, reason) for task in chunk.tasks)
        else:
            self._give_up(chunk.tasks[0], reason or f"the grader's worker died {deaths} times over this submission")

    def _give_up(self, task: Task, reason: str) -> None:
        self._save([give_up(task.learner, task.content_hash, get_time(task.folder), self.labs[task.lab], reason)])

    def _save(self, results: Sequence[Result]) -> None:
        self.records.save(results)
        self.on_results(results)

    # Packing

    def _pack(self, chunk: Chunk) -> tuple[Order, Chunk] | None:
        """Return the order for a chunk and what of the chunk is in it: files that travel may be too much for one. None if nothing is left
        of it, because files that have to travel cannot be read."""
        lab = self.labs[chunk.tasks[0].lab]
        if lab.id not in self.packed:
            self.packed[lab.id] = pack_lab(lab, self.crew.sends_files)
        work: list[Work] = []
        tasks: list[Task] = []
        size = 0
        for number, task in enumerate(chunk.tasks):
            try:
                made = self._pack_task(task)
            except OSError as error:
                self._give_up(task, f"{error.filename or task.folder}: cannot be read: {error.strerror or error}")
                continue
            size += sum(len(content) for _, content in made.files or ())
            if work and size > _SENT_BYTES:
                self.again.appendleft(replace(chunk, tasks=chunk.tasks[number:]))
                break
            work.append(made)
            tasks.append(task)
        return (Order(self.packed[lab.id], tuple(work)), replace(chunk, tasks=tuple(tasks))) if work else None

    def _pack_task(self, task: Task) -> Work:
        seed = compute_seed(self.secret, task.learner, task.lab)
        arrived = get_time(task.folder)
        if isinstance(task.folder, ZippedFolder):  # its files travel, wherever the worker is
            unpacked, refused = task.folder.read()
            return Work(task.learner, Path(str(task.folder)), task.content_hash, arrived, seed, unpacked, (), shorten_refused(refused))
        files, oversize = pack_files(task.folder) if self.crew.sends_files else (None, ())
        return Work(task.learner, task.folder, task.content_hash, arrived, seed, files, oversize)


def _validate_contents(results: Sequence[Result], tasks: Sequence[Task]) -> None:
    """Raise `NoResultError` if a worker read something else than lies in a submission's folder now, after it was handed in anew perhaps."""
    for result, task in zip(results, tasks, strict=False):
        if result.content_hash != task.content_hash and result.content_hash != compute_hash(task.folder):
            raise NoResultError(f"a worker found other files in {task.folder} than are there: is the folder shared with all workers?")
