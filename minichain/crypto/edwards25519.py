"""The curve of Ed25519 (RFC 8032, section 5.1; twisted Edwards form): -x² + y² = 1 + d x² y² over the integers modulo p = 2^255 -
19.

Its formula for adding has no exceptions: the same few products add two points, double one, and take the neutral point (0, 1) like
any other. What it has instead is a cofactor: 8 points of small order lie beside the group of prime order L that signatures live
in.

Simplifications: not in constant time (see `multiples`), which a complete formula would make easy in a language with fixed-size
numbers.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final

from minichain.crypto.errors import InvalidEncodingError
from minichain.crypto.jacobian import compute_inverses
from minichain.crypto.multiples import Group, Table, compute_table, multiply, multiply_with_table

# Section 5.1: the parameters

P: Final = 2**255 - 19
D: Final = -121665 * pow(121666, -1, P) % P
L: Final = 2**252 + 27742317777372353535851937790883648493
"""The order of the base point, a prime. There are 8 L points in all."""

Extended = tuple[int, int, int, int]
"""(X, Y, Z, T): x = X/Z, y = Y/Z, x y = T/Z (section 5.1.4)."""

NEUTRAL: Final[Extended] = (0, 1, 1, 0)

# Section 5.1.4: point addition


def add(left: Extended, right: Extended) -> Extended:
    """Return the sum."""
    x1, y1, z1, t1 = left
    x2, y2, z2, t2 = right
    a = (y1 - x1) * (y2 - x2) % P
    b = (y1 + x1) * (y2 + x2) % P
    c = 2 * t1 * t2 * D % P
    d = 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def double(point: Extended) -> Extended:
    """Return twice `point`: the same sum with fewer products."""
    x, y, z, _ = point
    a, b = x * x % P, y * y % P
    c = 2 * z * z % P
    h = a + b
    e = h - (x + y) * (x + y) % P
    g = a - b
    f = c + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def negate(point: Extended) -> Extended:
    """Return -`point`, its mirror image: the two add up to the neutral point."""
    x, y, z, t = point
    return -x % P, y, z, -t % P


def normalize(points: Sequence[Extended]) -> list[Extended]:
    """Return the same points with Z = 1."""
    inverses = compute_inverses([z for _, _, z, _ in points], P)
    pairs = [(x * inverse % P, y * inverse % P) for (x, y, _, _), inverse in zip(points, inverses, strict=True)]
    return [(x, y, 1, x * y % P) for x, y in pairs]


def is_equal(left: Extended, right: Extended) -> bool:
    """Return whether both are the same point; the denominators may differ."""
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 == (left[1] * right[2] - right[1] * left[2]) % P


def is_of_small_order(point: Extended) -> bool:
    """Return whether 8 times `point` is neutral: one of the 8 points that are outside the group, or its neutral element."""
    return is_equal(double(double(double(point))), NEUTRAL)


# Sections 5.1.2 and 5.1.3: points as bytes


def encode_point(point: Extended) -> bytes:
    """Return the 32 bytes of y, the lowest first, with the lowest bit of x in the highest place, which y leaves free."""
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode_point(data: bytes) -> Extended:
    """Return the point that these 32 bytes encode. Only its one encoding is taken: y below p, and no sign for x = 0."""
    if len(data) != 32:
        raise InvalidEncodingError(f"a point of edwards25519 is 32 bytes long, not {len(data)}")
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if y >= P:
        raise InvalidEncodingError(f"y of a point of edwards25519 is below 2^255 - 19, not {y:#x}")
    x = compute_x(y)
    if x is None:
        raise InvalidEncodingError(f"there is no point of edwards25519 at y = {y:#x}")
    if x == 0 and sign:
        raise InvalidEncodingError("x = 0 has no sign; this encoding of a point says that it is odd")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def compute_x(y: int) -> int | None:
    """Return one of the two x on the curve at `y`, or None if there is none: a root of u/v = (y² - 1) / (d y² + 1)."""
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == u:
        return x
    if v * x * x % P == -u % P:
        return x * SQRT_OF_MINUS_ONE % P
    return None


SQRT_OF_MINUS_ONE: Final = pow(2, (P - 1) // 4, P)

BASE: Final = decode_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
"""The base point B: y = 4/5, and x is even."""

# Multiples

GROUP: Final = Group(NEUTRAL, add, double, negate, normalize)


@cache
def get_base_table() -> Table[Extended]:
    """Return the multiples of the base point. The first call computes them, in some hundredths of a second."""
    return compute_table(GROUP, BASE, 256)


def multiply_base(k: int) -> Extended:
    """Return k times the base point, for 0 <= k < 2^256."""
    return multiply_with_table(get_base_table(), k)


def multiply_point(k: int, point: Extended) -> Extended:
    """Return k times `point`, for k of at least 0."""
    return multiply(GROUP, k, point)
