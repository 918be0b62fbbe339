"""Worker processes that run transactions on all cores: a `Runner` that is parallel in earnest.

They live as long as the node does. Each has a copy of the state and is told every change once, so that a call can be sent without what
it will read; Python's threads would need no copies, but run one at a time. What is sent between them is pickled, and comes from nobody
but ourselves.

When it pays: to send a call over and its record back costs more than a transfer costs to run. So calls are sent only while they use
much gas, and a block of transfers is run by one core as before. Contracts that compute for a millisecond gain nearly as many times as
there are cores, unless they all touch one key. `make bench` measures it.

Simplifications: the copies take memory, once for each process. A production node's threads share one state.
"""

import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from minichain.ledger.block_state import BlockState
from minichain.ledger.errors import WorkerError
from minichain.ledger.execution import FindEngine, execute_transaction
from minichain.ledger.runners import Result, Task
from minichain.ledger.state import Entry, Place, State, Writes, copy_state

if TYPE_CHECKING:
    # Not at run time: a browser has no processes, and cannot even import this.
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

CHUNK: Final = 32
"""How many calls are sent to a process at once, at most."""

LEAST: Final = 4
"""How many calls for each process are worth a message."""

LEAST_GAS: Final = 250
"""Calls that use less gas on average are not sent: about what is spent in the time that sending one takes."""


# What the processes are told. Only `Batch` is answered.


@dataclass(frozen=True)
class Entries:
    """The whole state, at its height."""

    height: int
    entries: list[tuple[Place, Entry]]


@dataclass(frozen=True)
class Begin:
    """The next block begins; what an undecided one wrote is to be forgotten."""


@dataclass(frozen=True)
class Batch:
    """What transactions of the block in progress have written since the last time, and calls to run after that."""

    written: list[tuple[int, Writes]]
    tasks: Sequence[Task]


@dataclass(frozen=True)
class Decided:
    """A block that was decided: its height, and what its transactions wrote."""

    height: int
    changes: list[Writes]


Message = Entries | Begin | Batch | Decided


@dataclass
class Worker:
    """A process as the pool knows it."""

    process: "BaseProcess"
    connection: "Connection[Message, list[Result] | Exception]"
    told: int = 0
    """Of how many transactions of the block in progress it knows what they wrote."""


class WorkerPool:
    """Processes with copies of the state. `close` it, or use it in a `with`.

    `find_engine` is sent to the processes, so it must be a function of a module, or an object that can be pickled. Processes that were
    not told of every block, with `apply`, are sent the whole state again when the next one begins.
    """

    least_gas = LEAST_GAS

    def __init__(self, find_engine: FindEngine, processes: int) -> None:
        self.find_engine = find_engine
        self.width = processes * LEAST
        self._height: int | None = None
        """The height of the state that the processes hold, None if they hold none, or a wrong one."""
        self._written: list[tuple[int, Writes]] = []
        context = get_context("spawn")  # a fork would copy locks that other threads hold, and never let go
        self._workers: list[Worker] = []
        for _ in range(processes):
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs, find_engine), daemon=True)
            process.start()
            theirs.close()
            self._workers.append(Worker(process, ours))

    def __enter__(self) -> Self:
        """Return the pool."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """Close the pool."""
        self.close()

    def close(self) -> None:
        """End the processes."""
        for worker in self._workers:
            worker.connection.close()
            worker.process.join()
        self._workers = []

    def begin(self, state: State) -> None:
        """Begin the block after `state`, which is sent to the processes if they do not hold it."""
        if self._height != state.height:
            self._tell(Entries(state.height, list(state.iterate_all())))
            self._height = state.height
        self._written = []
        for worker in self._workers:
            worker.told = 0
        self._tell(Begin())

    def apply_transaction(self, index: int, writes: Writes) -> None:
        """Apply what the transaction at place `index` wrote."""
        self._written.append((index, writes))

    def apply(self, height: int, changes: Sequence[Writes]) -> None:
        """Tell the processes of a block that the state was given."""
        if self._height == height - 1:
            self._tell(Decided(height, list(changes)))
            self._height = height

    def forget(self) -> None:
        """Take note that blocks were taken back, so that the processes hold a wrong state."""
        self._height = None

    def run(self, tasks: Sequence[Task]) -> Iterator[Result]:
        """Run the calls, and yield what came of them in the order in which they end."""
        from multiprocessing.connection import wait

        size = max(1, min(CHUNK, -(-len(tasks) // len(self._workers))))
        chunks = [tasks[start : start + size] for start in range(0, len(tasks), size)]
        chunks.reverse()  # the next one stands last
        busy: list[Worker] = []
        for worker in self._workers[: len(chunks)]:
            self._send_batch(worker, chunks.pop())
            busy.append(worker)
        try:
            while busy:
                ready = wait([worker.connection for worker in busy])
                for worker in [worker for worker in busy if worker.connection in ready]:
                    busy.remove(worker)
                    results = self._receive(worker)
                    # Only now: a process that is still answering does not read, and both would wait for the other.
                    if chunks:
                        self._send_batch(worker, chunks.pop())
                        busy.append(worker)
                    yield from results
        finally:
            for worker in busy:
                self._receive(worker)

    def _send_batch(self, worker: Worker, tasks: Sequence[Task]) -> None:
        self._send(worker, Batch(self._written[worker.told :], tasks))
        worker.told = len(self._written)

    def _tell(self, message: Message) -> None:
        for worker in self._workers:
            self._send(worker, message)

    def _send(self, worker: Worker, message: Message) -> None:
        try:
            worker.connection.send(message)
        except OSError:
            raise WorkerError(f"the worker process {worker.process.pid} has ended, with {worker.process.exitcode}") from None

    def _receive(self, worker: Worker) -> list[Result]:
        try:
            answer = worker.connection.recv()
        except (EOFError, OSError):
            raise WorkerError(f"the worker process {worker.process.pid} has ended, with {worker.process.exitcode}") from None
        if isinstance(answer, Exception):
            raise answer
        return answer


# In the other process


def serve(connection: "Connection[list[Result] | Exception, Message]", find_engine: FindEngine) -> None:
    """Do what one is told until the pool is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the node, which then closes the pool
    state = copy_state(-1, [])
    block = BlockState(state)
    while True:
        try:
            message = connection.recv()
        except EOFError:
            return
        match message:
            case Entries(height, entries):
                state = copy_state(height, entries)
            case Decided(height, changes):
                state.apply(height, changes)
            case Begin():
                block = BlockState(state)
            case Batch(written, tasks):
                for index, writes in written:
                    block.apply_transaction(index, writes)
                connection.send(run_tasks(tasks, block, find_engine))


def run_tasks(tasks: Sequence[Task], block: BlockState, find_engine: FindEngine) -> list[Result] | Exception:
    """Return what came of the calls, or the error that a mistake in an engine ended in: the node must know."""
    try:
        return [(number, execute_transaction(call, block, find_engine)) for number, call in tasks]
    except Exception as error:
        return error
