"""SM3 (GB/T 32905-2016; ISO/IEC 10118-3:2018), in the order of the standard. The hash of the national suite.

A relative of SHA-256: the same padding and word size, another way to stretch the message and to mix it in.

Simplifications: see `iterated`. A production node uses OpenSSL's code or an SM3 instruction of the processor.
"""

from typing import Final

from minichain.crypto.iterated import IteratedHash, State
from minichain.crypto.words import MASK, join_words, rotate_left, split_words

# Section 4.1: the initial value. The standard does not say where it comes from.

INITIAL_VALUE: Final = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)

# Section 4.2: the constants


def get_constant(j: int) -> int:
    """Return T_j."""
    return 0x79CC4519 if j < 16 else 0x7A879D8A


# Section 4.3: the Boolean functions, which change after 16 rounds


def ff(j: int, x: int, y: int, z: int) -> int:
    """FF_j: parity at first, then the majority."""
    return x ^ y ^ z if j < 16 else (x & y) | (x & z) | (y & z)


def gg(j: int, x: int, y: int, z: int) -> int:
    """GG_j: parity at first, then `x` chooses between `y` and `z`."""
    return x ^ y ^ z if j < 16 else (x & y) | (~x & z)


# Section 4.4: the permutations


def p0(x: int) -> int:
    """P0: stirs the state."""
    return x ^ rotate_left(x, 9) ^ rotate_left(x, 17)


def p1(x: int) -> int:
    """P1: stirs the message."""
    return x ^ rotate_left(x, 15) ^ rotate_left(x, 23)


# Section 5.2: padding


def compute_padding(length: int) -> bytes:
    """Return a one bit, zeros up to eight bytes before the end of a block, and the length of the message in bits."""
    zeros = -(length + 9) % 64
    return b"\x80" + bytes(zeros) + (8 * length).to_bytes(8, "big")


# Section 5.3.2: message expansion


def compute_expansion(block: bytes) -> tuple[list[int], list[int]]:
    """Return W, the 16 words of `block` and 52 more that mix them, and W', which is W with the word four places on."""
    w = split_words(block, "big")
    for j in range(16, 68):
        w.append(p1(w[j - 16] ^ w[j - 9] ^ rotate_left(w[j - 3], 15)) ^ rotate_left(w[j - 13], 7) ^ w[j - 6])
    return w, [w[j] ^ w[j + 4] for j in range(64)]


# Section 5.3.3: the compression function CF

ROUND_CONSTANTS: Final = [rotate_left(get_constant(j), j % 32) for j in range(64)]


def compress(value: State, block: bytes) -> State:
    """Return the value after `block`."""
    w, w_prime = compute_expansion(block)
    a, b, c, d, e, f, g, h = value
    for j in range(64):
        ss1 = rotate_left((rotate_left(a, 12) + e + ROUND_CONSTANTS[j]) & MASK, 7)
        ss2 = ss1 ^ rotate_left(a, 12)
        tt1 = (ff(j, a, b, c) + d + ss2 + w_prime[j]) & MASK
        tt2 = (gg(j, e, f, g) + h + ss1 + w[j]) & MASK
        a, b, c, d, e, f, g, h = tt1, a, rotate_left(b, 9), c, p0(tt2), e, rotate_left(f, 19), g
    # Without this exclusive or the rounds could be run backwards, from a wanted value to a block that gives it.
    return tuple(new ^ old for new, old in zip((a, b, c, d, e, f, g, h), value, strict=True))


# Section 5.4: the digest


def compute_digest(value: State) -> bytes:
    """Return the last value as 32 bytes."""
    return join_words(value, "big")


SM3: Final = IteratedHash(
    name="sm3",
    digest_size=32,
    block_size=64,
    initial_state=INITIAL_VALUE,
    compute_padding=compute_padding,
    compute_next_state=compress,
    compute_digest=compute_digest,
)


def sm3(message: bytes) -> bytes:
    """Return the digest of `message`, 32 bytes.

    >>> sm3(b"abc").hex()
    '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'
    """
    return SM3.new(message).digest()
