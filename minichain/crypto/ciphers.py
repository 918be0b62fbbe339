"""Encryption behind one interface: what the rest of MiniChain calls.

What is sealed with a key can be read by its holders only, and they notice any change. Associated data say where the sealed text
belongs: they are not sent, whoever opens must know them, and a text moved elsewhere does not open there.

>>> key = aes256gcm.generate_key()
>>> sealed = aes256gcm.seal(key, b"the price is 3", associated_data=b"channel 1")
>>> aes256gcm.open(key, sealed, associated_data=b"channel 1")
b'the price is 3'
>>> aes256gcm.open(key, sealed, associated_data=b"channel 2")
Traceback (most recent call last):
minichain.crypto.errors.DecryptionError: this was not sealed with this key and these associated data
>>> key
Aes256Key(secret not shown)

The sealed text is nonce || ciphertext || tag: 28 bytes more than the text. The nonce is 12 random bytes, drawn inside, because a nonce
that repeats breaks GCM (see `gcm`). Random ones repeat by chance, so a key seals at most 2^32 messages (SP 800-38D, section 8.3: the risk
stays below 2^-32); then derive another (see `hkdf`).

Simplifications: a message is sealed as a whole, in memory. A protocol with a counter that cannot fall back (TLS) needs no random
nonces, and AES-GCM-SIV (RFC 8452) forgives one that repeats. The length of a text is not hidden.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from os import urandom
from typing import ClassVar, Final

from minichain.crypto.cipher_backends import READABLE_PRIMITIVES, CipherPrimitive, LoadedKey, find_primitive
from minichain.crypto.errors import (
    DecryptionError,
    InvalidKeyError,
    InvalidPlaintextError,
    KeyTypeError,
    MessageTypeError,
    UnknownCipherError,
)
from minichain.crypto.gcm import TAG_SIZE

__all__ = ["CIPHER_NAMES", "Aes256Key", "Cipher", "CipherKey", "Sm4Key", "aes256gcm", "get_cipher", "sm4gcm"]

NONCE_SIZE: Final = 12
NONCE: Final = slice(NONCE_SIZE)
REST: Final = slice(NONCE_SIZE, None)
"""The parts of a sealed text, as slices made once."""
OVERHEAD: Final = NONCE_SIZE + TAG_SIZE
"""How many bytes a sealed text is longer than the text."""
MESSAGES_PER_KEY: Final = 2**32
"""After so many, take another key."""


@dataclass(frozen=True, eq=False, repr=False)
class CipherKey:
    """A key of a cipher: secret bytes. Comparing two takes the same time wherever they differ."""

    secret: bytes
    loaded: dict["Cipher", LoadedKey] = field(default_factory=dict, init=False)
    """What each implementation of its cipher has made of this key, so that it need not do so twice."""
    sealers: dict["Cipher", Callable[[bytes, bytes, bytes], bytes]] = field(default_factory=dict, init=False)
    openers: dict["Cipher", Callable[[bytes, bytes, bytes], bytes]] = field(default_factory=dict, init=False)
    """`encrypt` and `decrypt` of each, one step nearer: beside a library that opens 1 kB in a microsecond, each step shows."""

    cipher: ClassVar[str]
    size: ClassVar[int]

    def __post_init__(self) -> None:
        if not isinstance(self.secret, bytes):
            raise MessageTypeError(f"the secret of {type(self).__name__}", self.secret)
        if len(self.secret) != self.size:
            raise InvalidKeyError(f"the secret of {type(self).__name__} is {self.size} bytes long, not {len(self.secret)}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and hmac.compare_digest(self.secret, other.secret)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(secret not shown)"

    def __reduce__(self) -> tuple[type["CipherKey"], tuple[bytes]]:
        return type(self), (self.secret,)  # a copy is checked like any other key, and takes nothing loaded with it


class Aes256Key(CipherKey):
    """Any 32 bytes."""

    cipher = "aes-256-gcm"
    size = 32


class Sm4Key(CipherKey):
    """Any 16 bytes."""

    cipher = "sm4-gcm"
    size = 16


@dataclass(frozen=True, eq=False)
class Cipher:
    """A cipher with associated data (AEAD). Keys are of its own type."""

    name: str
    key_type: type[CipherKey]
    primitive: CipherPrimitive = field(repr=False)

    @property
    def backend(self) -> str:
        """The library that computes it, or "readable"."""
        return self.primitive.backend

    def generate_key(self) -> CipherKey:
        """Return a new key from the operating system's random numbers."""
        return self.key_type(urandom(self.key_type.size))

    def seal(self, key: CipherKey, plaintext: bytes, *, associated_data: bytes) -> bytes:
        """Return nonce || ciphertext || tag, with a fresh nonce. Sealing the same text twice gives different bytes."""
        try:
            encrypt = key.sealers[self]
        except (AttributeError, KeyError):
            encrypt = self.load(key).encrypt
        nonce = urandom(NONCE_SIZE)
        try:
            if associated_data is None:  # which a library may take for empty
                raise TypeError
            return nonce + encrypt(nonce, plaintext, associated_data)
        except TypeError:
            raise explain(plaintext=plaintext, associated_data=associated_data) from None
        except OverflowError:
            raise InvalidPlaintextError("a plaintext or its associated data are longer than the library takes at once") from None

    def open(self, key: CipherKey, sealed: bytes, *, associated_data: bytes) -> bytes:
        """Return the plaintext. No byte of it leaves before the tag is seen to be right.

        Every failure is the same DecryptionError: an answer that told them apart could be asked for, text after text.
        """
        try:
            decrypt = key.openers[self]
        except (AttributeError, KeyError):
            decrypt = self.load(key).decrypt
        try:
            if associated_data is None:  # which a library may take for empty
                raise TypeError
            return decrypt(sealed[NONCE], sealed[REST], associated_data)
        except (key.loaded[self].wrong_tag, ValueError, OverflowError):  # the others: too short for nonce and tag, too long for the library
            raise DecryptionError(WRONG) from None
        except TypeError:
            raise explain(sealed_text=sealed, associated_data=associated_data) from None

    def load(self, key: CipherKey) -> LoadedKey:
        """Return what this implementation makes of `key`, and keep it with the key."""
        if not isinstance(key, self.key_type):
            raise KeyTypeError("the key", self.key_type, key)
        loaded = key.loaded[self] = self.primitive.load(key.secret)
        key.sealers[self], key.openers[self] = loaded.encrypt, loaded.decrypt
        return loaded


