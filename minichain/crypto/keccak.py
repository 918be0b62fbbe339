"""Keccak-256 (Keccak reference 3.0, 2011; Ethereum yellow paper), in the order of NIST FIPS 202, the SHA-3 standard.

Ethereum took Keccak as it stood before NIST made SHA-3 of it. The permutation and the sponge are the same; SHA-3 pads with two
more bits, so that SHA3-256 and Keccak-256 never agree. Both are at the end of this file, one byte apart.

Simplifications: see `iterated`; only the widest permutation (1600 bits) and the capacity of 512 bits. A production node uses
compiled code, which keeps the lanes in registers.
"""

from functools import partial
from typing import Final

from minichain.crypto.iterated import IteratedHash, State

# Section 3.1: the state, 1600 bits as 5 x 5 lanes of 64 bits each. The lane at (x, y) is state[5 * y + x].

LANE_MASK: Final = 2**64 - 1
EMPTY_STATE: Final = (0,) * 25


def rotate_lane(lane: int, n: int) -> int:
    """Return the lane with its bits moved `n` places up, those that leave at the top coming back at the bottom."""
    return (lane << n | lane >> 64 - n) & LANE_MASK


# Section 3.2: the five step mappings


def theta(state: State) -> State:
    """θ (3.2.1): add to each bit the parity of two columns beside it."""
    parity = [state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20] for x in range(5)]
    effect = [parity[x - 1] ^ rotate_lane(parity[(x + 1) % 5], 1) for x in range(5)]
    return tuple(lane ^ effect[i % 5] for i, lane in enumerate(state))


def compute_offsets() -> tuple[int, ...]:
    """Return how far ρ rotates each lane (3.2.2, algorithm 2): triangular numbers along a walk over all lanes but (0, 0)."""
    offsets = [0] * 25
    x, y = 1, 0
    for t in range(24):
        offsets[5 * y + x] = (t + 1) * (t + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    return tuple(offsets)


OFFSETS: Final = compute_offsets()
assert OFFSETS[:5] == (0, 1, 62, 28, 27)


def rho(state: State) -> State:
    """ρ (3.2.2): rotate each lane by an offset of its own."""
    return tuple(map(rotate_lane, state, OFFSETS))


ORIGINS: Final = [5 * x + (x + 3 * y) % 5 for y in range(5) for x in range(5)]


def pi(state: State) -> State:
    """π (3.2.3): move the lanes about; the one at (x + 3y, x) goes to (x, y)."""
    return tuple(state[origin] for origin in ORIGINS)


NEIGHBOURS: Final = [(5 * y + x, 5 * y + (x + 1) % 5, 5 * y + (x + 2) % 5) for y in range(5) for x in range(5)]


def chi(state: State) -> State:
    """χ (3.2.4): add to each bit the product of the next in its row, inverted, and the one after. All other steps only add."""
    return tuple(state[i] ^ (~state[j] & state[k]) for i, j, k in NEIGHBOURS)


def rc(t: int) -> int:
    """Return the bit rc(t) (3.2.5, algorithm 5): what a shift register of eight bits shows after `t` steps."""
    register = 1
    for _ in range(t % 255):
        register <<= 1
        if register & 1 << 8:
            register ^= 0b1_0111_0001  # the bit that falls out comes back at the places 0, 4, 5 and 6
    return register & 1


def compute_round_constant(round_index: int) -> int:
    """Return RC: seven bits of the register, at the places 0, 1, 3, 7, 15, 31 and 63."""
    return sum(rc(j + 7 * round_index) << 2**j - 1 for j in range(7))


ROUND_CONSTANTS: Final = [compute_round_constant(round_index) for round_index in range(24)]
assert (ROUND_CONSTANTS[0], ROUND_CONSTANTS[23]) == (0x0000000000000001, 0x8000000080008008)


def iota(state: State, round_constant: int) -> State:
    """ι (3.2.5): add the constant of the round to the first lane. Without it all rounds would be the same."""
    return (state[0] ^ round_constant, *state[1:])


# Sections 3.3 and 3.4: the permutation KECCAK-f[1600]


def permute(state: State) -> State:
    """Return the state after 24 rounds."""
    for round_constant in ROUND_CONSTANTS:
        state = iota(chi(pi(rho(theta(state)))), round_constant)
    return state


# Section 4: the sponge. A block touches the first 136 bytes of the state, the rate; the other 64, the capacity, it never sees.

RATE: Final = 136
DIGEST_SIZE: Final = 32


def absorb(state: State, block: bytes) -> State:
    """Return the state after `block` has been added to the rate and everything permuted."""
    lanes = [int.from_bytes(block[i : i + 8], "little") for i in range(0, RATE, 8)] + [0] * 8
    return permute(tuple(old ^ new for old, new in zip(state, lanes, strict=True)))


def squeeze(state: State) -> bytes:
    """Return the digest: the first 32 bytes of the state."""
    return b"".join(lane.to_bytes(8, "little") for lane in state)[:DIGEST_SIZE]


# Section 5.1: the padding pad10*1, after the bits that tell functions apart (6.1)


def compute_padding(length: int, first_byte: int) -> bytes:
    """Return what fills the last block: `first_byte`, zeros, and the highest bit of the last byte; all of it may be one byte."""
    padding = bytearray(RATE - length % RATE)
    padding[0] = first_byte
    padding[-1] |= 0x80
    return bytes(padding)


def build_function(name: str, first_byte: int) -> IteratedHash:
    """Return the sponge function that begins its padding with `first_byte`."""
    return IteratedHash(
        name=name,
        digest_size=DIGEST_SIZE,
        block_size=RATE,
        initial_state=EMPTY_STATE,
        compute_padding=partial(compute_padding, first_byte=first_byte),
        compute_next_state=absorb,
        compute_digest=squeeze,
    )


KECCAK256: Final = build_function("keccak256", first_byte=0x01)
SHA3_256: Final = build_function("sha3_256", first_byte=0x06)


def keccak256(message: bytes) -> bytes:
    """Return the digest of `message`, 32 bytes.

    >>> keccak256(b"abc").hex()
    '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45'
    >>> SHA3_256.new(b"abc").hexdigest()
    '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532'
    """
    return KECCAK256.new(message).digest()
