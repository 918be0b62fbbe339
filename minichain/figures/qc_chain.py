"""Blocks by view, and what certifies them: the chain of quorum certificates of chained HotStuff (Yin et al. 2019, figure 2).

A column is a view, a row a branch. The arrow from a block to its parent is the certificate that the block carries. A block with enough
votes has a solid border, one without a dashed one. Three certified blocks in views that follow each other are *lit*: they decide the first
of them. A decided block has a ✓, and a ≠ if other honest members decided another one in its place. A padlock below a block bears the
letters of the members who are locked on it. Where views are missing between two columns, a dotted line stands.

Simplifications: more than 16 blocks, or more than four branches, are refused; and of members only the first letter is drawn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from minichain.figures.frame import (
    BLUE,
    BLUE_GROUND,
    GREEN,
    GREEN_DARK,
    GREEN_GROUND,
    MARGIN,
    ORANGE,
    ORANGE_DARK,
    draw_box,
    draw_legend,
)
from minichain.figures.marks import GROUND, INK, LINE, draw_badge
from minichain.figures.svg import Point, element, escape, picture, shorten, text

MAX_BLOCKS: Final = 16
MAX_BRANCHES: Final = 4
GENESIS: Final = "genesis"

_BOX: Final = (64.0, 46.0)
_PITCH: Final = 96.0
_ROW: Final = 104.0
_HEAD: Final = 44.0
_MIN_WIDTH: Final = 600.0
_MIN_WIDTH_BARE: Final = 360.0

_WORDS: Final = {
    "en": {
        "title": "Chain of certificates, {count} blocks",
        "view": "view {view}",
        "by": "{name}: view {view}, led by {leader}, on {parent}; votes: {votes}",
        "nobody": "nobody",
        "start": "Nothing has been proposed yet.",
        "blocks": "Certified blocks: {certified} of {count}.",
        "lit": "{first}, {second} and {third} are certified in views that follow each other: whoever knows that decides {first}.",
        "member": "{names}: locked on {lock}, decided: {decided}.",
        "nothing": "nothing",
        "liar": "{name} lies.",
        "liars": "{name} lie.",
        "fork": "{one} and {other} have decided different blocks in the same place: a fork that cannot be mended.",
        "whole": "No two honest members contradict each other.",
        "and": ", ",
        "legend-certified": "certified",
        "legend-open": "too few votes",
        "legend-lit": "three in a row",
        "legend-decided": "decided",
        "legend-fork": "decided against others",
        "legend-lock": "locked on",
        "legend-qc": "carries the certificate of",
        "stop": " ",
    },
    "zh": {
        "title": "证书链，{count} 个区块",
        "view": "视图 {view}",
        "by": "{name}：视图 {view}，由 {leader} 主导，接在 {parent} 后面；投票的：{votes}",
        "nobody": "无",
        "start": "还没有人提议。",
        "blocks": "{count} 个区块里，{certified} 个有证书。",
        "lit": "{first}、{second}、{third} 都有证书，视图一个紧接一个：知道的人就决定 {first}。",
        "member": "{names}：锁在 {lock} 上，已决定：{decided}。",
        "nothing": "无",
        "liar": "{name} 说谎。",
        "liars": "{name} 说谎。",
        "fork": "{one} 和 {other} 在同一个位置决定了不同的区块：这样的分叉无法弥合。",
        "whole": "没有两个诚实的成员互相矛盾。",
        "and": "、",
        "legend-certified": "有证书",
        "legend-open": "票数不够",
        "legend-lit": "连着三个",
        "legend-decided": "已决定",
        "legend-fork": "与别人决定的矛盾",
        "legend-lock": "锁在这里",
        "legend-qc": "带着它的证书",
        "stop": "",
    },
}


@dataclass(frozen=True, slots=True)
class QcBlock:
    """A block: its name, its view, the block below it, its leader, and who voted for it."""

    name: str
    view: int
    parent: str
    leader: str
    votes: tuple[str, ...]
    is_certified: bool


@dataclass(frozen=True, slots=True)
class QcMember:
    """An honest member: the block that it is locked on, and what it decided, the oldest first."""

    name: str
    lock: str = GENESIS
    decided: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QcChain:
    """What was proposed, and what honest members make of it. Raises ValueError where that cannot be drawn."""

    blocks: tuple[QcBlock, ...]
    members: tuple[QcMember, ...] = ()
    liars: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no chain of certificates, so that whoever draws it need not ask."""
        if len(self.blocks) > MAX_BLOCKS:
            raise ValueError(f"{len(self.blocks)} blocks; the figure shows at most {MAX_BLOCKS}")
        views = {GENESIS: 0}
        for block in self.blocks:
            if block.name in views:
                raise ValueError(f"{block.name} stands twice; a block has a name of its own")
            if block.parent not in views or views[block.parent] >= block.view:
                raise ValueError(f"{block.name} stands on {block.parent}, which is not a block of an earlier view")
            views[block.name] = block.view
        for member in self.members:
            for name in (member.lock, *member.decided):
                if name not in views:
                    raise ValueError(f"{member.name} knows {name}, which is no block")
        if max(self.rows.values()) >= MAX_BRANCHES:
            raise ValueError(f"{max(self.rows.values()) + 1} branches; the figure shows at most {MAX_BRANCHES}")

    @property
    def rows(self) -> dict[str, int]:
        """The row of each block: that of its parent, or a new one if the parent's goes on with another block, or its place is taken."""
        rows, continued, taken = {GENESIS: 0}, set[str](), {(0, 0)}
        for block in self.blocks:
            row = rows[block.parent]
            if block.parent in continued or (row, block.view) in taken:
                row = max(rows.values()) + 1
            continued.add(block.parent)
            rows[block.name] = row
            taken.add((row, block.view))
        return rows

    @property
    def lit(self) -> tuple[str, str, str] | None:
        """The latest three certified blocks, each on the one before, whose views follow each other."""
        known = {block.name: block for block in self.blocks}
        for third in reversed(self.blocks):
            second = known.get(third.parent)
            first = known.get(second.parent) if second else None
            if first and second and all(one.is_certified for one in (first, second, third)) and third.view == first.view + 2:
                return first.name, second.name, third.name
        return None

    @property
    def fork(self) -> tuple[str, str] | None:
        """Two members who decided different blocks in the same place."""
        for index, one in enumerate(self.members):
            for other in self.members[index + 1 :]:
                if any(mine != theirs for mine, theirs in zip(one.decided, other.decided, strict=False)):
                    return one.name, other.name
        return None


