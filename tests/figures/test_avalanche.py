"""The avalanche figure: the bits that it fills are those that changed, and it is there for everybody to read."""

import hashlib
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minichain.figures import Avalanche, describe_avalanche, draw_avalanche
from minichain.figures.avalanche import _WORDS, flip_bit, get_bit

SVG = "{http://www.w3.org/2000/svg}"


def build(message=b"9.8", flipped=7):
    before = hashlib.sha256(message).digest()
    after = before if flipped is None else hashlib.sha256(flip_bit(message, flipped)).digest()
    return Avalanche(message, flipped, before, after, "SHA-256")


@given(st.binary(min_size=1, max_size=12), st.data())
def test_a_flip_changes_that_bit_and_no_other(data, draw):
    number = draw.draw(st.integers(0, 8 * len(data) - 1))
    flipped = flip_bit(data, number)
    assert [place for place in range(8 * len(data)) if get_bit(data, place) != get_bit(flipped, place)] == [number]
    assert "".join(str(get_bit(data, place)) for place in range(8 * len(data))) == f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}"


def test_the_filled_bits_are_those_that_changed():
    avalanche = build()
    root = ElementTree.fromstring(draw_avalanche(avalanche, with_words=False))
    bits = [text for text in root.iter(f"{SVG}text") if text.text in ("0", "1") and text.get("font-size") == "11"]
    assert len(bits) == 256
    assert "".join(bit.text for bit in bits) == f"{int.from_bytes(avalanche.after, 'big'):0256b}"
    bold = [number for number, bit in enumerate(bits) if bit.get("font-weight") == "bold"]
    assert bold == avalanche.changed
    assert f"{int.from_bytes(avalanche.before, 'big') ^ int.from_bytes(avalanche.after, 'big'):b}".count("1") == len(bold)


def test_without_a_flip_nothing_is_marked():
    picture = draw_avalanche(build(flipped=None))
    assert not any(mark in picture for mark in ("≠", "bold", "5 4"))
    assert "No bit is flipped" in picture


@pytest.mark.parametrize("with_words", [True, False])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("message", "flipped"), [(b"a", 0), (b"9.8", 7), (b"\x00\xff \x7f", 31), (b"twelve bytes", 95)])
def test_it_is_svg_with_its_text_alternative(message, flipped, lang, with_words):
    avalanche = build(message, flipped)
    root = ElementTree.fromstring(draw_avalanche(avalanche, lang, with_words=with_words))
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert desc.text == describe_avalanche(avalanche, lang)
    _, _, width, height = map(float, root.get("viewBox").split())
    for rect in (rect for group in root.findall(f"{SVG}g") if "transform" not in group.attrib for rect in group.iter(f"{SVG}rect")):
        left, top, across, down = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
        assert 0 < left < left + across < width
        assert 0 < top < top + down < height


def test_the_words_say_what_was_flipped_and_how_much_changed():
    words = describe_avalanche(build(b"9.8", 7))
    assert words.startswith(
        "Bit 7 of the text (counted from 0) was flipped: the byte 0x39 (“9”) became 0x38 (“8”). "
        "Of the 256 bits of the digest 130 changed, 51 %."
    )
    assert "字节原为 0x39（“9”），现为 0xb9。" in describe_avalanche(build(b"9.8", 0), "zh"), "what is no printable character has no name"


def test_both_languages_say_the_same_things():
    assert _WORDS["en"].keys() == _WORDS["zh"].keys()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"message": b""}, "a message of 0 bytes; the figure shows 1 to 12"),
        ({"message": bytes(13)}, "a message of 13 bytes; the figure shows 1 to 12"),
        ({"flipped": 24}, "bit 24; the bits of this message are numbered 0 to 23"),
        ({"flipped": -1}, "bit -1; the bits of this message are numbered 0 to 23"),
        ({"after": bytes(20)}, "a digest of 20 bytes; the figure shows digests of 32"),
        ({"flipped": None, "after": bytes(range(32))}, "two digests of one message"),
    ],
)
def test_what_cannot_be_drawn_is_refused(change, message):
    whole = {"message": b"9.8", "flipped": 7, "before": bytes(32), "after": bytes(32), "name": "SHA-256"}
    with pytest.raises(ValueError, match=message):
        Avalanche(**{**whole, **change})
