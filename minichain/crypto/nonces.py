"""Nonces that need no luck (RFC 6979, section 3.2): the secret number of a signature, computed from the key and the message.

ECDSA and SM2 use up one secret random number k for each signature. If it repeats, or a few bits of many are known, the private
key can be computed from the signatures: that is how the PlayStation 3 lost its key in 2010, and many wallets theirs. Here HMAC
stirs key and message into k: the same message gets the same k, another message one that nobody can predict, and no random number
generator can fail.

Simplifications: none. A production library may mix fresh randomness in (section 3.6), against an attacker who disturbs the
processor while the same message is signed twice.
"""

from collections.abc import Iterator

from minichain.crypto.hashing import HashFunction
from minichain.crypto.hmac import compute_mac


def compute_leftmost_bits(data: bytes, bits: int) -> int:
    """Return the first `bits` bits of `data`, or all there are, as a number (section 2.3.2, bits2int)."""
    return int.from_bytes(data, "big") >> max(0, 8 * len(data) - bits)


def generate_nonces(n: int, private_key: int, digest: bytes, hash_function: HashFunction) -> Iterator[int]:
    """Yield numbers from 1 to n - 1: the first, and others for the rare case that a scheme cannot use it."""
    bits = n.bit_length()
    size = (bits + 7) // 8
    # int2octets(x) || bits2octets(h1), sections 2.3.3 and 2.3.4
    seed = private_key.to_bytes(size, "big") + (compute_leftmost_bits(digest, bits) % n).to_bytes(size, "big")

    v = b"\x01" * hash_function.digest_size  # step b
    key = bytes(hash_function.digest_size)  # step c
    for separator in (b"\x00", b"\x01"):  # steps d to g
        key = compute_mac(key, v + separator + seed, hash_function)
        v = compute_mac(key, v, hash_function)
    while True:  # step h
        t = b""
        while len(t) < size:
            v = compute_mac(key, v, hash_function)
            t += v
        candidate = compute_leftmost_bits(t, bits)
        # A number out of range is rejected, not reduced: a remainder would favour small numbers, and bias is what attackers collect.
        if 1 <= candidate < n:
            yield candidate
        key = compute_mac(key, v + b"\x00", hash_function)
        v = compute_mac(key, v, hash_function)
