"""Distinguished names: whom a certificate speaks of, and when two of them are the same (RFC 5280, sections 4.1.2.4 and 7.1).

A name is a list of small sets of attributes: country, organisation, unit, common name. One authority writes "Good CA", another
"GOOD  ca" in another alphabet's encoding, and a chain of certificates must still link. So names are compared by what they say:
case, repeated blanks and the kind of string do not count, the order of the sets does.

Simplifications: of the string preparation of RFC 4518 the parts that matter here: Unicode's compatibility form, case and blanks.
Attributes that are not text are compared byte by byte.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from minichain.crypto.der import SEQUENCE, Reader, decode_sequence, encode_element, encode_object_identifier, encode_sequence
from minichain.crypto.errors import InvalidEncodingError
from minichain.identity.asn1 import IA5_STRING, PRINTABLE_STRING, SET, UTF8_STRING, read_any
from minichain.identity.errors import MalformedError, reading

COUNTRY: Final = "2.5.4.6"
ORGANISATION: Final = "2.5.4.10"
UNIT: Final = "2.5.4.11"
COMMON_NAME: Final = "2.5.4.3"

SHORT_NAMES: Final = {
    COUNTRY: "C",
    ORGANISATION: "O",
    UNIT: "OU",
    COMMON_NAME: "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.12": "title",
    "2.5.4.42": "GN",
    "2.5.4.43": "initials",
    "2.5.4.44": "generationQualifier",
    "2.5.4.46": "dnQualifier",
    "2.5.4.65": "pseudonym",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
}
"""How RFC 4514, RFC 4519 and OpenSSL abbreviate the types of attributes."""

TEXT_ENCODINGS: Final = {
    UTF8_STRING: "utf-8",
    0x12: "ascii",  # NumericString
    PRINTABLE_STRING: "ascii",
    0x14: "latin-1",  # TeletexString, as it is used
    IA5_STRING: "ascii",
    0x1C: "utf-32-be",  # UniversalString
    0x1E: "utf-16-be",  # BMPString
}

MOST_ATTRIBUTES: Final = 64
LONGEST_VALUE: Final = 1024


@dataclass(frozen=True)
class Attribute:
    """One statement of a name: `type` is an object identifier; `value` is text or, of what is no text, # and its bytes."""

    type: str
    value: str


@dataclass(frozen=True)
class Name:
    """A distinguished name. Two are equal if RFC 5280 section 7.1 calls them so, however they are written."""

    canonical: tuple[frozenset[tuple[str, str]], ...] = field(repr=False)
    """For each set the types with their values as they are compared."""
    attributes: tuple[Attribute, ...] = field(compare=False)
    """As they are written, in order."""
    encoded: bytes = field(compare=False, repr=False)

    def __str__(self) -> str:
        return ", ".join(f"{SHORT_NAMES.get(each.type, each.type)}={each.value}" for each in self.attributes) or "(empty)"

    def get_values(self, kind: str) -> tuple[str, ...]:
        """Return the values of all attributes of this type."""
        return tuple(each.value for each in self.attributes if each.type == kind)


def get_only_value(name: Name, kind: str) -> str:
    """Return the value of the attribute of this type, of which there must be exactly one.

    Two would let a reader who takes the first and one who takes the last see different organisations in one certificate.
    """
    values = name.get_values(kind)
    if len(values) != 1:
        raise MalformedError(SHORT_NAMES[kind], f"a member's name has one such attribute, not {len(values)}: {name}")
    return values[0]


def prepare(text: str) -> str:
    """Return what of a value counts when it is compared (RFC 4518, abridged).

    >>> prepare(" GOOD   ca ") == prepare("Good CA")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", text.casefold()).casefold().split())


def make_name(attributes: Iterable[tuple[str, str]]) -> Name:
    """Return the name with these attributes (type, value), each in a set of its own.

    >>> str(make_name([(COUNTRY, "CN"), (ORGANISATION, "org1"), (COMMON_NAME, "ca.org1")]))
    'C=CN, O=org1, CN=ca.org1'
    """
    sets = []
    for kind, value in attributes:
        tag = PRINTABLE_STRING if kind == COUNTRY else UTF8_STRING  # what RFC 5280, appendix A.1 asks for
        text = encode_element(tag, value.encode())
        sets.append(encode_element(SET, encode_sequence(encode_object_identifier(kind), text)))
    return decode_name(encode_sequence(*sets))


@lru_cache(maxsize=1024)
def decode_name(encoded: bytes) -> Name:
    """Return the name that is written here."""
    reader = decode_sequence(encoded)
    canonical: list[frozenset[tuple[str, str]]] = []
    attributes: list[Attribute] = []
    while not reader.has_ended():
        members = read_set(reader)
        attributes.extend(Attribute(kind, value) for kind, value, _ in members)
        canonical.append(frozenset((kind, key) for kind, _, key in members))
        if len(attributes) > MOST_ATTRIBUTES:
            raise InvalidEncodingError(f"a name has at most {MOST_ATTRIBUTES} attributes here")
    return Name(tuple(canonical), tuple(attributes), encoded)


def read_set(reader: Reader) -> Sequence[tuple[str, str, str]]:
    """Return the attributes of the next set, at least one: type, value, and the value as it is compared."""
    elements = Reader(reader.read_element(SET))
    members: list[tuple[str, str, str]] = []
    while not members or not elements.has_ended():
        attribute = Reader(elements.read_element(SEQUENCE))
        kind = attribute.read_object_identifier()
        with reading(SHORT_NAMES.get(kind, kind)):
            tag, content = read_any(attribute)
            attribute.validate_end()
            members.append((kind, *decode_value(tag, content)))
    return members


def decode_value(tag: int, content: bytes) -> tuple[str, str]:
    """Return the value of an attribute, and what of it counts when it is compared."""
    if len(content) > LONGEST_VALUE:
        raise InvalidEncodingError(f"an attribute of a name has at most {LONGEST_VALUE} bytes here, not {len(content)}")
    encoding = TEXT_ENCODINGS.get(tag)
    if encoding is None:
        shown = f"#{tag:02x}{content.hex()}"
        return shown, shown
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise InvalidEncodingError(f"an attribute of a name is not the {encoding} that its tag {tag:#04x} says") from None
    # A zero byte in a name once made browsers read bank.example\0.evil.example as the bank (2009).
    if not text or not text.isprintable():
        raise InvalidEncodingError(f"an attribute of a name is printable text, not {text[:40]!r}")
    return text, prepare(text)