def describe_qc_chain(chain: QcChain, lang: str = "en") -> str:
    """Return in words what the picture shows, in the language `lang` ("en" or "zh")."""
    return _WORDS[lang]["stop"].join(_compute_sentences(chain, lang))


def draw_qc_chain(chain: QcChain, lang: str = "en", *, with_words: bool = True) -> str:
    """Return the picture as one SVG element, with its text alternative in the language `lang` ("en" or "zh").

    `with_words=False` is for a page that sets the sentences itself, where a narrow screen can break them: the picture is smaller then.
    """
    views = sorted({0, *(block.view for block in chain.blocks)})
    width = max(_MIN_WIDTH if with_words else _MIN_WIDTH_BARE, 2 * MARGIN + len(views) * _PITCH)
    rows = chain.rows
    places = {GENESIS: _compute_place(0, 0)} | {b.name: _compute_place(views.index(b.view), rows[b.name]) for b in chain.blocks}
    bottom = MARGIN + _HEAD + (max(rows.values()) + 1) * _ROW
    legend, bottom = draw_legend(_list_marks(chain, lang), _compute_sentences(chain, lang) if with_words else [], bottom, width)
    return picture(
        width,
        bottom + MARGIN,
        _WORDS[lang]["title"].format(count=len(chain.blocks)),
        describe_qc_chain(chain, lang),
        *_draw_views(views, max(rows.values()), lang),
        *(_draw_certificate(places[block.name], places[block.parent], _is_lit(chain, block)) for block in chain.blocks),
        *(_draw_block(chain, name, at, lang) for name, at in places.items()),
        legend,
    )


