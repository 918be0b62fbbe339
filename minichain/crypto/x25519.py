"""X25519 (RFC 7748, sections 4.1, 5 and 6.1), in the order of the RFC: two parties agree on a secret that nobody else learns.

On the Montgomery curve v² = u³ + 486662 u² + u, the u of k times a point can be computed from the u of the point alone, by a
ladder that does the same work for a 0 and a 1. So every 32 bytes are a valid public key. Both parties reach the u of abB: one as
a times bB, the other as b times aB.

Simplifications: the ladder does the same steps for every key, but Python's numbers do not take the same time. A production
library does, and `agreement` uses one where it is installed.
"""

from typing import Final

P: Final = 2**255 - 19
A24: Final = (486662 - 2) // 4
KEY_SIZE: Final = 32

# Section 5: decoding and encoding


def decode_u(data: bytes) -> int:
    """Return the coordinate u. The highest bit is ignored and numbers from p on are taken, as the RFC demands."""
    return (int.from_bytes(data, "little") & (1 << 255) - 1) % P


def encode_u(u: int) -> bytes:
    """Return u as 32 bytes, the lowest first."""
    return (u % P).to_bytes(KEY_SIZE, "little")


def decode_scalar(data: bytes) -> int:
    """Return the number k of these 32 random bytes.

    It is a multiple of 8, so that a point of small order is taken to zero instead of showing k modulo its order, and its highest
    bit is always the same.
    """
    return int.from_bytes(data, "little") & (1 << 254) - 8 | 1 << 254


# Section 5: the ladder


def compute_ladder(k: int, u: int) -> int:
    """Return the u of k times the point at `u`.

    (x2 : z2) is m times the point and (x3 : z3) is (m + 1) times, for the number m of the bits of k so far. Each step doubles one
    of them and adds both; a bit of k only chooses which.
    """
    x2, z2, x3, z3 = 1, 0, u, 1
    swap = 0
    for t in reversed(range(255)):
        bit = k >> t & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b = x2 + z2, x2 - z2
        aa, bb = a * a % P, b * b % P
        e = aa - bb
        da, cb = (x3 - z3) * a % P, (x3 + z3) * b % P
        x3, z3 = (da + cb) ** 2 % P, u * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + A24 * e) % P
    if swap:
        x2, z2 = x3, z3
    return x2 * pow(z2, P - 2, P) % P  # and 0 where z2 = 0


def x25519(private_key: bytes, public_key: bytes) -> bytes:
    """Return the 32 bytes that both parties reach. All zeros mean that `public_key` is of small order, and nothing is shared."""
    return encode_u(compute_ladder(decode_scalar(private_key), decode_u(public_key)))


# Section 6.1: Diffie-Hellman

BASE_POINT: Final = encode_u(9)


def compute_public_key(private_key: bytes) -> bytes:
    """Return the public key of these 32 random bytes.

    >>> alice, bob = bytes(range(32)), bytes(range(32, 64))
    >>> x25519(alice, compute_public_key(bob)) == x25519(bob, compute_public_key(alice))
    True
    """
    return x25519(private_key, BASE_POINT)
