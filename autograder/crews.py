"""Who grades: a crew is where chunks of submissions go. It starts executors (`concurrent.futures`), and knows what their errors mean.

The crew here is processes of this machine; `autograder.cluster` has one of many machines.
"""

import multiprocessing
import multiprocessing.util
import os
import signal
import threading
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from autograder import worker
from autograder.sandbox.scratch import Scratch, make_scratch

Ending = Literal[
    "died",  # the worker that had this chunk died, once or more often: the chunk is suspect, the executor goes on
    "broken",  # some worker died, and the executor with it: everything that was under way is suspect
    "lost",  # the executor is gone, and no submission has to do with it
    "faulty",  # the worker's machine cannot grade
    "",  # a mistake of ours
]


class Crew(Protocol):
    """Workers that grade. One executor at a time is started; when it is gone, another."""

    @property
    def sends_files(self) -> bool:
        """Answer whether workers do not see the coordinator's files, so that orders have to hold them."""

    def count(self) -> int:
        """Return how many orders are worked on at once."""

    def start(self, most: int) -> Executor:
        """Return an executor, with no more workers than `most` if it starts any. Raises `GraderError` if there is none to be had."""

    def explain(self, error: BaseException) -> tuple[Ending, int]:
        """Return what an error of the executor's says about the chunk that it stands for, and how many workers died."""

    def look(self) -> Ending:
        """Hear that a while has passed: say what a person should know, and answer "lost" if nobody will ever answer."""

    def recall(self) -> None:
        """Have no more submissions begun, if that can be told to whoever has them; what comes back of a chunk may then be less of it."""

    def end(self, executor: Executor, at_once: bool) -> None:
        """Let go of an executor, whatever state it is in; `at_once`: whatever is under way."""

    def close(self) -> None:
        """Let go of all the rest."""


@dataclass(slots=True)
class LocalCrew:
    """Processes of this machine, one for each processor unless `workers` says otherwise."""

    workers: int = 0
    sends_files: bool = field(default=False, init=False)
    _scratch: Scratch = field(default_factory=make_scratch, init=False)

    def count(self) -> int:
        """Return how many work at once."""
        return self.workers or len(os.sched_getaffinity(0))

    def start(self, most: int) -> Executor:
        """Return a pool of processes; each begins as if no other Python had been there (spawn)."""
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(min(most, self.count()), context, _start_worker, (self._scratch.folder,))

    def explain(self, error: BaseException) -> tuple[Ending, int]:
        """A pool breaks with the first worker that dies."""
        return ("broken", 1) if isinstance(error, BrokenProcessPool) else ("", 0)

    def look(self) -> Ending:
        """Nothing that the pool would not tell."""
        return ""

    def recall(self) -> None:
        """Tell the workers by a file. The pool cannot take back a chunk that lies in its queue, and a lock may be held by one who died."""
        (self._scratch.folder / worker.RECALL).touch()

    def end(self, executor: Executor, at_once: bool) -> None:
        """Wait until every worker is gone."""
        ours = getattr(executor, "_processes", None) or {}  # Python 3.14 has kill_workers() for it
        for process in [*ours.values()] if at_once else ():
            process.kill()
        executor.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        """Remove what the workers left."""
        self._scratch.remove()


def _start_worker(place: Path) -> None:
    """Make this process a worker: an interrupt from the keyboard is the coordinator's to handle, and its end is the worker's too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_coordinator, daemon=True).start()
    multiprocessing.util.Finalize(None, worker.stop, exitpriority=10)  # a worker's atexit functions are not called
    worker.start(place)


def _end_with_the_coordinator() -> None:
    """Wait for the coordinator's end. The pool's own queue would not tell: every worker holds both its ends open."""
    if coordinator := multiprocessing.parent_process():
        coordinator.join()
        os._exit(1)
