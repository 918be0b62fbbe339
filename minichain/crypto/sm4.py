"""SM4 (GB/T 32907-2016; ISO/IEC 18033-3:2010/Amd 1:2021), in the order of the standard. The block cipher of the national suite.

A block is four words. Each of the 32 rounds makes one new word from the four before it, and the last four, backwards, are the result. To
decrypt, the same rounds take their keys in reverse order: whatever the round function does, it need not be undone (the idea of Feistel,
1973).

Here a `Words` holds one word of every block in one long number, 32 bits each. So a step is one operation on long numbers, however many
blocks there are.

Simplifications: see `block_ciphers`.
"""

from functools import lru_cache
from typing import Final

from minichain.crypto.block_ciphers import BLOCK_SIZE, BlockCipher, RoundKeys

Words = int
"""A word of every block: the first block's in the highest 32 bits."""

# Section 5: words side by side. What a rotation pushes out of one word must not land in its neighbour.


@lru_cache(maxsize=64)
def repeat(word: int, count: int) -> Words:
    """Return `count` times the same word."""
    return int.from_bytes(word.to_bytes(4, "big") * count, "big")


def rotate_left(words: Words, n: int, count: int) -> Words:
    """Return each of `count` words with its bits moved `n` places up, those that leave at the top coming back at the bottom."""
    low = repeat((1 << n) - 1, count)
    high = repeat(0xFFFFFFFF << n & 0xFFFFFFFF, count)
    return words << n & high | words >> 32 - n & low


# Section 6.2.1: the permutation T = L(tau), and T' of the key schedule. The standard gives no reason for its S-box; it is the inverse in
# GF(2^8) between two affine maps (Liu et al., 2007).

S_BOX: Final = bytes.fromhex(
    "d690e9fecce13db716b614c228fb2c05 2b679a762abe04c3aa44132649860699 9c4250f491ef987a33540b43edcfac62"
    "e4b31ca9c908e89580df94fa758f3fa6 4707a7fcf37317ba83593c19e6854fa8 686b81b27164da8bf8eb0f4b70569d35"
    "1e240e5e6358d1a225227c3b01217887 d40046579fd327524c3602e7a0c4c89e eabf8ad240c738b5a3f7f2cef96115a1"
    "e0ae5da49b341a55ad933230f58cb1e3 1df6e22e8266ca60c02923ab0d534e6f d5db3745defd8e2f03ff6a726d6c5b51"
    "8d1baf92bbddbc7f11d95c411f105ad8 0ac13188a5cd7bbd2d74d012b8e5b4b0 8969974a0c96777e65b9f109c56ec684"
    "18f07dec3adc4d2079ee5f3ed7cb3948"
)


def tau(words: Words, count: int) -> Words:
    """Return the words with every byte replaced by the S-box."""
    return int.from_bytes(words.to_bytes(4 * count, "big").translate(S_BOX), "big")


def t(words: Words, count: int) -> Words:
    """T, of the rounds: tau, then L mixes each word."""
    b = tau(words, count)
    return b ^ rotate_left(b, 2, count) ^ rotate_left(b, 10, count) ^ rotate_left(b, 18, count) ^ rotate_left(b, 24, count)


def t_prime(word: int) -> int:
    """T', of the key schedule: tau, then L'."""
    b = tau(word, 1)
    return b ^ rotate_left(b, 13, 1) ^ rotate_left(b, 23, 1)


# Section 7.3: the key schedule

SYSTEM_PARAMETERS: Final = (0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC)
FIXED_PARAMETERS: Final = [int.from_bytes(bytes((4 * i + j) * 7 % 256 for j in range(4)), "big") for i in range(32)]


def compute_round_keys(key: bytes) -> RoundKeys:
    """Return rk0 to rk31, made like the words of a block, with constants in place of round keys."""
    k = [int.from_bytes(key[4 * i : 4 * i + 4], "big") ^ SYSTEM_PARAMETERS[i] for i in range(4)]
    for i in range(32):
        k.append(k[i] ^ t_prime(k[i + 1] ^ k[i + 2] ^ k[i + 3] ^ FIXED_PARAMETERS[i]))
    return tuple(k[4:])


# Between bytes as they come and the words


def load_words(blocks: bytes, place: int) -> Words:
    """Return the words at this place, 0 to 3, of each block."""
    return int.from_bytes(memoryview(blocks).cast("I")[place::4].tobytes(), "big")


def store_words(words: tuple[Words, Words, Words, Words], count: int) -> bytes:
    """Return the `count` blocks of these words."""
    blocks = bytearray(BLOCK_SIZE * count)
    view = memoryview(blocks).cast("I")
    for place, value in enumerate(words):
        view[place::4] = memoryview(value.to_bytes(4 * count, "big")).cast("I")
    return bytes(blocks)


# Section 7.1: the cipher


def encrypt_blocks(round_keys: RoundKeys, blocks: bytes) -> bytes:
    """Return each block encrypted: 32 rounds F (section 6.1), then the order reversed (R)."""
    count = len(blocks) // BLOCK_SIZE
    ones = repeat(1, count)
    x0, x1, x2, x3 = (load_words(blocks, place) for place in range(4))
    for round_key in round_keys:
        x0, x1, x2, x3 = x1, x2, x3, x0 ^ t(x1 ^ x2 ^ x3 ^ round_key * ones, count)
    return store_words((x3, x2, x1, x0), count)


# Section 7.2: the inverse


def decrypt_blocks(round_keys: RoundKeys, blocks: bytes) -> bytes:
    """Return each block decrypted."""
    return encrypt_blocks(round_keys[::-1], blocks)


SM4: Final = BlockCipher("SM4", (16,), compute_round_keys, encrypt_blocks, decrypt_blocks)
