"""The Merkle tree of RFC 9162, section 2.1, as a picture: what one changed record changes, and what proves another one.

Three marks, each told by colour and by form. *Changed*: a dashed outline and the sign ≠. *Handed over* (the siblings that make up an
inclusion proof): a rounded box that carries its place in the proof. *Rebuilt* (what the verifier computes): a thick border and line.

Simplifications: digests are cut to their first four bytes, and a tree of more than 32 leaves is refused; a reader would see neither.
"""

from dataclasses import dataclass
from typing import Final

from minichain.figures.svg import MONO, Point, element, escape, estimate_width, picture, shorten, text, wrap

MAX_LEAVES: Final = 32

_BOX: Final = (104.0, 44.0)
_GAP: Final = 18.0
_ROW: Final = 88.0
_MARGIN: Final = 16.0
_MIN_WIDTH: Final = 640.0
_MIN_WIDTH_BARE: Final = 360.0

# The colours are Okabe and Ito's, which colour-blind readers tell apart; lines have 3:1 against white and against #111.
_INK: Final = "#1b1f24"
_LINE: Final = "#7a8594"
_GROUND: Final = "#f6f8fa"
_REBUILT, _REBUILT_GROUND = "#0072b2", "#d6eaf8"
_HANDED, _HANDED_GROUND, _HANDED_BADGE = "#008f68", "#d5f2e6", "#006b4e"
_CHANGED, _CHANGED_BADGE = "#d55e00", "#b34700"

_WORDS: Final = {
    "en": {
        "title": "Merkle tree of {count} records",
        "title-1": "Merkle tree of one record",
        "root": "root",
        "the-root": "the root",
        "leaf": "leaf {first}",
        "node": "node {first}–{last}",
        "and": ", ",
        "tree": "The root of these {count} records starts with {root}.",
        "tree-1": "The root of this one record starts with {root}.",
        "changed": "Record {record} was changed, and with it {nodes}.",
        "same": "That is the published root.",
        "other": "The published root starts with {published}: this is not the published list.",
        "handed": "The proof of record {record} hands over {count} hashes, in this order: {nodes}.",
        "handed-1": "The proof of record {record} hands over one hash: {nodes}.",
        "handed-0": "The proof of record {record} is empty: its leaf is the root.",
        "accepted": "The root rebuilt from it is the published one: the proof is accepted.",
        "refused": "The root rebuilt from it is not the published one: the proof is refused.",
        "legend-changed": "changed",
        "legend-handed": "handed over, in this order",
        "legend-rebuilt": "rebuilt by the verifier",
        "stop": " ",
    },
    "zh": {
        "title": "{count} 条记录的默克尔树",
        "root": "根",
        "the-root": "根",
        "leaf": "叶节点 {first}",
        "node": "节点 {first}–{last}",
        "and": "、",
        "tree": "这 {count} 条记录的默克尔根以 {root} 开头。",
        "changed": "记录 {record} 被改动，随之改变的有：{nodes}。",
        "same": "它就是公布的根。",
        "other": "公布的根以 {published} 开头：这份列表已不是当初公布的那一份。",
        "handed": "记录 {record} 的证明依次交出 {count} 个哈希值：{nodes}。",
        "handed-1": "记录 {record} 的证明只交出一个哈希值：{nodes}。",
        "handed-0": "记录 {record} 的证明为空：它的叶节点就是根。",
        "accepted": "由证明重算出的根就是公布的根：证明成立。",
        "refused": "由证明重算出的根不是公布的根：证明不成立。",
        "legend-changed": "已改变",
        "legend-handed": "证明依次交出的哈希值",
        "legend-rebuilt": "由验证者重新算出",
        "stop": "",
    },
}

NodeAt = tuple[int, int]
"""A node by its level, counted from the leaves, and its place in that level."""


