"""SM2: the examples of the standard, OpenSSL's items, and what signatures and ciphertexts must hold to."""

import base64
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.crypto import sm2, sm2_encryption
from minichain.crypto.errors import CryptoError, DecryptionError, InvalidEncodingError, InvalidPlaintextError, KeyTypeError
from minichain.crypto.jacobian import multiply_point
from minichain.crypto.keys import Sm2PrivateKey, Sm2PublicKey
from minichain.crypto.signature_pair import SignaturePair, decode_pair_from_der
from minichain.crypto.signing import get_scheme
from minichain.crypto.weierstrass import SM2P256, Curve, Point, encode_point
from tests.crypto.published import VECTORS, needs_vectors

N = SM2P256.n

# GB/T 32918.5-2017 (GM/T 0003.5-2012), annexes A and C: on the recommended curve

PRIVATE_KEY = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
PUBLIC_KEY = Point(
    0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020, 0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13
)
KEY, RECIPIENT = Sm2PrivateKey(PRIVATE_KEY.to_bytes(32, "big")), Sm2PublicKey(encode_point(SM2P256, PUBLIC_KEY))
NONCE = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
SIGNATURE = SignaturePair(
    0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3, 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA
)
CIPHERTEXT = (
    "0404ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0"
    "59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766"
    "21886ca989ca9c7d58087307ca93092d651efa"
)

# GB/T 32918.2-2016 and 32918.4-2016 (GM/T 0003.2 and .4), annex A: on a curve made for the examples

EXAMPLE_CURVE = Curve(
    name="the curve of the examples",
    p=0x8542D69E4C044F18E8B92435BF6FF7DE457283915C45517D722EDB8B08F1DFC3,
    a=0x787968B4FA32C3FD2417842E73BBFEFF2F3C848B6831D7E0EC65228B3937E498,
    b=0x63E4C6D3B23B0C849CF84241484BFE48F61D59A5B16BA06E6E12D1DA27C5249A,
    generator=Point(
        0x421DEBD61B62EAB6746434EBC3CC315E32220B3BADD50BDC4C4E6C147FEDD43D,
        0x0680512BCBB42C07D47349D2153B70C4E5D7FDFCBFA36EA1A85841B9E46E09A2,
    ),
    n=0x8542D69E4C044F18E8B92435BF6FF7DD297720630485628D5AE74EE7C32E79B7,
)


def test_the_standards_signature_on_the_recommended_curve(count_cases):
    assert sm2.compute_public_key(PRIVATE_KEY) == PUBLIC_KEY
    assert sm2.compute_za(PUBLIC_KEY).hex() == "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3"
    digest = sm2.compute_digest(PUBLIC_KEY, b"message digest")
    assert digest.hex() == "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640"
    assert sm2.compute_signature(PRIVATE_KEY, digest, NONCE) == SIGNATURE
    assert sm2.verify(PUBLIC_KEY, b"message digest", SIGNATURE)
    count_cases("GM/T 0003.5 annex A", 1, "readable")


def test_the_standards_signature_on_its_example_curve(count_cases):
    d = 0x128B2FA8BD433C6C068C8D803DFF79792A519A55171B1B650C23661D15897263
    k = 0x6CB28D99385C175C94F94E934817663FC176D925DD72B727260DBAAE1FB2F96F
    public_key = sm2.compute_public_key(d, EXAMPLE_CURVE)
    digest = sm2.compute_digest(public_key, b"message digest", b"ALICE123@YAHOO.COM", EXAMPLE_CURVE)
    pair = sm2.compute_signature(d, digest, k, EXAMPLE_CURVE)
    assert pair == SignaturePair(
        0x40F1EC59F793D9F49E09DCEF49130D4194F79FB1EED2CAA55BACDB49C4E755D1,
        0x6FC6DAC32C5D5CF10C77DFB20F7C2EB667A457872FB09EC56327A67EC7DEEBE7,
    )
    assert sm2.verify_digest(public_key, digest, pair, EXAMPLE_CURVE)
    count_cases("GM/T 0003.2 annex A", 1, "readable")


def test_the_standards_ciphertexts(count_cases):
    message = b"encryption standard"
    assert sm2_encryption.compute_ciphertext(SM2P256, PUBLIC_KEY, message, NONCE).hex() == CIPHERTEXT
    assert sm2_encryption.decrypt(KEY, bytes.fromhex(CIPHERTEXT)) == message
    d = 0x1649AB77A00637BD5E2EFE283FBF353534AA7F7CB89463F208DDBC2920BB0DA0
    k = 0x4C62EEFD6ECFC2B95B92FD6C3D9575148AFA17425546D49018E5388D49DD7B4F
    public_key = sm2.compute_public_key(d, EXAMPLE_CURVE)
    ciphertext = sm2_encryption.compute_ciphertext(EXAMPLE_CURVE, public_key, message, k)
    assert ciphertext.hex() == (
        "04245c26fb68b1ddddb12c4b6bf9f2b6d5fe60a383b0d18d1c4144abf17f6252e776cb9264c2a7e88e52b19903fdc47378f605e36811f5c07423a24b84400f01b8"
        "9c3d7360c30156fab7c80a0276712da9d8094a634b766d3a285e07480653426d"
        "650053a89b41c418b0c3aad00d886c00286467"
    )
    assert sm2_encryption.compute_message(EXAMPLE_CURVE, d, ciphertext) == message
    count_cases("GM/T 0003.4 and 0003.5, ciphertexts", 2, "readable")


