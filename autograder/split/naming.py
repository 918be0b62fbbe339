"""How S names its objects for T: by number, with the class that each has, described once.

A handle is [number, kind, name, class]. Kind "object": any object, with its class; "class": a class itself, described; "module": a
module. A class is [number, module, name, special methods, bases] when it is first told, and its number from then on.
"""

import sys
import types
from collections.abc import Callable
from enum import Enum
from typing import Any, Final

from autograder.split.operators import find_judging, find_special

MAX_TEXT: Final = 2_000
_OF_A_NAMED_TUPLE: Final = frozenset(
    "__doc__ __slots__ _fields _field_defaults __new__ _make _replace __replace__ __repr__ _asdict __getnewargs__ __match_args__ "
    "__module__ __annotations__ __orig_bases__ __static_attributes__ __firstlineno__ __annotate__ __annotate_func__ "
    "__annotations_cache__".split()
)


class Naming:
    """The objects that T knows by number, and the classes of which it has been told."""

    def __init__(self) -> None:
        self._objects: list[Any] = []
        self._numbers: dict[tuple[int, int], int] = {}
        self._told: set[int] = set()
        self._telling: list[int] = []

    def get(self, number: int) -> Any:
        """Return the object with a number."""
        return self._objects[number]

    def get_number(self, value: Any) -> int:
        """Return the number of an object, from now on."""
        is_method = type(value) is types.MethodType  # which is made anew each time it is read
        key = (id(value.__self__), id(value.__func__)) if is_method else (id(value), 0)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._objects)
            self._objects.append(value)
        return number

    def describe(self, value: Any) -> list[Any]:
        """Return the handle of an object."""
        number = self.get_number(value)
        if isinstance(value, type):
            return [number, "class", "", self.describe_class(value)]
        kind = "module" if type(value) is types.ModuleType else "object"
        return [number, kind, get_name(value) if callable(value) or kind == "module" else "", self.describe_class(type(value))]

    def describe_class(self, kind: type) -> Any:
        """Return a class: its number if it has been told, else all of it."""
        number = self.get_number(kind)
        if number in self._told:
            return number
        self._told.add(number)
        self._telling.append(number)
        bases = [self.describe_class(base) for base in kind.__bases__ if base is not object]
        if is_named_tuple(kind):
            return [number, str(kind.__module__), kind.__qualname__, list(kind._fields), []]  # type: ignore[attr-defined]
        return [number, str(kind.__module__), kind.__qualname__, " ".join([*find_special(kind), *find_judging(kind)]), bases]

    def on_sent(self) -> None:
        """Note that T has been told."""
        self._telling.clear()

    def on_not_sent(self) -> None:
        """Note that what was being told never left."""
        self._told.difference_update(self._telling)
        self._telling.clear()


def is_named_tuple(kind: type) -> bool:
    """Answer whether a class is a named tuple and nothing more: no methods, no base but tuple."""
    fields = kind.__dict__.get("_fields")
    return kind.__bases__ == (tuple,) and type(fields) is tuple and kind.__dict__.keys() <= _OF_A_NAMED_TUPLE | set(fields)


def is_at_its_name(kind: type) -> bool:
    """Answer whether a class is found under its own name in a loaded module that is not the notebook."""
    return kind.__module__ != "__main__" and getattr(sys.modules.get(kind.__module__), kind.__qualname__, None) is kind


def get_member_name(value: Any) -> str | None:
    """Return the name of a member of an enumeration, or None for anything else."""
    return value.name if isinstance(value, Enum) and type(value.name) is str else None


def get_name(value: Any) -> str:
    """Return what a function or module calls itself, if it does: learner code may answer with anything."""
    try:
        name = getattr(value, "__qualname__", None) or value.__name__
    except Exception:
        return ""
    return name[:MAX_TEXT] if type(name) is str else ""


def bounded(produce: Callable[[], str], passed_on: type[BaseException]) -> str:
    """Return a text that learner code produces, cut to size, whatever that code does but raise `passed_on`."""
    try:
        return str(produce())[:MAX_TEXT]
    except passed_on:
        raise
    except BaseException as error:
        return f"<{type(error).__name__} while describing>"
