"""RIPEMD-160 (Dobbertin, Bosselaers and Preneel 1996; ISO/IEC 10118-3), in the order of the paper.

Two different lines of 80 steps read the same block side by side, and the state takes in both. A Bitcoin address holds the
RIPEMD-160 of a SHA-256 for the sake of its 20 bytes; the EVM offers it as precompiled contract 3.

Simplifications: see `iterated`. 160 bits leave about 2^80 work for a collision: nothing new should choose this function.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from minichain.crypto.iterated import IteratedHash, State
from minichain.crypto.words import MASK, compute_scaled_root, join_words, rotate_left, split_words

# The order of the message words: each round permutes that of the round before

RHO: Final = (7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8)
PI: Final = tuple((9 * i + 5) % 16 for i in range(16))


def compute_orders(first: Sequence[int]) -> list[Sequence[int]]:
    """Return the orders of the five rounds of a line: `first`, then ρ once more in each round."""
    orders = [first]
    for _ in range(4):
        orders.append([RHO[i] for i in orders[-1]])
    return orders


LEFT_ORDERS: Final = compute_orders(range(16))
RIGHT_ORDERS: Final = compute_orders(PI)

# The Boolean functions: the left line takes one a round in this order, the right line in reverse

BooleanFunction = Callable[[int, int, int], int]
FUNCTIONS: Final[tuple[BooleanFunction, ...]] = (
    lambda x, y, z: x ^ y ^ z,
    lambda x, y, z: (x & y) | (~x & z),
    lambda x, y, z: (x | ~y) ^ z,
    lambda x, y, z: (x & z) | (y & ~z),
    lambda x, y, z: x ^ (y | ~z),
)

# The shifts: how far a step rotates, by round and by the number of the message word that it reads, the same in both lines

SHIFTS: Final = (
    (11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8),
    (12, 13, 11, 15, 6, 9, 9, 7, 12, 15, 11, 13, 7, 8, 7, 7),
    (13, 15, 14, 11, 7, 7, 6, 8, 13, 14, 13, 12, 5, 5, 6, 9),
    (14, 11, 12, 14, 8, 6, 5, 5, 15, 12, 15, 14, 9, 9, 8, 6),
    (15, 12, 13, 13, 9, 5, 8, 6, 14, 11, 12, 11, 8, 6, 5, 5),
)

# The constants: 2^30 times the square roots (left) and the cube roots (right) of 2, 3, 5 and 7, and nothing

LEFT_CONSTANTS: Final = (0, *(compute_scaled_root(prime, degree=2, bits=30) for prime in (2, 3, 5, 7)))
RIGHT_CONSTANTS: Final = (*(compute_scaled_root(prime, degree=3, bits=30) for prime in (2, 3, 5, 7)), 0)
assert LEFT_CONSTANTS[1:] == (0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E)
assert RIGHT_CONSTANTS[:4] == (0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9)

# A line is five rounds, each with its function, order, shifts and constant

Round = tuple[BooleanFunction, Sequence[int], Sequence[int], int]
LEFT_LINE: Final[list[Round]] = list(zip(FUNCTIONS, LEFT_ORDERS, SHIFTS, LEFT_CONSTANTS, strict=True))
RIGHT_LINE: Final[list[Round]] = list(zip(reversed(FUNCTIONS), RIGHT_ORDERS, SHIFTS, RIGHT_CONSTANTS, strict=True))

# Appendix A, the pseudo-code. The padding is MD4's: as SHA-256's, with the low byte of a number first.

INITIAL_VALUE: Final = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)


def compute_padding(length: int) -> bytes:
    """Return a one bit, zeros up to eight bytes before the end of a block, and the length of the message in bits."""
    zeros = -(length + 9) % 64
    return b"\x80" + bytes(zeros) + (8 * length).to_bytes(8, "little")


def compute_line(value: State, words: list[int], rounds: Iterable[Round]) -> State:
    """Return the five words that a line of 80 steps makes of `value` and the words of a block."""
    a, b, c, d, e = value
    for function, order, shifts, constant in rounds:
        for i in order:
            t = rotate_left((a + function(b, c, d) + words[i] + constant) & MASK, shifts[i]) + e
            a, b, c, d, e = e, t & MASK, b, rotate_left(c, 10), d
    return a, b, c, d, e


def compress(value: State, block: bytes) -> State:
    """Return the value after `block`: both lines start from the old value, and the sum of all three, each turned, is the new one."""
    words = split_words(block, "little")
    left = compute_line(value, words, LEFT_LINE)
    right = compute_line(value, words, RIGHT_LINE)
    return tuple((value[(i + 1) % 5] + left[(i + 2) % 5] + right[(i + 3) % 5]) & MASK for i in range(5))


def compute_digest(value: State) -> bytes:
    """Return the last value as 20 bytes."""
    return join_words(value, "little")


RIPEMD160: Final = IteratedHash(
    name="ripemd160",
    digest_size=20,
    block_size=64,
    initial_state=INITIAL_VALUE,
    compute_padding=compute_padding,
    compute_next_state=compress,
    compute_digest=compute_digest,
)


def ripemd160(message: bytes) -> bytes:
    """Return the digest of `message`, 20 bytes.

    >>> ripemd160(b"abc").hex()
    '8eb208f7e05d987a9b044a8e98c6b087f15a0bfc'
    """
    return RIPEMD160.new(message).digest()
