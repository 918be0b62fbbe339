"""DER: the one way to write down numbers, bytes and lists of them (ITU-T X.690, 2021, clauses 8 and 10).

An element is a tag, a length, and that many bytes of content. BER, the older and looser form, allows a length or a number to be
written in many ways; DER allows one. A decoder that is lenient here lets anyone change a signature's bytes without making it
invalid, and whoever counted on a transaction's hash to name it has lost it (Bitcoin had to forbid this in 2015, BIP 66). So
whatever is not DER is refused.

Simplifications: the elements that keys, signatures and ciphertexts are made of, read from bytes that are there in full.
"""

from dataclasses import dataclass
from typing import Final

from minichain.crypto.errors import InvalidEncodingError

INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OBJECT_IDENTIFIER: Final = 0x06
SEQUENCE: Final = 0x30

# Clauses 8.1 and 10.1: tag and length


def encode_element(tag: int, content: bytes) -> bytes:
    """Return `content` with its tag and its length: one byte below 128, else the number of length bytes and those."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


@dataclass
class Reader:
    """Reads one element after the other from `data`, and refuses what is not in its one form."""

    data: bytes
    position: int = 0

    def read_bytes(self, count: int) -> bytes:
        """Return the next `count` bytes."""
        end = self.position + count
        if end > len(self.data):
            raise InvalidEncodingError(f"DER: {count} bytes should follow at {self.position}, but only {len(self.data) - self.position} do")
        self.position, start = end, self.position
        return self.data[start:end]

    def read_element(self, tag: int) -> bytes:
        """Return the content of the next element, which must have this tag."""
        found = self.read_bytes(1)[0]
        if found != tag:
            raise InvalidEncodingError(f"DER: tag {tag:#04x} is expected at {self.position - 1}, not {found:#04x}")
        length = self.read_bytes(1)[0]
        if length >= 0x80:
            length_bytes = self.read_bytes(length & 0x7F)
            length = int.from_bytes(length_bytes, "big")
            if length < 0x80 or length_bytes[0] == 0:  # 80 (to be closed later) has no length bytes
                raise InvalidEncodingError(f"DER: the length {length_bytes.hex() or 'left open'} is not in its shortest form")
        return self.read_bytes(length)

    def read_integer(self) -> int:
        """Return the next element, an INTEGER of at least 0."""
        return decode_natural(self.read_element(INTEGER))

    def read_object_identifier(self) -> str:
        """Return the next element, an OBJECT IDENTIFIER, in dotted form."""
        return decode_object_identifier(self.read_element(OBJECT_IDENTIFIER))

    def read_bit_string(self) -> bytes:
        """Return the next element, a BIT STRING of whole bytes."""
        content = self.read_element(BIT_STRING)
        if not content.startswith(b"\0"):
            raise InvalidEncodingError(f"DER: a BIT STRING of whole bytes starts with 00, not {content[:1].hex() or 'with its end'}")
        return content[1:]

    def read_sequence(self) -> "Reader":
        """Return a reader of the elements in the next one, a SEQUENCE."""
        return Reader(self.read_element(SEQUENCE))

    def is_next(self, tag: int) -> bool:
        """Return whether another element follows and has this tag: how an OPTIONAL one is told from the one after it."""
        return self.data[self.position : self.position + 1] == bytes([tag])

    def has_ended(self) -> bool:
        """Return whether nothing is left."""
        return self.position == len(self.data)

    def validate_end(self) -> None:
        """Raise InvalidEncodingError if anything is left."""
        if not self.has_ended():
            raise InvalidEncodingError(f"DER: {len(self.data) - self.position} bytes are left over at {self.position}")


def decode_sequence(data: bytes) -> Reader:
    """Return a reader of the elements in the SEQUENCE that `data` is, all of it."""
    outer = Reader(data)
    content = outer.read_element(SEQUENCE)
    outer.validate_end()
    return Reader(content)


# Clause 8.3: INTEGER, in two's complement with the fewest bytes


def encode_integer(number: int) -> bytes:
    """Return the INTEGER `number`, which is at least 0. A first bit of 1 would make it negative, so a zero byte goes before that.

    >>> encode_integer(127).hex(), encode_integer(128).hex()
    ('02017f', '02020080')
    """
    return encode_element(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def decode_natural(content: bytes) -> int:
    """Return the number of at least 0 whose INTEGER has this content."""
    if not content or content[0] >= 0x80:
        raise InvalidEncodingError(f"DER: a number of at least 0 is expected, not {content[:32].hex() or 'an empty INTEGER'}")
    if len(content) > 1 and content[0] == 0 and content[1] < 0x80:
        raise InvalidEncodingError(f"DER: the INTEGER {content[:32].hex()} has a zero byte too many")
    return int.from_bytes(content, "big")


def encode_sequence(*elements: bytes) -> bytes:
    """Return the SEQUENCE of these elements."""
    return encode_element(SEQUENCE, b"".join(elements))


# Clause 8.6: BIT STRING, here of whole bytes, so that no bit of the last one is unused


def encode_bit_string(data: bytes) -> bytes:
    """Return the BIT STRING of the bits of `data`."""
    return encode_element(BIT_STRING, b"\0" + data)


# Clause 8.19: OBJECT IDENTIFIER, a path through a tree of names. Its first two numbers share a byte, and each one takes seven bits a byte.

LONGEST_IDENTIFIER: Final = 64
"""How many bytes a reader takes for a name."""


def encode_object_identifier(name: str) -> bytes:
    """Return the OBJECT IDENTIFIER of a name in dotted form.

    >>> encode_object_identifier("1.2.840.10045.2.1").hex()
    '06072a8648ce3d0201'
    """
    first, second, *rest = map(int, name.split("."))
    return encode_element(OBJECT_IDENTIFIER, b"".join(encode_arc(arc) for arc in (40 * first + second, *rest)))


def encode_arc(arc: int) -> bytes:
    """Return a number in base 128, the top bit of each byte but the last one set."""
    digits = [arc & 0x7F]
    while arc := arc >> 7:
        digits.append(arc & 0x7F | 0x80)
    return bytes(reversed(digits))


def decode_object_identifier(content: bytes) -> str:
    """Return the dotted form of the OBJECT IDENTIFIER that has this content."""
    if not 1 <= len(content) <= LONGEST_IDENTIFIER or content[-1] >= 0x80:
        raise InvalidEncodingError(
            f"DER: an OBJECT IDENTIFIER has 1 to {LONGEST_IDENTIFIER} bytes and ends with its last number: {content[:80].hex()}"
        )
    arcs, arc = [], 0
    for byte in content:
        if arc == 0 and byte == 0x80:
            raise InvalidEncodingError(f"DER: a number in the OBJECT IDENTIFIER {content.hex()} starts with a zero too many")
        arc = arc << 7 | byte & 0x7F
        if byte < 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))
