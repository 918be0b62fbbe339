"""Extensions: what a certificate says of its key beyond whose it is (RFC 5280, section 4.2).

Each has a name, a flag and some bytes. "Critical" means: whoever does not understand this must refuse the certificate (section
4.2), so that a newer rule cannot be missed by older software. What is not critical and not known here is passed over.

Simplifications: of the standard's extensions those that decide on a permissioned chain. Name constraints and certificate policies
are not interpreted: where an authority marks them critical, its certificates are refused.
"""

from dataclasses import dataclass
from enum import IntEnum
from ipaddress import ip_address
from typing import Final

from minichain.crypto.der import (
    BIT_STRING,
    INTEGER,
    OCTET_STRING,
    SEQUENCE,
    Reader,
    encode_element,
    encode_integer,
    encode_object_identifier,
    encode_sequence,
)
from minichain.crypto.errors import InvalidEncodingError
from minichain.identity.asn1 import (
    BOOLEAN,
    TRUE,
    decode_named_bits,
    encode_named_bits,
    get_tagged,
    read_any,
    read_flag,
    read_optional,
)
from minichain.identity.errors import MalformedError, reading

BASIC_CONSTRAINTS: Final = "2.5.29.19"
KEY_USAGE: Final = "2.5.29.15"
EXTENDED_KEY_USAGE: Final = "2.5.29.37"
SUBJECT_KEY_ID: Final = "2.5.29.14"
AUTHORITY_KEY_ID: Final = "2.5.29.35"
SUBJECT_ALTERNATIVE_NAMES: Final = "2.5.29.17"

NAMES: Final = {
    BASIC_CONSTRAINTS: "basicConstraints",
    KEY_USAGE: "keyUsage",
    EXTENDED_KEY_USAGE: "extKeyUsage",
    SUBJECT_KEY_ID: "subjectKeyIdentifier",
    AUTHORITY_KEY_ID: "authorityKeyIdentifier",
    SUBJECT_ALTERNATIVE_NAMES: "subjectAltName",
}
"""The extensions that are understood here."""

SERVER_AUTHENTICATION: Final = "1.3.6.1.5.5.7.3.1"
CLIENT_AUTHENTICATION: Final = "1.3.6.1.5.5.7.3.2"
PURPOSES: Final = {SERVER_AUTHENTICATION: "TLS server", CLIENT_AUTHENTICATION: "TLS client"}

MOST_EXTENSIONS: Final = 64


class KeyUsage(IntEnum):
    """What a key is for (section 4.2.1.3). The numbers are those of the bits."""

    DIGITAL_SIGNATURE = 0
    CONTENT_COMMITMENT = 1
    KEY_ENCIPHERMENT = 2
    DATA_ENCIPHERMENT = 3
    KEY_AGREEMENT = 4
    KEY_CERT_SIGN = 5
    CRL_SIGN = 6
    ENCIPHER_ONLY = 7
    DECIPHER_ONLY = 8


@dataclass(frozen=True)
class Extension:
    """An extension as it is written."""

    oid: str
    is_critical: bool
    value: bytes

    @property
    def name(self) -> str:
        """What the standard calls it, or its numbers."""
        return NAMES.get(self.oid, self.oid)


@dataclass(frozen=True)
class BasicConstraints:
    """Whether the key may sign certificates, and how many authorities may follow below this one (section 4.2.1.9)."""

    is_authority: bool
    path_length: int | None = None
    """None: any number."""


@dataclass(frozen=True)
class Extensions:
    """What the extensions of a certificate say; None where there is no such extension."""

    basic_constraints: BasicConstraints | None = None
    key_usage: frozenset[KeyUsage] | None = None
    purposes: tuple[str, ...] | None = None
    """The object identifiers of the extended key usage."""
    subject_key_id: bytes | None = None
    authority_key_id: bytes | None = None
    alternative_names: tuple[str, ...] = ()
    """Host names and addresses; kinds of names that are not for TLS are left out."""
    unknown_critical: tuple[str, ...] = ()
    """Critical extensions that are not understood here."""


