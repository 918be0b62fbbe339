"""The attacks of the lessons work on the weak variants, and fail on the real functions."""

import re
from pathlib import Path

import pytest

from minichain.crypto import ciphers, ecdsa, ed25519, gcm, hmac, sm2, weak
from minichain.crypto.aes import AES
from minichain.crypto.block_ciphers import apply_xor
from minichain.crypto.edwards25519 import L, encode_point, multiply_base
from minichain.crypto.errors import CryptoError
from minichain.crypto.hashing import get_hash, sha256
from minichain.crypto.nonces import compute_leftmost_bits
from minichain.crypto.sha256 import SHA256
from minichain.crypto.sm3 import SM3
from minichain.crypto.sm4 import SM4
from minichain.crypto.weierstrass import P256, SECP256K1, SM2P256
from minichain.crypto.words import split_words

SECRET, NONCE = 0x1F2E3D4C5B6A79880123456789ABCDEF, 0xABCDEF0123456789 << 100


def recover_from_ecdsa(curve, messages, pairs):
    """Return the private key, if both signatures have one nonce: s = (e + r d) / k twice, solved for k and then for d."""
    (e1, e2), (first, second), n = [compute_leftmost_bits(sha256(m), 256) for m in messages], pairs, curve.n
    if first.s == second.s:
        return None
    k = (e1 - e2) * pow(first.s - second.s, -1, n) % n
    return (first.s * k - e1) * pow(first.r, -1, n) % n


def recover_from_sm2(pairs):
    """Return the private key, if both signatures have one nonce: k = s + (s + r) d twice."""
    first, second = pairs
    return (second.s - first.s) * pow(first.s + first.r - second.s - second.r, -1, SM2P256.n) % SM2P256.n


@pytest.mark.parametrize("curve", [SECP256K1, P256], ids=lambda curve: curve.name)
def test_a_nonce_used_twice_gives_the_key_away(curve):
    messages = (b"first", b"second")
    public_key = ecdsa.compute_public_key(curve, SECRET)
    pairs = [weak.sign_ecdsa_with_nonce(curve, SECRET, message, NONCE) for message in messages]
    assert all(ecdsa.verify(curve, public_key, *case) for case in zip(messages, pairs, strict=True))
    assert pairs[0].r == pairs[1].r
    assert recover_from_ecdsa(curve, messages, pairs) == SECRET
    real = [ecdsa.sign(curve, SECRET, message) for message in messages]
    assert real[0].r != real[1].r
    assert recover_from_ecdsa(curve, messages, real) != SECRET


def test_a_nonce_used_twice_gives_the_key_of_sm2_away():
    messages = (b"first", b"second")
    public_key = sm2.compute_public_key(SECRET)
    pairs = [weak.sign_sm2_with_nonce(SECRET, message, NONCE) for message in messages]
    assert all(sm2.verify(public_key, *case) for case in zip(messages, pairs, strict=True))
    assert recover_from_sm2(pairs) == SECRET
    assert recover_from_sm2([sm2.sign(SECRET, message) for message in messages]) != SECRET


def test_a_nonce_that_gives_no_signature_is_refused():
    with pytest.raises(CryptoError, match="choose another"):
        weak.sign_ecdsa_with_nonce(SECP256K1, SECRET, b"message", SECP256K1.n)
    with pytest.raises(CryptoError, match="choose another"):
        weak.sign_sm2_with_nonce(SECRET, b"message", SM2P256.n)


def test_ed25519_loosely_verified_takes_a_second_form():
    secret = bytes(range(32))
    public_key, signature = ed25519.compute_public_key(secret), ed25519.sign(secret, b"message")
    second = signature[:32] + (int.from_bytes(signature[32:], "little") + L).to_bytes(32, "little")
    assert weak.verify_ed25519_loosely(public_key, b"message", signature)
    assert weak.verify_ed25519_loosely(public_key, b"message", second)
    assert ed25519.verify(public_key, b"message", signature)
    assert not ed25519.verify(public_key, b"message", second)
    assert not weak.verify_ed25519_loosely(public_key, b"other", signature)
    assert not weak.verify_ed25519_loosely(public_key, b"message", signature[:63])


