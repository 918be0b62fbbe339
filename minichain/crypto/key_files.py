"""Key files: keys in PEM, as OpenSSL and other programs read and write them.

    PUBLIC KEY             a SubjectPublicKeyInfo (see `key_encoding`)
    PRIVATE KEY            a PrivateKeyInfo
    ENCRYPTED PRIVATE KEY  the same under a password (see `key_encryption`)
    EC PRIVATE KEY         an ECPrivateKey alone, which older programs write; it is read only

>>> from minichain.crypto.keys import Ed25519PublicKey
>>> text = format_public_key(Ed25519PublicKey(bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")))
>>> print(text)
-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=
-----END PUBLIC KEY-----
>>> parse_public_key(text).scheme
'ed25519'

Simplifications: a key is in a file at all. A production node keeps it in a hardware module, or at least fetches it from a service that
logs who did.
"""

import contextlib
import errno
import os
from pathlib import Path
from typing import Final

from minichain.crypto.errors import KeyFileError
from minichain.crypto.key_encoding import (
    decode_ec_private_key,
    decode_private_key,
    decode_public_key,
    encode_private_key,
    encode_public_key,
)
from minichain.crypto.key_encryption import decrypt_private_key, encrypt_private_key
from minichain.crypto.keys import PrivateKey, PublicKey
from minichain.crypto.pem import PemBlock, decode_pem, encode_pem

__all__ = [
    "format_private_key",
    "format_public_key",
    "is_encrypted",
    "is_private",
    "parse_private_key",
    "parse_public_key",
    "read_private_key",
    "read_public_key",
    "read_text",
    "write_private_key",
    "write_public_key",
]

PUBLIC: Final = "PUBLIC KEY"
PRIVATE: Final = "PRIVATE KEY"
ENCRYPTED: Final = "ENCRYPTED PRIVATE KEY"
EC_PRIVATE: Final = "EC PRIVATE KEY"
PRIVATE_LABELS: Final = (PRIVATE, ENCRYPTED, EC_PRIVATE)

NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)  # O_EXCL implies it, but not in a browser's file system; Windows lacks it
LARGEST_FILE: Final = 64 * 1024
"""How many bytes of a key file are read; a key has a few hundred."""

# Text


def format_public_key(key: PublicKey) -> str:
    """Return the PEM text of a public key."""
    return encode_pem(PemBlock(PUBLIC, encode_public_key(key)))


def parse_public_key(text: str) -> PublicKey:
    """Return the one public key in PEM text; its type says of which scheme it is."""
    return decode_public_key(get_block(text, (PUBLIC,)).data)


def format_private_key(key: PrivateKey, password: bytes | None = None) -> str:
    """Return the PEM text of a private key, encrypted if a password is given."""
    if password is None:
        return encode_pem(PemBlock(PRIVATE, encode_private_key(key)))
    return encode_pem(PemBlock(ENCRYPTED, encrypt_private_key(key, password)))


def parse_private_key(text: str, password: bytes | None = None) -> PrivateKey:
    """Return the one private key in PEM text; its type says of which scheme it is. DecryptionError if the password is wrong."""
    block = get_block(text, PRIVATE_LABELS)
    if block.label == ENCRYPTED:
        if password is None:
            raise KeyFileError("the private key is encrypted, and no password was given")
        return decrypt_private_key(block.data, password)
    if password is not None:
        raise KeyFileError("a password was given, but the private key is not encrypted: whoever can read the file has it")
    return decode_ec_private_key(block.data) if block.label == EC_PRIVATE else decode_private_key(block.data)


def is_private(text: str) -> bool:
    """Return whether a private key is in PEM text."""
    return any(block.label in PRIVATE_LABELS for block in decode_pem(text))


def is_encrypted(text: str) -> bool:
    """Return whether an encrypted private key is in PEM text, so that a password is wanted."""
    return any(block.label == ENCRYPTED for block in decode_pem(text))


def get_block(text: str, labels: tuple[str, ...]) -> PemBlock:
    """Return the one block with one of these labels. Others, such as OpenSSL's EC PARAMETERS, are passed over."""
    blocks = decode_pem(text)
    found = [block for block in blocks if block.label in labels]
    if len(found) != 1:
        there = ", ".join(repr(block.label[:40]) for block in blocks[:5]) or "no block at all"
        raise KeyFileError(f"PEM: one block {' or '.join(map(repr, labels))} is expected, and there is {there}")
    return found[0]


# Files


def read_public_key(path: str | Path) -> PublicKey:
    """Return the public key in this file."""
    return parse_public_key(read_text(path))


def read_private_key(path: str | Path, password: bytes | None = None) -> PrivateKey:
    """Return the private key in this file."""
    return parse_private_key(read_text(path), password)


def write_public_key(path: str | Path, key: PublicKey) -> None:
    """Write a public key into a new file."""
    write_new(path, format_public_key(key), 0o644)


def write_private_key(path: str | Path, key: PrivateKey, password: bytes | None = None) -> None:
    """Write a private key into a new file, which only its owner can read."""
    write_new(path, format_private_key(key, password), 0o600)


def read_text(path: str | Path) -> str:
    """Return the content of a key file."""
    with Path(path).open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise KeyFileError(f"{path} is longer than {LARGEST_FILE:,} bytes, which no key file is")
    try:
        return data.decode("utf-8")  # comments around a block may be in any language
    except UnicodeDecodeError:
        raise KeyFileError(f"{path} is not text; a key file is PEM") from None


def write_new(path: str | Path, text: str, mode: int) -> None:
    """Write `text` into a file that was not there.

    O_EXCL refuses a file that exists and, in the last place, a symbolic link: an attacker who can write in the folder could otherwise lay
    a file of their own, or a link to another, before us. The mode is given when the file is made: set later, it would come too late.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_FOLLOW, mode)
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ELOOP):
            raise
        raise KeyFileError(f"{path} exists already, and a key file is never overwritten") from None
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            Path(path).unlink()  # half a key is none
        raise
