"""Agreeing on a secret (X25519, RFC 7748 section 6.1): what the rest of MiniChain calls.

Each party sends a public key; both compute the same 32 bytes. They go through a key derivation function before they become a
cipher's key.

>>> alice, bob = generate_key(X25519PrivateKey), generate_key(X25519PrivateKey)
>>> compute_shared_secret(alice, compute_public_key(bob)) == compute_shared_secret(bob, compute_public_key(alice))
True

Simplifications: nothing here tells who the other party is. Sign the public keys, or an attacker in between agrees with both.
"""

import contextlib
from typing import Protocol

from minichain.crypto import x25519
from minichain.crypto.errors import InvalidKeyError, KeyTypeError
from minichain.crypto.keys import X25519PrivateKey, X25519PublicKey, generate_key

__all__ = ["BACKEND", "X25519PrivateKey", "X25519PublicKey", "compute_public_key", "compute_shared_secret", "generate_key"]


class Exchange(Protocol):
    """From a private key and the bytes of a public one to the shared secret; all zeros, or InvalidKeyError, where there is none."""

    def __call__(self, private_key: X25519PrivateKey, data: bytes, /) -> bytes:
        """Return the shared secret."""


def exchange_readable(private_key: X25519PrivateKey, data: bytes, /) -> bytes:
    """Our own ladder."""
    return x25519.x25519(private_key.secret, data)


def load_cryptography() -> Exchange:
    """X25519 in `cryptography`."""
    from cryptography.hazmat.primitives.asymmetric import x25519 as fast

    def exchange(private_key: X25519PrivateKey, data: bytes, /) -> bytes:
        loaded = private_key.loaded.get("cryptography")
        if loaded is None:
            loaded = private_key.loaded["cryptography"] = fast.X25519PrivateKey.from_private_bytes(private_key.secret)
        try:
            secret: bytes = loaded.exchange(fast.X25519PublicKey.from_public_bytes(data))
        except ValueError:  # OpenSSL refuses a result of zeros itself
            return bytes(x25519.KEY_SIZE)
        return secret

    return exchange


def find_exchange() -> tuple[str, Exchange]:
    """Return the fast backend if it is there and right, else our own."""
    with contextlib.suppress(Exception):
        exchange = load_cryptography()
        key = X25519PrivateKey(bytes(range(32)))
        if exchange(key, x25519.BASE_POINT) == x25519.compute_public_key(key.secret):
            return "cryptography", exchange
    return "readable", exchange_readable


BACKEND, FASTEST = find_exchange()


def compute_public_key(private_key: X25519PrivateKey, *, readable: bool = False) -> X25519PublicKey:
    """Return the public key of `private_key`."""
    validate_private_key(private_key)
    return X25519PublicKey((exchange_readable if readable else FASTEST)(private_key, x25519.BASE_POINT))


def compute_shared_secret(private_key: X25519PrivateKey, public_key: X25519PublicKey, *, readable: bool = False) -> bytes:
    """Return the 32 bytes that both parties reach.

    Raises InvalidKeyError if they are all zeros: `public_key` is of small order then, and anyone knows the result whatever the
    private key is.
    """
    validate_private_key(private_key)
    if not isinstance(public_key, X25519PublicKey):
        raise KeyTypeError("the public key", X25519PublicKey, public_key)
    secret = (exchange_readable if readable else FASTEST)(private_key, public_key.data)
    if not any(secret):
        raise InvalidKeyError(f"the public key {public_key.data.hex()} is of small order: nothing is shared with its owner")
    return secret


def validate_private_key(private_key: object) -> None:
    """Raise KeyTypeError if this is no private key of X25519."""
    if not isinstance(private_key, X25519PrivateKey):
        raise KeyTypeError("the private key", X25519PrivateKey, private_key)
