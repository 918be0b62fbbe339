"""Paths and nodes: each has one encoding, and what no trie contains is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.crypto import rlp
from minichain.crypto.errors import InvalidEncodingError
from minichain.crypto.nibbles import compute_common_length, compute_key, compute_path, pack_path, unpack_path
from minichain.crypto.trie_nodes import Branch, Extension, Leaf, decode_node, encode_node


@pytest.mark.parametrize(
    ("path", "is_end", "packed"),
    [("12345", False, "112345"), ("012345", False, "00012345"), ("0f1cb8", True, "200f1cb8"), ("f1cb8", True, "3f1cb8"), ("", True, "20")],
)
def test_published_hex_prefixes(path, is_end, packed):
    """The examples of Ethereum's description of the trie."""
    nibbles = bytes(int(digit, 16) for digit in path)
    assert pack_path(nibbles, is_end=is_end).hex() == packed
    assert unpack_path(bytes.fromhex(packed)) == (nibbles, is_end)


@given(packed=st.binary(max_size=5))
def test_a_path_has_one_packing(packed):
    try:
        path, is_end = unpack_path(packed)
    except InvalidEncodingError:
        return
    assert pack_path(path, is_end=is_end) == packed


@given(key=st.binary(max_size=40), other=st.binary(max_size=40))
def test_nibbles_are_the_halves_of_bytes(key, other):
    path, other_path = compute_path(key), compute_path(other)
    assert list(path) == [half for byte in key for half in (byte >> 4, byte & 15)]
    assert compute_key(path) == key
    common = compute_common_length(path, other_path)
    assert path[:common] == other_path[:common]
    assert path == other_path or path[common : common + 1] != other_path[common : common + 1]


HASH = bytes(range(32))
SHORT_LEAF = [b"\x20", b"v"]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (b"text", "a node is a list of 2 or 17 items, not a byte string"),
        ([], "not a list of 0"),
        ([b"\x20", b"v", b""], "not a list of 3"),
        ([b"", b"v"], "this one is empty"),
        ([b"\x40", b"v"], "is 0 to 3, not 4"),
        ([b"\x2f", b"v"], "its second nibble is 0, not 15"),
        ([b"\x20", b""], "a leaf has a value"),
        ([b"\x20", []], "a leaf has a value"),
        ([b"\x20", [b"v"]], "a byte string is expected where a list is"),
        ([[], b"v"], "a byte string is expected where a list is"),
        ([b"\x00", HASH], "an extension has a path of at least one nibble"),
        ([b"\x11", b""], "and below it a branch"),
        ([b"\x11", SHORT_LEAF], "and below it a branch"),
        ([b"\x11", HASH[1:]], "a subtrie is a hash of 32 bytes, and here are 31"),
        ([*[b""] * 16, b"v"], "fewer than two"),
        ([HASH, *[b""] * 16], "fewer than two"),
        ([HASH, HASH + b"x", *[b""] * 15], "here are 33"),
        ([HASH, [b"\x20", b"v" * 29], *[b""] * 15], "a node of 32 bytes lies in its parent"),
        ([HASH, HASH, *[b""] * 14, []], "a byte string is expected"),
        ([SHORT_LEAF, [b"\x20"], *[b""] * 15], "not a list of 1"),
    ],
)
def test_what_is_no_node_is_refused_with_its_reason(item, words):
    with pytest.raises(InvalidEncodingError, match=words):
        decode_node(rlp.encode(item), 32)


NODES = [
    Leaf(b"", b"v"),
    Leaf(b"\x01\x02\x03", b"v" * 40),
    Extension(b"\x0f", HASH),
    Extension(b"\x0f\x0e", Branch((Leaf(b"", b"v"),) * 2 + (None,) * 14, b"")),
    Branch((HASH,) * 16, b""),
    Branch((HASH, Leaf(b"\x01", b"v")) + (None,) * 14, b"value"),
]


@pytest.mark.parametrize("node", NODES)
def test_a_node_is_what_its_encoding_decodes_to(node):
    assert decode_node(encode_node(node), 32) == node


@settings(max_examples=500)
@given(data=st.data(), base=st.sampled_from(NODES))
def test_whatever_is_decoded_encodes_to_the_same_bytes(data, base):
    encoding = encode_node(base)
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(encoding)))
        encoding = encoding[:place] + data.draw(st.binary(max_size=2)) + encoding[place + data.draw(st.integers(0, 2)) :]
    try:
        node = decode_node(encoding, 32)
    except InvalidEncodingError:
        return
    assert encode_node(node) == encoding


def test_a_key_is_whole_bytes():
    with pytest.raises(InvalidEncodingError, match="3 nibbles are not"):
        compute_key(b"\x01\x02\x03")
