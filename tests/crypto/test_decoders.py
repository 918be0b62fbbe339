"""Whatever bytes come, a decoder returns a value that encodes to them again, or raises an error of the package."""

import random
import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.crypto import der, ed25519, edwards25519, key_encryption, recovery, sm2_encryption
from minichain.crypto.ciphers import CIPHER_NAMES, get_cipher
from minichain.crypto.errors import CryptoError, DecryptionError, InvalidEncodingError
from minichain.crypto.key_encoding import (
    ALGORITHMS,
    compute_public_key,
    decode_private_key,
    decode_public_key,
    encode_private_key,
    encode_public_key,
)
from minichain.crypto.key_files import format_private_key, format_public_key, parse_private_key, parse_public_key
from minichain.crypto.keys import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
    P256PrivateKey,
    P256PublicKey,
    Secp256k1PrivateKey,
    Secp256k1PublicKey,
    Sm2PrivateKey,
    Sm2PublicKey,
    X25519PrivateKey,
    X25519PublicKey,
)
from minichain.crypto.merkle import ConsistencyProof, InclusionProof, TreeHead, is_consistent, is_included
from minichain.crypto.pem import decode_pem, encode_pem
from minichain.crypto.signature_pair import SignaturePair, decode_pair, decode_pair_from_der, encode_pair, encode_pair_as_der
from minichain.crypto.signing import SCHEME_NAMES, get_scheme
from minichain.crypto.weierstrass import P256, SECP256K1, SM2P256, decode_point, encode_point

PAIR = encode_pair_as_der(SignaturePair(2**255 + 1, 127))
CIPHERTEXT = sm2_encryption.encode_ciphertext_as_der(encode_point(SM2P256, SM2P256.generator) + bytes(32) + b"text" * 40)


def mutate(base):
    """Draw `base` with a few bytes changed, put in or taken out; or any bytes."""
    changes = st.lists(st.tuples(st.integers(0, len(base)), st.integers(0, 2), st.binary(min_size=1, max_size=3)), max_size=4)

    def apply(edits):
        data = base
        for position, cut, new in edits:
            data = data[:position] + new + data[position + cut :]
        return data

    return st.one_of(changes.map(apply), st.binary(max_size=200), st.integers(0, len(base)).map(lambda end: base[:end]))


def decode_or_refuse(decode, data):
    """Return the value, or None where `decode` refuses the data as it should."""
    try:
        return decode(data)
    except CryptoError:
        return None


@settings(max_examples=200)
@given(data=mutate(PAIR))
def test_a_signature_in_der(data):
    pair = decode_or_refuse(decode_pair_from_der, data)
    assert pair is None or encode_pair_as_der(pair) == data


@settings(max_examples=200)
@given(data=mutate(CIPHERTEXT))
def test_a_ciphertext_in_der(data):
    ciphertext = decode_or_refuse(sm2_encryption.decode_ciphertext_from_der, data)
    assert ciphertext is None or sm2_encryption.encode_ciphertext_as_der(ciphertext) == data


@settings(max_examples=100)
@given(data=mutate(bytes(range(64))))
def test_a_signature_of_64_bytes(data):
    pair = decode_or_refuse(decode_pair, data)
    assert pair is None if len(data) != 64 else encode_pair(pair) == data


@pytest.mark.parametrize("curve", [SECP256K1, P256, SM2P256], ids=lambda curve: curve.name)
@settings(max_examples=100)
@given(data=st.data())
def test_a_point(curve, data):
    base = encode_point(curve, curve.generator, compressed=data.draw(st.booleans()))
    encoded = data.draw(mutate(base))
    point = decode_or_refuse(lambda encoded: decode_point(curve, encoded), encoded)
    assert point is None or encode_point(curve, point, compressed=encoded[0] != 4) == encoded


@settings(max_examples=200)
@given(data=st.one_of(st.binary(min_size=32, max_size=32), mutate(edwards25519.encode_point(edwards25519.BASE))))
def test_a_point_of_edwards25519(data):
    point = decode_or_refuse(edwards25519.decode_point, data)
    assert point is None or edwards25519.encode_point(point) == data
    assert not ed25519.verify(data, b"message", bytes(64))


KEY_TYPES = [
    Ed25519PrivateKey,
    Ed25519PublicKey,
    P256PrivateKey,
    P256PublicKey,
    Secp256k1PrivateKey,
    Secp256k1PublicKey,
    Sm2PrivateKey,
    Sm2PublicKey,
    X25519PrivateKey,
    X25519PublicKey,
]


@pytest.mark.parametrize("key_type", KEY_TYPES, ids=lambda key_type: key_type.__name__)
@settings(max_examples=100)
@given(data=st.one_of(st.binary(max_size=70), st.binary(min_size=32, max_size=33)))
def test_a_key(key_type, data):
    decode_or_refuse(key_type, data)


