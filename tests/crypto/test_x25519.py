"""X25519: Wycheproof, RFC 7748's examples, and keys with which nothing is shared."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.crypto import agreement, x25519
from minichain.crypto.agreement import X25519PrivateKey, X25519PublicKey, compute_public_key, compute_shared_secret
from minichain.crypto.errors import InvalidKeyError, KeyTypeError
from minichain.crypto.keys import Ed25519PrivateKey
from tests.crypto.published import needs_vectors, read_cryptography_vectors, read_wycheproof

FORMS = [pytest.param(True, id="readable"), pytest.param(False, id="fastest")]
each_form = pytest.mark.parametrize("readable", FORMS)


@needs_vectors
@each_form
def test_wycheproof(readable, count_cases):
    """ "Acceptable" are keys on the twist, which RFC 7748 computes with, and those of small order, which may be refused and here are."""
    cases = read_wycheproof("x25519_test")
    assert len(cases) == 518
    for _, case in cases:
        private_key, public_key = X25519PrivateKey(bytes.fromhex(case["private"])), X25519PublicKey(bytes.fromhex(case["public"]))
        if "ZeroSharedSecret" in case["flags"]:
            assert case["result"] == "acceptable" and not any(bytes.fromhex(case["shared"]))
            with pytest.raises(InvalidKeyError, match="small order"):
                compute_shared_secret(private_key, public_key, readable=readable)
        else:
            assert compute_shared_secret(private_key, public_key, readable=readable).hex() == case["shared"], case["tcId"]
    count_cases("wycheproof x25519_test", len(cases), "readable" if readable else agreement.BACKEND)


def test_rfc_7748_section_5_2():
    text = read_cryptography_vectors("asymmetric/X25519/rfc7748.txt")
    fields = [line.split(" = ") for line in text.splitlines() if " = " in line]
    values = {name: [bytes.fromhex(value) for key, value in fields if key == name] for name in ("INPUT_SCALAR", "INPUT_U", "OUTPUT_U")}
    assert len(values["OUTPUT_U"]) >= 3
    for scalar, u, output in zip(*values.values(), strict=True):
        assert x25519.x25519(scalar, u) == output


def iterate(rounds):
    """Return what section 5.2 computes: k becomes k times u, and u the old k."""
    k = u = (9).to_bytes(32, "little")
    for _ in range(rounds):
        k, u = x25519.x25519(k, u), k
    return k.hex()


def test_rfc_7748_iterated_once():
    assert iterate(1) == "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"


@pytest.mark.long
def test_rfc_7748_iterated_a_thousand_times():
    assert iterate(1000) == "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"


@each_form
def test_rfc_7748_section_6_1(readable):
    alice = X25519PrivateKey(bytes.fromhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"))
    bob = X25519PrivateKey(bytes.fromhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"))
    alices, bobs = (compute_public_key(key, readable=readable) for key in (alice, bob))
    assert alices.data.hex() == "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
    assert bobs.data.hex() == "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
    for secret in (compute_shared_secret(alice, bobs, readable=readable), compute_shared_secret(bob, alices, readable=readable)):
        assert secret.hex() == "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"


@each_form
@settings(max_examples=15)
@given(a=st.binary(min_size=32, max_size=32), b=st.binary(min_size=32, max_size=32))
def test_both_parties_reach_the_same_secret(readable, a, b):
    alice, bob = X25519PrivateKey(a), X25519PrivateKey(b)
    secret = compute_shared_secret(alice, compute_public_key(bob, readable=readable), readable=readable)
    assert secret == compute_shared_secret(bob, compute_public_key(alice, readable=True), readable=True)


def test_a_key_of_another_scheme_is_refused():
    alice = X25519PrivateKey(bytes(32))
    with pytest.raises(KeyTypeError, match="X25519PrivateKey, not Ed25519PrivateKey"):
        compute_public_key(Ed25519PrivateKey(bytes(32)))
    with pytest.raises(KeyTypeError, match="X25519PublicKey, not X25519PrivateKey"):
        compute_shared_secret(alice, alice)
    with pytest.raises(InvalidKeyError, match="32 bytes long, not 31"):
        X25519PublicKey(bytes(31))
