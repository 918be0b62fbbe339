"""Going on with a batch: which submissions have a verdict on record, found out while they are read, a bounded number at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from autograder.labs.model import Lab
from autograder.results import Result
from autograder.tasks import Task, get_key

if TYPE_CHECKING:
    from autograder.records import Records

_WINDOW: Final = 200


def skip_recorded(
    tasks: Iterator[Task], labs: Mapping[str, Lab], records: "Records", on_recorded: Callable[[Sequence[Result]], None]
) -> Iterator[Task]:
    """Yield the tasks that have no verdict yet, and tell of the results of the others."""
    while window := list(islice(tasks, _WINDOW)):
        found = [result for result in records.get_results([get_key(task, labs) for task in window]) if is_final(result)]
        if found:
            on_recorded(found)
        done = {result.key for result in found}
        yield from (task for task in window if get_key(task, labs) not in done)


def is_final(result: Result) -> bool:
    """Answer whether a result needs no second run: nothing in it is void."""
    return result.status != "void" and all(cell.status != "void" for cell in result.cells)
