"""Key files: OpenSSL's command line and `cryptography` read what we write and we read theirs; what is refused, and with which words."""

import os
import shutil
import stat
import subprocess

import pytest

from minichain.crypto import key_encoding, key_encryption, key_files
from minichain.crypto.der import (
    NULL,
    OCTET_STRING,
    SEQUENCE,
    encode_element,
    encode_integer,
    encode_object_identifier,
    encode_sequence,
)
from minichain.crypto.errors import CryptoError, DecryptionError, InvalidEncodingError, KeyFileError, MessageTypeError
from minichain.crypto.key_encoding import ALGORITHMS, compute_public_key, decode_private_key, decode_public_key, encode_private_key
from minichain.crypto.key_files import (
    format_private_key,
    format_public_key,
    parse_private_key,
    parse_public_key,
    read_private_key,
    read_public_key,
    write_private_key,
    write_public_key,
)
from minichain.crypto.keys import Ed25519PrivateKey, P256PrivateKey, Sm2PrivateKey, X25519PrivateKey
from minichain.crypto.pem import PemBlock, decode_pem, encode_pem
from tests.crypto.published import read_cryptography_vectors

SECRET = bytes(range(1, 33))
KEYS = [kind(SECRET) for kind in ALGORITHMS]
each_key = pytest.mark.parametrize("key", KEYS, ids=lambda key: key.scheme)
PASSWORD = "correct horse 电池".encode()


@pytest.fixture(autouse=True)
def few_iterations(monkeypatch):
    """600,000 iterations are for attackers."""
    monkeypatch.setattr(key_encryption, "ITERATIONS", 1000)


@each_key
def test_there_and_back(key):
    assert parse_private_key(format_private_key(key)) == key
    assert parse_private_key(format_private_key(key, PASSWORD), PASSWORD) == key
    assert type(parse_private_key(format_private_key(key))) is type(key)
    assert parse_public_key(format_public_key(compute_public_key(key))) == compute_public_key(key)


def test_six_hundred_thousand_iterations(monkeypatch):
    monkeypatch.undo()
    assert parse_private_key(format_private_key(KEYS[0], PASSWORD), PASSWORD) == KEYS[0]
    assert encode_integer(600_000) in key_encryption.encrypt_private_key(KEYS[0], PASSWORD)


# OpenSSL's command line


@pytest.fixture
def openssl(tmp_path):
    """Return the function that runs OpenSSL with these arguments in a folder of its own, and returns what it prints."""
    program = shutil.which("openssl")
    listed = program and subprocess.run([program, "list", "-public-key-algorithms"], capture_output=True, text=True, check=False)
    if not listed or "SM2" not in listed.stdout:
        pytest.skip("no openssl with SM2 is on PATH")

    def run(command, *last):
        ran = subprocess.run([program, *command.split(), *last], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    run.folder = tmp_path
    return run


@each_key
def test_openssl_reads_what_we_write_and_writes_the_same(openssl, key):
    write_private_key(openssl.folder / "key.pem", key)
    write_private_key(openssl.folder / "encrypted.pem", key, PASSWORD)
    (openssl.folder / "password").write_bytes(PASSWORD)
    plain, public = (openssl.folder / "key.pem").read_text(), format_public_key(compute_public_key(key))
    assert openssl("pkey -in key.pem") == openssl("pkey -in encrypted.pem -passin file:password") == plain
    assert openssl("pkey -in key.pem -pubout") == public
    (openssl.folder / "public.pem").write_text(public)
    assert openssl("pkey -pubin -in public.pem -pubout") == public


@pytest.mark.parametrize(
    "algorithm", ["ED25519", "X25519", "SM2", "EC -pkeyopt ec_paramgen_curve:P-256", "EC -pkeyopt ec_paramgen_curve:secp256k1"]
)
def test_we_read_what_openssl_writes(openssl, algorithm):
    text = openssl(f"genpkey -algorithm {algorithm}")
    key = parse_private_key(text)
    assert format_private_key(key) == text
    (openssl.folder / "key.pem").write_text(text)
    assert parse_public_key(openssl("pkey -in key.pem -pubout")) == compute_public_key(key)
    for cipher in ("aes-256-cbc", "aes-128-cbc", "sm4-cbc"):
        assert parse_private_key(openssl(f"pkcs8 -topk8 -in key.pem -passout pass:secret -v2 {cipher}"), b"secret") == key


@pytest.mark.parametrize("curve", ["prime256v1", "secp256k1", "SM2"])
def test_we_read_the_older_form_with_its_parameters_in_front(openssl, curve):
    text = openssl(f"ecparam -genkey -name {curve}")
    assert "PARAMETERS" in text
    (openssl.folder / "key.pem").write_text(text)
    assert openssl("pkey -in key.pem") == format_private_key(parse_private_key(text))


# cryptography


@pytest.mark.parametrize("key", [key for key in KEYS if key.scheme != "sm2"], ids=lambda key: key.scheme)
def test_cryptography_reads_what_we_write_and_we_what_it_writes(key):
    """It knows no SM2."""
    serialization = pytest.importorskip(
        "cryptography.hazmat.primitives.serialization", reason="cryptography is not here", exc_type=ImportError
    )
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    theirs = serialization.load_pem_private_key(format_private_key(key, PASSWORD).encode(), PASSWORD)
    assert theirs.private_bytes(pem, pkcs8, serialization.NoEncryption()).decode() == format_private_key(key)
    public = theirs.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    assert public == format_public_key(compute_public_key(key))
    encrypted = theirs.private_bytes(pem, pkcs8, serialization.BestAvailableEncryption(PASSWORD)).decode()
    assert parse_private_key(encrypted, PASSWORD) == key
    if "ecdsa" in key.scheme:
        older = theirs.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()).decode()
        assert parse_private_key(older) == key


