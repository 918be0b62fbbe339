"""The signature schemes as this package's own modules compute them, in the shape that the fast backends have.

Simplifications: those of `ed25519`, `ecdsa` and `sm2`.
"""

from typing import Any, Final

from minichain.crypto import ecdsa, ed25519, sm2
from minichain.crypto.signature_backends import Primitive
from minichain.crypto.signature_pair import decode_pair, encode_pair
from minichain.crypto.weierstrass import P256, SECP256K1, SM2P256, Curve, Point, encode_point

READABLE: Final = "readable"
"""The name of the backend that is our own."""


def get_number(key: Any) -> int:
    """Return the private key as a number."""
    return int.from_bytes(key.secret, "big")


def make_ecdsa(curve: Curve) -> Primitive:
    """ECDSA with SHA-256."""

    def compute_public_key(key: Any) -> bytes:
        return encode_point(curve, ecdsa.compute_public_key(curve, get_number(key)))

    def sign(key: Any, message: bytes) -> bytes:
        return encode_pair(ecdsa.sign(curve, get_number(key), message))

    def verify(key: Any, message: bytes, signature: bytes) -> bool:
        return ecdsa.verify(curve, key.point, message, decode_pair(signature))

    return Primitive(READABLE, compute_public_key, sign, verify)


def make_sm2() -> Primitive:
    """SM2 with SM3 and the default user id."""

    def get_public_point(key: Any) -> Point:
        """Return P = dG, computed once for each key: ZA is hashed over it whenever something is signed."""
        point: Point | None = key.loaded.get(READABLE)
        if point is None:
            point = key.loaded[READABLE] = sm2.compute_public_key(get_number(key))
        return point

    def compute_public_key(key: Any) -> bytes:
        return encode_point(SM2P256, get_public_point(key))

    def sign(key: Any, message: bytes) -> bytes:
        return encode_pair(sm2.sign_digest(get_number(key), sm2.compute_digest(get_public_point(key), message)))

    def verify(key: Any, message: bytes, signature: bytes) -> bool:
        return sm2.verify(key.point, message, decode_pair(signature))

    return Primitive(READABLE, compute_public_key, sign, verify)


def make_ed25519() -> Primitive:
    """Ed25519."""

    def compute_public_key(key: Any) -> bytes:
        return ed25519.compute_public_key(key.secret)

    def sign(key: Any, message: bytes) -> bytes:
        return ed25519.sign(key.secret, message)

    def verify(key: Any, message: bytes, signature: bytes) -> bool:
        return ed25519.verify_with_point(key.point, key.data, message, signature)

    return Primitive(READABLE, compute_public_key, sign, verify)


READABLE_PRIMITIVES: Final = {
    "ed25519": make_ed25519(),
    "ecdsa-secp256k1": make_ecdsa(SECP256K1),
    "ecdsa-p256": make_ecdsa(P256),
    "sm2": make_sm2(),
}
