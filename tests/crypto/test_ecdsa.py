"""ECDSA: Wycheproof, NIST's vectors, RFC 6979's, and what a signature must hold to."""

import base64
import hashlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.crypto import ecdsa, recovery
from minichain.crypto.errors import CryptoError, InvalidSignatureError
from minichain.crypto.hashing import keccak256, make_hash_function, sha256
from minichain.crypto.keys import Secp256k1PrivateKey
from minichain.crypto.nonces import generate_nonces
from minichain.crypto.signature_pair import SignaturePair, decode_pair, decode_pair_from_der, encode_pair, encode_pair_as_der
from minichain.crypto.signing import get_scheme
from minichain.crypto.weierstrass import P256, SECP256K1, Point, encode_point, negate
from tests.crypto.published import each_implementation, needs_vectors, read_cryptography_vectors, read_records, read_wycheproof

CURVES = {"ecdsa-secp256k1": SECP256K1, "ecdsa-p256": P256}
SCHEMES = tuple(CURVES)
HASHES = {
    name: make_hash_function(hashlib.new(name), "hashlib", getattr(hashlib, name))
    for name in ("sha1", "sha224", "sha256", "sha384", "sha512")
}


def get_hash(name):
    """Return the hash function that a file calls "SHA-256" or "SHA256"."""
    return HASHES[name.lower().replace("-", "")]


def is_accepted(scheme, group, case, *, only_low_s):
    """Return what `scheme` says of a case of Wycheproof, whose signatures are in DER."""
    try:
        key = scheme.public_type(bytes.fromhex(group["publicKey"]["uncompressed"]))
        pair = decode_pair_from_der(bytes.fromhex(case["sig"]))
    except CryptoError:
        return False
    if only_low_s and not ecdsa.has_low_s(CURVES[scheme.name], pair):
        return False
    return scheme.verify_without_context(key, bytes.fromhex(case["msg"]), encode_pair(pair))


@needs_vectors
@each_implementation(*SCHEMES)
def test_wycheproof(scheme, count_cases):
    names = {
        "ecdsa-secp256k1": {"ecdsa_secp256k1_sha256_test": 476, "ecdsa_secp256k1_sha256_bitcoin_test": 463},
        "ecdsa-p256": {"ecdsa_secp256r1_sha256_test": 484},
    }
    for name, count in names[scheme.name].items():
        cases = read_wycheproof(name)
        assert len(cases) == count
        assert {case["result"] for _, case in cases} == {"valid", "invalid"}
        wrong = [
            (case["tcId"], case["comment"])
            for group, case in cases
            if is_accepted(scheme, group, case, only_low_s="bitcoin" in name) != (case["result"] == "valid")
        ]
        assert wrong == []
        count_cases(f"wycheproof {name}", count, scheme.backend)


# NIST's files and RFC 6979's use other hash functions too, and choose nonces: only the readable implementation takes those.


def test_nist_signatures_of_p256(count_cases):
    text = read_cryptography_vectors("asymmetric/ECDSA/FIPS_186-3/SigGen.txt")
    records = list(read_records(text, r"P-256,SHA-\d+"))
    assert len(records) == 75
    for title, record in records:
        d, x, y, k, r, s = (int(record[name], 16) for name in ("d", "Qx", "Qy", "k", "R", "S"))
        message, hash_function = bytes.fromhex(record["Msg"]), get_hash(title.split(",")[1])
        assert ecdsa.compute_public_key(P256, d) == Point(x, y)
        assert ecdsa.compute_signature(P256, d, hash_function(message), k)[0] == SignaturePair(r, s)
        assert ecdsa.verify(P256, Point(x, y), message, SignaturePair(r, s), hash_function)
    count_cases("NIST FIPS 186-3 SigGen, P-256", len(records), "readable")


