"""A block's DAG as a picture: which transactions must follow which, and how few steps the block takes if there are cores enough.

A step is a row: what stands in it can run at once, after all rows above it. Lines lead from a transaction down to those that must
follow it. One transaction can be chosen; then three marks tell, each by colour and by form, what it means for the others. *Before*: a
rounded box. *Chosen*: a thick border. *After*: a dashed border. All others have nothing to do with it.

Simplifications: more than 24 transactions, or more than eight in a step, are refused; a reader would see neither.
"""

from dataclasses import dataclass
from typing import Final

from minichain.figures.frame import BLUE, BLUE_GROUND, GREEN, GREEN_GROUND, MARGIN, ORANGE, Size, draw_box, draw_legend
from minichain.figures.marks import GROUND, INK, LINE
from minichain.figures.svg import SANS, Point, element, escape, picture, shorten, text

MAX_TRANSACTIONS: Final = 24
MAX_WIDTH: Final = 8

_BOX: Final = (126.0, 46.0)
_GAP: Final = 24.0
_ROW: Final = 98.0
_ROW_NAME: Final = 58.0
_MIN_WIDTH: Final = 640.0
_MIN_WIDTH_BARE: Final = 360.0

_LOOKS: Final = {
    "plain": (GROUND, LINE, 1.5, 4.0, "none"),
    "before": (GREEN_GROUND, GREEN, 2.5, 23.0, "none"),
    "chosen": (BLUE_GROUND, BLUE, 4.0, 4.0, "none"),
    "after": (GROUND, ORANGE, 2.5, 4.0, "5 4"),
}
"""Ground, border, its width, the corners' radius and the dashes of a box."""

_WORDS: Final = {
    "en": {
        "title": "DAG of a block of {count} transactions",
        "title-1": "DAG of a block of one transaction",
        "step": "step {number}",
        "and": ", ",
        "steps": "With enough cores, the {count} transactions take {steps} steps.",
        "alone": "A single transaction has nobody to follow.",
        "steps-1": "The transactions can all run at once.",
        "chain": "Each transaction must follow another: more cores do not help.",
        "follows": "Transaction {chosen} must follow these: {others}.",
        "follows-0": "Transaction {chosen} follows nobody.",
        "followed": "What must follow it: {others}.",
        "followed-0": "Nobody must follow it.",
        "free": "The others can run before it, after it or at the same time.",
        "legend-before": "must come before",
        "legend-chosen": "chosen",
        "legend-after": "must come after",
        "stop": " ",
    },
    "zh": {
        "title": "一个含 {count} 笔交易的区块的有向无环图",
        "step": "第 {number} 步",
        "and": "、",
        "steps": "只要核数足够，{count} 笔交易 {steps} 步即可执行完。",
        "steps-1": "这些交易可以同时执行。",
        "alone": "只有一笔交易，不必等任何交易。",
        "chain": "每笔交易都要等前一笔：核再多也没有用。",
        "follows": "交易 {chosen} 必须排在交易 {others} 之后。",
        "follows-0": "交易 {chosen} 不必等任何交易。",
        "followed": "交易 {others} 必须排在它之后。",
        "followed-0": "没有交易要等它。",
        "free": "其余交易可以在它之前、之后或同时执行。",
        "legend-before": "必须在前",
        "legend-chosen": "选中的交易",
        "legend-after": "必须在后",
        "stop": "",
    },
}


