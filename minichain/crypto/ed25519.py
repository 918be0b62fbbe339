"""Ed25519 signatures (RFC 8032, section 5.1), in the order of the RFC. The signature of the international suite.

Schnorr's signature on a curve that is quick and hard to get wrong: it draws no nonce but hashes one from the key and the message,
and the challenge covers the public key.

What counts as valid is where implementations differ, and a chain splits if two nodes do (Chalkias, Garillot and Nikolaenko 2020).
Here, as in OpenSSL: S is below L, points have their one encoding, and SB = R + kA holds without the cofactor 8. And one rule
more: a public key of small order is refused, because a signature by it is valid for messages that nobody signed.

Simplifications: PureEdDSA only, without the context of Ed25519ctx, which libraries lack (`signing` binds contexts). Not in
constant time (see `multiples`): keys that matter sign with a fast backend. SHA-512 is hashlib's.
"""

import hashlib
from typing import Final

from minichain.crypto.edwards25519 import (
    Extended,
    L,
    add,
    decode_point,
    encode_point,
    is_of_small_order,
    multiply_base,
    multiply_point,
    negate,
)
from minichain.crypto.errors import InvalidEncodingError, InvalidKeyError

KEY_SIZE: Final = 32
SIGNATURE_SIZE: Final = 64


def compute_challenge(*parts: bytes) -> int:
    """Return SHA-512 of the parts, one after the other, as a number modulo L."""
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L


# Section 5.1.5: key generation


def compute_secret(private_key: bytes) -> tuple[int, bytes]:
    """Return the secret number s and the prefix that nonces are hashed with, both from 32 random bytes.

    Three low bits are cleared, so that s is a multiple of the cofactor 8; the highest bit is always the same, so that a ladder
    has as many steps for every key.
    """
    digest = hashlib.sha512(private_key).digest()
    s = int.from_bytes(digest[:32], "little")
    s &= (1 << 254) - 8
    s |= 1 << 254
    return s, digest[32:]


def compute_public_key(private_key: bytes) -> bytes:
    """Return A, the encoding of sB.

    >>> compute_public_key(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")).hex()
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'
    """
    s, _ = compute_secret(private_key)
    return encode_point(multiply_base(s))


# Section 5.1.6: sign


def sign(private_key: bytes, message: bytes) -> bytes:
    """Return the signature R || S, 64 bytes."""
    s, prefix = compute_secret(private_key)
    public_key = encode_point(multiply_base(s))
    r = compute_challenge(prefix, message)
    encoded_r = encode_point(multiply_base(r))
    k = compute_challenge(encoded_r, public_key, message)
    return encoded_r + ((r + k * s) % L).to_bytes(32, "little")


# Section 5.1.7: verify


def decode_public_key(data: bytes) -> Extended:
    """Return the point A."""
    point = decode_point(data)
    if is_of_small_order(point):
        raise InvalidKeyError(f"the public key {data.hex()} is of small order: it would sign anything")
    return point


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether `signature` is one of `message` by the owner of `public_key`."""
    try:
        point = decode_public_key(public_key)
    except (InvalidEncodingError, InvalidKeyError):
        return False
    return verify_with_point(point, public_key, message, signature)


def verify_with_point(point: Extended, public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether `signature` is one of `message` by the owner of `public_key`, which has been decoded to `point`."""
    if len(signature) != SIGNATURE_SIZE:
        return False
    encoded_r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if s >= L:  # S + L would be a second signature of the same message
        return False
    k = compute_challenge(encoded_r, public_key, message)
    # R is not decoded: what it should be is computed and encoded, so that no other encoding of it passes.
    return encode_point(add(multiply_base(s), multiply_point(k, negate(point)))) == encoded_r