# Others' files

GOOD = {
    "Ed25519/ed25519-pkcs8.pem": "ed25519",
    "X25519/x25519-pkcs8.pem": "x25519",
    "EC/high-bit-set.pem": "ecdsa-p256",
    "PEM_Serialization/ec_private_key.pem": "ecdsa-p256",
    "PKCS8/ec-consistent-curve.pem": "ecdsa-p256",
    "PKCS8/ec_private_key.pem": "ecdsa-p256",
    "PKCS8/ecc_private_with_rfc5915_ext.pem": "ecdsa-p256",
}
BAD = {
    "EC/ec-missing-curve.pem": "ECPrivateKey.parameters: DER: tag 0xa0 is expected",
    "EC/explicit_parameters_private_key.pem": "ECPrivateKey.parameters: the curve is not given by its name",
    "EC/secp128r1_private_key.pem": "the curve 1.3.132.0.28 is not P-256",
    "EC/secp256k1-explicit-no-seed.pem": "PrivateKeyInfo.privateKeyAlgorithm.parameters: the curve is not given by its name",
    "EC/secp256r1-explicit-seed.pem": "privateKeyAlgorithm.parameters: the curve is not given by its name",
    "Ed448/ed448-pkcs8.pem": "PrivateKeyInfo.privateKeyAlgorithm.algorithm: 1.3.101.113 is not one of ed25519",
    "PEM_Serialization/ec_private_key_encrypted.pem": "PEM, line 2: a block with headers",
    "PEM_Serialization/rsa_private_key.pem": "PEM, line 2: a block with headers",
    "PEM_Serialization/dsaparam.pem": "there is 'DSA PARAMETERS'",
    "PKCS8/ec-inconsistent-curve.pem": "PrivateKeyInfo.privateKey.ECPrivateKey.parameters: the curve 1.3.132.0.34",
    "PKCS8/ec-inconsistent-curve2.pem": "PrivateKeyInfo.privateKeyAlgorithm.parameters: the curve 1.3.132.0.34",
    "PKCS8/ec-invalid-private-scalar.pem": "ECPrivateKey.privateKey: the secret of P256PrivateKey is 32 bytes long, not 115",
    "PKCS8/ec-invalid-version.pem": "ECPrivateKey.version: it is not 1",
    "PKCS8/private.pem": "the curve is not given by its name",
}
ENCRYPTED = {
    "PKCS8/bad-encryption-oid.pem": "EncryptedPrivateKeyInfo.encryptionAlgorithm",
    "PKCS8/ed25519-scrypt.pem": "keyDerivationFunc: 1.3.6.1.4.1.11591.4.11 is not PBKDF2",
    "PKCS8/enc-ec-sha1-128-rc4.pem": "encryptionAlgorithm: 1.2.840.113549.1.12.1.1 is not PBES2",
    "PKCS8/enc-unknown-algorithm.pem": "encryptionScheme: .* is not AES-256, AES-128 or SM4",
    "PKCS8/enc-unknown-kdf.pem": "keyDerivationFunc: .* is not PBKDF2",
    "PKCS8/enc-unknown-pbkdf2-prf.pem": "keyDerivationFunc: .* is not HMAC-SHA-256",
    "PKCS8/enc-rsa-pkcs8-pbkdf2-0iter.pem": "keyDerivationFunc: a salt of up to",
}


