"""A hash-linked log as a picture: records on the left, each bound by its link to the link above; where it is broken, and what was printed.

Marks: what was *altered* (a record, or a link that was computed anew) has a dashed outline and the sign ≠. A link that *does not fit*,
because it does not follow from its record and the link above, has a thick border, the sign ✗ and what it should be. The head that was
*printed*, where nobody can alter it, is a rounded box, joined to the last link by = or ✗.

Simplifications: links are cut to their first four bytes, and a log of more than 12 entries is refused; a reader would see neither.
"""

from collections.abc import Set
from dataclasses import dataclass
from typing import Final

from minichain.figures.frame import GREEN, GREEN_DARK, GREEN_GROUND, MARGIN, ORANGE, ORANGE_DARK, draw_box, draw_legend
from minichain.figures.marks import GROUND, INK, LINE, draw_badge
from minichain.figures.svg import MONO, Point, element, escape, picture, shorten, text

MAX_ENTRIES: Final = 12

_RECORD: Final = (206.0, 40.0)
_LINK: Final = (150.0, 54.0)
_RECORDS_AT: Final = MARGIN + _RECORD[0] / 2
_LINKS_AT: Final = 338.0
_PITCH: Final = 78.0
_START_AT: Final = 33.0
_CHAIN_WIDTH: Final = _LINKS_AT + _LINK[0] / 2 + 22.0
_LEGEND_WIDTH: Final = 332.0
_WORDS: Final = {
    "en": {
        "title": "Hash-linked log of {count} entries",
        "title-1": "Hash-linked log of one entry",
        "start": "start",
        "link": "link {number}",
        "head": "link {number} · head",
        "published": "printed head",
        "expected": "should be {expected}…",
        "size": "The log has {count} entries; its head starts with {head}.",
        "size-1": "The log has one entry; its head starts with {head}.",
        "changed": "Record {number} was altered.",
        "relinked": "Computed anew: {links}.",
        "and": ", ",
        "broken": "{link} does not fit record {number} and the link above; it should start with {expected}. The chain breaks here.",
        "more": "It is broken in {count} more places.",
        "more-1": "It is broken in one more place.",
        "fits": "Every link fits, so the log alone shows nothing wrong.",
        "same": "Its head is the printed one.",
        "other": "The printed head starts with {head}: this is not the log whose head was printed.",
        "legend-changed": "altered",
        "legend-broken": "does not fit",
        "legend-published": "printed",
        "stop": " ",
    },
    "zh": {
        "title": "{count} 个条目的哈希链日志",
        "start": "起点",
        "link": "链接 {number}",
        "head": "链接 {number} · 链头",
        "published": "公布的链头",
        "expected": "应为 {expected}…",
        "size": "这份日志有 {count} 个条目，链头以 {head} 开头。",
        "changed": "记录 {number} 被改过。",
        "relinked": "重新算过的：{links}。",
        "and": "、",
        "broken": "{link} 与记录 {number} 及上一个链接对不上：它应该以 {expected} 开头。链在这里断了。",
        "more": "另外还有 {count} 处断开。",
        "fits": "每个链接都对得上，单看日志看不出问题。",
        "same": "链头与公布的一致。",
        "other": "公布的链头以 {head} 开头：这不是当初公布链头时的那份日志。",
        "legend-changed": "被改过",
        "legend-broken": "对不上",
        "legend-published": "已公布",
        "stop": "",
    },
}


@dataclass(frozen=True, slots=True)
class HashChain:
    """A log, and what the picture shows of it.

    `labels` holds one line a record, `links` the links as they stand in the log, and `expected` what each of them should be, computed from
    its record and the link that stands above it. `changed` is the number of the record that was altered, `relinked` holds those of the
    links that were computed anew, and `published` is the head that everybody knows. Raises ValueError where these do not fit together.
    """

    labels: tuple[str, ...]
    links: tuple[bytes, ...]
    expected: tuple[bytes, ...]
    changed: int | None = None
    relinked: Set[int] = frozenset()
    published: bytes | None = None

    def __post_init__(self) -> None:
        """Refuse what is no log, so that whoever draws it need not ask."""
        size = len(self.labels)
        if not 1 <= size <= MAX_ENTRIES:
            raise ValueError(f"{size} entries; the figure shows 1 to {MAX_ENTRIES}: pass a part of the log")
        for name, links in (("links", self.links), ("expected", self.expected)):
            if len(links) != size:
                raise ValueError(f"{len(links)} {name} for {size} records; each record has one")
        for name, numbers in (("changed", {self.changed} - {None}), ("relinked", self.relinked)):
            for number in numbers:
                if number is None or not 0 <= number < size:
                    raise ValueError(f"{name} entry {number}; entries are numbered 0 to {size - 1}")

    @property
    def broken(self) -> list[int]:
        """The numbers of the entries whose link does not follow."""
        return [number for number, link in enumerate(self.links) if link != self.expected[number]]

    @property
    def is_published(self) -> bool:
        """Whether the head is the published one."""
        return self.links[-1] == self.published


