"""How one record spreads among a few nodes, as a space-time diagram (Lamport 1978): a line for each node, time runs down.

A node's line is thin until it hears of the record and thick from then on, with a ● where it does. A message is a slanted line with its
number; what carries the record is whole, what only compares notes is dotted. A message that was lost ends halfway, at a ✗. Below each
line stands ✓ for a node that has heard, and ✗ for one that has not.

It is the figure `space_time` for one record, narrow enough for a phone, with numbers by which a reader can name a message.

Simplifications: at most 8 nodes and 80 messages.
"""

from dataclasses import dataclass
from typing import Final

from minichain.figures.frame import BLUE, GREEN, GREEN_DARK, MARGIN, ORANGE_DARK, draw_box, draw_legend
from minichain.figures.marks import GROUND, INK, LINE, draw_badge
from minichain.figures.svg import Point, element, escape, picture, shorten, text

MAX_NODES: Final = 8
MAX_MESSAGES: Final = 80

_TIMES: Final = 52.0
_PITCH: Final = 58.0
_HEAD: Final = 40.0
_PER_MS: Final = 2.0

_WORDS: Final = {
    "en": {
        "title": "How a record spreads among {nodes} nodes",
        "said": "{count} messages in {span} ms, {lost} of them lost.",
        "heard": "Who has heard: {who}.",
        "one": "{name} at {at} ms",
        "none": "nobody",
        "never": "Who has not: {who}.",
        "all": "Everybody has heard.",
        "carries": "carries the record",
        "notes": "compares notes",
        "lost": "lost",
        "hears": "hears of it",
        "ms": "{time} ms",
        "stop": " ",
        "comma": ", ",
        "message": "{number}: {sender} to {recipient}",
    },
    "zh": {
        "title": "一条记录怎样在 {nodes} 个节点之间传开",
        "said": "{span} 毫秒内有 {count} 条消息，其中 {lost} 条丢失。",
        "heard": "已经听到的：{who}。",
        "one": "{name}（第 {at} 毫秒）",
        "none": "没有",
        "never": "还没有听到的：{who}。",
        "all": "大家都听到了。",
        "carries": "带着记录",
        "notes": "核对手里有什么",
        "lost": "丢失",
        "hears": "听到",
        "ms": "{time} 毫秒",
        "stop": "",
        "comma": "、",
        "message": "{number}：{sender} 发给 {recipient}",
    },
}


@dataclass(frozen=True, slots=True)
class Passing:
    """A message: who sent it to whom, when it left and arrived (None: it was lost), and whether it carries the record.

    `number` is what the picture calls it; without one, it is its place in the list.
    """

    sender: str
    recipient: str
    sent_ms: int
    arrived_ms: int | None
    carries: bool = True
    number: int | None = None


@dataclass(frozen=True, slots=True)
class GossipSpread:
    """What to draw; `heard` says when each node heard of the record. Raises ValueError where that does not fit or is too much."""

    nodes: tuple[str, ...]
    until_ms: int
    messages: tuple[Passing, ...]
    heard: tuple[tuple[str, int], ...]

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if not 2 <= len(self.nodes) <= MAX_NODES or len(set(self.nodes)) != len(self.nodes):
            raise ValueError(f"{len(self.nodes)} nodes; the figure shows 2 to {MAX_NODES}, each once")
        if len(self.messages) > MAX_MESSAGES or self.until_ms <= 0:
            raise ValueError(f"{len(self.messages)} messages in {self.until_ms} ms; the figure shows at most {MAX_MESSAGES}, in some time")
        named = {name for one in self.messages for name in (one.sender, one.recipient)} | {name for name, _ in self.heard}
        if named - set(self.nodes):
            raise ValueError(f"{min(named - set(self.nodes))!r} is not among the nodes {', '.join(self.nodes)}")


def describe_gossip_spread(spread: GossipSpread, lang: str = "en") -> str:
    """Return in words what the picture shows, in the language `lang` ("en" or "zh")."""
    return _WORDS[lang]["stop"].join(_compute_sentences(spread, lang))


