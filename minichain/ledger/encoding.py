r"""One value, one spelling: frozen dataclasses to bytes and back, by their type hints.

The spelling is RLP (Ethereum Yellow Paper, appendix B), a dataclass being the list of its fields in order. What is hashed and signed
must not have two spellings: whoever finds a second one has a second hash for the same transaction. So the decoder takes a value only
if encoding it gives the same bytes again, and every other spelling is refused with the field that is wrong.

    int        big-endian without leading zeros, at most 64 bits; never negative
    bool       0 or 1
    IntEnum    its number, which must be one that the class has
    str        UTF-8
    bytes      as they are
    tuple      the list of its items
    X | None   a list: empty for None, else with the one value
    dataclass  the list of its fields

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class Ticket:
...     seat: int
...     guests: tuple[str, ...] = ()
>>> encode(Ticket(7, ("Ann",)))
b'\xc6\x07\xc4\x83Ann'
>>> decode(Ticket, encode(Ticket(7, ("Ann",))))
Ticket(seat=7, guests=('Ann',))

Simplifications: there are no field numbers as in Protocol Buffers, so a new field is a new version of the format. ChainMaker uses
Protocol Buffers, whose libraries do not promise one spelling; it hashes what its own library wrote.
"""

import types
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import IntEnum
from operator import attrgetter
from typing import Any, Final, TypeVar, cast

from minichain.crypto import rlp
from minichain.crypto.errors import CryptoError
from minichain.ledger.errors import MalformedError

T = TypeVar("T")

LARGEST_INT: Final = 2**64 - 1
LARGEST_ENCODING: Final = 1 << 24
"""What comes from a stranger is not longer than this many bytes (16 MiB): what is longer is refused unread."""

ToBytes = Callable[[Any], bytes]
"""From a value to its RLP."""
FromItem = Callable[[Any, str], Any]
"""From a decoded RLP item, and the name of the field that it stands in, to the value."""

Codec = tuple[ToBytes, FromItem]


def encode(value: object) -> bytes:
    """Return the encoding of a frozen dataclass."""
    return find_codec(type(value))[0](value)


def decode(kind: type[T], data: bytes, *, max_bytes: int = LARGEST_ENCODING) -> T:
    """Return the value of class `kind` that `data` encodes, or raise MalformedError naming the field that is wrong."""
    try:
        item = rlp.decode(data, max_bytes=max_bytes)
    except CryptoError as error:
        raise MalformedError(f"{kind.__name__}: {error}") from None
    return cast(T, find_codec(kind)[1](item, kind.__name__))


CODECS: Final[dict[Any, Codec]] = {}
"""What has been found so far: a type is looked at once."""


def find_codec(hint: Any) -> Codec:
    """Return the two functions between values of the type `hint` and their RLP."""
    if hint not in CODECS:
        CODECS[hint] = make_codec(hint)
    return CODECS[hint]


