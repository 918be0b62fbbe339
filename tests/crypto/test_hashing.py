"""The interface of the hash functions: one call for all, the same bytes from every implementation, errors that help."""

import hashlib
import hmac
import pickle
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.crypto import backends, hashing
from minichain.crypto.errors import CryptoError, UnknownHashError
from minichain.crypto.keccak import KECCAK256, SHA3_256
from minichain.crypto.ripemd160 import RIPEMD160
from minichain.crypto.sha256 import SHA256
from minichain.crypto.sm3 import SM3

READABLE = {function.name: function for function in (SHA256, SM3, RIPEMD160, KECCAK256)}


def find_implementations():
    """Yield (readable, new) for every implementation that is installed: our own, and each library that has the function."""
    for name, readable in READABLE.items():
        yield pytest.param(readable, readable.new, id=f"{name}-readable")
        for backend, load in backends.CANDIDATES[name]:
            try:
                new = load(readable)
                new(b"")
            except (ImportError, ValueError):
                continue
            yield pytest.param(readable, new, id=f"{name}-{backend}")


every_implementation = pytest.mark.parametrize(("readable", "new"), list(find_implementations()))


@every_implementation
@settings(max_examples=25)
@given(parts=st.lists(st.binary(max_size=150), max_size=4))
def test_every_implementation_gives_the_bytes_of_the_readable_one(readable, new, parts):
    message = b"".join(parts)
    computation = new()
    for part in parts:
        computation.update(part)
    assert new(message).digest() == computation.digest() == readable.new(message).digest()


@every_implementation
def test_the_last_block_may_be_full_or_nearly_so(readable, new):
    for size in (55, 56, 63, 64, 65, 119, 120, 128, 134, 135, 136, 137, 271, 272):
        message = bytes(range(256)) * 2
        assert new(message[:size]).digest() == readable.new(message[:size]).digest(), size


@every_implementation
def test_a_computation_behaves_like_one_of_hashlib(readable, new):
    computation = new(b"one")
    assert computation.digest() == computation.digest(), "asking for the digest changed it"
    fork = computation.copy()
    fork.update(b" two")
    assert computation.digest() == new(b"one").digest(), "the copy changed the original"
    assert fork.digest() == new(b"one two").digest()
    assert fork.hexdigest() == fork.digest().hex()
    assert (fork.digest_size, fork.block_size) == (readable.digest_size, readable.block_size) == (len(fork.digest()), fork.block_size)
    assert isinstance(fork.name, str)


@every_implementation
def test_text_and_numbers_are_refused(readable, new):
    for wrong in ("text", 3, [1, 2], None):
        with pytest.raises(TypeError):
            new().update(wrong)
    with pytest.raises(TypeError, match="encode"):
        hashing.make_hash_function(readable, "any", new)("text")


@pytest.mark.parametrize("name", hashing.HASH_NAMES)
def test_one_call_hashes_with_the_fastest_and_on_request_with_the_readable(name):
    fastest, readable = hashing.get_hash(name), hashing.get_hash(name, readable=True)
    assert fastest == getattr(hashing, name)
    assert readable.backend == "readable"
    assert fastest(b"abc") == readable(b"abc") == READABLE[name].new(b"abc").digest()
    assert fastest(bytearray(b"abc")) == readable(memoryview(b"abc")) == fastest(b"abc")


@pytest.mark.parametrize("name", hashing.HASH_NAMES)
def test_another_process_finds_the_same_function(name):
    fastest = hashing.get_hash(name)
    assert pickle.loads(pickle.dumps(fastest)) is fastest


def test_hmac_takes_any_of_them():
    for readable in (False, True):
        new = hashing.get_hash("sha256", readable=readable).new
        assert hmac.new(b"key", b"message", new).digest() == hmac.digest(b"key", b"message", "sha256")


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UnknownHashError, match="'md5'; there are sha256, sm3, ripemd160, keccak256") as caught:
        hashing.get_hash("md5")
    assert isinstance(caught.value, CryptoError)


def test_a_wrong_type_names_function_and_type():
    with pytest.raises(TypeError, match=r"the message for sm3 must be bytes, not str; encode the text first"):
        hashing.sm3("text")
    with pytest.raises(TypeError, match=r"the message for keccak256 must be bytes, not int$"):
        hashing.keccak256(7)


def test_keccak_is_sha3_with_another_padding():
    assert SHA3_256.new(b"abc").digest() == hashlib.sha3_256(b"abc").digest() != KECCAK256.new(b"abc").digest()


def test_whole_blocks_are_mixed_in_as_they_come():
    """A message larger than memory can be hashed: nothing waits for the digest but the last, unfinished block."""
    mixed = []

    def mix(state, block):
        mixed.append(block)
        return SHA256.compute_next_state(state, block)

    computation = replace(SHA256, compute_next_state=mix).new(bytes(100))
    computation.update(bytes(100))
    assert mixed == [bytes(64)] * 3
    assert computation.digest() == hashlib.sha256(bytes(200)).digest()


def test_a_library_that_means_another_function_is_not_used(monkeypatch):
    monkeypatch.setitem(sys.modules, "sha3", SimpleNamespace(keccak_256=hashlib.sha3_256))
    assert backends.find_backend(KECCAK256) is None


def test_sm3_comes_from_cryptography_where_pythons_openssl_leaves_it_out(monkeypatch):
    def refuse(name, *data):
        raise ValueError(f"unsupported hash type {name}")

    monkeypatch.setattr(hashlib, "new", refuse)
    backend, new = backends.find_backend(SM3)
    assert backend == "cryptography"
    assert new(b"abc").digest() == SM3.new(b"abc").digest()


BARE_PYTHON = """
import hashlib, sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in sys.stdlib_module_names | {"minichain"}:
            raise ImportError(f"{name} is not installed")

def refuse(name, *data, **options):
    raise ValueError(f"unsupported hash type {name}")

sys.meta_path.insert(0, Block())
hashlib.new = refuse

import minichain.crypto.merkle_log
from minichain.crypto import hashing
print({name: (hashing.get_hash(name).backend, hashing.get_hash(name)(b"abc").hex()) for name in hashing.HASH_NAMES})
"""


def test_everything_imports_and_hashes_where_nothing_is_installed():
    """As in the browser: no library, and a hashlib without OpenSSL, which knows only what Python guarantees."""
    result = subprocess.run([sys.executable, "-c", BARE_PYTHON], capture_output=True, text=True, check=True, timeout=60)
    expected = {name: ("readable", function.new(b"abc").hexdigest()) for name, function in READABLE.items()}
    expected["sha256"] = ("hashlib", expected["sha256"][1])
    assert result.stdout == f"{expected}\n"
