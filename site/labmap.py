"""The labs as a picture: one below the other, in the order of the courses, with lines from each to those that build on it.

A line goes straight down to the next lab; to one further down it goes by a rail on the left. A line that others imply is left out (the
picture is the transitive reduction), and below each title stands in figures what the lines say. A lab that exists has a filled mark and a
full line, one that is planned an empty mark and a dashed line; colour says nothing that these do not.

Simplifications: titles stand on one line, and are cut where they do not fit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from minichain.figures.frame import GREEN, GREEN_DARK
from minichain.figures.marks import GROUND, INK, LINE
from minichain.figures.svg import element, picture, shorten, text

WIDTH: Final = 392.0
_ROW: Final = 41.0
_HEAD: Final = 46.0
_RAIL: Final = 11.0
_TOP: Final = 10.0
_BEND: Final = 5.0
_SOFT: Final = "#5a6472"
"""Grey for the lesser words, which can be read on a light ground; a dark page replaces it."""
_WORDS: Final = {
    "en": {
        "title": "What must come before what: {count} labs in {courses} courses",
        "here": "{here} labs are here, {planned} are planned.",
        "course": "{name}:",
        "after": "after {labs}",
        "first": "from the beginning",
        "planned": "planned",
        "and": ", ",
        "lab": "lab {number:02} {rest}",
        "stop": " ",
        "end": ".",
        "next": "; ",
    },
    "zh": {
        "title": "先学什么，后学什么：{courses} 门课共 {count} 个实验",
        "here": "已上线 {here} 个实验，计划中 {planned} 个。",
        "course": "{name}：",
        "after": "先完成 {labs}",
        "first": "可以直接开始",
        "planned": "计划中",
        "and": "、",
        "lab": "实验 {number:02} {rest}",
        "stop": "",
        "end": "。",
        "next": "；",
    },
}


@dataclass(frozen=True, slots=True)
class Station:
    """One lab on the map: its number, its course, its title, the numbers of the labs before it, whether it exists, and where it begins."""

    number: int
    course: str
    title: str
    after: tuple[int, ...]
    is_here: bool
    address: str = ""


def compute_reduction(stations: Sequence[Station]) -> dict[int, tuple[int, ...]]:
    """Return for each lab those before it that no other of them implies. Raises ValueError if one stands before what it needs.

    >>> compute_reduction([Station(1, "c", "", (), True), Station(2, "c", "", (1,), True), Station(3, "c", "", (1, 2), True)])
    {1: (), 2: (1,), 3: (2,)}
    """
    implied: dict[int, set[int]] = {}
    reduced = {}
    for station in stations:
        if unknown := [number for number in station.after if number not in implied]:
            raise ValueError(f"lab {station.number} builds on lab {unknown[0]}, which does not stand before it")
        indirect = set().union(*(implied[number] for number in station.after))
        reduced[station.number] = tuple(number for number in station.after if number not in indirect)
        implied[station.number] = indirect | set(station.after)
    return reduced


def compute_rails(stations: Sequence[Station]) -> dict[int, tuple[int, int]]:
    """Return lab -> (its rail, counted from the marks, and the last lab that it leads to), for each that leads further than the next lab.

    Short rails run close to the marks; two share a rail only where one ends above the beginning of the other.
    """
    place = {station.number: row for row, station in enumerate(stations)}
    ends: dict[int, int] = {}
    for number, after in compute_reduction(stations).items():
        for before in after:
            if place[number] > place[before] + 1:
                ends[before] = max(place[number], ends.get(before, 0))
    taken: list[list[tuple[int, int]]] = []
    rails = {}
    for before, end in sorted(ends.items(), key=lambda item: (item[1] - place[item[0]], item[0])):
        start = place[before]
        free = (row for row, spans in enumerate(taken) if all(end < first or last < start for first, last in spans))
        rail = next(free, len(taken))
        if rail == len(taken):
            taken.append([])
        taken[rail].append((start, end))
        rails[before] = (rail, stations[end].number)
    return rails


def describe_lab_map(stations: Sequence[Station], courses: Mapping[str, str], lang: str) -> str:
    """Return in words what the picture shows. `courses` names the courses by their ids, in their order."""
    words = _WORDS[lang]
    here = sum(station.is_here for station in stations)
    sentences = [words["here"].format(here=here, planned=len(stations) - here)]
    for course, name in courses.items():
        own = [station for station in stations if station.course == course]
        labs = [words["lab"].format(number=one.number, rest=f"{one.title} ({_say_before(one, lang)})") for one in own]
        sentences.append(f"{words['course'].format(name=name)} {words['next'].join(labs)}{words['end']}")
    return words["stop"].join(sentences)


def draw_lab_map(stations: Sequence[Station], courses: Mapping[str, str], lang: str) -> str:
    """Return the picture as one SVG element with its text alternative. Its width suits a phone; what exists is a link."""
    rails = compute_rails(stations)
    marks_at = 20 + _RAIL * (1 + max((rail for rail, _ in rails.values()), default=-1))
    heights, heads, down = {}, [], _TOP
    for course, name in courses.items():
        own = [station for station in stations if station.course == course]
        heads.append(_draw_head(name, len(heads) + 1, marks_at, down, any(one.is_here for one in own)))
        down += _HEAD
        for station in own:
            heights[station.number] = down
            down += _ROW
    lines = _draw_lines(stations, heights, rails, marks_at)
    labs = [_draw_station(station, marks_at, heights[station.number], lang) for station in stations]
    title = _WORDS[lang]["title"].format(count=len(stations), courses=len(courses))
    whole = picture(WIDTH, down + 4, title, describe_lab_map(stations, courses, lang), *heads, *lines, *labs)
    return whole.replace('role="img"', 'role="group"', 1)  # an image has no links in it


def _draw_lines(
    stations: Sequence[Station], heights: Mapping[int, float], rails: Mapping[int, tuple[int, int]], marks_at: float
) -> list[str]:
    """Draw every line: straight down to the next lab, and by rail to those below."""
    numbers = [station.number for station in stations]
    exists = {station.number: station.is_here for station in stations}
    lines = []
    for number, after in compute_reduction(stations).items():
        for before in after:
            start, end = heights[before], heights[number]
            if numbers.index(number) == numbers.index(before) + 1:
                route = f"M{marks_at:g} {start + 7:g}V{end - 7:g}"
            else:
                rail = marks_at - 14 - _RAIL * rails[before][0]
                route = (
                    f"M{marks_at - 7:g} {start:g}H{rail + _BEND:g}Q{rail:g} {start:g} {rail:g} {start + _BEND:g}V{end - _BEND:g}"
                    f"Q{rail:g} {end:g} {rail + _BEND:g} {end:g}H{marks_at - 8:g}"
                    f"M{marks_at - 12:g} {end - 3.5:g}L{marks_at - 8:g} {end:g}L{marks_at - 12:g} {end + 3.5:g}"
                )
            looks: dict[str, str | float] = (
                {"stroke": GREEN, "stroke_width": 2.0} if exists[number] else {"stroke": LINE, "stroke_width": 1.25}
            )
            lines.append(
                (exists[number], element("path", d=route, fill="none", stroke_dasharray="none" if exists[number] else "3 3", **looks))
            )
    return [line for _, line in sorted(lines, key=lambda line: line[0])]  # what exists lies on top


def _draw_head(name: str, number: int, marks_at: float, top: float, is_here: bool) -> str:
    left = marks_at + 18
    rule = element("path", d=f"M{left:g} {top + 4:g}H{WIDTH - 4:g}", stroke=LINE, stroke_width=1.0, fill="none") if number > 1 else ""
    colour = GREEN_DARK if is_here else INK
    return rule + text(f"{number} · {name}", (left, top + 23), 13, fill=colour, font_weight="bold")


def _draw_station(station: Station, left: float, down: float, lang: str) -> str:
    """Draw a lab: its mark, its number and title, and below them what comes before it."""
    looks: dict[str, str | float] = {"fill": GREEN, "stroke": GREEN} if station.is_here else {"fill": GROUND, "stroke": LINE}
    dashes = "none" if station.is_here else "2.5 2"
    mark = element("rect", x=left - 6, y=down - 6, width=12.0, height=12.0, rx=3.0, stroke_width=1.75, stroke_dasharray=dashes, **looks)
    title = shorten(f"{station.number:02}  {station.title}", WIDTH - left - 18, 13)
    weight = "600" if station.is_here else "400"
    place: dict[str, str | float] = {"href": station.address} if station.address else {}
    return element(
        "a" if place else "g",
        mark,
        text(title, (left + 18, down + 1), 13, fill=INK, font_weight=weight),
        text(_say_before(station, lang), (left + 18, down + 17), 11.5, fill=_SOFT),
        **place,
    )


def _say_before(station: Station, lang: str) -> str:
    words = _WORDS[lang]
    labs = words["and"].join(f"{number:02}" for number in station.after)
    before = words["after"].format(labs=labs) if labs else words["first"]
    return before if station.is_here else f"{words['planned']} · {before}"
