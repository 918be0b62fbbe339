"""A private key under a password: EncryptedPrivateKeyInfo (RFC 5958, section 3) with PBES2 (RFC 8018, section 6.2).

PBKDF2 makes a key from the password, a block cipher in CBC mode encrypts the PrivateKeyInfo with it. What is written is PBKDF2 with
HMAC-SHA-256, 600,000 iterations (OWASP's advice since 2023) and AES-256, which every library reads. SM4 and AES-128 are read too.

Simplifications: a changed file shows by what comes out of it, which is no key; a tag would show it at once, but PBES2 has none that others
read. Refused: PBES1 and everything with MD5, SHA-1, DES or RC2; scrypt; HMAC-SM3, which OpenSSL 3 does not take in PBKDF2.
"""

import os
from typing import Final

from minichain.crypto import cbc
from minichain.crypto.aes import AES
from minichain.crypto.block_ciphers import BLOCK_SIZE, BlockCipher
from minichain.crypto.der import (
    INTEGER,
    NULL,
    OCTET_STRING,
    Reader,
    decode_sequence,
    encode_element,
    encode_integer,
    encode_object_identifier,
    encode_sequence,
)
from minichain.crypto.errors import CryptoError, DecryptionError, InvalidEncodingError, KeyFileError, MessageTypeError
from minichain.crypto.key_encoding import decode_private_key, encode_private_key, in_field
from minichain.crypto.keys import PrivateKey
from minichain.crypto.pbkdf2 import derive_key
from minichain.crypto.sm4 import SM4

PBES2: Final = "1.2.840.113549.1.5.13"
PBKDF2: Final = "1.2.840.113549.1.5.12"
HMAC_WITH_SHA256: Final = "1.2.840.113549.2.9"
AES_256_CBC: Final = "2.16.840.1.101.3.4.1.42"

CIPHERS: Final[dict[str, tuple[BlockCipher, int]]] = {
    AES_256_CBC: (AES, 32),
    "2.16.840.1.101.3.4.1.2": (AES, 16),
    "1.2.156.10197.1.104.2": (SM4, 16),
}
"""For each algorithm in CBC mode the block cipher and the length of its key in bytes."""

ITERATIONS: Final = 600_000
LARGEST_ITERATIONS: Final = 5_000_000
"""A file that asks for more would keep its reader busy for longer than any honest one."""
LARGEST_SALT: Final = 1024


def encrypt_private_key(key: PrivateKey, password: bytes) -> bytes:
    """Return the EncryptedPrivateKeyInfo of `key`."""
    validate_password(password)
    if not password:
        raise KeyFileError("an empty password protects nothing; leave it out to write the key as it is")
    salt, initial = os.urandom(16), os.urandom(BLOCK_SIZE)
    function = encode_sequence(encode_object_identifier(HMAC_WITH_SHA256), encode_element(NULL, b""))
    derivation = encode_sequence(encode_element(OCTET_STRING, salt), encode_integer(ITERATIONS), function)
    parameters = encode_sequence(
        encode_sequence(encode_object_identifier(PBKDF2), derivation),
        encode_sequence(encode_object_identifier(AES_256_CBC), encode_element(OCTET_STRING, initial)),
    )
    encrypted = cbc.encrypt(AES, derive_key(password, salt, ITERATIONS, 32), initial, encode_private_key(key))
    algorithm = encode_sequence(encode_object_identifier(PBES2), parameters)
    return encode_sequence(algorithm, encode_element(OCTET_STRING, encrypted))


def decrypt_private_key(data: bytes, password: bytes) -> PrivateKey:
    """Return the key of an EncryptedPrivateKeyInfo. DecryptionError if the password is wrong, or the file was changed."""
    validate_password(password)
    with in_field("EncryptedPrivateKeyInfo"):
        outer = decode_sequence(data)
        with in_field("encryptionAlgorithm"):
            algorithm = outer.read_sequence()
            validate_algorithm(algorithm, PBES2, "PBES2")
            parameters = algorithm.read_sequence()
            algorithm.validate_end()
        with in_field("keyDerivationFunc"):
            salt, iterations, length = read_derivation(parameters.read_sequence())
        with in_field("encryptionScheme"):
            cipher, size, initial = read_scheme(parameters.read_sequence())
            if length not in (None, size):
                raise InvalidEncodingError(f"its key has {size} bytes, and keyLength says otherwise")
        parameters.validate_end()
        with in_field("encryptedData"):
            encrypted = outer.read_element(OCTET_STRING)
        outer.validate_end()
    try:
        return decode_private_key(cbc.decrypt(cipher, derive_key(password, salt, iterations, size), initial, encrypted))
    except CryptoError:
        raise DecryptionError("the password is wrong, or the key file was changed") from None


def validate_password(password: object) -> None:
    """Raise MessageTypeError if this is not bytes."""
    if not isinstance(password, bytes):
        raise MessageTypeError("the password", password)


def validate_algorithm(reader: Reader, expected: str, name: str) -> None:
    """Raise InvalidEncodingError if the next element is not this identifier."""
    found = reader.read_object_identifier()
    if found != expected:
        raise InvalidEncodingError(f"{found} is not {name}, the one that is read here")


def read_derivation(reader: Reader) -> tuple[bytes, int, int | None]:
    """Return salt, iterations and, if it is told, the key's length of PBKDF2 with HMAC-SHA-256."""
    validate_algorithm(reader, PBKDF2, "PBKDF2")
    parameters = reader.read_sequence()
    reader.validate_end()
    salt, iterations = parameters.read_element(OCTET_STRING), parameters.read_integer()
    if len(salt) > LARGEST_SALT or not 1 <= iterations <= LARGEST_ITERATIONS:
        raise InvalidEncodingError(f"a salt of up to {LARGEST_SALT} bytes and 1 to {LARGEST_ITERATIONS:,} iterations are accepted")
    length = parameters.read_integer() if parameters.is_next(INTEGER) else None
    if parameters.has_ended():
        raise InvalidEncodingError("prf is left out, which means HMAC-SHA-1; HMAC-SHA-256 is the one that is read here")
    function = parameters.read_sequence()
    validate_algorithm(function, HMAC_WITH_SHA256, "HMAC-SHA-256")
    if function.read_element(NULL):
        raise InvalidEncodingError("NULL has no content")
    function.validate_end()
    parameters.validate_end()
    return salt, iterations, length


def read_scheme(reader: Reader) -> tuple[BlockCipher, int, bytes]:
    """Return block cipher, length of the key and initial block."""
    algorithm = reader.read_object_identifier()
    if algorithm not in CIPHERS:
        raise InvalidEncodingError(f"{algorithm} is not AES-256, AES-128 or SM4 in CBC mode")
    initial = reader.read_element(OCTET_STRING)
    if len(initial) != BLOCK_SIZE:
        raise InvalidEncodingError(f"the initial block has {BLOCK_SIZE} bytes, not {len(initial)}")
    reader.validate_end()
    return *CIPHERS[algorithm], initial
