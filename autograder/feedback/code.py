"""A test's source as HTML: the words of Python told apart, and the assertion marked that did not hold.

That one is found by the message: an assertion that failed gives its own text, which stands in the source as a constant.

Simplification: names are not looked up, so a keyword that is used as a name (`match`) looks like a name.
"""

import ast
import io
import keyword
import token
import tokenize
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Final

from markupsafe import Markup

_CLASSES: Final = {token.STRING: "s", token.NUMBER: "n", token.COMMENT: "c"}
_STRINGS: Final = tuple(value for name, value in vars(token).items() if name.startswith(("FSTRING_", "TSTRING_")))


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion of a test: the lines that it stands on, and its source without the text that explains it."""

    lines: range
    source: str


@lru_cache(maxsize=2048)  # a batch shows the same tests again and again
def render_code(source: str, marked: range = range(0)) -> Markup:
    """Return the source as HTML, one element a line; the lines in `marked`, counted from 1, stand out."""
    classes = _find_classes(source)
    rendered = []
    for number, line in enumerate(source.split("\n"), start=1):
        name = "line marked" if number in marked else "line"
        rendered.append(f'<span class="{name}">{_render_line(line, classes.get(number, []))}</span>')
    return Markup("".join(rendered))


@lru_cache(maxsize=2048)
def find_assertion(source: str, message: str) -> Assertion | None:
    """Return the assertion whose text `message` is; None if there is no such assertion, or more than one.

    >>> find_assertion("x = 1\\nassert x == 2, 'x is two'", "x is two")
    Assertion(lines=range(2, 3), source='assert x == 2')
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert) and isinstance(node.msg, ast.Constant) and str(node.msg.value).strip() == message.strip()
    ]
    if len(found) != 1 or not message.strip():
        return None
    node = found[0]
    return Assertion(range(node.lineno, (node.end_lineno or node.lineno) + 1), f"assert {ast.get_source_segment(source, node.test)}")


def _find_classes(source: str) -> dict[int, list[tuple[int, int, str]]]:
    """Return line number -> (first column, last column, class) of the words that stand out; none of a text that is not Python."""
    spans: dict[int, list[tuple[int, int, str]]] = {}
    lines = source.split("\n")
    try:
        for kind, text, (row, column), (last_row, last_column), _ in tokenize.generate_tokens(io.StringIO(source).readline):
            name = _CLASSES.get(kind) or ("s" if kind in _STRINGS else "k" if kind == token.NAME and keyword.iskeyword(text) else "")
            for line in range(row, last_row + 1) if name else ():
                start = column if line == row else 0
                end = last_column if line == last_row else len(lines[line - 1])
                spans.setdefault(line, []).append((start, end, name))
    except (tokenize.TokenError, SyntaxError, IndexError):
        return {}
    return spans


def _render_line(line: str, spans: list[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    place = 0
    for start, end, name in spans:
        pieces += [escape(line[place:start]), f'<span class="{name}">{escape(line[start:end])}</span>']
        place = end
    return "".join([*pieces, escape(line[place:])])
