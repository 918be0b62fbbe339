"""Values of libraries that cross by value: each type with what it is made of, in plain data, and how T makes its own from that.

`autograder.split.standard` lists the types of the standard library, `arrays` those of NumPy, `frames` those of pandas. A value is of such
a type exactly: a subclass is not in the table, and stays an object of the learner. What is built is built here, by our own copy of the
library, from content that was checked; nothing of the sender's is called.

The tables of NumPy and pandas are filled once the library itself is loaded; nobody else pays for them, and S cannot make T load them.
"""

import sys
from collections.abc import Callable
from typing import Any, Final

Describe = Callable[[Any], Any]
"""Returns the plain content of a value, or None (or raises) for one that cannot be told in plain data."""
Build = Callable[[Any], Any]
"""Returns the value that plain content describes; whatever it raises means that there is no such value."""

_DESCRIBE: Final[dict[type, tuple[str, Describe]]] = {}
_BUILD: Final[dict[str, Build]] = {}
_KINSHIP: Final[set[type]] = set()
_SHARED: Final[set[str]] = set()
_LOADERS: Final[dict[str, Callable[[], None]]] = {}


class RefusedValueError(Exception):
    """A well-formed message holds a value that may not cross: a mistake of whoever made the value, not a broken wire."""


def register(kind: type, name: str, describe: Describe, build: Build, shared: bool = False) -> None:
    """Let values of a type cross. `shared`: its values have an identity that a test can notice (`==` of it is no plain bool)."""
    _DESCRIBE[kind] = (name, describe)
    _KINSHIP.update(kind.__mro__[:-1])
    _BUILD[name] = build
    if shared:
        _SHARED.add(name)


def register_loader(library: str, load: Callable[[], None]) -> None:
    """Name what fills the table of a library once that is loaded."""
    _LOADERS[library] = load


def describe(value: Any) -> tuple[str, Any] | None:
    """Return name and plain content of a value of a library, or None for any other value."""
    kind = type(value)
    found = _DESCRIBE.get(kind)
    if found is None and _LOADERS and str(kind.__module__).partition(".")[0] in _LOADERS:
        _load()
        found = _DESCRIBE.get(kind)
    if found is None:
        return None
    name, describe_it = found
    try:
        content = describe_it(value)
    except Exception:  # a value in a state that its own library cannot tell: it stays an object
        return None
    return None if content is None else (name, content)


def build(name: Any, content: Any) -> Any:
    """Return the value of a library that name and content describe. Raises `RefusedValueError`, in words for the learner."""
    if type(name) is not str:
        raise RefusedValueError("a value of a library is sent by name")
    if name not in _BUILD:
        _load()
    if name not in _BUILD:
        raise RefusedValueError(f"{name[:100]} is no type that this lab exchanges")
    try:
        return _BUILD[name](content)
    except (RefusedValueError, MemoryError):
        raise
    except Exception as error:  # whatever a library says to content that makes no sense
        raise RefusedValueError(f"this is no {name}: {str(error)[:200]}") from None


def is_shared(name: Any) -> bool:
    """Answer whether the identity of such a value is to be kept."""
    return type(name) is str and name in _SHARED


def is_value_type(kind: type) -> bool:
    """Answer whether values of a type cross by value, so that nothing else may pass for one of them."""
    if _LOADERS and kind.__module__.partition(".")[0] in _LOADERS:
        _load()
    return kind in _PLAIN or kind in _DESCRIBE


def is_kin_to_values(kind: type) -> bool:
    """Answer whether a class derives from a type whose values cross by value, or such a type from it: what passes for one may pass for
    the other."""
    return any(is_value_type(base) for base in kind.__mro__) or kind in _KINSHIP


def _load() -> None:
    """Fill the tables of the libraries that are loaded by now."""
    for library in [library for library in _LOADERS if library in sys.modules]:
        _LOADERS.pop(library)()


_PLAIN: Final = frozenset({type(None), bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset})