WRONG: Final = "this was not sealed with this key and these associated data"
"""All that a DecryptionError says, whatever the reason."""


def explain(**values: object) -> TypeError:
    """Return the error that names the first of these values that is not bytes."""
    wrong = [MessageTypeError(f"the {name.replace('_', ' ')}", value) for name, value in values.items() if not isinstance(value, bytes)]
    return wrong[0]


KEY_TYPES: Final = (Aes256Key, Sm4Key)
ALL_READABLE: Final = {kind.cipher: Cipher(kind.cipher, kind, READABLE_PRIMITIVES[kind.cipher]) for kind in KEY_TYPES}
FASTEST: Final = {
    kind.cipher: Cipher(kind.cipher, kind, find_primitive(kind.cipher) or READABLE_PRIMITIVES[kind.cipher]) for kind in KEY_TYPES
}
CIPHER_NAMES: Final = tuple(FASTEST)

aes256gcm: Final = FASTEST["aes-256-gcm"]
sm4gcm: Final = FASTEST["sm4-gcm"]


def get_cipher(name: str, *, readable: bool = False) -> Cipher:
    """Return the cipher called `name`, the fastest that is installed or, on request, the `readable` one.

    >>> get_cipher("des")
    Traceback (most recent call last):
    minichain.crypto.errors.UnknownCipherError: no cipher is called 'des'; there are aes-256-gcm, sm4-gcm
    """
    try:
        return (ALL_READABLE if readable else FASTEST)[name]
    except KeyError:
        raise UnknownCipherError(f"no cipher is called {name!r}; there are {', '.join(CIPHER_NAMES)}") from None