def draw_gossip_spread(spread: GossipSpread, lang: str = "en", *, with_words: bool = True) -> str:
    """Return the picture as one SVG element, with its text alternative in the language `lang` ("en" or "zh").

    `with_words` repeats the text alternative below the picture, for all to read.
    """
    layout, words = _Layout(spread), _WORDS[lang]
    parts = [
        *_draw_times(layout, lang),
        *(_draw_node(layout, name) for name in spread.nodes),
        *(_draw_line(layout, message) for message in spread.messages),
        *(_draw_dot((layout.find_column(name), layout.find_moment(at_ms))) for name, at_ms in spread.heard),
        *(_draw_number(layout, place, message, lang) for place, message in enumerate(spread.messages, 1)),
    ]
    sentences = _compute_sentences(spread, lang) if with_words else []
    legend, bottom = draw_legend(_list_marks(spread, lang), sentences, layout.bottom + 40, layout.width)
    title = words["title"].format(nodes=len(spread.nodes))
    return picture(layout.width, bottom + MARGIN, title, describe_gossip_spread(spread, lang), *parts, legend)


def _compute_sentences(spread: GossipSpread, lang: str) -> list[str]:
    words = _WORDS[lang]
    lost = sum(message.arrived_ms is None for message in spread.messages)
    heard = dict(spread.heard)
    told = [words["one"].format(name=name, at=at_ms) for name, at_ms in sorted(spread.heard, key=lambda pair: pair[1])]
    left = [name for name in spread.nodes if name not in heard]
    return [
        words["said"].format(count=len(spread.messages), span=spread.until_ms, lost=lost),
        words["heard"].format(who=words["comma"].join(told) or words["none"]),
        words["never"].format(who=words["comma"].join(left)) if left else words["all"],
    ]


class _Layout:
    """Where nodes and moments are in the picture."""

    def __init__(self, spread: GossipSpread) -> None:
        self.spread = spread
        self.heard = dict(spread.heard)
        self.top = _HEAD + 14
        self.bottom = self.top + spread.until_ms * _PER_MS
        self.width = MARGIN + _TIMES + _PITCH * max(len(spread.nodes), 5) + MARGIN

    def find_column(self, name: str) -> float:
        """Return how far from the left a node's line is."""
        return MARGIN + _TIMES + _PITCH * (self.spread.nodes.index(name) + 0.5)

    def find_moment(self, at_ms: float) -> float:
        """Return how far down a moment is; what comes later than the picture's end is at its edge."""
        return self.top + min(at_ms, self.spread.until_ms) * _PER_MS

    def find_ends(self, message: Passing) -> tuple[Point, Point]:
        """Return where a message's line begins and ends: at the recipient, on the way to it, or at the edge of the picture."""
        start = self.find_column(message.sender), self.find_moment(message.sent_ms)
        towards = self.find_column(message.recipient)
        if message.arrived_ms is None:
            return start, (start[0] + (towards - start[0]) * 0.5, min(start[1] + 24, self.bottom))
        shown = min(1.0, (self.spread.until_ms - message.sent_ms) / (message.arrived_ms - message.sent_ms))
        return start, (start[0] + (towards - start[0]) * shown, self.find_moment(message.arrived_ms))


def _draw_times(layout: _Layout, lang: str) -> list[str]:
    parts = []
    for at_ms in range(0, layout.spread.until_ms + 1, 50):
        down = layout.find_moment(at_ms)
        route = f"M{MARGIN + _TIMES:g} {down:g}H{layout.width - MARGIN:g}"
        parts.append(element("path", d=route, stroke=LINE, stroke_width=0.5, stroke_dasharray="1 4", fill="none"))
        parts.append(draw_box((MARGIN + _TIMES / 2 - 2, down), (_TIMES + 2, 18), GROUND, "none", 0))
        label = _WORDS[lang]["ms"].format(time=at_ms)
        parts.append(text(label, (MARGIN + _TIMES - 4, down + 4), 11, fill=INK, text_anchor="end"))
    return parts