@dataclass(frozen=True, slots=True)
class BlockDag:
    """The DAG of one block, and which of its transactions is chosen.

    `labels` has one line a transaction, what it does; `neighbours` the earlier transactions that each must follow, by their numbers.
    Raises ValueError where these do not fit together.
    """

    labels: tuple[str, ...]
    neighbours: tuple[tuple[int, ...], ...]
    chosen: int | None = None

    def __post_init__(self) -> None:
        """Refuse what is no DAG of a block, so that whoever draws it need not ask."""
        size = len(self.labels)
        if not 1 <= size <= MAX_TRANSACTIONS:
            raise ValueError(f"{size} transactions; the figure shows 1 to {MAX_TRANSACTIONS}")
        if len(self.neighbours) != size:
            raise ValueError(f"neighbours of {len(self.neighbours)} transactions; there are {size} labels")
        for index, earlier in enumerate(self.neighbours):
            if any(not 0 <= other < index for other in earlier):
                raise ValueError(f"transaction {index} follows {earlier}; a transaction can only follow earlier ones")
        if self.chosen is not None and not 0 <= self.chosen < size:
            raise ValueError(f"chosen transaction {self.chosen}; transactions are numbered 0 to {size - 1}")
        widest = max(len(row) for row in self.rows)
        if widest > MAX_WIDTH:
            raise ValueError(f"{widest} transactions in one step; the figure shows {MAX_WIDTH}")

    @property
    def rows(self) -> list[list[int]]:
        """The transactions by the step in which each can run."""
        rows: list[list[int]] = []
        row_of: list[int] = []
        for index, earlier in enumerate(self.neighbours):
            row_of.append(1 + max((row_of[other] for other in earlier), default=-1))
            if row_of[index] == len(rows):
                rows.append([])
            rows[row_of[index]].append(index)
        return rows

    def get_before(self, transaction: int) -> list[int]:
        """Return all that a transaction must follow, directly or not."""
        found: set[int] = set()
        waiting = [transaction]
        while waiting:
            new = set(self.neighbours[waiting.pop()]) - found
            found |= new
            waiting += new
        return sorted(found)

    def get_after(self, transaction: int) -> list[int]:
        """Return all that must follow a transaction, directly or not."""
        return [other for other in range(len(self.labels)) if transaction in self.get_before(other)]


def describe_block_dag(dag: BlockDag, lang: str = "en") -> str:
    """Return in words what the picture shows, in the language `lang` ("en" or "zh")."""
    return _WORDS[lang]["stop"].join(_compute_sentences(dag, lang))


def draw_block_dag(dag: BlockDag, lang: str = "en", *, with_words: bool = True) -> str:
    """Return the picture as one SVG element, with its text alternative in the language `lang` ("en" or "zh").

    `with_words=False` is for a page that sets the sentences itself, where a narrow screen can break them: the picture is smaller then.
    """
    rows = dag.rows
    columns = max(len(row) for row in rows)
    width = max(_MIN_WIDTH if with_words else _MIN_WIDTH_BARE, 2 * MARGIN + _ROW_NAME + columns * (_BOX[0] + _GAP))
    places = {index: _compute_place(row, column) for row, members in enumerate(rows) for column, index in enumerate(members)}
    marks = _compute_marks(dag)
    bottom = MARGIN + len(rows) * _ROW - (_ROW - _BOX[1])
    samples = [
        (_draw_box((0, 0), mark, (36.0, 18.0)), _WORDS[lang][f"legend-{mark}"]) for mark in _LOOKS if mark in marks and mark != "plain"
    ]
    legend, bottom = draw_legend(samples, _compute_sentences(dag, lang) if with_words else [], bottom + MARGIN, width)
    return picture(
        width,
        bottom + MARGIN,
        _phrase(lang, "title", len(dag.labels)),
        describe_block_dag(dag, lang),
        *_draw_lines(dag, places, marks),
        *(_draw_row_name(_phrase(lang, "step", number=row + 1), row) for row in range(len(rows))),
        *(_draw_transaction(dag.labels[index], index, at, marks[index]) for index, at in places.items()),
        legend,
    )


def _phrase(lang: str, key: str, count: int = -1, **values: str | int) -> str:
    """Return a sentence of a language, in the form that it has for `count` things where it has one of its own."""
    words = _WORDS[lang]
    return words.get(f"{key}-{count}", words[key]).format(count=count, **values)


def _compute_sentences(dag: BlockDag, lang: str) -> list[str]:
    size, steps = len(dag.labels), len(dag.rows)
    if size == steps:
        sentences = [_phrase(lang, "alone" if size == 1 else "chain")]
    else:
        sentences = [_WORDS[lang]["steps-1"] if steps == 1 else _phrase(lang, "steps", size, steps=steps)]
    if dag.chosen is not None:
        before, after = dag.get_before(dag.chosen), dag.get_after(dag.chosen)
        sentences.append(_phrase(lang, "follows", min(len(before), 1), chosen=dag.chosen, others=_list(before, lang)))
        sentences.append(_phrase(lang, "followed", min(len(after), 1), others=_list(after, lang)))
        if len(before) + len(after) + 1 < size:
            sentences.append(_phrase(lang, "free"))
    return sentences


