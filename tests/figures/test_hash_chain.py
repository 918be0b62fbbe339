"""The hash chain figure: what it marks as broken is broken, and it is there for everybody to read."""

import itertools
import xml.etree.ElementTree as ElementTree

import pytest

from minichain.crypto.hash_chain import START, build_log, compute_link, find_break
from minichain.figures import HashChain, describe_hash_chain, draw_hash_chain
from minichain.figures.hash_chain import _WORDS

SVG = "{http://www.w3.org/2000/svg}"
RECORDS = [["06:00", "4.2"], ["07:00", "4.3"], ["08:00", "9.8"], ["09:00", "5.1"]]
LIE = ["08:00", "4.8"]


def build_chain(log, **shown):
    """Return the figure of a log as it stands."""
    before = [START, *(link for _, link in log)]
    expected = tuple(compute_link(before[number], record) for number, (record, _) in enumerate(log))
    return HashChain(tuple(" ".join(record) for record, _ in log), tuple(before[1:]), expected, **shown)


@pytest.fixture
def log():
    return build_log(RECORDS)


@pytest.fixture
def forged(log):
    """A log whose record 2 was altered, with its link, but not those after it."""
    return [*log[:2], (LIE, compute_link(log[1][1], LIE)), log[3]]


def read_texts(picture):
    return [text.text for text in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def test_what_is_broken_is_what_a_check_finds(log, forged):
    edited = [*log[:2], (LIE, log[2][1]), log[3]]
    for each, broken in ((log, []), (edited, [2]), (forged, [3]), (build_log([*RECORDS[:2], LIE, RECORDS[3]]), [])):
        assert build_chain(each).broken == broken
        assert find_break(each) == (broken[0] if broken else None)


def test_marks_are_told_without_colour(log, forged):
    plain = draw_hash_chain(build_chain(log))
    assert not any(mark in plain for mark in ("≠", "✗", "5 4", "<circle"))
    texts = read_texts(draw_hash_chain(build_chain(forged, changed=2, relinked={2}, published=log[3][1])))
    assert texts.count("≠") == 3, "the record, its link, and the legend"
    assert texts.count("✗") == 2, "link 3, and the legend"
    assert texts.count("=") == 1, "the head is still the printed one"
    assert any(text.startswith("should be ") for text in texts)
    rewritten = build_chain(build_log([LIE, *RECORDS[1:]]), changed=0, relinked={0, 1, 2, 3}, published=log[3][1])
    texts = read_texts(draw_hash_chain(rewritten))
    assert (texts.count("≠"), texts.count("✗"), texts.count("=")) == (6, 1, 0), "nothing is broken but the tie to the printed head"


@pytest.mark.parametrize("with_words", [True, False])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("size", [1, 2, 7, 12])
def test_it_is_svg_with_its_text_alternative(size, lang, with_words):
    log = build_log([["a record", str(number)] for number in range(size)])
    chain = build_chain(log, changed=0, relinked={0}, published=bytes(32))
    root = ElementTree.fromstring(draw_hash_chain(chain, lang, with_words=with_words))
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert desc.text == describe_hash_chain(chain, lang)
    _, _, width, height = map(float, root.get("viewBox").split())
    for group in root.findall(f"{SVG}g"):
        for rect in (rect for rect in group.iter(f"{SVG}rect") if "transform" not in group.attrib):
            left, top, across, down = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
            assert 0 < left < left + across < width
            assert 0 < top < top + down < height


def test_rows_do_not_overlap(log):
    root = ElementTree.fromstring(draw_hash_chain(build_chain(log, changed=1, relinked={0, 1, 2, 3})))
    frames = [rect for rect in root.iter(f"{SVG}rect") if rect.get("stroke-dasharray") == "5 4" and float(rect.get("x")) > 200]
    tops = sorted((float(rect.get("y")), float(rect.get("height"))) for rect in frames[:4])
    assert all(above + height < below for (above, height), (below, _) in itertools.pairwise(tops))


def test_the_words_say_where_it_breaks_and_what_the_head_tells(log, forged):
    assert describe_hash_chain(build_chain(log, published=log[3][1])).endswith(
        "Every link fits, so the log alone shows nothing wrong. Its head is the printed one."
    )
    words = describe_hash_chain(build_chain(forged, changed=2, relinked={2}))
    assert "Record 2 was altered. Computed anew: link 2. Link 3 does not fit record 3" in words
    assert describe_hash_chain(build_chain(forged), "zh").endswith("链在这里断了。")
    two = build_chain([(LIE, log[0][1]), log[1], (LIE, log[2][1]), log[3]])
    assert describe_hash_chain(two).endswith("It is broken in one more place.")
    assert "one entry" in describe_hash_chain(build_chain(log[:1]))


def test_both_languages_say_the_same_things():
    keys = [{key for key in words if not key.endswith("-1")} for words in _WORDS.values()]
    assert keys[0] == keys[1]


def test_labels_are_text_never_markup():
    chain = build_chain(build_log([["<script>&"], ['"quoted" and far too long for the sheet of paper that it stands on']]))
    picture = draw_hash_chain(chain)
    assert not list(ElementTree.fromstring(picture).iter(f"{SVG}script"))
    texts = read_texts(picture)
    assert "<script>&" in texts
    assert any(text.startswith('"quoted"') and text.endswith("…") for text in texts)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": (), "links": (), "expected": ()}, "0 entries; the figure shows 1 to 12"),
        ({"labels": ("x",) * 13}, "13 entries; the figure shows 1 to 12"),
        ({"links": ()}, "0 links for 2 records"),
        ({"expected": (bytes(32),)}, "1 expected for 2 records"),
        ({"changed": 2}, "changed entry 2; entries are numbered 0 to 1"),
        ({"relinked": {-1}}, "relinked entry -1; entries are numbered 0 to 1"),
    ],
)
def test_what_is_no_log_is_refused(change, message):
    whole = {"labels": ("a", "b"), "links": (bytes(32),) * 2, "expected": (bytes(32),) * 2}
    with pytest.raises(ValueError, match=message):
        HashChain(**{**whole, **change})
