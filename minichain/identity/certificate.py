"""A certificate: an authority's signed statement that this key belongs to that name (RFC 5280, section 4.1).

    Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue BIT STRING }

Reading one is strict: every length, flag and time has one spelling, nothing may be left over, and an error names the field. A
certificate that two programs read differently is how authorities have been tricked into vouching for names that they never saw.

Simplifications: reading checks the form; whether to believe it is decided in `paths`. Versions 1 and 2 are read, because old roots
have them, but cannot be authorities on a chain.
"""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

from minichain.crypto.der import INTEGER, SEQUENCE, Reader, decode_sequence
from minichain.crypto.errors import InvalidEncodingError
from minichain.crypto.keys import PublicKey
from minichain.identity.algorithms import PublicKeyInfo, decode_public_key_info, decode_signature_algorithm, get_public_key
from minichain.identity.asn1 import decode_signed, get_tagged, read_encoded, read_optional, read_time
from minichain.identity.errors import MalformedError, reading
from minichain.identity.extensions import Extension, Extensions, KeyUsage, decode_extensions, read_extensions
from minichain.identity.names import Name, decode_name

LARGEST: Final = 1 << 16
"""The bytes that a certificate may have here: a block holds many, from strangers."""
MOST_SERIAL_BYTES: Final = 20
"""Section 4.1.2.2."""


@dataclass(frozen=True)
class Certificate:
    """A certificate that is well formed. Two are equal if their bytes are."""

    encoded: bytes = field(repr=False)
    signed_part: bytes = field(compare=False, repr=False)
    """The tbsCertificate as it stands: what the signature covers."""
    version: int = field(compare=False)
    serial: int = field(compare=False)
    signature_algorithm: str = field(compare=False)
    issuer: Name = field(compare=False)
    not_before_ms: int = field(compare=False)
    not_after_ms: int = field(compare=False)
    """The last second of its life begins here."""
    subject: Name = field(compare=False)
    public_key_info: PublicKeyInfo = field(compare=False, repr=False)
    extensions: tuple[Extension, ...] = field(compare=False, repr=False)
    says: Extensions = field(compare=False, repr=False)
    """What the extensions say."""
    signature: bytes = field(compare=False, repr=False)

    @cached_property
    def public_key(self) -> PublicKey:
        """The key, if it is one that a chain computes with; otherwise UnsupportedKeyError."""
        return get_public_key(self.public_key_info)

    @property
    def is_self_issued(self) -> bool:
        """Whether issuer and subject are the same, as when an authority changes its key (section 3.2)."""
        return self.issuer == self.subject

    @property
    def is_authority(self) -> bool:
        """Whether it says that its key may sign certificates (section 4.2.1.9)."""
        constraints = self.says.basic_constraints
        return constraints is not None and constraints.is_authority

    def may(self, use: KeyUsage) -> bool:
        """Return whether its key is for this use; without the extension it is for all (section 4.2.1.3)."""
        return self.says.key_usage is None or use in self.says.key_usage

    def is_valid_at(self, time_ms: int) -> bool:
        """Return whether its validity period includes this time; both ends count, the last second whole (section 4.1.2.5)."""
        return self.not_before_ms <= time_ms < self.not_after_ms + 1000


@lru_cache(maxsize=1024)
def decode_certificate(encoded: bytes) -> Certificate:
    """Return the certificate that these bytes are, all of them; raise MalformedError, naming the field, if they are none."""
    with reading("certificate"):
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


def decode_signed_part(encoded: bytes, signed_part: bytes, outer_algorithm: bytes, signature: bytes) -> Certificate:
    """Return the certificate with this tbsCertificate, in the order of section 4.1."""
    reader = decode_sequence(signed_part)
    with reading("version"):
        version = decode_version(read_optional(reader, get_tagged(0)))
    with reading("serialNumber"):
        serial = decode_serial(reader.read_element(INTEGER))
    with reading("signature"):
        inner_algorithm = read_encoded(reader, SEQUENCE)
        algorithm = decode_signature_algorithm(inner_algorithm)
        if inner_algorithm != outer_algorithm:
            raise MalformedError("algorithm", "is not the one that is named outside of what is signed")
    with reading("issuer"):
        issuer = decode_name(read_encoded(reader, SEQUENCE))
        if not issuer.attributes:
            raise InvalidEncodingError("must not be empty")
    with reading("validity"):
        not_before_ms, not_after_ms = decode_validity(reader.read_element(SEQUENCE))
    with reading("subject"):
        subject = decode_name(read_encoded(reader, SEQUENCE))
    with reading("subjectPublicKeyInfo"):
        public_key_info = decode_public_key_info(read_encoded(reader, SEQUENCE))
    read_unique_ids(reader, version)
    with reading("extensions"):
        extensions = decode_wrapped_extensions(read_optional(reader, get_tagged(3)), version)
        says = decode_extensions(extensions)
    reader.validate_end()
    return Certificate(
        encoded,
        signed_part,
        version,
        serial,
        algorithm,
        issuer,
        not_before_ms,
        not_after_ms,
        subject,
        public_key_info,
        extensions,
        says,
        signature,
    )


def decode_version(content: bytes | None) -> int:
    """Section 4.1.2.1: 1 if it is left out, as DER then demands."""
    if content is None:
        return 1
    reader = Reader(content)
    number = reader.read_integer()
    reader.validate_end()
    if number not in (1, 2):
        raise InvalidEncodingError(f"the number of a version is 1 (version 2) or 2 (version 3), or left out (version 1), not {number}")
    return number + 1


def decode_serial(content: bytes) -> int:
    """Section 4.1.2.2: should be above 0, but authorities have issued others, and users "should be prepared" to see them."""
    if len(content) > MOST_SERIAL_BYTES + 1:  # one zero byte may go before 20 others
        raise InvalidEncodingError(f"has at most {MOST_SERIAL_BYTES} bytes, not {len(content)}")
    return decode_signed(content)


def decode_validity(content: bytes) -> tuple[int, int]:
    """Section 4.1.2.5."""
    reader = Reader(content)
    with reading("notBefore"):
        not_before_ms = read_time(reader)
    with reading("notAfter"):
        not_after_ms = read_time(reader)
    reader.validate_end()
    return not_before_ms, not_after_ms


def read_unique_ids(reader: Reader, version: int) -> None:
    """Section 4.1.2.8: two obsolete fields of versions 2 and 3, which are passed over."""
    for number, field_name in ((1, "issuerUniqueID"), (2, "subjectUniqueID")):
        with reading(field_name):
            if read_optional(reader, get_tagged(number, is_constructed=False)) is not None and version == 1:
                raise InvalidEncodingError("is not in version 1")


def decode_wrapped_extensions(content: bytes | None, version: int) -> tuple[Extension, ...]:
    """Section 4.1.2.9: only in version 3."""
    if content is None:
        return ()
    if version != 3:
        raise InvalidEncodingError(f"are only in version 3, not in version {version}")
    reader = Reader(content)
    extensions = read_extensions(reader)
    reader.validate_end()
    return extensions