def make_codec(hint: Any) -> Codec:
    """Return the codec of a type that was not asked for before."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return make_optional_codec(hint, [argument for argument in arguments if argument is not types.NoneType])
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return make_list_codec(arguments[0])
        return make_record_codec(tuple, arguments, [str(index) for index in range(len(arguments))])
    if hint in SIMPLE:
        return SIMPLE[hint]
    if isinstance(hint, type) and issubclass(hint, IntEnum):
        return make_enum_codec(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        hints = typing.get_type_hints(hint)
        names = [field.name for field in fields(hint)]
        return make_record_codec(hint, [hints[name] for name in names], names)
    raise TypeError(f"{hint!r} has no encoding; encoded are dataclasses of int, bool, IntEnum, str, bytes, tuple and X | None")


# Values without parts


def encode_int(value: int) -> bytes:
    """Return the RLP of a number."""
    if type(value) is not int or not 0 <= value <= LARGEST_INT:
        raise MalformedError(f"{value!r} is not a number from 0 to 2^64 - 1")
    return rlp.encode_bytes(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def decode_int(item: Any, name: str) -> int:
    """Return the number that `item` spells."""
    if type(item) is not bytes or len(item) > 8 or item[:1] == b"\0":
        raise MalformedError(f"{name} is not a number of at most 8 bytes without a leading zero")
    return int.from_bytes(item, "big")


def encode_bool(value: bool) -> bytes:
    """Return the RLP of a truth value."""
    return rlp.encode_bytes(b"\1" if value else b"")


def decode_bool(item: Any, name: str) -> bool:
    """Return the truth value that `item` spells."""
    if item not in (b"", b"\1"):
        raise MalformedError(f"{name} is neither 0 nor 1")
    return bool(item)


def encode_str(value: str) -> bytes:
    """Return the RLP of a text."""
    if not isinstance(value, str):
        raise MalformedError(f"{type(value).__name__} stands where text should")
    try:
        return rlp.encode_bytes(value.encode())
    except UnicodeEncodeError:
        raise MalformedError(f"{value!r} holds half a surrogate pair, which UTF-8 has no spelling for") from None


def decode_str(item: Any, name: str) -> str:
    """Return the text that `item` spells."""
    try:
        return decode_bytes(item, name).decode()
    except UnicodeDecodeError:
        raise MalformedError(f"{name} is not UTF-8") from None


def encode_bytes(value: bytes) -> bytes:
    """Return the RLP of bytes."""
    if type(value) is not bytes:
        raise MalformedError(f"{type(value).__name__} stands where bytes should")
    return rlp.encode_bytes(value)


def decode_bytes(item: Any, name: str) -> bytes:
    """Return the bytes themselves."""
    if type(item) is not bytes:
        raise MalformedError(f"{name} is a list where bytes should stand")
    return item


SIMPLE: Final[dict[Any, Codec]] = {
    int: (encode_int, decode_int),
    bool: (encode_bool, decode_bool),
    str: (encode_str, decode_str),
    bytes: (encode_bytes, decode_bytes),
}


def make_enum_codec(kind: type[IntEnum]) -> Codec:
    """Return the codec of an enumeration."""

    def decode_enum(item: Any, name: str) -> IntEnum:
        number = decode_int(item, name)
        try:
            return kind(number)
        except ValueError:
            raise MalformedError(f"{name} is {number}; {kind.__name__} has {', '.join(str(int(one)) for one in kind)}") from None

    return lambda value: encode_int(int(value)), decode_enum


# Values with parts


def encode_list(parts: list[bytes]) -> bytes:
    """Return the RLP of a list whose items have these encodings."""
    content = b"".join(parts)
    return rlp.encode_header(rlp.LIST, len(content)) + content


def find_part_codec(hint: Any) -> Codec:
    """Return the codec of a value inside of another one. What keeps its own encoding is not encoded again."""
    to_bytes, from_item = find_codec(hint)
    if hasattr(hint, "encoded"):
        return attrgetter("encoded"), from_item
    return to_bytes, from_item


def make_optional_codec(hint: Any, kinds: list[Any]) -> Codec:
    """Return the codec of X | None."""
    if len(kinds) != 1 or types.NoneType not in typing.get_args(hint):
        raise TypeError(f"{hint!r} has no encoding: of unions only X | None has one")
    to_bytes, from_item = find_part_codec(kinds[0])

    def decode_optional(item: Any, name: str) -> Any:
        if type(item) is not list or len(item) > 1:
            raise MalformedError(f"{name} is not a list of at most one value")
        return from_item(item[0], name) if item else None

    return lambda value: encode_list([] if value is None else [to_bytes(value)]), decode_optional


def make_list_codec(hint: Any) -> Codec:
    """Return the codec of tuple[X, ...]."""
    to_bytes, from_item = find_part_codec(hint)

    def decode_list(item: Any, name: str) -> tuple[Any, ...]:
        if type(item) is not list:
            raise MalformedError(f"{name} is not a list")
        return tuple([from_item(part, name) for part in item])

    return lambda value: encode_list([to_bytes(part) for part in value]), decode_list


def make_record_codec(kind: Callable[..., Any], hints: typing.Sequence[Any], names: list[str]) -> Codec:
    """Return the codec of a dataclass, or of a tuple with so many parts of their own types."""
    codecs = [find_part_codec(hint) for hint in hints]
    to_bytes = [to_bytes for to_bytes, _ in codecs]
    named = list(zip(names, to_bytes, strict=True))
    from_items = [(from_item, name) for name, (_, from_item) in zip(names, codecs, strict=True)]
    is_tuple = kind is tuple

    def encode_record(value: Any) -> bytes:
        return encode_list([encode_part(getattr(value, name)) for name, encode_part in named])

    def encode_tuple(value: Any) -> bytes:
        if len(value) != len(to_bytes):
            raise MalformedError(f"a tuple of {len(value)} stands where one of {len(to_bytes)} should")
        return encode_list([encode_part(part) for encode_part, part in zip(to_bytes, value, strict=True)])

    def decode_record(item: Any, name: str) -> Any:
        if type(item) is not list or len(item) != len(from_items):
            raise MalformedError(f"{name} is not a list of {len(from_items)} fields: {', '.join(names)}")
        parts = [from_item(part, f"{name}.{field}") for part, (from_item, field) in zip(item, from_items, strict=True)]
        return tuple(parts) if is_tuple else kind(*parts)

    return encode_tuple if is_tuple else encode_record, decode_record
