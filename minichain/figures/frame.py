"""What the figures of the ledger share: more colours (see `marks`), boxes around a point, and a legend whose samples a figure draws itself.

The colours are Okabe and Ito's, which colour-blind readers tell apart. The site's dark pages replace each of them by another, so these
figures use no others.

Simplifications: as in `marks`, the width of a text is estimated.
"""

from collections.abc import Sequence
from typing import Final

from minichain.figures.marks import GROUND, INK, LINE
from minichain.figures.svg import Point, element, estimate_width, text, wrap

BLUE, BLUE_GROUND = "#0072b2", "#d6eaf8"
GREEN, GREEN_GROUND, GREEN_DARK = "#008f68", "#d5f2e6", "#006b4e"
ORANGE, ORANGE_DARK, ORANGE_GROUND = "#d55e00", "#b34700", "#fbe3cf"
PURPLE_GROUND = "#eadcf4"

MARGIN: Final = 16.0
PADDING: Final = 14.0
"""Between the edge of the legend and what is in it."""
SAMPLE_WIDTH: Final = 36.0

Size = tuple[float, float]


def draw_box(at: Point, size: Size, ground: str, border: str, width: float, *, radius: float = 4.0, dashes: str = "none") -> str:
    """Draw a box whose middle is `at`."""
    left, top = at[0] - size[0] / 2, at[1] - size[1] / 2
    looks: dict[str, str | float] = {"fill": ground, "stroke": border, "stroke_width": width, "stroke_dasharray": dashes}
    return element("rect", x=left, y=top, width=size[0], height=size[1], rx=radius, **looks)


def draw_legend(marks: Sequence[tuple[str, str]], sentences: Sequence[str], top: float, width: float) -> tuple[str, float]:
    """Draw what the marks mean and what the picture shows in words, below `top`; return it with its lower edge.

    A mark is a sample, drawn around the middle (0, 0) and at most 36 wide, and its meaning.
    """
    if not marks and not sentences:
        return "", top
    left, row = MARGIN + PADDING, top + 24
    parts = []
    for sample, meaning in marks:
        needed = SAMPLE_WIDTH + 10 + estimate_width(meaning, 13)
        if left + needed > width - MARGIN and left > MARGIN + PADDING:
            left, row = MARGIN + PADDING, row + 26
        parts.append(element("g", sample, transform=f"translate({left + SAMPLE_WIDTH / 2:g} {row - 4:g})"))
        parts.append(text(meaning, (left + SAMPLE_WIDTH + 10, row), 13, fill=INK))
        left += needed + 28
    row += 26 if marks else 0
    for sentence in sentences:
        for line in wrap(sentence, width - 2 * (MARGIN + PADDING), 14):
            parts.append(text(line, (MARGIN + PADDING, row), 14, fill=INK))
            row += 20
        row += 3
    bottom = row - 8
    ground: dict[str, str | float] = {"fill": GROUND, "stroke": LINE, "stroke_width": 1.0, "rx": 6.0}
    return element("rect", x=MARGIN, y=top, width=width - 2 * MARGIN, height=bottom - top, **ground) + "".join(parts), bottom
