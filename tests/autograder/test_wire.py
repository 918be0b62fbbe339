"""What crosses between the two processes: all plain data unchanged, and nothing that a hostile sender can make of a frame."""

import os
import struct
from array import array
from collections import Counter, OrderedDict, defaultdict, deque
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from uuid import UUID
from zoneinfo import ZoneInfo

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.split import wire
from autograder.split.wire import Channel, ClosedError, Codec, FrameTooLargeError, RefusedValueError, WireError

HASHABLE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary() | st.complex_numbers(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.frozensets(inner, max_size=4),
    max_leaves=8,
)
PLAIN = st.recursive(
    HASHABLE | st.sets(HASHABLE, max_size=4) | st.binary().map(bytearray),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(HASHABLE, inner, max_size=4) | st.lists(inner, max_size=4).map(tuple),
    max_leaves=16,
)


def refuse(value):
    raise TypeError(f"{type(value).__name__} may not cross")


def resolve(code, content):
    raise RefusedValueError(f"{code}: {content}")


@pytest.fixture
def codec():
    return Codec(refuse, resolve)


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    yield Channel(reader, writer)
    os.close(reader)


def get_types(value):
    """Return a value with the type of everything in it, so that True is not 1 and a tuple is no list."""
    if isinstance(value, dict):
        return "dict", {(get_types(key), key): get_types(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value).__name__, tuple(map(get_types, value))
    if isinstance(value, set | frozenset):
        return type(value).__name__, frozenset((get_types(item), item) for item in value)
    return type(value).__name__, repr(value)


@given(PLAIN)
def test_plain_data_arrives_as_it_was_sent_types_and_all(value):
    codec = Codec(refuse, resolve)
    assert get_types(codec.unpack(codec.pack(value))) == get_types(value)


@pytest.mark.parametrize("value", ["\ud800", float("nan"), -0.0, 2**63, -(2**63) - 1, -(2**64), (), ((),), {(): set()}])
def test_values_at_the_edges_arrive(codec, value):
    assert repr(get_types(codec.unpack(codec.pack([value])))) == repr(get_types([value]))


@pytest.mark.parametrize(
    "value",
    [
        range(1, 9, 3),
        slice(None, 3),
        ...,
        datetime(2020, 1, 2, 3, tzinfo=UTC, fold=1),
        datetime(2020, 1, 2, tzinfo=timezone(timedelta(hours=8), "CST")),
        datetime(2020, 6, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
        date(2020, 1, 2),
        timedelta(1, 2, 3),
        Decimal("-1.50"),
        Decimal("NaN"),
        Fraction(-2, 4),
        Counter("abca"),
        OrderedDict([("b", 1), ("a", [2])]),
        defaultdict(list, {"a": [1]}),
        deque([1, (2,)], 5),
        UUID(int=5),
        PurePosixPath("/a/b"),
        array("d", [1.5]),
        {"a": 1}.keys(),
    ],
)
def test_values_of_the_standard_library_arrive_as_they_were(codec, value):
    arrived = codec.unpack(codec.pack({1: [value]}))[1][0]
    assert type(arrived) is type(value) and repr(arrived) == repr(value)


def test_a_value_that_says_too_little_of_itself_stays_an_object(codec):
    with pytest.raises(TypeError, match="may not cross"):
        codec.pack(defaultdict(lambda: 1))


def test_the_same_object_is_the_same_object_as_long_as_it_is_unchanged():
    numpy = pytest.importorskip("numpy", reason="NumPy is not installed")
    sender, receiver = Codec(refuse, resolve, id), Codec(refuse, resolve)
    ones = numpy.ones(2)
    first, second = receiver.unpack(sender.pack([ones, [ones]]))
    assert first is second[0] and receiver.unpack(sender.pack(ones)) is first
    ones[0] = 5
    assert receiver.unpack(sender.pack(ones)) is not first
    receiver.forget_shared()
    assert receiver.unpack(sender.pack(numpy.ones(2))) is not first


def test_an_int_of_any_length_arrives_up_to_a_limit(codec):
    longest = (1 << 8 * wire.MAX_INT_BYTES - 1) - 1
    assert codec.unpack(codec.pack([longest, -longest])) == [longest, -longest]
    with pytest.raises(ValueError, match=r"an int of 65,537 bytes"):
        codec.pack(longest + 1)


class Text(str):
    __slots__ = ()


class Number(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


@pytest.mark.parametrize(
    "value",
    [
        Text("x"),
        Number(3),
        type("T", (tuple,), {})(),
        type("D", (dict,), {})(),
        object(),
        len,
        type("C", (Counter,), {})(),
        type("P", (PurePosixPath,), {})("x"),
        memoryview(b"ab").cast("H"),
    ],
)
def test_a_subclass_is_not_plain(codec, value):
    with pytest.raises(TypeError, match="may not cross"):
        codec.pack([value])


@pytest.mark.parametrize("wrap", [lambda v: (v,), lambda v: frozenset([v])])
def test_what_is_nested_too_deep_is_not_sent_and_what_is_sent_can_be_read(codec, wrap):
    value = ()
    for _ in range(wire.MAX_NESTED - 1):
        value = wrap(value)
    assert codec.unpack(codec.pack(value)) == value
    with pytest.raises(ValueError, match="one in another"):
        codec.pack(wrap(value))
    assert codec.unpack(codec.pack(value)) == value


def nest(depth):
    frame = msgpack.packb([])
    for _ in range(depth):
        frame = msgpack.packb(msgpack.ExtType(wire.TUPLE, msgpack.packb([msgpack.ExtType(wire.TUPLE, frame)])))
    return frame


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xc1",  # never used
        b"\x93\x01",  # three items announced, one there
        b"\xdd\xff\xff\xff\xff",  # four thousand million items announced
        b"\xdb\xff\xff\xff\xffabc",
        b"\xc9\xff\xff\xff\xff\x01",
        b"\x01\x02",  # two values
        b"\x91" * 5_000 + b"\x01",
        b"\x81\x90\x01",  # a list as a key
        b"\x81\x80\x01",  # a map as a key
        b"\xa1\xff",  # no UTF-8
        nest(200),
        msgpack.packb(msgpack.ExtType(wire.SET, msgpack.packb([[]]))),  # a list in a set
        msgpack.packb(msgpack.ExtType(wire.TUPLE, msgpack.packb({}))),
        msgpack.packb(msgpack.ExtType(wire.TUPLE, msgpack.packb("text"))),
        msgpack.packb(msgpack.ExtType(wire.TUPLE, b"")),
        msgpack.packb(msgpack.ExtType(wire.COMPLEX, msgpack.packb([1.0]))),
        msgpack.packb(msgpack.ExtType(wire.COMPLEX, msgpack.packb(["1", "2"]))),
        msgpack.packb(msgpack.ExtType(wire.BIG_INT, bytes(wire.MAX_INT_BYTES + 1))),
        b"\xc7\x05\xff\x00\x00\x00\x00\x00",  # a timestamp of five bytes
    ],
)
def test_a_frame_that_is_no_message_is_a_wire_error(codec, frame):
    with pytest.raises(WireError):
        codec.unpack(frame)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_value_or_a_wire_error(frame):
    try:
        value = Codec(refuse, resolve).unpack(frame)
    except (WireError, RefusedValueError):
        return
    assert "Timestamp" not in repr(get_types(value)) and "ExtType" not in repr(get_types(value))


def test_extension_types_that_nobody_sends_never_become_objects(codec):
    assert type(codec.unpack(msgpack.packb(msgpack.Timestamp(1, 0)))) is float
    with pytest.raises(RefusedValueError, match="99"):
        codec.unpack(msgpack.packb(msgpack.ExtType(99, msgpack.packb("x"))))


def test_frames_come_out_as_they_went_in_however_they_were_cut(pipe):
    for payload in (b"", b"one", bytes(40_000)):
        pipe.send(payload)
        assert pipe.receive() == payload
    for byte in struct.pack(">I", 3) + b"abc" + struct.pack(">I", 1) + b"d":
        os.write(pipe.writer, bytes([byte]))
    assert (pipe.receive(), pipe.receive()) == (b"abc", b"d")


def test_a_header_alone_tells_that_a_frame_is_too_large(pipe):
    os.write(pipe.writer, b"\xff\xff\xff\xff")
    with pytest.raises(FrameTooLargeError, match="4,294,967,295"):
        pipe.receive()
    with pytest.raises(FrameTooLargeError):
        pipe.send(bytes(wire.MAX_FRAME + 1))


def test_the_end_of_the_line_is_told_even_in_the_middle_of_a_frame(pipe):
    os.write(pipe.writer, struct.pack(">I", 100) + b"cut")
    os.close(pipe.writer)
    with pytest.raises(ClosedError):
        pipe.receive()


def test_writing_to_nobody_is_the_end_of_the_line():
    reader, writer = os.pipe()
    os.close(reader)
    with pytest.raises(ClosedError):
        Channel(reader, writer).send(b"x")
    os.close(writer)
