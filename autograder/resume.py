"""Going on with a batch: which submissions have a verdict on record, found out while they are read, a bounded number at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from autograder.labs.model import Lab
from autograder.tasks import WINDOW, Task, get_key

if TYPE_CHECKING:
    from autograder.records import Outline, Records


def skip_recorded(
    tasks: Iterator[Task], labs: Mapping[str, Lab], records: "Records", on_recorded: Callable[[Sequence["Outline"]], None]
) -> Iterator[Task]:
    """Yield the tasks that have no verdict yet, and tell of the others, of which the records say only how they ended."""
    while window := list(islice(tasks, WINDOW)):
        keys = [get_key(task, labs) for task in window]
        found = {outline.key: outline for outline in records.get_outlines(keys) if outline.is_final}
        if found:
            on_recorded(list(found.values()))
        yield from (task for task, key in zip(window, keys, strict=True) if key not in found)