def test_nist_verdicts_of_p256(count_cases):
    text = read_cryptography_vectors("asymmetric/ECDSA/FIPS_186-3/SigVer.rsp")
    records = list(read_records(text, r"P-256,SHA-\d+"))
    assert len(records) == 75
    for title, record in records:
        point, pair = Point(int(record["Qx"], 16), int(record["Qy"], 16)), SignaturePair(int(record["R"], 16), int(record["S"], 16))
        is_valid = ecdsa.verify(P256, point, bytes.fromhex(record["Msg"]), pair, get_hash(title.split(",")[1]))
        assert is_valid == record["Result"].startswith("P"), record
    count_cases("NIST FIPS 186-3 SigVer, P-256", len(records), "readable")


@pytest.mark.long
def test_signatures_of_secp256k1_with_every_hash(count_cases):
    records = list(read_records(read_cryptography_vectors("asymmetric/ECDSA/SECP256K1/SigGen.txt"), r"K-256,SHA-\d+"))
    assert len(records) == 1125
    for title, record in records:
        d, x, y, r, s = (int(record[name], 16) for name in ("d", "Qx", "Qy", "R", "S"))
        assert ecdsa.compute_public_key(SECP256K1, d) == Point(x, y)
        message, hash_function = bytes.fromhex(record["Msg"]), get_hash(title.split(",")[1])
        assert ecdsa.verify(SECP256K1, Point(x, y), message, SignaturePair(r, s), hash_function)
    count_cases("cryptography SECP256K1 SigGen", len(records), "readable")


@each_implementation(*SCHEMES)
def test_nist_signatures_with_sha256_in_every_implementation(scheme, count_cases):
    files = {
        "ecdsa-secp256k1": ("SECP256K1/SigGen.txt", "K-256,SHA-256", 225),
        "ecdsa-p256": ("FIPS_186-3/SigVer.rsp", "P-256,SHA-256", 15),
    }
    path, section, count = files[scheme.name]
    records = [record for _, record in read_records(read_cryptography_vectors(f"asymmetric/ECDSA/{path}"), section)]
    assert len(records) == count
    for record in records:
        key = scheme.public_type(b"\x04" + b"".join(int(record[name], 16).to_bytes(32, "big") for name in ("Qx", "Qy")))
        signature = encode_pair(SignaturePair(int(record["R"], 16), int(record["S"], 16)))
        is_valid = scheme.verify_without_context(key, bytes.fromhex(record["Msg"]), signature)
        assert is_valid == record.get("Result", "P").startswith("P")
    count_cases(f"{path} with SHA-256", count, scheme.backend)