def _compute_sentences(chain: QcChain, lang: str) -> list[str]:
    words = _WORDS[lang]
    if not chain.blocks:
        return [words["start"]]
    sentences = [words["blocks"].format(certified=sum(block.is_certified for block in chain.blocks), count=len(chain.blocks))]
    if chain.lit:
        sentences.append(words["lit"].format(first=chain.lit[0], second=chain.lit[1], third=chain.lit[2]))
    if chain.liars:
        sentences.append(words["liars" if len(chain.liars) > 1 else "liar"].format(name=words["and"].join(chain.liars)))
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for member in chain.members:
        alike.setdefault((member.lock, member.decided), []).append(member.name)
    for (lock, blocks), names in alike.items():
        decided = words["and"].join(blocks) or words["nothing"]
        sentences.append(words["member"].format(names=words["and"].join(names), lock=lock, decided=decided))
    if chain.fork:
        sentences.append(words["fork"].format(one=chain.fork[0], other=chain.fork[1]))
    elif chain.members:
        sentences.append(words["whole"])
    return sentences


def _compute_place(column: int, row: int) -> Point:
    """Return the middle of a block."""
    return MARGIN + (column + 0.5) * _PITCH, MARGIN + _HEAD + row * _ROW + _BOX[1] / 2


def _draw_views(views: Sequence[int], last_row: int, lang: str) -> Iterable[str]:
    """Draw the number of each view above its column, and a dotted line where views are missing."""
    for column, view in enumerate(views):
        across = _compute_place(column, 0)[0]
        label = _WORDS[lang]["view"].format(view=view)
        yield draw_box((across, MARGIN + 12), (_PITCH - 16, 24.0), GROUND, LINE, 1.0, radius=12.0)
        yield text(label, (across, MARGIN + 16.5), 12.5, fill=INK, text_anchor="middle")
        if column and view > views[column - 1] + 1:
            down = MARGIN + _HEAD + (last_row + 1) * _ROW - 20
            route = f"M{across - _PITCH / 2:g} {MARGIN:g}V{down:g}"
            yield element("path", d=route, fill="none", stroke=ORANGE, stroke_width=2.0, stroke_dasharray="2 5")


def _is_lit(chain: QcChain, block: QcBlock) -> bool:
    """Return whether the certificate that a block carries joins two blocks that are lit."""
    return chain.lit is not None and block.name in chain.lit[1:]


def _draw_certificate(start: Point, end: Point, is_lit: bool) -> str:
    """Draw the arrow from a block to its parent; one to another row runs below that row and comes up, so that it crosses no block."""
    left, colour, width = start[0] - _BOX[0] / 2, *((BLUE, 3.5) if is_lit else (LINE, 1.6))
    if start[1] == end[1]:
        right = end[0] + _BOX[0] / 2
        route = f"M{left:g} {start[1]:g}H{right + 9:g}"
        head = f"M{right + 11:g} {end[1] - 5:g}L{right + 1:g} {end[1]:g}L{right + 11:g} {end[1] + 5:g}Z"
    else:
        bottom, across, bend = end[1] + _BOX[1] / 2, end[0] + _BOX[0] / 2 - 4, left - 8
        below = bottom + 40
        route = f"M{left:g} {start[1]:g}H{bend + 4:g}Q{bend:g} {start[1]:g} {bend:g} {start[1] - 8:g}V{below + 6:g}"
        route += f"Q{bend:g} {below:g} {bend - 6:g} {below:g}H{across + 6:g}Q{across:g} {below:g} {across:g} {below - 6:g}V{bottom + 9:g}"
        head = f"M{across - 5:g} {bottom + 11:g}L{across:g} {bottom + 1:g}L{across + 5:g} {bottom + 11:g}Z"
    line = element("path", d=route, fill="none", stroke=colour, stroke_width=width)
    return line + element("path", d=head, fill=colour, stroke=colour, stroke_width=1.0)


