"""The figure of a state's changes: each key once, with the mark of what happened to it, in both languages."""

import xml.etree.ElementTree as ElementTree

import pytest

from minichain.figures import KeyChange, StateDiff, describe_state_diff, draw_state_diff
from minichain.figures.state_diff import _WORDS, MAX_CHANGES

SVG = "{http://www.w3.org/2000/svg}"
CHANGES = (
    KeyChange("token/Ann", "120", "95", 0),
    KeyChange("token/Bob", None, "25", 0),
    KeyChange("evidence/1", "a long value " * 20, None, 3),
    KeyChange("limits", "1000", "1000", 4),
)
SIGNS = {"new": "+", "changed": "≠", "deleted": "−", "kept": "="}


def get_texts(picture):
    return ["".join(text.itertext()) for text in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def test_what_happened_to_a_key():
    assert [change.kind for change in CHANGES] == ["changed", "new", "deleted", "kept"]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.kind)
def test_a_change_shows_its_key_its_sign_its_transaction_and_the_value_after(change, lang):
    texts = get_texts(draw_state_diff(StateDiff(7, (change,)), lang, with_words=False))
    assert change.key in texts and texts.count(SIGNS[change.kind]) == 2  # at the key and in the legend
    assert _WORDS[lang]["by"].format(transaction=change.transaction) in texts
    assert (_WORDS[lang]["none"] if change.after is None else change.after) in texts
    assert not any(sign in texts for kind, sign in SIGNS.items() if kind != change.kind)


def test_a_value_that_is_too_long_is_cut_where_it_is_seen_and_whole_where_a_pointer_rests():
    picture = draw_state_diff(StateDiff(7, CHANGES))
    assert CHANGES[2].before not in get_texts(picture) and any(
        text.startswith("a long") and text.endswith("…") for text in get_texts(picture)
    )
    assert f"evidence/1: {CHANGES[2].before} → no such key" in [title.text for title in ElementTree.fromstring(picture).iter(f"{SVG}title")]


def test_the_words():
    diff = StateDiff(7, CHANGES)
    expected = "New: token/Bob. Changed: token/Ann. Deleted: evidence/1. Written again with the same value: limits."
    assert describe_state_diff(diff) == expected
    assert describe_state_diff(diff, "zh") == "新增：token/Bob。修改：token/Ann。删除：evidence/1。重新写入了相同的值：limits。"
    assert describe_state_diff(StateDiff(8, ())) == "The block changed nothing."
    assert "该区块没有改动任何键。" in get_texts(draw_state_diff(StateDiff(8, ()), "zh", with_words=False))
    assert set(_WORDS["en"]) == set(_WORDS["zh"])


def test_keys_and_values_are_text_and_nothing_else():
    change = KeyChange("<script>", "</svg>", "&", 0)
    root = ElementTree.fromstring(draw_state_diff(StateDiff(1, (change,))))
    assert root.find(f".//{SVG}script") is None and "<script>" in get_texts(ElementTree.tostring(root, "unicode"))


def test_more_than_can_be_shown_is_refused():
    with pytest.raises(ValueError, match="17 changes; the figure shows 16"):
        StateDiff(1, CHANGES[:1] * (MAX_CHANGES + 1))