def read_vector(name):
    return read_cryptography_vectors(f"asymmetric/{name}")


def read_binary_vector(name):
    vectors = pytest.importorskip("cryptography_vectors", reason="the package cryptography-vectors is not installed")
    with vectors.open_vector_file(f"asymmetric/{name}", "rb") as file:
        return file.read()


def test_others_key_files(count_cases):
    for name, scheme in GOOD.items():
        key = parse_private_key(read_vector(name))
        assert key.scheme == scheme
        assert parse_private_key(format_private_key(key)) == key
    for name, words in BAD.items():
        with pytest.raises(KeyFileError, match=words):
            parse_private_key(read_vector(name))
    for name, words in ENCRYPTED.items():
        with pytest.raises(KeyFileError, match=words):
            parse_private_key(read_vector(name), b"password")
    for name, scheme in {"Ed25519/ed25519-pub.pem": "ed25519", "PEM_Serialization/ec_public_key.pem": "ecdsa-p256"}.items():
        assert parse_public_key(read_vector(name)).scheme == scheme
    count_cases("pyca key files", len(GOOD) + len(BAD) + len(ENCRYPTED) + 2, "readable")


def test_others_keys_in_der():
    with pytest.raises(KeyFileError, match="subjectPublicKey: DER: a BIT STRING of whole bytes starts with 00, not 01"):
        decode_public_key(read_binary_vector("Ed25519/ed25519-pub-non-zero-unused-bits.der"))
    with pytest.raises(KeyFileError, match=r"ECPrivateKey.publicKey: DER: a BIT STRING of whole bytes"):
        key_encoding.decode_ec_private_key(read_binary_vector("EC/ec_private_key_non_zero_unused_bits.der"))
    with pytest.raises(KeyFileError, match=r"PrivateKeyInfo.publicKey"):  # version 1, and no public key
        decode_private_key(read_binary_vector("PKCS8/invalid-version.der"))


RFC_8410_SECTION_10_3 = """
-----BEGIN PRIVATE KEY-----
MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB
Z9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PRIVATE KEY-----
"""


def test_a_key_with_attributes_and_its_public_key():
    key = parse_private_key(RFC_8410_SECTION_10_3)
    assert key == Ed25519PrivateKey(bytes.fromhex("d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842"))
    data = decode_pem(RFC_8410_SECTION_10_3)[0].data
    other = compute_public_key(Ed25519PrivateKey(SECRET)).data
    with pytest.raises(KeyFileError, match=r"PrivateKeyInfo.publicKey: it does not belong to the private key"):
        decode_private_key(data[:-32] + other)


def test_a_public_key_of_someone_else_is_refused():
    ours, theirs = (encode_private_key(P256PrivateKey(secret)) for secret in (SECRET, bytes(31) + b"\5"))
    with pytest.raises(KeyFileError, match=r"PrivateKeyInfo.privateKey.ECPrivateKey.publicKey: it does not belong"):
        decode_private_key(ours[:-64] + theirs[-64:])
    beside_the_curve = ours[:-1] + bytes([ours[-1] ^ 1])
    with pytest.raises(KeyFileError, match=r"PrivateKeyInfo.privateKey.ECPrivateKey.publicKey: "):
        decode_private_key(beside_the_curve)


