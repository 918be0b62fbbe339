"""T's side of the exchange of values: what it sends in the place of an object, and what it makes of a description that S sent.

A class of S is matched with T's own by module and name, where T has one: a class of Python, of a library that is loaded, of the lab's own
cells. So `isinstance` and `except` in a test hold for the learner's objects and exceptions.
"""

import sys
import types
from enum import Enum
from typing import Any, Final

from autograder.split.lending import FUNCTIONS, Lending, find_path
from autograder.split.library import is_kin_to_values, is_value_type
from autograder.split.namespace import Namespace
from autograder.split.proxies import Asker, Proxies
from autograder.split.values import Registry, build_value, get_sent_fields, is_registered
from autograder.split.wire import CALLBACK, HANDLE, NAMEDTUPLE, PATH, VALUE, Codec, WireError

_NEVER_OWN: Final = frozenset({"autograder", "unittest", "_pytest", "pytest", "nose", "numbers"})
"""Packages whose classes are never a learner's object's: a test skipped by an exception of S has not passed, and what says of itself that
it is a number is none."""
_INTERNAL: Final = {kind.__name__: kind for kind in vars(types).values() if isinstance(kind, type) and kind.__module__ == "builtins"}
"""The classes of functions, generators and their like, which no module of Python has under the name that they give themselves."""


class Exchange:
    """The values of one session: what crosses, by the codec, the stand-ins for S's objects, and what T lends."""

    def __init__(self, asker: Asker, names: Namespace, registry: Registry, lending: Lending) -> None:
        """Begin with the value types of the modules that the lab uses. While `lends_objects` is off, only functions are lent."""
        self._asker = asker
        self.names = names
        self.registry = dict(registry)
        self.codec = Codec(self.export, self.resolve)
        self.proxies = Proxies(asker, self.find_own, self.find_value_type)
        self.lending = lending
        self.lends_objects = True

    def export(self, value: Any) -> Any:
        """Name what is not plain data: S's own objects, values, what both sides have, and what is lent. Raises TypeError for the rest."""
        number = self.proxies.get_number(value)
        if number is not None:
            return self.codec.pack_extension(HANDLE, number)
        kind = type(value)
        if self.registry.get((kind.__module__, kind.__qualname__)) is kind:
            fields = [value.name] if isinstance(value, Enum) else [getattr(value, name) for name in get_sent_fields(kind)]
            return self.codec.pack_extension(VALUE, [kind.__module__, kind.__qualname__, fields])
        if isinstance(value, tuple) and hasattr(kind, "_fields"):
            content = [kind.__module__, kind.__qualname__, self.proxies.get_number(kind), list(kind._fields), list(value)]
            return self.codec.pack_extension(NAMEDTUPLE, content)
        path = find_path(value)
        if path is not None:
            lent = None if isinstance(value, types.ModuleType) else self.lending.lend(value)
            return self.codec.pack_extension(PATH, [*path, lent])
        if isinstance(value, type) and value.__name__ in self.names.locked:
            return self.codec.pack_extension(PATH, ["__main__", value.__name__, self.lending.lend(value)])
        if not self.lends_objects and not isinstance(value, FUNCTIONS):
            raise TypeError(f"a {kind.__name__} of the test is not S's to use")
        return self.codec.pack_extension(CALLBACK, self.lending.lend(value))

    def resolve(self, code: int, content: Any) -> Any:
        """Return what S names or describes. Raises `WireError` for a description that makes no sense."""
        try:
            if code == HANDLE:
                return self.proxies.get(content)
            if code == CALLBACK:
                return self.lending.get(content)
            if code == VALUE:
                return build_value(self.registry, self.names, *content)
            if code == NAMEDTUPLE:
                module, name, number, fields, values = content
                made: Any = self.proxies.make_named_tuple(number, module, name, fields)
                if len(values) != len(made._fields):
                    raise ValueError(f"a {name} has {len(made._fields)} fields")
                if any(map(callable, values)):  # attack: a field `equals` with a function that always agrees
                    self._asker.claim("a function in a named tuple")
                return tuple.__new__(made, values)
        except (TypeError, ValueError, IndexError, KeyError, AttributeError, RecursionError) as error:
            raise WireError(f"a description that makes no sense: {error}") from None
        raise WireError(f"extension type {code} is unknown")

    def find_class(self, module: str, name: str) -> type | None:
        """Return T's own class for a class of S that is not the learner's: of Python, of a loaded library, of the lab's own cells."""
        found: Any
        if module == "__main__":
            found = dict.get(self.names, name) if name in self.names.locked else None
        elif module.partition(".")[0] in _NEVER_OWN or module not in sys.modules:
            return None
        else:
            first, *rest = name.split(".")
            found = vars(sys.modules[module]).get(first)  # what is there, without a module's own idea of getattr, which may import
            for part in rest:
                found = getattr(found, part, None) if isinstance(found, type) else None
            found = found or (_INTERNAL.get(name) if module == "builtins" else None)
        return found if isinstance(found, type) else None

    def find_own(self, module: str, name: str) -> type | None:
        """Return T's own class for a class of S, if a stand-in may count as one of its objects: it has no values that are plain here."""
        found = self.find_class(module, name)
        return None if found is None or is_kin_to_values(found) else found

    def find_value_type(self, module: str, name: str) -> type | None:
        """Return T's own class for a class of S whose values are plain or cross by value."""
        found = self.find_class(module, name)
        is_value = found is not None and (is_value_type(found) or is_registered(self.registry, found) or hasattr(found, "_fields"))
        return found if is_value else None


def is_answer(message: list[Any]) -> bool:
    """Answer whether a message has the shape of an answer, by exact types."""
    return len(message) == 5 and type(message[0]) is str and is_news(message[2:])


def is_news(news: list[Any]) -> bool:
    """Answer whether [printed text, {name: module or None}, [deleted names]] is what it should be."""
    if len(news) != 3 or type(news[0]) is not str:
        return False
    written, deleted = news[1:]
    if type(written) is not dict or type(deleted) is not list:
        return False
    if not written and not deleted:
        return True  # as after almost every call
    return all(type(k) is str and (v is None or type(v) is str) for k, v in written.items()) and all(type(n) is str for n in deleted)
