"""How state and events spell a value: a letter for its kind, lengths in four bytes, and the content. Keys are spelled so that they sort.

    N None   F False   T True   i sign, size, magnitude   s size, UTF-8   b size, bytes   t l number of items, items
    d number of items, pairs sorted by the bytes of their keys            r number of fields, name, names of fields, values

A key of the state is str, bytes, int >= 0, or a tuple of those. Each part is a letter and bytes that end in 00, where a 00 inside is
written 00 FF (the tuple layer of FoundationDB does so): no key is the beginning of another by accident, and all keys that begin with the
same parts lie together. A number has its length in front, so that 9 comes before 10.

>>> encode_key(("account", 10)).hex(" ")
'74 73 61 63 63 6f 75 6e 74 00 69 01 0a'
>>> decode_key(encode_key(("account", 10)))
('account', 10)

Simplifications: there are no negative numbers in keys. A record carries the names of its fields, which a schema beside it would save.
"""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any, Final

from minichain.contracts.kinds import (
    INT_BOUND,
    KEY_BOUND,
    MAX_BYTES,
    MAX_NESTING,
    Record,
    RecordKind,
    Spend,
    ValueFormatError,
    Writer,
    describe,
    encode_text,
    spend_nothing,
    validate_int_keys,
    validate_simple,
)

SIZE_BYTES: Final = 4


def encode_size(size: int) -> bytes:
    """Return a length, or a number of items."""
    return size.to_bytes(SIZE_BYTES, "big")


def encode_value(value: Any, spend: Spend = spend_nothing) -> bytes:
    """Return the bytes that the state and events have for a value."""
    parts: list[bytes] = []
    write_value(value, parts, Writer(spend), 0)
    return b"".join(parts)


