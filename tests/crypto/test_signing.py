"""The interface of signatures and keys: contexts, types, secrets that stay secret, and backends that must prove themselves."""

import copy
import pickle
import subprocess
import sys
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.crypto import keys, readable_signatures, signature_backends, signing
from minichain.crypto.errors import CryptoError, InvalidEncodingError, InvalidKeyError, KeyTypeError, UnknownSchemeError
from minichain.crypto.keys import Ed25519PrivateKey, P256PrivateKey, P256PublicKey, Secp256k1PrivateKey, Sm2PrivateKey, Sm2PublicKey
from minichain.crypto.signing import SCHEME_NAMES, get_scheme
from minichain.crypto.weierstrass import P256, SECP256K1, SM2P256, encode_point
from tests.crypto.published import each_implementation

SECRET = bytes(31) + b"\x05"
PRIVATE_TYPES = [keys.Ed25519PrivateKey, keys.Sm2PrivateKey, keys.Secp256k1PrivateKey, keys.P256PrivateKey, keys.X25519PrivateKey]
each_private_type = pytest.mark.parametrize("key_type", PRIVATE_TYPES, ids=lambda key_type: key_type.__name__)


# Contexts


@each_implementation(*SCHEME_NAMES)
@settings(max_examples=8)
@given(message=st.binary(max_size=60), context=st.text(min_size=1, max_size=20), other=st.text(min_size=1, max_size=20))
def test_a_signature_counts_in_its_context_only(scheme, message, context, other):
    key = scheme.private_type(SECRET)
    public_key = scheme.compute_public_key(key)
    signature = scheme.sign(key, message, context=context)
    assert scheme.verify(public_key, message, signature, context=context)
    assert scheme.verify(public_key, message, signature, context=other) == (other == context)
    assert not scheme.verify_without_context(public_key, message, signature)
    assert not scheme.verify(public_key, message, scheme.sign_without_context(key, message), context=context)


def test_context_and_message_cannot_be_cut_elsewhere():
    assert signing.join("ab", b"c") != signing.join("a", b"bc")
    assert signing.join("ab", b"c") == b"MiniChain signed message 1" + b"\x02ab" + b"c"


def test_a_context_is_neither_missing_nor_endless():
    key = Ed25519PrivateKey(SECRET)
    for wrong in ("", "x" * 256, "链" * 86):
        with pytest.raises(CryptoError, match="1 to 255 bytes"):
            signing.ed25519.sign(key, b"message", context=wrong)
    assert signing.ed25519.sign(key, b"message", context="x" * 255)
    with pytest.raises(TypeError, match="context"):
        signing.ed25519.sign(key, b"message")


# Types


@pytest.mark.parametrize("name", SCHEME_NAMES)
def test_keys_of_another_scheme_are_refused(name):
    scheme = get_scheme(name)
    own, other = scheme.private_type(SECRET), (Ed25519PrivateKey if name == "sm2" else Sm2PrivateKey)(SECRET)
    foreign = get_scheme(other.scheme).compute_public_key(other)
    with pytest.raises(KeyTypeError, match=f"must be of type {scheme.private_type.__name__}, not {type(other).__name__}"):
        scheme.sign(other, b"message", context="test")
    with pytest.raises(KeyTypeError):
        scheme.compute_public_key(other)
    with pytest.raises(KeyTypeError, match=f"must be of type {scheme.public_type.__name__}"):
        scheme.verify(foreign, b"message", bytes(64), context="test")
    with pytest.raises(KeyTypeError):
        scheme.verify(own, b"message", bytes(64), context="test")


@each_implementation(*SCHEME_NAMES)
def test_messages_and_signatures_are_bytes(scheme):
    key = scheme.private_type(SECRET)
    public_key = scheme.compute_public_key(key)
    with pytest.raises(TypeError, match="encode the text first"):
        scheme.sign(key, "message", context="test")
    with pytest.raises(TypeError, match="must be bytes, not int"):
        scheme.verify(public_key, 3, bytes(64), context="test")
    with pytest.raises(TypeError, match="the signature must be bytes, not str"):
        scheme.verify(public_key, b"message", "0" * 64, context="test")
    with pytest.raises(TypeError):
        scheme.sign_without_context(key, None)


def test_an_unknown_scheme_lists_the_known_ones():
    with pytest.raises(UnknownSchemeError, match="'rsa'; there are ed25519, sm2, ecdsa-secp256k1, ecdsa-p256"):
        get_scheme("rsa")


# Keys


@each_private_type
def test_a_secret_is_not_shown(key_type):
    key = key_type(bytes(range(1, 33)))
    assert repr(key) == str(key) == f"{key_type.__name__}(secret not shown)"
    assert "01, 2" not in repr([key]) and key.secret.hex() not in f"{key!r} {key}"


@each_private_type
def test_keys_are_frozen_equal_by_value_and_copied_whole(key_type):
    key, same, other = key_type(SECRET), key_type(bytes(31) + b"\x05"), key_type(bytes(31) + b"\x06")
    assert key == same != other
    assert key != SECRET
    assert (keys.X25519PrivateKey(SECRET) == key) == (key_type is keys.X25519PrivateKey)
    assert pickle.loads(pickle.dumps(key)) == copy.deepcopy(key) == copy.copy(key) == key
    with pytest.raises(AttributeError):
        key.secret = bytes(32)
    with pytest.raises(TypeError, match="unhashable"):
        hash(key)