def test_a_key_of_small_order_signs_any_message_loosely_verified():
    neutral = (1).to_bytes(32, "little")
    neutral_again = (2**255 - 19 + 1).to_bytes(32, "little")  # a second encoding of it
    signature = encode_point(multiply_base(5)) + (5).to_bytes(32, "little")
    for public_key in (neutral, neutral_again):
        for message in (b"pay Bob", b"pay Eve"):
            assert weak.verify_ed25519_loosely(public_key, message, signature)
            assert not ed25519.verify(public_key, message, signature)


def extend(tag, length, suffix, iterated):
    """Return (what is appended, its tag), from the tag of a message of this length with its key, and nothing else."""
    padding = iterated.compute_padding(length)
    state = split_words(tag, "big")
    blocks = suffix + iterated.compute_padding(length + len(padding) + len(suffix))
    for start in range(0, len(blocks), iterated.block_size):
        state = iterated.compute_next_state(tuple(state), blocks[start : start + iterated.block_size])
    return padding + suffix, iterated.compute_digest(state)


@pytest.mark.parametrize("iterated", [SHA256, SM3], ids=lambda iterated: iterated.name)
def test_a_prefix_mac_can_be_extended_without_the_key(iterated):
    key, message, hash_function = b"a key of 17 bytes", b"to Bob: 3", get_hash(iterated.name)
    tag = weak.compute_prefix_mac(key, message, hash_function)
    appended, forged = extend(tag, len(key + message), b"; to Eve: 3000", iterated)
    assert weak.compute_prefix_mac(key, message + appended, hash_function) == forged
    appended, forged = extend(hmac.compute_mac(key, message, hash_function), 64 + len(message), b"; to Eve: 3000", iterated)
    assert not hmac.verify(key, message + appended, forged, hash_function)


@pytest.mark.parametrize("cipher", [AES, SM4], ids=lambda cipher: cipher.name)
def test_a_nonce_used_twice_lays_the_texts_open_and_gives_h_away(cipher):
    """Two tags of texts of one block: T1 + T2 = (C1 + C2) H^2, and a square has one root in GF(2^128)."""
    key, nonce = bytes(range(16)), bytes(12)
    texts = [b"sixteen letters!", b"attack at dawn!!"]
    first, second = (weak.seal_with_nonce(cipher, key, nonce, text) for text in texts)
    assert apply_xor(first[:16], second[:16]) == apply_xor(*texts)

    def multiply(x, y):
        return gcm.compute_ghash(gcm.compute_tables(y), x.to_bytes(16, "big"))

    def power(x, n):
        result = 1 << 127
        for bit in f"{n:b}":
            result = multiply(result, result)
            result = multiply(result, x) if bit == "1" else result
        return result

    ciphertexts, tags = (int.from_bytes(apply_xor(first[part], second[part]), "big") for part in (slice(0, 16), slice(16, 32)))
    square = multiply(tags, power(ciphertexts, 2**128 - 2))
    h = power(square, 2**127)
    assert h == int.from_bytes(cipher.encrypt_blocks(cipher.expand_key(key), bytes(16)), "big")
    # Ours draws its nonces, so there is nothing to compare.
    suite = {"AES": ciphers.aes256gcm, "SM4": ciphers.sm4gcm}[cipher.name]
    real = suite.generate_key()
    assert len({suite.seal(real, texts[0], associated_data=b"")[:12] for _ in range(100)}) == 100


def test_equal_blocks_can_be_seen():
    picture = b"".join(b"################" if row % 3 else b"                " for row in range(30))
    key = bytes(32)
    blocks = weak.encrypt_each_block(AES, key, picture)
    assert len({blocks[start : start + 16] for start in range(0, len(blocks) - 16, 16)}) == 2
    sealed = ciphers.aes256gcm.seal(ciphers.Aes256Key(key), picture, associated_data=b"")[12:]
    assert len({sealed[start : start + 16] for start in range(0, len(picture), 16)}) == 30


def test_no_other_module_uses_the_weak_ones():
    package = Path(weak.__file__).parents[1]
    assert [path for path in package.rglob("*.py") if re.search(r"import .*\bweak\b|crypto\.weak\b", path.read_text())] == []
