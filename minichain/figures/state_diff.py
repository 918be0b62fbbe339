"""What a block did to the world state, as a picture: each key that it changed, what it was worth before and what after.

Three marks, each told by colour and by form. *New*: the sign + and a rounded box. *Changed*: the sign ≠ and a thick border. *Deleted*:
the sign − and a dashed border.

Simplifications: values are cut to what fits, and more than 16 changes are refused; a reader would see neither.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from minichain.figures.frame import BLUE, BLUE_GROUND, GREEN, GREEN_DARK, GREEN_GROUND, MARGIN, ORANGE, ORANGE_DARK, draw_box, draw_legend
from minichain.figures.marks import GROUND, INK, LINE, draw_badge
from minichain.figures.svg import MONO, Point, element, escape, estimate_width, picture, shorten, text

MAX_CHANGES: Final = 16

ROW_HEIGHT: Final = 54.0
GAP: Final = 12.0
_INDENT: Final = 42.0
"""From the left edge of a box to its text: the sign stands there."""
_ARROW: Final = 34.0
_MIN_WIDTH: Final = 640.0
_MIN_WIDTH_BARE: Final = 360.0

_LOOKS: Final = {
    "new": (GREEN_GROUND, GREEN, 2.5, 16.0, "none", "+", GREEN_DARK),
    "changed": (BLUE_GROUND, BLUE, 4.0, 4.0, "none", "≠", BLUE),
    "deleted": (GROUND, ORANGE, 2.5, 4.0, "5 4", "−", ORANGE_DARK),
    "kept": (GROUND, LINE, 1.5, 4.0, "none", "=", "#5b6572"),
}
"""Ground, border, its width, the corners' radius and the dashes of a box, its sign and the sign's ground."""

_WORDS: Final = {
    "en": {
        "title": "What block {height} changed in the world state",
        "none": "no such key",
        "by": "transaction {transaction}",
        "and": ", ",
        "nothing": "The block changed nothing.",
        "new": "New: {keys}.",
        "changed": "Changed: {keys}.",
        "deleted": "Deleted: {keys}.",
        "kept": "Written again with the same value: {keys}.",
        "legend-new": "new",
        "legend-changed": "changed",
        "legend-deleted": "deleted",
        "legend-kept": "same value, new version",
        "stop": " ",
    },
    "zh": {
        "title": "区块 {height} 对世界状态的改动",
        "none": "无此键",
        "by": "交易 {transaction}",
        "and": "、",
        "nothing": "该区块没有改动任何键。",
        "new": "新增：{keys}。",
        "changed": "修改：{keys}。",
        "deleted": "删除：{keys}。",
        "kept": "重新写入了相同的值：{keys}。",
        "legend-new": "新增",
        "legend-changed": "修改",
        "legend-deleted": "删除",
        "legend-kept": "值不变，版本更新",
        "stop": "",
    },
}


@dataclass(frozen=True, slots=True)
class KeyChange:
    """One key, what it was worth before the block and after it (None: no such key), and the last transaction that wrote it."""

    key: str
    before: str | None
    after: str | None
    transaction: int

    @property
    def kind(self) -> str:
        """How it changed: "new", "changed", "deleted" or "kept"."""
        if self.before == self.after:
            return "kept"
        if self.before is None:
            return "new"
        return "deleted" if self.after is None else "changed"


@dataclass(frozen=True, slots=True)
class StateDiff:
    """The changes of the block at `height`, in the order in which they are shown. Raises ValueError for more than can be shown."""

    height: int
    changes: tuple[KeyChange, ...]

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if len(self.changes) > MAX_CHANGES:
            raise ValueError(f"{len(self.changes)} changes; the figure shows {MAX_CHANGES}: pass a part of them")


def describe_state_diff(diff: StateDiff, lang: str = "en") -> str:
    """Return in words what the picture shows, in the language `lang` ("en" or "zh")."""
    return _WORDS[lang]["stop"].join(_compute_sentences(diff, lang))


def draw_state_diff(diff: StateDiff, lang: str = "en", *, with_words: bool = True) -> str:
    """Return the picture as one SVG element, with its text alternative in the language `lang` ("en" or "zh").

    `with_words=False` is for a page that sets the sentences itself, where a narrow screen can break them: the picture is smaller then.
    """
    width = _MIN_WIDTH if with_words else _MIN_WIDTH_BARE
    samples = get_samples(diff.changes, lang)
    top = MARGIN + len(diff.changes) * (ROW_HEIGHT + GAP)
    legend, bottom = draw_legend(samples, _compute_sentences(diff, lang) if with_words or not samples else [], top, width)
    return picture(
        width,
        bottom + MARGIN,
        _WORDS[lang]["title"].format(height=diff.height),
        describe_state_diff(diff, lang),
        *(draw_change(change, MARGIN + row * (ROW_HEIGHT + GAP), width, lang) for row, change in enumerate(diff.changes)),
        legend,
    )


def _compute_sentences(diff: StateDiff, lang: str) -> list[str]:
    words = _WORDS[lang]
    keys = {kind: [change.key for change in diff.changes if change.kind == kind] for kind in _LOOKS}
    return [words[kind].format(keys=words["and"].join(found)) for kind, found in keys.items() if found] or [words["nothing"]]


def get_samples(changes: Iterable[KeyChange], lang: str) -> list[tuple[str, str]]:
    """Return the marks of a legend for what happened to these keys, with their meaning."""
    kinds = {change.kind for change in changes}
    return [(_draw_sample(kind), _WORDS[lang][f"legend-{kind}"]) for kind in _LOOKS if kind in kinds]


def draw_change(change: KeyChange, top: float, width: float, lang: str) -> str:
    """Draw one key: above, its name and who wrote it; below, the value before, an arrow, and the value after."""
    ground, border, thickness, radius, dashes, sign, sign_ground = _LOOKS[change.kind]
    size = (width - 2 * MARGIN, ROW_HEIGHT)
    middle = (width / 2, top + ROW_HEIGHT / 2)
    left, right = MARGIN + _INDENT, width - MARGIN - 14
    by = _WORDS[lang]["by"].format(transaction=change.transaction)
    half = (right - left - _ARROW) / 2
    values = [_WORDS[lang]["none"] if value is None else value for value in (change.before, change.after)]
    return element(
        "g",
        element("title", escape(f"{change.key}: {values[0]} → {values[1]}")),
        draw_box(middle, size, ground, border, thickness, radius=radius, dashes=dashes),
        draw_badge((MARGIN + _INDENT / 2, middle[1]), sign, sign_ground),
        text(shorten(change.key, right - left - estimate_width(by, 12) - 12, 13), (left, top + 21), 13, fill=INK, font_weight="bold"),
        text(by, (right, top + 21), 12, fill=INK, text_anchor="end"),
        _draw_value(change.before, values[0], (left, top + 42), half),
        text("→", (left + half + _ARROW / 2, top + 42), 14, fill=INK, text_anchor="middle"),
        _draw_value(change.after, values[1], (left + half + _ARROW, top + 42), half),
    )


def _draw_value(value: str | None, shown: str, at: Point, width: float) -> str:
    """Draw a value, in another type where there is none."""
    if value is None:
        return text(shorten(shown, width, 13), at, 13, fill=INK, font_style="italic")
    return text(shorten(shown, width, 14), at, 13, family=MONO, fill=INK)  # its letters are wider than others


def _draw_sample(kind: str) -> str:
    """Draw a mark of the legend."""
    ground, border, thickness, radius, dashes, sign, _ = _LOOKS[kind]
    box = draw_box((0, 0), (36.0, 18.0), ground, border, thickness, radius=min(radius, 9.0), dashes=dashes)
    return box + text(sign, (0, 5), 14, fill=INK, font_weight="bold", text_anchor="middle")
