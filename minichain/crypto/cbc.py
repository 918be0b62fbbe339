"""CBC: a mode in which each block of the message is mixed with the ciphertext before it (NIST SP 800-38A, section 6.2).

It is here because encrypted key files use it. By itself it does not notice changes: whoever flips a bit of one ciphertext block flips the
same bit of the next plaintext block. A server that tells wrong padding from another failure decrypts for anyone who asks often
enough (Vaudenay, 2002). For everything else there is `gcm`.

Simplifications: those of `block_ciphers`.
"""

from minichain.crypto.block_ciphers import BLOCK_SIZE, BlockCipher, apply_xor
from minichain.crypto.errors import DecryptionError


def pad(text: bytes) -> bytes:
    """Return `text` with 1 to 16 bytes after it that each tell how many they are (RFC 5652, section 6.3)."""
    count = BLOCK_SIZE - len(text) % BLOCK_SIZE
    return text + bytes([count]) * count


def remove_padding(text: bytes) -> bytes:
    """Return the text before its padding; DecryptionError if it has none."""
    count = text[-1] if text else 0
    if not 1 <= count <= BLOCK_SIZE or not text.endswith(bytes([count]) * count):
        raise DecryptionError("this is no ciphertext for this key")
    return text[:-count]


def encrypt(cipher: BlockCipher, key: bytes, initial: bytes, plaintext: bytes) -> bytes:
    """Return the ciphertext of the padded plaintext. `initial`, a block that cannot be guessed, stands in before the first one."""
    round_keys, padded = cipher.expand_key(key), pad(plaintext)
    blocks = [initial]
    for start in range(0, len(padded), BLOCK_SIZE):
        blocks.append(cipher.encrypt_blocks(round_keys, apply_xor(blocks[-1], padded[start : start + BLOCK_SIZE])))
    return b"".join(blocks[1:])


def decrypt(cipher: BlockCipher, key: bytes, initial: bytes, ciphertext: bytes) -> bytes:
    """Return the plaintext without its padding; DecryptionError if there is none. That it was not changed, this cannot tell."""
    if len(ciphertext) % BLOCK_SIZE:
        raise DecryptionError("this is no ciphertext for this key")
    decrypted = cipher.decrypt_blocks(cipher.expand_key(key), ciphertext)
    return remove_padding(apply_xor(decrypted, (initial + ciphertext)[: len(ciphertext)]))
