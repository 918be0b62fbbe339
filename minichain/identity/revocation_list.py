"""A certificate revocation list: an authority's signed statement of which of its certificates no longer count (RFC 5280, section 5).

    CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue BIT STRING }

A list says when it was made and when the next one is due. Each entry has the certificate's serial number, a time and a reason. One
reason can be taken back: a certificate on hold may be absent from the next list.

Simplifications: complete lists, one for all certificates of their issuer. Lists of changes, lists for some reasons or in parts,
and lists by another issuer announce themselves by a critical extension and so are never used (section 5.2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from minichain.crypto.der import INTEGER, SEQUENCE, Reader, decode_sequence
from minichain.crypto.errors import InvalidEncodingError
from minichain.identity.algorithms import decode_signature_algorithm
from minichain.identity.asn1 import (
    ENUMERATED,
    GENERALIZED_TIME,
    UTC_TIME,
    get_tagged,
    read_encoded,
    read_optional,
    read_time,
)
from minichain.identity.certificate import decode_serial
from minichain.identity.errors import MalformedError, reading
from minichain.identity.extensions import AUTHORITY_KEY_ID, Extension, decode_authority_key_id, read_extensions
from minichain.identity.names import Name, decode_name

CRL_NUMBER: Final = "2.5.29.20"
REASON_CODE: Final = "2.5.29.21"
UNDERSTOOD: Final = {AUTHORITY_KEY_ID, CRL_NUMBER}
LARGEST: Final = 1 << 24
"""The bytes that a list may have here."""


class Reason(IntEnum):
    """Why a certificate was revoked (section 5.3.1). 7 was never given out."""

    UNSPECIFIED = 0
    KEY_COMPROMISE = 1
    CA_COMPROMISE = 2
    AFFILIATION_CHANGED = 3
    SUPERSEDED = 4
    CESSATION_OF_OPERATION = 5
    CERTIFICATE_HOLD = 6
    REMOVE_FROM_CRL = 8
    PRIVILEGE_WITHDRAWN = 9
    AA_COMPROMISE = 10


@dataclass(frozen=True)
class RevokedCertificate:
    """An entry of a list."""

    serial: int
    revoked_at_ms: int
    reason: Reason = Reason.UNSPECIFIED


@dataclass(frozen=True)
class RevocationList:
    """A revocation list that is well formed. Two are equal if their bytes are."""

    encoded: bytes = field(repr=False)
    signed_part: bytes = field(compare=False, repr=False)
    signature_algorithm: str = field(compare=False)
    issuer: Name = field(compare=False)
    this_update_ms: int = field(compare=False)
    next_update_ms: int | None = field(compare=False)
    entries: Mapping[int, RevokedCertificate] = field(compare=False, repr=False)
    """By serial number."""
    number: int | None = field(compare=False)
    """Counts the lists of an issuer upwards (section 5.2.3)."""
    authority_key_id: bytes | None = field(compare=False, repr=False)
    unknown_critical: tuple[str, ...] = field(compare=False, repr=False)
    """Critical extensions, of the list or an entry, that are not understood: the list must not be used."""
    signature: bytes = field(compare=False, repr=False)

    def is_current_at(self, time_ms: int) -> bool:
        """Return whether it had been made at this time, and the next one was not yet due."""
        return self.this_update_ms <= time_ms and (self.next_update_ms is None or time_ms < self.next_update_ms + 1000)


@lru_cache(maxsize=64)
def decode_revocation_list(encoded: bytes) -> RevocationList:
    """Return the list that these bytes are, all of them; raise MalformedError, naming the field, if they are none."""
    with reading("revocationList"):
        if len(encoded) > LARGEST:
            raise InvalidEncodingError(f"has {len(encoded)} bytes; at most {LARGEST} are read")
        outer = decode_sequence(encoded)
        signed_part = read_encoded(outer, SEQUENCE)
        with reading("signatureAlgorithm"):
            algorithm = read_encoded(outer, SEQUENCE)
            decode_signature_algorithm(algorithm)
        with reading("signatureValue"):
            signature = outer.read_bit_string()
        outer.validate_end()
        return decode_signed_part(encoded, signed_part, algorithm, signature)


def decode_signed_part(encoded: bytes, signed_part: bytes, outer_algorithm: bytes, signature: bytes) -> RevocationList:
    """Return the list with this tbsCertList, in the order of section 5.1."""
    reader = decode_sequence(signed_part)
    with reading("version"):
        version = read_version(reader)
    with reading("signature"):
        inner_algorithm = read_encoded(reader, SEQUENCE)
        algorithm = decode_signature_algorithm(inner_algorithm)
        if inner_algorithm != outer_algorithm:
            raise MalformedError("algorithm", "is not the one that is named outside of what is signed")
    with reading("issuer"):
        issuer = decode_name(read_encoded(reader, SEQUENCE))
    with reading("thisUpdate"):
        this_update_ms = read_time(reader)
    with reading("nextUpdate"):
        next_update_ms = read_time(reader) if reader.is_next(UTC_TIME) or reader.is_next(GENERALIZED_TIME) else None
    unknown: list[str] = []
    with reading("revokedCertificates"):
        entries = read_entries(reader, version, unknown)
    with reading("crlExtensions"):
        extensions = read_list_extensions(reader, version)
        reader.validate_end()
        number, authority_key_id = decode_list_extensions(extensions, unknown)
    return RevocationList(
        encoded,
        signed_part,
        algorithm,
        issuer,
        this_update_ms,
        next_update_ms,
        MappingProxyType(entries),
        number,
        authority_key_id,
        tuple(unknown),
        signature,
    )


def read_version(reader: Reader) -> int:
    """Section 5.1.2.1: 1 if it is left out."""
    if not reader.is_next(INTEGER):
        return 1
    number = reader.read_integer()
    if number != 1:
        raise InvalidEncodingError(f"the number of a version is 1 (version 2), or left out (version 1), not {number}")
    return 2


def read_entries(reader: Reader, version: int, unknown: list[str]) -> dict[int, RevokedCertificate]:
    """Section 5.1.2.6: left out if nothing is revoked. Adds critical extensions that are not understood to `unknown`."""
    content = read_optional(reader, SEQUENCE)
    entries: dict[int, RevokedCertificate] = {}
    if content is None:
        return entries
    elements = Reader(content)
    while not entries or not elements.has_ended():
        entry = read_entry(Reader(elements.read_element(SEQUENCE)), version, unknown)
        if entry.serial in entries:
            raise MalformedError("userCertificate", f"{entry.serial:x} is there twice")
        entries[entry.serial] = entry
    return entries


def read_entry(reader: Reader, version: int, unknown: list[str]) -> RevokedCertificate:
    """One revoked certificate, with the extensions of section 5.3."""
    with reading("userCertificate"):
        serial = decode_serial(reader.read_element(INTEGER))
    with reading("revocationDate"):
        revoked_at_ms = read_time(reader)
    reason = Reason.UNSPECIFIED
    with reading("crlEntryExtensions"):
        if not reader.has_ended():
            validate_version_2(version)
            for extension in read_extensions(reader):
                if extension.oid == REASON_CODE:
                    with reading("reasonCode"):
                        reason = decode_reason(extension.value)
                elif extension.is_critical:
                    unknown.append(extension.oid)
        reader.validate_end()
    return RevokedCertificate(serial, revoked_at_ms, reason)


def decode_reason(value: bytes) -> Reason:
    """Section 5.3.1. What was removed from a list is only told in lists of changes."""
    reader = Reader(value)
    content = reader.read_element(ENUMERATED)
    reader.validate_end()
    number = content[0] if len(content) == 1 else -1
    if number == Reason.REMOVE_FROM_CRL or number not in set(Reason):
        raise InvalidEncodingError(f"{content.hex() or 'nothing'} is not the number of a reason in a complete list")
    return Reason(number)


def read_list_extensions(reader: Reader, version: int) -> tuple[Extension, ...]:
    """Section 5.1.2.7."""
    content = read_optional(reader, get_tagged(0))
    if content is None:
        return ()
    validate_version_2(version)
    wrapped = Reader(content)
    extensions = read_extensions(wrapped)
    wrapped.validate_end()
    return extensions


def validate_version_2(version: int) -> None:
    """Raise InvalidEncodingError if a list of this version cannot have extensions."""
    if version != 2:
        raise InvalidEncodingError(f"are only in version 2, not in version {version}")


def decode_list_extensions(extensions: tuple[Extension, ...], unknown: list[str]) -> tuple[int | None, bytes | None]:
    """Return number and issuer's key identifier (section 5.2); add what is critical and not understood to `unknown`."""
    values = {each.oid: each.value for each in extensions}
    with reading("authorityKeyIdentifier"):
        authority_key_id = decode_authority_key_id(Reader(values[AUTHORITY_KEY_ID]) if AUTHORITY_KEY_ID in values else None)
    number = None
    with reading("cRLNumber"):
        if CRL_NUMBER in values:
            reader = Reader(values[CRL_NUMBER])
            number = reader.read_integer()
            reader.validate_end()
    unknown.extend(each.oid for each in extensions if each.is_critical and each.oid not in UNDERSTOOD)
    return number, authority_key_id
