"""RLP, recursive length prefix: the one way to write down byte strings and nested lists of them (Ethereum Yellow Paper, appendix B).

An item is a byte string or a list of items. Its first byte tells which, and how long it is; nothing else is written, no names and no
types. Every item has one encoding and every other spelling is refused: a decoder that lets a longer one pass lets anyone change the
hash of a transaction that somebody else has signed. All lengths are checked before anything is read, and depth is bounded, since a
decoder that calls itself for each `[` of a hostile message ends where the stack does.

    00 … 7f   a byte string: this byte               c0 … f7   a list whose items take 0 to 55 bytes
    80 … b7   a byte string of 0 to 55 bytes         f8 … ff   a list: 1 to 8 bytes of length follow, then its items
    b8 … bf   a byte string: 1 to 8 bytes of length follow, then the string

>>> encode([b"cat", [b"puppy", b""]]).hex()
'cc83636174c785707570707980'
>>> decode(bytes.fromhex("cc83636174c785707570707980"))
[b'cat', [b'puppy', b'']]
>>> decode(bytes.fromhex("8105"))
Traceback (most recent call last):
minichain.crypto.errors.InvalidEncodingError: RLP: at 0, the single byte 05 stands for itself and takes no length

Simplifications: whole messages in memory. Ethereum's nodes decode straight into typed records, in one pass; here the types come
after, from whoever knows them.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

from minichain.crypto.errors import InvalidEncodingError, MessageTypeError

Encodable: TypeAlias = "bytes | Sequence[Encodable]"
"""What can be encoded: bytes, and lists or tuples of it. Text and numbers must become bytes first."""

Item: TypeAlias = "bytes | list[Item]"
"""What comes out of decoding."""

STRING: Final = 0x80
LIST: Final = 0xC0
"""The first byte of an empty byte string and of an empty list: short lengths are added to it."""

FIRST_BYTES: Final = [bytes([byte]) for byte in range(256)]

LONGEST_SHORT: Final = 55
"""A longer content has its length in bytes of its own."""

MAX_DEPTH: Final = 64
"""How deep lists may lie in lists. Ethereum's formats need 5; Python's stack has room for several hundred."""

MAX_BYTES: Final = 2**24
"""How long an encoding may be, unless the caller knows better: a list takes up to 64 times the memory of its encoding."""


# The functions RLP, R_b and R_l of the Yellow Paper: encoding


def encode(item: Encodable) -> bytes:
    """Return the encoding of `item`. Raise MessageTypeError for what is neither bytes nor list, InvalidEncodingError if it is too deep."""
    return encode_item(item, 0)


def encode_item(item: Encodable, depth: int) -> bytes:
    """Return the encoding of an item that lies in `depth` lists."""
    if isinstance(item, bytes):
        return encode_bytes(item)
    if not isinstance(item, list | tuple):
        raise MessageTypeError("an RLP item that is not a list", item)
    if depth == MAX_DEPTH:
        raise InvalidEncodingError(f"RLP: lists may lie {MAX_DEPTH} deep, and this one lies deeper")
    content = b"".join([encode_item(part, depth + 1) for part in item])
    return encode_header(LIST, len(content)) + content


def encode_bytes(data: bytes) -> bytes:
    """Return the encoding of a byte string: a single byte below 0x80 is its own, everything else has a header."""
    if len(data) == 1 and data[0] < STRING:
        return data
    return encode_header(STRING, len(data)) + data


def encode_header(kind: int, length: int) -> bytes:
    """Return what goes before a content of `length` bytes."""
    if length <= LONGEST_SHORT:
        return FIRST_BYTES[kind + length]
    digits = encode_natural(length)
    return FIRST_BYTES[kind + LONGEST_SHORT + len(digits)] + digits


def encode_natural(number: int) -> bytes:
    """Return the byte string that stands for a number of at least 0: big-endian, without leading zeros (the Yellow Paper's BE).

    >>> encode_natural(0), encode_natural(1024)
    (b'', b'\\x04\\x00')
    """
    if number < 0:
        raise InvalidEncodingError(f"RLP: a number must be at least 0, not {number}")
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


# Decoding: the inverse, and nothing but the inverse


def decode(data: bytes, *, max_bytes: int = MAX_BYTES) -> Item:
    """Return the item whose encoding `data` is, all of it, or raise InvalidEncodingError that tells where which rule is broken."""
    if not isinstance(data, bytes):
        raise MessageTypeError("an RLP encoding", data)
    if len(data) > max_bytes:
        raise InvalidEncodingError(f"RLP: an encoding of {len(data)} bytes is longer than the {max_bytes} allowed here")
    kind, start, end = read_header(data, 0, len(data))
    if end != len(data):
        raise InvalidEncodingError(f"RLP: at {end}, the item has ended, but {len(data) - end} bytes are left over")
    return data[start:end] if kind == STRING else decode_list(data, start, end, 1)


def decode_list(data: bytes, position: int, end: int, depth: int) -> list[Item]:
    """Return the items whose encodings fill `data` from `position` to `end`; their list lies `depth` deep."""
    if depth > MAX_DEPTH:
        raise InvalidEncodingError(f"RLP: at {position}, lists lie more than {MAX_DEPTH} deep")
    items: list[Item] = []
    while position < end:
        kind, start, position = read_header(data, position, end)
        items.append(data[start:position] if kind == STRING else decode_list(data, start, position, depth + 1))
    return items


def read_header(data: bytes, position: int, end: int) -> tuple[int, int, int]:
    """Return the kind (STRING or LIST) of the item at `position`, and where its content starts and ends, which is not after `end`."""
    if position >= end:
        raise InvalidEncodingError(f"RLP: at {position}, an item should follow, but nothing does")
    first = data[position]
    if first < STRING:
        return STRING, position, position + 1
    kind = STRING if first < LIST else LIST
    length, start = first - kind, position + 1
    if length > LONGEST_SHORT:
        length, start = read_length(data, start, length - LONGEST_SHORT, end)
    if length > end - start:
        raise InvalidEncodingError(f"RLP: at {position}, {length} bytes of content should follow, but there are {end - start}")
    if length == 1 and kind == STRING and data[start] < STRING:
        raise InvalidEncodingError(f"RLP: at {position}, the single byte {data[start]:02x} stands for itself and takes no length")
    return kind, start, start + length


def read_length(data: bytes, position: int, size: int, end: int) -> tuple[int, int]:
    """Return the length that is written in `size` bytes from `position` on, and where these end."""
    start = position + size
    if start > end:
        raise InvalidEncodingError(f"RLP: at {position}, {size} bytes of length should follow, but there are {end - position}")
    length = int.from_bytes(data[position:start], "big")
    if data[position] == 0 or length <= LONGEST_SHORT:
        raise InvalidEncodingError(f"RLP: at {position}, the length {data[position:start].hex()} is not in its shortest form")
    return length, start


def decode_natural(content: bytes) -> int:
    """Return the number that a byte string stands for. A leading zero is refused: it would be a second spelling."""
    if not isinstance(content, bytes):
        raise InvalidEncodingError(f"RLP: a number is expected, not a {type(content).__name__}")
    if content[:1] == b"\x00":
        raise InvalidEncodingError(f"RLP: the number {content.hex()} has a leading zero")
    return int.from_bytes(content, "big")
