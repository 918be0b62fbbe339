"""What engines cost, against the number of members: a line for each engine, both axes in powers.

On such axes what grows like n is a straight line of slope 1, like n squared one of slope 2, so lines that run alike grow alike. Lines
differ by colour, dashes and the shape of their points, and bear their names at the right end. An engine that needs nothing at all cannot be
drawn on such an axis; it is told in words.

Simplifications: more than six engines are refused. Points are joined by straight lines; nothing was measured between them.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from minichain.figures.frame import BLUE, GREEN, MARGIN, ORANGE, draw_box, draw_legend
from minichain.figures.marks import GROUND, INK, LINE
from minichain.figures.svg import Point, element, escape, estimate_width, picture, text

MAX_SERIES: Final = 6

_WIDTH: Final = 600.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 74.0, 96.0, 46.0, 318.0
_LOOKS: Final = ((BLUE, "none"), (GREEN, "7 3"), (ORANGE, "none"), (INK, "2 3"), (LINE, "none"), (BLUE, "7 3"))
"""Colour and dashes of each line."""

_WORDS: Final = {
    "en": {
        "title": "{measure} of {count} engines",
        "members": "members",
        "messages": "messages per block",
        "latency": "milliseconds until a decision",
        "line": "{name}: {first} with {small} members, {last} with {large}.",
        "growth": "{name}: {first} with {small} members, {last} with {large}; that grows like n to the power {power}.",
        "single": "{name}: {last}; only n = {large} was measured.",
        "zero": "{name}: {last}, and so no line.",
        "none": "{name}: nothing was decided in time.",
        "stop": " ",
    },
    "zh": {
        "title": "{count} 种引擎：{measure}",
        "members": "成员数",
        "messages": "每个区块的消息数",
        "latency": "到作出决定的毫秒数",
        "line": "{name}：{small} 个成员时为 {first}，{large} 个时为 {last}。",
        "growth": "{name}：{small} 个成员时为 {first}，{large} 个时为 {last}；按 n 的 {power} 次方增长。",
        "single": "{name}：{last}；只测了 n = {large}。",
        "zero": "{name}：{last}，所以没有线。",
        "none": "{name}：时限内什么也没有决定。",
        "stop": "",
    },
}


@dataclass(frozen=True, slots=True)
class Series:
    """An engine's name and its points: numbers of members, ascending, and what was measured there."""

    name: str
    points: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class EngineChart:
    """Measurements of engines. `measure` is "messages" or "latency". Raises ValueError where that cannot be drawn."""

    measure: str
    series: tuple[Series, ...]

    def __post_init__(self) -> None:
        """Refuse what is no measurement, so that whoever draws it need not ask."""
        if self.measure not in ("messages", "latency"):
            raise ValueError(f"{self.measure!r} is measured nowhere; the figure shows messages or latency")
        if not 1 <= len(self.series) <= MAX_SERIES:
            raise ValueError(f"{len(self.series)} engines; the figure shows 1 to {MAX_SERIES}")
        for one in self.series:
            sizes = [size for size, _ in one.points]
            if sizes != sorted(set(sizes)) or any(size < 1 or value < 0 for size, value in one.points):
                raise ValueError(f"the points of {one.name} are {one.points}; sizes ascend from 1, and values are 0 or more")

    @property
    def lines(self) -> list[tuple[int, Series]]:
        """The series that can be drawn, with the numbers of their looks."""
        return [(index, one) for index, one in enumerate(self.series) if one.points and all(value > 0 for _, value in one.points)]


def describe_engine_chart(chart: EngineChart, lang: str = "en") -> str:
    """Return in words what the picture shows, in the language `lang` ("en" or "zh")."""
    return _WORDS[lang]["stop"].join(_compute_sentences(chart, lang))


def draw_engine_chart(chart: EngineChart, lang: str = "en", *, with_words: bool = True) -> str:
    """Return the picture as one SVG element, with its text alternative in the language `lang` ("en" or "zh").

    `with_words=False` is for a page that sets the sentences itself, where a narrow screen can break them.
    """
    words = _WORDS[lang]
    axes = _Axes(chart)
    sentences = _compute_sentences(chart, lang) if with_words else []
    legend, bottom = draw_legend([], sentences, _BOTTOM + 56, _WIDTH) if sentences else ("", _BOTTOM + 44)
    title = words["title"].format(measure=words[chart.measure], count=len(chart.series))
    return picture(
        _WIDTH,
        bottom + MARGIN,
        title,
        describe_engine_chart(chart, lang),
        draw_box((_WIDTH / 2, (_BOTTOM + 44 + 8) / 2), (_WIDTH - 16, _BOTTOM + 44 - 8), GROUND, LINE, 1.0, radius=6.0),
        *_draw_axes(axes, words[chart.measure], words["members"]),
        *(_draw_line(axes, one, index) for index, one in chart.lines),
        *_draw_names(axes, chart),
        legend,
    )


def _compute_sentences(chart: EngineChart, lang: str) -> list[str]:
    words, sentences = _WORDS[lang], []
    for one in chart.series:
        if not one.points:
            sentences.append(words["none"].format(name=one.name))
            continue
        (small, first), (large, last) = one.points[0], one.points[-1]
        fields = {"name": one.name, "small": small, "first": _format(first), "large": large, "last": _format(last)}
        if last == 0:
            sentences.append(words["zero"].format(**fields))
        elif small == large:
            sentences.append(words["single"].format(**fields))
        elif chart.measure == "messages" and first > 0 and small < large:
            power = math.log(last / first) / math.log(large / small)
            sentences.append(words["growth"].format(**fields, power=f"{power:.1f}"))
        else:
            sentences.append(words["line"].format(**fields))
    return sentences


