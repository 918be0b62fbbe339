"""SM2 beside two others, 500 random cases each way: gmssl (Python) and OpenSSL's command line."""

import random
import shutil
import subprocess

import pytest

from minichain.crypto import sm2, sm2_encryption
from minichain.crypto.der import (
    BIT_STRING,
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    encode_element,
    encode_sequence,
)
from minichain.crypto.keys import Sm2PrivateKey, Sm2PublicKey
from minichain.crypto.signature_pair import decode_pair, decode_pair_from_der, encode_pair, encode_pair_as_der
from minichain.crypto.weierstrass import SM2P256, encode_point

pytestmark = pytest.mark.long
CASES = 500
SIGNERS = 10


def draw_cases(seed):
    """Yield (private key, public key, message) for each case: ten signers, messages of 1 to 300 bytes."""
    draw = random.Random(seed)
    numbers = [draw.randrange(1, SM2P256.n - 1) for _ in range(SIGNERS)]
    for index in range(CASES):
        number = numbers[index % SIGNERS]
        yield number, sm2.compute_public_key(number), draw.randbytes(draw.randint(1, 300))


def make_private(number):
    return Sm2PrivateKey(number.to_bytes(32, "big"))


def make_public(point):
    return Sm2PublicKey(encode_point(SM2P256, point))


# gmssl


@pytest.fixture
def make_peer():
    gmssl = pytest.importorskip("gmssl.sm2", reason="the peer gmssl is not installed")

    def make(number, public_key):
        data = encode_point(SM2P256, public_key)[1:].hex()
        peer = gmssl.CryptSM2(private_key=number.to_bytes(32, "big").hex(), public_key="", mode=1)
        peer.public_key = data  # past its constructor, which strips every leading 0 and 4 of the coordinates
        return peer

    return make


def test_gmssl_verifies_what_we_sign(make_peer, count_cases):
    for number, public_key, message in draw_cases(1):
        digest = sm2.compute_digest(public_key, message)
        signature = encode_pair(sm2.sign_digest(number, digest)).hex()
        peer = make_peer(number, public_key)
        assert peer.verify(signature, digest)
    assert not peer.verify(signature, bytes(32))
    count_cases("we sign, gmssl verifies (SM2)", CASES, "readable")


def test_we_verify_what_gmssl_signs_and_sign_the_same_with_its_nonce(make_peer, count_cases):
    draw = random.Random(2)
    for number, public_key, message in draw_cases(2):
        nonce = draw.randrange(1, SM2P256.n)
        signature = make_peer(number, public_key).sign_with_sm3(message, f"{nonce:064x}")
        pair = decode_pair(bytes.fromhex(signature))
        assert sm2.verify(public_key, message, pair)
        assert not sm2.verify(public_key, message + b"x", pair)
        assert sm2.compute_signature(number, sm2.compute_digest(public_key, message), nonce) == pair
    count_cases("gmssl signs, we verify (SM2)", CASES, "readable")


def test_ciphertexts_go_both_ways_between_gmssl_and_us(make_peer, count_cases):
    for number, public_key, message in draw_cases(3):
        peer = make_peer(number, public_key)
        ours = sm2_encryption.encrypt(make_public(public_key), message)
        assert peer.decrypt(ours[1:]) == message  # gmssl leaves out the 04
        assert sm2_encryption.decrypt(make_private(number), b"\x04" + peer.encrypt(message)) == message
    count_cases("we and gmssl encrypt to each other (SM2)", 2 * CASES, "readable")


# OpenSSL's command line

SM2_ALGORITHM = encode_sequence(
    encode_element(OBJECT_IDENTIFIER, bytes.fromhex("2a8648ce3d0201")),  # id-ecPublicKey
    encode_element(OBJECT_IDENTIFIER, bytes.fromhex("2a811ccf5501822d")),  # sm2
)


