"""What members of a network say to each other, as a space-time diagram (Lamport 1978): a line for each member, time runs down.

A message is a slanted line from where it left to where it arrived; kinds of messages differ by colour and dashes. One that was *lost* ends
halfway, at a ✗. Where a member was *down*, its line is missing, between ✗ and ↻. A *decision* is a round badge with what was decided. While
the network was *divided*, the ground is shaded, and a note says into which groups.

Simplifications: more than 10 members or 600 messages are refused: nobody would find a message among them. Timers are not drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from minichain.figures.frame import BLUE, GREEN, GREEN_DARK, MARGIN, ORANGE, ORANGE_DARK, draw_box, draw_legend
from minichain.figures.marks import GROUND, INK, LINE, draw_badge
from minichain.figures.svg import Point, element, escape, picture, shorten, text

MAX_MEMBERS: Final = 10
MAX_MESSAGES: Final = 600

_TIMES: Final = 64.0
"""How wide the column is in which the times stand."""
_PITCH: Final = 112.0
_HEAD: Final = 44.0
_LEAST_HEIGHT, _LARGEST_HEIGHT = 120.0, 1100.0
_PER_MS: Final = 3.0
_LOOKS: Final = ((BLUE, "none"), (GREEN, "7 3"), (ORANGE, "2 3"), (INK, "none"), (LINE, "7 3"), (LINE, "2 3"))
"""Colour and dashes of each kind of message, in the order in which they first occur."""

_WORDS: Final = {
    "en": {
        "title": "Messages between {members} members in {span} ms",
        "said": "{members} members exchange {count} messages from {start} to {end} ms.",
        "lost": "{count} of them are lost.",
        "lost-1": "One of them is lost.",
        "decided": "{who} decides {what} at {at} ms.",
        "first": "{who} is the first to decide, {what} at {at} ms; there are {count} decisions.",
        "none": "Nobody decides.",
        "down": "{who} is down from {start} to {end} ms.",
        "divided": "From {start} to {end} ms the network is divided: {groups}.",
        "evidence": "{who} holds evidence against another member at {at} ms.",
        "legend-lost": "lost",
        "legend-decided": "decides",
        "legend-down": "down",
        "legend-divided": "network divided",
        "legend-evidence": "holds evidence",
        "stop": " ",
        "ms": "{time} ms",
    },
    "zh": {
        "title": "{members} 个成员在 {span} 毫秒内的消息",
        "said": "从第 {start} 到第 {end} 毫秒，{members} 个成员之间发送了 {count} 条消息。",
        "lost": "其中 {count} 条丢失。",
        "decided": "{who} 在第 {at} 毫秒作出决定：{what}。",
        "first": "{who} 在第 {at} 毫秒最先作出决定：{what}；决定共 {count} 次。",
        "none": "没有成员作出决定。",
        "down": "{who} 从第 {start} 到第 {end} 毫秒停机。",
        "divided": "从第 {start} 到第 {end} 毫秒，网络分裂为：{groups}。",
        "evidence": "{who} 在第 {at} 毫秒拿到了另一成员作恶的证据。",
        "legend-lost": "丢失",
        "legend-decided": "作出决定",
        "legend-down": "停机",
        "legend-divided": "网络分裂",
        "legend-evidence": "持有证据",
        "stop": "",
        "ms": "{time} 毫秒",
    },
}


@dataclass(frozen=True, slots=True)
class Arrow:
    """A message: who sent it to whom, when it left and when it arrived (None: it was lost), its kind, and all that it says."""

    sender: str
    recipient: str
    sent_ms: int
    arrived_ms: int | None
    kind: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A member decided."""

    member: str
    at_ms: int
    what: str