def _format(value: float) -> str:
    """Return a number as one reads it: 4.7, 120, 19 842.

    >>> _format(4.68), _format(120.4), _format(19842.1)
    ('4.7', '120', '19\\u202f842')
    """
    return f"{value:.1f}" if 0 < value < 10 else f"{value:,.0f}".replace(",", "\u202f")


class _Axes:
    """Where a point of the chart is in the picture."""

    def __init__(self, chart: EngineChart) -> None:
        points = [point for _, one in chart.lines for point in one.points] or [(1, 1.0), (10, 10.0)]
        self.sizes = sorted({size for size, _ in points})
        low, high = min(value for _, value in points), max(value for _, value in points)
        self.low, self.high = math.floor(math.log10(low)), math.ceil(math.log10(high * 1.05))
        self.high = max(self.high, self.low + 1)

    def find(self, size: float, value: float) -> Point:
        """Return the place of a measurement."""
        first, last = math.log(self.sizes[0]), math.log(max(self.sizes[-1], self.sizes[0] + 1))
        across = _LEFT + (math.log(size) - first) / (last - first) * (_WIDTH - _LEFT - _RIGHT)
        return across, _BOTTOM - (math.log10(value) - self.low) / (self.high - self.low) * (_BOTTOM - _TOP)


def _draw_axes(axes: _Axes, measure: str, members: str) -> Iterable[str]:
    """Draw a line for each power of ten and for each number of members, with their names."""
    for power in range(axes.low, axes.high + 1):
        down = axes.find(axes.sizes[0], 10.0**power)[1]
        route = f"M{_LEFT:g} {down:g}H{_WIDTH - _RIGHT:g}"
        yield element("path", d=route, fill="none", stroke=LINE, stroke_width=0.7, stroke_dasharray="1 3")
        yield text(_format(10.0**power) if power else "1", (_LEFT - 8, down + 4.5), 12.5, fill=INK, text_anchor="end")
    for size in axes.sizes:
        across = axes.find(size, 10.0**axes.low)[0]
        route = f"M{across:g} {_TOP:g}V{_BOTTOM + 5:g}"
        yield element("path", d=route, fill="none", stroke=LINE, stroke_width=0.7, stroke_dasharray="1 3")
        yield text(str(size), (across, _BOTTOM + 20), 12.5, fill=INK, text_anchor="middle")
    yield text(measure, (_LEFT - 50, _TOP - 18), 13, fill=INK, font_weight="bold")
    yield text(members, ((_LEFT + _WIDTH - _RIGHT) / 2, _BOTTOM + 38), 13, fill=INK, font_weight="bold", text_anchor="middle")


def _draw_line(axes: _Axes, one: Series, index: int) -> str:
    """Draw an engine's line, and a mark at each point that tells its number."""
    colour, dashes = _LOOKS[index]
    places = [axes.find(size, value) for size, value in one.points]
    route = "M" + "L".join(f"{across:g} {down:g}" for across, down in places)
    line = element("path", d=route, fill="none", stroke=colour, stroke_width=2.5, stroke_dasharray=dashes)
    marks = []
    for (size, value), place in zip(one.points, places, strict=True):
        title = element("title", escape(f"{one.name}, n = {size}: {_format(value)}"))
        marks.append(element("g", title, _draw_mark(place, index, colour)))
    return line + "".join(marks)


def _draw_mark(at: Point, index: int, colour: str) -> str:
    """Draw the mark of a line around a point: circle, square, triangle, diamond, and hollow ones."""
    across, down = at
    ground = colour if index < 4 else GROUND
    if index % 4 == 0:
        return element("circle", cx=across, cy=down, r=5.0, fill=ground, stroke=colour, stroke_width=2.0)
    shapes = {1: "m-5-5h10v10h-10z", 2: "m0-6l6 11h-12z", 3: "m0-6l6 6l-6 6l-6-6z"}
    return element("path", d=f"M{across:g} {down:g}{shapes[index % 4]}", fill=ground, stroke=colour, stroke_width=2.0)


def _draw_names(axes: _Axes, chart: EngineChart) -> Iterable[str]:
    """Write each engine's name at the end of its line, lower where the one above is too near."""
    ends: list[tuple[float, Point, int, str]] = []
    for index, one in chart.lines:
        at = axes.find(*one.points[-1])
        ends.append((at[1], at, index, one.name))
    least = 0.0
    for down, at, index, name in sorted(ends):
        least = max(down, least + 17) if least else down
        colour = _LOOKS[index][0]
        across = _WIDTH - _RIGHT + 16
        if abs(least - down) > 2 or at[0] < across - 20:
            route = f"M{at[0] + 7:g} {at[1]:g}L{across - 3:g} {least:g}"
            yield element("path", d=route, fill="none", stroke=colour, stroke_width=0.8)
        yield _draw_name(name, (across, least + 4.5))


def _draw_name(name: str, at: Point) -> str:
    size = 13.0 if estimate_width(name, 13) < _RIGHT - 28 else 11.0
    return text(name, at, size, fill=INK, font_weight="bold")
