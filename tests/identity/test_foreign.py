"""What the world outside signs with, and what is left where no library is installed."""

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, padding, rsa

from minichain.crypto.key_encoding import compute_public_key, encode_public_key
from minichain.identity import algorithms, foreign
from minichain.identity.algorithms import ED25519, decode_public_key_info, sign
from minichain.identity.errors import MissingLibraryError, UnsupportedKeyError
from tests.identity.conftest import make_key

ROOT = Path(__file__).parents[2]
MESSAGE = b"what is signed"
RSA_KEY = rsa.generate_private_key(65537, 2048)
DSA_KEY = dsa.generate_private_key(2048)


def get_info(key):
    encoding = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return decode_public_key_info(key.public_key().public_bytes(*encoding))


@pytest.mark.parametrize(
    ("oid", "hash_function"),
    [("1.2.840.113549.1.1.11", hashes.SHA256()), ("1.2.840.113549.1.1.12", hashes.SHA384()), ("1.2.840.113549.1.1.13", hashes.SHA512())],
)
def test_rsa_is_verified(oid, hash_function):
    signature = RSA_KEY.sign(MESSAGE, padding.PKCS1v15(), hash_function)
    assert foreign.verify(get_info(RSA_KEY), oid, MESSAGE, signature)
    assert not foreign.verify(get_info(RSA_KEY), oid, MESSAGE + b"!", signature)


def test_dsa_is_verified():
    for oid, hash_function in (("2.16.840.1.101.3.4.3.2", hashes.SHA256()), ("1.2.840.10040.4.3", hashes.SHA1())):
        signature = DSA_KEY.sign(MESSAGE, hash_function)
        assert foreign.verify(get_info(DSA_KEY), oid, MESSAGE, signature)
        assert not foreign.verify(get_info(DSA_KEY), oid, MESSAGE + b"!", signature)


def test_the_chains_own_algorithms_are_known_too():
    key = make_key("international", 1)
    info = decode_public_key_info(encode_public_key(compute_public_key(key)))
    assert foreign.verify(info, ED25519, MESSAGE, sign(key, MESSAGE))
    assert not foreign.verify(info, ED25519, MESSAGE + b"!", sign(key, MESSAGE))


def test_algorithm_and_key_must_belong_together():
    signature = RSA_KEY.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    for verify, info, oid in (
        (foreign.verify, get_info(RSA_KEY), "2.16.840.1.101.3.4.3.2"),
        (foreign.verify, get_info(RSA_KEY), "1.2.840.113549.1.1.5"),  # with SHA-1
        (foreign.verify, get_info(DSA_KEY), "1.2.840.113549.1.1.11"),
        (algorithms.verify, get_info(RSA_KEY), "1.2.840.113549.1.1.11"),
    ):
        with pytest.raises(UnsupportedKeyError):
            verify(info, oid, MESSAGE, signature)


def test_a_key_that_the_library_cannot_read_is_told():
    info = algorithms.PublicKeyInfo(get_info(RSA_KEY).encoded[:30], foreign.RSA, b"\x05\x00")
    with pytest.raises(UnsupportedKeyError, match="the library cannot read this key"):
        foreign.verify(info, "1.2.840.113549.1.1.11", MESSAGE, b"")


def test_without_the_library_rsa_is_refused_with_one_clear_error(monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.serialization", None)
    with pytest.raises(
        MissingLibraryError, match="verifying an RSA or DSA signature needs the package cryptography, which is not installed"
    ):
        foreign.verify(algorithms.PublicKeyInfo(b"", foreign.RSA, b"\x05\x00"), "1.2.840.113549.1.1.11", MESSAGE, b"")


SCRIPT = """
import sys
sys.modules.update(dict.fromkeys(["cryptography", "coincurve", "sha3", "typer", "rich"]))
from tests.identity.conftest import *
from minichain.identity.organisations import revoke
from minichain.identity.revocation_list import Reason
from minichain.identity.paths import find_path
from minichain.identity.errors import RevokedError
for suite_name in SUITES:
    organisation = make_organisation("org1", suite_name)
    leaf, _ = organisation.issue("alice", Role.CLIENT)
    newest = revoke(organisation.intermediate, None, {leaf.serial: Reason.KEY_COMPROMISE}, NOW_MS)
    find_path(leaf, organisation.make_trust(), NOW_MS)
    try:
        find_path(leaf, organisation.make_trust(lists=(newest,)), NOW_MS)
    except RevokedError:
        print(suite_name, leaf.public_key.scheme)
"""


def test_both_suites_are_issued_and_validated_without_a_compiled_package():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=300, check=False, cwd=ROOT)
    assert done.stdout.split("\n") == ["international ed25519", "national sm2", ""], done.stderr
