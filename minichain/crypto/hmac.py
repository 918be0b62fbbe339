"""HMAC: a digest that only the holders of a key can compute (RFC 2104; FIPS 198-1), in the order of the RFC.

A hash of a message shows that it was not changed by accident; anyone who changes it on purpose computes the hash anew. So a key goes
in as well. Where it goes matters: H(key || message) can be continued by a stranger, because the digest of an iterated hash is its state
(`weak.compute_prefix_mac` is there to be attacked). HMAC hashes twice, with the key in front each time, and the outer hash hides the
state of the inner one.

>>> tag = compute_mac(b"Jefe", b"what do ya want for nothing?", sha256)
>>> tag.hex()
'5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
>>> verify(b"Jefe", b"what do ya want for nothing?", tag, sha256)
True

Simplifications: the two padded keys are hashed again for each message; a library that computes many tags with one key keeps the two
states. Tags are not cut short, which the RFC allows (section 5).
"""

import hmac as library
from typing import Final

from minichain.crypto.errors import MessageTypeError
from minichain.crypto.hashing import HashFunction, sha256

__all__ = ["compute_mac", "verify"]

# Section 2: the definition. ipad and opad are one byte, repeated; here they are tables that put it on any byte.

INNER_PAD: Final = bytes(byte ^ 0x36 for byte in range(256))
OUTER_PAD: Final = bytes(byte ^ 0x5C for byte in range(256))


def compute_block_key(key: bytes, hash_function: HashFunction) -> bytes:
    """Return the key as one block: a longer one is hashed first, a shorter one filled up with zeros."""
    if len(key) > hash_function.block_size:
        key = hash_function(key)
    return key.ljust(hash_function.block_size, b"\0")


def compute_mac_readable(key: bytes, message: bytes, hash_function: HashFunction) -> bytes:
    """Return H(K xor opad, H(K xor ipad, message))."""
    block_key = compute_block_key(key, hash_function)
    inner = hash_function(block_key.translate(INNER_PAD) + message)
    return hash_function(block_key.translate(OUTER_PAD) + inner)


# What the rest of MiniChain calls


def compute_mac(key: bytes, message: bytes, hash_function: HashFunction = sha256) -> bytes:
    """Return the tag of `message`, as long as a digest. Where hashlib computes the hash, Python's own HMAC does all of it.

    A key is as strong as it is hard to guess: draw it at random, as long as a digest (section 3), or derive it (see `hkdf`).
    """
    try:
        if hash_function.backend == "hashlib":
            return library.digest(key, message, hash_function.name)
        return compute_mac_readable(key, message, hash_function)
    except (TypeError, AttributeError):
        validate_bytes(key, message)
        raise


def verify(key: bytes, message: bytes, tag: bytes, hash_function: HashFunction = sha256) -> bool:
    """Return whether `tag` is the one of `message`. It takes the same time wherever the two differ.

    A comparison that stops at the first wrong byte tells an attacker how many bytes of a guess were right.
    """
    expected = compute_mac(key, message, hash_function)
    if not isinstance(tag, bytes):
        raise MessageTypeError("the tag", tag)
    return library.compare_digest(expected, tag)


def validate_bytes(key: object, message: object) -> None:
    """Raise MessageTypeError if one of them is not bytes."""
    for what, value in (("the key for HMAC", key), ("the message for HMAC", message)):
        if not isinstance(value, bytes):
            raise MessageTypeError(what, value)
