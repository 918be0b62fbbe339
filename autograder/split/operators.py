"""What can be done with an object across the wire besides calling it and reading its attributes: Python's operators, by name.

An object is described by the operators that its class really has, so that its stand-in on the other side can do exactly these: what
`hasattr`, `collections.abc`, NumPy and pandas find out by looking at a class then comes out right.
"""

import copy
import math
import operator
import selectors
import types
from collections.abc import Callable
from types import CodeType
from typing import Any, Final

_BINARY: Final = "add sub mul truediv floordiv mod pow matmul lshift rshift and or xor".split()
_ITEMS: Final = "getitem setitem delitem contains lt le gt ge neg pos abs invert index".split()
_KEYWORDS: Final = frozenset({"and", "or"})


def _get_operator(name: str) -> Callable[..., Any]:
    return getattr(operator, f"{name}_" if name in _KEYWORDS else name)  # type: ignore[no-any-return]


def _enter(context: Any) -> Any:
    return type(context).__enter__(context)


def _exit(context: Any, error: BaseException | None) -> Any:
    return type(context).__exit__(context, type(error) if error else None, error, None)


def await_it(awaitable: Any) -> Any:
    """Run an awaitable to its end and return its value. Each one has an event loop of its own: a task does not outlive its cell."""
    import asyncio  # a tenth of a second, which a lab without `await` does not pay

    class QuietLoop(asyncio.SelectorEventLoop):
        """An event loop without the socket by which threads and signals wake one: S may not open sockets."""

        def _make_self_pipe(self) -> None:
            pass

        def _close_self_pipe(self) -> None:
            pass

    async def wait() -> Any:
        return await awaitable

    loop = QuietLoop(selectors.SelectSelector())
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(wait())
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def run_code(code: CodeType, names: dict[str, Any]) -> Any:
    """Run compiled source and return its value; source that awaits something at its top level is run to its end."""
    value = eval(code, names)
    return await_it(value) if code.co_flags & _CO_COROUTINE else value


_CO_COROUTINE: Final = 0x80

OPERATORS: Final[dict[str, Callable[..., Any]]] = {
    **{name: _get_operator(name) for name in [*_BINARY, *_ITEMS]},
    **{f"i{name}": getattr(operator, f"i{name}") for name in _BINARY},
    **{kind.__name__: kind for kind in (len, iter, next, int, float, complex, bytes, round, divmod, reversed)},
    **{function.__name__: function for function in (math.floor, math.ceil, math.trunc)},
    **{function.__name__: function for function in (repr, str, format, dir, copy.copy, copy.deepcopy)},
    "enter": _enter,
    "exit": _exit,
    "await": await_it,
}
"""Name of an operator -> the function that applies it."""

SPECIAL: Final[dict[str, tuple[str, bool]]] = {
    **{f"__{name}__": (name, False) for name in [*_BINARY, "divmod", *_ITEMS]},
    **{f"__r{name}__": (name, True) for name in [*_BINARY, "divmod"]},
    **{f"__i{name}__": (f"i{name}", False) for name in _BINARY},
    **{f"__{name}__": (name, False) for name in "len iter next int float complex bytes round reversed floor ceil trunc".split()},
    **{f"__{name}__": (name, False) for name in "enter exit await".split()},
}
"""Special method -> its operator, and whether the operands come in reverse order."""

COMPARING: Final = frozenset({*_BINARY, *(f"i{name}" for name in _BINARY), "divmod", "contains", "lt", "le", "gt", "ge"})
"""The operators that show an object what it is held against: whoever answers them may answer to please."""

CALL: Final = "__call__"
JUDGING: Final = ("__eq__", "__ne__", "__bool__")
"""What every object has in some way, and what decides a test: where a class has its own, nobody but its author knows the answer."""
OF_METACLASS: Final = "__metaclass__"
"""Among the special methods of a class: the class itself is an object of a class that the notebook defines."""


def find_special(kind: type) -> list[str]:
    """Return the special methods of the table that objects of a class have, and `__call__`: those that it or a base of it defines."""
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__[:-1]):
        found |= base.__dict__
    return [name for name in (*SPECIAL, CALL) if found.get(name) is not None]


def find_judging(kind: type) -> list[str]:
    """Return which of `JUDGING` a class has in a way of its own. Functions and methods compare by what they are, on either side."""
    if any(kind is other for other in _COMPARED_BY_IDENTITY):  # not `in`: a metaclass may have an idea of ==
        return []
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__[:-1]):
        found |= base.__dict__
    by_metaclass = [OF_METACLASS] if type(kind).__module__ == "__main__" else []
    return [name for name in JUDGING if name in found and found[name] is not getattr(object, name, None)] + by_metaclass


_COMPARED_BY_IDENTITY: Final = (types.MethodType, types.BuiltinFunctionType, types.MethodWrapperType, types.WrapperDescriptorType)