def _draw_node(layout: _Layout, name: str) -> str:
    """Draw a node's name, its line, and whether it has heard in the end."""
    column, heard_ms = layout.find_column(name), layout.heard.get(name)
    parts = [draw_box((column, _HEAD - 10), (_PITCH - 14, 28), GROUND, LINE, 1.5)]
    parts.append(text(shorten(name, _PITCH - 20, 14), (column, _HEAD - 5), 14, fill=INK, text_anchor="middle", font_weight="bold"))
    turns = layout.find_moment(heard_ms) if heard_ms is not None else layout.bottom
    parts.append(element("path", d=f"M{column:g} {_HEAD + 4:g}V{turns:g}", stroke=LINE, stroke_width=1.2, fill="none"))
    if heard_ms is not None:
        parts.append(element("path", d=f"M{column:g} {turns:g}V{layout.bottom:g}", stroke=GREEN, stroke_width=5.0, fill="none"))
    sign, ground = ("✓", GREEN_DARK) if heard_ms is not None else ("✗", ORANGE_DARK)
    return element("g", *parts, draw_badge((column, layout.bottom + 16), sign, ground))


def _draw_line(layout: _Layout, message: Passing) -> str:
    start, end = layout.find_ends(message)
    colour, dashes, width = (BLUE, "none", 1.8) if message.carries else (LINE, "2 3", 1.2)
    route = f"M{start[0]:.4g} {start[1]:.4g}L{end[0]:.4g} {end[1]:.4g}"
    line = element("path", d=route, stroke=colour, stroke_width=width, stroke_dasharray=dashes, fill="none")
    if message.arrived_ms is None:
        return line + text("✗", (end[0], end[1] + 5), 15, fill=ORANGE_DARK, text_anchor="middle", font_weight="bold")
    return line + (_draw_head(start, end, colour) if message.arrived_ms <= layout.spread.until_ms else "")


def _draw_head(start: Point, end: Point, colour: str) -> str:
    length = max(((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5, 1.0)
    across, down = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    tip = end[0] - 3 * across, end[1] - 3 * down
    back = tip[0] - 8 * across, tip[1] - 8 * down
    left, right = (back[0] - 3.5 * down, back[1] + 3.5 * across), (back[0] + 3.5 * down, back[1] - 3.5 * across)
    route = f"M{left[0]:.4g} {left[1]:.4g}L{tip[0]:.4g} {tip[1]:.4g}L{right[0]:.4g} {right[1]:.4g}"
    return element("path", d=route, stroke=colour, stroke_width=1.8, fill="none")


def _draw_dot(at: Point) -> str:
    return element("circle", cx=at[0], cy=at[1], r=6.0, fill=GREEN_DARK, stroke="#ffffff", stroke_width=1.5)


def _draw_number(layout: _Layout, place: int, message: Passing, lang: str) -> str:
    """Draw a message's number on its line, near where it left; farther away if another one left there before it."""
    start, end = layout.find_ends(message)
    earlier, number = layout.spread.messages[: place - 1], message.number or place
    beside = sum(one.sender == message.sender and abs(one.sent_ms - message.sent_ms) < 8 for one in earlier)
    away = min((20.0 + 20.0 * (beside % 3)) / max(abs(end[0] - start[0]), 1.0), 0.8)
    at = start[0] + (end[0] - start[0]) * away, start[1] + (end[1] - start[1]) * away
    label = escape(_WORDS[lang]["message"].format(number=number, sender=message.sender, recipient=message.recipient))
    box = draw_box(at, (17, 14), GROUND, BLUE if message.carries else LINE, 1.0, radius=7.0)
    return element("g", element("title", label), box, text(str(number), (at[0], at[1] + 4), 10.5, fill=INK, text_anchor="middle"))


def _list_marks(spread: GossipSpread, lang: str) -> list[tuple[str, str]]:
    words, marks = _WORDS[lang], []
    for carries, colour, dashes, key in ((True, BLUE, "none", "carries"), (False, LINE, "2 3", "notes")):
        if any(message.carries is carries for message in spread.messages):
            line = element("path", d="M-18 0H12", stroke=colour, stroke_width=1.8, stroke_dasharray=dashes, fill="none")
            marks.append((line + _draw_head((-18, 0), (18, 0), colour), words[key]))
    if any(message.arrived_ms is None for message in spread.messages):
        marks.append((text("✗", (0, 5), 15, fill=ORANGE_DARK, text_anchor="middle", font_weight="bold"), words["lost"]))
    return [*marks, (_draw_dot((0, 0)), words["hears"])]