@dataclass(frozen=True, slots=True)
class Outage:
    """A member did not run."""

    member: str
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Division:
    """The network was in groups that did not hear each other."""

    from_ms: int
    until_ms: int
    groups: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A member can prove that another one broke the rules."""

    member: str
    at_ms: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class SpaceTime:
    """What happened between two moments. Raises ValueError where that is too much for a picture or does not fit together."""

    members: tuple[str, ...]
    from_ms: int
    until_ms: int
    arrows: tuple[Arrow, ...] = ()
    decisions: tuple[Decision, ...] = ()
    outages: tuple[Outage, ...] = ()
    divisions: tuple[Division, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn, so that whoever draws it need not ask."""
        if not 1 <= len(self.members) <= MAX_MEMBERS or len(set(self.members)) != len(self.members):
            raise ValueError(f"{len(self.members)} members; the figure shows 1 to {MAX_MEMBERS}, each once")
        if self.until_ms <= self.from_ms:
            raise ValueError(f"from {self.from_ms} to {self.until_ms} ms no time passes")
        if len(self.arrows) > MAX_MESSAGES:
            raise ValueError(f"{len(self.arrows)} messages; the figure shows at most {MAX_MESSAGES}: show a shorter time")
        named = {name for arrow in self.arrows for name in (arrow.sender, arrow.recipient)}
        named |= {one.member for one in self.decisions} | {one.member for one in self.outages} | {one.member for one in self.evidence}
        if named - set(self.members):
            raise ValueError(f"{sorted(named - set(self.members))[0]!r} is not among the members {', '.join(self.members)}")

    @property
    def kinds(self) -> list[str]:
        """The kinds of messages, in the order in which they first occur."""
        return list(dict.fromkeys(arrow.kind for arrow in self.arrows))


def describe_space_time(diagram: SpaceTime, lang: str = "en") -> str:
    """Return in words what the picture shows, in the language `lang` ("en" or "zh")."""
    return _WORDS[lang]["stop"].join(_compute_sentences(diagram, lang))


def draw_space_time(diagram: SpaceTime, lang: str = "en") -> str:
    """Return the picture as one SVG element, with its text alternative in the language `lang` ("en" or "zh")."""
    span = diagram.until_ms - diagram.from_ms
    height = min(max(span * _PER_MS, _LEAST_HEIGHT), _LARGEST_HEIGHT)
    layout = _Layout(diagram, height)
    parts = [
        *(_draw_division(layout, division) for division in diagram.divisions),
        *_draw_times(layout, lang),
        *(_draw_member(layout, name) for name in diagram.members),
        *(_draw_arrow(layout, arrow) for arrow in sorted(diagram.arrows, key=lambda arrow: arrow.arrived_ms is None)),
        *(_draw_mark(layout, one.member, one.at_ms, one.what, one.what, GREEN_DARK) for one in diagram.decisions),
        *(_draw_mark(layout, one.member, one.at_ms, "!", one.label, ORANGE_DARK) for one in diagram.evidence),
    ]
    legend, bottom = draw_legend(_list_marks(diagram, lang), _compute_sentences(diagram, lang), layout.bottom + 24, layout.width)
    title = _WORDS[lang]["title"].format(members=len(diagram.members), span=span)
    return picture(layout.width, bottom + MARGIN, title, describe_space_time(diagram, lang), *parts, legend)


def _compute_sentences(diagram: SpaceTime, lang: str) -> list[str]:
    words = _WORDS[lang]
    numbers = {"members": len(diagram.members), "count": len(diagram.arrows), "start": diagram.from_ms, "end": diagram.until_ms}
    sentences = [words["said"].format(**numbers)]
    lost = sum(arrow.arrived_ms is None for arrow in diagram.arrows)
    if lost:
        sentences.append(words.get(f"lost-{lost}", words["lost"]).format(count=lost))
    for division in diagram.divisions:
        sentences.append(words["divided"].format(start=division.from_ms, end=division.until_ms, groups=division.groups))
    for down in diagram.outages:
        sentences.append(words["down"].format(who=down.member, start=down.from_ms, end=down.until_ms))
    for one in diagram.evidence[:1]:
        sentences.append(words["evidence"].format(who=one.member, at=one.at_ms))
    if diagram.decisions:
        first = min(diagram.decisions, key=lambda decision: decision.at_ms)
        key = "decided" if len(diagram.decisions) == 1 else "first"
        sentences.append(words[key].format(who=first.member, what=first.what, at=first.at_ms, count=len(diagram.decisions)))
    else:
        sentences.append(words["none"])
    return sentences


