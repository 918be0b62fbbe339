"""Arguments that the learner's function changes in place: S tells what became of them, T changes its own.

Attack: a function that empties the list which the test holds its answer against. So T takes a change only of an argument that the same
function of the lab's own solution changes (`autograder.split.solution`), and only into a value of the same type; arrays keep shape and
dtype. What T changes are its own lists and arrays, in place, inner ones too: whoever else holds them sees it.
"""

import sys
from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any, Final

_DICTS: Final = (dict, Counter, OrderedDict, defaultdict)
_SEQUENCES: Final = (list, bytearray, deque)


class UnlikeError(Exception):
    """A changed argument is of another type than the one that was passed."""


def find_arguments(arguments: frozenset[str], args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[int | str]:
    """Return those places and names of a call that stand for these arguments of a function and hold what can be changed."""
    every: list[tuple[int | str, Any]] = [*enumerate(args), *kwargs.items()]
    return [key for key, value in every if ("*" in arguments or str(key) in arguments) and is_changeable(value)]


def is_changeable(value: Any) -> bool:
    """Answer whether a value of the test can be changed in place by `change`."""
    kind = type(value)
    return kind in _DICTS or kind in _SEQUENCES or kind is set or kind in _get_library_types()


def change(ours: Any, theirs: Any) -> None:
    """Make a value of the test equal to what it became in S. Raises `UnlikeError` if that is of another type or shape."""
    if type(ours) is not type(theirs):
        raise UnlikeError(f"a {type(ours).__name__} has become a {type(theirs).__name__}")
    if type(ours) in _DICTS:
        merged = {key: _merge(ours[key], value) if key in ours else value for key, value in theirs.items()}
        ours.clear()
        ours.update(merged)
    elif type(ours) is set:
        ours.clear()
        ours.update(theirs)
    elif type(ours) in _SEQUENCES:
        merged_items = [*map(_merge, ours, theirs), *list(theirs)[len(ours) :]]
        ours.clear()
        ours.extend(merged_items)
    elif type(ours) in _get_library_types():
        _change_library_value(ours, theirs)


def _merge(ours: Any, theirs: Any) -> Any:
    """Return what stands in a changed container: our own inner one, changed, if it is still of its kind."""
    if type(ours) is type(theirs) and is_changeable(ours):
        try:
            change(ours, theirs)
        except UnlikeError:
            return theirs
        return ours
    return theirs


def _change_library_value(ours: Any, theirs: Any) -> None:
    if type(ours) is sys.modules["numpy"].ndarray:
        if ours.shape != theirs.shape or ours.dtype != theirs.dtype or not ours.flags.writeable:
            raise UnlikeError(f"an array of shape {ours.shape} has become one of shape {theirs.shape}")
        ours[...] = theirs
    else:
        ours._update_inplace(theirs)  # what pandas' own inplace=True calls


def _get_library_types() -> tuple[type, ...]:
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    kinds: tuple[type, ...] = (numpy.ndarray,) if numpy is not None else ()
    return (*kinds, pandas.Series, pandas.DataFrame) if pandas is not None else kinds
