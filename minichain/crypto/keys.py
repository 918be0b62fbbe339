"""Keys have types: a key of one scheme is no key of another, a private key does not print itself, and none is out of range.

A key that exists has been checked, so that nothing behind it has to ask again: a private number is in range (FIPS 186-5 appendix
A.2, GB/T 32918.1 section 6.1), a public point is on its curve and not of small order. Key files are read and written elsewhere;
here a key is its bytes.

Simplifications: a secret stays in memory until Python reuses the place, and a process that may read this one's memory can read
it. A production node keeps keys in a hardware module that signs and never shows them.
"""

import hmac
import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final, TypeVar

from minichain.crypto import ed25519, edwards25519
from minichain.crypto.errors import InvalidKeyError, MessageTypeError
from minichain.crypto.weierstrass import P256, SECP256K1, SM2P256, Curve, Point, decode_point, encode_point

SECRET_SIZE: Final = 32
"""The length of every private key here in bytes."""


@dataclass(frozen=True, eq=False, repr=False)
class PrivateKey:
    """A private key: 32 secret bytes. Comparing two takes the same time wherever they differ."""

    secret: bytes

    scheme: ClassVar[str]
    public_type: ClassVar[type["PublicKey"]]

    @cached_property
    def loaded(self) -> dict[str, Any]:
        """What backends have made of this key, by their names, so that they need not do so twice."""
        return {}

    def __post_init__(self) -> None:
        if not isinstance(self.secret, bytes):
            raise MessageTypeError(f"the secret of {type(self).__name__}", self.secret)
        if len(self.secret) != SECRET_SIZE:
            raise InvalidKeyError(f"the secret of {type(self).__name__} is {SECRET_SIZE} bytes long, not {len(self.secret)}")
        self.validate()

    def validate(self) -> None:
        """Raise InvalidKeyError if the scheme has no such key."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and hmac.compare_digest(self.secret, other.secret)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(secret not shown)"

    def __reduce__(self) -> tuple[type["PrivateKey"], tuple[bytes]]:
        return type(self), (self.secret,)  # a copy is checked like any other key


@dataclass(frozen=True, repr=False)
class PublicKey:
    """A public key, in the one encoding that its scheme gives it here."""

    data: bytes

    scheme: ClassVar[str]

    @cached_property
    def loaded(self) -> dict[str, Any]:
        """What backends have made of this key, by their names."""
        return {}

    def __post_init__(self) -> None:
        if not isinstance(self.data, bytes):
            raise MessageTypeError(f"the data of {type(self).__name__}", self.data)
        self.validate()

    def validate(self) -> None:
        """Raise InvalidKeyError or InvalidEncodingError if the scheme has no such key."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(bytes.fromhex({self.data.hex()!r}))"

    def __reduce__(self) -> tuple[type["PublicKey"], tuple[bytes]]:
        return type(self), (self.data,)


K = TypeVar("K", bound=PrivateKey)


def generate_key(key_type: type[K]) -> K:
    """Return a new key from the operating system's random numbers.

    What is out of range is drawn again (FIPS 186-5, A.2.2): a remainder would favour small numbers.
    """
    while True:
        try:
            return key_type(secrets.token_bytes(SECRET_SIZE))
        except InvalidKeyError:
            continue


# Curves in Weierstrass form. A public key is encoded without compression; the compressed encoding is accepted too.


class Secp256k1PublicKey(PublicKey):
    """A point of secp256k1: 65 bytes, 04 || x || y."""

    scheme = "ecdsa-secp256k1"

    def validate(self) -> None:
        set_canonical(self, SECP256K1)

    @cached_property
    def point(self) -> Point:
        """The point, for those who compute with it."""
        return decode_point(SECP256K1, self.data)


class P256PublicKey(PublicKey):
    """A point of P-256: 65 bytes, 04 || x || y."""

    scheme = "ecdsa-p256"

    def validate(self) -> None:
        set_canonical(self, P256)

    @cached_property
    def point(self) -> Point:
        """The point, for those who compute with it."""
        return decode_point(P256, self.data)


class Sm2PublicKey(PublicKey):
    """A point of the SM2 curve: 65 bytes, 04 || x || y."""

    scheme = "sm2"

    def validate(self) -> None:
        set_canonical(self, SM2P256)

    @cached_property
    def point(self) -> Point:
        """The point, for those who compute with it."""
        return decode_point(SM2P256, self.data)


def set_canonical(key: PublicKey, curve: Curve) -> None:
    """Check what the key was given, and replace it by the encoding without compression, so that equal keys are equal."""
    point = decode_point(curve, key.data)
    if key.data[0] != 4:
        object.__setattr__(key, "data", encode_point(curve, point))


def validate_number(key: PrivateKey, largest: int) -> None:
    """Raise InvalidKeyError if the secret, as a number, is not from 1 to `largest`."""
    if not 1 <= int.from_bytes(key.secret, "big") <= largest:
        raise InvalidKeyError(f"the secret of {type(key).__name__} is a number from 1 to {largest:#x}; this one is not")


class Secp256k1PrivateKey(PrivateKey):
    """A number from 1 to n - 1."""

    scheme = "ecdsa-secp256k1"
    public_type = Secp256k1PublicKey

    def validate(self) -> None:
        validate_number(self, SECP256K1.n - 1)


class P256PrivateKey(PrivateKey):
    """A number from 1 to n - 1."""

    scheme = "ecdsa-p256"
    public_type = P256PublicKey

    def validate(self) -> None:
        validate_number(self, P256.n - 1)


class Sm2PrivateKey(PrivateKey):
    """A number from 1 to n - 2: signing divides by 1 + d."""

    scheme = "sm2"
    public_type = Sm2PublicKey

    def validate(self) -> None:
        validate_number(self, SM2P256.n - 2)


# Curves of 25519


class Ed25519PublicKey(PublicKey):
    """A point of edwards25519 that is not of small order: 32 bytes."""

    scheme = "ed25519"

    def validate(self) -> None:
        _ = self.point

    @cached_property
    def point(self) -> edwards25519.Extended:
        """The point, for those who compute with it."""
        return ed25519.decode_public_key(self.data)


class Ed25519PrivateKey(PrivateKey):
    """Any 32 bytes."""

    scheme = "ed25519"
    public_type = Ed25519PublicKey


class X25519PublicKey(PublicKey):
    """Any 32 bytes (RFC 7748, section 5). That nothing is shared with a key of small order is seen when a secret is agreed."""

    scheme = "x25519"

    def validate(self) -> None:
        if len(self.data) != 32:
            raise InvalidKeyError(f"the data of X25519PublicKey is 32 bytes long, not {len(self.data)}")


class X25519PrivateKey(PrivateKey):
    """Any 32 bytes."""

    scheme = "x25519"
    public_type = X25519PublicKey
