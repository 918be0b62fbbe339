"""AES-GCM and SM4-GCM: Wycheproof, NIST, RFC 8998, every implementation; and what `ciphers` makes of them."""

import pickle
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.crypto import cipher_backends, ciphers, gcm
from minichain.crypto.aes import AES
from minichain.crypto.cipher_backends import ANSWERS, CANDIDATES, READABLE_PRIMITIVES
from minichain.crypto.ciphers import CIPHER_NAMES, OVERHEAD, Aes256Key, Cipher, Sm4Key, get_cipher
from minichain.crypto.errors import (
    CryptoError,
    DecryptionError,
    InvalidKeyError,
    InvalidPlaintextError,
    KeyTypeError,
    MessageTypeError,
    UnknownCipherError,
)
from minichain.crypto.keys import Sm2PrivateKey
from minichain.crypto.sm4 import SM4
from tests.crypto.published import needs_vectors, read_cryptography_vectors, read_records, read_wycheproof

CIPHERS = {"aes": AES, "sm4": SM4}


def get_fast(name):
    """Return each fast implementation of a cipher that is installed."""
    for load in CANDIDATES[name]:
        try:
            yield load()
        except ImportError:
            continue


# Published cases, with nonces of any length: the bare functions


def decrypt_or_none(decrypt, *arguments, wrong=CryptoError):
    try:
        return decrypt(*arguments)
    except wrong:
        return None


@needs_vectors
@pytest.mark.parametrize(("name", "count"), [("aes_gcm_test", 316), ("sm4_gcm_test", 104)])
def test_wycheproof(name, count, count_cases):
    cases, cipher = read_wycheproof(name), CIPHERS[name[:3]]
    assert len(cases) == count
    for _, case in cases:
        secret, nonce, text, associated_data = (bytes.fromhex(case[field]) for field in ("key", "iv", "msg", "aad"))
        sealed = bytes.fromhex(case["ct"] + case["tag"])
        key = gcm.load_key(cipher, secret)
        opened = decrypt_or_none(gcm.decrypt, key, nonce, sealed, associated_data)
        if case["result"] == "valid":
            assert opened == text, case["tcId"]
            assert gcm.encrypt(key, nonce, text, associated_data) == sealed, case["tcId"]
        else:
            assert opened is None, case["tcId"]
    count_cases(f"wycheproof {name}", len(cases), "readable")


@needs_vectors
@pytest.mark.parametrize("name", ["aes_gcm_test", "sm4_gcm_test"])
def test_wycheproof_in_the_fast_implementations(name, count_cases):
    """Those with nonces of a length that OpenSSL takes. `ciphers` draws 96 bits."""
    cipher_name = {"aes": "aes-256-gcm", "sm4": "sm4-gcm"}[name[:3]]
    cases = [case for group, case in read_wycheproof(name) if 64 <= group["ivSize"] <= 1024]
    assert len(cases) >= 80
    for primitive in get_fast(cipher_name):
        for case in cases:
            nonce, text, associated_data = (bytes.fromhex(case[field]) for field in ("iv", "msg", "aad"))
            sealed = bytes.fromhex(case["ct"] + case["tag"])
            key = primitive.load(bytes.fromhex(case["key"]))
            opened = decrypt_or_none(key.decrypt, nonce, sealed, associated_data, wrong=key.wrong_tag)
            assert opened == (text if case["result"] == "valid" else None), case["tcId"]
            if case["result"] == "valid":
                assert key.encrypt(nonce, text, associated_data) == sealed, case["tcId"]
        count_cases(f"wycheproof {name}, 64 to 1024 bits", len(cases), primitive.backend)


