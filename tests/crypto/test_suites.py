"""The two suites, and the rule of who may run on what."""

import warnings
from dataclasses import replace

import pytest

from minichain.crypto import suites
from minichain.crypto.errors import ReadableBackendError, ReadableBackendWarning, UnknownSuiteError
from minichain.crypto.suites import SUITE_NAMES, get_suite, international, national, validate_fast


@pytest.fixture(autouse=True)
def _warn_again():
    suites.warn_once.cache_clear()


def test_what_the_suites_name():
    assert SUITE_NAMES == ("international", "national")
    assert [member.name for member in (international.hash, international.signature, international.cipher)] == [
        "sha256",
        "ed25519",
        "aes-256-gcm",
    ]
    assert [member.name for member in (national.hash, national.signature, national.cipher)] == ["sm3", "sm2", "sm4-gcm"]
    assert get_suite("national") is national
    assert get_suite("international") is international


@pytest.mark.parametrize("name", SUITE_NAMES)
def test_the_readable_suite_computes_the_same(name):
    fast, readable = get_suite(name), get_suite(name, readable=True)
    assert {readable.hash.backend, readable.signature.backend, readable.cipher.backend} == {"readable"}
    assert fast.hash(b"block") == readable.hash(b"block")
    key = fast.signature.generate_key()
    signature = readable.signature.sign(key, b"block", context="test")
    assert signature == fast.signature.sign(key, b"block", context="test")
    cipher_key = fast.cipher.generate_key()
    assert fast.cipher.open(cipher_key, readable.cipher.seal(cipher_key, b"x", associated_data=b""), associated_data=b"") == b"x"


def test_an_unknown_suite():
    with pytest.raises(UnknownSuiteError, match="'regional'; there are international, national"):
        get_suite("regional")


def test_a_node_refuses_what_could_be_fast():
    for name, words in [("international", "sha256 and ed25519 and aes-256-gcm"), ("national", "sm3 and sm4-gcm")]:
        with pytest.raises(ReadableBackendError, match=f"the suite {name} would compute {words} with"):
            validate_fast(get_suite(name, readable=True))
    with pytest.raises(ReadableBackendError, match="compute sm4-gcm with"):
        validate_fast(replace(national, cipher=get_suite("national", readable=True).cipher))


def test_unless_it_is_told():
    with pytest.warns(ReadableBackendWarning, match="offers sm2"):
        validate_fast(get_suite("national", readable=True), allow_readable=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        validate_fast(get_suite("international", readable=True), allow_readable=True)


def test_sm2_warns_once():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            validate_fast(get_suite("national", readable=True), allow_readable=True)
    assert [warning.category for warning in caught] == [ReadableBackendWarning]
    assert "sm2: MiniChain computes it itself, not in constant time" in str(caught[0].message)