def _list(numbers: list[int], lang: str) -> str:
    return _WORDS[lang]["and"].join(str(number) for number in numbers)


def _compute_marks(dag: BlockDag) -> list[str]:
    """Return the name of each transaction's looks."""
    if dag.chosen is None:
        return ["plain"] * len(dag.labels)
    before, after = dag.get_before(dag.chosen), dag.get_after(dag.chosen)
    named = {dag.chosen: "chosen"} | dict.fromkeys(before, "before") | dict.fromkeys(after, "after")
    return [named.get(index, "plain") for index in range(len(dag.labels))]


def _compute_place(row: int, column: int) -> Point:
    """Return the middle of a box. All rows have the same columns, so that the gaps between them are free for lines."""
    return MARGIN + _ROW_NAME + column * (_BOX[0] + _GAP) + _BOX[0] / 2 + _GAP / 2, MARGIN + _BOX[1] / 2 + row * _ROW


def _draw_lines(dag: BlockDag, places: dict[int, Point], marks: list[str]) -> list[str]:
    """Draw what joins the boxes; what is lit lies above what is not."""
    plain, lit = [], []
    for index, earlier in enumerate(dag.neighbours):
        for other in earlier:
            route = _compute_route(places[other], places[index])
            if dag.chosen is not None and {marks[other], marks[index]} <= {"before", "chosen"}:
                lit.append(element("path", d=route, fill="none", stroke=GREEN, stroke_width=2.5))
            elif dag.chosen is not None and {marks[other], marks[index]} <= {"after", "chosen"}:
                lit.append(element("path", d=route, fill="none", stroke=ORANGE, stroke_width=2.5, stroke_dasharray="5 4"))
            else:
                plain.append(element("path", d=route, fill="none", stroke=LINE, stroke_width=1.5))
    return plain + lit


def _compute_route(upper: Point, lower: Point) -> str:
    """Return a way from the lower edge of one box to the upper edge of another, which goes through gaps and not through boxes."""
    start, end = upper[1] + _BOX[1] / 2, lower[1] - _BOX[1] / 2
    gap = _ROW - _BOX[1]
    if end - start <= gap:
        middle = (start + end) / 2
        return f"M{upper[0]:g} {start:g}C{upper[0]:g} {middle:g} {lower[0]:g} {middle:g} {lower[0]:g} {end:g}"
    beside = lower[0] + (_BOX[0] + _GAP) / 2 * (1 if upper[0] > lower[0] else -1)
    first, last = start + gap / 2, end - gap / 2
    down = f"M{upper[0]:g} {start:g}C{upper[0]:g} {first:g} {beside:g} {first:g} {beside:g} {start + gap:g}V{end - gap:g}"
    return down + f"C{beside:g} {last:g} {lower[0]:g} {last:g} {lower[0]:g} {end:g}"


def _draw_row_name(name: str, row: int) -> str:
    at = (MARGIN + _ROW_NAME / 2, MARGIN + _BOX[1] / 2 + row * _ROW)
    ground = draw_box(at, (_ROW_NAME, 24.0), GROUND, LINE, 1.0, radius=12.0)
    return ground + text(name, (at[0], at[1] + 4), 12, fill=INK, text_anchor="middle")


def _draw_transaction(label: str, index: int, at: Point, mark: str) -> str:
    """Draw one transaction: its number, and what it does; the whole label shows where a pointer rests on it."""
    return element(
        "g",
        element("title", escape(f"{index}: {label}")),
        _draw_box(at, mark, _BOX),
        text(str(index), (at[0], at[1] - 4), 13, fill=INK, font_weight="bold", text_anchor="middle"),
        text(shorten(label, _BOX[0] - 16, 12), (at[0], at[1] + 14), 12, family=SANS, fill=INK, text_anchor="middle"),
    )


def _draw_box(at: Point, mark: str, size: Size) -> str:
    ground, border, width, radius, dashes = _LOOKS[mark]
    return draw_box(at, size, ground, border, width, radius=min(radius, size[1] / 2), dashes=dashes)
