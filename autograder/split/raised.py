"""The exceptions that learner code raises, as exceptions of T: `except`, `assertRaises` and `str` in a test hold for them.

An exception of Python's or of a library that T has imported is one of T's own class, found by module and name. No constructor of a
library runs: what S says becomes the arguments, which only Python's own exceptions look at, and plain attributes (the line of a
JSONDecodeError). Where such an exception would say something else than it said in S, it is one of a class derived from its own.
"""

from collections.abc import Callable
from typing import Any, Final

PLAIN: Final = frozenset({type(None), bool, int, float, str})
_MAX_ATTRIBUTES: Final = 20
MAX_TEXT: Final = 2_000
TEXT: Final = "_handle_text"
"""Where an exception of a learner's class keeps what `str` of it was in S."""


def get_plain_attributes(error: BaseException) -> dict[str, Any]:
    """Return the attributes of an exception that are plain and public, in S."""
    kept = {name: value for name, value in vars(error).items() if type(value) in PLAIN and not str(name).startswith("_")}
    return {name: value[:MAX_TEXT] if type(value) is str else value for name, value in list(kept.items())[:_MAX_ATTRIBUTES]}


def build_exception(kind: type, args: Any, text: str, attributes: Any) -> BaseException:
    """Return an exception of a class with these arguments and attributes, which says `text`. Raises TypeError for anything else than an
    exception and plain data."""
    if not issubclass(kind, BaseException) or type(args) is not list or type(attributes) is not dict:
        raise TypeError("what is raised is an exception")
    is_public = all(type(name) is str and not name.startswith("_") for name in attributes)
    if not PLAIN.issuperset(map(type, (*args, *attributes.values()))) or not is_public:
        raise TypeError("what is raised is an exception with plain arguments")
    is_own = "_class_number" not in kind.__dict__
    said = attributes if is_own else {TEXT: text}
    try:
        error = _make(kind, args, said)
        if not is_own or str(error)[:MAX_TEXT] == text:
            return error
    except Exception:  # a class with its own idea of arguments, UnicodeDecodeError for one
        return _make_bare(kind, text, said)
    return _make_bare(kind, text, said)


def _make(kind: type, args: list[Any], attributes: dict[str, Any]) -> BaseException:
    """Return an exception that only a class of Python's own has made and set up."""
    python: Any = next(base for base in kind.__mro__ if base.__module__ == "builtins")
    error: BaseException = python.__new__(kind, *args)
    python.__init__(error, *args)
    vars(error).update(attributes)
    return error


def _make_bare(kind: type, text: str, attributes: dict[str, Any]) -> BaseException:
    body: dict[str, Any] = {"__module__": kind.__module__, "__init__": lambda self, *_: None, "__str__": lambda self: text}
    bare: Any = type(kind.__name__, (kind,), body)
    groups = issubclass(kind, BaseExceptionGroup)  # the one that insists on having something in it
    python: Any = next(base for base in kind.__mro__ if base.__module__ == "builtins")
    error: BaseException = python.__new__(bare, text, [Exception(text)]) if groups else python.__new__(bare)
    vars(error).update(attributes)
    return error


def make_exception_class(
    asker: Any, number: int, module: str, name: str, bases: tuple[type, ...], methods: dict[str, Callable[..., Any]]
) -> type:
    """Return the class in T for an exception class of the learner; other attributes of its exceptions are asked for."""

    def ask(self: BaseException, attribute: str) -> Any:
        if attribute.startswith("__") or "_handle_number" not in vars(self):
            raise AttributeError(f"the learner's {name} has no attribute {attribute!r} here")
        return asker.ask("attr", self, attribute)

    def say(self: BaseException) -> str:
        return str(vars(self)[TEXT]) if TEXT in vars(self) else BaseException.__str__(self)

    body = {"__module__": module, "_class_number": number, "_handle_asker": asker, "__getattr__": ask, "__str__": say, **methods}
    return type(name.rpartition(".")[2], bases, body)
