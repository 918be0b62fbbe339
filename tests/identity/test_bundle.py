"""Bundles go there and back, and what a stranger wrote is refused by its field."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minichain.crypto.pem import PemBlock, encode_pem
from minichain.identity.bundle import Bundle, format_bundle, parse_bundle
from minichain.identity.errors import MalformedError
from minichain.identity.organisations import create_root, revoke
from minichain.identity.paths import Trust
from tests.identity.conftest import NOW_MS, make_key, make_organisation

ORGANISATION = make_organisation("org1")
TLS = create_root("org1", make_key("tls", 1), NOW_MS)
NEWEST = revoke(ORGANISATION.intermediate, None, {}, NOW_MS)
BUNDLE = Bundle("组织1", "international", ORGANISATION.make_trust(lists=(NEWEST,)), Trust((TLS.certificate,)))


def test_there_and_back():
    text = format_bundle(BUNDLE)
    assert parse_bundle(text) == parse_bundle(text.encode()) == BUNDLE
    assert json.loads(text)["format"] == "minichain identity bundle 1"
    assert "组织1" in text and "PRIVATE" not in text
    assert BUNDLE.make_trust_root().roots == (ORGANISATION.root.certificate.encoded,)
    assert BUNDLE.make_trust_root().authorities == (ORGANISATION.intermediate.certificate.encoded,)
    assert BUNDLE.make_trust_root().org_id == "组织1"


def change(**changes):
    """Return the bundle's JSON with changed fields; a__b is the field b of a."""
    content = json.loads(format_bundle(BUNDLE))
    for name, value in changes.items():
        outer, _, inner = name.partition("__")
        (content[outer] if inner else content)[inner or outer] = value
    return json.dumps(content)


ROOT_PEM = json.loads(format_bundle(BUNDLE))["signing"]["roots"][0]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "content"),
        ("[" * 100_000, "content"),
        (b"\xff\xfe\x00", "content"),
        ("[]", "fields"),
        ("{}", "fields"),
        (change(more=1), "fields"),
        (change(format="minichain identity bundle 2"), "format"),
        (change(format=1), "format"),
        (change(org_id=1), "org_id"),
        (change(org_id=""), "org_id"),
        (change(suite="regional"), "suite"),
        (change(suite=["international"]), "suite"),
        (change(signing=[]), "signing.fields"),
        (change(signing={"roots": [ROOT_PEM]}), "signing.fields"),
        (change(signing__roots=[]), "signing.roots"),
        (change(tls__roots=[]), "tls.roots"),
        (change(signing__roots=ROOT_PEM), "signing.roots"),
        (change(signing__roots=[1]), "signing.roots"),
        (change(signing__roots=[ROOT_PEM] * 65), "signing.roots"),
        (change(signing__roots=[ROOT_PEM, ""]), "signing.roots[1]"),
        (change(signing__roots=[ROOT_PEM * 2]), "signing.roots[0]"),
        (change(signing__roots=["-----BEGIN CERTIFICATE-----\nx"]), "signing.roots[0]"),
        (change(signing__roots=[encode_pem(PemBlock("CERTIFICATE", b"x"))]), "signing.certificate"),
        (change(signing__authorities=[encode_pem(PemBlock("PRIVATE KEY", b"x"))]), "signing.authorities[0]"),
        (change(signing__lists=[ROOT_PEM]), "signing.lists[0]"),
        (change(tls__lists=[encode_pem(PemBlock("X509 CRL", b"x"))]), "tls.revocationList"),
    ],
)
def test_a_malformed_bundle_is_told_by_its_field(text, field):
    with pytest.raises(MalformedError) as caught:
        parse_bundle(text)
    assert caught.value.field == f"bundle.{field}"


def test_the_most_entries():
    assert len(parse_bundle(change(signing__roots=[ROOT_PEM] * 64)).signing.anchors) == 64


@given(st.text(max_size=50))
def test_any_text_is_refused_with_a_typed_error(text):
    with pytest.raises(MalformedError, match="bundle"):
        parse_bundle(text)