# OpenSSL's items


@needs_vectors
def test_the_items_of_openssl(count_cases):
    """One of the eight asks for SHA-512 and is refused. Another signs with a random nonce: what the file says to expect proves nothing."""
    text = (VECTORS / "sm2" / "evppkey_sm2.txt").read_text()
    private_key = read_private_key(text)
    public_key = sm2.compute_public_key(private_key)
    verified = re.findall(r"Verify = SM2_key1\nCtrl = digest:SM3\nInput = (\w+)\nOutput = (\w+)\n", text)
    decrypted = re.findall(r"Decrypt = SM2_key1\n(?:Ctrl = digest:SM3\n)?Input = (\w+)\nOutput = \"(.*)\"\n", text)
    assert (len(verified), len(decrypted)) == (2, 4)
    for digest, signature in verified:
        pair = decode_pair_from_der(bytes.fromhex(signature))
        assert sm2.verify_digest(public_key, bytes.fromhex(digest), pair)
        assert not sm2.verify_digest(public_key, bytes(32), pair)
    for data, message in decrypted:
        ciphertext = sm2_encryption.decode_ciphertext_from_der(bytes.fromhex(data))
        assert sm2_encryption.encode_ciphertext_as_der(ciphertext) == bytes.fromhex(data)
        assert sm2_encryption.compute_message(SM2P256, private_key, ciphertext) == message.encode()
    sha512 = re.search(r"Ctrl = digest:SHA512\nInput = (\w+)\nOutput = (\w+)\nResult = PKEY_CTRL_ERROR", text)
    assert not sm2.verify_digest(public_key, bytes.fromhex(sha512[1]), decode_pair_from_der(bytes.fromhex(sha512[2])))
    with pytest.raises(CryptoError, match="32 bytes that SM3 makes"):
        sm2.sign_digest(private_key, bytes.fromhex(sha512[1]))
    signed = re.search(r"Sign = SM2_key1\nCtrl = digest:SM3\nInput = (\w+)\nOutput = (\w+)\nResult = KEYOP_MISMATCH", text)
    assert sm2.verify_digest(public_key, bytes.fromhex(signed[1]), sm2.sign_digest(private_key, bytes.fromhex(signed[1])))
    count_cases("OpenSSL evppkey_sm2.txt", 8, "readable")


def read_private_key(text):
    """Return the number in the PKCS 8 key of the file, which is 32 bytes after the tag 0420."""
    der = base64.b64decode(re.search(r"-+BEGIN PRIVATE KEY-+\n(.*?)-+END", text, re.DOTALL)[1])
    start = der.index(b"\x04\x20") + 2
    return int.from_bytes(der[start : start + 32], "big")


# Signatures

private_keys = st.integers(1, N - 2)


@settings(max_examples=25)
@given(d=private_keys, message=st.binary(max_size=100), user_id=st.binary(max_size=30))
def test_what_is_signed_verifies_for_this_user_and_message_only(d, message, user_id):
    public_key, pair = sm2.compute_public_key(d), sm2.sign(d, message, user_id)
    assert sm2.sign(d, message, user_id) == pair
    assert sm2.verify(public_key, message, pair, user_id)
    assert not sm2.verify(public_key, message + b"x", pair, user_id)
    assert not sm2.verify(public_key, message, pair, user_id + b"x")
    assert not sm2.verify(sm2.compute_public_key(d % (N - 2) + 1), message, pair, user_id)


def test_numbers_out_of_range_are_no_signature():
    r, s = SIGNATURE.r, SIGNATURE.s
    for wrong in ((0, s), (r, 0), (r + N, s), (r, s + N), (-r, s), (r, N - r), (r, -s % N), (s, r)):
        assert not sm2.verify(PUBLIC_KEY, b"message digest", SignaturePair(*wrong)), wrong


def test_a_point_beside_the_curve_verifies_nothing():
    assert not sm2.verify_digest(Point(1, 1), bytes(32), SIGNATURE)


def test_nonces_that_give_no_signature_are_passed_over():
    """For d = 1, a digest that makes r = 0, one that makes r + k = n, and one that makes s = 0."""
    x = SM2P256.generator.x
    for e in (-x, -1 - x):
        assert sm2.compute_signature(1, (e % N).to_bytes(32, "big"), 1) is None
    assert sm2.compute_signature(1, ((1 - x) % N).to_bytes(32, "big"), 1) is None
    assert sm2.compute_signature(1, bytes(32), N) is None


