"""Two signatures by one key, and what somebody computes who believes that their nonces are the same.

Marks: the first numbers of the two points kG, which everybody can read off a signature, are joined by = or ≠. So are what was *computed*
from the two signatures and the *private key*; what was computed has a thick border where it is the key.

Simplifications: numbers are cut to their first four bytes; the private key stands in the picture only for comparison.
"""

from dataclasses import dataclass
from typing import Final, Literal

from minichain.figures.frame import MARGIN, ORANGE, draw_box, draw_legend
from minichain.figures.marks import GROUND, INK, LINE
from minichain.figures.svg import MONO, Point, element, escape, picture, text

_BOX: Final = (250.0, 118.0)
_COLUMNS: Final = (MARGIN + _BOX[0] / 2, MARGIN + _BOX[0] * 1.5 + 76.0)
_WIDTH: Final = _COLUMNS[1] + _BOX[0] / 2 + MARGIN
_TOP: Final = 30.0
_WORDS: Final = {
    "en": {
        "title": "Two {scheme} signatures by one key",
        "first": "signature 1",
        "second": "signature 2",
        "equations": "Two equations",
        "as-if": "If k₁ and k₂ were the same:",
        "computed": "computed d",
        "key": "private key",
        "same": "Both signatures have the same x₁ ({point}…), so their nonce k is the same: two equations with the two unknowns k and d.",
        "other": "The two x₁ differ, so each signature has a nonce of its own: two equations with three unknowns.",
        "found": "Computed as above, d starts with {found}: that is the private key.",
        "missed": "Whoever takes them for the same and subtracts gets a number that starts with {found}. It is not the private key.",
        "stop": " ",
    },
    "zh": {
        "title": "同一把密钥的两个 {scheme} 签名",
        "first": "签名 1",
        "second": "签名 2",
        "equations": "两个方程",
        "as-if": "假如 k₁ 与 k₂ 相同：",
        "computed": "算出的 d",
        "key": "私钥",
        "same": "两个签名的 x₁ 相同（{point}…），可见随机数 k 相同：两个方程，两个未知数 k 和 d。",
        "other": "两个 x₁ 不同，可见各用了各的随机数：两个方程，三个未知数。",
        "found": "照上面的式子算，得到的 d 以 {found} 开头：正是私钥。",
        "missed": "硬要当作相同，两式相减，得到的数以 {found} 开头，并不是私钥。",
        "stop": "",
    },
}
_ALGEBRA: Final = {
    "ecdsa": ("x₁ = r", ("s₁·k = e₁ + r·d", "s₂·k = e₂ + r·d"), ("k = (e₁ − e₂) / (s₁ − s₂)", "d = (s₁·k − e₁) / r")),
    "sm2": ("x₁ = r − e", ("k = s₁ + (s₁ + r₁)·d", "k = s₂ + (s₂ + r₂)·d"), ("d = (s₂ − s₁) / (s₁ + r₁ − s₂ − r₂)",)),
}


@dataclass(frozen=True, slots=True)
class SignedDigest:
    """A digest as a number, its signature, and the first number of kG as everybody computes it from these; all below 2^256."""

    e: int
    r: int
    s: int
    x1: int


@dataclass(frozen=True, slots=True)
class NonceReuse:
    """Two signatures by one key, and the key `computed` from them as if their nonces were the same."""

    scheme: Literal["ecdsa", "sm2"]
    first: SignedDigest
    second: SignedDigest
    computed: int
    private_key: int

    @property
    def is_reused(self) -> bool:
        """Whether both signatures have the same nonce, as everybody can see."""
        return self.first.x1 == self.second.x1

    @property
    def is_found(self) -> bool:
        """Whether what was computed is the private key."""
        return self.computed == self.private_key


def describe_nonce_reuse(reuse: NonceReuse, lang: str = "en") -> str:
    """Return in words what the picture shows, in the language `lang` ("en" or "zh")."""
    return _WORDS[lang]["stop"].join(_compute_sentences(reuse, lang))


def draw_nonce_reuse(reuse: NonceReuse, lang: str = "en", *, with_words: bool = True) -> str:
    """Return the picture as one SVG element, with its text alternative in the language `lang` ("en" or "zh").

    `with_words=False` is for a page that sets the sentences itself.
    """
    words, middle = _WORDS[lang], _TOP + _BOX[1] / 2
    algebra, bottom = _draw_algebra(reuse, _TOP + _BOX[1] + 18, lang)
    keys, bottom = _draw_keys(reuse, bottom + 32, lang)
    parts = [
        _draw_signature(reuse.scheme, reuse.first, words["first"], (_COLUMNS[0], middle)),
        _draw_signature(reuse.scheme, reuse.second, words["second"], (_COLUMNS[1], middle)),
        _draw_tie(_TOP + _BOX[1] - 20, "=" if reuse.is_reused else "≠"),
        algebra,
        keys,
    ]
    if with_words:
        legend, bottom = draw_legend([], _compute_sentences(reuse, lang), bottom + MARGIN, _WIDTH)
        parts.append(legend)
    title = words["title"].format(scheme=reuse.scheme.upper())
    return picture(_WIDTH, bottom + MARGIN, title, describe_nonce_reuse(reuse, lang), *parts)