# PEM


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there is no block at all"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n", "PEM: the block 'PRIVATE KEY' does not end"),
        ("-----BEGIN PRIVATE KEY-----\n-----BEGIN PRIVATE KEY-----\n", "line 2: the block 'PRIVATE KEY' has not ended"),
        ("-----BEGIN PRIVATE KEY-----\nA*AA\n-----END PRIVATE KEY-----", "before line 3: what stands in the block is not base64"),
        ("-----BEGIN PRIVATE KEY-----\nAAA\n-----END PRIVATE KEY-----", "is not base64"),
        ("-----BEGIN PRIVATE KEY-----\nAé==\n-----END PRIVATE KEY-----", "is not base64"),
        ("-----BEGIN PRIVATE KEY-----\nAB==\n-----END PRIVATE KEY-----", "bits that mean nothing"),
        ("-----BEGIN PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", "line 2: a block with headers"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "there is 'CERTIFICATE'"),
        (2 * format_private_key(KEYS[0]), "there is 'PRIVATE KEY', 'PRIVATE KEY'"),
        ("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----", "PrivateKeyInfo.version: DER: 1 bytes should follow"),
    ],
)
def test_what_is_no_key_file(text, words):
    with pytest.raises(KeyFileError, match=words):
        parse_private_key(text)


def test_text_around_a_block_is_for_people():
    text = f"subject: Alice 爱丽丝\r\n\r\n{format_private_key(KEYS[0])}".replace("\n", "  \r\n") + "kept until 2030"
    assert parse_private_key(text) == KEYS[0]


@pytest.mark.parametrize("size", [0, 1, 47, 48, 49, 96, 1000])
def test_blocks_of_any_length(size):
    block = PemBlock("ANYTHING", bytes(size))
    assert decode_pem(encode_pem(block)) == [block]
    assert max(map(len, encode_pem(block).splitlines())) <= 64
    assert repr(block) == f"PemBlock('ANYTHING', {size} bytes not shown)"


# Passwords


def test_passwords():
    plain, encrypted = format_private_key(KEYS[0]), format_private_key(KEYS[0], PASSWORD)
    with pytest.raises(DecryptionError, match="the password is wrong, or the key file was changed"):
        parse_private_key(encrypted, b"wrong")
    with pytest.raises(KeyFileError, match="is encrypted, and no password was given"):
        parse_private_key(encrypted)
    with pytest.raises(KeyFileError, match="a password was given, but the private key is not encrypted"):
        parse_private_key(plain, PASSWORD)
    with pytest.raises(KeyFileError, match="an empty password protects nothing"):
        format_private_key(KEYS[0], b"")
    for function in (lambda: format_private_key(KEYS[0], "text"), lambda: parse_private_key(encrypted, "text")):
        with pytest.raises(MessageTypeError, match="the password must be bytes, not str"):
            function()


def test_two_files_of_one_key_differ():
    assert format_private_key(KEYS[0], PASSWORD) != format_private_key(KEYS[0], PASSWORD)


def test_a_changed_file_is_refused():
    """CBC has no tag: a changed bit shows because what comes out is no key. In the block of the secret itself it may not."""
    data = key_encryption.encrypt_private_key(Sm2PrivateKey(SECRET), PASSWORD)
    refused = 0
    for position in range(len(data)):
        changed = data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]
        try:
            assert key_encryption.decrypt_private_key(changed, PASSWORD) != Sm2PrivateKey(SECRET)
        except CryptoError:
            refused += 1
    assert refused == len(data)  # an SM2 key has its public key beside it, which does not belong to a changed secret


def test_endless_iterations_are_refused():
    data = key_encryption.encrypt_private_key(KEYS[0], PASSWORD)
    endless = data.replace(encode_integer(1000), encode_integer(2**30 + 1)[:4])
    assert endless != data
    with pytest.raises(KeyFileError, match="EncryptedPrivateKeyInfo"):
        key_encryption.decrypt_private_key(endless, PASSWORD)
    reader = key_encryption.Reader(
        encode_object_identifier(key_encryption.PBKDF2) + encode_sequence(encode_element(OCTET_STRING, b"salt"), encode_integer(5_000_001))
    )
    with pytest.raises(InvalidEncodingError, match="1 to 5,000,000 iterations"):
        key_encryption.read_derivation(reader)


def make_derivation(*elements):
    return key_encryption.Reader(encode_object_identifier(key_encryption.PBKDF2) + encode_sequence(*elements))


SALT, COUNT = encode_element(OCTET_STRING, b"salt"), encode_integer(1)
SHA256 = encode_sequence(encode_object_identifier(key_encryption.HMAC_WITH_SHA256), encode_element(NULL, b""))