def test_a_user_id_too_long_for_its_length_field_is_refused():
    assert sm2.compute_za(PUBLIC_KEY, bytes(8191))
    with pytest.raises(CryptoError, match="8,192 bytes"):
        sm2.compute_za(PUBLIC_KEY, bytes(8192))


# Encryption


@settings(max_examples=25)
@given(key=private_keys.map(lambda d: Sm2PrivateKey(d.to_bytes(32, "big"))), message=st.binary(min_size=1, max_size=200))
def test_what_is_encrypted_is_decrypted(key, message):
    ciphertext = sm2_encryption.encrypt(get_scheme("sm2").compute_public_key(key), message)
    assert len(ciphertext) == len(message) + 97
    assert sm2_encryption.decrypt(key, ciphertext) == message
    assert sm2_encryption.decode_ciphertext_from_der(sm2_encryption.encode_ciphertext_as_der(ciphertext)) == ciphertext


def test_the_same_message_is_never_encrypted_alike():
    assert len({sm2_encryption.encrypt(RECIPIENT, b"yes") for _ in range(5)}) == 5


@settings(max_examples=100)
@given(bit=st.integers(0, 8 * len(CIPHERTEXT) // 2 - 1))
def test_a_flipped_bit_is_seen_and_told_without_detail(bit):
    changed = (int(CIPHERTEXT, 16) ^ 1 << bit).to_bytes(len(CIPHERTEXT) // 2, "big")
    with pytest.raises(DecryptionError) as caught:
        sm2_encryption.decrypt(KEY, changed)
    assert str(caught.value) == "this is no ciphertext for this key"


def test_another_key_or_a_short_ciphertext_is_refused():
    ciphertext = bytes.fromhex(CIPHERTEXT)
    with pytest.raises(DecryptionError):
        sm2_encryption.decrypt(Sm2PrivateKey((PRIVATE_KEY + 1).to_bytes(32, "big")), ciphertext)
    for size in (0, 1, 33, 64, 65, 96, 97, len(ciphertext) - 1):
        with pytest.raises(DecryptionError):
            sm2_encryption.decrypt(KEY, ciphertext[:size])


def test_a_compressed_c1_is_refused():
    """The standard leaves the form of C1 to the parties. Here it is 04 || x || y, as in GM/T 0009, and nothing else."""
    ciphertext = bytes.fromhex(CIPHERTEXT)
    point = Point(int.from_bytes(ciphertext[1:33], "big"), int.from_bytes(ciphertext[33:65], "big"))
    with pytest.raises(DecryptionError):
        sm2_encryption.decrypt(KEY, encode_point(SM2P256, point, compressed=True) + ciphertext[65:])


def test_a_mask_of_zeros_is_drawn_again(monkeypatch):
    """With one byte of mask, one nonce in 256 would send the message in the clear."""
    message = b"\x55"
    unusable = next(k for k in range(1, 5000) if sm2_encryption.compute_ciphertext(SM2P256, PUBLIC_KEY, message, k) is None)
    draws = iter([unusable, unusable, 7])
    monkeypatch.setattr(sm2_encryption, "draw_nonce", lambda curve: next(draws))
    ciphertext = sm2_encryption.encrypt(RECIPIENT, message)
    assert ciphertext == sm2_encryption.compute_ciphertext(SM2P256, PUBLIC_KEY, message, 7)
    assert sm2_encryption.decrypt(KEY, ciphertext) == message
    # and a ciphertext whose mask is zero is not accepted, though C3 is right
    shared = encode_point(SM2P256, multiply_point(SM2P256, unusable, PUBLIC_KEY))[1:]
    c1, c3 = encode_point(SM2P256, sm2.compute_public_key(unusable)), sm2_encryption.compute_check(shared, message)
    with pytest.raises(DecryptionError):
        sm2_encryption.decrypt(KEY, c1 + c3 + message)


def test_what_sm2_does_not_encrypt_is_refused():
    with pytest.raises(InvalidPlaintextError, match="one byte or more"):
        sm2_encryption.encrypt(RECIPIENT, b"")
    with pytest.raises(TypeError, match="encode the text first"):
        sm2_encryption.encrypt(RECIPIENT, "text")
    with pytest.raises(KeyTypeError, match="Sm2PublicKey, not Point"):
        sm2_encryption.encrypt(PUBLIC_KEY, b"message")
    with pytest.raises(KeyTypeError, match="Sm2PrivateKey, not int"):
        sm2_encryption.decrypt(PRIVATE_KEY, bytes.fromhex(CIPHERTEXT))
    with pytest.raises(TypeError, match="the ciphertext must be bytes"):
        sm2_encryption.decrypt(KEY, CIPHERTEXT)


def test_what_is_no_ciphertext_has_no_der_form():
    for wrong in (b"", b"\x04" * 97, b"\x02" + bytes(120)):
        with pytest.raises(InvalidEncodingError):
            sm2_encryption.encode_ciphertext_as_der(wrong)
