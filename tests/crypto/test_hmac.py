"""HMAC, HKDF and PBKDF2: Wycheproof, the RFCs' own examples, and Python's own functions as a peer."""

import hashlib
import hmac as library
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.crypto import hkdf, hmac, pbkdf2
from minichain.crypto.errors import CryptoError, MessageTypeError
from minichain.crypto.hashing import HASH_NAMES, get_hash
from tests.crypto.published import needs_vectors, read_cryptography_vectors, read_wycheproof

FORMS = [pytest.param(True, id="readable"), pytest.param(False, id="fastest")]
each_form = pytest.mark.parametrize("readable", FORMS)


def read_fields(text):
    """Return the records of a file of `name = value` lines, which blank lines separate, with their comments left out."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    records = re.split(r"\n\s*\n(?=COUNT|Len)", "\n".join(lines))
    return [fields for fields in (dict(re.findall(r"^(\w+)\s*=[ ]*(.*?)\s*$", record, re.MULTILINE)) for record in records) if fields]


# HMAC


@needs_vectors
@each_form
def test_wycheproof_hmac_sm3(readable, count_cases):
    """Half of the tags are cut short (RFC 2104, section 5), which is for the caller to do."""
    cases, function = read_wycheproof("hmac_sm3_test"), get_hash("sm3", readable=readable)
    assert len(cases) == 174
    for group, case in cases:
        key, message, tag = (bytes.fromhex(case[name]) for name in ("key", "msg", "tag"))
        size = group["tagSize"] // 8
        assert (hmac.compute_mac(key, message, function)[:size] == tag) is (case["result"] == "valid"), case["tcId"]
        if size == 32:
            assert hmac.verify(key, message, tag, function) is (case["result"] == "valid"), case["tcId"]
    count_cases("wycheproof hmac_sm3_test", len(cases), function.backend)


@each_form
@pytest.mark.parametrize(("name", "path", "count"), [("sha256", "rfc-4231-sha256", 6), ("ripemd160", "rfc-2286-ripemd160", 7)])
def test_rfc_examples_of_hmac(name, path, count, readable, count_cases):
    function = get_hash(name, readable=readable)
    cases = [fields for fields in read_fields(read_cryptography_vectors(f"HMAC/{path}.txt")) if "MD" in fields]
    assert len(cases) == count
    for fields in cases:
        tag = hmac.compute_mac(bytes.fromhex(fields["Key"]), bytes.fromhex(fields["Msg"]), function)
        assert tag.hex()[: len(fields["MD"])] == fields["MD"]
    count_cases(f"HMAC/{path}", len(cases), function.backend)


@pytest.mark.parametrize("name", HASH_NAMES)
@each_form
@settings(max_examples=25)
@given(key=st.one_of(st.binary(max_size=10), st.binary(min_size=60, max_size=200)), message=st.binary(max_size=200))
def test_python_computes_the_same(name, readable, key, message):
    function = get_hash(name, readable=readable)
    tag = hmac.compute_mac(key, message, function)
    assert tag == library.new(key, message, function.new).digest()
    assert hmac.verify(key, message, tag, function)
    assert not hmac.verify(key, message, tag[:-1], function)
    assert not hmac.verify(key, message + b"!", tag, function)
    assert not hmac.verify(key, message, bytes([tag[0] ^ 1]) + tag[1:], function)


@pytest.mark.parametrize("name", HASH_NAMES)
@each_form
def test_only_bytes_are_authenticated(name, readable):
    function = get_hash(name, readable=readable)
    with pytest.raises(MessageTypeError, match="the key for HMAC must be bytes, not str"):
        hmac.compute_mac("key", b"message", function)
    with pytest.raises(MessageTypeError, match="the message for HMAC must be bytes, not str"):
        hmac.compute_mac(b"key", "message", function)
    with pytest.raises(MessageTypeError, match="the tag must be bytes, not str"):
        hmac.verify(b"key", b"message", "tag", function)


# HKDF


@needs_vectors
@each_form
def test_wycheproof_hkdf(readable, count_cases):
    cases, function = read_wycheproof("hkdf_sha256_test"), get_hash("sha256", readable=readable)
    assert len(cases) == 86
    for _, case in cases:
        secret, salt, info, output = (bytes.fromhex(case[name]) for name in ("ikm", "salt", "info", "okm"))
        arguments = {"info": info, "length": case["size"], "salt": salt, "hash_function": function}
        if case["result"] == "valid":
            assert hkdf.derive_key(secret, **arguments) == output, case["tcId"]
        else:
            with pytest.raises(CryptoError, match="0 to 8,160 bytes"):
                hkdf.derive_key(secret, **arguments)
    count_cases("wycheproof hkdf_sha256_test", len(cases), function.backend)


@each_form
def test_rfc_5869_and_a_long_output(readable, count_cases):
    function = get_hash("sha256", readable=readable)
    cases = [
        fields
        for name in ("rfc-5869-HKDF-SHA256", "hkdf-generated")
        for fields in read_fields(read_cryptography_vectors(f"KDF/{name}.txt"))
    ]
    cases = [fields for fields in cases if "OKM" in fields]
    assert len(cases) == 4
    for fields in cases:
        secret, salt, info = (bytes.fromhex(fields.get(name, "")) for name in ("IKM", "salt", "info"))
        if "PRK" in fields:
            assert hkdf.extract(salt, secret, function).hex() == fields["PRK"]
        assert hkdf.derive_key(secret, info=info, length=int(fields["L"]), salt=salt, hash_function=function).hex() == fields["OKM"]
    count_cases("RFC 5869, HKDF", len(cases), function.backend)


@given(info=st.binary(max_size=40), length=st.integers(0, 300), salt=st.binary(max_size=80))
def test_hkdf_with_sm3_is_the_same_readable_or_not(info, length, salt):
    keys = {
        hkdf.derive_key(b"secret", info=info, length=length, salt=salt, hash_function=get_hash("sm3", readable=readable))
        for readable in (True, False)
    }
    (key,) = keys
    assert len(key) == length
    assert hkdf.derive_key(b"secret", info=info, length=length + 1, salt=salt, hash_function=get_hash("sm3"))[:-1] == key


@given(info=st.binary(max_size=40), length=st.integers(1, 300), salt=st.binary(max_size=80), secret=st.binary(max_size=80))
def test_cryptography_derives_the_same_keys(info, length, salt, secret):
    pytest.importorskip("cryptography", reason="cryptography is not here")
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    assert hkdf.derive_key(secret, info=info, length=length, salt=salt) == HKDF(SHA256(), length, salt, info).derive(secret)


# PBKDF2


PBKDF2_ANSWERS = {  # RFC 7914, section 11
    (b"passwd", b"salt", 1): (
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"
    ),
    (b"Password", b"NaCl", 80_000): (
        "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d"
    ),
}


def test_rfc_7914_examples_of_pbkdf2():
    for inputs, key in PBKDF2_ANSWERS.items():
        assert pbkdf2.derive_key(*inputs, 64).hex() == key
        assert pbkdf2.derive_key_readable(*inputs, 64, get_hash("sha256")).hex() == key


@settings(max_examples=20)
@given(
    password=st.binary(max_size=80),
    salt=st.binary(max_size=40),
    iterations=st.integers(1, 20),
    length=st.integers(1, 80),
    name=st.sampled_from(["sha256", "sm3"]),
)
def test_pbkdf2_is_what_hashlib_computes(password, salt, iterations, length, name):
    if not hasattr(hashlib, "pbkdf2_hmac"):
        pytest.skip("hashlib has no OpenSSL here")
    key = pbkdf2.derive_key_readable(password, salt, iterations, length, get_hash(name, readable=True))
    assert (
        key
        == hashlib.pbkdf2_hmac(name, password, salt, iterations, length)
        == pbkdf2.derive_key(password, salt, iterations, length, get_hash(name))
    )


def test_pbkdf2_without_work_is_refused():
    for iterations, length in [(0, 32), (-1, 32), (1, 0)]:
        with pytest.raises(CryptoError, match=f"not {iterations} and {length}"):
            pbkdf2.derive_key(b"password", b"salt", iterations, length)
