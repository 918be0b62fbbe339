"""The members of a Raft cluster in time, and their logs: who led in which term, who was gone, and what is committed (Raft, figure 4 and 8).

A line for each member, time runs to the right. A band has the number and the ground of its term; a leader's has a thick edge and ★, a
candidate's a dashed one and ?. Where there is no band the member was *down* (✗). A dashed frame around it: it was *cut off*. At the right
stands the member's log: a box for each entry, with the term in which it was added; committed ones have a thick edge and stand on a bar.

Simplifications: more than 7 members, or 400 bands, are refused; of a longer log the last eight entries are shown. Messages are not drawn,
`space_time` is for them.
"""

from dataclasses import dataclass
from typing import Final, Literal

from minichain.figures.frame import (
    BLUE_GROUND,
    GREEN,
    GREEN_DARK,
    GREEN_GROUND,
    MARGIN,
    ORANGE,
    ORANGE_DARK,
    ORANGE_GROUND,
    PURPLE_GROUND,
    draw_box,
    draw_legend,
)
from minichain.figures.marks import GROUND, INK, LINE
from minichain.figures.svg import Point, element, escape, estimate_width, picture, shorten, text

MAX_MEMBERS: Final = 7
MAX_BANDS: Final = 400
MAX_ENTRIES: Final = 8

Role = Literal["follower", "candidate", "leader", "down"]

_NAMES: Final = 62.0
_TIMES: Final = 316.0
_BOX: Final = (25.0, 26.0)
_PITCH: Final = 46.0
_TOP: Final = 58.0
_LOGS_AT: Final = MARGIN + _NAMES + _TIMES + 22
_WIDTH: Final = _LOGS_AT + MAX_ENTRIES * (_BOX[0] + 3) + MARGIN
_GROUNDS: Final = (GROUND, BLUE_GROUND, GREEN_GROUND, ORANGE_GROUND, PURPLE_GROUND)

_WORDS: Final = {
    "en": {
        "title": "Terms and logs of {count} members up to {now}",
        "ms": "{time} ms",
        "events": "event {time}",
        "log": "log",
        "leads": "{who} leads in term {term}.",
        "nobody": "Nobody leads.",
        "down": "Down: {who}.",
        "cut": "Cut off: {who}.",
        "committed": "Known to be committed: {count} entries.",
        "committed-1": "Known to be committed: one entry.",
        "committed-0": "Nothing is known to be committed.",
        "contradiction": "{who} and {other} hold different entries to be committed at index {index}!",
        "band": "{who}: {role}, term {term}, from {start} to {end}",
        "follower": "follower",
        "candidate": "candidate",
        "leader": "leader",
        "role-down": "down",
        "entry": "index {index}, term {term}: {label}",
        "empty": "nothing",
        "legend-follower": "follower, term 1",
        "legend-candidate": "candidate",
        "legend-leader": "leader",
        "legend-down": "down",
        "legend-cut": "cut off",
        "legend-committed": "committed",
        "legend-stored": "stored",
        "and": ", ",
        "stop": " ",
    },
    "zh": {
        "title": "{count} 个成员的任期和日志，到{now}为止",
        "ms": "{time} 毫秒",
        "events": "事件 {time}",
        "log": "日志",
        "leads": "{who} 在任期 {term} 是领导者。",
        "nobody": "没有领导者。",
        "down": "停机：{who}。",
        "cut": "网络断开：{who}。",
        "committed": "已知提交了 {count} 个条目。",
        "committed-0": "还不知道有什么已提交。",
        "contradiction": "在下标 {index} 处，{who} 与 {other} 认为已提交的是不同的条目！",
        "band": "{who}：{role}，任期 {term}，从 {start} 到 {end}",
        "follower": "跟随者",
        "candidate": "候选者",
        "leader": "领导者",
        "role-down": "停机",
        "entry": "下标 {index}，任期 {term}：{label}",
        "empty": "空",
        "legend-follower": "跟随者，任期 1",
        "legend-candidate": "候选者",
        "legend-leader": "领导者",
        "legend-down": "停机",
        "legend-cut": "网络断开",
        "legend-committed": "已提交",
        "legend-stored": "已存下",
        "and": "、",
        "stop": "",
    },
}