@dataclass(frozen=True, slots=True)
class MerkleTree:
    """The tree of one list, and what the picture shows of it.

    `labels` holds one line a record. `levels` holds digests, the leaves' first and the root's, alone, last; where a level is odd, its
    last digest stands again, unchanged, at the end of the level above. `changed` and `proved` are indices of records, `published` is
    the root that everybody knows. Raises ValueError where these do not fit together.
    """

    labels: tuple[str, ...]
    levels: tuple[tuple[bytes, ...], ...]
    changed: int | None = None
    proved: int | None = None
    published: bytes | None = None

    def __post_init__(self) -> None:
        """Refuse what is no tree, so that whoever draws it need not ask."""
        size = len(self.labels)
        if not 1 <= size <= MAX_LEAVES:
            raise ValueError(f"{size} records; the figure shows 1 to {MAX_LEAVES}: pass a part of the list")
        shape, expected = [len(level) for level in self.levels], [size]
        while expected[-1] > 1:
            expected.append((expected[-1] + 1) // 2)
        if shape != expected:
            raise ValueError(f"levels of {shape} digests; the tree of {size} records has levels of {expected}")
        for name, index in (("changed", self.changed), ("proved", self.proved)):
            if index is not None and not 0 <= index < size:
                raise ValueError(f"{name} record {index}; records are numbered 0 to {size - 1}")

    @property
    def root(self) -> NodeAt:
        """Where the root is."""
        return len(self.levels) - 1, 0

    @property
    def nodes(self) -> list[NodeAt]:
        """Every node once, leaves first: the copy of a digest that only moved up is not a node."""
        places = [(level, place) for level, digests in enumerate(self.levels) for place in range(len(digests))]
        return [node for node in places if self.get_origin(node) == node]

    def get_origin(self, node: NodeAt) -> NodeAt:
        """Return where the digest at `node` was made: below, if it had no partner and moved up."""
        level, place = node
        while level and 2 * place + 1 == len(self.levels[level - 1]):
            level, place = level - 1, 2 * place
        return level, place

    def get_children(self, node: NodeAt) -> tuple[NodeAt, ...]:
        """Return the two nodes below, or none under a leaf."""
        level, place = node
        return tuple(self.get_origin((level - 1, 2 * place + side)) for side in (0, 1)) if level else ()

    def get_span(self, node: NodeAt) -> tuple[int, int]:
        """Return the first and the last record below a node."""
        level, place = node
        return place << level, min((place + 1) << level, len(self.labels)) - 1

    def get_path(self, record: int | None) -> list[NodeAt]:
        """Return the nodes from a record's leaf up to the root; none for None."""
        if record is None:
            return []
        return [node for node in self.nodes if self.get_span(node)[0] <= record <= self.get_span(node)[1]]

    def get_siblings(self, record: int | None) -> list[NodeAt]:
        """Return what the inclusion proof of a record hands over, in its order: RFC 9162, section 2.1.3.1."""
        path = self.get_path(record)
        return [child for parent in path[1:] for child in self.get_children(parent) if child not in path]


def describe_merkle_tree(tree: MerkleTree, lang: str = "en") -> str:
    """Return in words what the picture shows, in the language `lang` ("en" or "zh")."""
    return _WORDS[lang]["stop"].join(_compute_sentences(tree, lang))


def draw_merkle_tree(tree: MerkleTree, lang: str = "en", *, with_words: bool = True) -> str:
    """Return the picture as one SVG element, with its text alternative in the language `lang` ("en" or "zh").

    `with_words=False` is for a page that sets the sentences itself, where a narrow screen can break them: the picture is smaller then.
    """
    min_width = _MIN_WIDTH if with_words else _MIN_WIDTH_BARE
    places = _compute_places(tree, min_width)
    width = max(min_width, len(tree.labels) * (_BOX[0] + _GAP) - _GAP + 2 * _MARGIN)
    records_at = _ROW * len(tree.levels) + _MARGIN
    sentences = _compute_sentences(tree, lang) if with_words else []
    legend, height = _draw_legend(_get_marks(tree), sentences, lang, records_at + _BOX[1] + 2 * _MARGIN, width)
    return picture(
        width,
        height + _MARGIN,
        _phrase(lang, "title", len(tree.labels)),
        describe_merkle_tree(tree, lang),
        *_draw_lines(tree, places, records_at),
        *(_draw_node(tree, node, places[node], lang) for node in tree.nodes),
        *(_draw_record(tree, record, (places[0, record][0], records_at)) for record in range(len(tree.labels))),
        legend,
    )


def _compute_sentences(tree: MerkleTree, lang: str) -> list[str]:
    sentences = [_phrase(lang, "tree", len(tree.labels), root=_get_start(tree.levels[-1][0]))]
    is_published = tree.published == tree.levels[-1][0]
    if tree.changed is not None:
        sentences.append(_phrase(lang, "changed", record=tree.changed, nodes=_list_names(tree, tree.get_path(tree.changed), lang)))
    if tree.published is not None:
        sentences.append(_phrase(lang, "same" if is_published else "other", published=_get_start(tree.published)))
    if tree.proved is not None:
        siblings = tree.get_siblings(tree.proved)
        sentences.append(_phrase(lang, "handed", len(siblings), record=tree.proved, nodes=_list_names(tree, siblings, lang)))
    if tree.proved is not None and tree.published is not None:
        sentences.append(_phrase(lang, "accepted" if is_published else "refused"))
    return sentences


def _phrase(lang: str, key: str, count: int = -1, **values: str | int) -> str:
    """Return a sentence of a language, in the form that it has for `count` things where it has one of its own."""
    words = _WORDS[lang]
    return words.get(f"{key}-{count}", words[key]).format(count=count, **values)


def _list_names(tree: MerkleTree, nodes: list[NodeAt], lang: str) -> str:
    kinds = ["the-root" if node == tree.root else "node" if node[0] else "leaf" for node in nodes]
    spans = [tree.get_span(node) for node in nodes]
    return _WORDS[lang]["and"].join(_phrase(lang, kind, first=first, last=last) for kind, (first, last) in zip(kinds, spans, strict=True))


def _get_start(digest: bytes) -> str:
    return digest[:4].hex()


def _compute_places(tree: MerkleTree, min_width: float = _MIN_WIDTH) -> dict[NodeAt, Point]:
    """Return where the middle of each box is: leaves side by side, every other node above the middle of its two children."""
    width = len(tree.labels) * (_BOX[0] + _GAP) - _GAP
    left = max(_MARGIN, (min_width - width) / 2) + _BOX[0] / 2
    places: dict[NodeAt, Point] = {}
    for node in tree.nodes:
        level, place = node
        children = [places[child][0] for child in tree.get_children(node)]
        across = sum(children) / 2 if children else left + place * (_BOX[0] + _GAP)
        places[node] = (across, _MARGIN + _BOX[1] / 2 + (len(tree.levels) - 1 - level) * _ROW)
    return places


def _draw_lines(tree: MerkleTree, places: dict[NodeAt, Point], records_at: float) -> list[str]:
    """Draw what joins the boxes; what is lit lies above what is not."""
    joints = [(parent, child, places[parent], places[child]) for parent in tree.nodes for child in tree.get_children(parent)]
    leaves = [(leaf, leaf, places[leaf], (places[leaf][0], records_at + _BOX[1] / 2)) for leaf in tree.nodes if not leaf[0]]
    rebuilt, handed, changed = tree.get_path(tree.proved), tree.get_siblings(tree.proved), tree.get_path(tree.changed)
    plain, green, blue, dashed = [], [], [], []
    for parent, child, upper, lower in joints + leaves:
        turn = min((upper[1] + lower[1]) / 2, upper[1] + _ROW / 2)
        route = f"M{upper[0]:g} {upper[1]:g}V{turn:g}H{lower[0]:g}V{lower[1]:g}"
        plain.append(_draw_route(route, _LINE, 1.5))
        if child in rebuilt:
            blue.append(_draw_route(route, _REBUILT, 4.0))
        elif child in handed and parent != child:
            green.append(_draw_route(route, _HANDED, 2.5))
        if child in changed:
            dashed.append(_draw_route(route, _CHANGED, 2.0, stroke_dasharray="5 4"))
    return plain + green + blue + dashed


def _draw_route(route: str, colour: str, width: float, **attributes: str | float) -> str:
    return element("path", d=route, fill="none", stroke=colour, stroke_width=width, stroke_linejoin="round", **attributes)


def _draw_node(tree: MerkleTree, node: NodeAt, at: Point, lang: str) -> str:
    """Draw one box: which records it stands for, and its digest; the whole digest shows where a pointer rests on it."""
    first, last = tree.get_span(node)
    span = f"{first}" if first == last else f"{first}–{last}"
    heading = f"{span} · {_WORDS[lang]['root']}" if node == tree.root else span
    digest = tree.levels[node[0]][node[1]]
    siblings = tree.get_siblings(tree.proved)
    if node in siblings:
        box = _draw_box(at, _HANDED_GROUND, _HANDED, 2.5, radius=_BOX[1] / 2)
        box += _draw_badge((at[0] - _BOX[0] / 2 + 4, at[1] - _BOX[1] / 2 + 4), str(siblings.index(node) + 1), _HANDED_BADGE)
    elif node in tree.get_path(tree.proved):
        box = _draw_box(at, _REBUILT_GROUND, _REBUILT, 4.0)
    else:
        box = _draw_box(at, _GROUND, _LINE, 1.5)
    return element(
        "g",
        element("title", f"{heading}: {digest.hex()}"),
        box,
        text(heading, (at[0], at[1] - 4), 12, fill=_INK, text_anchor="middle"),
        text(f"{_get_start(digest)}…", (at[0], at[1] + 13), 13, family=MONO, fill=_INK, text_anchor="middle"),
        _draw_change(at) if node in tree.get_path(tree.changed) else "",
    )


def _draw_record(tree: MerkleTree, record: int, at: Point) -> str:
    """Draw one record as a sheet of paper with a folded corner; `at` is the middle of its upper edge."""
    (width, height), fold = _BOX, 10.0
    left, right, top, bottom = at[0] - width / 2, at[0] + width / 2, at[1], at[1] + height
    sheet = f"M{left:g} {top:g}H{right - fold:g}L{right:g} {top + fold:g}V{bottom:g}H{left:g}Z"
    is_lit = record == tree.proved
    label = tree.labels[record]
    lines = _break_label(label, width - 16)
    first = top + height / 2 + 4 - 7.5 * (len(lines) - 1)
    middle = (at[0], top + height / 2)
    return element(
        "g",
        element("title", escape(label)),
        element(
            "path",
            d=sheet,
            fill=_REBUILT_GROUND if is_lit else _GROUND,
            stroke=_REBUILT if is_lit else _LINE,
            stroke_width=3 if is_lit else 1.5,
        ),
        *(text(line, (at[0], first + 15 * row), 12, fill=_INK, text_anchor="middle") for row, line in enumerate(lines)),
        _draw_change(middle) if record == tree.changed else "",
    )


def _break_label(label: str, width: float) -> list[str]:
    """Return one or two lines for a label; what does not fit is cut."""
    line = wrap(label, width, 12)[0]
    rest = label.strip().removeprefix(line).strip()
    return [shorten(part, width, 12) for part in (line, rest) if part]


def _draw_box(at: Point, ground: str, border: str, width: float, radius: float = 4.0) -> str:
    return element(
        "rect",
        x=at[0] - _BOX[0] / 2,
        y=at[1] - _BOX[1] / 2,
        width=_BOX[0],
        height=_BOX[1],
        rx=radius,
        fill=ground,
        stroke=border,
        stroke_width=width,
    )


def _draw_change(at: Point) -> str:
    """Draw the mark of what changed: a dashed outline around the box at `at`, and a sign."""
    width, height = _BOX[0] + 10, _BOX[1] + 10
    outline: dict[str, str | float] = {"fill": "none", "stroke": _CHANGED, "stroke_width": 2.5, "stroke_dasharray": "5 4"}
    frame = element("rect", x=at[0] - width / 2, y=at[1] - height / 2, width=width, height=height, rx=7.0, **outline)
    return frame + _draw_badge((at[0] + _BOX[0] / 2 - 1, at[1] - _BOX[1] / 2 + 1), "≠", _CHANGED_BADGE)


def _draw_badge(at: Point, sign: str, ground: str) -> str:
    circle = element("circle", cx=at[0], cy=at[1], r=10.0, fill=ground, stroke="#ffffff", stroke_width=1.5)
    return circle + text(sign, (at[0], at[1] + 4.5), 13, fill="#ffffff", font_weight="bold", text_anchor="middle")


def _draw_legend(marks: list[str], sentences: list[str], lang: str, top: float, width: float) -> tuple[str, float]:
    """Draw, below the tree, what its marks mean and what it shows in words; return it with its lower edge."""
    if not marks and not sentences:
        return "", top - 2 * _MARGIN
    left, row = _MARGIN + 14, top + 24
    parts = []
    for mark in marks:
        label = _phrase(lang, f"legend-{mark}")
        if left + 46 + estimate_width(label, 13) > width - _MARGIN:
            left, row = _MARGIN + 14, row + 26
        parts.append(_draw_sample(mark, (left, row - 4)) + text(label, (left + 46, row), 13, fill=_INK))
        left += 46 + estimate_width(label, 13) + 28
    row += 26 if parts else 0
    for sentence in sentences:
        for line in wrap(sentence, width - 2 * _MARGIN - 28, 14):
            parts.append(text(line, (_MARGIN + 14, row), 14, fill=_INK))
            row += 20
        row += 3
    bottom = row - 8
    ground: dict[str, str | float] = {"fill": _GROUND, "stroke": _LINE, "stroke_width": 1.0, "rx": 6.0}
    return element("rect", x=_MARGIN, y=top, width=width - 2 * _MARGIN, height=bottom - top, **ground) + "".join(parts), bottom


def _get_marks(tree: MerkleTree) -> list[str]:
    marks = ["rebuilt", "handed"] if tree.proved is not None else []
    return [*marks, "changed"] if tree.changed is not None else marks


def _draw_sample(mark: str, at: Point) -> str:
    """Draw a mark of the legend, small; `at` is the middle of its left edge."""
    frame: dict[str, str | float] = {"x": at[0], "y": at[1] - 8, "width": 36.0, "height": 16.0}
    if mark == "rebuilt":
        return element("rect", **frame, rx=3.0, fill=_REBUILT_GROUND, stroke=_REBUILT, stroke_width=4.0)
    if mark == "handed":
        return element("rect", **frame, rx=8.0, fill=_HANDED_GROUND, stroke=_HANDED, stroke_width=2.5)
    return element("rect", **frame, rx=4.0, fill="none", stroke=_CHANGED, stroke_width=2.5, stroke_dasharray="5 4") + text(
        "≠", (at[0] + 18, at[1] + 5), 14, fill=_CHANGED_BADGE, font_weight="bold", text_anchor="middle"
    )
