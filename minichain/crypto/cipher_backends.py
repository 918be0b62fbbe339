"""Fast backends of the ciphers: `cryptography` (OpenSSL), beside our own modules in the same shape.

As with hash functions, none is needed, and a candidate counts only if it gives the right answer to what `ANSWERS` asks: a library
may be built without SM4.

Simplifications: one answer is no proof of a library; the tests compare many.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from minichain.crypto import gcm
from minichain.crypto.aes import AES
from minichain.crypto.block_ciphers import BlockCipher
from minichain.crypto.errors import DecryptionError
from minichain.crypto.hashing import READABLE
from minichain.crypto.sm4 import SM4


@dataclass(frozen=True)
class LoadedKey:
    """A key as one implementation keeps it. Nonces are 12 bytes long, and what is decrypted has a tag at least."""

    encrypt: Callable[[bytes, bytes, bytes], bytes]
    """From a nonce, a plaintext and associated data to ciphertext || tag."""
    decrypt: Callable[[bytes, bytes, bytes], bytes]
    """From a nonce, ciphertext || tag and associated data to the plaintext."""
    wrong_tag: type[Exception]
    """What `decrypt` raises if the tag is wrong."""


@dataclass(frozen=True)
class CipherPrimitive:
    """One implementation of one cipher."""

    backend: str
    load: Callable[[bytes], LoadedKey]


def find_primitive(name: str) -> CipherPrimitive | None:
    """Return the fast implementation if it is here and answers as it should, or None."""
    for load in CANDIDATES.get(name, ()):
        # Whatever goes wrong in a library that we can do without means that we do without it.
        with contextlib.suppress(Exception):
            primitive = load()
            if is_right(primitive, name):
                return primitive
    return None


def is_right(primitive: CipherPrimitive, name: str) -> bool:
    """Return whether `primitive` gives the known answer, both ways, and refuses what was changed."""
    secret, nonce, plaintext, associated_data, ciphertext, tag = map(bytes.fromhex, ANSWERS[name])
    answer = ciphertext + tag
    key = primitive.load(secret)
    if key.encrypt(nonce, plaintext, associated_data) != answer or key.decrypt(nonce, answer, associated_data) != plaintext:
        return False
    try:
        key.decrypt(nonce, answer, associated_data + b"!")
    except key.wrong_tag:
        return True
    return False


# Our own


def make_readable(cipher: BlockCipher) -> CipherPrimitive:
    """Return `cipher` in GCM, as this package computes it."""

    def load(secret: bytes) -> LoadedKey:
        key = gcm.load_key(cipher, secret)
        return LoadedKey(partial(gcm.encrypt, key), partial(gcm.decrypt, key), DecryptionError)

    return CipherPrimitive(READABLE, load)


READABLE_PRIMITIVES: Final = {"aes-256-gcm": make_readable(AES), "sm4-gcm": make_readable(SM4)}

# cryptography


def load_aes() -> CipherPrimitive:
    """AES-GCM in `cryptography`."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    def load(secret: bytes) -> LoadedKey:
        aead = AESGCM(secret)

        return LoadedKey(aead.encrypt, aead.decrypt, InvalidTag)

    return CipherPrimitive("cryptography", load)


def load_sm4() -> CipherPrimitive:
    """SM4-GCM in `cryptography`, put together from cipher and mode."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import SM4
    from cryptography.hazmat.primitives.ciphers.modes import GCM

    def load(secret: bytes) -> LoadedKey:
        algorithm = SM4(secret)

        def encrypt(nonce: bytes, plaintext: bytes, associated_data: bytes) -> bytes:
            encryptor = Cipher(algorithm, GCM(nonce)).encryptor()
            encryptor.authenticate_additional_data(associated_data)
            return encryptor.update(plaintext) + encryptor.finalize() + encryptor.tag

        def decrypt(nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
            ciphertext, tag = data[: -gcm.TAG_SIZE], data[-gcm.TAG_SIZE :]
            decryptor = Cipher(algorithm, GCM(nonce, tag)).decryptor()
            decryptor.authenticate_additional_data(associated_data)
            plaintext = decryptor.update(ciphertext)  # not verified yet: it must not leave before the next line
            return plaintext + decryptor.finalize()

        return LoadedKey(encrypt, decrypt, InvalidTag)

    return CipherPrimitive("cryptography", load)


CANDIDATES: Final[dict[str, tuple[Callable[[], CipherPrimitive], ...]]] = {"aes-256-gcm": (load_aes,), "sm4-gcm": (load_sm4,)}
"""For each cipher the backends to try, the fastest first."""

ANSWERS: Final = {
    "aes-256-gcm": (  # McGrew and Viega, "The Galois/Counter Mode of Operation", 2005, test case 16
        "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        "cafebabefacedbaddecaf888",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
        "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
    "sm4-gcm": (  # RFC 8998, section A.1
        "0123456789abcdeffedcba9876543210",
        "00001234567800000000abcd",
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
        "83de3541e4c2b58177e065a9bf7b62ec",
    ),
}
"""For each cipher a key, a nonce, a plaintext, associated data, the ciphertext and the tag, in hexadecimal."""
