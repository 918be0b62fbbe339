"""AES (FIPS 197, 2001; updated 2023), in the order of the standard. The block cipher of the international suite.

A block is a square of 4 by 4 bytes, its state. Each round replaces every byte (SUBBYTES), moves the rows (SHIFTROWS), mixes each column
(MIXCOLUMNS) and adds a round key. After two rounds every byte depends on all sixteen.

Here `state` holds the states of all blocks: first the bytes s00 of every block, then their s10, and so on down the columns. So a step is a
few operations on long strings, however many blocks there are.

Simplifications: see `block_ciphers`.
"""

from collections.abc import Iterable
from typing import Final

from minichain.crypto.block_ciphers import BLOCK_SIZE, BlockCipher, RoundKeys
from minichain.crypto.words import MASK, rotate_left

# Section 4: bytes are polynomials over GF(2), multiplied modulo x^8 + x^4 + x^3 + x + 1

MODULUS: Final = 0x11B


def multiply(a: int, b: int) -> int:
    """Return the product of two bytes (section 4.2).

    >>> hex(multiply(0x57, 0x13))
    '0xfe'
    """
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (MODULUS if a & 0x80 else 0)
        b >>= 1
    return product


def compute_inverse(a: int) -> int:
    """Return the byte that times `a` is 1, which is a^254 = a^2 a^4 ... a^128; 0 for 0 (section 4.4)."""
    power, result = a, 1
    for _ in range(7):
        power = multiply(power, power)
        result = multiply(result, power)
    return result


# Section 5.1.1: SUBBYTES


def compute_substitute(byte: int) -> int:
    """Return what the S-box makes of `byte`: its inverse, each bit of which is mixed with four others, and 63 added."""
    b = compute_inverse(byte)
    doubled = b << 8 | b  # so that a right shift rotates
    return (b ^ doubled >> 4 ^ doubled >> 5 ^ doubled >> 6 ^ doubled >> 7 ^ 0x63) & 0xFF


S_BOX: Final = bytes(map(compute_substitute, range(256)))
INVERSE_S_BOX: Final = bytes(map(S_BOX.index, range(256)))

# Section 5.1.2: SHIFTROWS. Byte r of column c stands at 4c + r.


def permute(state: bytes, order: Iterable[int]) -> bytes:
    """Return the state whose bytes are, in turn, the ones at these places."""
    count = len(state) // BLOCK_SIZE
    return b"".join([state[place * count : (place + 1) * count] for place in order])


SHIFT_ROWS: Final = [4 * ((c + r) % 4) + r for c in range(4) for r in range(4)]
INVERSE_SHIFT_ROWS: Final = [4 * ((c - r) % 4) + r for c in range(4) for r in range(4)]

# Section 5.1.3: MIXCOLUMNS. Each byte becomes 2 times itself, 3 times the one below it, and the two below that, in a circle.

BELOW: Final = [[4 * c + (r + distance) % 4 for c in range(4) for r in range(4)] for distance in range(4)]
TIMES: Final = {factor: bytes(multiply(factor, byte) for byte in range(256)) for factor in (2, 3, 9, 11, 13, 14)}


def mix_columns(state: bytes, factors: tuple[int, ...] = (2, 3, 1, 1)) -> bytes:
    """Return the state with its columns multiplied by the matrix whose rows are `factors` turned in a circle."""
    total = 0
    for order, factor in zip(BELOW, factors, strict=True):
        multiple = state.translate(TIMES[factor]) if factor > 1 else state
        total ^= int.from_bytes(permute(multiple, order), "big")
    return total.to_bytes(len(state), "big")


INVERSE_FACTORS: Final = (14, 11, 13, 9)
"""The rows of the inverse matrix (section 5.3.3)."""

# Section 5.1.4: ADDROUNDKEY


def add_round_key(state: bytes, words: RoundKeys) -> bytes:
    """Return the state with four words of the key schedule added, one to each column of every block."""
    count = len(state) // BLOCK_SIZE
    key = b"".join([bytes([byte]) * count for word in words for byte in word.to_bytes(4, "big")])
    return (int.from_bytes(state, "big") ^ int.from_bytes(key, "big")).to_bytes(len(state), "big")


# Section 5.2: the key schedule


def substitute_word(word: int) -> int:
    """Return the word with each byte replaced (SUBWORD)."""
    return int.from_bytes(word.to_bytes(4, "big").translate(S_BOX), "big")


def compute_round_keys(key: bytes) -> RoundKeys:
    """Return the words w: first the key, then each from the one before it and the one a key's length back."""
    size = len(key) // 4
    rounds = size + 6
    words = [int.from_bytes(key[start : start + 4], "big") for start in range(0, len(key), 4)]
    constant = 1  # Rcon: powers of x, so that no two rounds are alike
    for i in range(size, 4 * (rounds + 1)):
        word = words[i - 1]
        if i % size == 0:
            word = substitute_word(rotate_left(word, 8)) ^ constant << 24
            constant = multiply(constant, 2)
        elif size == 8 and i % size == 4:
            word = substitute_word(word)
        words.append((words[i - size] ^ word) & MASK)
    return tuple(words)


def split_rounds(round_keys: RoundKeys) -> list[RoundKeys]:
    """Return the four words of each round."""
    return [round_keys[start : start + 4] for start in range(0, len(round_keys), 4)]


# Section 3.4: between bytes as they come and the states


def load_state(blocks: bytes) -> bytes:
    """Return the states of these blocks, sorted by place."""
    return b"".join([blocks[place::BLOCK_SIZE] for place in range(BLOCK_SIZE)])


def store_state(state: bytes) -> bytes:
    """Return the blocks of these states, one after the other."""
    blocks, count = bytearray(len(state)), len(state) // BLOCK_SIZE
    for place in range(BLOCK_SIZE):
        blocks[place::BLOCK_SIZE] = state[place * count : (place + 1) * count]
    return bytes(blocks)


# Section 5.1: the cipher


def encrypt_blocks(round_keys: RoundKeys, blocks: bytes) -> bytes:
    """Return each block encrypted (CIPHER)."""
    first, *middle, last = split_rounds(round_keys)
    state = add_round_key(load_state(blocks), first)
    for words in middle:
        state = add_round_key(mix_columns(permute(state.translate(S_BOX), SHIFT_ROWS)), words)
    return store_state(add_round_key(permute(state.translate(S_BOX), SHIFT_ROWS), last))


# Section 5.3: the inverse


def decrypt_blocks(round_keys: RoundKeys, blocks: bytes) -> bytes:
    """Return each block decrypted: the steps undone, the last one first (INVCIPHER)."""
    first, *middle, last = split_rounds(round_keys)
    state = add_round_key(load_state(blocks), last)
    for words in reversed(middle):
        state = add_round_key(permute(state, INVERSE_SHIFT_ROWS).translate(INVERSE_S_BOX), words)
        state = mix_columns(state, INVERSE_FACTORS)
    return store_state(add_round_key(permute(state, INVERSE_SHIFT_ROWS).translate(INVERSE_S_BOX), first))


AES: Final = BlockCipher("AES", (16, 24, 32), compute_round_keys, encrypt_blocks, decrypt_blocks)