def _compute_sentences(reuse: NonceReuse, lang: str) -> list[str]:
    words = _WORDS[lang]
    first = words["same" if reuse.is_reused else "other"].format(point=_get_start(reuse.first.x1))
    return [first, words["found" if reuse.is_found else "missed"].format(found=_get_start(reuse.computed))]


def _get_start(number: int) -> str:
    return f"{number:064x}"[:8]


def _draw_signature(scheme: str, signed: SignedDigest, name: str, at: Point) -> str:
    """Draw what everybody knows of one signature, and below a line what everybody can compute from it."""
    left, right, top = at[0] - _BOX[0] / 2 + 14, at[0] + _BOX[0] / 2 - 14, at[1] - _BOX[1] / 2
    heading = text(name, (at[0], top - 9), 13, fill=INK, font_weight="bold", text_anchor="middle")
    parts = [draw_box((at[0], top - 13), (_BOX[0], 20.0), GROUND, LINE, 0.5), heading, draw_box(at, _BOX, GROUND, LINE, 1.5)]
    for row, (label, number) in enumerate((("e", signed.e), ("r", signed.r), ("s", signed.s), (_ALGEBRA[scheme][0], signed.x1))):
        down = top + 24 + 25 * row + (5 if row == 3 else 0)
        shown = text(f"{_get_start(number)}…", (right, down), 13, family=MONO, fill=INK, text_anchor="end")
        whole = element("title", escape(f"{label}: {number:064x}"))
        parts.append(element("g", whole, text(label, (left, down), 13, family=MONO, fill=INK), shown))
    parts.append(element("path", d=f"M{left:g} {top + 84:g}H{right:g}", stroke=LINE, stroke_width=1.0, fill="none"))
    return element("g", *parts)


def _draw_tie(down: float, sign: str) -> str:
    """Draw the line between two boxes that stand side by side, with its sign. It has no colour: = is good news for one side only."""
    start, end = _COLUMNS[0] + _BOX[0] / 2, _COLUMNS[1] - _BOX[0] / 2
    line = element("path", d=f"M{start:g} {down:g}H{end:g}", stroke=LINE, stroke_width=2.0, fill="none")
    circle = element("circle", cx=(start + end) / 2, cy=down, r=11.0, fill=GROUND, stroke=LINE, stroke_width=2.0)
    return line + circle + text(sign, ((start + end) / 2, down + 5), 15, fill=INK, font_weight="bold", text_anchor="middle")


def _draw_algebra(reuse: NonceReuse, top: float, lang: str) -> tuple[str, float]:
    """Draw the equations and what follows, or would follow, from them; return that with its lower edge."""
    _, equations, steps = _ALGEBRA[reuse.scheme]
    lines = [f"  {line}" for line in equations]
    if not reuse.is_reused:
        lines = [_number_nonce(line, number) for number, line in enumerate(lines, 1)]
    lines += [f"→ {line if reuse.is_reused else _number_r(line)}" for line in steps]
    gap = 0.0 if reuse.is_reused else 30.0
    height = 46.0 + 22 * len(lines) + gap
    parts = [draw_box((_WIDTH / 2, top + height / 2), (_WIDTH - 2 * MARGIN, height), GROUND, LINE, 1.5)]
    parts.append(text(_WORDS[lang]["equations"], (MARGIN + 14, top + 24), 13, fill=INK, font_weight="bold"))
    for row, line in enumerate(lines):
        down = top + 50 + 22 * row
        if gap and row == len(equations):
            parts.append(text(_WORDS[lang]["as-if"], (MARGIN + 14, down + 4), 13, fill=INK, font_weight="bold"))
        parts.append(text(line, (MARGIN + 14, down + (gap if row >= len(equations) else 0)), 14, family=MONO, fill=INK))
    return element("g", *parts), top + height


def _number_nonce(equation: str, number: int) -> str:
    """Return the equation of one signature with a k, and an r, of its own."""
    mark = "₁₂"[number - 1]
    return equation.replace("k", f"k{mark}").replace("r·", f"r{mark}·")


def _number_r(step: str) -> str:
    """Return a step in which the first signature's r is told from the second's."""
    return step.replace("/ r", "/ r₁")


def _draw_keys(reuse: NonceReuse, top: float, lang: str) -> tuple[str, float]:
    """Draw what was computed beside the private key; return that with its lower edge."""
    size, parts = (_BOX[0], 38.0), []
    for name, number, column in (("computed", reuse.computed, _COLUMNS[0]), ("key", reuse.private_key, _COLUMNS[1])):
        is_marked = name == "computed" and reuse.is_found
        parts.append(draw_box((column, top + 19), size, GROUND, *((ORANGE, 3.5) if is_marked else (LINE, 1.5))))
        parts.append(text(_WORDS[lang][name], (column - size[0] / 2 + 16, top + 23.5), 13, fill=INK))
        shown = f"{_get_start(number)}…"
        parts.append(text(shown, (column + size[0] / 2 - 16, top + 23.5), 13, family=MONO, fill=INK, text_anchor="end"))
    parts.append(_draw_tie(top + 19, "=" if reuse.is_found else "≠"))
    return element("g", *parts), top + 38