def write_value(value: Any, parts: list[bytes], writer: Writer, depth: int) -> None:
    """Append the bytes of a value to `parts`."""
    kind = type(value)
    if value is None or kind is bool:
        writer.count(1, depth)
        parts.append(b"N" if value is None else b"T" if value else b"F")
    elif kind is int:
        validate_simple(value, "int")
        magnitude = abs(value).to_bytes((value.bit_length() + 7) // 8, "big")
        writer.count(6 + len(magnitude), depth)
        parts.append((b"i-" if value < 0 else b"i+") + encode_size(len(magnitude)) + magnitude)
    elif kind is str or kind is bytes:
        writer.count(5 + len(value), depth)
        content = encode_text(value) if kind is str else value
        writer.count(len(content) - len(value), depth)
        parts.append((b"s" if kind is str else b"b") + encode_size(len(content)) + content)
    elif kind is tuple or kind is list:
        writer.count(5, depth)
        parts.append((b"t" if kind is tuple else b"l") + encode_size(len(value)))
        for item in value:
            write_value(item, parts, writer, depth + 1)
    elif kind is dict:
        writer.count(5, depth)
        parts.append(b"d" + encode_size(len(value)))
        pairs: list[tuple[bytes, Any]] = []
        for key, item in value.items():
            pairs.append((encode_dict_key(key), item))
            writer.count(len(pairs[-1][0]), depth)
        for spelling, item in sorted(pairs, key=itemgetter(0)):
            parts.append(spelling)
            write_value(item, parts, writer, depth + 1)
    elif kind is Record:
        writer.count(5, depth)
        parts.append(b"r" + encode_size(len(value.values)))
        for text in (value.kind.name, *value.kind.fields):
            write_value(text, parts, writer, depth + 1)
        for item in value.values:
            write_value(item, parts, writer, depth + 1)
    else:
        raise ValueFormatError(f"{describe(value)} cannot be stored or announced")


def encode_dict_key(key: Any) -> bytes:
    """Return the bytes of a key of a dict. As keys of a dict True and 1 are the same, and so are their bytes."""
    return encode_value(int(key) if type(key) is bool else key)


# From bytes to values


class Reader:
    """Reads what `write_value` wrote. Every size is compared with what is left before anything is made of it."""

    def __init__(self, data: bytes, kinds: Mapping[str, RecordKind]) -> None:
        self.data = data
        self.kinds = kinds
        self.place = 0

    def take(self, size: int) -> bytes:
        """Return the next bytes."""
        if size > len(self.data) - self.place:
            raise ValueFormatError(f"a value ends in the middle, at byte {len(self.data)}")
        self.place += size
        return self.data[self.place - size : self.place]

    def take_size(self) -> int:
        """Return a length; there must be at least so many bytes left, because nothing takes less than one."""
        size = int.from_bytes(self.take(SIZE_BYTES), "big")
        if size > len(self.data) - self.place:
            raise ValueFormatError(f"a value ends in the middle, at byte {len(self.data)}")
        return size

    def read(self, depth: int = 0) -> Any:
        """Return the next value."""
        if depth > MAX_NESTING:
            raise ValueFormatError(f"a value is nested more than {MAX_NESTING} deep")
        letter = self.take(1)
        if letter in CONSTANTS:
            return CONSTANTS[letter]
        if letter == b"i":
            return self.read_int(self.take(1))
        if letter not in b"sbtldr":
            raise ValueFormatError(f"no value begins with the byte {letter.hex()}")
        size = self.take_size()
        if letter == b"b":
            return self.take(size)
        if letter == b"s":
            try:
                return self.take(size).decode()
            except UnicodeDecodeError:
                raise ValueFormatError("a text is not UTF-8") from None
        if letter == b"d":
            return self.read_dict(size, depth + 1)
        if letter == b"r":
            return self.read_record(size, depth + 1)
        items = [self.read(depth + 1) for _ in range(size)]
        return items if letter == b"l" else tuple(items)

    def read_int(self, sign: bytes) -> int:
        """Return a number, which has no leading zeros and no negative zero."""
        magnitude = self.take(self.take_size())
        number = int.from_bytes(magnitude, "big")
        if sign not in (b"+", b"-") or magnitude[:1] == b"\0" or (sign == b"-" and number == 0) or number >= INT_BOUND:
            raise ValueFormatError("a number is not in its one spelling")
        return -number if sign == b"-" else number

    def read_dict(self, size: int, depth: int) -> dict[Any, Any]:
        """Return a dict, whose keys must be sorted by their bytes."""
        found: dict[Any, Any] = {}
        last = b""
        for _ in range(size):
            start = self.place
            key = self.read(depth)
            spelling = self.data[start : self.place]
            if type(key) not in (str, bytes, int) or (type(key) is int and abs(key) >= KEY_BOUND) or spelling <= last:
                raise ValueFormatError("the keys of a dict are str, bytes or int below 2^60, sorted, and none comes twice")
            validate_int_keys([key], len(found) + 1)
            found[key] = self.read(depth)
            last = spelling
        return found

    def read_record(self, size: int, depth: int) -> Record:
        """Return a record; of a kind that the contract has, if it has one of this name."""
        name, *fields = (self.read(depth) for _ in range(size + 1))
        if not all(type(text) is str for text in (name, *fields)) or len(set(fields)) != size:
            raise ValueFormatError("a record has a name, and fields with names")
        values = dict(zip(fields, [self.read(depth) for _ in range(size)], strict=True))
        kind = self.kinds.get(name)
        if kind is None:
            return Record(RecordKind(name, tuple(fields)), tuple(values.values()))
        if kind.fields[:size] != tuple(fields) or len(kind.fields) - size > len(kind.defaults):
            raise ValueFormatError(f"{name} was stored with {', '.join(fields)} and now has {', '.join(kind.fields)}")
        missing = len(kind.fields) - size
        return Record(kind, (*values.values(), *kind.defaults[len(kind.defaults) - missing :]))


CONSTANTS: Final = {b"N": None, b"F": False, b"T": True}


def decode_value(data: bytes, kinds: Mapping[str, RecordKind] | None = None) -> Any:
    """Return the value that the bytes spell, or raise ValueFormatError. `kinds` are the records that the reader knows, by name."""
    if len(data) > MAX_BYTES:
        raise ValueFormatError(f"a value has more than {MAX_BYTES} bytes")
    reader = Reader(data, kinds or {})
    value = reader.read()
    if reader.place != len(data):
        raise ValueFormatError(f"bytes stand behind the value, from {reader.place} on")
    return value


# Keys of the state

MANY: Final = b"t"
"""A tuple begins with it, so that "a" and ("a",) are different keys."""


def encode_key(key: Any) -> bytes:
    """Return the bytes of a key of the state."""
    if type(key) is tuple:
        return MANY + b"".join([encode_key_part(part) for part in key])
    return encode_key_part(key)


def encode_key_part(part: Any) -> bytes:
    """Return the bytes of a key without parts, or of one part."""
    if type(part) is str:
        return b"s" + encode_text(part).replace(b"\0", b"\0\xff") + b"\0"
    if type(part) is bytes:
        return b"b" + part.replace(b"\0", b"\0\xff") + b"\0"
    if type(part) is int and 0 <= part < INT_BOUND:
        magnitude = part.to_bytes((part.bit_length() + 7) // 8, "big")
        return b"i" + bytes([len(magnitude)]) + magnitude
    if type(part) is int:
        raise ValueFormatError("a number in a key of the state is at least 0 and below 2^256")
    raise ValueFormatError(f"a key of the state is str, bytes, int or a tuple of those, not {describe(part)}")


def decode_key(data: bytes) -> Any:
    """Return the key of the state that the bytes spell."""
    parts: list[Any] = []
    place = start = 1 if data[:1] == MANY else 0
    while place < len(data):
        part, place = decode_key_part(data, place)
        parts.append(part)
    key = parts[0] if not start and len(parts) == 1 else tuple(parts)
    if encode_key(key) != data:
        raise ValueFormatError("this is not the one spelling of a key")
    return key


def decode_key_part(data: bytes, place: int) -> tuple[Any, int]:
    """Return the part that begins at `place`, and the place behind it."""
    letter = data[place : place + 1]
    if letter == b"i":
        size = int.from_bytes(data[place + 1 : place + 2], "big")
        return int.from_bytes(data[place + 2 : place + 2 + size], "big"), place + 2 + size
    end = place + 1
    while data[end : end + 1] not in (b"\0", b"") or data[end : end + 2] == b"\0\xff":
        end += 2 if data[end : end + 1] == b"\0" else 1
    content = data[place + 1 : end].replace(b"\0\xff", b"\0")
    try:
        return (content.decode() if letter == b"s" else content), end + 1
    except UnicodeDecodeError:
        raise ValueFormatError("a text in a key is not UTF-8") from None
