"""The signer's key out of the signature (SEC 1 version 2.0, section 4.1.6), on secp256k1: why an Ethereum transaction names no
sender.

Given the digest, a signature and its recovery id, there is exactly one public key that fits. What comes out must be compared with
something that is known, an account say: any digest and nearly any signature lead to some key.

Simplifications: as the precompiled contract 1 of Ethereum has it, a high s is taken too; whoever accepts transactions looks at
that before (EIP-2).
"""

import contextlib
from collections.abc import Callable
from typing import Final

from minichain.crypto import ecdsa
from minichain.crypto.errors import InvalidSignatureError, KeyTypeError
from minichain.crypto.keys import Secp256k1PrivateKey, Secp256k1PublicKey
from minichain.crypto.signature_pair import decode_pair, encode_pair
from minichain.crypto.weierstrass import SECP256K1, encode_point

DIGEST_SIZE: Final = 32

Sign = Callable[[Secp256k1PrivateKey, bytes], tuple[bytes, int]]
Recover = Callable[[bytes, bytes, int], Secp256k1PublicKey]


def sign_digest(private_key: Secp256k1PrivateKey, digest: bytes, *, readable: bool = False) -> tuple[bytes, int]:
    """Return the signature of a message with this digest of 32 bytes, and its recovery id.

    Hash the message yourself, and know what it is: this is for Ethereum's transactions. A chain's own messages go through
    `signing`.
    """
    if not isinstance(private_key, Secp256k1PrivateKey):
        raise KeyTypeError("the private key", Secp256k1PrivateKey, private_key)
    validate_digest(digest)
    return (sign_readable if readable else SIGN)(private_key, digest)


def recover_public_key(digest: bytes, signature: bytes, recovery_id: int, *, readable: bool = False) -> Secp256k1PublicKey:
    """Return the only public key for which `signature` (r || s) with this id, 0 to 3, signs the message with this digest.

    Raises InvalidSignatureError if there is none.
    """
    validate_digest(digest)
    if len(signature) != 64:
        raise InvalidSignatureError(f"a signature is 64 bytes long, r and s, not {len(signature)}")
    if recovery_id not in (0, 1, 2, 3):
        raise InvalidSignatureError(f"a recovery id is from 0 to 3, not {recovery_id}")
    return (recover_readable if readable else RECOVER)(digest, signature, recovery_id)


def validate_digest(digest: bytes) -> None:
    """Raise InvalidSignatureError if this cannot be the digest of a message."""
    if len(digest) != DIGEST_SIZE:
        raise InvalidSignatureError(f"the digest of a message is {DIGEST_SIZE} bytes long, not {len(digest)}")


def sign_readable(private_key: Secp256k1PrivateKey, digest: bytes) -> tuple[bytes, int]:
    """`sign_digest`, by our own code."""
    pair, recovery_id = ecdsa.sign_digest(SECP256K1, int.from_bytes(private_key.secret, "big"), digest)
    return encode_pair(pair), recovery_id


def recover_readable(digest: bytes, signature: bytes, recovery_id: int) -> Secp256k1PublicKey:
    """`recover_public_key`, by our own code."""
    point = ecdsa.recover_public_key(SECP256K1, digest, decode_pair(signature), recovery_id)
    return Secp256k1PublicKey(encode_point(SECP256K1, point))


def load_coincurve() -> tuple[Sign, Recover]:
    """Both, by libsecp256k1."""
    import coincurve

    def sign(private_key: Secp256k1PrivateKey, digest: bytes) -> tuple[bytes, int]:
        if "coincurve" not in private_key.loaded:
            private_key.loaded["coincurve"] = coincurve.PrivateKey(private_key.secret)
        signature = private_key.loaded["coincurve"].sign_recoverable(digest, hasher=None)
        return signature[:64], signature[64]

    def recover(digest: bytes, signature: bytes, recovery_id: int) -> Secp256k1PublicKey:
        try:
            public_key = coincurve.PublicKey.from_signature_and_message(signature + bytes([recovery_id]), digest, hasher=None)
        except ValueError:
            raise InvalidSignatureError(f"the signature {signature.hex()} with recovery id {recovery_id} belongs to no key") from None
        return Secp256k1PublicKey(public_key.format(compressed=False))

    return sign, recover


def find_functions() -> tuple[Sign, Recover]:
    """Return the fast ones if they are there and agree with ours, else ours."""
    with contextlib.suppress(Exception):
        sign, recover = load_coincurve()
        key, digest = Secp256k1PrivateKey(bytes(range(32))), bytes(range(32))
        signature, recovery_id = sign(key, digest)
        if (signature, recovery_id) == sign_readable(key, digest) and recover(digest, signature, recovery_id) == recover_readable(
            digest, signature, recovery_id
        ):
            return sign, recover
    return sign_readable, recover_readable


SIGN, RECOVER = find_functions()
