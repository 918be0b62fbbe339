"""The avalanche as a picture: one bit of a message is flipped, and about half of the bits of its digest change.

The byte with the flipped bit has a dashed outline and the sign ≠; in the square of the digest's 256 bits, those that changed are filled.

Simplifications: a message of at most 12 bytes and a digest of 32. That *about half* change is what one expects of a good hash function;
that they do so unpredictably no picture can show.
"""

from dataclasses import dataclass
from typing import Final

from minichain.figures.frame import MARGIN, ORANGE, ORANGE_DARK, draw_box, draw_legend
from minichain.figures.marks import GROUND, INK, LINE, draw_badge
from minichain.figures.svg import MONO, element, picture, text

MAX_BYTES: Final = 12
DIGEST_BYTES: Final = 32

_BYTE: Final = (30.0, 40.0)
_BIT: Final = 22.0
_ACROSS: Final = 16
_SQUARE: Final = _ACROSS * _BIT
_SQUARE_AT: Final = (MARGIN + 4.0, 110.0)
_WIDTH: Final = _SQUARE + 2 * _SQUARE_AT[0]
_LEGEND_WIDTH: Final = 292.0

_WORDS: Final = {
    "en": {
        "title": "Avalanche: one flipped bit and the {name} digest",
        "none": "No bit is flipped: the same bytes always have the same digest. It starts with {digest}.",
        "flipped": "Bit {bit} of the text (counted from 0) was flipped: the byte {before} became {after}.",
        "letter": "{byte} (“{letter}”)",
        "count": "Of the 256 bits of the digest {count} changed, {percent} %.",
        "digests": "It started with {before}, now it starts with {after}.",
        "legend-changed": "a bit that changed",
        "stop": " ",
    },
    "zh": {
        "title": "雪崩效应：翻转一个比特，{name} 摘要的变化",
        "none": "没有翻转任何比特：同样的字节，摘要永远相同。它以 {digest} 开头。",
        "flipped": "文本的第 {bit} 个比特（从 0 数起）被翻转：所在的字节原为 {before}，现为 {after}。",
        "letter": "{byte}（“{letter}”）",
        "count": "摘要的 256 个比特中，有 {count} 个变了，占 {percent}%。",
        "digests": "原来以 {before} 开头，现在以 {after} 开头。",
        "legend-changed": "发生变化的比特",
        "stop": "",
    },
}


