r"""What a stranger sent, held against the type hints of the message's dataclass: exact types, within bounds, all the way down.

Python lets anything stand in a field, whatever its hint says. So before a machine does anything with a message, its class's hints are
asked, which say what their reader thinks they say:

    bool, int, str, bytes, IntEnum   a value of exactly this type: True is no number, and a subclass, which could do anything, is none
    dataclass                        one of exactly this class, whose fields all are what their hints say and agree with each other
                                     (its method `is_consistent`, if it has one)
    tuple[X, ...]                    a tuple of nothing but X
    X | Y | None                     one of these
    Annotated[X, rules]              an X that keeps to each rule: a bound, which is asked before the items are looked at, or a function

The check is the expression that somebody would have written by hand, and as quick: it is spelled once for each class, from the names and
bounds that stand in our own source. Nothing that a stranger says becomes a part of it.

>>> @dataclass(frozen=True)
... class Bid:
...     price: Annotated[int, AtMost(100)]
...     word: Annotated[str, AtMost(9), str.isprintable] | None = None
>>> is_bid = make_check(Bid)
>>> is_bid(Bid(100, "going")), is_bid(Bid(True)), is_bid(Bid(101)), is_bid(Bid(1, "\n")), is_bid("100")
(True, False, False, False, False)
>>> spell(Annotated[tuple[int, ...], AtMost(2)], "bids", Names())
'type(bids) is tuple and 0 <= len(bids) <= 2 and all(map(is_int, bids))'

Simplifications: a message is refused without saying what is wrong with it; nobody would tell a stranger. Production systems let a schema
compiler (Protocol Buffers, Cap'n Proto) write such checks, and still write the bounds by hand.
"""

import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from enum import IntEnum
from typing import Annotated, Any, Final

SIMPLE: Final = (bool, int, str, bytes, types.NoneType)


@dataclass(frozen=True)
class AtMost:
    """How large a number may be, or how long a text, bytes or a tuple; and how small, or how short."""

    most: int
    least: int = 0


@dataclass(frozen=True)
class Names:
    """What the words of an expression mean: nothing else can be named in it."""

    meanings: dict[str, Any] = field(default_factory=lambda: {"__builtins__": {}, "type": type, "len": len, "all": all, "map": map})

    def find(self, thing: Any, name: str) -> str:
        """Return the name of a thing: this one, or a longer one if it means something else already."""
        name = name if name.isidentifier() else "rule"
        while self.meanings.setdefault(name, thing) is not thing:
            name += "_"
        return name


def make_check(hint: Any) -> Callable[[Any], bool]:
    """Return the function that tells whether a value is what a type hint says."""
    names = Names()
    return typing.cast(Callable[[Any], bool], eval(f"lambda value: {spell(hint, 'value', names)}", names.meanings))


def spell(hint: Any, value: str, names: Names, rules: Sequence[Any] = ()) -> str:
    """Return the expression that is true if `value`, an expression itself, is what a hint says and keeps to the rules."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return spell(arguments[0], value, names, arguments[1:])
    if origin in (types.UnionType, typing.Union):
        return f"({' or '.join(spell(argument, value, names) for argument in arguments)})"
    kind, content = find_content(hint, value, names)
    size = value if kind is int else f"len({value})"
    bounds = [f"{rule.least} <= {size} <= {rule.most}" for rule in rules if isinstance(rule, AtMost)]
    others = [f"{names.find(rule, rule.__name__)}({value})" for rule in rules if not isinstance(rule, AtMost)]
    return " and ".join([f"type({value}) is {names.find(kind, kind.__name__)}", *bounds, *content, *others])


def find_content(hint: Any, value: str, names: Names) -> tuple[type, list[str]]:
    """Return the exact type that a hint stands for, and what must be true of the value's parts."""
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is tuple and arguments[1:] == (Ellipsis,):
        name = getattr(arguments[0], "__name__", "item")
        return tuple, [f"all(map({names.find(make_check(arguments[0]), f'is_{name}')}, {value}))"]
    if isinstance(hint, type) and is_dataclass(hint):
        hints = typing.get_type_hints(hint, include_extras=True)
        parts = [spell(hints[one.name], f"{value}.{one.name}", names) for one in fields(hint)]
        return hint, [*parts, f"{value}.is_consistent()"] if hasattr(hint, "is_consistent") else parts
    if hint in SIMPLE or (isinstance(hint, type) and issubclass(hint, IntEnum)):
        return hint, []
    raise TypeError(f"{hint!r} cannot be checked: messages are dataclasses of bool, int, IntEnum, str, bytes, tuple[X, ...] and X | Y")
