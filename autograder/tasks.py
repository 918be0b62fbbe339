"""What there is to grade: tasks, read from where submissions lie, and chunks of them, cut while they are read.

A chunk is of one lab, because a worker has to start two processes for each lab. Submissions come learner by learner, so some are held
back until a lab has enough of them; never more than `READ_AHEAD`, however many there are, and no more than have been given out, so that
the first chunk is ready at once.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from autograder.labs.model import Lab
from autograder.sources.place import Place, look

if TYPE_CHECKING:  # every worker imports this module, and the database's library would take 15 MB in each
    from autograder.records import Key

CHUNK_SIZE: Final = 8
READ_AHEAD: Final = 8_192
"""How many submissions are read at most and not given to a worker yet."""
WINDOW: Final = 500
"""How many of these are looked up in the records at once."""


@dataclass(frozen=True, slots=True)
class Task:
    """One submission to grade: whose it is, of which lab, where it lies, and the hash of what lies there."""

    learner: str
    lab: str
    folder: Place
    content_hash: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Submissions of one lab that one worker grades.

    A `suspect` is a single one that runs while nothing else does, so that a death is its own doing: `deaths` counts them. `reason` is
    what went wrong last, `faults` how often a machine could not work on it.
    """

    tasks: tuple[Task, ...]
    suspect: bool = False
    deaths: int = 0
    reason: str = ""
    faults: int = 0


def build_tasks(
    submissions: Iterable[tuple[str, str, Place]], on_refused: Callable[[str, str, str], None] = lambda learner, lab, reason: None
) -> Iterator[Task]:
    """Yield a task for each (learner, lab, folder), and tell of each file in it that is refused."""
    for learner, lab, folder in submissions:
        content_hash, refused = look(folder)
        for _, reason in refused:
            on_refused(learner, lab, reason)
        yield Task(learner, lab, folder, content_hash)


def get_key(task: Task, labs: Mapping[str, Lab]) -> "Key":
    """Return the key under which a task's result is recorded."""
    return (task.lab, labs[task.lab].version, task.learner, task.content_hash)


def compute_chunk_size(total: int, workers: int) -> int:
    """Return how many submissions make a chunk, so that every worker has some."""
    return max(1, min(CHUNK_SIZE, total // (2 * workers)))


def cut_chunks(tasks: Iterable[Task], size: int, ahead: int = READ_AHEAD - WINDOW) -> Iterator[Chunk]:
    """Yield chunks of one lab each, one lab for as long as there are any. At most `ahead` tasks are read and not yet in a chunk."""
    shelves: dict[str, deque[Task]] = {}
    held = given = 0
    current = ""
    for task in tasks:
        shelves.setdefault(task.lab, deque()).append(task)
        held += 1
        while held >= min(ahead, max(size, given)):
            current = current if current in shelves else max(shelves, key=lambda lab: len(shelves[lab]))
            chunk = _take(shelves, current, size)
            held -= len(chunk.tasks)
            given += len(chunk.tasks)
            yield chunk
    while shelves:
        yield _take(shelves, next(iter(shelves)), size)


def _take(shelves: dict[str, deque[Task]], lab: str, size: int) -> Chunk:
    """Take a chunk from a lab's shelf, and the shelf away with its last task."""
    shelf = shelves[lab]
    chunk = Chunk(tuple(shelf.popleft() for _ in range(min(size, len(shelf)))))
    if not shelf:
        del shelves[lab]
    return chunk