def read_nist(path, every):
    """Yield the fields of every so-many-th case of NIST's files, which put what is common to many in brackets of its own."""
    text = read_cryptography_vectors(f"ciphers/AES/GCM/{path}.rsp").replace("FAIL", "PT = FAIL")
    blocks = [block for block in text.split("\n\n") if "Count = " in block]
    assert len(blocks) == 7875
    for block in blocks[::every]:
        lines = [line.partition(" = ") for line in block.splitlines() if " =" in line and not line.startswith("[")]
        yield {name.removesuffix(" ="): value for name, _, value in lines}


def check_nist(path, every):
    """Check cases in one direction: the file's. Tags may be cut short; the part that is there must be right."""
    cases = list(read_nist(path, every))
    for fields in cases:
        secret, nonce, ciphertext, associated_data, tag = (bytes.fromhex(fields[name]) for name in ("Key", "IV", "CT", "AAD", "Tag"))
        key = gcm.load_key(AES, secret)
        first_counter = gcm.compute_first_counter(key.tables, nonce)
        is_right = gcm.compute_tag(key, first_counter, associated_data, ciphertext)[: len(tag)] == tag
        assert is_right is (fields.get("PT") != "FAIL"), fields
        if is_right:
            text = gcm.apply_stream(AES, key.round_keys, gcm.increment(first_counter), ciphertext)
            assert text.hex() == fields.get("PT", ""), fields
            if len(tag) == 16:
                assert gcm.encrypt(key, nonce, text, associated_data) == ciphertext + tag
    return len(cases)


NIST = [f"gcm{direction}{size}" for direction in ("EncryptExtIV", "Decrypt") for size in (128, 192, 256)]


def test_some_of_nists_cases(count_cases):
    count = sum(check_nist(path, every=100) for path in NIST)
    assert count == 6 * 79
    count_cases("NIST AES-GCM (one in a hundred)", count, "readable")


@pytest.mark.long
@pytest.mark.parametrize("path", NIST)
def test_nists_cases(path, count_cases):
    count = check_nist(path, every=1)
    assert count == 7875
    count_cases(f"NIST AES-GCM, {path}", count, "readable")


def test_rfc_8998(count_cases):
    text = "[A.1]\n" + read_cryptography_vectors("ciphers/SM4/rfc8998.txt")
    ((_, fields),) = [record for record in read_records(text) if "KEY" in record[1]]
    secret, nonce, plaintext, associated_data = (bytes.fromhex(fields[name]) for name in ("KEY", "IV", "PLAINTEXT", "AAD"))
    assert gcm.encrypt(gcm.load_key(SM4, secret), nonce, plaintext, associated_data).hex() == fields["CIPHERTEXT"] + fields["TAG"]
    count_cases("RFC 8998, SM4-GCM", 1, "readable")


# GHASH, as the standard defines it


def multiply(x, y):
    """Return the product of two blocks by SP 800-38D, algorithm 1."""
    z, v = 0, y
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            z ^= v
        v = gcm.multiply_by_x(v)
    return z


@settings(max_examples=20)
@given(h=st.integers(0, 2**128 - 1), blocks=st.lists(st.integers(0, 2**128 - 1), max_size=5))
def test_tables_give_the_product(h, blocks):
    expected = 0
    for block in blocks:
        expected = multiply(expected ^ block, h)
    assert gcm.compute_ghash(gcm.compute_tables(h), b"".join(block.to_bytes(16, "big") for block in blocks)) == expected


@pytest.mark.parametrize("cipher", [AES, SM4], ids=lambda cipher: cipher.name)
@pytest.mark.parametrize("blocks", [gcm.PART - 1, gcm.PART, gcm.PART + 1, 2 * gcm.PART + 3])
def test_a_long_text_is_the_same_in_parts_and_whole(cipher, blocks, monkeypatch):
    key, text = gcm.load_key(cipher, bytes(16)), random.Random(blocks).randbytes(16 * blocks - 5)
    in_parts = gcm.encrypt(key, bytes(12), text, b"")
    monkeypatch.setattr(gcm, "PART", 10**6)
    assert gcm.encrypt(key, bytes(12), text, b"") == in_parts
    assert gcm.decrypt(key, bytes(12), in_parts, b"") == text


