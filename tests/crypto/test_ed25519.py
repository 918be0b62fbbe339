"""Ed25519: Wycheproof, the thousand vectors of its authors with RFC 8032's among them, and what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.crypto import ed25519, edwards25519
from minichain.crypto.errors import CryptoError, InvalidEncodingError, InvalidKeyError
from minichain.crypto.keys import Ed25519PrivateKey, Ed25519PublicKey
from minichain.crypto.signing import get_scheme
from tests.crypto.published import each_implementation, needs_vectors, read_cryptography_vectors, read_wycheproof

L = edwards25519.L

RFC_8032 = {  # section 7.1: secret key, and the first bytes of its message, of its signature
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60": ("", "e5564300c360ac729086e2cc806e828a"),
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb": ("72", "92a009a9f0d4cab8720e820b5f642540"),
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7": ("af82", "6291d657deec24024827e69c3abe01a3"),
    "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5": (
        "08b8b2b733424243760fe426a4b54908",
        "0aab4c900501b3e24d7cdf4663326a3a",
    ),
}


@needs_vectors
@each_implementation("ed25519")
def test_wycheproof(scheme, count_cases):
    cases = read_wycheproof("ed25519_test")
    assert len(cases) == 151
    wrong = []
    for group, case in cases:
        message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
        try:
            key = Ed25519PublicKey(bytes.fromhex(group["publicKey"]["pk"]))
            is_valid = scheme.verify_without_context(key, message, signature)
        except CryptoError:
            is_valid = False
        if is_valid != (case["result"] == "valid"):
            wrong.append((case["tcId"], case["comment"]))
    assert wrong == []
    count_cases("wycheproof ed25519_test", len(cases), scheme.backend)


def read_sign_input():
    """Return (secret, public key, message, signature) for each line of the authors' file."""
    cases = []
    for line in read_cryptography_vectors("asymmetric/Ed25519/sign.input").splitlines():
        secret, public, message, signed = line.split(":")[:4]
        cases.append((bytes.fromhex(secret[:64]), bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signed[:128])))
    assert len(cases) == 1024
    return cases


@each_implementation("ed25519")
def test_the_vectors_of_the_authors(scheme, count_cases):
    """All of them sign; the readable implementation verifies every fourth, which takes it two milliseconds each."""
    cases = read_sign_input()
    for index, (secret, public, message, signature) in enumerate(cases):
        key = Ed25519PrivateKey(secret)
        assert scheme.compute_public_key(key).data == public
        assert scheme.sign_without_context(key, message) == signature
        if scheme.backend != "readable" or index % 4 == 0:
            assert scheme.verify_without_context(Ed25519PublicKey(public), message, signature)
    count_cases("Ed25519 sign.input", len(cases), scheme.backend)


@pytest.mark.long
def test_the_readable_one_verifies_all_vectors_of_the_authors():
    for _, public, message, signature in read_sign_input():
        assert ed25519.verify(public, message, signature)
        assert not ed25519.verify(public, message + b"x", signature)


def test_the_examples_of_rfc_8032_are_among_them(count_cases):
    """Section 7.1, tests 1 to 3 and 1024."""
    cases = {secret.hex(): (message.hex(), signature.hex()) for secret, _, message, signature in read_sign_input()}
    for secret, (message, signature) in RFC_8032.items():
        assert cases[secret][0].startswith(message) and cases[secret][1].startswith(signature)
    secret = bytes.fromhex("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42")  # test SHA(abc)
    message = bytes.fromhex(
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
    )
    signature = (
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
    )
    assert ed25519.sign(secret, message).hex() == signature
    assert ed25519.verify(ed25519.compute_public_key(secret), message, bytes.fromhex(signature))
    count_cases("RFC 8032 7.1", len(RFC_8032) + 1, "readable")


@each_implementation("ed25519")
@settings(max_examples=25)
@given(secret=st.binary(min_size=32, max_size=32), message=st.binary(max_size=100), bit=st.integers(0, 511))
def test_every_implementation_gives_the_same_bytes_and_a_flipped_bit_is_seen(scheme, secret, message, bit):
    key, readable = Ed25519PrivateKey(secret), get_scheme("ed25519", readable=True)
    public_key, signature = scheme.compute_public_key(key), scheme.sign_without_context(key, message)
    assert public_key == readable.compute_public_key(key)
    assert signature == readable.sign_without_context(key, message)
    assert scheme.verify_without_context(public_key, message, signature)
    flipped = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")
    assert not scheme.verify_without_context(public_key, message, flipped)


@each_implementation("ed25519")
def test_a_second_form_of_s_is_refused(scheme):
    key = Ed25519PrivateKey(bytes(32))
    signature = scheme.sign_without_context(key, b"message")
    s = int.from_bytes(signature[32:], "little")
    for other in range(s + L, 2**256, L):
        assert not scheme.verify_without_context(scheme.compute_public_key(key), b"message", signature[:32] + other.to_bytes(32, "little"))


def find_small_order_points():
    """Return the 8 points whose order divides 8: the multiples of L times some point, one of which has order 8."""
    for y in range(2, 50):
        x = edwards25519.compute_x(y)
        if x is not None:
            generator = edwards25519.multiply_point(L, (x, y, 1, x * y % edwards25519.P))
            points = {edwards25519.encode_point(edwards25519.multiply_point(k, generator)) for k in range(8)}
            if len(points) == 8:
                return points
    raise AssertionError("a point of order 8 is not that rare")


def test_keys_of_small_order_are_refused():
    points = find_small_order_points()
    assert (1).to_bytes(32, "little") in points
    for data in points:
        with pytest.raises(InvalidKeyError, match="small order"):
            Ed25519PublicKey(data)
        assert not ed25519.verify(data, b"message", (1).to_bytes(32, "little") + bytes(32))


def test_only_the_one_encoding_of_a_point_is_taken():
    p = edwards25519.P
    for number, words in (
        (p, "below 2"),  # 0 again
        (p + 1, "below 2"),
        (2**255 - 1, "below 2"),
        (1 | 1 << 255, "no sign"),  # x = 0 cannot be odd
        (2, "no point"),
    ):
        with pytest.raises(InvalidEncodingError, match=words):
            edwards25519.decode_point(number.to_bytes(32, "little"))
    for size in (0, 31, 33):
        with pytest.raises(InvalidEncodingError, match="32 bytes long"):
            edwards25519.decode_point(bytes(size))