@dataclass(frozen=True, slots=True)
class Band:
    """What a member was from one moment to another."""

    start: int
    end: int
    term: int
    role: Role


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One place in a log: the term in which a leader added it, and what it is in a few words."""

    term: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class TermLine:
    """One member: its bands in the order of time, the moments between which it was cut off, its log, and how far that is committed."""

    name: str
    bands: tuple[Band, ...]
    log: tuple[LogEntry, ...] = ()
    committed: int = 0
    cuts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class TermTimeline:
    """A cluster from moment 0 to `now`, counted in `unit`. Raises ValueError where that is too much for a picture, or does not fit."""

    members: tuple[TermLine, ...]
    now: int
    unit: Literal["ms", "events"] = "ms"

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn, so that whoever draws it need not ask."""
        names = [member.name for member in self.members]
        if not 1 <= len(names) <= MAX_MEMBERS or len(set(names)) != len(names):
            raise ValueError(f"{len(names)} members; the figure shows 1 to {MAX_MEMBERS}, each once")
        bands = [band for member in self.members for band in member.bands]
        if len(bands) > MAX_BANDS:
            raise ValueError(f"{len(bands)} bands; the figure shows at most {MAX_BANDS}: show a shorter time")
        for band in bands:
            if not 0 <= band.start <= band.end <= max(self.now, 1):
                raise ValueError(f"a band from {band.start} to {band.end}; the figure shows 0 to {self.now}")
        for member in self.members:
            if not 0 <= member.committed <= len(member.log):
                raise ValueError(f"{member.name} has {len(member.log)} entries, {member.committed} of them committed")

    @property
    def contradiction(self) -> tuple[str, str, int] | None:
        """Two members that hold different entries to be committed at the same index, and that index; None if all agree."""
        for place, one in enumerate(self.members):
            for other in self.members[place + 1 :]:
                for index in range(min(one.committed, other.committed)):
                    if one.log[index] != other.log[index]:
                        return one.name, other.name, index + 1
        return None


def describe_term_timeline(timeline: TermTimeline, lang: str = "en") -> str:
    """Return in words what the picture shows, in the language `lang` ("en" or "zh")."""
    return _WORDS[lang]["stop"].join(_compute_sentences(timeline, lang))


def draw_term_timeline(timeline: TermTimeline, lang: str = "en", *, with_words: bool = True) -> str:
    """Return the picture as one SVG element, with its text alternative in the language `lang` ("en" or "zh").

    `with_words=False` is for a page that sets the sentences itself.
    """
    bottom = _TOP + _PITCH * (len(timeline.members) - 1) + 24
    parts = _draw_times(timeline, bottom, lang)
    for number, member in enumerate(timeline.members):
        parts.append(_draw_member(timeline, member, _TOP + _PITCH * number, lang))
    sentences = _compute_sentences(timeline, lang) if with_words else []
    legend, bottom = draw_legend(_list_marks(timeline, lang), sentences, bottom + 14, _WIDTH)
    now = _WORDS[lang][timeline.unit].format(time=timeline.now)
    title = _WORDS[lang]["title"].format(count=len(timeline.members), now=now)
    return picture(_WIDTH, bottom + MARGIN, title, describe_term_timeline(timeline, lang), *parts, legend)


def _compute_sentences(timeline: TermTimeline, lang: str) -> list[str]:
    words = _WORDS[lang]
    last = {member.name: member.bands[-1] for member in timeline.members if member.bands}
    sentences = [words["leads"].format(who=name, term=band.term) for name, band in last.items() if band.role == "leader"]
    sentences = sentences or [words["nobody"]]
    down = [name for name, band in last.items() if band.role == "down"]
    cut = [member.name for member in timeline.members if member.cuts and member.cuts[-1][1] >= timeline.now]
    sentences += [words[key].format(who=words["and"].join(names)) for key, names in (("down", down), ("cut", cut)) if names]
    count = max(member.committed for member in timeline.members)
    sentences.append(words.get(f"committed-{count}", words["committed"]).format(count=count))
    if timeline.contradiction:
        who, other, index = timeline.contradiction
        sentences.append(words["contradiction"].format(who=who, other=other, index=index))
    return sentences


