"""The groups behind the signatures: the laws of the definition, and the quick ways held against it."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.crypto import edwards25519, jacobian, multiples, weierstrass
from minichain.crypto.errors import InvalidEncodingError
from minichain.crypto.weierstrass import P256, SECP256K1, SM2P256, Point, add, decode_point, encode_point, is_on_curve, multiply, negate
from tests.crypto.published import read_cryptography_vectors, read_records

CURVES = [pytest.param(curve, id=curve.name) for curve in (SECP256K1, P256, SM2P256)]
each_curve = pytest.mark.parametrize("curve", CURVES)
numbers = st.one_of(st.integers(0, 2**256), st.integers(0, 70), st.integers(-70, -1))


def draw_point(curve, data):
    return multiply(curve, data.draw(numbers), curve.generator)


# Short Weierstrass curves


@each_curve
def test_the_generator_has_order_n(curve):
    assert multiply(curve, curve.n - 1, curve.generator) == negate(curve, curve.generator)
    assert multiply(curve, curve.n, curve.generator) is None
    assert all(pow(base, number - 1, number) == 1 for base in (2, 3, 5) for number in (curve.p, curve.n))
    assert abs(curve.n - curve.p) < 2 * 2**129  # Hasse: p + 1 - n is below twice the root of p


@each_curve
@settings(max_examples=15)
@given(data=st.data())
def test_points_form_a_group(curve, data):
    p, q, r = (draw_point(curve, data) for _ in range(3))
    assert add(curve, p, q) == add(curve, q, p)
    assert add(curve, add(curve, p, q), r) == add(curve, p, add(curve, q, r))
    assert add(curve, p, None) == p
    assert add(curve, p, negate(curve, p)) is None
    total = add(curve, p, q)
    assert total is None or is_on_curve(curve, total)


@each_curve
@settings(max_examples=25)
@given(data=st.data(), k=numbers, m=numbers)
def test_without_divisions_the_same_comes_out(curve, data, k, m):
    point = draw_point(curve, data)
    assert jacobian.multiply_point(curve, k, point) == multiply(curve, k, point)
    assert jacobian.multiply_generator(curve, k) == multiply(curve, k, curve.generator)
    both = add(curve, multiply(curve, k, curve.generator), multiply(curve, m, point))
    assert jacobian.multiply_and_add(curve, k, m, point) == both


@each_curve
def test_equal_and_opposite_points_are_added_right_with_any_denominator(curve):
    group, g = jacobian.get_group(curve), jacobian.to_jacobian(curve.generator)
    scaled = tuple(value * factor % curve.p for value, factor in zip(g, (7**2, 7**3, 7), strict=True))
    for left, right in ((g, g), (g, scaled), (scaled, g), (scaled, scaled)):
        assert jacobian.to_affine(curve, group.add(left, right)) == multiply(curve, 2, curve.generator)
        assert jacobian.to_affine(curve, group.add(left, group.negate(right))) is None
    assert jacobian.to_affine(curve, group.double(jacobian.INFINITY)) is None
    assert group.normalize([scaled, jacobian.INFINITY, g]) == [g, jacobian.INFINITY, g]


def test_nist_key_pairs_of_p256(count_cases):
    text = read_cryptography_vectors("asymmetric/ECDSA/FIPS_186-3/KeyPair.rsp")
    body = text[text.index("[P-256]") : text.index("[P-384]")]
    records = [record for _, record in read_records(body, r"B\.4\.2.*") if "d" in record]
    assert len(records) == 10
    for record in records:
        d, x, y = (int(record[name], 16) for name in ("d", "Qx", "Qy"))
        assert jacobian.multiply_generator(P256, d) == Point(x, y) == multiply(P256, d, P256.generator)
    count_cases("NIST FIPS 186-3 KeyPair, P-256", len(records), "readable")


@each_curve
@settings(max_examples=25)
@given(data=st.data(), compressed=st.booleans())
def test_a_point_has_one_encoding_of_each_form(curve, data, compressed):
    point = draw_point(curve, data) or curve.generator
    encoded = encode_point(curve, point, compressed=compressed)
    assert len(encoded) == (33 if compressed else 65)
    assert decode_point(curve, encoded) == point


@each_curve
def test_what_is_no_point_is_refused(curve):
    good = encode_point(curve, curve.generator)
    no_x = next(x for x in range(1, 100) if not is_on_curve(curve, Point(x, weierstrass.compute_y(curve, x, is_odd=False))))
    too_large = (curve.p + curve.generator.x).to_bytes(33, "big")[-32:]
    for wrong in (
        b"",
        b"\x00",  # infinity
        good[:-1],
        good + b"\x00",
        good[:64] + bytes([good[64] ^ 1]),  # beside the curve
        b"\x02" + good[1:],  # compressed, but not
        b"\x04" + good[1:33],
        b"\x06" + good[1:],  # hybrid, which X9.62 once had
        b"\x05" + good[1:33],
        b"\x02" + no_x.to_bytes(32, "big"),
        b"\x02" + curve.p.to_bytes(32, "big"),  # zero, not reduced
        b"\x04" + too_large + good[33:],
        b"\x04" + bytes(64),
    ):
        with pytest.raises(InvalidEncodingError):
            decode_point(curve, wrong)


# edwards25519

P, L = edwards25519.P, edwards25519.L
some_points = st.integers(0, 2**256 - 1).map(edwards25519.multiply_base)


def test_the_base_point_of_ed25519_has_order_l():
    assert edwards25519.encode_point(edwards25519.BASE).hex() == "58" + "66" * 31
    assert edwards25519.D == 37095705934669439343138083508754565189542113879843219016388785533085940283555  # RFC 8032, table 1
    assert edwards25519.is_equal(edwards25519.multiply_point(L, edwards25519.BASE), edwards25519.NEUTRAL)
    assert not edwards25519.is_of_small_order(edwards25519.BASE)


@settings(max_examples=25)
@given(p=some_points, q=some_points, r=some_points)
def test_points_of_edwards25519_form_a_group(p, q, r):
    plus, is_equal = edwards25519.add, edwards25519.is_equal
    assert is_equal(plus(p, q), plus(q, p))
    assert is_equal(plus(plus(p, q), r), plus(p, plus(q, r)))
    assert is_equal(plus(p, p), edwards25519.double(p))
    assert is_equal(plus(p, edwards25519.negate(p)), edwards25519.NEUTRAL)
    x, y, z, t = plus(p, q)
    assert (x * y - z * t) % P == 0
    assert (-x * x + y * y - z * z - edwards25519.D * t * t) % P == 0  # the curve's equation, times z²


@settings(max_examples=25)
@given(k=st.integers(0, 2**256 - 1), m=st.integers(0, 2**253))
def test_tables_and_windows_give_what_doubling_and_adding_gives(k, m):
    plain = edwards25519.NEUTRAL
    for bit in bin(k)[2:]:
        plain = edwards25519.add(plain, plain)
        if bit == "1":
            plain = edwards25519.add(plain, edwards25519.BASE)
    assert edwards25519.is_equal(edwards25519.multiply_base(k), plain)
    assert edwards25519.is_equal(edwards25519.multiply_point(k, edwards25519.BASE), plain)
    product = edwards25519.multiply_point(m, edwards25519.multiply_base(k))
    assert edwards25519.is_equal(product, edwards25519.multiply_base(k * m % L))


@settings(max_examples=50)
@given(point=some_points)
def test_a_point_of_edwards25519_has_one_encoding(point):
    decoded = edwards25519.decode_point(edwards25519.encode_point(point))
    assert edwards25519.is_equal(decoded, point)


# Windows and inverses


@given(k=st.integers(0, 2**300))
def test_signed_digits_are_odd_or_zero_and_far_apart(k):
    digits = multiples.compute_signed_digits(k)
    assert sum(digit << i for i, digit in enumerate(digits)) == k
    assert all(digit == 0 or (digit % 2 and abs(digit) < 16) for digit in digits)
    used = [i for i, digit in enumerate(digits) if digit]
    assert all(right - left >= multiples.WIDTH for left, right in itertools.pairwise(used))


@given(values=st.lists(st.integers(1, 10**6 + 2), max_size=20))
def test_one_division_inverts_them_all(values):
    prime = 10**6 + 3
    assert jacobian.compute_inverses(values, prime) == [pow(value, -1, prime) for value in values]
