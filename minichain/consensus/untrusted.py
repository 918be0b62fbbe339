r"""What a stranger sent, held against the type hints of the message's dataclass: exact types, within bounds, all the way down.

Python lets anything stand in a field, whatever its hint says. So before a machine does anything with a message, its class's hints are
asked, which say what its reader thinks they say:

    bool, int, str, bytes, IntEnum   a value of exactly this type: True is no number, and a subclass, which could do anything, is none
    dataclass                        one of exactly this class, whose fields all are what their hints say and agree with each other
                                     (its method `is_consistent`, if it has one)
    tuple[X, ...]                    a tuple of nothing but X
    X | Y | None                     one of these
    Annotated[X, rules]              an X that keeps to each rule: `AtMost`, which is asked before the items are looked at, or a function

>>> @dataclass(frozen=True)
... class Bid:
...     price: Annotated[int, AtMost(100)]
...     words: Annotated[tuple[str, ...], AtMost(2)] = ()
>>> is_bid = make_check(Bid)
>>> is_bid(Bid(100, ("going",))), is_bid(Bid(True)), is_bid(Bid(101)), is_bid(Bid(1, ("a", "b", "c"))), is_bid(None)
(True, False, False, False, False)

A check never raises for what `minichain.ledger.encoding` can decode, nor for anything else that plain Python values are made of.

Simplifications: a message is refused without saying what is wrong with it; nobody would tell a stranger. Production systems let a schema
compiler (Protocol Buffers, Cap'n Proto) check types, and still write the bounds by hand.
"""

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import IntEnum
from typing import Annotated, Any

Check = Callable[[Any], bool]
Forms = Mapping[type, Check]
"""The exact types that a value may have, and for each what else must hold."""


@dataclass(frozen=True)
class AtMost:
    """How large a number may be, or how long a text, bytes or a tuple; and how small, or how short."""

    most: int
    least: int = 0


def make_check(hint: Any) -> Check:
    """Return the function that tells whether a value is what a type hint says."""
    get_rest = find_forms(hint).get
    return lambda value: get_rest(type(value), refuse)(value)


def find_forms(hint: Any) -> Forms:
    """Return what a hint allows."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return {kind: make_ruled_check(kind, rest, arguments[1:]) for kind, rest in find_forms(arguments[0]).items()}
    if origin in (types.UnionType, typing.Union):
        return {kind: rest for argument in arguments for kind, rest in find_forms(argument).items()}
    if origin is tuple and arguments[1:] == (Ellipsis,):
        is_item = make_check(arguments[0])
        return {tuple: lambda items: all(map(is_item, items))}
    if is_dataclass(hint) and isinstance(hint, type):
        return {hint: make_record_check(hint)}
    if hint in (bool, int, str, bytes, types.NoneType) or (isinstance(hint, type) and issubclass(hint, IntEnum)):
        return {hint: accept}
    raise TypeError(f"{hint!r} cannot be checked: messages are dataclasses of bool, int, IntEnum, str, bytes, tuple[X, ...] and X | Y")


def make_record_check(kind: Any) -> Check:
    """Return what must hold of an object of exactly this dataclass."""
    hints = typing.get_type_hints(kind, include_extras=True)
    parts = [(field.name, find_forms(hints[field.name]).get) for field in fields(kind)]
    is_consistent: Check = getattr(kind, "is_consistent", accept)

    def is_record(value: Any) -> bool:
        for name, get_rest in parts:
            part = getattr(value, name)
            if not get_rest(type(part), refuse)(part):
                return False
        return is_consistent(value)

    return is_record


def make_ruled_check(kind: type, rest: Check, rules: Sequence[Any]) -> Check:
    """Return what must hold of a value besides its type, bounds first: a tuple may have a million items, and an item more."""
    bounds = [make_bound_check(kind, rule) for rule in rules if isinstance(rule, AtMost)]
    checks = [*bounds, *([] if rest is accept else [rest]), *(rule for rule in rules if not isinstance(rule, AtMost))]
    return checks[0] if len(checks) == 1 else lambda value: all(check(value) for check in checks)


def make_bound_check(kind: type, bound: AtMost) -> Check:
    """Return whether a number, or the length of anything else, is within bounds."""
    least, most = bound.least, bound.most
    if kind is int:
        return lambda value: least <= value <= most
    return lambda value: least <= len(value) <= most


def accept(value: Any) -> bool:
    """Nothing else must hold."""
    return True


def refuse(value: Any) -> bool:
    """No value of this type will do."""
    return False
