"""The figure of terms and logs: bands, logs and what is committed, in picture and words, in both languages; nonsense is refused."""

import xml.etree.ElementTree as ElementTree

import pytest

from minichain.figures import Band, LogEntry, TermLine, TermTimeline, describe_term_timeline, draw_term_timeline
from minichain.figures.term_timeline import _WORDS, MAX_BANDS, MAX_ENTRIES, MAX_MEMBERS

SVG = "{http://www.w3.org/2000/svg}"
X, Y = LogEntry(1, "x"), LogEntry(2, "y")
LEADER = TermLine("A", (Band(0, 300, 1, "candidate"), Band(300, 1000, 1, "leader")), (X, Y), 2)
FOLLOWER = TermLine("B", (Band(0, 1000, 1, "follower"),), (X,), 1, ((400, 1000),))
GONE = TermLine("C", (Band(0, 500, 1, "follower"), Band(500, 1000, 1, "down")), (X,), 0, ((100, 200),))
TIMELINE = TermTimeline((LEADER, FOLLOWER, GONE), 1000)


def get_texts(picture):
    return ["".join(text.itertext()) for text in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def get_titles(picture):
    return [title.text for title in ElementTree.fromstring(picture).iter(f"{SVG}title")]


def test_bands_say_role_and_term():
    texts = get_texts(draw_term_timeline(TIMELINE, with_words=False))
    assert {"A", "B", "C", "? 1", "★ 1", "✗", "0 ms", "500", "1000", "log"} <= set(texts)
    titles = get_titles(draw_term_timeline(TIMELINE))
    assert "A: leader, term 1, from 300 to 1000" in titles and "index 2, term 2: y" in titles


def test_committed_entries_stand_on_a_bar():
    picture = draw_term_timeline(TIMELINE, with_words=False)
    assert picture.count('height="4"') == 3 + 1  # two of A's, one of B's, and the legend's


def test_of_a_long_log_the_end_is_shown():
    log = tuple(LogEntry(term) for term in range(1, MAX_ENTRIES + 4))
    picture = draw_term_timeline(TermTimeline((TermLine("A", (Band(0, 1, 1, "follower"),), log),), 1))
    assert "…" in get_texts(picture)
    titles = get_titles(picture)
    assert "index 11, term 11: nothing" in titles and "index 3, term 3: nothing" not in titles


def test_the_words():
    assert describe_term_timeline(TIMELINE) == "A leads in term 1. Down: C. Cut off: B. Known to be committed: 2 entries."
    assert describe_term_timeline(TIMELINE, "zh") == "A 在任期 1 是领导者。停机：C。网络断开：B。已知提交了 2 个条目。"
    assert describe_term_timeline(TermTimeline((TermLine("A", (Band(0, 5, 0, "follower"),)),), 5)) == (
        "Nobody leads. Nothing is known to be committed."
    )


def test_a_contradiction_is_told():
    other = TermLine("B", (Band(0, 1000, 2, "follower"),), (X, LogEntry(2, "z")), 2)
    timeline = TermTimeline((LEADER, other), 1000)
    assert timeline.contradiction == ("A", "B", 2)
    assert "A and B hold different entries to be committed at index 2!" in describe_term_timeline(timeline)
    assert TIMELINE.contradiction is None


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_picture_says_in_words_what_it_shows(lang):
    for timeline in (TIMELINE, TermTimeline((FOLLOWER,), 1000), TermTimeline((TermLine("A", (Band(0, 0, 0, "follower"),)),), 0, "events")):
        root = ElementTree.fromstring(draw_term_timeline(timeline, lang))
        assert root.find(f"{SVG}desc").text == describe_term_timeline(timeline, lang)
    assert {key for key in _WORDS["en"] if key != "committed-1"} == set(_WORDS["zh"])


def test_labels_are_text_and_nothing_else():
    line = TermLine("<b>", (Band(0, 1, 1, "leader"),), (LogEntry(1, "</svg><script>"),), 1)
    assert ElementTree.fromstring(draw_term_timeline(TermTimeline((line,), 1))).find(f".//{SVG}script") is None


@pytest.mark.parametrize(
    ("members", "now", "message"),
    [
        ((), 10, "0 members; the figure shows 1 to 7"),
        ((LEADER, LEADER), 1000, "2 members; the figure shows 1 to 7, each once"),
        (tuple(TermLine(str(number), ()) for number in range(MAX_MEMBERS + 1)), 10, "8 members"),
        ((TermLine("A", (Band(0, 1, 1, "follower"),) * (MAX_BANDS + 1)),), 10, "401 bands"),
        ((LEADER,), 900, "a band from 300 to 1000; the figure shows 0 to 900"),
        ((TermLine("A", (), (X,), 2),), 10, "A has 1 entries, 2 of them committed"),
    ],
)
def test_what_cannot_be_shown_is_refused(members, now, message):
    with pytest.raises(ValueError, match=message):
        TermTimeline(members, now)
