"""RLP: whatever bytes come, a value that encodes to them again, or an error that says where and why."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.crypto import rlp
from minichain.crypto.errors import InvalidEncodingError

items = st.recursive(st.binary(max_size=80), lambda inner: st.lists(inner, max_size=6), max_leaves=20)


# Every item has one encoding


@given(item=items)
def test_what_is_encoded_is_decoded(item):
    assert rlp.decode(rlp.encode(item)) == item


def spoil(encoding, changes):
    for position, cut, new in changes:
        encoding = encoding[:position] + new + encoding[position + cut :]
    return encoding


changes = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 2), st.binary(max_size=3)), min_size=1, max_size=3)


@settings(max_examples=500)
@given(data=st.one_of(st.builds(spoil, items.map(rlp.encode), changes), st.binary(max_size=120)))
def test_whatever_is_decoded_encodes_to_the_same_bytes(data):
    try:
        item = rlp.decode(data)
    except InvalidEncodingError:
        return
    assert rlp.encode(item) == data


@pytest.mark.parametrize("other", ["8100", "817f", "b801ff", "b837" + "80" * 55, "f80180", "f837" + "80" * 55, "b90038" + "80" * 56])
def test_no_other_spelling(other):
    with pytest.raises(InvalidEncodingError, match=r"is not in its shortest form|stands for itself"):
        rlp.decode(bytes.fromhex(other))


@pytest.mark.parametrize("length", [0, 1, 55, 56, 255, 256, 65535, 65536])
def test_contents_of_any_length(length):
    for item in (b"\xff" * length, [b""] * length):
        assert rlp.decode(rlp.encode(item)) == item


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "at 0, an item should follow, but nothing does"),
        ("83646f", "at 0, 3 bytes of content should follow, but there are 2"),
        ("c88363617483646f67c0", "at 9, the item has ended, but 1 bytes are left over"),
        ("c483646f67c0", "at 5, the item has ended"),
        ("c2836361", "at 3, the item has ended"),
        ("c38105c0", "at 1, the single byte 05 stands for itself"),
        ("c2b801", "at 2, the length 01 is not in its shortest form"),
        ("b90100", "at 0, 256 bytes of content should follow, but there are 0"),
        ("c1b9", "at 2, 2 bytes of length should follow, but there are 0"),
        ("f90001", "at 1, the length 0001 is not in its shortest form"),
        ("bf" + "ff" * 8, "18446744073709551615 bytes of content should follow, but there are 0"),
    ],
)
def test_an_error_tells_where_and_which_rule(data, words):
    with pytest.raises(InvalidEncodingError, match=words):
        rlp.decode(bytes.fromhex(data))


# Bounds


def nest(depth):
    item = []
    for _ in range(depth - 1):
        item = [item]
    return item


def nest_bytes(depth):
    """Return the encoding of lists `depth` deep, made from the inside, as a hostile sender would make it."""
    encoding = b"\xc0"
    for _ in range(depth - 1):
        encoding = rlp.encode_header(rlp.LIST, len(encoding)) + encoding
    return encoding


def test_depth_is_bounded_both_ways():
    deepest = nest(rlp.MAX_DEPTH)
    assert rlp.encode(deepest) == nest_bytes(rlp.MAX_DEPTH)
    assert rlp.decode(nest_bytes(rlp.MAX_DEPTH)) == deepest
    for depth in (rlp.MAX_DEPTH + 1, 100_000):
        with pytest.raises(InvalidEncodingError, match="lie more than 64 deep"):
            rlp.decode(nest_bytes(depth))
    endless = []
    endless.append(endless)
    for item in (nest(rlp.MAX_DEPTH + 1), endless):
        with pytest.raises(InvalidEncodingError, match="lists may lie 64 deep"):
            rlp.encode(item)


def test_length_is_bounded():
    assert rlp.decode(rlp.encode(bytes(10)), max_bytes=11) == bytes(10)
    with pytest.raises(InvalidEncodingError, match="of 11 bytes is longer than the 10 allowed here"):
        rlp.decode(rlp.encode(bytes(10)), max_bytes=10)


# Types, and numbers


@pytest.mark.parametrize("wrong", ["text", 3, None, bytearray(2), {}, [b"", "text"], (b"", [5])])
def test_an_item_is_bytes_or_a_list(wrong):
    with pytest.raises(TypeError, match="an RLP item that is not a list must be bytes, not"):
        rlp.encode(wrong)


@pytest.mark.parametrize("wrong", ["80", None, bytearray(b"\x80"), memoryview(b"\x80")])
def test_an_encoding_is_bytes(wrong):
    with pytest.raises(TypeError, match="an RLP encoding must be bytes, not"):
        rlp.decode(wrong)


@given(number=st.integers(0, 2**600))
def test_numbers(number):
    content = rlp.encode_natural(number)
    assert rlp.decode_natural(content) == number
    assert rlp.decode(rlp.encode(content)) == content
    with pytest.raises(InvalidEncodingError, match="has a leading zero"):
        rlp.decode_natural(b"\x00" + content)


def test_what_is_no_number():
    with pytest.raises(InvalidEncodingError, match="at least 0, not -1"):
        rlp.encode_natural(-1)
    with pytest.raises(InvalidEncodingError, match="a number is expected, not a list"):
        rlp.decode_natural([])
