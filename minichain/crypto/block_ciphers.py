"""Block ciphers: what AES and SM4 have in common.

A block cipher is a secret permutation: a key picks one of the ways to turn 16 bytes into 16 others, and without it none can be told
from chance. It repeats a few simple steps, each with a round key of its own that the key schedule makes from the key. By itself it is
a building block, no encryption: equal blocks become equal blocks (`weak.encrypt_each_block` shows the picture). A mode such as `gcm` makes
encryption of it.

A processor does one block after the other. Python pays much for each step and little for what a step works on, so `aes` and `sm4` take all
blocks of a message through each step together.

Simplifications: S-boxes are looked up in tables, and how long a look-up takes may depend on the secret byte (Bernstein, 2005). Production
code uses the processor's AES instructions, or computes the S-boxes bit by bit, in constant time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from minichain.crypto.errors import InvalidKeyError

BLOCK_SIZE: Final = 16
"""The length of a block in bytes."""

RoundKeys = tuple[int, ...]
"""Words of 32 bits, as both standards have them."""


@dataclass(frozen=True)
class BlockCipher:
    """What makes one block cipher. Sizes are in bytes."""

    name: str
    key_sizes: tuple[int, ...]
    compute_round_keys: Callable[[bytes], RoundKeys]
    """The key schedule."""
    encrypt_blocks: Callable[[RoundKeys, bytes], bytes]
    """From round keys and blocks, one after the other, to each of them encrypted."""
    decrypt_blocks: Callable[[RoundKeys, bytes], bytes]

    def expand_key(self, key: bytes) -> RoundKeys:
        """Return the round keys of a key that has one of the right lengths."""
        if len(key) not in self.key_sizes:
            sizes = " or ".join(map(str, self.key_sizes))
            raise InvalidKeyError(f"a key of {self.name} is {sizes} bytes long, not {len(key)}")
        return self.compute_round_keys(key)


def apply_xor(a: bytes, b: bytes) -> bytes:
    """Return the exclusive or of two strings of one length: a number does it for all bytes at once."""
    return (int.from_bytes(a, "big") ^ int.from_bytes(b, "big")).to_bytes(len(a), "big")