def test_the_counter_starts_again_without_a_carry():
    assert gcm.increment(b"\1" * 12 + b"\xff" * 4) == b"\1" * 12 + bytes(4)
    key = gcm.load_key(AES, bytes(16))
    counter = b"\7" * 12 + b"\xff\xff\xff\xfe"
    expected = AES.encrypt_blocks(key.round_keys, counter + b"\7" * 12 + b"\xff" * 4 + b"\7" * 12 + bytes(4))
    assert gcm.apply_stream(AES, key.round_keys, counter, bytes(48)) == expected


def test_an_empty_nonce_is_refused():
    with pytest.raises(CryptoError, match="one byte or more"):
        gcm.encrypt(gcm.load_key(AES, bytes(16)), b"", b"text", b"")


# What the rest of MiniChain calls

each_cipher = pytest.mark.parametrize(
    "cipher",
    [get_cipher(name, readable=readable) for name in CIPHER_NAMES for readable in (True, False)],
    ids=lambda c: f"{c.name}-{c.backend}",
)


@each_cipher
@settings(max_examples=25)
@given(text=st.binary(max_size=200), associated_data=st.binary(max_size=40))
def test_what_is_sealed_opens_with_every_implementation(cipher, text, associated_data):
    key = cipher.generate_key()
    sealed = cipher.seal(key, text, associated_data=associated_data)
    assert len(sealed) == len(text) + OVERHEAD
    for readable in (True, False):
        assert get_cipher(cipher.name, readable=readable).open(key, sealed, associated_data=associated_data) == text


@each_cipher
def test_every_bit_counts(cipher):
    key = cipher.key_type(bytes(range(cipher.key_type.size)))
    sealed = cipher.seal(key, b"text", associated_data=b"data")
    refusals = set()

    def refuse(key, sealed, associated_data):
        with pytest.raises(DecryptionError) as raised:
            cipher.open(key, sealed, associated_data=associated_data)
        assert raised.value.__cause__ is None and raised.value.__suppress_context__
        refusals.add(str(raised.value))

    for bit in range(8 * len(sealed)):
        number = int.from_bytes(sealed, "big") ^ 1 << bit
        refuse(key, number.to_bytes(len(sealed), "big"), b"data")
    for end in range(len(sealed)):
        refuse(key, sealed[:end], b"data")
    refuse(key, sealed + b"\0", b"data")
    refuse(key, sealed, b"dat")
    refuse(key, sealed, b"")
    refuse(cipher.generate_key(), sealed, b"data")
    assert len(refusals) == 1, "a refusal tells more than that it is one"


@each_cipher
def test_nonces_are_fresh(cipher):
    key = cipher.generate_key()
    nonces = {cipher.seal(key, b"", associated_data=b"")[: ciphers.NONCE_SIZE] for _ in range(500)}
    assert len(nonces) == 500


@each_cipher
def test_keys_have_types(cipher):
    (other,) = (kind for kind in (Aes256Key, Sm4Key) if kind is not cipher.key_type)
    key = other(bytes(other.size))
    get_cipher(other.cipher, readable=cipher.backend == "readable").seal(key, b"", associated_data=b"")  # is loaded elsewhere
    for wrong in (key, bytes(cipher.key_type.size), None, Sm2PrivateKey(b"\1" * 32)):
        with pytest.raises(KeyTypeError, match=f"the key must be of type {cipher.key_type.__name__}, not {type(wrong).__name__}"):
            cipher.seal(wrong, b"text", associated_data=b"")
        with pytest.raises(KeyTypeError, match=f"not {type(wrong).__name__}"):
            cipher.open(wrong, bytes(40), associated_data=b"")