@dataclass(frozen=True, slots=True)
class Avalanche:
    """A message and its digest, before and after one bit was flipped.

    `flipped` numbers the bits of `message` from 0, the highest of its first byte; None flips nothing, and then both digests are the same.
    `name` is that of the hash function. Raises ValueError where these do not fit together.
    """

    message: bytes
    flipped: int | None
    before: bytes
    after: bytes
    name: str

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn, so that whoever draws it need not ask."""
        if not 1 <= len(self.message) <= MAX_BYTES:
            raise ValueError(f"a message of {len(self.message)} bytes; the figure shows 1 to {MAX_BYTES}")
        if self.flipped is not None and not 0 <= self.flipped < 8 * len(self.message):
            raise ValueError(f"bit {self.flipped}; the bits of this message are numbered 0 to {8 * len(self.message) - 1}")
        for digest in (self.before, self.after):
            if len(digest) != DIGEST_BYTES:
                raise ValueError(f"a digest of {len(digest)} bytes; the figure shows digests of {DIGEST_BYTES}")
        if self.flipped is None and self.before != self.after:
            raise ValueError("two digests of one message; without a flipped bit there is one")

    @property
    def flipped_message(self) -> bytes:
        """The message with the bit flipped."""
        return self.message if self.flipped is None else flip_bit(self.message, self.flipped)

    @property
    def changed(self) -> list[int]:
        """The numbers of the bits of the digest that changed."""
        return [number for number in range(8 * DIGEST_BYTES) if get_bit(self.before, number) != get_bit(self.after, number)]


def flip_bit(data: bytes, number: int) -> bytes:
    """Return `data` with one bit flipped; number 0 is the highest of the first byte.

    >>> flip_bit(b"9.8", 7)
    b'8.8'
    """
    place = 8 * len(data) - 1 - number
    return (int.from_bytes(data, "big") ^ 1 << place).to_bytes(len(data), "big")


def get_bit(data: bytes, number: int) -> int:
    """Return one bit of `data`; number 0 is the highest of the first byte."""
    return data[number // 8] >> 7 - number % 8 & 1


def describe_avalanche(avalanche: Avalanche, lang: str = "en") -> str:
    """Return in words what the picture shows, in the language `lang` ("en" or "zh")."""
    return _WORDS[lang]["stop"].join(_compute_sentences(avalanche, lang))


def draw_avalanche(avalanche: Avalanche, lang: str = "en", *, with_words: bool = True) -> str:
    """Return the picture as one SVG element, with its text alternative in the language `lang` ("en" or "zh").

    `with_words=False` is for a page that sets the sentences itself, where a narrow screen can break them: the picture is smaller then.
    """
    marks = [(_SAMPLE, _WORDS[lang]["legend-changed"])] if avalanche.flipped is not None else []
    parts = [_draw_message(avalanche.flipped_message, avalanche.flipped), _draw_arrow(avalanche.name), _draw_square(avalanche)]
    width, bottom = _WIDTH, _SQUARE_AT[1] + _SQUARE
    if with_words:
        legend, _ = draw_legend(marks, _compute_sentences(avalanche, lang), 0.0, _LEGEND_WIDTH)
        parts.append(element("g", legend, transform=f"translate({width - MARGIN:g} {MARGIN:g})"))
        width += _LEGEND_WIDTH - MARGIN
    else:
        legend, bottom = draw_legend(marks, [], bottom + MARGIN, width)
        parts.append(legend)
    title = _WORDS[lang]["title"].format(name=avalanche.name)
    return picture(width, bottom + MARGIN, title, describe_avalanche(avalanche, lang), *parts)


def _compute_sentences(avalanche: Avalanche, lang: str) -> list[str]:
    words, starts = _WORDS[lang], {"before": avalanche.before[:4].hex(), "after": avalanche.after[:4].hex()}
    if avalanche.flipped is None:
        return [words["none"].format(digest=starts["before"])]
    place, count = avalanche.flipped // 8, len(avalanche.changed)
    before, after = (_name_byte(message[place], lang) for message in (avalanche.message, avalanche.flipped_message))
    return [
        words["flipped"].format(bit=avalanche.flipped, before=before, after=after),
        words["count"].format(count=count, percent=round(count / 2.56)),
        words["digests"].format(**starts),
    ]


def _name_byte(byte: int, lang: str) -> str:
    letter = _to_letter(byte)
    return _WORDS[lang]["letter"].format(byte=f"0x{byte:02x}", letter=letter) if letter else f"0x{byte:02x}"


def _to_letter(byte: int) -> str:
    """Return the printable ASCII character of a byte, or nothing."""
    return chr(byte) if 0x20 < byte < 0x7F else ""


def _draw_message(data: bytes, flipped: int | None) -> str:
    """Draw the bytes of the message as they are now, each with its character."""
    down, first = MARGIN + _BYTE[1] / 2, (_WIDTH - (len(data) - 1) * _BYTE[0]) / 2
    parts = []
    for place, byte in enumerate(data):
        at = (first + place * _BYTE[0], down)
        parts.append(draw_box(at, _BYTE, GROUND, LINE, 1.5, radius=0.0))
        parts.append(text(_to_letter(byte), (at[0], down - 2), 15, fill=INK, text_anchor="middle"))
        parts.append(text(f"{byte:02x}", (at[0], down + 14), 11, family=MONO, fill=INK, text_anchor="middle"))
    if flipped is not None:
        at = (first + flipped // 8 * _BYTE[0], down)
        parts.append(draw_box(at, (_BYTE[0] + 6, _BYTE[1] + 8), "none", ORANGE, 2.5, radius=5.0, dashes="5 4"))
        parts.append(draw_badge((at[0] + _BYTE[0] / 2 + 2, down - _BYTE[1] / 2 - 2), "≠", ORANGE_DARK))
    return element("g", *parts)


def _draw_arrow(name: str) -> str:
    """Draw what leads from the message to the digest, with the name of the hash function on a ground of its own."""
    middle, top, tip = _WIDTH / 2, MARGIN + _BYTE[1] + 7, _SQUARE_AT[1] - 4
    route = f"M{middle:g} {top:g}V{tip:g}M{middle - 5:g} {tip - 8:g}L{middle:g} {tip:g}L{middle + 5:g} {tip - 8:g}"
    line = element("path", d=route, fill="none", stroke=LINE, stroke_width=2.0)
    label = text(name, (middle, top + 18), 12, fill=INK, text_anchor="middle")
    return line + draw_box((middle, top + 14), (84.0, 20.0), GROUND, LINE, 1.5, radius=10.0) + label


def _draw_square(avalanche: Avalanche) -> str:
    """Draw the 256 bits of the digest, 16 in a row, those that changed filled."""
    changed = set(avalanche.changed)
    middle = (_SQUARE_AT[0] + _SQUARE / 2, _SQUARE_AT[1] + _SQUARE / 2)
    parts = [draw_box(middle, (_SQUARE, _SQUARE), GROUND, LINE, 1.5, radius=0.0)]
    for number in range(8 * DIGEST_BYTES):
        row, column = divmod(number, _ACROSS)
        at = (_SQUARE_AT[0] + (column + 0.5) * _BIT, _SQUARE_AT[1] + (row + 0.5) * _BIT)
        is_changed = number in changed
        colour, weight = ("#ffffff", "bold") if is_changed else (INK, "normal")
        if is_changed:
            parts.append(draw_box(at, (_BIT - 3, _BIT - 3), ORANGE_DARK, "none", 0.0, radius=3.0))
        bit = str(get_bit(avalanche.after, number))
        parts.append(text(bit, (at[0], at[1] + 4), 11, family=MONO, fill=colour, font_weight=weight, text_anchor="middle"))
    return element("g", *parts)


_SAMPLE: Final = draw_box((0, 0), (_BIT - 3, _BIT - 3), ORANGE_DARK, "none", 0.0, radius=3.0)
