"""GCM: encryption that notices changes (NIST SP 800-38D; RFC 8998 for SM4), in the order of the standard.

Two ideas: counter mode makes a stream of bytes by encrypting 1, 2, 3, ... and adds it to the message; GHASH makes a tag over the result,
and over associated data that is not encrypted but must not change either (who it is for, say).

Everything hangs on the nonce. If one is used twice with a key, the two messages are encrypted with the same stream: their exclusive or
lies open, and the tags give away H, with which anyone can make valid tags (Joux, 2006). So `ciphers` draws the nonce itself; the functions
here, which take one, are for it and for test vectors.

Simplifications: tags are whole (128 bits). GHASH looks up in tables, which takes a time that may depend on H; processors have an
instruction for it. GCM binds a ciphertext to its key only against strangers: whoever makes it can find two keys that both open it.
"""

import hmac
from dataclasses import dataclass
from typing import Final

from minichain.crypto.block_ciphers import BLOCK_SIZE, BlockCipher, RoundKeys, apply_xor
from minichain.crypto.errors import CryptoError, DecryptionError

TAG_SIZE: Final = 16

# Section 6.3: multiplication. A block is a polynomial over GF(2), its first bit the constant, modulo x^128 + x^7 + x^2 + x + 1.

R: Final = 0xE1 << 120
Tables = list[list[int]]
"""For each place of a byte in a block and each value, what this byte alone contributes to the product with H."""


def multiply_by_x(block: int) -> int:
    """Return x times the polynomial: its bits move one place to the right."""
    return block >> 1 ^ (R if block & 1 else 0)


def compute_tables(h: int) -> Tables:
    """Return the tables for products with `h`. They cost as much as the GHASH of 2 kB, and spare 128 steps a block."""
    tables = []
    for _ in range(BLOCK_SIZE):
        products = [0] * 256
        for bit in (0x80, 0x40, 0x20, 0x10, 0x08, 0x04, 0x02, 0x01):
            products[bit] = h
            h = multiply_by_x(h)
        for byte in range(256):
            lowest = byte & -byte
            products[byte] = products[lowest] ^ products[byte ^ lowest]
        tables.append(products)
    return tables


# Section 6.4: GHASH


def compute_ghash(tables: Tables, data: bytes) -> int:
    """Return ((X1 H + X2) H + ...) H, where X1, X2, ... are the blocks of `data`."""
    y = 0
    for start in range(0, len(data), BLOCK_SIZE):
        y ^= int.from_bytes(data[start : start + BLOCK_SIZE], "big")
        product = 0
        for products, byte in zip(tables, y.to_bytes(BLOCK_SIZE, "big"), strict=True):
            product ^= products[byte]
        y = product
    return y


def fill_block(data: bytes) -> bytes:
    """Return `data` with zeros up to the end of its last block."""
    return data + bytes(-len(data) % BLOCK_SIZE)


def encode_lengths(*lengths: int) -> bytes:
    """Return two numbers of bytes as numbers of bits, eight bytes each."""
    return b"".join((8 * length).to_bytes(8, "big") for length in lengths)


# Section 6.5: GCTR, counter mode

PART: Final = 512
"""How many blocks go through the cipher at once: what they need fits a processor's cache."""


def apply_stream(cipher: BlockCipher, round_keys: RoundKeys, counter: bytes, data: bytes) -> bytes:
    """Return `data` with the stream that starts at this counter block added, or taken off again."""
    start, number = counter[:-4], int.from_bytes(counter[-4:], "big")
    parts = []
    for position in range(0, len(data), PART * BLOCK_SIZE):
        part = data[position : position + PART * BLOCK_SIZE]
        first = number + position // BLOCK_SIZE
        blocks = -(-len(part) // BLOCK_SIZE)
        # inc32 (section 6.2): only the last 32 bits count, and they start again at 0
        counters = b"".join([start + (first + i & 0xFFFFFFFF).to_bytes(4, "big") for i in range(blocks)])
        parts.append(apply_xor(part, cipher.encrypt_blocks(round_keys, counters)[: len(part)]))
    return b"".join(parts)


# Section 7: encryption and decryption


@dataclass(frozen=True)
class GcmKey:
    """A key, made ready: the cipher's round keys, and the tables of H."""

    cipher: BlockCipher
    round_keys: RoundKeys
    tables: Tables


def load_key(cipher: BlockCipher, key: bytes) -> GcmKey:
    """Return the key made ready. H is the zero block, encrypted (step 1)."""
    round_keys = cipher.expand_key(key)
    h = int.from_bytes(cipher.encrypt_blocks(round_keys, bytes(BLOCK_SIZE)), "big")
    return GcmKey(cipher, round_keys, compute_tables(h))


def compute_first_counter(tables: Tables, nonce: bytes) -> bytes:
    """Return J0: a nonce of 96 bits and the counter 1, or GHASH of any other nonce (step 2)."""
    if not nonce:
        raise CryptoError("a nonce of GCM has one byte or more; this one is empty")
    if len(nonce) == 12:
        return nonce + (1).to_bytes(4, "big")
    return compute_ghash(tables, fill_block(nonce) + encode_lengths(0, len(nonce))).to_bytes(BLOCK_SIZE, "big")


def increment(counter: bytes) -> bytes:
    """Return the next counter block (inc32)."""
    return counter[:-4] + (int.from_bytes(counter[-4:], "big") + 1 & 0xFFFFFFFF).to_bytes(4, "big")


def compute_tag(key: GcmKey, first_counter: bytes, associated_data: bytes, ciphertext: bytes) -> bytes:
    """Return T: GHASH of both texts and their lengths, encrypted like a block of the message (steps 4 to 6)."""
    lengths = encode_lengths(len(associated_data), len(ciphertext))
    hashed = compute_ghash(key.tables, fill_block(associated_data) + fill_block(ciphertext) + lengths)
    return apply_stream(key.cipher, key.round_keys, first_counter, hashed.to_bytes(BLOCK_SIZE, "big"))


def encrypt(key: GcmKey, nonce: bytes, plaintext: bytes, associated_data: bytes) -> bytes:
    """Return C || T (algorithm 4). A nonce is used once with a key, or all is lost."""
    first_counter = compute_first_counter(key.tables, nonce)
    ciphertext = apply_stream(key.cipher, key.round_keys, increment(first_counter), plaintext)
    return ciphertext + compute_tag(key, first_counter, associated_data, ciphertext)


def decrypt(key: GcmKey, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
    """Return the plaintext of C || T (algorithm 5), or raise DecryptionError. Nothing is decrypted before the tag is seen to be right."""
    first_counter = compute_first_counter(key.tables, nonce)
    ciphertext, tag = data[:-TAG_SIZE], data[-TAG_SIZE:]
    if not hmac.compare_digest(compute_tag(key, first_counter, associated_data, ciphertext), tag):
        raise DecryptionError("this is no ciphertext for this key, nonce and associated data")
    return apply_stream(key.cipher, key.round_keys, increment(first_counter), ciphertext)
