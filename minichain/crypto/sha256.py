"""SHA-256 (NIST FIPS 180-4, 2015), in the order of the standard. The hash of the international suite.

Simplifications: see `iterated`. A production node uses the processor's own SHA instructions, through OpenSSL.
"""

from typing import Final

from minichain.crypto.iterated import IteratedHash, State
from minichain.crypto.words import MASK, compute_scaled_root, join_words, rotate_right, split_words

# Section 4.1.2: six functions on words of 32 bits


def choose(x: int, y: int, z: int) -> int:
    """Ch: each bit of `x` chooses between the bit of `y` (1) and the bit of `z` (0)."""
    return (x & y) ^ (~x & z)


def majority(x: int, y: int, z: int) -> int:
    """Maj: each bit is what two or three of the words have there."""
    return (x & y) ^ (x & z) ^ (y & z)


def big_sigma_0(x: int) -> int:
    """Σ0: stirs the state."""
    return rotate_right(x, 2) ^ rotate_right(x, 13) ^ rotate_right(x, 22)


def big_sigma_1(x: int) -> int:
    """Σ1: stirs the state."""
    return rotate_right(x, 6) ^ rotate_right(x, 11) ^ rotate_right(x, 25)


def small_sigma_0(x: int) -> int:
    """σ0: stirs the message."""
    return rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3


def small_sigma_1(x: int) -> int:
    """σ1: stirs the message."""
    return rotate_right(x, 17) ^ rotate_right(x, 19) ^ x >> 10


# Section 4.2.2: 64 constants, the first 32 bits of the fractional parts of the cube roots of the first 64 primes

PRIMES: Final = [n for n in range(2, 312) if all(n % d for d in range(2, n))]
K: Final = [compute_scaled_root(prime, degree=3, bits=32) & MASK for prime in PRIMES]
assert len(K) == 64
assert (K[0], K[63]) == (0x428A2F98, 0xC67178F2)

# Section 5.1.1: padding


def compute_padding(length: int) -> bytes:
    """Return a one bit, zeros up to eight bytes before the end of a block, and the length of the message in bits."""
    zeros = -(length + 9) % 64
    return b"\x80" + bytes(zeros) + (8 * length).to_bytes(8, "big")


# Section 5.3.3: the initial hash value, from the square roots of the first eight primes

INITIAL_HASH: Final = tuple(compute_scaled_root(prime, degree=2, bits=32) & MASK for prime in PRIMES[:8])
assert (INITIAL_HASH[0], INITIAL_HASH[7]) == (0x6A09E667, 0x5BE0CD19)

# Section 6.2.2: the hash computation


def compute_schedule(block: bytes) -> list[int]:
    """Return the message schedule W (step 1): the 16 words of `block`, and 48 more that mix them."""
    w = split_words(block, "big")
    for t in range(16, 64):
        w.append((small_sigma_1(w[t - 2]) + w[t - 7] + small_sigma_0(w[t - 15]) + w[t - 16]) & MASK)
    return w


def compute_next_hash(hash_value: State, block: bytes) -> State:
    """Return the hash value after `block` (steps 2 to 4)."""
    a, b, c, d, e, f, g, h = hash_value
    for k_t, w_t in zip(K, compute_schedule(block), strict=True):
        t1 = h + big_sigma_1(e) + choose(e, f, g) + k_t + w_t
        t2 = big_sigma_0(a) + majority(a, b, c)
        a, b, c, d, e, f, g, h = (t1 + t2) & MASK, a, b, c, (d + t1) & MASK, e, f, g
    # Without this sum the rounds could be run backwards, from a wanted hash value to a block that gives it.
    return tuple((old + new) & MASK for old, new in zip(hash_value, (a, b, c, d, e, f, g, h), strict=True))


def compute_digest(hash_value: State) -> bytes:
    """Return the last hash value as 32 bytes."""
    return join_words(hash_value, "big")


SHA256: Final = IteratedHash(
    name="sha256",
    digest_size=32,
    block_size=64,
    initial_state=INITIAL_HASH,
    compute_padding=compute_padding,
    compute_next_state=compute_next_hash,
    compute_digest=compute_digest,
)


def sha256(message: bytes) -> bytes:
    """Return the digest of `message`, 32 bytes.

    >>> sha256(b"abc").hex()
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    """
    return SHA256.new(message).digest()
