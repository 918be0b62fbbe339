"""The SVG helpers: text is escaped, lines break where a reader expects it."""

import xml.etree.ElementTree as ElementTree

import pytest

from minichain.figures.svg import element, estimate_width, shorten, text, wrap


def test_text_and_attributes_are_escaped():
    assert ">a &lt; b<" in text("a < b", (0, 0), 10)
    assert ElementTree.fromstring(text("\x00\ud800\x1b", (0, 0), 10)).text == "\ufffd" * 3
    assert element("g", data_x='"&') == '<g data-x="&quot;&amp;"/>'


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("transport/bus-stops v3", ["transport/", "bus-stops", "v3"]),
        ("水务/水质监测记录第七版", ["水务/水质监", "测记录第七", "版"]),
        ("旧列表正是开头，新的", ["旧列表正是", "开头，新的"]),
        ("x" * 30, ["x" * 30]),
        ("", [""]),
    ],
)
def test_lines_break_between_words_and_characters(content, lines):
    assert wrap(content, 70, 12) == lines


def test_no_line_starts_with_closing_punctuation():
    for width in range(30, 120, 5):
        assert not any(line.startswith(("，", "。", "、")) for line in wrap("旧列表，正是、新列表。的开头，", width, 12))


@pytest.mark.parametrize("content", ["a long label that does not fit", "放不下的一个很长的标签"])
def test_what_is_too_wide_is_cut(content):
    cut = shorten(content, 60, 12)
    assert cut == content[: len(cut) - 1] + "…"
    assert estimate_width(cut, 12) <= 60
    assert shorten("short", 60, 12) == "short"
