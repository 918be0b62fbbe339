"""Signatures behind one interface: what the rest of MiniChain calls.

A signature says that the owner of a key agreed to a message, and it can be carried anywhere. If the same key signs votes and
payments, bytes that are a vote may also read as a payment. So `sign` and `verify` want a context, which says what kind of message
this is and where it counts; a signature made in one is worthless in every other. A transaction's context names its chain, for
example.

>>> key = ed25519.generate_key()
>>> public_key = ed25519.compute_public_key(key)
>>> signature = ed25519.sign(key, b"to Bob: 3", context="payment on chain 1")
>>> ed25519.verify(public_key, b"to Bob: 3", signature, context="payment on chain 1")
True
>>> ed25519.verify(public_key, b"to Bob: 3", signature, context="payment on chain 2")
False
>>> key
Ed25519PrivateKey(secret not shown)
>>> get_scheme("sm2").backend
'readable'

A signature is 64 bytes long, and nobody but the signer can turn it into another one: of the two forms that each ECDSA signature
has, only the one with the low s counts.

Simplifications: TLS (RFC 8446, section 4.4.3) separates contexts in the same way; Ed25519 has a variant that does it inside
(Ed25519ctx), for which libraries are missing. The fast backend is looked for once, when this module is imported, and a node that
must not run on the readable one looks at `backend` itself.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from minichain.crypto.errors import CryptoError, KeyTypeError, MessageTypeError, UnknownSchemeError
from minichain.crypto.keys import (
    Ed25519PrivateKey,
    P256PrivateKey,
    PrivateKey,
    PublicKey,
    Secp256k1PrivateKey,
    Sm2PrivateKey,
    generate_key,
)
from minichain.crypto.readable_signatures import READABLE_PRIMITIVES
from minichain.crypto.signature_backends import Primitive, find_primitive
from minichain.crypto.weierstrass import P256, SECP256K1

__all__ = ["SCHEME_NAMES", "SIGNATURE_SIZE", "SignatureScheme", "ed25519", "get_scheme", "p256", "secp256k1", "sm2"]

SIGNATURE_SIZE: Final = 64
"""The length of every signature here in bytes."""

TAG: Final = b"MiniChain signed message 1"
"""Starts whatever is signed with a context: no other program signs such bytes."""


@lru_cache(maxsize=256)
def encode_context(context: str) -> bytes:
    """Return what goes before a message signed in `context`. The context's length is told, so that it cannot end in two places."""
    encoded = context.encode()
    if not 1 <= len(encoded) <= 255:
        raise CryptoError(f"the context of a signature has 1 to 255 bytes of UTF-8, not {len(encoded)}: {context[:40]!r}")
    return TAG + bytes([len(encoded)]) + encoded


@dataclass(frozen=True)
class SignatureScheme:
    """A signature scheme. Keys are of its own types; sizes are in bytes."""

    name: str
    private_type: type[PrivateKey]
    public_type: type[PublicKey]
    primitive: Primitive = field(repr=False)
    largest_s: bytes | None = None
    """The largest s of a signature that `verify` takes, for ECDSA; None where there is no second signature."""

    @property
    def backend(self) -> str:
        """The library that computes it, or "readable"."""
        return self.primitive.backend

    def generate_key(self) -> PrivateKey:
        """Return a new private key."""
        return generate_key(self.private_type)

    def compute_public_key(self, private_key: PrivateKey) -> PublicKey:
        """Return the public key of `private_key`."""
        validate_type("the private key", self.private_type, private_key)
        return self.public_type(self.primitive.compute_public_key(private_key))

    def sign(self, private_key: PrivateKey, message: bytes, *, context: str) -> bytes:
        """Return the signature of `message` in `context`."""
        validate_type("the private key", self.private_type, private_key)
        return self.primitive.sign(private_key, join(context, message))

    def verify(self, public_key: PublicKey, message: bytes, signature: bytes, *, context: str) -> bool:
        """Return whether `signature` is the one of `message` in `context` by the owner of `public_key`."""
        is_valid = self.verify_without_context(public_key, join(context, message), signature)
        return is_valid and (self.largest_s is None or signature[32:] <= self.largest_s)

    def sign_without_context(self, private_key: PrivateKey, message: bytes) -> bytes:
        """Return the signature of exactly these bytes, for a format whose standard fixes what is signed (a W3C credential, say)."""
        validate_type("the private key", self.private_type, private_key)
        validate_bytes("the message to be signed", message)
        return self.primitive.sign(private_key, message)

    def verify_without_context(self, public_key: PublicKey, message: bytes, signature: bytes) -> bool:
        """Return whether `signature` is one of exactly these bytes, as the scheme's standard has it: ECDSA's high s counts too."""
        validate_type("the public key", self.public_type, public_key)
        validate_bytes("the signed message", message)
        validate_bytes("the signature", signature)
        return len(signature) == SIGNATURE_SIZE and self.primitive.verify(public_key, message, signature)


def join(context: str, message: bytes) -> bytes:
    """Return what is signed: the tag, the context with its length, the message."""
    start = encode_context(context)
    try:
        return start + message
    except TypeError:
        raise MessageTypeError("the message to be signed", message) from None


def validate_bytes(what: str, value: object) -> None:
    """Raise MessageTypeError if `value` is not bytes."""
    if not isinstance(value, bytes):
        raise MessageTypeError(what, value)


def validate_type(what: str, expected: type, key: object) -> None:
    """Raise KeyTypeError if `key` is one of another scheme, or no key."""
    if not isinstance(key, expected):
        raise KeyTypeError(what, expected, key)


def make_scheme(private_type: type[PrivateKey], primitive: Primitive) -> SignatureScheme:
    """Return the scheme that keys of this type belong to, computed by `primitive`."""
    name = private_type.scheme
    return SignatureScheme(name, private_type, private_type.public_type, primitive, LARGEST_S.get(name))


LARGEST_S: Final = {"ecdsa-secp256k1": (SECP256K1.n // 2).to_bytes(32, "big"), "ecdsa-p256": (P256.n // 2).to_bytes(32, "big")}
PRIVATE_TYPES: Final = (Ed25519PrivateKey, Sm2PrivateKey, Secp256k1PrivateKey, P256PrivateKey)
ALL_READABLE: Final = {kind.scheme: make_scheme(kind, READABLE_PRIMITIVES[kind.scheme]) for kind in PRIVATE_TYPES}
FASTEST: Final = {kind.scheme: make_scheme(kind, find_primitive(kind.scheme) or READABLE_PRIMITIVES[kind.scheme]) for kind in PRIVATE_TYPES}
SCHEME_NAMES: Final = tuple(FASTEST)

ed25519: Final = FASTEST["ed25519"]
sm2: Final = FASTEST["sm2"]
secp256k1: Final = FASTEST["ecdsa-secp256k1"]
p256: Final = FASTEST["ecdsa-p256"]


def get_scheme(name: str, *, readable: bool = False) -> SignatureScheme:
    """Return the scheme called `name` (a key's `scheme`), the fastest that is installed or, on request, the `readable` one.

    >>> get_scheme("rsa")
    Traceback (most recent call last):
    minichain.crypto.errors.UnknownSchemeError: no signature scheme is called 'rsa'; there are ed25519, sm2, ecdsa-secp256k1, ecdsa-p256
    """
    try:
        return (ALL_READABLE if readable else FASTEST)[name]
    except KeyError:
        raise UnknownSchemeError(f"no signature scheme is called {name!r}; there are {', '.join(SCHEME_NAMES)}") from None