def describe_hash_chain(chain: HashChain, lang: str = "en") -> str:
    """Return in words what the picture shows, in the language `lang` ("en" or "zh")."""
    return _WORDS[lang]["stop"].join(_compute_sentences(chain, lang))


def draw_hash_chain(chain: HashChain, lang: str = "en", *, with_words: bool = True) -> str:
    """Return the picture as one SVG element, with its text alternative in the language `lang` ("en" or "zh").

    `with_words=False` is for a page that sets the sentences itself, where a narrow screen can break them: the picture is smaller then.
    """
    middles = [_START_AT + 70 + _PITCH * number for number in range(len(chain.labels))]
    parts = [_draw_start(lang), *(_draw_entry(chain, number, down, lang) for number, down in enumerate(middles))]
    bottom = middles[-1] + _LINK[1] / 2
    if chain.published is not None:
        parts.append(_draw_published(chain, bottom, lang))
        bottom += 62
    marks = [(_SAMPLES[mark], _WORDS[lang][f"legend-{mark}"]) for mark in _get_marks(chain)]
    width = _CHAIN_WIDTH
    if with_words:
        legend, _ = draw_legend(marks, _compute_sentences(chain, lang), 0.0, _LEGEND_WIDTH)
        parts.append(element("g", legend, transform=f"translate({width - MARGIN:g} {MARGIN:g})"))
        width += _LEGEND_WIDTH - MARGIN
    else:
        legend, bottom = draw_legend(marks, [], bottom + MARGIN, width)
        parts.append(legend)
    title = _phrase(lang, "title", len(chain.labels))
    return picture(width, bottom + MARGIN, title, describe_hash_chain(chain, lang), *parts)


def _compute_sentences(chain: HashChain, lang: str) -> list[str]:
    words, broken = _WORDS[lang], chain.broken
    sentences = [_phrase(lang, "size", len(chain.labels), head=_get_start(chain.links[-1]))]
    if chain.changed is not None:
        sentences.append(_phrase(lang, "changed", number=chain.changed))
    if chain.relinked:
        links = words["and"].join(_phrase(lang, "link", number=number) for number in sorted(chain.relinked))
        sentences.append(_phrase(lang, "relinked", links=links))
    if broken:
        link = _phrase(lang, "link", number=broken[0])
        expected = _get_start(chain.expected[broken[0]])
        sentences.append(_phrase(lang, "broken", link=link[:1].upper() + link[1:], number=broken[0], expected=expected))
    if len(broken) > 1:
        sentences.append(_phrase(lang, "more", len(broken) - 1))
    if not broken:
        sentences.append(words["fits"])
    if chain.published is not None:
        sentences.append(_phrase(lang, "same" if chain.is_published else "other", head=_get_start(chain.published)))
    return sentences


def _phrase(lang: str, key: str, count: int = -1, **values: str | int) -> str:
    """Return a sentence of a language, in the form that it has for `count` things where it has one of its own."""
    words = _WORDS[lang]
    return words.get(f"{key}-{count}", words[key]).format(count=count, **values)


def _get_start(link: bytes) -> str:
    return link[:4].hex()


def _get_marks(chain: HashChain) -> list[str]:
    shown = {"changed": chain.changed is not None, "broken": bool(chain.broken), "published": chain.published is not None}
    return [mark for mark, is_shown in shown.items() if is_shown]


def _draw_start(lang: str) -> str:
    """Draw what stands for a link before the first record: zeros."""
    box = draw_box((_LINKS_AT, _START_AT), (_LINK[0], 34.0), GROUND, LINE, 1.5, dashes="2 3")
    label = text(_WORDS[lang]["start"], (_LINKS_AT - _LINK[0] / 2 + 12, _START_AT + 4), 12, fill=INK)
    return box + label + _draw_digest(bytes(4), (_LINKS_AT + _LINK[0] / 2 - 12, _START_AT + 5), "end")


def _draw_digest(link: bytes, at: Point, anchor: str) -> str:
    return text(f"{_get_start(link)}…", at, 13, family=MONO, fill=INK, text_anchor=anchor)


def _draw_entry(chain: HashChain, number: int, down: float, lang: str) -> str:
    """Draw one row: the record, its link, and the arrows that lead into the link from the left and from above."""
    left, top = _LINKS_AT - _LINK[0] / 2 - 2, down - _LINK[1] / 2 - 2
    above = _START_AT + 17 if number == 0 else down - _PITCH + _LINK[1] / 2
    return element(
        "g",
        _draw_arrow(f"M{MARGIN + _RECORD[0]:g} {down:g}H{left:g}M{left - 8:g} {down - 5:g}L{left:g} {down:g}L{left - 8:g} {down + 5:g}"),
        _draw_arrow(f"M{_LINKS_AT:g} {above:g}V{top:g}M{_LINKS_AT - 5:g} {top - 8:g}L{_LINKS_AT:g} {top:g}L{_LINKS_AT + 5:g} {top - 8:g}"),
        _draw_record(chain, number, (_RECORDS_AT, down)),
        _draw_link(chain, number, (_LINKS_AT, down), lang),
    )