def _find_moment(timeline: TermTimeline, at: float) -> float:
    return MARGIN + _NAMES + _TIMES * at / max(timeline.now, 1)


def _draw_times(timeline: TermTimeline, bottom: float, lang: str) -> list[str]:
    """Draw a time every so often, in round numbers, and the heading of the logs."""
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, timeline.now + 1) if timeline.now / step <= 4)
    parts = []
    for at in range(0, timeline.now + 1, step):
        across = _find_moment(timeline, at)
        parts.append(element("path", d=f"M{across:g} 38V{bottom:g}", stroke=LINE, stroke_width=0.6, stroke_dasharray="1 4", fill="none"))
        label = _WORDS[lang][timeline.unit].format(time=at) if at == 0 else str(at)
        parts.append(_draw_label(label, (across, 26)))
    parts.append(_draw_label(_WORDS[lang]["log"], (_LOGS_AT + 40, 26)))
    return parts


def _draw_label(label: str, at: Point) -> str:
    box = draw_box((at[0], at[1] - 4), (estimate_width(label, 12) + 12, 18), GROUND, "none", 0)
    return box + text(label, at, 12, fill=INK, text_anchor="middle")


def _draw_member(timeline: TermTimeline, member: TermLine, down: float, lang: str) -> str:
    """Draw one line: the name, the bands, where it was cut off, and its log."""
    left, right = _find_moment(timeline, 0), _find_moment(timeline, timeline.now)
    name = draw_box((MARGIN + 25, down), (50, 28), GROUND, LINE, 1.5)
    name += text(shorten(member.name, 44, 14), (MARGIN + 25, down + 5), 14, fill=INK, font_weight="bold", text_anchor="middle")
    line = element("path", d=f"M{left:g} {down:g}H{right:g}", stroke=LINE, stroke_width=1.5, stroke_dasharray="2 4", fill="none")
    bands = [_draw_band(timeline, member, band, down, lang) for band in member.bands]
    cuts = [
        draw_box(
            ((_find_moment(timeline, start) + _find_moment(timeline, end)) / 2, down),
            (_width(timeline, start, end), 36),
            "none",
            ORANGE,
            1.8,
            dashes="5 4",
        )
        for start, end in member.cuts
    ]
    return element("g", name, line, *bands, *cuts, _draw_log(member, down, lang))


def _width(timeline: TermTimeline, start: int, end: int) -> float:
    return max(_find_moment(timeline, end) - _find_moment(timeline, start), 2.0)


def _draw_band(timeline: TermTimeline, member: TermLine, band: Band, down: float, lang: str) -> str:
    """Draw what a member was for a while; the whole of it in words shows where a pointer rests on it."""
    words, width = _WORDS[lang], _width(timeline, band.start, band.end)
    middle = _find_moment(timeline, band.start) + width / 2, down
    role = words["role-down" if band.role == "down" else band.role]
    label = words["band"].format(who=member.name, role=role, term=band.term, start=band.start, end=band.end)
    parts = [element("title", escape(label))]
    if band.role == "down":
        if width > 12:
            parts.append(draw_box(middle, (16, 18), GROUND, LINE, 1.0, radius=3.0))
            parts.append(text("✗", (middle[0], down + 5), 13, fill=ORANGE_DARK, text_anchor="middle", font_weight="bold"))
        return element("g", *parts)
    parts.append(_draw_role(band, middle, width))
    sign = {"leader": "★ ", "candidate": "? "}.get(band.role, "") + str(band.term)
    for shown in (sign, str(band.term)):
        if estimate_width(shown, 12) + 4 <= width:
            parts.append(text(shown, (middle[0], down + 4.5), 12, fill=INK, text_anchor="middle"))
            break
    return element("g", *parts)