def test_the_parameters_of_pbkdf2():
    assert key_encryption.read_derivation(make_derivation(SALT, COUNT, SHA256)) == (b"salt", 1, None)
    assert key_encryption.read_derivation(make_derivation(SALT, COUNT, encode_integer(32), SHA256)) == (b"salt", 1, 32)
    for elements, words in [
        ((SALT, COUNT), "HMAC-SHA-1"),
        ((SALT, COUNT, encode_sequence(encode_object_identifier("1.2.840.113549.2.7"), encode_element(NULL, b""))), "is not HMAC-SHA-256"),
        ((SALT, COUNT, SHA256, b"\5\0"), "left over"),
        ((SALT, COUNT, SHA256.replace(b"\5\0", b"\5\1\0").replace(b"\x30\x0c", b"\x30\x0d")), "NULL has no content"),
        ((SALT, encode_integer(0), SHA256), "1 to 5,000,000"),
        ((encode_element(OCTET_STRING, bytes(1025)), COUNT, SHA256), "a salt of up to 1024 bytes"),
    ]:
        with pytest.raises(InvalidEncodingError, match=words):
            key_encryption.read_derivation(make_derivation(*elements))


# Files


@each_key
def test_a_private_key_is_its_owners_only(tmp_path, key):
    path = tmp_path / "key.pem"
    before = os.umask(0)
    try:
        write_private_key(path, key)
        write_public_key(tmp_path / "public.pem", compute_public_key(key))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "public.pem").stat().st_mode) == 0o644
    assert read_private_key(path) == key
    assert read_public_key(str(tmp_path / "public.pem")) == compute_public_key(key)


def test_nothing_is_overwritten_and_no_link_followed(tmp_path):
    path = tmp_path / "key.pem"
    path.write_text("mine")
    with pytest.raises(KeyFileError, match="exists already, and a key file is never overwritten"):
        write_private_key(path, KEYS[0])
    assert path.read_text() == "mine"
    (tmp_path / "link.pem").symlink_to(tmp_path / "elsewhere.pem")
    with pytest.raises(KeyFileError, match="exists already"):
        write_private_key(tmp_path / "link.pem", KEYS[0])
    assert not (tmp_path / "elsewhere.pem").exists()


def test_half_a_key_is_not_left_behind(tmp_path, monkeypatch):
    def fail(_):
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space left"):
        write_private_key(tmp_path / "key.pem", KEYS[0])
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_no_key_files(tmp_path):
    (tmp_path / "large").write_bytes(b" " * (key_files.LARGEST_FILE + 1))
    (tmp_path / "binary").write_bytes(encode_private_key(KEYS[0]) + b"\xff")
    with pytest.raises(KeyFileError, match="longer than 65,536 bytes"):
        read_private_key(tmp_path / "large")
    with pytest.raises(KeyFileError, match="is not text"):
        read_private_key(tmp_path / "binary")
    with pytest.raises(FileNotFoundError):
        read_public_key(tmp_path / "nothing")


def test_a_curve_that_the_algorithm_does_not_name():
    inner = encode_sequence(
        encode_integer(1), encode_element(OCTET_STRING, SECRET), encode_element(0xA0, encode_object_identifier("1.3.132.0.10"))
    )
    outer = encode_sequence(encode_integer(0), key_encoding.encode_algorithm(P256PrivateKey), encode_element(OCTET_STRING, inner))
    with pytest.raises(KeyFileError, match=r"ECPrivateKey.parameters: the curve is not the one that the algorithm names"):
        decode_private_key(outer)
    assert key_encoding.decode_ec_private_key(inner).scheme == "ecdsa-secp256k1"


def test_a_key_of_another_length():
    for secret in (SECRET[:31], SECRET + b"\0"):
        data = encode_sequence(
            encode_integer(0),
            key_encoding.encode_algorithm(X25519PrivateKey),
            encode_element(OCTET_STRING, encode_element(OCTET_STRING, secret)),
        )
        with pytest.raises(KeyFileError, match=r"PrivateKeyInfo.privateKey: the secret of X25519PrivateKey is 32 bytes long"):
            decode_private_key(data)
    assert encode_private_key(X25519PrivateKey(SECRET))[0] == SEQUENCE