@each_cipher
def test_texts_are_bytes(cipher):
    key = cipher.generate_key()
    with pytest.raises(MessageTypeError, match="the plaintext must be bytes, not str"):
        cipher.seal(key, "text", associated_data=b"")
    with pytest.raises(MessageTypeError, match="the associated data must be bytes, not str"):
        cipher.seal(key, b"text", associated_data="data")
    with pytest.raises(MessageTypeError, match="the sealed text must be bytes, not str"):
        cipher.open(key, "text" * 20, associated_data=b"")
    with pytest.raises(MessageTypeError, match="the associated data must be bytes, not NoneType"):
        cipher.open(key, cipher.seal(key, b"text", associated_data=b""), associated_data=None)
    with pytest.raises(TypeError, match="associated_data"):
        cipher.seal(key, b"text")


@pytest.mark.parametrize("kind", [Aes256Key, Sm4Key], ids=lambda kind: kind.__name__)
def test_a_key_keeps_its_secret(kind):
    key = kind(bytes(range(kind.size)))
    get_cipher(kind.cipher).seal(key, b"", associated_data=b"")
    assert repr(key) == str(key) == f"{kind.__name__}(secret not shown)"
    assert pickle.loads(pickle.dumps(key)) == key
    assert key != kind(bytes(kind.size))
    assert key != key.secret
    with pytest.raises(AttributeError):
        key.secret = bytes(kind.size)
    with pytest.raises(InvalidKeyError, match=f"{kind.size} bytes long, not 5"):
        kind(bytes(5))
    with pytest.raises(MessageTypeError, match="must be bytes, not bytearray"):
        kind(bytearray(kind.size))
    with pytest.raises(TypeError, match="unhashable"):
        hash(key)


def test_a_text_that_the_library_does_not_take_at_once():
    def overflow(*_):
        raise OverflowError

    loaded = cipher_backends.LoadedKey(overflow, overflow, ZeroDivisionError)
    cipher = Cipher("aes-256-gcm", Aes256Key, cipher_backends.CipherPrimitive("test", lambda _: loaded))
    with pytest.raises(InvalidPlaintextError, match="longer than the library takes"):
        cipher.seal(Aes256Key(bytes(32)), b"text", associated_data=b"")
    with pytest.raises(DecryptionError):
        cipher.open(Aes256Key(bytes(32)), bytes(40), associated_data=b"")


def test_an_unknown_cipher():
    with pytest.raises(UnknownCipherError, match="'des'; there are aes-256-gcm, sm4-gcm"):
        get_cipher("des")


# A backend counts only if it answers as it should


@pytest.mark.parametrize("name", CIPHER_NAMES)
def test_known_answers(name):
    assert cipher_backends.is_right(READABLE_PRIMITIVES[name], name)
    for primitive in get_fast(name):
        assert cipher_backends.is_right(primitive, name)


def test_a_backend_that_answers_wrongly_is_passed_over(monkeypatch):
    def fail():
        raise ImportError

    right = READABLE_PRIMITIVES["sm4-gcm"].load(bytes.fromhex(ANSWERS["sm4-gcm"][0]))
    wrong = [
        cipher_backends.LoadedKey(lambda *_: b"", right.decrypt, DecryptionError),
        cipher_backends.LoadedKey(right.encrypt, lambda *_: b"", DecryptionError),
        cipher_backends.LoadedKey(right.encrypt, lambda _, data, __: bytes.fromhex(ANSWERS["sm4-gcm"][2]), DecryptionError),
    ]
    loads = [lambda key=key: cipher_backends.CipherPrimitive("wrong", lambda _: key) for key in wrong]
    monkeypatch.setitem(CANDIDATES, "sm4-gcm", (fail, *loads))
    assert cipher_backends.find_primitive("sm4-gcm") is None
    monkeypatch.setitem(CANDIDATES, "sm4-gcm", (fail, *loads, lambda: READABLE_PRIMITIVES["sm4-gcm"]))
    assert cipher_backends.find_primitive("sm4-gcm") is READABLE_PRIMITIVES["sm4-gcm"]