def _draw_role(band: Band, middle: Point, width: float) -> str:
    ground = _GROUNDS[0] if band.term == 0 else _GROUNDS[1 + (band.term - 1) % (len(_GROUNDS) - 1)]
    if band.role == "leader":
        return draw_box(middle, (max(width - 2.5, 2.0), 25), ground, GREEN_DARK if width < 6 else GREEN, 3.0, radius=3.0)
    dashes = "3 3" if band.role == "candidate" else "none"
    return draw_box(middle, (width, 22), ground, LINE, 1.2, radius=2.0, dashes=dashes)


def _draw_log(member: TermLine, down: float, lang: str) -> str:
    """Draw the last entries of a log, and a bar below those that are committed."""
    first = max(0, len(member.log) - MAX_ENTRIES)
    parts = []
    for place, entry in enumerate(member.log[first:]):
        index = first + place + 1
        at = _LOGS_AT + place * (_BOX[0] + 3) + _BOX[0] / 2, down
        is_committed = index <= member.committed
        ground = _GROUNDS[1 + (entry.term - 1) % (len(_GROUNDS) - 1)]
        box = draw_box(at, _BOX, ground, GREEN if is_committed else LINE, 2.5 if is_committed else 1.2)
        label = _WORDS[lang]["entry"].format(index=index, term=entry.term, label=entry.label or _WORDS[lang]["empty"])
        number = text(str(entry.term), (at[0], down + 4.5), 13, fill=INK, text_anchor="middle")
        bar = draw_box((at[0], down + 18), (_BOX[0] + 3, 4), GREEN_DARK, "none", 0, radius=0.0) if is_committed else ""
        parts.append(element("g", element("title", escape(label)), box, number, bar))
    if first:
        parts.append(text("…", (_LOGS_AT - 9, down + 4.5), 14, fill=LINE, text_anchor="middle"))
    return element("g", *parts)


def _list_marks(timeline: TermTimeline, lang: str) -> list[tuple[str, str]]:
    """Return the samples of the legend with their meanings, of what occurs."""
    roles = {band.role for member in timeline.members for band in member.bands}
    size = (34.0, 18.0)
    sample = draw_box((0, 0), size, BLUE_GROUND, LINE, 1.2, radius=2.0) + text("1", (0, 4.5), 12, fill=INK, text_anchor="middle")
    candidate = draw_box((0, 0), size, BLUE_GROUND, LINE, 1.2, radius=2.0, dashes="3 3")
    leader = draw_box((0, 0), size, BLUE_GROUND, GREEN, 3.0, radius=3.0)
    stored = draw_box((0, 0), (22, 18), BLUE_GROUND, LINE, 1.2) + text("1", (0, 4.5), 12, fill=INK, text_anchor="middle")
    committed = draw_box((0, -1), (22, 16), BLUE_GROUND, GREEN, 2.5) + draw_box((0, 11), (26, 4), GREEN_DARK, "none", 0, radius=0.0)
    shown = (
        ("follower", "follower" in roles, sample),
        ("candidate", "candidate" in roles, candidate + _draw_mark("?", INK)),
        ("leader", "leader" in roles, leader + _draw_mark("★", INK)),
        ("down", "down" in roles, _draw_mark("✗", ORANGE_DARK)),
        ("cut", any(member.cuts for member in timeline.members), draw_box((0, 0), size, "none", ORANGE, 1.8, dashes="5 4")),
        ("stored", any(member.log for member in timeline.members), stored),
        ("committed", any(member.committed for member in timeline.members), committed),
    )
    return [(drawing, _WORDS[lang][f"legend-{name}"]) for name, occurs, drawing in shown if occurs]


def _draw_mark(sign: str, colour: str) -> str:
    return text(sign, (0, 4.5), 13, fill=colour, text_anchor="middle", font_weight="bold")