@pytest.fixture
def openssl(tmp_path):
    """Return the function that runs OpenSSL with these arguments in a folder of its own; the folder is its attribute."""
    program = shutil.which("openssl")
    listed = program and subprocess.run([program, "list", "-public-key-algorithms"], capture_output=True, text=True, check=False)
    if not listed or "SM2" not in listed.stdout:
        pytest.skip("no openssl with SM2 is on PATH")

    def run(*arguments):
        return subprocess.run([program, *arguments], cwd=tmp_path, capture_output=True, timeout=60, check=False)

    run.folder = tmp_path
    return run


def write_keys(folder, number, public_key):
    """Write private.der (PKCS 8) and public.der (SubjectPublicKeyInfo) into `folder`."""
    point = encode_element(BIT_STRING, b"\0" + encode_point(SM2P256, public_key))
    secret = encode_element(OCTET_STRING, number.to_bytes(32, "big"))
    ec_private_key = encode_sequence(encode_element(INTEGER, b"\1"), secret, encode_element(0xA1, point))
    private = encode_sequence(encode_element(INTEGER, b"\0"), SM2_ALGORITHM, encode_element(OCTET_STRING, ec_private_key))
    (folder / "private.der").write_bytes(private)
    (folder / "public.der").write_bytes(encode_sequence(SM2_ALGORITHM, point))


def test_openssl_verifies_what_we_sign(openssl, count_cases):
    for number, public_key, message in draw_cases(4):
        write_keys(openssl.folder, number, public_key)
        (openssl.folder / "message").write_bytes(message)
        (openssl.folder / "signature").write_bytes(encode_pair_as_der(sm2.sign(number, message)))
        verify = "pkeyutl -verify -rawin -digest sm3 -pkeyopt distid:1234567812345678 -pubin -keyform DER -inkey public.der".split()
        answer = openssl(*verify, "-in", "message", "-sigfile", "signature")
        assert answer.returncode == 0, answer.stderr
    (openssl.folder / "message").write_bytes(b"another")
    assert openssl(*verify, "-in", "message", "-sigfile", "signature").returncode != 0
    count_cases("we sign, OpenSSL verifies (SM2)", CASES, "readable")


def test_we_verify_what_openssl_signs(openssl, count_cases):
    for number, public_key, message in draw_cases(5):
        write_keys(openssl.folder, number, public_key)
        (openssl.folder / "message").write_bytes(message)
        sign = "pkeyutl -sign -rawin -digest sm3 -pkeyopt distid:1234567812345678 -keyform DER -inkey private.der -in message".split()
        answer = openssl(*sign)
        assert answer.returncode == 0, answer.stderr
        pair = decode_pair_from_der(answer.stdout)
        assert sm2.verify(public_key, message, pair)
        assert not sm2.verify(public_key, message, pair, b"another id")
    count_cases("OpenSSL signs, we verify (SM2)", CASES, "readable")


def test_openssl_decrypts_what_we_encrypt(openssl, count_cases):
    for number, public_key, message in draw_cases(6):
        write_keys(openssl.folder, number, public_key)
        ciphertext = sm2_encryption.encode_ciphertext_as_der(sm2_encryption.encrypt(make_public(public_key), message))
        (openssl.folder / "ciphertext").write_bytes(ciphertext)
        answer = openssl(*"pkeyutl -decrypt -keyform DER -inkey private.der -in ciphertext".split())
        assert (answer.returncode, answer.stdout) == (0, message), answer.stderr
    count_cases("we encrypt, OpenSSL decrypts (SM2)", CASES, "readable")


def test_we_decrypt_what_openssl_encrypts(openssl, count_cases):
    for number, public_key, message in draw_cases(7):
        write_keys(openssl.folder, number, public_key)
        (openssl.folder / "message").write_bytes(message)
        answer = openssl(*"pkeyutl -encrypt -pubin -keyform DER -inkey public.der -in message".split())
        assert answer.returncode == 0, answer.stderr
        assert sm2_encryption.decrypt(make_private(number), sm2_encryption.decode_ciphertext_from_der(answer.stdout)) == message
    count_cases("OpenSSL encrypts, we decrypt (SM2)", CASES, "readable")
