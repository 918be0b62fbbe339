"""The figure of a table that votes: bars fill up to the line, only more than two thirds get a sign, and the words say the same."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from minichain.figures.round_table import _WORDS, RoundTable, SeatedMember, VoteBar, describe_round_table, draw_round_table

SVG = "{http://www.w3.org/2000/svg}"


def build_table(*bars, weights=(1, 1, 1, 1), **changes):
    members = [SeatedMember(name, weight) for name, weight in zip("ABCDEFGH", weights, strict=False)]
    members = [SeatedMember(member.name, member.weight, **changes.get(member.name, {})) for member in members]
    return RoundTable(tuple(members), "A", bars)


def read_texts(picture):
    return [text.text for text in ElementTree.fromstring(picture).iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("weights", "voters", "expected"),
    [((1, 1, 1, 1), "AB", False), ((1, 1, 1, 1), "ABD", True), ((1, 1, 1), "AB", False), ((4, 1, 1), "AB", True), ((2, 2, 2), "ABC", True)],
)
def test_a_sign_for_more_than_two_thirds(weights, voters, expected):
    table = build_table(VoteBar("prevote", "X", tuple(voters)), weights=weights)
    assert ("✓" in read_texts(draw_round_table(table))) == expected
    assert (", a quorum." in describe_round_table(table)) == expected


def test_a_part_of_a_bar_is_as_wide_as_its_members_weight():
    table = build_table(VoteBar("prevote", "X", ("A", "B")), weights=(3, 1))
    root = ElementTree.fromstring(draw_round_table(table))
    widths = [float(box.get("width")) for box in root.iter(f"{SVG}rect") if box.get("height") == "24"]
    assert widths == [190 * 3 / 4 - 3, 190 / 4 - 3]


def test_seats_say_what_their_members_did():
    two_faced = {"role": "equivocate", "kind": "prevote", "values": ("X", None)}
    table = build_table(VoteBar("prevote", None, ("D",)), D=two_faced, B={"kind": "precommit", "values": ("Y",), "locked": "Y"})
    texts = read_texts(draw_round_table(table))
    assert {"A ★", "D · two-faced", "prevotes X and nil", "precommits Y", "locked on Y"} <= set(texts)


def test_only_honest_members_make_a_fork():
    assert build_table(A={"decided": "X"}, B={"decided": "Y"}).is_forked
    assert not build_table(A={"decided": "X"}, B={"decided": "Y", "role": "late"}).is_forked
    assert "a fork" in describe_round_table(build_table(A={"decided": "X"}, B={"decided": "Y"}))


def test_a_table_that_stands_still_says_so():
    assert "stands still" not in describe_round_table(build_table())
    stuck = replace(build_table(), is_stuck=True)
    assert describe_round_table(stuck).endswith("the table stands still.")
    assert describe_round_table(stuck, "zh").endswith("投票卡住了。")


def test_a_table_has_room_for_seven_and_knows_its_members():
    with pytest.raises(ValueError, match="8 members"):
        build_table(weights=[1] * 8)
    with pytest.raises(ValueError, match="E does not sit"):
        build_table(VoteBar("prevote", "X", ("E",)))


@pytest.mark.parametrize("with_words", [True, False])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("size", [1, 4, 7])
def test_it_is_svg_with_its_text_alternative(size, lang, with_words):
    table = build_table(VoteBar("precommit", "X", ("A",)), weights=[1] * size)
    root = ElementTree.fromstring(draw_round_table(table, lang, with_words=with_words))
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert desc.text == describe_round_table(table, lang)


def test_both_languages_say_the_same_things():
    assert _WORDS["en"].keys() == _WORDS["zh"].keys()
