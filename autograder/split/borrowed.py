"""What stands in S for the functions and objects that a test hands to learner code: calling or asking one asks T.

A class of the lab's own cells exists on both sides, so an object of T's class counts as one of S's class of that name.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol

from autograder.split.operators import CALL, SPECIAL


class TesterAsker(Protocol):
    """What a stand-in needs of S: a way to ask T."""

    names: dict[str, Any]

    def ask_tester(self, number: int, how: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Ask T to do something with the object of that number, and return what comes of it."""


def _get_class(self: Any) -> type:
    """Return the notebook's own class of that name, so that `isinstance` holds."""
    own = object.__getattribute__(self, "_borrowed_from").names.get(type(self).__name__)
    return own if isinstance(own, type) else type(self)


class Borrowed:
    """A function or object of the test."""

    __slots__ = ("__dict__", "_borrowed_from", "_borrowed_number")
    __class__ = property(_get_class)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"the test's {type(self).__name__} has no attribute {name!r} here")
        return self._borrowed_from.ask_tester(self._borrowed_number, "getattr", [name], {})

    def __setattr__(self, name: str, value: Any) -> None:
        self._borrowed_from.ask_tester(self._borrowed_number, "setattr", [name, value], {})

    def __repr__(self) -> str:
        return str(self._borrowed_from.ask_tester(self._borrowed_number, "repr", [self], {}))


def _call(self: Borrowed, *args: Any, **kwargs: Any) -> Any:
    return self._borrowed_from.ask_tester(self._borrowed_number, "call", list(args), kwargs)


def _ask(operator: str, swapped: bool) -> Callable[..., Any]:
    def ask(self: Borrowed, *operands: Any) -> Any:
        every = [*operands, self] if swapped else [self, *operands]
        return self._borrowed_from.ask_tester(self._borrowed_number, operator, every, {})

    return ask


_METHODS: Final[dict[str, Callable[..., Any]]] = {
    **{name: _ask(operator, swapped) for name, (operator, swapped) in SPECIAL.items()},
    **{f"__{name}__": _ask(name, False) for name in ("eq", "ne", "hash", "bool", "str")},
    CALL: _call,
}
_classes: dict[tuple[str, str], type] = {}


def borrow(asker: TesterAsker, number: int, name: str, special: str, attributes: dict[str, Any]) -> Borrowed:
    """Return the stand-in for an object of T whose class has these special methods."""
    kind = _classes.get((name, special))
    if kind is None:
        kind = _classes[name, special] = type(name, (Borrowed,), {method: _METHODS[method] for method in special.split()})
    made: Borrowed = object.__new__(kind)
    object.__setattr__(made, "_borrowed_from", asker)
    object.__setattr__(made, "_borrowed_number", number)
    made.__dict__.update(attributes)
    return made