@pytest.mark.parametrize("key_type", KEY_TYPES, ids=lambda key_type: key_type.__name__)
def test_a_key_is_made_of_bytes(key_type):
    for wrong in ("00" * 32, 5, None, bytearray(32)):
        with pytest.raises(TypeError, match=f"of {key_type.__name__} must be bytes"):
            key_type(wrong)


@pytest.mark.parametrize("name", SCHEME_NAMES)
@pytest.mark.parametrize("readable", [True, False])
@settings(max_examples=40)
@given(signature=st.one_of(st.binary(max_size=70), st.binary(min_size=64, max_size=64)))
def test_a_signature_is_verified_to_true_or_false(name, readable, signature):
    scheme = get_scheme(name, readable=readable)
    public_key = scheme.compute_public_key(scheme.private_type(bytes(31) + b"\x05"))
    assert scheme.verify(public_key, b"message", signature, context="test") is False
    assert scheme.verify_without_context(public_key, b"message", signature) is False


@settings(max_examples=50)
@given(data=st.binary(max_size=200), is_point=st.booleans())
def test_a_ciphertext_of_someone_else_is_refused(data, is_point):
    c1 = encode_point(SM2P256, SM2P256.generator) if is_point else b""
    with pytest.raises(DecryptionError):
        sm2_encryption.decrypt(Sm2PrivateKey(bytes(31) + b"\x05"), c1 + data)


@pytest.mark.parametrize("readable", [True, False])
@settings(max_examples=50)
@given(digest=st.binary(min_size=32, max_size=32), signature=st.binary(min_size=63, max_size=65), recovery_id=st.integers(-1, 5))
def test_a_key_is_recovered_or_refused(readable, digest, signature, recovery_id):
    key = decode_or_refuse(lambda signature: recovery.recover_public_key(digest, signature, recovery_id, readable=readable), signature)
    assert key == decode_or_refuse(lambda signature: recovery.recover_public_key(digest, signature, recovery_id, readable=True), signature)


# Key files

KEYS = [kind(bytes(31) + b"\x05") for kind in ALGORITHMS]
each_key = pytest.mark.parametrize("key", KEYS, ids=lambda key: key.scheme)


@each_key
@settings(max_examples=100)
@given(data=st.data())
def test_keys_in_der(key, data):
    public = data.draw(mutate(encode_public_key(compute_public_key(key))))
    found = decode_or_refuse(decode_public_key, public)
    assert found is None or decode_public_key(encode_public_key(found)) == found
    private = data.draw(mutate(encode_private_key(key)))
    found = decode_or_refuse(decode_private_key, private)
    assert found is None or decode_private_key(encode_private_key(found)) == found


@pytest.fixture(scope="module")
def encrypted():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key_encryption, "ITERATIONS", 1)
        return key_encryption.encrypt_private_key(KEYS[0], b"secret")


@settings(max_examples=300)
@given(data=st.data())
def test_an_encrypted_key(encrypted, data):
    key = decode_or_refuse(lambda changed: key_encryption.decrypt_private_key(changed, b"secret"), data.draw(mutate(encrypted)))
    assert key is None or type(key) in ALGORITHMS


def mutate_text(text):
    return mutate(text.encode()).map(lambda data: data.decode("latin-1"))


@settings(max_examples=200)
@given(text=st.one_of(st.text(), mutate_text(format_private_key(KEYS[0])), mutate_text(format_public_key(compute_public_key(KEYS[0])))))
def test_key_files(text):
    for parse in (parse_private_key, parse_public_key):
        decode_or_refuse(parse, text)
    for block in decode_or_refuse(decode_pem, text) or []:
        assert decode_pem(encode_pem(block)) == [block]


@pytest.mark.parametrize("name", CIPHER_NAMES)
@pytest.mark.parametrize("readable", [True, False])
@settings(max_examples=40)
@given(sealed=st.binary(max_size=100), associated_data=st.binary(max_size=10))
def test_what_was_never_sealed(name, readable, sealed, associated_data):
    cipher = get_cipher(name, readable=readable)
    key = cipher.key_type(bytes(cipher.key_type.size))
    with pytest.raises(DecryptionError):
        cipher.open(key, sealed, associated_data=associated_data)


# Proofs

numbers = st.one_of(st.integers(-3, 12), st.integers(), st.sampled_from([2**64 - 1, 2**64, 10**5000, -(10**5000)]))
paths = st.lists(st.binary(min_size=32, max_size=32) | st.binary(max_size=40), max_size=6).map(tuple)


@settings(max_examples=200)
@given(index=numbers, size=numbers, other=numbers, path=paths, is_same=st.booleans())
def test_proofs_of_a_stranger(index, size, other, path, is_same):
    head, root = TreeHead(size if is_same else other, bytes(32)), bytes(32)
    assert not is_included(b"entry", InclusionProof(index, size, path), head)
    if (index, size) != (head.size, other) or index != size:
        assert is_consistent(ConsistencyProof(index, size, path), TreeHead(index, root), head) in (True, False)


