r"""The values of contracts, and the bytes that they travel and are kept as.

A contract computes with None, bool, int (below 2^256 in magnitude), str, bytes, tuple, list, dict and records. They leave it in two ways.

*By annotation*: parameters and results. Whoever calls knows what the method takes, so the simple values look as a person writes them, and
the rest is JSON in one spelling (names sorted, no blanks, bytes in hexadecimal, records by field, None is null).

    str  UTF-8          bytes  as they are      int  decimal      bool  true, false      None  nothing      X | None  nothing, or X
    list, tuple, dict, record                                                            JSON

*By themselves*: the state and events. Each value begins with a letter that tells its kind, and lengths have four bytes.

Both have exactly one spelling for each value: nodes compare bytes, and whoever finds a second spelling has found a second hash. Decoding
refuses every other one. A dict is sorted by the bytes of its keys, because two equal ones must not differ.

>>> encode_parameters({"to": "Bob", "amount": 3})
(('amount', b'3'), ('to', b'Bob'))
>>> encode_value((1, "a"))
b't\x00\x00\x00\x02i+\x00\x00\x00\x01\x01s\x00\x00\x00\x01a'
>>> decode_value(encode_value({"b": [None], "a": True}))
{'a': True, 'b': [None]}

What an attacker would try: a list that holds another twice, which holds another twice, and so on, is small in memory and endless in bytes.
So bytes are paid for (`spend`) while they are written, and nesting is bounded.

Simplifications: a number in JSON is written out, and a reader in JavaScript loses what lies beyond 2^53. The formats have no version.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from minichain.contracts.kinds import (
    INT_BOUND,
    KEY_BOUND,
    MAX_NESTING,
    SIMPLE,
    Record,
    RecordKind,
    Spend,
    Type,
    ValueFormatError,
    Writer,
    describe,
    encode_text,
    spend_nothing,
    validate_int_keys,
    validate_simple,
)
from minichain.contracts.stored import decode_key, decode_value, encode_key, encode_value
from minichain.ledger.transaction import sort_parameters

if TYPE_CHECKING:
    from minichain.contracts.python.engine import Program

__all__ = [
    "Record",
    "RecordKind",
    "Type",
    "ValueFormatError",
    "decode_key",
    "decode_result",
    "decode_typed",
    "decode_value",
    "describe",
    "encode_key",
    "encode_parameters",
    "encode_typed",
    "encode_value",
]

# By annotation: to bytes


def encode_typed(value: Any, kind: Type | None, spend: Spend = spend_nothing) -> bytes:
    """Return the bytes of a parameter or a result. Without a type, the value is taken for what it is."""
    if value is None and (kind is None or kind.name in ("None", "optional")):
        return b""
    if kind is not None and kind.name == "optional":
        kind = kind.parts[0]
    writer = Writer(spend)
    name = describe(value) if kind is None else kind.name
    if name not in SIMPLE:
        plain = make_plain(value, kind, writer, 0)
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    validate_simple(value, name)
    if name == "bool":
        return b"true" if value else b"false"
    if name == "int":
        return str(value).encode()
    writer.count(len(value), 0)
    return encode_text(value) if name == "str" else bytes(value)


def make_plain(value: Any, kind: Type | None, writer: Writer, depth: int) -> Any:
    """Return the value as JSON has it, once it is known to be of its type."""
    name = describe(value) if kind is None else kind.name
    if name == "optional" and kind is not None:
        return None if value is None else make_plain(value, kind.parts[0], writer, depth)
    if name in SIMPLE:
        validate_simple(value, name)
        writer.count(2 + (2 * len(value) if name in ("str", "bytes") else 0), depth)
        if name == "str":
            encode_text(value)
        return value.hex() if name == "bytes" else value
    writer.count(2, depth)
    if isinstance(value, Record) and (kind is None or kind.record == value.kind):
        return make_plain_record(value, kind, writer, depth + 1)
    if type(value) is dict and name == "dict":
        types = (None, None) if kind is None else kind.parts
        plain = {make_name(key, types[0], writer, depth): make_plain(item, types[1], writer, depth + 1) for key, item in value.items()}
        if len(plain) < len(value):
            raise ValueFormatError("two keys of a dict that leaves the contract are the same as text")
        return plain
    parts = get_part_types(value, kind, name)
    return [make_plain(item, part, writer, depth + 1) for item, part in zip(value, parts, strict=True)]


def make_plain_record(value: Record, kind: Type | None, writer: Writer, depth: int) -> Any:
    """Return a record as an object with its fields; they have the types of the annotation, if there is one."""
    types = value.kind.types if kind is not None and kind.record is not None else [None] * len(value.values)
    return {name: make_plain(item, part, writer, depth) for name, item, part in zip(value.kind.fields, value.values, types, strict=True)}


def get_part_types(value: Any, kind: Type | None, name: str) -> "Sequence[Type | None]":
    """Return the types of the items of a list or a tuple."""
    if type(value) not in (list, tuple) or name not in (("row", "tuple") if type(value) is tuple else ("list",)):
        raise ValueFormatError(f"{name if kind is None else kind} is wanted, and this is {describe(value)}")
    if kind is None:
        return [None] * len(value)
    if name == "tuple":
        if len(kind.parts) != len(value):
            raise ValueFormatError(f"{kind} is wanted, and this is a tuple of {len(value)}")
        return list(kind.parts)
    return [kind.parts[0]] * len(value)


def make_name(key: Any, kind: Type | None, writer: Writer, depth: int) -> str:
    """Return the key of a dict as JSON has it, which knows only text."""
    name = describe(key) if kind is None else kind.name
    if name not in ("str", "int", "bytes"):
        raise ValueFormatError(f"a key of a dict that leaves the contract is str, int or bytes, not {name}")
    plain = make_plain(key, Type(name), writer, depth + 1)
    return plain if isinstance(plain, str) else str(plain)


def encode_parameters(parameters: Mapping[str, Any]) -> tuple[tuple[str, bytes], ...]:
    """Return the parameters of a payload, each value being taken for what it is."""
    return sort_parameters({name: encode_typed(value, None) for name, value in parameters.items()})


# By annotation: from bytes

NUMBER: Final = re.compile(r"0|-?[1-9][0-9]{0,77}")
BRACKETS: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[][{}]', re.DOTALL)
"""A text that does not end goes to the end, so that nothing is looked at twice."""


def decode_typed(data: bytes, kind: Type) -> Any:
    """Return the value of this type that the bytes spell, or raise ValueFormatError."""
    if kind.name == "optional":
        return None if data == b"" else decode_typed(data, kind.parts[0])
    if kind.name == "bytes":
        return data
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise ValueFormatError(f"{kind} is UTF-8, and these bytes are not") from None
    if kind.name == "str":
        return text
    if kind.name == "int":
        return parse_int(text)
    for value, spelling in ((None, "") if kind.name == "None" else (True, "true"), (False, "false")):
        if kind.name in ("None", "bool") and text == spelling and describe(value) == kind.name:
            return value
    if kind.name in SIMPLE:
        raise ValueFormatError(f"{text[:40]!r} is no {kind}")
    value = read_plain(parse_json(text), kind)
    if encode_typed(value, kind) != data:
        raise ValueFormatError(f"this is not the one spelling of {kind}: names are sorted, no blanks, hexadecimal digits small")
    return value


def parse_int(text: str) -> int:
    """Return the number that a text spells in decimal digits, without leading zeros."""
    number = int(text) if NUMBER.fullmatch(text) else INT_BOUND
    if not -INT_BOUND < number < INT_BOUND:
        raise ValueFormatError(f"{text[:40]!r} is no whole number below 2^256 in its shortest spelling")
    return number


def parse_json(text: str) -> Any:
    """Return what JSON spells; without fractions, and not nested too deep for the parser."""
    depth = 0
    for bracket in BRACKETS.findall(text):
        depth += (bracket in "[{") - (bracket in "]}")
        if depth > MAX_NESTING + 1:
            raise ValueFormatError(f"a value is nested more than {MAX_NESTING} deep")

    def refuse(text: str) -> Any:
        raise ValueFormatError(f"{text[:40]!r} is no whole number")

    try:
        return json.loads(text, parse_float=refuse, parse_int=parse_int, parse_constant=refuse)
    except json.JSONDecodeError:
        raise ValueFormatError("this is not JSON") from None


def read_plain(plain: Any, kind: Type) -> Any:
    """Return the value of this type that a value of JSON stands for."""
    if kind.name == "optional":
        return None if plain is None else read_plain(plain, kind.parts[0])
    if kind.name == "bytes" and type(plain) is str:
        return parse_hex(plain)
    if kind.name in SIMPLE:
        validate_simple(plain, kind.name)
        return plain
    if kind.record is not None and type(plain) is dict:
        if plain.keys() != set(kind.record.fields):
            raise ValueFormatError(f"{kind} has the fields {', '.join(kind.record.fields)}")
        return Record(
            kind.record, tuple(read_plain(plain[name], part) for name, part in zip(kind.record.fields, kind.record.types, strict=True))
        )
    if kind.name == "dict" and type(plain) is dict:
        names = [read_name(name, kind.parts[0]) for name in plain]
        validate_int_keys(names, len(names))
        return {name: read_plain(item, kind.parts[1]) for name, item in zip(names, plain.values(), strict=True)}
    if kind.name in ("list", "row", "tuple") and type(plain) is list:
        items = plain if kind.name == "list" else tuple(plain)
        read = [
            read_plain(item, part) for item, part in zip(plain, get_part_types(items, kind, kind.name), strict=True) if part is not None
        ]
        return read if kind.name == "list" else tuple(read)
    raise ValueFormatError(f"{kind} is wanted, and this is something else")


def read_name(name: str, kind: Type) -> Any:
    """Return the key of a dict that a name in JSON stands for."""
    if kind.name == "int":
        number = parse_int(name)
        if not -KEY_BOUND < number < KEY_BOUND:
            raise ValueFormatError("an int that is a key of a dict is below 2^60 in magnitude")
        return number
    return parse_hex(name) if kind.name == "bytes" else name


def parse_hex(text: str) -> bytes:
    """Return the bytes that hexadecimal digits spell."""
    if not re.fullmatch("(?:[0-9a-f]{2})*", text):
        raise ValueFormatError(f"{text[:40]!r} is not bytes in small hexadecimal digits")
    return bytes.fromhex(text)


def decode_result(program: "Program | str", method: str, data: bytes) -> Any:
    """Return what a method gave back. The contract is named by its source, or as it was compiled."""
    from minichain.contracts.python.engine import load_program

    found = (load_program(program) if isinstance(program, str) else program).methods.get(method)
    if found is None:
        raise ValueFormatError(f"the contract has no method {method!r}")
    return decode_typed(data, found.result)
