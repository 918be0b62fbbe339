"""A Bloom filter: "certainly not" at once, from a few bits (Bloom 1970).

Each key sets k bits of m, chosen by its hash; a key whose bits are not all set was never added. One whose bits are all set probably was:
with n keys in m bits, about (1 - e^(-kn/m))^k of those that were never added look as if they had been. So a yes must be checked where
all keys are, and only that costs time. ChainMaker keeps such a filter (bigfilter) before a ledger of 10^10 transactions.

>>> bloom = BloomFilter(capacity=1000)
>>> bloom.add(bytes(32))
>>> bloom.may_contain(bytes(32)), bloom.may_contain(bytes(31) + b"1")
(True, False)

Simplifications: keys are hashes already, so their own bytes choose the bits: two halves a and b give a, a + b, a + 2b, … (Kirsch and
Mitzenmacher 2006). Nothing can be taken out; a cuckoo filter could do that.
"""

import math
from typing import Final

KEY_SIZE: Final = 32


class BloomFilter:
    """Keys of 32 random bytes; up to `capacity` of them, at most about `false_positives` of the others are taken for one of them."""

    def __init__(self, capacity: int, false_positives: float = 0.001) -> None:
        self.capacity = capacity
        self.count = 0
        # The m and k for which the fewest bits do (Bloom 1970, and every textbook since).
        self._size = math.ceil(capacity * -math.log(false_positives) / math.log(2) ** 2)
        self._hashes = max(1, round(self._size / capacity * math.log(2)))
        self._bits = bytearray(self._size // 8 + 1)

    def _get_positions(self, key: bytes) -> list[int]:
        # An odd step, so that it never is 0 and all positions the same.
        start, step = int.from_bytes(key[:16], "big"), int.from_bytes(key[16:], "big") | 1
        return [(start + number * step) % self._size for number in range(self._hashes)]

    def add(self, key: bytes) -> None:
        """Add a key."""
        self.count += 1
        for position in self._get_positions(key):
            self._bits[position >> 3] |= 1 << (position & 7)

    def may_contain(self, key: bytes) -> bool:
        """Return False if the key was certainly never added, True if it probably was."""
        return all(self._bits[position >> 3] >> (position & 7) & 1 for position in self._get_positions(key))
