"""HKDF: from one secret to the keys that a protocol needs (RFC 5869), in the order of the RFC.

What two parties agree on (see `agreement`) is secret, but it is no key: it is a point of a curve, and some of its bits are likelier than
others. HKDF first extracts from it a key as good as random, then expands that to as many bytes as are wanted. `info` tells what they are
for: keys for different uses are independent, and one that leaks says nothing about another.

>>> secret = bytes(range(32))
>>> key = derive_key(secret, info=b"chain 1, from Alice to Bob", length=16)
>>> key == derive_key(secret, info=b"chain 1, from Bob to Alice", length=16)
False

Simplifications: none. It is no way to store passwords: those are easily guessed, and want a function that is slow on purpose (PBKDF2,
scrypt, Argon2).
"""

from typing import Final

from minichain.crypto.errors import CryptoError
from minichain.crypto.hashing import HashFunction, sha256
from minichain.crypto.hmac import compute_mac

LARGEST_COUNTER: Final = 255
"""The counter of the blocks is one byte."""

# Section 2.2: extract


def extract(salt: bytes, secret: bytes, hash_function: HashFunction = sha256) -> bytes:
    """Return PRK, a key as long as a digest. `salt` need not be secret; empty means a digest of zeros."""
    return compute_mac(salt or bytes(hash_function.digest_size), secret, hash_function)


# Section 2.3: expand


def expand(key: bytes, info: bytes, length: int, hash_function: HashFunction = sha256) -> bytes:
    """Return OKM: the first `length` bytes of T(1) || T(2) || ..., where T(i) is the tag of T(i - 1) || info || i."""
    largest = LARGEST_COUNTER * hash_function.digest_size
    if not 0 <= length <= largest:
        raise CryptoError(f"HKDF with {hash_function.name} gives 0 to {largest:,} bytes, not {length:,}")
    blocks = [b""]
    for counter in range(1, -(-length // hash_function.digest_size) + 1):
        blocks.append(compute_mac(key, blocks[-1] + info + bytes([counter]), hash_function))
    return b"".join(blocks)[:length]


# Both (section 2.1)


def derive_key(secret: bytes, *, info: bytes, length: int, salt: bytes = b"", hash_function: HashFunction = sha256) -> bytes:
    """Return `length` bytes for the use that `info` names."""
    return expand(extract(salt, secret, hash_function), info, length, hash_function)
