"""AES and SM4 block by block: NIST's and GB/T 32907's own cases, CBC, and OpenSSL beside them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.crypto import aes, cbc, sm4
from minichain.crypto.aes import AES
from minichain.crypto.block_ciphers import apply_xor
from minichain.crypto.errors import DecryptionError, InvalidKeyError
from minichain.crypto.sm4 import SM4
from tests.crypto.published import read_cryptography_vectors, read_records

ECB = [f"ECB{kind}{size}" for kind in ("GFSbox", "KeySbox", "MMT", "VarKey", "VarTxt") for size in (128, 192, 256)]


def read_cases(path):
    """Yield (is to be encrypted, key, initial block, plaintext, ciphertext) for each case of a file."""
    for title, fields in read_records(read_cryptography_vectors(path), "ENCRYPT|DECRYPT"):
        key, iv, plaintext, ciphertext = (bytes.fromhex(fields.get(name, "")) for name in ("KEY", "IV", "PLAINTEXT", "CIPHERTEXT"))
        yield title == "ENCRYPT", key, iv, plaintext, ciphertext


def check_ecb(cipher, path):
    """Check each case of a file in both directions, and return how many there are."""
    cases = list(read_cases(path))
    for _, key, _, plaintext, ciphertext in cases:
        round_keys = cipher.expand_key(key)
        assert cipher.encrypt_blocks(round_keys, plaintext) == ciphertext
        assert cipher.decrypt_blocks(round_keys, ciphertext) == plaintext
    return len(cases)


def test_published_blocks_of_aes(count_cases):
    counts = [check_ecb(AES, f"ciphers/AES/ECB/{name}.rsp") for name in ECB]
    assert all(counts)
    assert sum(counts) == 2138
    count_cases("NIST AES, known answers (ECB)", sum(counts), "readable")


def test_published_blocks_of_sm4(count_cases):
    count = check_ecb(SM4, "ciphers/SM4/draft-ribose-cfrg-sm4-10-ecb.txt")
    assert count == 4
    count_cases("GB/T 32907 and draft-ribose, SM4 (ECB)", count, "readable")


@pytest.mark.soak
@pytest.mark.long
def test_sm4_a_million_times():
    """GB/T 32907, appendix A.2: a block encrypted a million times with one key."""
    key = text = bytes.fromhex("0123456789abcdeffedcba9876543210")
    round_keys = SM4.expand_key(key)
    for _ in range(1_000_000):
        text = SM4.encrypt_blocks(round_keys, text)
    assert text.hex() == "595298c7c6fd271f0402f804c33d3f66"


@pytest.mark.parametrize(
    ("cipher", "path", "count"),
    [
        (AES, "AES/CBC/CBCMMT128.rsp", 20),
        (AES, "AES/CBC/CBCMMT192.rsp", 20),
        (AES, "AES/CBC/CBCMMT256.rsp", 20),
        (SM4, "SM4/draft-ribose-cfrg-sm4-10-cbc.txt", 2),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_published_messages_in_cbc(cipher, path, count, count_cases):
    """They are whole blocks without padding, so ours is a block longer."""
    cases = list(read_cases(f"ciphers/{path}"))
    assert len(cases) == count
    for _, key, iv, plaintext, ciphertext in cases:
        ours = cbc.encrypt(cipher, key, iv, plaintext)
        assert ours[:-16] == ciphertext
        assert cbc.decrypt(cipher, key, iv, ours) == plaintext
    count_cases(path.removesuffix(".rsp").removesuffix(".txt"), count, "readable")


# Constants that the standards print, or derive


def test_the_s_box_of_aes_is_the_one_that_the_standard_prints():
    assert aes.S_BOX[:16].hex() == "637c777bf26b6fc53001672bfed7ab76"  # FIPS 197, table 4, first row
    assert aes.S_BOX[-16:].hex() == "8ca1890dbfe6426841992d0fb054bb16"  # and last
    assert aes.INVERSE_S_BOX[:16].hex() == "52096ad53036a538bf40a39e81f3d7fb"  # table 6


def test_the_key_schedule_of_aes():
    """FIPS 197, appendix A: the last round key of each length."""
    for key, last in [
        ("2b7e151628aed2a6abf7158809cf4f3c", "b6630ca6"),
        ("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "01002202"),
        ("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "706c631e"),
    ]:
        assert f"{AES.expand_key(bytes.fromhex(key))[-1]:08x}" == last


def test_the_s_box_of_sm4_is_an_inverse_between_two_affine_maps():
    """Liu et al., "Analysis of the SMS4 Block Cipher" (2007): S(x) = A (A x + c)^-1 + c, modulo x^8 + x^7 + x^6 + x^5 + x^4 + x^2 + 1."""

    def multiply(a, b):
        product = 0
        for bit in range(8):
            if b >> bit & 1:
                product ^= a << bit
        for bit in range(14, 7, -1):
            if product >> bit & 1:
                product ^= 0x1F5 << bit - 8
        return product

    def apply_affine(x):
        rows = [(0xA7 << i | 0xA7 >> 8 - i) & 0xFF for i in range(8)]
        return 0xD3 ^ sum(((x & row).bit_count() & 1) << i for i, row in enumerate(rows))

    inverses = {a: b for a in range(256) for b in range(256) if multiply(a, b) == 1} | {0: 0}
    assert bytes(apply_affine(inverses[apply_affine(x)]) for x in range(256)) == sm4.S_BOX


# All blocks at once are the blocks one by one


@pytest.mark.parametrize(
    ("cipher", "size"), [(AES, 16), (AES, 24), (AES, 32), (SM4, 16)], ids=lambda value: getattr(value, "name", str(value))
)
@settings(max_examples=15)
@given(key=st.binary(min_size=32, max_size=32), blocks=st.lists(st.binary(min_size=16, max_size=16), max_size=20))
def test_blocks_together_and_one_by_one(cipher, size, key, blocks):
    round_keys, text = cipher.expand_key(key[:size]), b"".join(blocks)
    together = cipher.encrypt_blocks(round_keys, text)
    assert together == b"".join(cipher.encrypt_blocks(round_keys, block) for block in blocks)
    assert cipher.decrypt_blocks(round_keys, together) == text


@pytest.mark.parametrize(
    ("cipher", "size"), [(AES, 16), (AES, 24), (AES, 32), (SM4, 16)], ids=lambda value: getattr(value, "name", str(value))
)
@settings(max_examples=40)
@given(key=st.binary(min_size=32, max_size=32), text=st.binary(min_size=1, max_size=300))
def test_openssl_encrypts_the_same_blocks(cipher, size, key, text):
    ciphers = pytest.importorskip("cryptography.hazmat.primitives.ciphers", reason="cryptography is not here")
    from cryptography.hazmat.primitives.ciphers import algorithms, modes

    padded = cbc.pad(text)
    theirs = ciphers.Cipher(getattr(algorithms, cipher.name)(key[:size]), modes.ECB()).encryptor().update(padded)
    assert cipher.encrypt_blocks(cipher.expand_key(key[:size]), padded) == theirs


def test_gmssl_encrypts_the_same_blocks(count_cases):
    gmssl = pytest.importorskip("gmssl.sm4", reason="the peer gmssl is not installed")
    for number in range(100):
        key, text = (bytes((number * factor + i * i) % 256 for i in range(size)) for factor, size in ((7, 16), (11, 64)))
        peer = gmssl.CryptSM4()
        peer.set_key(key, gmssl.SM4_ENCRYPT)
        assert SM4.encrypt_blocks(SM4.expand_key(key), cbc.pad(text)) == peer.crypt_ecb(text)
    count_cases("gmssl encrypts the same (SM4)", 100, "readable")


# What is refused


@pytest.mark.parametrize(
    ("cipher", "wrong", "words"), [(AES, 20, "AES is 16 or 24 or 32 bytes long, not 20"), (SM4, 32, "SM4 is 16 bytes long, not 32")]
)
def test_a_key_of_another_length(cipher, wrong, words):
    with pytest.raises(InvalidKeyError, match=words):
        cipher.expand_key(bytes(wrong))


@given(text=st.binary(max_size=70))
def test_padding_comes_off_again(text):
    padded = cbc.pad(text)
    assert len(padded) % 16 == 0 < len(padded) - len(text) <= 16
    assert cbc.remove_padding(padded) == text


@pytest.mark.parametrize("text", [b"", bytes(16), bytes(15) + b"\x11", bytes(14) + b"\x01\x02", b"\xff" * 16])
def test_wrong_padding_is_refused(text):
    with pytest.raises(DecryptionError):
        cbc.remove_padding(text)


@pytest.mark.parametrize("ciphertext", [b"", bytes(15), bytes(17)])
def test_a_text_in_cbc_has_whole_blocks(ciphertext):
    with pytest.raises(DecryptionError):
        cbc.decrypt(SM4, bytes(16), bytes(16), ciphertext)


@given(a=st.binary(max_size=40))
def test_exclusive_or_keeps_leading_zeros(a):
    assert apply_xor(a, a) == bytes(len(a))
    assert apply_xor(a, bytes(len(a))) == a