def test_nist_verdicts_on_keys_of_p256(count_cases):
    records = [record for _, record in read_records(read_cryptography_vectors("asymmetric/ECDSA/FIPS_186-3/PKV.rsp"), "P-256")]
    assert len(records) == 12
    for record in records:
        x, y = (int(record[name], 16) for name in ("Qx", "Qy"))
        try:
            get_scheme("ecdsa-p256").public_type(b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big"))
        except (CryptoError, OverflowError):
            assert record["Result"].startswith("F"), record
        else:
            assert record["Result"].startswith("P"), record
    count_cases("NIST FIPS 186-3 PKV, P-256", len(records), "keys")


def test_rfc_6979_on_p256(count_cases):
    text = read_cryptography_vectors("asymmetric/ECDSA/RFC6979/evppkey_ecdsa_rfc6979.txt")
    base64_key = re.search(r"PrivateKey=P-256_PRIV\n-+BEGIN PRIVATE KEY-+\n(.*?)-+END", text, re.DOTALL)[1]
    d = int.from_bytes(base64.b64decode(base64_key)[-32:], "big")
    assert d == 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
    point = ecdsa.compute_public_key(P256, d)
    pattern = r"Digest(Sign|Verify) = (\w+)\nKey = P-256_P\w+\n(?:NonceType = deterministic\n)?Input = \"(\w+)\"\nOutput = (\w+)(\nResult)?"
    cases = re.findall(pattern, text)
    assert len(cases) == 30
    for task, name, message, output, failing in cases:
        pair, hash_function = decode_pair_from_der(bytes.fromhex(output)), get_hash(name)
        if task == "Sign":
            found = ecdsa.sign(P256, d, message.encode(), hash_function)
            assert found == (pair if ecdsa.has_low_s(P256, pair) else ecdsa.negate_s(P256, pair))
        assert ecdsa.verify(P256, point, message.encode(), pair, hash_function) == (not failing)
    count_cases("RFC 6979 A.2.5, P-256", len(cases), "readable")


def test_rfc_6979_shows_its_nonce():
    """Section A.2.5, SHA-256, message "sample"."""
    d, digest = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721, sha256(b"sample")
    assert next(generate_nonces(P256.n, d, digest, sha256)) == 0xA6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60


def test_a_nonce_out_of_range_is_drawn_again():
    """Section A.1.2's small group (q of 163 bits), where the third candidate is the first in range."""
    q, d = 0x4000000000000000000020108A2E0CC0D99F8A5EF, 0x09A4D6792295A7F730FC3F2B49CBC0F62E862272F
    assert next(generate_nonces(q, d, sha256(b"sample"), sha256)) == 0x23AF4074C90A02B3FE61D286D5C87F425E6BDD81B


# What holds for every implementation

secrets_of = {
    name: st.integers(1, curve.n - 1).map(lambda d, name=name: get_scheme(name).private_type(d.to_bytes(32, "big")))
    for name, curve in CURVES.items()
}


@each_implementation(*SCHEMES)
@settings(max_examples=25)
@given(data=st.data(), message=st.binary(max_size=100))
def test_every_implementation_gives_the_same_bytes(scheme, data, message):
    key = data.draw(secrets_of[scheme.name])
    readable = get_scheme(scheme.name, readable=True)
    public_key, signature = scheme.compute_public_key(key), scheme.sign_without_context(key, message)
    assert public_key == readable.compute_public_key(key)
    assert signature == readable.sign_without_context(key, message)
    assert ecdsa.has_low_s(CURVES[scheme.name], decode_pair(signature))
    assert scheme.verify_without_context(public_key, message, signature)
    assert not scheme.verify_without_context(public_key, message + b"\0", signature)


@each_implementation(*SCHEMES)
def test_numbers_out_of_range_are_no_signature(scheme):
    key = scheme.private_type((7).to_bytes(32, "big"))
    public_key, n = scheme.compute_public_key(key), CURVES[scheme.name].n
    good = decode_pair(scheme.sign_without_context(key, b"message"))
    for r, s in ((0, 0), (0, 1), (1, 0), (good.r, 0), (good.r, n), (n, good.s), (good.r, 2**256 - 1), (2**256 - 1, 2**256 - 1)):
        assert not scheme.verify_without_context(public_key, b"message", encode_pair(SignaturePair(r, s))), (r, s)


@each_implementation(*SCHEMES)
def test_the_high_s_counts_for_the_standard_and_not_for_the_chain(scheme):
    key = scheme.private_type((11).to_bytes(32, "big"))
    public_key, curve = scheme.compute_public_key(key), CURVES[scheme.name]
    for context, sign, verify in (
        (False, scheme.sign_without_context, scheme.verify_without_context),
        (True, lambda *a: scheme.sign(*a, context="test"), lambda *a: scheme.verify(*a, context="test")),
    ):
        low = sign(key, b"message")
        high = encode_pair(ecdsa.negate_s(curve, decode_pair(low)))
        assert verify(public_key, b"message", low)
        assert verify(public_key, b"message", high) != context


# Recovery

FORMS = [pytest.param(True, id="readable"), pytest.param(False, id="fastest")]


@pytest.mark.parametrize("readable", FORMS)
@settings(max_examples=25)
@given(key=secrets_of["ecdsa-secp256k1"], message=st.binary(max_size=50))
def test_the_key_comes_back_from_the_signature(readable, key, message):
    scheme = get_scheme("ecdsa-secp256k1")
    digest = keccak256(message)
    signature, recovery_id = recovery.sign_digest(key, digest, readable=readable)
    assert (signature, recovery_id) == recovery.sign_digest(key, digest, readable=True)
    assert recovery.recover_public_key(digest, signature, recovery_id, readable=readable) == scheme.compute_public_key(key)
    other = recovery.recover_public_key(digest, signature, recovery_id ^ 1, readable=readable)
    assert other != scheme.compute_public_key(key)
    high = encode_pair(ecdsa.negate_s(SECP256K1, decode_pair(signature)))
    assert recovery.recover_public_key(digest, high, recovery_id ^ 1, readable=readable) == scheme.compute_public_key(key)


@pytest.mark.parametrize("readable", FORMS)
def test_an_x_above_n_is_recovered_with_id_2_and_3(readable):
    """For such a signature n has to be added to r. Nobody meets one by chance, so it is made from the point."""
    x = next(x for x in range(SECP256K1.n + 1, SECP256K1.p) if pow(x**3 + 7, (SECP256K1.p - 1) // 2, SECP256K1.p) == 1)
    signature, digest = encode_pair(SignaturePair(x - SECP256K1.n, 5)), sha256(b"any")
    keys = [recovery.recover_public_key(digest, signature, recovery_id, readable=readable) for recovery_id in (2, 3)]
    assert keys[0] != keys[1]
    for key in keys:
        assert get_scheme("ecdsa-secp256k1", readable=True).verify_without_context(key, b"any", signature)
    assert keys == [recovery.recover_public_key(digest, signature, recovery_id, readable=True) for recovery_id in (2, 3)]


@pytest.mark.parametrize("readable", FORMS)
def test_what_belongs_to_no_key_is_refused(readable):
    key = Secp256k1PrivateKey((5).to_bytes(32, "big"))
    digest = sha256(b"message")
    signature, _ = recovery.sign_digest(key, digest)
    x = next(x for x in range(1, 100) if pow(x**3 + 7, (SECP256K1.p - 1) // 2, SECP256K1.p) != 1)
    for wrong, recovery_id in (
        (signature[:63], 0),
        (signature, 4),
        (signature, -1),
        (bytes(64), 0),
        (signature[:32] + bytes(32), 0),
        (encode_pair(SignaturePair(SECP256K1.n, 1)), 0),
        (encode_pair(SignaturePair(x, 1)), 0),
        (signature, 2),  # r + n is not below p
    ):
        with pytest.raises(InvalidSignatureError):
            recovery.recover_public_key(digest, wrong, recovery_id, readable=readable)
    # r and s such that sR = eG: the key would be infinity
    e = int.from_bytes(digest, "big") % SECP256K1.n
    at_infinity = encode_pair(SignaturePair(SECP256K1.generator.x, e))
    with pytest.raises(InvalidSignatureError):
        recovery.recover_public_key(digest, at_infinity, SECP256K1.generator.y % 2, readable=readable)
    with pytest.raises(InvalidSignatureError, match="32 bytes"):
        recovery.recover_public_key(b"short", signature, 0, readable=readable)


def test_a_point_beside_the_curve_verifies_nothing():
    pair = ecdsa.sign(SECP256K1, 3, b"message")
    assert not ecdsa.verify(SECP256K1, Point(1, 1), b"message", pair)
    point = ecdsa.compute_public_key(SECP256K1, 3)
    assert not ecdsa.verify(SECP256K1, negate(SECP256K1, point), b"message", pair)
    assert ecdsa.verify(SECP256K1, point, b"message", pair)
    assert len(encode_point(SECP256K1, point)) == 65
    assert decode_pair_from_der(encode_pair_as_der(pair)) == pair == decode_pair(encode_pair(pair))
