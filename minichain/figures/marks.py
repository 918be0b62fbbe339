"""The marks that figures share: ink, lines and grounds, and the round badge that carries a sign.

What a mark means in one figure it means in all: a dashed outline with ≠ is something altered, a rounded box something handed over or
printed. Colours are in `frame`; none of them speaks alone.

Simplifications: none.
"""

from typing import Final

from minichain.figures.svg import Point, element, text

INK: Final = "#1b1f24"
LINE: Final = "#7a8594"
GROUND: Final = "#f6f8fa"


def draw_badge(at: Point, sign: str, ground: str) -> str:
    """Draw a sign in a filled circle around `at`."""
    circle = element("circle", cx=at[0], cy=at[1], r=10.0, fill=ground, stroke="#ffffff", stroke_width=1.5)
    return circle + text(sign, (at[0], at[1] + 4.5), 13, fill="#ffffff", font_weight="bold", text_anchor="middle")
