"""Elliptic curves in short Weierstrass form (SEC 1 version 2.0, sections 2.2 and 2.3): y² = x³ + ax + b over the integers modulo p.

The points of such a curve form a group: any two have a sum, which chord and tangent construct. A point P times a number k is P
added k times; from k it is quick to compute, from the result nobody knows how to find k again. That one-way street carries ECDSA
and SM2. Of the three curves here, Bitcoin and Ethereum use secp256k1, TLS uses P-256, and the Chinese national standards their
own.

Simplifications: this file is the arithmetic as the definition gives it, with a division in every step. `jacobian` computes the same
without them, and that is what signatures run on. Neither takes constant time: who can measure how long it takes learns about k. A
production library uses code whose time and memory accesses do not depend on k.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from minichain.crypto.errors import InvalidEncodingError

# Section 2.2.1: curves and points


class Point(NamedTuple):
    """A point of a curve, by its coordinates."""

    x: int
    y: int


AffinePoint = Point | None
"""A point, or None for the point at infinity: the zero of the group, which has no coordinates."""


@dataclass(frozen=True)
class Curve:
    """The domain parameters of section 3.1.1. The cofactor is 1: every point is a multiple of the generator."""

    name: str
    p: int
    """The prime modulo which coordinates are computed; 3 modulo 4, so that roots are powers."""
    a: int
    b: int
    generator: Point
    n: int
    """The prime number of points, infinity included: n times any point is infinity."""

    @cached_property
    def size(self) -> int:
        """The length of a coordinate, or of a private key, in bytes."""
        return (self.p.bit_length() + 7) // 8


def is_on_curve(curve: Curve, point: Point) -> bool:
    """Return whether the coordinates are in range and satisfy the equation."""
    x, y, p = point.x, point.y, curve.p
    return 0 <= x < p and 0 <= y < p and (y * y - (x * x + curve.a) * x - curve.b) % p == 0


# Section 2.2.1: the group law


def negate(curve: Curve, point: AffinePoint) -> AffinePoint:
    """Return -`point`, its mirror image: the two add up to infinity."""
    return Point(point.x, -point.y % curve.p) if point else None


def add(curve: Curve, left: AffinePoint, right: AffinePoint) -> AffinePoint:
    """Return the sum: the line through both points meets the curve a third time, and the sum is that point's mirror image."""
    if left is None:
        return right
    if right is None:
        return left
    if left == negate(curve, right):
        return None
    p = curve.p
    if left == right:  # the line is the tangent
        slope = (3 * left.x * left.x + curve.a) * pow(2 * left.y, -1, p) % p
    else:  # the chord
        slope = (right.y - left.y) * pow(right.x - left.x, -1, p) % p
    x = (slope * slope - left.x - right.x) % p
    return Point(x, (slope * (left.x - x) - left.y) % p)


def multiply(curve: Curve, k: int, point: AffinePoint) -> AffinePoint:
    """Return k times `point`, by doubling once for each bit of k and adding where the bit is 1.

    >>> multiply(SECP256K1, SECP256K1.n - 1, SECP256K1.generator) == negate(SECP256K1, SECP256K1.generator)
    True
    """
    result: AffinePoint = None
    for bit in bin(k % curve.n)[2:]:
        result = add(curve, result, result)
        if bit == "1":
            result = add(curve, result, point)
    return result


# Section 2.3.3 and 2.3.4: points as bytes


def encode_point(curve: Curve, point: Point, *, compressed: bool = False) -> bytes:
    """Return 04 || x || y or, compressed, x after 02 or 03: whether y is even or odd tells the two points with this x apart."""
    x = point.x.to_bytes(curve.size, "big")
    if compressed:
        return bytes([2 + point.y % 2]) + x
    return b"\x04" + x + point.y.to_bytes(curve.size, "big")


def decode_point(curve: Curve, data: bytes) -> Point:
    """Return the point that `data` encodes, compressed or not.

    A point beside the curve is refused: it belongs to another curve, perhaps one with few points, and what a private key does to it
    would give the key away bit by bit (the invalid curve attack). Infinity (one zero byte) is no key and is refused as well.
    """
    size = curve.size
    form, x = data[:1], int.from_bytes(data[1 : 1 + size], "big")
    if form == b"\x04" and len(data) == 1 + 2 * size:
        point = Point(x, int.from_bytes(data[1 + size :], "big"))
    elif form in (b"\x02", b"\x03") and len(data) == 1 + size:
        point = Point(x, compute_y(curve, x, is_odd=form == b"\x03"))
    else:
        forms = f"04 and {2 * size} bytes, or 02 or 03 and {size} bytes"
        raise InvalidEncodingError(f"a point of {curve.name} is {forms}, not {len(data)} bytes starting with {form.hex() or 'none'}")
    if not is_on_curve(curve, point):
        raise InvalidEncodingError(f"the coordinates {data[1:].hex()} are no point of {curve.name}")
    return point


def compute_y(curve: Curve, x: int, *, is_odd: bool) -> int:
    """Return the y of that parity on the curve at `x`; if there is none, a number for which `is_on_curve` is false."""
    # For p = 3 modulo 4 the root of a square is this power of it (section 2.3.4, step 2.4.1). Of no square it is no root.
    root = pow(x * x * x + curve.a * x + curve.b, (curve.p + 1) // 4, curve.p)
    return root if root % 2 == is_odd else curve.p - root


# The curves

SECP256K1: Final = Curve(  # SEC 2 version 2.0, section 2.4.1
    name="secp256k1",
    p=2**256 - 2**32 - 977,
    a=0,
    b=7,
    generator=Point(
        0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
        0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
    ),
    n=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
)
P256: Final = Curve(  # NIST SP 800-186, section 3.2.1.3
    name="P-256",
    p=2**256 - 2**224 + 2**192 + 2**96 - 1,
    a=-3,
    b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    generator=Point(
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    ),
    n=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
)
SM2P256: Final = Curve(  # GB/T 32918.5-2017, section 4
    name="the SM2 curve",
    p=2**256 - 2**224 - 2**96 + 2**64 - 1,
    a=-3,
    b=0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93,
    generator=Point(
        0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
        0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
    ),
    n=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123,
)
assert all(is_on_curve(curve, curve.generator) for curve in (SECP256K1, P256, SM2P256))
