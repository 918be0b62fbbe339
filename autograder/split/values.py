"""Registered value types: the frozen dataclasses and enumerations of the modules that a lab uses, and of the lab's own cells.

A dataclass crosses as name and fields, checked field by field, a member of an enumeration by its name. T builds each value with its own
class from fields that it has checked against the class's type hints, so a learner who replaces the class in S changes nothing: a field
of the wrong type is refused, and a method is always T's own.
"""

import collections
import dataclasses
import importlib
import types
import typing
from collections.abc import Iterable, Mapping, Sequence, Set
from enum import Enum
from typing import Any

from autograder.split.library import RefusedValueError
from autograder.split.wire import WireError

Registry = dict[tuple[str, str], type]


def build_registry(modules: Iterable[str]) -> Registry:
    """Return every value type that these modules define."""
    return find_value_types(value for name in modules for value in vars(importlib.import_module(name)).values())


def find_value_types(values: Iterable[Any]) -> Registry:
    """Return those of some values that are frozen dataclasses or enumerations, by module and name."""
    return {(value.__module__, value.__qualname__): value for value in values if isinstance(value, type) and is_value_class(value)}


def is_value_class(kind: type) -> bool:
    """Answer whether a class is a frozen dataclass or an enumeration with members."""
    parameters = kind.__dict__.get("__dataclass_params__")
    return bool(parameters is not None and parameters.frozen) or (issubclass(kind, Enum) and bool(kind.__members__))


def is_registered(registry: Registry, kind: type) -> bool:
    """Answer whether a class is a registered value type itself, not one that bears its name."""
    return registry.get((kind.__module__, kind.__qualname__)) is kind


def build_value(registry: Registry, names: dict[str, Any], module: Any, name: Any, fields: Any) -> Any:
    """Return the value that S describes; `names` are those of the notebook, in which its types are written. Raises `RefusedValueError`,
    in words for the learner, for an unknown type or for a field that its class does not allow."""
    if type(module) is not str or type(name) is not str or type(fields) is not list:
        raise WireError("a value is sent as module, name and list of fields")
    kind = registry.get((module, name))
    if kind is None:
        raise RefusedValueError(f"{module}.{name} is no type that this lab may exchange")
    if issubclass(kind, Enum):
        if [type(field) for field in fields] != [str] or fields[0] not in kind.__members__:
            raise RefusedValueError(f"{name} has no such member")
        return kind.__members__[fields[0]]
    declared = get_sent_fields(kind)
    hints = typing.get_type_hints(kind, localns=names if module == "__main__" else None)
    if len(fields) != len(declared):
        raise RefusedValueError(f"{name} has {len(declared)} fields, not {len(fields)}")
    for field, value in zip(declared, fields, strict=True):
        if not is_of_type(value, hints[field]):
            raise RefusedValueError(f"{name}.{field} is a {type(value).__name__}; its class declares {_describe(hints[field])}")
    try:
        return kind(**dict(zip(declared, fields, strict=True)))
    except Exception as error:  # the class's own validation
        raise RefusedValueError(f"{name} refuses its fields: {error}") from None


def make_named_tuple(name: str, fields: list[str]) -> Any:
    """Return a new class of named tuples; Python itself checks the names."""
    return collections.namedtuple(name.rpartition(".")[2], fields)


def get_sent_fields(kind: type) -> list[str]:
    """Return the names of the fields that a value is sent with: those that its constructor takes."""
    return [field.name for field in dataclasses.fields(kind) if field.init]


def _describe(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint)


def is_of_type(value: Any, hint: Any) -> bool:
    """Answer whether a value has exactly the type that a hint declares; a hint that is not understood allows nothing."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return True
    if hint is None:
        return value is None
    if origin in (typing.Union, types.UnionType):
        return any(is_of_type(value, option) for option in args)
    if origin is typing.Literal:
        return any(type(value) is type(option) and value == option for option in args)
    if origin is tuple:
        if type(value) is tuple and len(args) == 2 and args[1] is Ellipsis:
            return all(is_of_type(item, args[0]) for item in value)
        return type(value) is tuple and len(value) == len(args) and all(map(is_of_type, value, args))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return type(value) is dict and all(is_of_type(k, args[0]) and is_of_type(v, args[1]) for k, v in value.items())
    if isinstance(origin, type) and issubclass(origin, Set | Sequence):
        allowed = {list: (list,), set: (set,), frozenset: (frozenset,)}.get(origin, (list, tuple, set, frozenset))
        return type(value) in allowed and all(is_of_type(item, args[0]) for item in value)
    return isinstance(hint, type) and type(value) is hint