# Reading


def read_extensions(reader: Reader) -> tuple[Extension, ...]:
    """Return the extensions in the next element, a SEQUENCE of them; none may be there twice."""
    elements = Reader(reader.read_element(SEQUENCE))
    found: dict[str, Extension] = {}
    while not found or not elements.has_ended():
        element = Reader(elements.read_element(SEQUENCE))
        oid = element.read_object_identifier()
        with reading(NAMES.get(oid, oid)):
            extension = Extension(oid, read_flag(element), element.read_element(OCTET_STRING))
            element.validate_end()
        if oid in found:  # whoever reads the first and whoever reads the last would see two different certificates
            raise MalformedError(extension.name, "is there twice")
        found[oid] = extension
        if len(found) > MOST_EXTENSIONS:
            raise InvalidEncodingError(f"there are at most {MOST_EXTENSIONS} extensions here")
    return tuple(found.values())


def decode_extensions(extensions: tuple[Extension, ...]) -> Extensions:
    """Return what a certificate's extensions say."""
    values = {each.oid: each for each in extensions}

    def get_reader(oid: str) -> Reader | None:
        return Reader(values[oid].value) if oid in values else None

    with reading("basicConstraints"):
        basic_constraints = decode_basic_constraints(get_reader(BASIC_CONSTRAINTS))
    with reading("keyUsage"):
        key_usage = decode_key_usage(get_reader(KEY_USAGE))
    with reading("extKeyUsage"):
        purposes = decode_purposes(get_reader(EXTENDED_KEY_USAGE))
    with reading("subjectKeyIdentifier"):
        subject_key_id = decode_subject_key_id(get_reader(SUBJECT_KEY_ID))
    with reading("authorityKeyIdentifier"):
        authority_key_id = decode_authority_key_id(get_reader(AUTHORITY_KEY_ID))
    with reading("subjectAltName"):
        alternative_names = decode_alternative_names(get_reader(SUBJECT_ALTERNATIVE_NAMES))
    unknown = tuple(each.oid for each in extensions if each.is_critical and each.oid not in NAMES)
    return Extensions(basic_constraints, key_usage, purposes, subject_key_id, authority_key_id, alternative_names, unknown)


def decode_basic_constraints(reader: Reader | None) -> BasicConstraints | None:
    """Section 4.2.1.9: SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }."""
    if reader is None:
        return None
    content = Reader(reader.read_element(SEQUENCE))
    reader.validate_end()
    is_authority = read_flag(content)
    path_length = content.read_integer() if content.is_next(INTEGER) else None
    content.validate_end()
    if path_length is not None and not is_authority:
        raise InvalidEncodingError("a path length is only for an authority")
    return BasicConstraints(is_authority, path_length)


def decode_key_usage(reader: Reader | None) -> frozenset[KeyUsage] | None:
    """Section 4.2.1.3: a BIT STRING with at least one bit set."""
    if reader is None:
        return None
    positions = decode_named_bits(reader.read_element(BIT_STRING))
    reader.validate_end()
    if not positions or max(positions) > max(KeyUsage):
        raise InvalidEncodingError(f"a key is for at least one of nine uses, not for {sorted(positions)}")
    return frozenset(KeyUsage(position) for position in positions)


def decode_purposes(reader: Reader | None) -> tuple[str, ...] | None:
    """Section 4.2.1.12: a SEQUENCE of at least one object identifier."""
    if reader is None:
        return None
    content = Reader(reader.read_element(SEQUENCE))
    reader.validate_end()
    purposes = [content.read_object_identifier()]
    while not content.has_ended():
        purposes.append(content.read_object_identifier())
    return tuple(purposes)