@pytest.mark.parametrize("name", SCHEME_NAMES)
def test_public_keys_are_plain_values(name):
    scheme = get_scheme(name)
    key = scheme.compute_public_key(scheme.private_type(SECRET))
    scheme.verify(key, b"", bytes(64), context="test")  # after which a backend has made something of it
    same = pickle.loads(pickle.dumps(key))
    assert same == key and len({key, same}) == 1
    assert eval(repr(key), vars(keys)) == key


@pytest.mark.parametrize(
    ("key_type", "largest"),
    [(Secp256k1PrivateKey, SECP256K1.n - 1), (P256PrivateKey, P256.n - 1), (Sm2PrivateKey, SM2P256.n - 2)],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_secret_number_is_in_range(key_type, largest):
    for number in (1, largest):
        key_type(number.to_bytes(32, "big"))
    for number in (0, largest + 1, 2**256 - 1):
        with pytest.raises(InvalidKeyError, match="is a number from 1 to") as caught:
            key_type(number.to_bytes(32, "big"))
        assert number < 2 or f"{number:x}" not in str(caught.value)
    for size in (0, 31, 33):
        with pytest.raises(InvalidKeyError, match=f"32 bytes long, not {size}"):
            key_type(bytes(size))


@each_private_type
def test_a_new_key_is_drawn_again_until_it_is_in_range(key_type, monkeypatch):
    draws = iter([bytes(32), b"\xff" * 32, SECRET])
    monkeypatch.setattr(keys.secrets, "token_bytes", lambda size: next(draws))
    key = keys.generate_key(key_type)
    takes_any = key_type in (keys.Ed25519PrivateKey, keys.X25519PrivateKey)
    assert key == key_type(bytes(32) if takes_any else SECRET)


@each_private_type
def test_new_keys_differ(key_type):
    assert len({keys.generate_key(key_type).secret for _ in range(20)}) == 20


def test_a_compressed_public_key_is_the_same_key():
    for key_type, curve in ((P256PublicKey, P256), (Sm2PublicKey, SM2P256)):
        compressed = key_type(encode_point(curve, curve.generator, compressed=True))
        assert compressed == key_type(encode_point(curve, curve.generator))
        assert len(compressed.data) == 65
        assert compressed.point == curve.generator
    with pytest.raises(InvalidEncodingError, match="no point of P-256"):
        P256PublicKey(encode_point(SM2P256, SM2P256.generator))


# Backends


def test_every_scheme_has_a_backend_and_a_readable_implementation():
    for name in SCHEME_NAMES:
        fastest, readable = get_scheme(name), get_scheme(name, readable=True)
        assert readable.backend == "readable"
        assert fastest.backend == ("readable" if name == "sm2" else fastest.backend) and (name == "sm2" or fastest.backend != "readable")
    assert get_scheme("ed25519") is signing.ed25519 and get_scheme("sm2") is signing.sm2


@pytest.mark.parametrize("name", signature_backends.ANSWERS)
def test_the_readable_implementation_gives_the_answers_that_backends_are_held_to(name):
    assert signature_backends.is_right(readable_signatures.READABLE_PRIMITIVES[name], name)


@pytest.mark.parametrize("spoiled", ["compute_public_key", "sign", "verify"])
def test_a_library_that_answers_wrong_is_not_used(spoiled, monkeypatch):
    right = readable_signatures.READABLE_PRIMITIVES["ed25519"]
    wrong = {"compute_public_key": lambda key: bytes(32), "sign": lambda key, message: bytes(64), "verify": lambda *any_: True}[spoiled]
    primitive = SimpleNamespace(**vars(right) | {spoiled: wrong})
    monkeypatch.setitem(signature_backends.CANDIDATES, "ed25519", (lambda: primitive,))
    assert signature_backends.find_primitive("ed25519") is None
    monkeypatch.setitem(signature_backends.CANDIDATES, "ed25519", (lambda: right,))
    assert signature_backends.find_primitive("ed25519") is right


BARE_PYTHON = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in sys.stdlib_module_names | {"minichain"}:
            raise ImportError(f"{name} is not installed")
sys.meta_path.insert(0, Block())
from minichain.crypto import agreement, recovery, signing
for name in signing.SCHEME_NAMES:
    scheme = signing.get_scheme(name)
    key = scheme.private_type(bytes(31) + bytes([5]))
    signature = scheme.sign(key, b"message", context="test")
    assert scheme.verify(scheme.compute_public_key(key), b"message", signature, context="test")
    print(name, scheme.backend, signature.hex())
print(agreement.BACKEND, recovery.SIGN.__name__)
"""


def test_everything_signs_where_nothing_is_installed():
    """As in the browser; and with the same bytes as here, where libraries sign."""
    result = subprocess.run([sys.executable, "-c", BARE_PYTHON], capture_output=True, text=True, check=True, timeout=60)
    signatures = {
        name: get_scheme(name).sign(get_scheme(name).private_type(SECRET), b"message", context="test").hex() for name in SCHEME_NAMES
    }
    expected = [f"{name} readable {signature}" for name, signature in signatures.items()]
    assert result.stdout.splitlines() == [*expected, "readable sign_readable"]
