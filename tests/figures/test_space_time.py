"""The space-time diagram: every message runs from its sender to its recipient, downwards; what was lost, down or divided is marked."""

import xml.etree.ElementTree as ElementTree

import pytest

from minichain.figures import Arrow, Decision, Division, Evidence, Outage, SpaceTime, describe_space_time, draw_space_time
from minichain.figures.space_time import _WORDS, MAX_MESSAGES, _Layout

SVG = "{http://www.w3.org/2000/svg}"
WHOLE = SpaceTime(
    ("A", "B", "C"),
    0,
    100,
    (Arrow("A", "B", 10, 30, "vote", "vote for 5f"), Arrow("A", "C", 10, None, "vote"), Arrow("B", "A", 35, 60, "commit")),
    (Decision("B", 30, "1"), Decision("A", 60, "1")),
    (Outage("C", 5, 40),),
    (Division(70, 90, "A B | C"),),
    (Evidence("A", 65, "B voted twice"),),
)


def read(picture):
    return ElementTree.fromstring(picture)


def read_texts(picture):
    return [text.text for text in read(picture).iter(f"{SVG}text")]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_is_svg_with_its_text_alternative_and_nothing_outside(lang):
    root = read(draw_space_time(WHOLE, lang))
    assert root.find(f"{SVG}desc").text == describe_space_time(WHOLE, lang)
    _, _, width, height = map(float, root.get("viewBox").split())
    for rect in root.findall(f"{SVG}rect"):
        left, top, across, down = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
        assert 0 < left < left + across < width
        assert 0 < top < top + down < height


def test_messages_run_down_from_sender_to_recipient():
    root, layout = read(draw_space_time(WHOLE)), _Layout(WHOLE, 300)
    (group,) = [group for group in root.findall(f"{SVG}g") if group.findtext(f"{SVG}title") == "A → B: vote for 5f"]
    start, end = (tuple(map(float, point.split())) for point in group.find(f"{SVG}path").get("d")[1:].split("L"))
    assert start == (layout.find_column("A"), layout.find_moment(10))
    assert end == (layout.find_column("B"), layout.find_moment(30))
    assert end[1] > start[1]


def test_what_happened_is_told_without_colour():
    texts = read_texts(draw_space_time(WHOLE))
    assert texts.count("✗") == 4, "a lost message, a crash, and the legend for both"
    assert texts.count("↻") == 2 and texts.count("!") == 2
    quiet = read_texts(draw_space_time(SpaceTime(("A", "B"), 0, 10)))
    assert not {"✗", "↻", "!"} & set(quiet)
    kinds = [path.get("stroke-dasharray") for path in read(draw_space_time(WHOLE)).iter(f"{SVG}path") if path.get("stroke-width") == "2"]
    assert len(kinds) == len(set(kinds)) == 2, "each kind of message has dashes of its own"


def test_the_words_say_it_too():
    assert describe_space_time(WHOLE) == (
        "3 members exchange 3 messages from 0 to 100 ms. One of them is lost. From 70 to 90 ms the network is divided: A B | C. "
        "C is down from 5 to 40 ms. A holds evidence against another member at 65 ms. "
        "B is the first to decide, 1 at 30 ms; there are 2 decisions."
    )
    assert describe_space_time(SpaceTime(("A",), 0, 10), "zh").endswith("没有成员作出决定。")


def test_what_lies_outside_of_the_time_is_cut_at_its_edge():
    late = SpaceTime(("A", "B"), 0, 100, (Arrow("A", "B", 90, 200, "vote"),), outages=(Outage("A", 50, 1 << 60),))
    assert read_texts(draw_space_time(late)).count("↻") == 1, "it does not come back in this time; only the legend has the sign"


def test_both_languages_say_the_same_things():
    keys = [{key for key in words if not key.endswith("-1")} for words in _WORDS.values()]
    assert keys[0] == keys[1]


def test_labels_are_text_never_markup():
    strange = SpaceTime(("<b>",), 0, 10, (Arrow("<b>", "<b>", 1, 2, "<script>", "<script>alert(1)"),))
    root = read(draw_space_time(strange))
    assert not list(root.iter(f"{SVG}script")) and "<b>" in [text.text for text in root.iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((), 0, 10), "0 members; the figure shows 1 to 10"),
        ((("A", "A"), 0, 10), "2 members"),
        ((("A",), 10, 10), "no time passes"),
        ((("A",), 0, 10, (Arrow("A", "B", 1, 2, "x"),)), "'B' is not among the members A"),
        ((("A",), 0, 10, (), (Decision("Z", 1, "1"),)), "'Z' is not among"),
        ((("A",), 0, 10, (Arrow("A", "A", 1, 2, "x"),) * (MAX_MESSAGES + 1)), f"{MAX_MESSAGES + 1} messages"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        SpaceTime(*arguments)
