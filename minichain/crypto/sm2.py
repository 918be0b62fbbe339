"""SM2 signatures (GB/T 32918.2-2016; ISO/IEC 14888-3), in the order of the standard. The signature of the national suite.

A relative of ECDSA with two differences that matter. What is hashed starts with ZA, which binds the signer's name, the curve and
the public key: a signature can be claimed for no other key or name. And the division is by 1 + d, which belongs to the key, not
by the nonce.

No maintained Python library has a fast SM2, so this one is made quick (see `multiples`) and is what the national suite runs on.
It gives up constant time for that: who shares a machine with the signer may learn d. A production signer uses a certified module
(GM/T 0028).

Simplifications: the standard takes k from a random number generator; here it is computed from key and message as in RFC 6979,
with SM3, which nobody can tell from the outside and which no bad generator can spoil.
"""

from typing import Final

from minichain.crypto.errors import CryptoError
from minichain.crypto.hashing import sm3
from minichain.crypto.jacobian import multiply_and_add, multiply_generator
from minichain.crypto.nonces import generate_nonces
from minichain.crypto.signature_pair import SignaturePair
from minichain.crypto.weierstrass import SM2P256, Curve, Point, encode_point, is_on_curve

DEFAULT_USER_ID: Final = b"1234567812345678"
"""The name that is signed where an application gives none (GB/T 35276-2017, section 10)."""

DIGEST_SIZE: Final = 32

# Section 5.5: what else is hashed


def compute_za(public_key: Point, user_id: bytes = DEFAULT_USER_ID, curve: Curve = SM2P256) -> bytes:
    """Return ZA = H(ENTL || ID || a || b || xG || yG || xA || yA); ENTL is the length of the id in bits, as two bytes."""
    if len(user_id) >= 1 << 13:
        raise CryptoError(f"a user id has fewer than 8,192 bytes, so that its length in bits fits two bytes, not {len(user_id)}")
    a = (curve.a % curve.p).to_bytes(curve.size, "big")
    b = curve.b.to_bytes(curve.size, "big")
    points = encode_point(curve, curve.generator)[1:] + encode_point(curve, public_key)[1:]
    return sm3((8 * len(user_id)).to_bytes(2, "big") + user_id + a + b + points)


def compute_digest(public_key: Point, message: bytes, user_id: bytes = DEFAULT_USER_ID, curve: Curve = SM2P256) -> bytes:
    """Return H(ZA || M): what is signed (section 6.1, steps A1 and A2)."""
    return sm3(compute_za(public_key, user_id, curve) + message)


# Section 6.1: signature generation


def compute_public_key(private_key: int, curve: Curve = SM2P256) -> Point:
    """Return P = dG for the private key d, 0 < d < n - 1."""
    public_key = multiply_generator(curve, private_key)
    assert public_key, "a private key is not a multiple of n"
    return public_key


def compute_signature(private_key: int, digest: bytes, nonce: int, curve: Curve = SM2P256) -> SignaturePair | None:
    """Return the signature with the nonce k; None if this k does not give one (steps A4 to A7)."""
    n, e = curve.n, int.from_bytes(digest, "big")
    point = multiply_generator(curve, nonce)  # A4
    if point is None:
        return None
    r = (e + point.x) % n  # A5
    if r == 0 or r + nonce == n:  # the second would make s = -r, whatever d is, and show which k it was
        return None
    s = pow(1 + private_key, -1, n) * (nonce - r * private_key) % n  # A6
    return SignaturePair(r, s) if s else None


def sign_digest(private_key: int, digest: bytes, curve: Curve = SM2P256) -> SignaturePair:
    """Return the signature of the message with this digest, which `compute_digest` made."""
    if len(digest) != DIGEST_SIZE:
        raise CryptoError(f"SM2 signs the {DIGEST_SIZE} bytes that SM3 makes of ZA and the message, not {len(digest)}")
    for nonce in generate_nonces(curve.n, private_key, digest, sm3):  # A3
        pair = compute_signature(private_key, digest, nonce, curve)
        if pair:
            return pair
    raise AssertionError("nonces never run out")


def sign(private_key: int, message: bytes, user_id: bytes = DEFAULT_USER_ID) -> SignaturePair:
    """Return the signature of `message` by the user with this id."""
    return sign_digest(private_key, compute_digest(compute_public_key(private_key), message, user_id))


# Section 7.1: signature verification


def verify_digest(public_key: Point, digest: bytes, pair: SignaturePair, curve: Curve = SM2P256) -> bool:
    """Return whether `pair` is a signature of the message with this digest by the owner of `public_key`."""
    n, e = curve.n, int.from_bytes(digest, "big")
    if len(digest) != DIGEST_SIZE or not is_on_curve(curve, public_key):
        return False
    if not (0 < pair.r < n and 0 < pair.s < n):  # B1, B2
        return False
    t = (pair.r + pair.s) % n  # B5
    if t == 0:  # the public key would drop out of the equation
        return False
    point = multiply_and_add(curve, pair.s, t, public_key)  # B6
    return point is not None and (e + point.x) % n == pair.r  # B7


def verify(public_key: Point, message: bytes, pair: SignaturePair, user_id: bytes = DEFAULT_USER_ID) -> bool:
    """Return whether `pair` is a signature of `message` by the user with this id, the owner of `public_key`."""
    return verify_digest(public_key, compute_digest(public_key, message, user_id), pair)
