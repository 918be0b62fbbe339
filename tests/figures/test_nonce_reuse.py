"""The figure of a nonce that comes twice: signs say what is the same, and the equations are those of the scheme."""

import xml.etree.ElementTree as ElementTree

import pytest

from minichain.figures.nonce_reuse import _WORDS, NonceReuse, SignedDigest, describe_nonce_reuse, draw_nonce_reuse

SVG = "{http://www.w3.org/2000/svg}"


def build_reuse(scheme="ecdsa", *, same=True, found=True):
    first, second = SignedDigest(1, 5, 7, 5), SignedDigest(2, 5 if same else 6, 8, 5 if same else 6)
    return NonceReuse(scheme, first, second, 1 << 250 if found else 3, 1 << 250)


def read_texts(picture):
    return [text.text for text in ElementTree.fromstring(picture).iter(f"{SVG}text")]


@pytest.mark.parametrize(("same", "found", "signs"), [(True, True, ["=", "="]), (False, False, ["≠", "≠"])])
def test_signs_say_what_is_the_same(same, found, signs):
    reuse = build_reuse(same=same, found=found)
    texts = read_texts(draw_nonce_reuse(reuse))
    assert [text for text in texts if text in ("=", "≠")] == signs
    assert (reuse.is_reused, reuse.is_found) == (same, found)
    assert ("that is the private key" in describe_nonce_reuse(reuse)) == found


def test_each_scheme_has_its_equations():
    texts = read_texts(draw_nonce_reuse(build_reuse("ecdsa")))
    assert "→ d = (s₁·k − e₁) / r" in texts
    texts = read_texts(draw_nonce_reuse(build_reuse("sm2")))
    assert "→ d = (s₂ − s₁) / (s₁ + r₁ − s₂ − r₂)" in texts
    assert texts.count("x₁ = r − e") == 2


def test_with_nonces_of_their_own_there_are_three_unknowns_and_steps_that_take_them_for_the_same():
    texts = read_texts(draw_nonce_reuse(build_reuse(same=False, found=False)))
    assert "  s₂·k₂ = e₂ + r₂·d" in texts
    assert texts.index("If k₁ and k₂ were the same:") < texts.index("→ d = (s₁·k − e₁) / r₁")
    assert "If k₁ and k₂ were the same:" not in read_texts(draw_nonce_reuse(build_reuse()))


def test_only_what_is_the_key_has_a_thick_border():
    for found in (True, False):
        root = ElementTree.fromstring(draw_nonce_reuse(build_reuse(same=found, found=found)))
        assert [box.get("stroke-width") for box in root.iter(f"{SVG}rect")].count("3.5") == found


@pytest.mark.parametrize("with_words", [True, False])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("scheme", ["ecdsa", "sm2"])
def test_it_is_svg_with_its_text_alternative(scheme, lang, with_words):
    reuse = build_reuse(scheme)
    root = ElementTree.fromstring(draw_nonce_reuse(reuse, lang, with_words=with_words))
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert desc.text == describe_nonce_reuse(reuse, lang)


def test_both_languages_say_the_same_things():
    assert _WORDS["en"].keys() == _WORDS["zh"].keys()
