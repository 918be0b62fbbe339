"""Members around a table who vote on a block: what each has said, and how far the votes are from a quorum.

Seats stand around the table; a dashed one is Byzantine, ★ is the round's proposer, and below a name stands what the member said last, what
it is locked on, or what it decided. Under the table there is a bar for each value that somebody voted for, prevotes left and precommits
right: it fills with those who voted, up to the line of two thirds, which a quorum has to cross.

Simplifications: the bars hold all votes that were signed in this round, whoever has heard them. No more than 7 members.
"""

from dataclasses import dataclass
from math import cos, pi, sin
from typing import Final

from minichain.figures.frame import BLUE, GREEN, GREEN_DARK, GREEN_GROUND, MARGIN, ORANGE, ORANGE_DARK, draw_box, draw_legend
from minichain.figures.marks import GROUND, INK, LINE, draw_badge
from minichain.figures.svg import Point, element, picture, text

MAX_MEMBERS: Final = 7

_WIDTH: Final = 580.0
_MIDDLE: Final = (_WIDTH / 2, 168.0)
_RADII: Final = (200.0, 116.0)
_SEAT: Final = (142.0, 72.0)
_BARS_TOP: Final = 346.0
_ROW: Final = 40.0
_TRACK: Final = 190.0
_COLOURS: Final = (BLUE, ORANGE_DARK, GREEN_DARK, INK)
"""Of the first values that were named; nil is grey."""
_PLACE: Final = {
    "en": ("height {height}", "round {round}", "{time} ms"),
    "zh": ("高度 {height}", "第 {round} 轮", "{time} 毫秒"),
}
_WORDS: Final = {
    "en": {
        "title": "{count} members vote at height {height}, round {round}",
        "prevote": "prevotes",
        "precommit": "precommits",
        "proposal": "proposes {value}",
        "said-prevote": "prevotes {value}",
        "said-precommit": "precommits {value}",
        "silent": "says nothing",
        "equivocate": "two-faced",
        "late": "late",
        "locked": "locked on {value}",
        "decided": "decided {value}",
        "nil": "nil",
        "and": " and ",
        "turn": "At {time} ms, in round {round}, it is the turn of {member} to propose.",
        "liar": "{member} is Byzantine ({role}).",
        "votes": "{kind} for {value}: {members}{enough}.",
        "enough": ", a quorum",
        "nobody": "Nobody has voted in this round yet.",
        "locks": "{member} is locked on {value}.",
        "decisions": "{member} decided {value}.",
        "fork": "Two honest members decided differently: a fork.",
        "stuck": "Nothing more happens: the table stands still.",
        "legend-proposer": "proposer",
        "legend-byzantine": "Byzantine",
        "legend-quorum": "more than this: quorum",
        "list": ", ",
        "stop": " ",
    },
    "zh": {
        "title": "{count} 个成员在高度 {height}、第 {round} 轮投票",
        "prevote": "预投票",
        "precommit": "预提交",
        "proposal": "提议 {value}",
        "said-prevote": "预投 {value}",
        "said-precommit": "预提交 {value}",
        "silent": "一声不响",
        "equivocate": "两面说法",
        "late": "迟迟不到",
        "locked": "锁定 {value}",
        "decided": "决定 {value}",
        "nil": "空票",
        "and": " 和 ",
        "turn": "第 {time} 毫秒，第 {round} 轮，轮到 {member} 提议。",
        "liar": "{member} 是拜占庭成员（{role}）。",
        "votes": "{value} 的{kind}：{members}{enough}。",
        "enough": "，够法定人数",
        "nobody": "这一轮还没有人投票。",
        "locks": "{member} 锁定在 {value} 上。",
        "decisions": "{member} 决定了 {value}。",
        "fork": "两个诚实成员作出了不同的决定：分叉。",
        "stuck": "此后再没有动静：投票卡住了。",
        "legend-proposer": "提议节点",
        "legend-byzantine": "拜占庭成员",
        "legend-quorum": "超过此线：法定人数",
        "list": "、",
        "stop": "",
    },
}


@dataclass(frozen=True, slots=True)
class SeatedMember:
    """A member: its weight, what it said last (kind, and one value or several; None is nil), and its state.

    `role` is "honest", or what a Byzantine member does: "equivocate", "silent" or "late".
    """

    name: str
    weight: int = 1
    role: str = "honest"
    kind: str = ""
    values: tuple[str | None, ...] = ()
    locked: str | None = None
    decided: str | None = None


