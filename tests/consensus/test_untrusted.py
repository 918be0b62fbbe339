"""The checker of strangers' messages: what it refuses, and that it judges like a checker written the slow way."""

import types
import typing
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import IntEnum
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minichain.consensus.untrusted import AtMost, make_check
from minichain.ledger.encoding import decode, encode


class Color(IntEnum):
    RED = 1
    GREEN = 2


@dataclass(frozen=True)
class Inner:
    number: Annotated[int, AtMost(9, least=2)]
    flag: bool


@dataclass(frozen=True)
class Other:
    word: str


@dataclass(frozen=True)
class Bounded:
    number: Annotated[int, AtMost(9)]
    parts: Annotated[tuple[Annotated[bytes, AtMost(1)] | None, ...], AtMost(2)]


@dataclass(frozen=True)
class Plain:
    number: int
    parts: tuple[bytes | None, ...]


def is_sorted(items):
    return list(items) == sorted(items)


@dataclass(frozen=True)
class Outer:
    color: Color
    name: Annotated[str, AtMost(3), str.isprintable]
    data: Annotated[bytes, AtMost(4)] | None
    inner: Inner
    items: Annotated[tuple[Inner, ...], AtMost(2)]
    words: Annotated[tuple[str, ...], AtMost(3), is_sorted]
    either: Inner | Other | None
    free: tuple[bytes, ...] = ()
    whole: int = 0

    def is_consistent(self):
        return self.whole <= self.inner.number


class Number(int):
    """No number: it could do anything when it is compared."""

    __le__ = __ge__ = lambda self, other: True


class Text(str):
    """A text that calls itself printable."""

    def isprintable(self):
        return True


class Data(bytes):
    """Bytes that call themselves short."""

    def __len__(self):
        return 0


class Items(tuple):
    """A tuple that calls itself empty."""

    def __len__(self):
        return 0

    def __iter__(self):
        return iter(())


class Heir(Inner):
    """A subclass, as good as it may look."""


GOOD = Outer(Color.RED, "ann", b"1234", Inner(9, True), (Inner(2, False),), ("a", "b"), Other("x" * 1000), (b"x" * 1000,), 9)
is_outer = make_check(Outer)

WRONG = [
    ("color", [1, True, None, "RED"]),
    ("name", ["anna", "\n", "\ud800", b"ann", None, Text("ann"), 1]),
    ("data", [b"12345", "1234", bytearray(b"1"), memoryview(b"1"), Data(b"123456"), ()]),
    ("inner", [None, Heir(9, True), Other("x"), Inner(9, 1), Inner(True, True), (9, True), Inner]),
    ("inner", [Inner(number, True) for number in (1, 10, -1, 9.0, 2**70, None, Number(9), Color.GREEN)]),
    ("items", [[], (1,), (None,), (Inner(9, True),) * 3, (Inner(9, True), Inner(1, True)), Items((Inner(9, True),)), iter(())]),
    ("words", [("b", "a"), ("a",) * 4, (1, "a"), ("a", None), "ab", ["a"], {"a": 1}]),
    ("either", [1, Inner(1, True), Other(b"x"), Heir(9, True), (), False]),
    ("free", [("x",), (b"x", None), [b"x"], b"x"]),
    ("whole", [10, None, True, 1.0, Number(1)]),
]


def test_what_the_hints_say_is_accepted():
    assert is_outer(GOOD)
    assert is_outer(replace(GOOD, data=None, either=None, items=(), words=(), free=(), name=""))
    assert is_outer(replace(GOOD, either=Inner(5, False), inner=Inner(2, True), whole=-5))


@pytest.mark.parametrize(("name", "values"), WRONG)
def test_what_they_do_not_say_is_refused(name, values):
    for value in values:
        assert not is_outer(replace(GOOD, **{name: value})), (name, value)


@pytest.mark.parametrize("junk", [None, 0, True, "x", b"", (), [], {}, object(), Outer, Inner(9, True), 1.5])
def test_another_class_is_refused(junk):
    assert not is_outer(junk)


def test_a_subclass_is_refused_whatever_it_says_of_itself():
    class Lookalike(Outer):
        __class__ = Outer

    assert not is_outer(Lookalike(*(getattr(GOOD, field.name) for field in fields(GOOD))))


def test_a_tuple_too_long_is_refused_before_anything_in_it_is_looked_at():
    seen = []

    @dataclass(frozen=True)
    class Guarded:
        items: Annotated[tuple[Annotated[int, seen.append], ...], AtMost(2), seen.append]

    assert not make_check(Guarded)(Guarded((1, 2, 3)))
    assert not seen


def test_a_rule_hears_only_values_of_its_type():
    """Sorting numbers among texts would raise."""
    assert not is_outer(replace(GOOD, words=("a", 1)))


@pytest.mark.parametrize("hint", [dict, list[int], float, tuple[int, str], typing.Any, "int", IntEnum | float])
def test_a_hint_that_cannot_be_checked_is_an_error_of_ours_and_is_found_at_once(hint):
    with pytest.raises(TypeError, match="cannot be checked"):
        make_check(hint)


def test_bounds_change_no_encoding():
    assert decode(Bounded, encode(Bounded(9, (b"x", None)))) == Bounded(9, (b"x", None))
    assert encode(Bounded(10**6, (b"too long",))) == encode(Plain(10**6, (b"too long",))), "they bind strangers, not us"


# Against the same rules, written the slow way


def holds(hint, value):
    """Return whether a value is what a hint says: one case after the other, nothing prepared."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        if not holds(arguments[0], value):
            return False
        size = value if isinstance(value, int) else len(value)
        return all(rule.least <= size <= rule.most if isinstance(rule, AtMost) else rule(value) for rule in arguments[1:])
    if origin in (types.UnionType, typing.Union):
        return any(holds(argument, value) for argument in arguments)
    if origin is tuple:
        return type(value) is tuple and all(holds(arguments[0], item) for item in value)
    if is_dataclass(hint):
        hints = typing.get_type_hints(hint, include_extras=True)
        if type(value) is not hint or not all(holds(hints[field.name], getattr(value, field.name)) for field in fields(hint)):
            return False
        return not hasattr(value, "is_consistent") or value.is_consistent()
    return type(value) is hint


def make_junk():
    """Return a strategy for whatever could stand in a field."""
    single = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-2, 12),
        st.sampled_from(
            [2**63, 2**63 + 1, 2**64, 1.5, Color.RED, Number(3), Text("a"), Data(b"12345"), Items((1,)), Heir(9, True), object()]
        ),
        st.text(max_size=5),
        st.binary(max_size=6),
        st.builds(Inner, st.integers(0, 10), st.booleans()),
        st.builds(Other, st.text(max_size=2)),
    )
    return st.one_of(single, st.lists(single, max_size=4), st.lists(single, max_size=4).map(tuple))


@given(st.builds(Outer, *[make_junk()] * 9))
def test_junk_is_judged_alike(value):
    assert is_outer(value) == holds(Outer, value)


@given(st.data())
def test_good_values_with_a_wrong_field_or_none_are_judged_alike(data):
    value = GOOD
    for name in data.draw(st.lists(st.sampled_from([field.name for field in fields(Outer)]), max_size=2)):
        value = replace(value, **{name: data.draw(make_junk())})
    assert is_outer(value) == holds(Outer, value)
