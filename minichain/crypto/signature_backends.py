"""Fast backends of the signature schemes: `cryptography` (OpenSSL) and, for secp256k1, `coincurve` (Bitcoin Core's libsecp256k1).

As with hash functions, none is needed, and a candidate counts only if it gives the right answers to what `ANSWERS` asks.
Signatures are deterministic, so a backend that works gives the same bytes as the readable implementation.

Simplifications: one answer is no proof of a library; the tests compare many. SM2 has no entry: no maintained Python library
offers it (`cryptography` does not expose OpenSSL's).
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from minichain.crypto.keys import Ed25519PrivateKey, P256PrivateKey, PrivateKey, Secp256k1PrivateKey
from minichain.crypto.weierstrass import P256, SECP256K1, Curve, encode_point


@dataclass(frozen=True)
class Primitive:
    """One implementation of one scheme, exactly as the standard has it. Signatures are 64 bytes.

    The keys are of the scheme's types and the signature is 64 bytes long: whoever calls has made sure.
    """

    backend: str
    compute_public_key: Callable[[Any], bytes]
    """From a private key to the data of its public key."""
    sign: Callable[[Any, bytes], bytes]
    """From a private key and a message to the signature; for ECDSA, the one with the low s."""
    verify: Callable[[Any, bytes, bytes], bool]
    """From a public key, a message and a signature to whether they belong together; for ECDSA, whether s is low or not."""


def find_primitive(scheme: str) -> Primitive | None:
    """Return the fastest implementation here that answers as it should, or None."""
    for load in CANDIDATES.get(scheme, ()):
        # Whatever goes wrong in a library that we can do without means that we do without it.
        with contextlib.suppress(Exception):
            primitive = load()
            if is_right(primitive, scheme):
                return primitive
    return None


def is_right(primitive: Primitive, scheme: str) -> bool:
    """Return whether `primitive` gives the known answers, and refuses a message that was not signed."""
    private_key, data, message, signature = ANSWERS[scheme]
    public_key = private_key.public_type(data)
    return (
        primitive.compute_public_key(private_key) == data
        and primitive.sign(private_key, message) == signature
        and primitive.verify(public_key, message, signature)
        and not primitive.verify(public_key, message + b"!", signature)
    )


def load_ed25519() -> Primitive:
    """Ed25519 in `cryptography`."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ed25519

    def get_private(key: Any) -> ed25519.Ed25519PrivateKey:
        loaded: ed25519.Ed25519PrivateKey | None = key.loaded.get("cryptography")
        if loaded is None:
            loaded = key.loaded["cryptography"] = ed25519.Ed25519PrivateKey.from_private_bytes(key.secret)
        return loaded

    def get_public(key: Any) -> ed25519.Ed25519PublicKey:
        loaded: ed25519.Ed25519PublicKey | None = key.loaded.get("cryptography")
        if loaded is None:
            loaded = key.loaded["cryptography"] = ed25519.Ed25519PublicKey.from_public_bytes(key.data)
        return loaded

    def compute_public_key(key: Any) -> bytes:
        return get_private(key).public_key().public_bytes_raw()

    def sign(key: Any, message: bytes) -> bytes:
        return get_private(key).sign(message)

    def verify(key: Any, message: bytes, signature: bytes) -> bool:
        try:
            get_public(key).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return Primitive("cryptography", compute_public_key, sign, verify)


# Libraries read and write the pair of ECDSA in DER. Here every microsecond counts, and `signature_pair` takes several.


def split_der(der: bytes) -> tuple[bytes, bytes]:
    """Return r and s, 32 bytes each, from the SEQUENCE that a library wrote: 30, length, 02, length of r, r, 02, length of s, s."""
    end = 4 + der[3]
    return der[4:end][-32:].rjust(32, b"\0"), der[end + 2 :][-32:].rjust(32, b"\0")


def join_der(r: bytes, s: bytes) -> bytes:
    """Return the SEQUENCE of these two numbers of 32 bytes."""
    r, s = r.lstrip(b"\0") or b"\0", s.lstrip(b"\0") or b"\0"
    if r[0] >= 0x80:
        r = b"\0" + r
    if s[0] >= 0x80:
        s = b"\0" + s
    return bytes((0x30, len(r) + len(s) + 4, 0x02, len(r))) + r + bytes((0x02, len(s))) + s


