"""The same curves without divisions: Jacobian coordinates (Chudnovsky and Chudnovsky 1986; formulas of the Explicit-Formulas
Database).

A division modulo p costs as much as some thirty products. So a point (x, y) is carried as (X, Y, Z) with x = X/Z² and y = Y/Z³:
the denominators pile up in Z, and one division at the very end clears them. Many divisions can share one (Montgomery 1987):
multiply all denominators, divide once, multiply back.

Simplifications: see `multiples`; a production library also replaces `%` by a reduction made for the prime, and writes it in
assembly.
"""

from collections.abc import Sequence
from functools import cache

from minichain.crypto.multiples import Group, Table, compute_table, multiply, multiply_with_table
from minichain.crypto.weierstrass import AffinePoint, Curve, Point

Jacobian = tuple[int, int, int]
"""(X, Y, Z); Z = 0 is the point at infinity."""

INFINITY: Jacobian = (1, 1, 0)


def to_jacobian(point: AffinePoint) -> Jacobian:
    """Return `point` with the denominator 1."""
    return (point.x, point.y, 1) if point else INFINITY


def to_affine(curve: Curve, point: Jacobian) -> AffinePoint:
    """Return `point` by its coordinates: the one division."""
    x, y, z = point
    if z == 0:
        return None
    inverse = pow(z, -1, curve.p)
    square = inverse * inverse % curve.p
    return Point(x * square % curve.p, y * square * inverse % curve.p)


def compute_inverses(numbers: Sequence[int], p: int) -> list[int]:
    """Return the inverse of each number modulo p, none of which is 0, with a single division.

    >>> compute_inverses([2, 3], 7)
    [4, 5]
    """
    products = [1]
    for number in numbers:
        products.append(products[-1] * number % p)
    inverse = pow(products.pop(), -1, p)  # of the product of all
    inverses = []
    for number in reversed(numbers):
        inverses.append(inverse * products.pop() % p)
        inverse = inverse * number % p
    return inverses[::-1]


@cache
def get_group(curve: Curve) -> Group[Jacobian]:
    """Return the group law of `curve`, with its numbers at hand."""
    p, a = curve.p, curve.a

    def double(point: Jacobian) -> Jacobian:
        x, y, z = point
        yy = y * y % p
        s = 4 * x * yy % p
        m = 3 * x * x
        if a:
            zz = z * z % p
            m += a * zz * zz
        m %= p
        x3 = (m * m - 2 * s) % p
        return x3, (m * (s - x3) - 8 * yy * yy) % p, 2 * y * z % p

    def add(left: Jacobian, right: Jacobian) -> Jacobian:
        x1, y1, z1 = left
        x2, y2, z2 = right
        if z1 == 0:
            return right
        if z2 == 0:
            return left
        zz1 = z1 * z1 % p
        x2, y2 = x2 * zz1 % p, y2 * zz1 * z1 % p
        if z2 != 1:
            zz2 = z2 * z2 % p
            x1, y1, z1 = x1 * zz2 % p, y1 * zz2 * z2 % p, z1 * z2
        # Both points now have the denominator z1: the chord's slope is (y2 - y1) / ((x2 - x1) z1).
        h, r = x2 - x1, y2 - y1
        if h == 0:
            return double(left) if r == 0 else INFINITY
        hh = h * h % p
        hhh, v = hh * h % p, x1 * hh % p
        x3 = (r * r - hhh - 2 * v) % p
        return x3, (r * (v - x3) - y1 * hhh) % p, z1 * h % p

    def negate(point: Jacobian) -> Jacobian:
        return point[0], -point[1] % p, point[2]

    def normalize(points: Sequence[Jacobian]) -> list[Jacobian]:
        inverses = iter(compute_inverses([z for _, _, z in points if z], p))
        normal = []
        for x, y, z in points:
            if z:
                inverse = next(inverses)
                square = inverse * inverse % p
                x, y, z = x * square % p, y * square * inverse % p, 1
            normal.append((x, y, z))
        return normal

    return Group(INFINITY, add, double, negate, normalize)


@cache
def get_generator_table(curve: Curve) -> Table[Jacobian]:
    """Return the multiples of the generator. The first call computes them, in some hundredths of a second."""
    return compute_table(get_group(curve), to_jacobian(curve.generator), curve.n.bit_length())


def multiply_generator(curve: Curve, k: int) -> AffinePoint:
    """Return k times the generator."""
    return to_affine(curve, multiply_with_table(get_generator_table(curve), k % curve.n))


def multiply_point(curve: Curve, k: int, point: AffinePoint) -> AffinePoint:
    """Return k times `point`."""
    return to_affine(curve, multiply(get_group(curve), k % curve.n, to_jacobian(point)))


def multiply_and_add(curve: Curve, k: int, m: int, point: AffinePoint) -> AffinePoint:
    """Return k times the generator plus m times `point`: what verifying a signature comes down to."""
    group = get_group(curve)
    left = multiply_with_table(get_generator_table(curve), k % curve.n)
    return to_affine(curve, group.add(left, multiply(group, m % curve.n, to_jacobian(point))))
