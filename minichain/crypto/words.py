"""Words of 32 bits: the arithmetic that SHA-256, SM3 and RIPEMD-160 share.

Python's integers have no width, so a sum or a left shift is cut back to 32 bits where the standards say "modulo 2^32".

Simplifications: none. Compiled code gets the cut for free from the processor's 32-bit registers.
"""

from typing import Final, Literal

MASK: Final = 0xFFFFFFFF
"""`x & MASK` is x modulo 2^32."""


def rotate_left(x: int, n: int) -> int:
    """Return the word `x` with its bits moved `n` places up, those that leave at the top coming back at the bottom."""
    return (x << n | x >> 32 - n) & MASK


def rotate_right(x: int, n: int) -> int:
    """Return the word `x` with its bits moved `n` places down, those that leave at the bottom coming back at the top."""
    return (x >> n | x << 32 - n) & MASK


def split_words(block: bytes, order: Literal["big", "little"]) -> list[int]:
    """Return `block` as words of four bytes each."""
    return [int.from_bytes(block[i : i + 4], order) for i in range(0, len(block), 4)]


def join_words(words: tuple[int, ...], order: Literal["big", "little"]) -> bytes:
    """Return the bytes of `words`, four for each."""
    return b"".join(word.to_bytes(4, order) for word in words)


def compute_scaled_root(number: int, degree: int, bits: int) -> int:
    """Return the integer part of 2^bits times the root of `number` of that degree, without rounding.

    Designers take constants from such roots to show that they hid nothing in them ("nothing up my sleeve").

    >>> hex(compute_scaled_root(2, degree=2, bits=30))
    '0x5a827999'
    """
    target = number << bits * degree
    root = 0
    for bit in reversed(range(bits + number.bit_length())):
        candidate = root | 1 << bit
        if candidate**degree <= target:
            root = candidate
    return root
