"""The figure of a signature on its way: what is marked differs, the verdict is told in words, and all of it can be read."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from minichain.figures.signature_flow import _WORDS, FIELDS, Side, SignatureFlow, describe_signature_flow, draw_signature_flow

SVG = "{http://www.w3.org/2000/svg}"
SIDE = Side("harbour", "release 40 t", "manager", bytes(range(64)), bytes(32), bytes(range(64, 128)))


def build_flow(is_valid=True, hashed=FIELDS, **others):
    return SignatureFlow("SM2", "SM3", SIDE, replace(SIDE, **others), is_valid, hashed)


def read_texts(picture):
    return [text.text for text in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def test_nothing_altered_has_no_mark():
    flow = build_flow()
    texts = read_texts(draw_signature_flow(flow))
    assert flow.altered == []
    assert "≠" not in texts
    assert "✓ valid" in texts
    hashed = "The digest is made of: chain, payload, user id, public key."
    assert describe_signature_flow(flow) == f"{hashed} Both sides put in the same. The signature is valid."


@pytest.mark.parametrize("name", ["chain", "payload", "user_id", "public_key", "signature"])
def test_what_differs_is_marked_without_colour(name):
    other = bytes(64) if name in ("public_key", "signature") else "another"
    flow = build_flow(False, **{name: other})
    texts = read_texts(draw_signature_flow(flow))
    assert flow.altered == [name]
    assert texts.count("≠") == 2, "the field, and the legend"
    assert "✗ not valid" in texts
    assert f"Not the same on both sides: {_WORDS['en'][name]}." in describe_signature_flow(flow)


def test_what_the_digest_ignores_is_told():
    assert "does not look at that" in describe_signature_flow(build_flow(True, user_id="clerk"))
    assert "So the digests differ." in describe_signature_flow(build_flow(False, user_id="clerk", digest=bytes(31) + b"\x01"))


def test_why_a_signature_fails_although_the_digest_is_the_same():
    for name in ("public_key", "signature"):
        assert "do not fit together. The signature is not valid." in describe_signature_flow(build_flow(False, **{name: bytes(64)}))


def test_only_what_is_hashed_is_joined_to_the_digest():
    """A line leaves each hashed box at its left edge, on both sides."""
    paths = [
        [path.get("d") for path in ElementTree.fromstring(draw_signature_flow(build_flow(hashed=hashed))).iter(f"{SVG}path")]
        for hashed in (FIELDS[:2], FIELDS)
    ]
    counts = [sorted(path.count("M") - 2 for path in found if "V" in path) for found in paths]
    assert counts == [[2, 2, 3], [3, 4, 4]], "two gatherings to a digest, and the one of key, digest and signature to the verdict"
    assert describe_signature_flow(build_flow(hashed=FIELDS[:2])).startswith("The digest is made of: chain, payload. ")


@pytest.mark.parametrize("with_words", [True, False])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_is_svg_with_its_text_alternative(lang, with_words):
    flow = build_flow(False, chain="a name that is far too long to stand in a box of this picture <&>")
    root = ElementTree.fromstring(draw_signature_flow(flow, lang, with_words=with_words))
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert desc.text == describe_signature_flow(flow, lang)
    assert any((text.text or "").endswith("…") for text in root.iter(f"{SVG}text"))


def test_both_languages_say_the_same_things():
    assert _WORDS["en"].keys() == _WORDS["zh"].keys()


def test_what_is_no_signature_is_refused():
    with pytest.raises(ValueError, match="63 and 32 bytes; they have 64 and 32"):
        build_flow(signature=bytes(63))