@dataclass(frozen=True, slots=True)
class VoteBar:
    """Who voted for a value (None: nil); `kind` is "prevote" or "precommit"."""

    kind: str
    value: str | None
    voters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundTable:
    """A moment of a round; `is_stuck` says that nothing comes after it.

    Raises ValueError if there are too many members, or if somebody votes or proposes who does not sit here.
    """

    members: tuple[SeatedMember, ...]
    proposer: str
    bars: tuple[VoteBar, ...] = ()
    height: int = 1
    round: int = 0
    at_ms: int = 0
    is_stuck: bool = False

    def __post_init__(self) -> None:
        """Check that it can be drawn."""
        names = {member.name for member in self.members}
        if not 1 <= len(names) <= MAX_MEMBERS or len(names) < len(self.members):
            raise ValueError(f"{len(self.members)} members: a table has 1 to {MAX_MEMBERS}, with names of their own")
        strangers = {self.proposer, *(voter for bar in self.bars for voter in bar.voters)} - names
        if strangers:
            raise ValueError(f"{sorted(strangers)[0]} does not sit at this table")

    @property
    def total(self) -> int:
        """The weight of all."""
        return sum(member.weight for member in self.members)

    @property
    def is_forked(self) -> bool:
        """Whether two honest members decided differently."""
        return len({member.decided for member in self.members if member.role == "honest" and member.decided is not None}) > 1

    def has_quorum(self, bar: VoteBar) -> bool:
        """Return whether those who voted have more than two thirds of the weight."""
        return 3 * sum(member.weight for member in self.members if member.name in bar.voters) > 2 * self.total


def describe_round_table(table: RoundTable, lang: str = "en") -> str:
    """Return in words what the picture shows, in the language `lang` ("en" or "zh")."""
    return _WORDS[lang]["stop"].join(_compute_sentences(table, lang))


def draw_round_table(table: RoundTable, lang: str = "en", *, with_words: bool = True) -> str:
    """Return the picture as one SVG element, with its text alternative in the language `lang` ("en" or "zh").

    `with_words=False` is for a page that sets the sentences itself.
    """
    words = _WORDS[lang]
    bars, bottom = _draw_bars(table, lang)
    sentences = _compute_sentences(table, lang) if with_words else []
    legend, bottom = draw_legend(_build_marks(lang), sentences, bottom + 10, _WIDTH)
    parts = [_draw_board(table, lang), *(_draw_seat(table, number, lang) for number in range(len(table.members))), bars, legend]
    title = words["title"].format(count=len(table.members), height=table.height, round=table.round)
    return picture(_WIDTH, bottom + MARGIN, title, describe_round_table(table, lang), *parts)


def _compute_sentences(table: RoundTable, lang: str) -> list[str]:
    words = _WORDS[lang]
    sentences = [words["turn"].format(time=table.at_ms, round=table.round, member=table.proposer)]
    for member in table.members:
        if member.role != "honest":
            sentences.append(words["liar"].format(member=member.name, role=words[member.role]))
    for bar in table.bars:
        enough = words["enough"] if table.has_quorum(bar) else ""
        facts = {"kind": words[bar.kind], "value": _name(bar.value, lang), "members": words["list"].join(bar.voters), "enough": enough}
        sentence = words["votes"].format(**facts)
        sentences.append(sentence[0].upper() + sentence[1:])
    if not table.bars:
        sentences.append(words["nobody"])
    decided = {member.name for member in table.members if member.decided is not None}
    for key, sentence_key in (("locked", "locks"), ("decided", "decisions")):
        found = [(member.name, getattr(member, key)) for member in table.members if getattr(member, key) is not None]
        found = [(name, value) for name, value in found if key == "decided" or name not in decided]
        sentences += [words[sentence_key].format(member=name, value=value) for name, value in found]
    return [*sentences, *(words[key] for key, holds in (("fork", table.is_forked), ("stuck", table.is_stuck)) if holds)]


def _name(value: str | None, lang: str) -> str:
    return _WORDS[lang]["nil"] if value is None else value


def _get_colour(table: RoundTable, value: str | None) -> str:
    """Return the colour of a value: they are taken in the order of the names."""
    if value is None:
        return LINE
    named = {bar.value for bar in table.bars} | {
        value for member in table.members for value in (*member.values, member.locked, member.decided)
    }
    names = sorted(name for name in named if name is not None)
    return _COLOURS[names.index(value) % len(_COLOURS)]


def _draw_board(table: RoundTable, lang: str) -> str:
    """Draw the table with the place and the time on it."""
    board = element("ellipse", cx=_MIDDLE[0], cy=_MIDDLE[1], rx=104.0, ry=62.0, fill=GROUND, stroke=LINE, stroke_width=1.5)
    facts = {"height": table.height, "round": table.round, "time": table.at_ms}
    lines = [line.format(**facts) for line in _PLACE[lang]]
    shown = []
    for row, line in enumerate(lines):
        weight = "bold" if row == 1 else "normal"
        shown.append(text(line, (_MIDDLE[0], _MIDDLE[1] - 16 + 22 * row), 13, fill=INK, font_weight=weight, text_anchor="middle"))
    return element("g", board, *shown)


