"""Nibbles: keys in halves of a byte, and how a run of them is packed into bytes (Ethereum Yellow Paper, appendix C).

The trie branches 16 ways, so its paths are made of nibbles, 0 to 15, which stand one to a byte here: `path[0]` is the branch to take.
A packed path must tell whether its number of nibbles was odd, and the trie lets it tell as well whether it ends at a value; the hex
prefix says both in one nibble.

>>> path = compute_path(b"do")
>>> list(path)
[6, 4, 6, 15]
>>> pack_path(path, is_end=True).hex(), pack_path(path[1:], is_end=False).hex()
('20646f', '146f')

Simplifications: none. Production tries keep paths packed all the time, to save memory.
"""

from typing import Final

from minichain.crypto.errors import InvalidEncodingError, MessageTypeError

DIGITS: Final = b"0123456789abcdef"
FROM_DIGITS: Final = bytes.maketrans(DIGITS, bytes(range(16)))
TO_DIGITS: Final = bytes.maketrans(bytes(range(16)), DIGITS)

IS_ODD: Final = 1
IS_END: Final = 2
"""The bits of the prefix: the number of nibbles is odd; the path ends at a value."""


def compute_path(key: bytes) -> bytes:
    """Return the nibbles of `key`, of each byte the high one first."""
    if not isinstance(key, bytes):
        raise MessageTypeError("a key", key)
    return key.hex().encode().translate(FROM_DIGITS)


def compute_key(path: bytes) -> bytes:
    """Return the bytes whose nibbles `path` holds. Raise InvalidEncodingError if their number is odd."""
    if len(path) % 2:
        raise InvalidEncodingError(f"trie: a key is whole bytes, and {len(path)} nibbles are not")
    return bytes.fromhex(path.translate(TO_DIGITS).decode())


def compute_common_length(path: bytes, other: bytes) -> int:
    """Return how many nibbles both paths have in common from their start."""
    for length, (nibble, its_nibble) in enumerate(zip(path, other, strict=False)):
        if nibble != its_nibble:
            return length
    return min(len(path), len(other))


def pack_path(path: bytes, *, is_end: bool) -> bytes:
    """Return the hex-prefix encoding HP(path, is_end): a byte of prefix alone if the number of nibbles is even, else with the first."""
    flags = IS_END if is_end else 0
    if len(path) % 2:
        return compute_key(bytes([flags | IS_ODD]) + path)
    return compute_key(bytes([flags, 0]) + path)


def unpack_path(packed: bytes) -> tuple[bytes, bool]:
    """Return the path and whether it ends at a value; refuse all but the one encoding of each."""
    if not packed:
        raise InvalidEncodingError("trie: a packed path has a prefix, and this one is empty")
    nibbles = compute_path(packed)
    flags = nibbles[0]
    if flags > IS_ODD | IS_END:
        raise InvalidEncodingError(f"trie: the prefix of a packed path is 0 to 3, not {flags}")
    if flags & IS_ODD:
        return nibbles[1:], bool(flags & IS_END)
    if nibbles[1]:
        raise InvalidEncodingError(f"trie: the packed path {packed.hex()} is even, so its second nibble is 0, not {nibbles[1]}")
    return nibbles[2:], bool(flags & IS_END)