class _Layout:
    """Where members and moments are in the picture."""

    def __init__(self, diagram: SpaceTime, height: float) -> None:
        self.diagram = diagram
        self.scale = height / (diagram.until_ms - diagram.from_ms)
        self.top = _HEAD + 18
        self.bottom = self.top + height
        self.width = MARGIN + _TIMES + _PITCH * max(len(diagram.members), 3) + MARGIN

    def find_column(self, member: str) -> float:
        """Return how far from the left a member's line is."""
        return MARGIN + _TIMES + _PITCH * (self.diagram.members.index(member) + 0.5)

    def find_moment(self, at_ms: float) -> float:
        """Return how far down a moment is; what lies outside of the time that is shown is at its edge."""
        return self.top + (min(max(at_ms, self.diagram.from_ms), self.diagram.until_ms) - self.diagram.from_ms) * self.scale


def _draw_times(layout: _Layout, lang: str) -> list[str]:
    """Draw a time every so often, in round numbers."""
    span = layout.diagram.until_ms - layout.diagram.from_ms
    step = next(step for step in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, span + 1) if span / step <= 12)
    parts = []
    for at_ms in range(-(-layout.diagram.from_ms // step) * step, layout.diagram.until_ms + 1, step):
        down = layout.find_moment(at_ms)
        route = f"M{MARGIN + _TIMES:g} {down:g}H{layout.width - MARGIN:g}"
        parts.append(element("path", d=route, stroke=LINE, stroke_width=0.5, stroke_dasharray="1 4", fill="none"))
        label = _WORDS[lang]["ms"].format(time=at_ms)
        box = draw_box((MARGIN + _TIMES / 2 - 4, down), (_TIMES - 8, 18), GROUND, "none", 0)
        parts.append(box + text(label, (MARGIN + _TIMES - 12, down + 4), 12, fill=INK, text_anchor="end"))
    return parts


def _draw_member(layout: _Layout, member: str) -> str:
    """Draw a member's name and its line, with a gap where it was down."""
    column = layout.find_column(member)
    parts = [draw_box((column, _HEAD - 12), (_PITCH - 20, 30), GROUND, LINE, 1.5)]
    parts.append(text(shorten(member, _PITCH - 30, 14), (column, _HEAD - 7), 14, fill=INK, text_anchor="middle", font_weight="bold"))
    start = _HEAD + 3
    for down in sorted((down for down in layout.diagram.outages if down.member == member), key=lambda down: down.from_ms):
        begin, end = layout.find_moment(down.from_ms), layout.find_moment(down.until_ms)
        parts.append(element("path", d=f"M{column:g} {start:g}V{begin:g}", stroke=LINE, stroke_width=2.5, fill="none"))
        parts.append(_draw_sign((column + 17, begin), "✗"))
        if down.until_ms <= layout.diagram.until_ms:
            parts.append(_draw_sign((column + 17, max(end, begin + 16)), "↻"))
        start = end
    if start < layout.bottom:
        parts.append(element("path", d=f"M{column:g} {start:g}V{layout.bottom:g}", stroke=LINE, stroke_width=2.5, fill="none"))
    return element("g", *parts)


def _draw_sign(at: Point, sign: str) -> str:
    box = draw_box(at, (16, 15), GROUND, LINE, 1.0, radius=3.0)
    return box + text(sign, (at[0], at[1] + 4.5), 12, fill=ORANGE_DARK, text_anchor="middle", font_weight="bold")


def _draw_division(layout: _Layout, division: Division) -> str:
    """Shade the time in which the network was divided."""
    top, bottom = layout.find_moment(division.from_ms), layout.find_moment(division.until_ms)
    left, right = MARGIN + _TIMES, layout.width - MARGIN
    looks: dict[str, str | float] = {"fill": ORANGE, "fill_opacity": 0.09, "stroke": ORANGE, "stroke_width": 1.0, "stroke_dasharray": "5 4"}
    return element(
        "g",
        element("title", escape(division.groups)),
        element("rect", x=left, y=top, width=right - left, height=max(bottom - top, 2.0), **looks),
    )


def _draw_arrow(layout: _Layout, arrow: Arrow) -> str:
    """Draw a message; all that it says shows where a pointer rests on it."""
    colour, dashes = _get_look(layout.diagram, arrow.kind)
    start = layout.find_column(arrow.sender), layout.find_moment(arrow.sent_ms)
    label = escape(f"{arrow.sender} → {arrow.recipient}: {arrow.label or arrow.kind}")
    if arrow.arrived_ms is None:
        towards = layout.find_column(arrow.recipient)
        end = start[0] + (towards - start[0]) * 0.35, min(start[1] + 10, layout.bottom)
        line = element("path", d=_route(start, end), stroke=colour, stroke_width=1.3, stroke_dasharray=dashes, fill="none")
        return element("g", element("title", label), line, text("✗", (end[0], end[1] + 4), 12, fill=ORANGE_DARK, text_anchor="middle"))
    end = layout.find_column(arrow.recipient), layout.find_moment(arrow.arrived_ms)
    line = element("path", d=_route(start, end), stroke=colour, stroke_width=1.5, stroke_dasharray=dashes, fill="none")
    if arrow.arrived_ms > layout.diagram.until_ms:
        return element("g", element("title", label), line)
    return element("g", element("title", label), line, _draw_head(start, end, colour))


def _route(start: Point, end: Point) -> str:
    return f"M{start[0]:g} {start[1]:g}L{end[0]:g} {end[1]:g}"


def _draw_head(start: Point, end: Point, colour: str) -> str:
    """Draw the head of an arrow that comes from `start`."""
    length = max(((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5, 1.0)
    across, down = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    back = end[0] - 8 * across, end[1] - 8 * down
    left, right = (back[0] - 3.5 * down, back[1] + 3.5 * across), (back[0] + 3.5 * down, back[1] - 3.5 * across)
    return element("path", d=f"M{left[0]:.4g} {left[1]:.4g}L{end[0]:.4g} {end[1]:.4g}L{right[0]:.4g} {right[1]:.4g}Z", fill=colour)


def _draw_mark(layout: _Layout, member: str, at_ms: int, sign: str, label: str, colour: str) -> str:
    """Draw a badge on a member's line."""
    at = layout.find_column(member), layout.find_moment(at_ms)
    return element("g", element("title", escape(label)), draw_badge(at, shorten(sign, 18, 13), colour))


def _get_look(diagram: SpaceTime, kind: str) -> tuple[str, str]:
    return _LOOKS[diagram.kinds.index(kind) % len(_LOOKS)]


def _list_marks(diagram: SpaceTime, lang: str) -> list[tuple[str, str]]:
    """Return the samples of the legend with their meanings, of what occurs."""
    words, marks = _WORDS[lang], []
    for kind in diagram.kinds:
        colour, dashes = _get_look(diagram, kind)
        line = element("path", d="M-18 0H12", stroke=colour, stroke_width=2.0, stroke_dasharray=dashes, fill="none")
        marks.append((line + _draw_head((-18, 0), (18, 0), colour), kind))
    samples: Sequence[tuple[bool, str, str]] = (
        (any(arrow.arrived_ms is None for arrow in diagram.arrows), text("✗", (0, 4), 13, fill=ORANGE_DARK, text_anchor="middle"), "lost"),
        (bool(diagram.decisions), draw_badge((0, 0), "1", GREEN_DARK), "decided"),
        (bool(diagram.outages), _draw_sign((-9, 0), "✗") + _draw_sign((9, 0), "↻"), "down"),
        (bool(diagram.divisions), draw_box((0, 0), (34, 16), "none", ORANGE, 1.0, dashes="5 4"), "divided"),
        (bool(diagram.evidence), draw_badge((0, 0), "!", ORANGE_DARK), "evidence"),
    )
    return marks + [(sample, words[f"legend-{name}"]) for occurs, sample, name in samples if occurs]