def _draw_arrow(route: str) -> str:
    return element("path", d=route, fill="none", stroke=LINE, stroke_width=2.0)


def _draw_record(chain: HashChain, number: int, at: Point) -> str:
    """Draw one record as a sheet of paper with a folded corner."""
    (width, height), fold = _RECORD, 9.0
    left, right, top, bottom = at[0] - width / 2, at[0] + width / 2, at[1] - height / 2, at[1] + height / 2
    sheet = f"M{left:g} {top:g}H{right - fold:g}L{right:g} {top + fold:g}V{bottom:g}H{left:g}Z"
    label = chain.labels[number]
    return element(
        "g",
        element("title", escape(label)),
        element("path", d=sheet, fill=GROUND, stroke=LINE, stroke_width=1.5),
        text(str(number), (left + 10, at[1] + 4.5), 12, fill=INK, font_weight="bold"),
        text(shorten(label, width - 38, 12), (left + 28, at[1] + 4.5), 12, fill=INK),
        _draw_change(at, _RECORD) if number == chain.changed else "",
    )


def _draw_link(chain: HashChain, number: int, at: Point, lang: str) -> str:
    """Draw one link, and in one that does not fit what it should be; the whole link shows where a pointer rests on it."""
    is_broken, top = number in chain.broken, at[1] - _LINK[1] / 2
    heading = _phrase(lang, "head" if number == len(chain.links) - 1 else "link", number=number)
    shift = 0 if is_broken else 7
    lines = [
        text(heading, (at[0], top + 16 + shift), 12, fill=INK, text_anchor="middle"),
        _draw_digest(chain.links[number], (at[0], top + 32 + shift), "middle"),
    ]
    if is_broken:
        expected = _phrase(lang, "expected", expected=_get_start(chain.expected[number]))
        lines.append(text(expected, (at[0], top + 47), 12, fill=INK, text_anchor="middle"))
        lines.append(draw_badge((at[0] - _LINK[0] / 2, top), "✗", ORANGE_DARK))
    return element(
        "g",
        element("title", f"{heading}: {chain.links[number].hex()}"),
        draw_box(at, _LINK, GROUND, ORANGE, 3.5) if is_broken else draw_box(at, _LINK, GROUND, LINE, 1.5),
        *lines,
        _draw_change(at, _LINK) if number in chain.relinked else "",
    )


def _draw_change(at: Point, size: tuple[float, float]) -> str:
    """Draw the mark of what was altered around a box."""
    outline = draw_box(at, (size[0] + 10, size[1] + 10), "none", ORANGE, 2.5, radius=7.0, dashes="5 4")
    return outline + draw_badge((at[0] + size[0] / 2 - 1, at[1] - size[1] / 2 + 1), "≠", ORANGE_DARK)


def _draw_published(chain: HashChain, top: float, lang: str) -> str:
    """Draw the published head below the last link, and whether the two are the same."""
    published, down, half = chain.published or b"", top + 44, _LINK[0] / 2 + 23
    sign, colour, badge = ("=", GREEN, GREEN_DARK) if chain.is_published else ("✗", ORANGE, ORANGE_DARK)
    return element(
        "g",
        element("title", f"{_WORDS[lang]['published']}: {published.hex()}"),
        element("path", d=f"M{_LINKS_AT:g} {top:g}V{down - 18:g}", stroke=colour, stroke_width=2.5, fill="none"),
        draw_box((_LINKS_AT - 3, down), (2 * half, 36.0), GREEN_GROUND, GREEN, 2.5, radius=18.0),
        text(_WORDS[lang]["published"], (_LINKS_AT - half + 15, down + 4.5), 12, fill=INK),
        _draw_digest(published, (_LINKS_AT + half - 19, down + 4.5), "end"),
        draw_badge((_LINKS_AT, top + 13), sign, badge),
    )


def _draw_sample(box: str, sign: str, colour: str) -> str:
    return box + text(sign, (0, 4.5), 13, fill=colour, font_weight="bold", text_anchor="middle")


_SAMPLE: Final = (36.0, 16.0)
_SAMPLES: Final = {
    "changed": _draw_sample(draw_box((0, 0), _SAMPLE, "none", ORANGE, 2.5, dashes="5 4"), "≠", INK),
    "broken": _draw_sample(draw_box((0, 0), _SAMPLE, GROUND, ORANGE, 3.0), "✗", INK),
    "published": draw_box((0, 0), _SAMPLE, GREEN_GROUND, GREEN, 2.5, radius=8.0),
}
