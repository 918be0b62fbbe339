"""PBKDF2: a key from a password (RFC 8018, section 5.2).

Passwords are guessed from lists. All that can be done is to make each guess cost: HMAC is computed hundreds of thousands of times, one
after the other. The salt makes every file a list of guesses of its own.

>>> derive_key(b"password", b"salt", 4096, 20).hex()
'c5e478d59288c841aa530db6845c4c8d962893a0'

Simplifications: scrypt (RFC 7914) and Argon2 (RFC 9106) also cost memory, which makes guessing on special hardware dearer.
"""

import hashlib

from minichain.crypto.block_ciphers import apply_xor
from minichain.crypto.errors import CryptoError
from minichain.crypto.hashing import HashFunction, sha256
from minichain.crypto.hmac import compute_mac


def derive_key(password: bytes, salt: bytes, iterations: int, length: int, hash_function: HashFunction = sha256) -> bytes:
    """Return a key of `length` bytes. Where hashlib offers it, OpenSSL computes it."""
    if iterations < 1 or length < 1:
        raise CryptoError(f"PBKDF2 takes one iteration or more and gives one byte or more, not {iterations} and {length}")
    if hash_function.backend == "hashlib" and hasattr(hashlib, "pbkdf2_hmac"):
        return hashlib.pbkdf2_hmac(hash_function.name, password, salt, iterations, length)
    return derive_key_readable(password, salt, iterations, length, hash_function)


def derive_key_readable(password: bytes, salt: bytes, iterations: int, length: int, hash_function: HashFunction) -> bytes:
    """Return the first `length` bytes of T1 || T2 || ..."""
    blocks = -(-length // hash_function.digest_size)
    return b"".join(compute_block(password, salt, iterations, number, hash_function) for number in range(1, blocks + 1))[:length]


def compute_block(password: bytes, salt: bytes, iterations: int, number: int, hash_function: HashFunction) -> bytes:
    """Return F(P, S, c, i) = U1 xor U2 xor ... xor Uc, each the tag of the one before."""
    u = total = compute_mac(password, salt + number.to_bytes(4, "big"), hash_function)
    for _ in range(iterations - 1):
        u = compute_mac(password, u, hash_function)
        total = apply_xor(total, u)
    return total
