"""What values of contracts are made of besides the values of Python: records, the types that annotations name, and the bounds of all.

Simplifications: a type is looked at where a value enters or leaves a contract, and never inside of one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from minichain.ledger.errors import LedgerError, LimitError

INT_BOUND: Final = 1 << 256
"""Every int of a contract is smaller than this, and larger than its negative."""
KEY_BOUND: Final = 1 << 60
"""The same for an int that is a key of a dict: larger ones have equal hashes (modulo 2^61 - 1), which makes a dict as slow as a list."""
MAX_INT_KEYS: Final = 1000
"""A dict with so many entries takes no further int as a key. Everybody knows what an int is hashed to, and can choose ints such that each
look-up meets all the others; the hashes of texts and bytes are secret."""
MAX_NESTING: Final = 50
MAX_BYTES: Final = 1 << 20
"""The longest encoding; a value of the state may have as many bytes."""

Spend = Callable[[int], None]
"""Called before so many bytes are written; raises if nobody pays for them."""


class ValueFormatError(LedgerError):
    """A value is not of the type that it should be, or bytes are not the one spelling of a value."""


def spend_nothing(count: int) -> None:
    """Let somebody who is outside of a contract encode for free."""


@dataclass(frozen=True)
class Type:
    """What an annotation says: `list[int]` is Type("list", (Type("int"),)). `tuple[X, ...]` is called "row"."""

    name: str
    parts: tuple["Type", ...] = ()
    record: "RecordKind | None" = None

    def __str__(self) -> str:
        """Return the annotation."""
        if self.record is not None:
            return self.record.name
        if self.name == "optional":
            return f"{self.parts[0]} | None"
        inside = ", ".join(str(part) for part in self.parts) + (", ..." if self.name == "row" else "")
        return f"{'tuple' if self.name == 'row' else self.name}[{inside}]" if self.parts else self.name


@dataclass(frozen=True)
class RecordKind:
    """A class with `@record`. Two are the same if name and fields are."""

    name: str
    fields: tuple[str, ...]
    types: tuple[Type, ...] = field(default=(), compare=False)
    defaults: tuple[Any, ...] = field(default=(), compare=False)
    """Of the last fields: what they are where nothing was given, also in a record that was stored before they were added."""
    places: Mapping[str, int] = field(init=False, repr=False, compare=False)
    """Where the value of a field lies: to look through the fields would take longer the more there are."""

    def __post_init__(self) -> None:
        """Number the fields."""
        object.__setattr__(self, "places", {name: place for place, name in enumerate(self.fields)})


class Record:
    """A value with named fields, which never change. Contract code sees its fields through the engine, never as attributes of this."""

    __slots__ = ("kind", "values")

    def __init__(self, kind: RecordKind, values: tuple[Any, ...]) -> None:
        self.kind = kind
        self.values = values

    def __getattr__(self, name: str) -> Any:
        """Return a field: for whoever reads a result."""
        if name in Record.__slots__ or name not in self.kind.fields:
            raise AttributeError(name)
        return self.values[self.kind.fields.index(name)]

    def __eq__(self, other: object) -> bool:
        """Return whether both are the same record."""
        return isinstance(other, Record) and self.kind == other.kind and self.values == other.values

    def __hash__(self) -> int:
        """Return a hash, if the fields have one."""
        return hash((self.kind.name, self.values))

    def __repr__(self) -> str:
        """Return the call that makes it."""
        inside = ", ".join(f"{name}={value!r}" for name, value in zip(self.kind.fields, self.values, strict=True))
        return f"{self.kind.name}({inside})"


def describe(value: Any) -> str:
    """Return what a message calls the kind of a value.

    >>> describe(3), describe(None)
    ('int', 'None')
    """
    if isinstance(value, Record):
        return value.kind.name
    return "None" if value is None else type(value).__name__


@dataclass
class Writer:
    """Counts what is written, and stops it where it gets too long or nobody pays."""

    spend: Spend
    written: int = 0

    def count(self, size: int, depth: int) -> None:
        """Take note of bytes that are about to be written, so deep inside of a value."""
        if depth > MAX_NESTING:
            raise LimitError(f"a value is nested more than {MAX_NESTING} deep")
        self.written += size
        if self.written > MAX_BYTES:
            raise LimitError(f"a value has more than {MAX_BYTES} bytes")
        self.spend(size)


SIMPLE: Final[dict[str, type]] = {"bool": bool, "int": int, "str": str, "bytes": bytes, "None": type(None)}


def validate_simple(value: Any, name: str) -> None:
    """Raise ValueFormatError unless a value is of this simple type."""
    if type(value) is not SIMPLE[name]:
        raise ValueFormatError(f"{name} is wanted, and this is {describe(value)}")
    if isinstance(value, int) and not -INT_BOUND < value < INT_BOUND:
        raise ValueFormatError("the number is not below 2^256 in magnitude")


def validate_int_keys(keys: Iterable[Any], size: int) -> None:
    """Raise ValueFormatError if one of the keys is an int, and the dict with them is too large for that."""
    if size > MAX_INT_KEYS and any(isinstance(key, int) for key in keys):
        raise ValueFormatError(f"a dict takes an int as a key while it has fewer than {MAX_INT_KEYS}; take its text")


def encode_text(text: str) -> bytes:
    """Return the UTF-8 of a text."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValueFormatError("the text holds half a surrogate pair, which UTF-8 has no spelling for") from None
