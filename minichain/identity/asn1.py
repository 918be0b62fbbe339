"""What certificates are written in besides `minichain.crypto.der`: times, flags and optional parts.

ASN.1 (ITU-T X.680) describes a certificate, DER (ITU-T X.690, 2021, clauses 8, 10 and 11) writes it down. RFC 5280 narrows the
times (section 4.1.2.5): UTC, with seconds, without fractions of one.

Simplifications: tags up to 30, because certificates have no others.
"""

from datetime import UTC, datetime
from typing import Final

from minichain.crypto.der import BIT_STRING, Reader, encode_bit_string, encode_element
from minichain.crypto.errors import InvalidEncodingError

BOOLEAN: Final = 0x01
ENUMERATED: Final = 0x0A
UTF8_STRING: Final = 0x0C
PRINTABLE_STRING: Final = 0x13
IA5_STRING: Final = 0x16
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18
SET: Final = 0x31

TRUE: Final = b"\xff"


def get_tagged(number: int, *, is_constructed: bool = True) -> int:
    """Return the tag that a standard writes [number]: constructed if it holds other elements (clause 8.1.2)."""
    return (0xA0 if is_constructed else 0x80) | number


# Reading what may or may not be there


def read_optional(reader: Reader, tag: int) -> bytes | None:
    """Return the content of the next element if it has this tag; otherwise read nothing and return None."""
    return reader.read_element(tag) if reader.is_next(tag) else None


def read_any(reader: Reader) -> tuple[int, bytes]:
    """Return tag and content of the next element, whatever it is."""
    tag = reader.read_bytes(1)[0]
    reader.position -= 1
    return tag, reader.read_element(tag)


def read_encoded(reader: Reader, tag: int) -> bytes:
    """Return the next element as it stands, with its tag and length: what a signature covers must not be written anew."""
    start = reader.position
    reader.read_element(tag)
    return reader.data[start : reader.position]


# Clause 8.2 and 11.1: BOOLEAN


def decode_boolean(content: bytes) -> bool:
    """Return the truth value; DER writes true as ff and nothing else."""
    if content not in (b"\x00", TRUE):
        raise InvalidEncodingError(f"DER: a BOOLEAN is 00 or ff, not {content.hex() or 'empty'}")
    return content == TRUE


def read_flag(reader: Reader) -> bool:
    """Return a BOOLEAN that is left out when it is false (clause 11.5: DER never writes what is the default)."""
    content = read_optional(reader, BOOLEAN)
    if content is None:
        return False
    if not decode_boolean(content):
        raise InvalidEncodingError("DER: a flag that is false by default is left out, not written down")
    return True


# Clause 8.3: INTEGER below 0, which serial numbers must not be and now and then are


def decode_signed(content: bytes) -> int:
    """Return the number, below 0 or not, whose INTEGER has this content."""
    if not content:
        raise InvalidEncodingError("DER: an INTEGER has at least one byte")
    if len(content) > 1 and (content[0], content[1] >= 0x80) in ((0x00, False), (0xFF, True)):
        raise InvalidEncodingError(f"DER: the INTEGER {content.hex()} has a byte too many")
    return int.from_bytes(content, "big", signed=True)


# Clauses 8.6 and 11.2: BIT STRING, here one whose bits are flags


def encode_named_bits(positions: frozenset[int]) -> bytes:
    """Return the BIT STRING in which these bits are 1, the first being bit 0; zeros at its end are left out (clause 11.2.2)."""
    if not positions:
        return encode_bit_string(b"")
    length = max(positions) + 1
    size = (length + 7) // 8
    number = sum(1 << (8 * size - 1 - position) for position in positions)
    return encode_element(BIT_STRING, bytes([8 * size - length]) + number.to_bytes(size, "big"))


def decode_named_bits(content: bytes) -> frozenset[int]:
    """Return the positions of the bits that are 1 in a BIT STRING with this content, at most 16 of them."""
    if not 1 <= len(content) <= 3:
        raise InvalidEncodingError(f"DER: a BIT STRING of flags has 0 to 2 bytes of them here, not {len(content) - 1}")
    unused, data = content[0], content[1:]
    positions = frozenset(position for position in range(8 * len(data)) if data[position // 8] & 0x80 >> position % 8)
    if encode_named_bits(positions) != encode_element(BIT_STRING, content):
        raise InvalidEncodingError(f"DER: a BIT STRING of flags ends with its last 1, and {unused} is how many bits are left of its byte")
    return positions


# RFC 5280 section 4.1.2.5: times


def encode_time(time_ms: int) -> bytes:
    """Return a time, in milliseconds since 1970, as certificates have it: UTCTime up to 2049, GeneralizedTime from 2050.

    >>> encode_time(0).hex(), encode_time(2_524_608_000_000)[2:]
    ('170d3730303130313030303030305a', b'20500101000000Z')
    """
    try:
        moment = datetime.fromtimestamp(time_ms // 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidEncodingError(f"a time in a certificate lies in the years 1 to 9999; {time_ms} ms since 1970 does not") from None
    if 1950 <= moment.year < 2050:
        return encode_element(UTC_TIME, moment.strftime("%y%m%d%H%M%SZ").encode())
    return encode_element(GENERALIZED_TIME, f"{moment.year:04}{moment:%m%d%H%M%SZ}".encode())


def decode_time(tag: int, content: bytes) -> int:
    """Return the time, in milliseconds since 1970, that this UTCTime or GeneralizedTime tells."""
    digits = {UTC_TIME: 12, GENERALIZED_TIME: 14}.get(tag)
    if digits is None:
        raise InvalidEncodingError(f"DER: a time has the tag {UTC_TIME:#04x} or {GENERALIZED_TIME:#04x}, not {tag:#04x}")
    text = content.decode("latin-1")
    if len(text) != digits + 1 or not text.isascii() or not text[:-1].isdigit() or text[-1] != "Z":
        raise InvalidEncodingError(f"RFC 5280: a time is {digits} digits and Z, not {text[:20]!r}")
    if tag == UTC_TIME:  # two digits of the year: 50 to 99 are of the last century (section 4.1.2.5.1)
        text = ("19" if text >= "50" else "20") + text
    try:
        moment = datetime(int(text[:4]), *(int(text[start : start + 2]) for start in range(4, 14, 2)), tzinfo=UTC)  # type: ignore[misc, arg-type]
    except ValueError:
        raise InvalidEncodingError(f"{text!r} is no day and time of any calendar") from None
    return round(moment.timestamp()) * 1000


def read_time(reader: Reader) -> int:
    """Return the next element, a time, in milliseconds since 1970."""
    return decode_time(*read_any(reader))
