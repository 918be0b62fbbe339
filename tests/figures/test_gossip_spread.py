"""A record that spreads: who has heard is told by line, dot and sign, and each message can be named by its number."""

import xml.etree.ElementTree as ElementTree

import pytest

from minichain.figures import GossipSpread, Passing, describe_gossip_spread, draw_gossip_spread
from minichain.figures.gossip_spread import _WORDS, MAX_MESSAGES, _Layout

SVG = "{http://www.w3.org/2000/svg}"
SPREAD = GossipSpread(
    ("A", "B", "C"),
    100,
    (Passing("A", "B", 10, 30), Passing("A", "C", 10, None), Passing("B", "C", 35, 60, False), Passing("C", "A", 90, 120)),
    (("A", 10), ("B", 30)),
)


def read_texts(picture):
    return [text.text for text in ElementTree.fromstring(picture).iter(f"{SVG}text")]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_is_svg_with_its_text_alternative_and_nothing_outside(lang):
    root = ElementTree.fromstring(draw_gossip_spread(SPREAD, lang))
    assert root.find(f"{SVG}desc").text == describe_gossip_spread(SPREAD, lang)
    _, _, width, height = map(float, root.get("viewBox").split())
    for rect in root.iter(f"{SVG}rect"):
        if rect.get("x"):
            left, top, across, down = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
            assert left + across <= width and 0 <= top < top + down <= height


def test_the_words_say_who_has_heard_and_who_has_not():
    assert describe_gossip_spread(SPREAD) == (
        "4 messages in 100 ms, 1 of them lost. Who has heard: A at 10 ms, B at 30 ms. Who has not: C."
    )
    assert describe_gossip_spread(SPREAD, "zh").endswith("还没有听到的：C。")
    everybody = GossipSpread(("A", "B"), 10, (), (("A", 1), ("B", 2)))
    assert describe_gossip_spread(everybody).endswith("Everybody has heard.")
    assert "nobody" in describe_gossip_spread(GossipSpread(("A", "B"), 10, (), ()))


def test_signs_and_numbers_tell_it_without_colour():
    texts = read_texts(draw_gossip_spread(SPREAD))
    assert texts.count("✓") == 2
    assert texts.count("✗") == 3, "a lost message, the same in the legend, and a node that has not heard"
    assert [number for number in ("1", "2", "3", "4", "5") if number in texts] == ["1", "2", "3", "4"]


def test_lines_run_from_sender_to_recipient_and_end_where_the_picture_ends():
    layout = _Layout(SPREAD)
    assert layout.find_ends(SPREAD.messages[0]) == (
        (layout.find_column("A"), layout.find_moment(10)),
        (layout.find_column("B"), layout.find_moment(30)),
    )
    start, end = layout.find_ends(SPREAD.messages[3])
    assert end[1] == layout.bottom
    assert layout.find_column("A") < end[0] < start[0], "a third of the way"
    lost = layout.find_ends(SPREAD.messages[1])[1]
    assert lost[0] == (layout.find_column("A") + layout.find_column("C")) / 2


def test_labels_are_text_never_markup():
    strange = GossipSpread(("<b>", "A"), 10, (Passing("<b>", "A", 1, 2),), ())
    assert "<b>" in read_texts(draw_gossip_spread(strange))


def test_both_languages_say_the_same_things():
    assert set(_WORDS["en"]) == set(_WORDS["zh"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((("A",), 10, (), ()), "1 nodes"),
        ((("A", "A"), 10, (), ()), "2 nodes"),
        ((("A", "B"), 0, (), ()), "in 0 ms"),
        ((("A", "B"), 10, (Passing("A", "B", 1, 2),) * (MAX_MESSAGES + 1), ()), f"{MAX_MESSAGES + 1} messages"),
        ((("A", "B"), 10, (Passing("A", "Z", 1, 2),), ()), "'Z' is not among the nodes A, B"),
        ((("A", "B"), 10, (), (("Z", 1),)), "'Z' is not among"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        GossipSpread(*arguments)


def test_a_message_keeps_the_number_that_it_is_given():
    spread = GossipSpread(("A", "B"), 100, (Passing("A", "B", 10, 20, True, 37),), ())
    drawn = draw_gossip_spread(spread)
    assert "37: A to B" in drawn and "1: A to B" not in drawn
