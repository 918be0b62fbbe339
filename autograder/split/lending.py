"""What T lends to learner code: the functions and objects that a test hands over. S gets a number, and T does what S asks of it.

Attacks: reading the test through an object of it (`f.__globals__`), or having T do something with arguments of S's choice. So only
these are lent: what can be called (to be called), iterators (to be advanced), objects of classes that the lab or a test defined (their
public attributes and operators), and the few library objects of `_LENT_TYPES`, which hold nothing but what the test put into them.
No name with two underscores is read. An attribute is set only while a function runs that changes an argument in the lab's own solution.
"""

import io
import random
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any, Final

from autograder.split.operators import CALL, OPERATORS, find_special

MAX_LENT: Final = 100_000
_LENT_TYPES: Final = (io.StringIO, io.BytesIO, io.TextIOWrapper, io.BufferedReader, random.Random)
_LENT_IF_LOADED: Final = (("numpy.random", "Generator"), ("numpy.random", "RandomState"), ("unittest.mock", "NonCallableMock"))
_CHANGING: Final = frozenset({"setattr", "setitem", "delitem"})
FUNCTIONS: Final = (types.FunctionType, types.MethodType, types.BuiltinFunctionType)
_OPERATORS: Final[dict[str, Callable[..., Any]]] = {
    **OPERATORS,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "hash": hash,
    "bool": bool,
}


class Lending:
    """The functions and objects of the tests that S knows by number; number 0 reads a line for S's `input`."""

    def __init__(self, read_line: Callable[..., str]) -> None:
        self._objects: list[Any] = []
        self._numbers: dict[tuple[int, int], int] = {}
        self.lend(read_line)

    def lend(self, value: Any) -> list[Any]:
        """Return [number, class name, special methods, attributes] of what may be lent. Raises TypeError for anything else."""
        kind = type(value)
        if isinstance(value, (*FUNCTIONS, type)):
            special, attributes = [CALL], {"__name__": str(getattr(value, "__name__", ""))}
        elif _is_lent_whole(value):
            special, attributes = _find_special(kind), {}
        elif isinstance(value, Iterator):
            special, attributes = ["__iter__", "__next__"], {}
        elif callable(value):
            special, attributes = [CALL], {}
        else:
            raise TypeError(f"a {kind.__name__} of the test cannot be handed to the learner's code: only data and functions can")
        holder = value.__self__ if isinstance(value, types.MethodType) else None  # a method is made anew each time it is read
        key = (id(value), 0) if holder is None else (id(holder), id(value.__func__))
        number = self._numbers.get(key)
        if number is None:
            if len(self._objects) >= MAX_LENT:
                raise TypeError(f"the test hands more than {MAX_LENT:,} functions and objects to the learner's code")
            number = self._numbers[key] = len(self._objects)
            self._objects.append(value)
        return [number, kind.__name__, " ".join(special), attributes]

    def get(self, number: Any) -> Any:
        """Return what was lent under a number. Raises IndexError or TypeError for a number that was never given."""
        if type(number) is not int or number < 0:
            raise TypeError("what is lent is named by number")
        return self._objects[number]

    def operate(self, value: Any, how: str, args: list[Any], kwargs: dict[str, Any], may_change: bool) -> Any:
        """Do what S asks of an object that was lent."""
        if how == "call":
            return value(*args, **kwargs)
        if not _is_lent_whole(value) and not (how in ("iter", "next") and isinstance(value, Iterator)):
            raise TypeError(f"the test's {type(value).__name__} can only be called")
        if how in _CHANGING and not may_change:
            raise TypeError(f"the test's {type(value).__name__} cannot be changed here")
        if how in ("getattr", "setattr"):
            name = args[0]
            if type(name) is not str or name.startswith("__"):
                raise AttributeError(f"the test's {type(value).__name__} has no such attribute here")
            return getattr(value, name) if how == "getattr" else setattr(value, name, args[1])
        if not any(operand is value for operand in args):
            raise TypeError("an operator is for the object that was asked")
        return _OPERATORS[how](*args)


def find_path(value: Any) -> tuple[str, str] | None:
    """Return (module, name) of a module, function or class that a library has under just that name, or None for anything else."""
    if isinstance(value, types.ModuleType):
        return (value.__name__, "") if sys.modules.get(value.__name__) is value else None
    module = getattr(value, "__module__", None) or ("numpy" if type(value).__name__ == "ufunc" else None)
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    if type(module) is not str or type(name) is not str or module == "__main__" or module.partition(".")[0] == "autograder":
        return None
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return (module, name) if found is value and value is not None else None


def _is_lent_whole(value: Any) -> bool:
    """Answer whether S may use the attributes and operators of an object."""
    if isinstance(value, (*FUNCTIONS, type)):
        return False
    loaded = tuple(getattr(sys.modules[module], name) for module, name in _LENT_IF_LOADED if module in sys.modules)
    return type(value).__module__ == "__main__" or isinstance(value, _LENT_TYPES + loaded)


def _find_special(kind: type) -> list[str]:
    """Return the special methods of an object's class, with those that every class has in some way where it has its own."""
    own = [name for name in _OF_EVERY_CLASS if getattr(kind, name, None) not in (None, getattr(object, name))]
    return [*find_special(kind), *own, *(["__bool__"] if hasattr(kind, "__bool__") else [])]


_OF_EVERY_CLASS: Final = ("__eq__", "__ne__", "__hash__", "__str__")