def load_ecdsa(curve: Curve) -> Primitive:
    """ECDSA with SHA-256 in `cryptography`, on P-256 or secp256k1."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    known_curve = {P256: ec.SECP256R1, SECP256K1: ec.SECP256K1}[curve]()
    signing, verifying = ec.ECDSA(SHA256(), deterministic_signing=True), ec.ECDSA(SHA256())
    half = (curve.n // 2).to_bytes(32, "big")

    def negate(s: bytes) -> bytes:
        return (curve.n - int.from_bytes(s, "big")).to_bytes(32, "big")

    def get_private(key: Any) -> ec.EllipticCurvePrivateKey:
        loaded: ec.EllipticCurvePrivateKey | None = key.loaded.get("cryptography")
        if loaded is None:
            loaded = key.loaded["cryptography"] = ec.derive_private_key(int.from_bytes(key.secret, "big"), known_curve)
        return loaded

    def get_public(key: Any) -> ec.EllipticCurvePublicKey:
        loaded: ec.EllipticCurvePublicKey | None = key.loaded.get("cryptography")
        if loaded is None:
            loaded = key.loaded["cryptography"] = ec.EllipticCurvePublicKey.from_encoded_point(known_curve, key.data)
        return loaded

    def compute_public_key(key: Any) -> bytes:
        return get_private(key).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def sign(key: Any, message: bytes) -> bytes:
        r, s = split_der(get_private(key).sign(message, signing))
        return r + (s if s <= half else negate(s))

    def verify(key: Any, message: bytes, signature: bytes) -> bool:
        try:
            get_public(key).verify(join_der(signature[:32], signature[32:]), message, verifying)
        except InvalidSignature:
            return False
        return True

    return Primitive("cryptography", compute_public_key, sign, verify)


def load_coincurve() -> Primitive:
    """ECDSA with SHA-256 on secp256k1 in `coincurve`, which signs and verifies ten times as fast as OpenSSL."""
    import coincurve

    half = (SECP256K1.n // 2).to_bytes(32, "big")

    def get_private(key: Any) -> coincurve.PrivateKey:
        loaded: coincurve.PrivateKey | None = key.loaded.get("coincurve")
        if loaded is None:
            loaded = key.loaded["coincurve"] = coincurve.PrivateKey(key.secret)
        return loaded

    def get_public(key: Any) -> coincurve.PublicKey:
        loaded: coincurve.PublicKey | None = key.loaded.get("coincurve")
        if loaded is None:
            loaded = key.loaded["coincurve"] = coincurve.PublicKey(key.data)
        return loaded

    def compute_public_key(key: Any) -> bytes:
        data: bytes = get_private(key).public_key.format(compressed=False)
        return data

    def sign(key: Any, message: bytes) -> bytes:
        signature: bytes = get_private(key).sign_recoverable(message)
        return signature[:64]  # without the recovery id

    def verify(key: Any, message: bytes, signature: bytes) -> bool:
        r, s = signature[:32], signature[32:]
        if s > half:  # libsecp256k1 refuses a high s, the standard does not
            s = max(0, SECP256K1.n - int.from_bytes(s, "big")).to_bytes(32, "big")
        is_valid: bool = get_public(key).verify(join_der(r, s), message)
        return is_valid

    return Primitive("coincurve", compute_public_key, sign, verify)


CANDIDATES: Final[dict[str, tuple[Callable[[], Primitive], ...]]] = {
    "ed25519": (load_ed25519,),
    "ecdsa-secp256k1": (load_coincurve, lambda: load_ecdsa(SECP256K1)),
    "ecdsa-p256": (lambda: load_ecdsa(P256),),
}
"""For each scheme the backends to try, the fastest first."""

ANSWERS: Final[dict[str, tuple[PrivateKey, bytes, bytes, bytes]]] = {
    "ed25519": (  # RFC 8032, section 7.1, test 2
        Ed25519PrivateKey(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")),
        bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"),
        b"\x72",
        bytes.fromhex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    "ecdsa-secp256k1": (  # the private key 1, in the tests of many wallets
        Secp256k1PrivateKey((1).to_bytes(32, "big")),
        encode_point(SECP256K1, SECP256K1.generator),
        b"Satoshi Nakamoto",
        bytes.fromhex(
            "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
            "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5"
        ),
    ),
    "ecdsa-p256": (  # RFC 6979, section A.2.5, with SHA-256; s negated, because the RFC's is high
        P256PrivateKey(bytes.fromhex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721")),
        bytes.fromhex(
            "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
            "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
        ),
        b"sample",
        bytes.fromhex(
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
            "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9"
        ),
    ),
}
"""For each scheme a private key, the data of its public key, a message and its signature."""