def _draw_block(chain: QcChain, name: str, at: Point, lang: str) -> str:
    """Draw one block with its votes, its badge and the letters of those who are locked on it."""
    block = next((block for block in chain.blocks if block.name == name), None)
    is_lit = chain.lit is not None and name in chain.lit
    deciders = [member.name for member in chain.members if name in member.decided]
    is_disputed = bool(deciders) and any(_contradicts(member, deciders, name, chain) for member in chain.members)
    ground = GREEN_GROUND if deciders else BLUE_GROUND if is_lit else GROUND
    border = ORANGE if is_disputed else GREEN if deciders else BLUE if is_lit else LINE
    is_certified = block is None or block.is_certified
    width = 3.0 if is_lit or deciders else 1.8
    parts = [draw_box(at, _BOX, ground, border, width, dashes="none" if is_certified else "5 4")]
    size = 11 if len(name) > 6 else 14
    label = shorten(name, _BOX[0] - 6, size)
    if block is None:
        parts.append(text(label, (at[0], at[1] + 5), size, fill=INK, font_weight="bold", text_anchor="middle"))
        title = name
    else:
        parts.append(text(label, (at[0], at[1] - 3), size, fill=INK, font_weight="bold", text_anchor="middle"))
        voters = " ".join(voter[:1] for voter in block.votes) or "–"
        parts.append(text(voters, (at[0], at[1] + 15), 12, fill=INK, text_anchor="middle"))
        votes = _WORDS[lang]["and"].join(block.votes) or _WORDS[lang]["nobody"]
        fields = {"name": name, "view": block.view, "leader": block.leader, "parent": block.parent, "votes": votes}
        title = _WORDS[lang]["by"].format(**fields)
    if deciders:
        sign, colour = ("≠", ORANGE_DARK) if is_disputed else ("✓", GREEN_DARK)
        parts.append(draw_badge((at[0] + _BOX[0] / 2 - 2, at[1] - _BOX[1] / 2 + 1), sign, colour))
    lockers = [member.name[:1] for member in chain.members if member.lock == name]
    if lockers and chain.blocks:
        parts.append(_draw_lock((at[0], at[1] + _BOX[1] / 2 + 18), " ".join(lockers)))
    return element("g", element("title", escape(title)), *parts)


def _contradicts(member: QcMember, deciders: Sequence[str], name: str, chain: QcChain) -> bool:
    """Return whether a member decided another block where those who decided `name` have it."""
    place = next(one.decided.index(name) for one in chain.members if one.name == deciders[0])
    return len(member.decided) > place and member.decided[place] != name


def _draw_lock(at: Point, letters: str) -> str:
    """Draw a padlock, and whose it is."""
    wide = 26 + 7.5 * len(letters)
    left = at[0] - wide / 2
    body = element("rect", x=left + 6, y=at[1] - 3, width=12.0, height=9.0, rx=1.5, fill=INK)
    route = f"M{left + 8.5:g} {at[1] - 3:g}v-2.5a3.5 3.5 0 0 1 7 0v2.5"
    shackle = element("path", d=route, fill="none", stroke=INK, stroke_width=1.8)
    ground = draw_box(at, (wide, 22.0), GROUND, LINE, 1.0, radius=11.0)
    return ground + body + shackle + text(letters, (left + 22, at[1] + 4.5), 12.5, fill=INK)


def _list_marks(chain: QcChain, lang: str) -> list[tuple[str, str]]:
    """Return the samples of the legend with their meanings, of what occurs."""
    if not chain.blocks:
        return []
    words, decided = _WORDS[lang], any(member.decided for member in chain.members)
    arrow = element("path", d="M18 0H-8", fill="none", stroke=LINE, stroke_width=1.6) + element("path", d="M-6 -5L-16 0L-6 5Z", fill=LINE)
    samples = (
        (True, arrow, "qc"),
        (any(block.is_certified for block in chain.blocks), draw_box((0, 0), (30.0, 18.0), GROUND, LINE, 1.8), "certified"),
        (not all(block.is_certified for block in chain.blocks), draw_box((0, 0), (30.0, 18.0), GROUND, LINE, 1.8, dashes="5 4"), "open"),
        (chain.lit is not None, draw_box((0, 0), (30.0, 18.0), BLUE_GROUND, BLUE, 3.0), "lit"),
        (decided, draw_badge((0, 0), "✓", GREEN_DARK), "decided"),
        (chain.fork is not None, draw_badge((0, 0), "≠", ORANGE_DARK), "fork"),
        (bool(chain.members), _draw_lock((0, 0), "A"), "lock"),
    )
    return [(sample, words[f"legend-{name}"]) for occurs, sample, name in samples if occurs]