def decode_subject_key_id(reader: Reader | None) -> bytes | None:
    """Section 4.2.1.2: an OCTET STRING, the key's short name."""
    if reader is None:
        return None
    key_id = reader.read_element(OCTET_STRING)
    reader.validate_end()
    return key_id


def decode_authority_key_id(reader: Reader | None) -> bytes | None:
    """Section 4.2.1.1: the short name of the issuer's key; the issuer's own issuer and serial number, if told, are passed over."""
    if reader is None:
        return None
    content = Reader(reader.read_element(SEQUENCE))
    reader.validate_end()
    key_id = read_optional(content, get_tagged(0, is_constructed=False))
    while not content.has_ended():
        read_any(content)
    return key_id


def decode_alternative_names(reader: Reader | None) -> tuple[str, ...]:
    """Section 4.2.1.6: host names [2] and addresses [7]."""
    if reader is None:
        return ()
    content = Reader(reader.read_element(SEQUENCE))
    reader.validate_end()
    names = []
    while not content.has_ended():
        tag, value = read_any(content)
        if tag == get_tagged(2, is_constructed=False):
            if not value.isascii() or not value.decode("ascii").isprintable():
                raise InvalidEncodingError(f"a host name is printable ASCII, not {value[:40]!r}")
            names.append(value.decode("ascii"))
        elif tag == get_tagged(7, is_constructed=False):
            if len(value) not in (4, 16):
                raise InvalidEncodingError(f"an address has 4 or 16 bytes, not {len(value)}")
            names.append(str(ip_address(value)))
    return tuple(names)


# Writing


def encode_extension(oid: str, value: bytes, *, is_critical: bool = False) -> bytes:
    """Return an extension with this value."""
    flag = encode_element(BOOLEAN, TRUE) if is_critical else b""
    return encode_sequence(encode_object_identifier(oid), flag, encode_element(OCTET_STRING, value))


def encode_basic_constraints(constraints: BasicConstraints) -> bytes:
    """Return the extension, critical as section 4.2.1.9 asks of authorities."""
    parts = [encode_element(BOOLEAN, TRUE)] if constraints.is_authority else []
    if constraints.path_length is not None:
        parts.append(encode_integer(constraints.path_length))
    return encode_extension(BASIC_CONSTRAINTS, encode_sequence(*parts), is_critical=True)


def encode_key_usage(*uses: KeyUsage) -> bytes:
    """Return the extension, critical as section 4.2.1.3 recommends."""
    return encode_extension(KEY_USAGE, encode_named_bits(frozenset(map(int, uses))), is_critical=True)


def encode_purposes(*purposes: str) -> bytes:
    """Return the extension with these object identifiers."""
    return encode_extension(EXTENDED_KEY_USAGE, encode_sequence(*map(encode_object_identifier, purposes)))


def encode_subject_key_id(key_id: bytes) -> bytes:
    """Return the extension with this key identifier."""
    return encode_extension(SUBJECT_KEY_ID, encode_element(OCTET_STRING, key_id))


def encode_authority_key_id(key_id: bytes) -> bytes:
    """Return the extension with the issuer's key identifier."""
    return encode_extension(AUTHORITY_KEY_ID, encode_sequence(encode_element(get_tagged(0, is_constructed=False), key_id)))


def encode_alternative_names(names: tuple[str, ...]) -> bytes:
    """Return the extension with these host names and addresses."""
    return encode_extension(SUBJECT_ALTERNATIVE_NAMES, encode_sequence(*map(encode_alternative_name, names)))


def encode_alternative_name(name: str) -> bytes:
    """Return a host name, or an address if it reads as one."""
    try:
        return encode_element(get_tagged(7, is_constructed=False), ip_address(name).packed)
    except ValueError:
        pass
    if not name or not name.isascii() or not name.isprintable() or " " in name:
        raise InvalidEncodingError(f"a host name is printable ASCII without blanks, not {name[:40]!r}")
    return encode_element(get_tagged(2, is_constructed=False), name.encode("ascii"))
