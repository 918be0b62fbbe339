"""A signature of ECDSA or SM2 is a pair of numbers (r, s), written down in one of two ways.

As 64 bytes, r and then s (IEEE 1363; JSON Web Signatures, RFC 7518 section 3.4), which is what this chain does; or as a DER
SEQUENCE of two INTEGERs (ECDSA: RFC 3279 section 2.2.3; SM2: GB/T 35276-2017 section 7.3), which is what certificates and OpenSSL
do.

Simplifications: the three curves here have numbers of 32 bytes.
"""

from dataclasses import dataclass
from typing import Final

from minichain.crypto.der import decode_sequence, encode_integer, encode_sequence
from minichain.crypto.errors import InvalidEncodingError

SIZE: Final = 32
"""The length of r and of s in bytes."""


@dataclass(frozen=True)
class SignaturePair:
    """The numbers of a signature. Whether they are in range is for the scheme to check when it verifies."""

    r: int
    s: int


def encode_pair(pair: SignaturePair) -> bytes:
    """Return r || s, 64 bytes."""
    return pair.r.to_bytes(SIZE, "big") + pair.s.to_bytes(SIZE, "big")


def decode_pair(data: bytes) -> SignaturePair:
    """Return the pair that these 64 bytes are."""
    if len(data) != 2 * SIZE:
        raise InvalidEncodingError(f"a signature is {2 * SIZE} bytes long, r and s, not {len(data)}")
    return SignaturePair(int.from_bytes(data[:SIZE], "big"), int.from_bytes(data[SIZE:], "big"))


def encode_pair_as_der(pair: SignaturePair) -> bytes:
    """Return the SEQUENCE of r and s."""
    return encode_sequence(encode_integer(pair.r), encode_integer(pair.s))


def decode_pair_from_der(data: bytes) -> SignaturePair:
    """Return the pair that this SEQUENCE holds. Negative numbers, superfluous bytes and anything after it are refused."""
    reader = decode_sequence(data)
    pair = SignaturePair(reader.read_integer(), reader.read_integer())
    reader.validate_end()
    if max(pair.r, pair.s).bit_length() > 8 * SIZE:
        raise InvalidEncodingError(f"r and s have at most {8 * SIZE} bits, not {max(pair.r, pair.s).bit_length()}")
    return pair