# All of them for longer

DECODERS = {
    "signature in DER": (decode_pair_from_der, PAIR),
    "ciphertext in DER": (sm2_encryption.decode_ciphertext_from_der, CIPHERTEXT),
    "point": (lambda data: decode_point(SM2P256, data), encode_point(SM2P256, SM2P256.generator)),
    "point of edwards25519": (edwards25519.decode_point, edwards25519.encode_point(edwards25519.BASE)),
    "PEM": (lambda data: parse_private_key(data.decode("latin-1")), format_private_key(KEYS[2]).encode()),
} | {f"{what}, {key.scheme}": (decode, encode(key)) for key in KEYS for what, decode, encode in [
    ("private key", decode_private_key, encode_private_key),
    ("public key", decode_public_key, lambda key: encode_public_key(compute_public_key(key))),
]}  # fmt: skip


def change(draw, data):
    """Return `data` with one to four bytes changed, cut out, doubled or put in, or lengths made extreme."""
    for _ in range(draw.randint(1, 4)):
        position, kind = draw.randrange(len(data) + 1), draw.randrange(5)
        end = min(len(data), position + draw.randint(1, 4))
        piece = {
            0: draw.randbytes(end - position),
            1: b"",
            2: data[position:end] * 2,
            3: draw.choice([b"\x00", b"\x30", b"\x80", b"\x81\xff", b"\x84\xff\xff\xff\xff", b"\xff" * 8]),
            4: draw.choice(string.printable).encode(),
        }[kind]
        data = data[:position] + piece + data[end:]
    return data


@pytest.mark.long
@pytest.mark.parametrize("name", DECODERS)
def test_decoders_for_longer(name, count_cases):
    decode, good = DECODERS[name]
    draw, slowest = random.Random(name), 0.0
    assert decode(good) is not None
    for _ in range(20_000):
        data = change(draw, good)
        start = time.perf_counter()
        decode_or_refuse(decode, data)
        slowest = max(slowest, time.perf_counter() - start)
    assert slowest < 5, "something hangs"
    count_cases(f"fuzzed: {name}", 20_000, "readable")


@pytest.mark.long
def test_an_encrypted_key_for_longer(encrypted):
    draw = random.Random(0)
    for _ in range(2_000):
        data = change(draw, encrypted)
        decode_or_refuse(lambda data: key_encryption.decrypt_private_key(data, b"secret"), data)


# DER itself


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "1 bytes should follow at 0"),
        ("30", "1 bytes should follow at 1"),
        ("3004020101", "4 bytes should follow at 2"),
        ("300302010100", "1 bytes are left over"),
        ("30800201010000", "left open is not in its shortest form"),
        ("308103020101", "not in its shortest form"),
        ("3082000302010100", "not in its shortest form"),
        ("3103020101", "tag 0x30 is expected at 0, not 0x31"),
        ("3003030101", "tag 0x02 is expected at 0, not 0x03"),
        ("30020200", "an empty INTEGER"),
        ("3003020180", "at least 0 is expected, not 80"),
        ("300402020001", "a zero byte too many"),
        ("30ff" + "ff" * 127, "bytes should follow"),
    ],
)
def test_what_is_not_der_is_refused_with_its_reason(data, words):
    with pytest.raises(InvalidEncodingError, match=words):
        der.decode_sequence(bytes.fromhex(data)).read_integer()


@given(number=st.integers(0, 2**2100))
def test_numbers_of_any_length(number):
    reader = der.decode_sequence(der.encode_sequence(der.encode_integer(number)))
    assert reader.read_integer() == number
    assert reader.has_ended()


@pytest.mark.parametrize("length", [0, 1, 127, 128, 255, 256, 65535, 65536])
def test_contents_of_any_length(length):
    reader = der.Reader(der.encode_element(der.OCTET_STRING, bytes(length)))
    assert reader.read_element(der.OCTET_STRING) == bytes(length)
    reader.validate_end()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("1.2.840.113549", "2a864886f70d"),  # X.690, 8.19
        ("2.999.3", "883703"),
        ("0.39", "27"),
        ("1.0", "28"),
        ("2.5.4.3", "550403"),
        ("1.2.156.10197.1.301", "2a811ccf5501822d"),
    ],
)
def test_object_identifiers(name, content):
    assert der.encode_object_identifier(name) == bytes([6, len(content) // 2]) + bytes.fromhex(content)
    assert der.decode_object_identifier(bytes.fromhex(content)) == name


@pytest.mark.parametrize(
    ("content", "words"),
    [("", "1 to 64 bytes"), ("2a86", "ends with its last number"), ("2a8001", "a zero too many"), ("01" * 65, "1 to 64")],
)
def test_what_is_no_object_identifier(content, words):
    with pytest.raises(InvalidEncodingError, match=words):
        der.decode_object_identifier(bytes.fromhex(content))