def _draw_seat(table: RoundTable, number: int, lang: str) -> str:
    """Draw a member at its place, the first one on top, clockwise."""
    words, member = _WORDS[lang], table.members[number]
    angle = 2 * pi * number / len(table.members) - pi / 2
    at = (_MIDDLE[0] + _RADII[0] * cos(angle), _MIDDLE[1] + _RADII[1] * sin(angle))
    is_honest = member.role == "honest"
    ground = GREEN_GROUND if member.decided is not None else "#ffffff"
    border = (GREEN if member.decided is not None else LINE) if is_honest else ORANGE
    parts = [draw_box(at, _SEAT, ground, border, 2.0, radius=12.0, dashes="none" if is_honest else "6 4")]
    star = " ★" if member.name == table.proposer else ""
    role = "" if is_honest else f" · {words[member.role]}"
    parts.append(_line(f"{member.name}{star}{role}", at, -16, INK if is_honest else ORANGE_DARK, "bold"))
    if member.kind:
        value = words["and"].join(_name(value, lang) for value in member.values)
        key = member.kind if member.kind == "proposal" else f"said-{member.kind}"
        parts.append(_line(words[key].format(value=value), at, 5, INK))
    if member.decided is not None:
        parts.append(_line("✓ " + words["decided"].format(value=member.decided), at, 26, GREEN_DARK, "bold"))
    elif member.locked is not None:
        parts.append(_line(words["locked"].format(value=member.locked), at, 26, _get_colour(table, member.locked), "bold"))
    return element("g", *parts)


def _line(content: str, at: Point, down: float, colour: str, weight: str = "normal") -> str:
    return text(content, (at[0], at[1] + down), 13, fill=colour, font_weight=weight, text_anchor="middle")


def _draw_bars(table: RoundTable, lang: str) -> tuple[str, float]:
    """Draw the bars of both kinds; return them with their lower edge."""
    shown = {kind: [bar for bar in table.bars if bar.kind == kind] for kind in ("prevote", "precommit")}
    rows = max(1, *(len(bars) for bars in shown.values()))
    bottom = _BARS_TOP + 22 + _ROW * rows
    height = bottom - _BARS_TOP + 20
    parts = [draw_box((_WIDTH / 2, _BARS_TOP - 14 + height / 2), (_WIDTH - 2 * MARGIN, height), GROUND, LINE, 1.0, radius=6.0)]
    for column, (kind, bars) in enumerate(shown.items()):
        left = MARGIN + 14 + column * (_WIDTH / 2 - MARGIN)
        parts.append(text(_WORDS[lang][kind].capitalize(), (left, _BARS_TOP + 8), 13, fill=INK, font_weight="bold"))
        for row in range(rows):
            bar = bars[row] if row < len(bars) else None
            if bar is not None or row == 0:
                parts.append(_draw_bar(table, bar, (left, _BARS_TOP + 22 + _ROW * row), lang))
    return element("g", *parts), bottom + 6


def _draw_bar(table: RoundTable, bar: VoteBar | None, at: Point, lang: str) -> str:
    """Draw a track with a part for each member that voted, and the line of two thirds; `at` is its upper left corner."""
    left, top = at[0] + 40, at[1]
    parts = [draw_box((left + _TRACK / 2, top + 14), (_TRACK, 28.0), "#ffffff", LINE, 1.0)]
    if bar is not None:
        colour, end = _get_colour(table, bar.value), left
        parts.append(text(_name(bar.value, lang), (at[0], top + 19), 13, fill=colour if bar.value else INK, font_weight="bold"))
        for member in table.members:
            if member.name in bar.voters:
                width = _TRACK * member.weight / table.total
                parts.append(draw_box((end + width / 2, top + 14), (width - 3, 24.0), colour, colour, 1.0))
                middle = (end + width * 0.3, top + 19)  # the line of two thirds runs through the third of four parts
                parts.append(text(member.name, middle, 13, fill="#ffffff", font_weight="bold", text_anchor="middle"))
                end += width
    line = left + _TRACK * 2 / 3
    parts.append(
        element("path", d=f"M{line:g} {top - 4:g}V{top + 32:g}", stroke=INK, stroke_width=2.0, stroke_dasharray="4 3", fill="none")
    )
    if bar is not None and table.has_quorum(bar):
        parts.append(draw_badge((left + _TRACK + 14, top + 14), "✓", GREEN_DARK))
    return element("g", *parts)


def _build_marks(lang: str) -> list[tuple[str, str]]:
    words = _WORDS[lang]
    star = text("★", (0, 5), 14, fill=INK, text_anchor="middle")
    dashed = draw_box((0, 0), (30.0, 16.0), "#ffffff", ORANGE, 2.0, radius=5.0, dashes="6 4")
    line = element("path", d="M0 -9V9", stroke=INK, stroke_width=2.0, stroke_dasharray="4 3", fill="none")
    return [(star, words["legend-proposer"]), (dashed, words["legend-byzantine"]), (line, words["legend-quorum"])]
