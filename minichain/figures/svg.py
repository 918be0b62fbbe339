"""SVG as strings: the few elements that our figures need (W3C SVG 2, sections 5, 9, 10 and 11).

Looks are presentation attributes, never a style sheet: a sanitiser keeps them, and two pictures on one page cannot restyle each other.

Simplifications: the width of a text is estimated from its characters, since nothing here can measure a font.
"""

import html
import re
import unicodedata
import zlib
from typing import Final

SANS: Final = "system-ui, 'Segoe UI', 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
MONO: Final = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"

_SMALLEST: Final = 0.78
"""How far a picture may shrink: letters of 13 px become letters of 10."""

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Point = tuple[float, float]


def escape(content: str) -> str:
    """Return any text as markup. A character that XML 1.0 (section 2.2) bars becomes the replacement character.

    >>> escape("a < b")
    'a &lt; b'
    """
    return html.escape(_NOT_IN_XML.sub("\ufffd", content))


def element(name: str, *children: str, **attributes: str | float) -> str:
    """Return one element. `children` are markup; attribute values are escaped, and `stroke_width` is written stroke-width.

    >>> element("g", element("path", d="M0 0H8", stroke_width=2.0), fill="none")
    '<g fill="none"><path d="M0 0H8" stroke-width="2"/></g>'
    """
    written = "".join(f' {key.replace("_", "-")}="{_format_value(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def text(content: str, at: Point, size: float, *, family: str = SANS, **attributes: str | float) -> str:
    """Return one line of text whose anchor is `at`; `content` is escaped."""
    return element("text", escape(content), x=at[0], y=at[1], font_size=size, font_family=family, **attributes)


def picture(width: float, height: float, title: str, description: str, *children: str) -> str:
    """Return a whole SVG that reads itself out: `title` is its name, `description` what it shows.

    It shrinks with the page, but only while its letters can be read; then it scrolls. Its ids are derived from its content, so
    that several pictures may stand in one page.
    """
    mark = f"{zlib.crc32('|'.join((title, description, *children)).encode()):08x}"
    return element(
        "svg",
        element("title", escape(title), id=f"title-{mark}"),
        element("desc", escape(description), id=f"desc-{mark}"),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
        style=f"max-width:100%;min-width:{_SMALLEST * width:.0f}px;height:auto",
        role="img",
        aria_labelledby=f"title-{mark} desc-{mark}",
    )


def estimate_width(content: str, size: float) -> float:
    """Return about how wide a line of `content` is: a Chinese character fills a square, a Latin one a good half of it."""
    return sum(size if _is_wide(character) else size * 0.56 for character in content)


def wrap(content: str, width: float, size: float) -> list[str]:
    """Break `content` into lines of at most `width`.

    Latin text breaks between words and after a slash or hyphen, Chinese text anywhere but before punctuation.

    >>> wrap("one two three", 45, 10)
    ['one two', 'three']
    """
    lines = [""]
    for piece in _split_pieces(content):
        if lines[-1] and estimate_width((lines[-1] + piece).rstrip(), size) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


def shorten(content: str, width: float, size: float) -> str:
    """Return `content`, cut and ended by an ellipsis if it is wider than `width`."""
    if estimate_width(content, size) <= width:
        return content
    while content and estimate_width(content + "…", size) > width:
        content = content[:-1]
    return content.rstrip() + "…"


def _split_pieces(content: str) -> list[str]:
    """Return the pieces between which a line may end; a piece keeps the blank or the punctuation that follows it."""
    pieces = [""]
    for character in content:
        before = pieces[-1][-1:]
        may_break = before in (" ", "/", "-") or _is_wide(before) or _is_wide(character)
        if before and may_break and character != " " and unicodedata.category(character)[0] != "P":
            pieces.append("")
        pieces[-1] += character
    return pieces


def _is_wide(character: str) -> bool:
    return bool(character) and unicodedata.east_asian_width(character) in "WF"


def _format_value(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else f"{value:g}"
