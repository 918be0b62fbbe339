"""IPython's own syntax in a cell, made plain Python: what only times or displays is passed over, anything else is refused where it stands.

The lines are those of IPython's input transformer (IPython.core.inputtransformer2): `%line` and `%%cell` magics, `!` and `!!` for the
shell, `?` for help. They count where a statement begins; a `!` inside a string or a bracket stays what it is.

Simplifications: a statement that a magic measures runs once; `%%capture` keeps nothing; a magic whose value is assigned is refused; in
an f-string that nests its own quotes (Python 3.12) brackets are taken for brackets.
"""

import re
from typing import Final

_IGNORED: Final = frozenset("matplotlib config load_ext reload_ext autoreload precision pdoc pdef pinfo pinfo2 who who_ls whos".split())
_MEASURING: Final = frozenset("time timeit prun".split())
_SHOWING: Final = frozenset("html HTML javascript js latex markdown svg SVG".split())
"""Cell magics whose cell is no Python: it is shown, in a browser, and has no effect on anything else."""
_CELL: Final = re.compile(r"\s*%%(?P<name>\w+)(?P<rest>[^\n]*)\n?(?P<body>.*)", re.DOTALL)
_LINE: Final = re.compile(r"(?P<indent>\s*)%(?P<name>\w+)(?P<rest>.*)")
_HELP: Final = re.compile(r"\s*(\?{1,2}\s*%{0,2}[\w.*]+|%{0,2}[\w.*]+\s*\?{1,2})\s*")
_REFUSED: Final = re.compile(r"\s*(?:[%!?]|[\w.]+(?:\s*,\s*[\w.]+)*\s*=\s*[%!])")
REFUSED: Final = "only Python runs when a notebook is graded"
"""The text of the error that stands in for a line which is refused; learners read it in their own language (`autograder.messages`)."""
_REFUSAL: Final = f"raise RuntimeError({REFUSED!r})"
_OPTIONS: Final = re.compile(r"^(\s+-\w+\s*\d*)+")
_TOKEN: Final = re.compile(r'#.*|"""|\'\'\'|"(?:\\.|[^"\\])*"?|\'(?:\\.|[^\'\\])*\'?|[()\[\]{}]')
_QUOTES: Final = ('"""', "'''")
_MAX_NESTED: Final = 4
"""How many cell magics may stand one in another: a person needs two."""


def transform_magics(source: str) -> str:
    """Return a cell as plain Python with the same lines: one that is refused becomes an error, in words for who wrote it.

    >>> transform_magics("%matplotlib inline\\nx = 1")
    'pass\\nx = 1'
    >>> transform_magics("!ls")
    "raise RuntimeError('only Python runs when a notebook is graded')"
    """
    if not any(sign in source for sign in "%!?"):
        return source
    before: list[str] = []
    while match := _CELL.fullmatch(source):
        name, source = match["name"], match["body"]
        if name in _SHOWING:
            source = "\n" * source.count("\n")
        elif name not in _MEASURING | {"capture"} or len(before) == _MAX_NESTED:
            return "\n" * len(before) + _REFUSAL
        before.append(_OPTIONS.sub("", match["rest"]).strip() if name in _MEASURING else "")
    lines = [*before, *source.split("\n")]
    quote, depth, continued = "", 0, False
    for place, line in enumerate(lines):
        if not quote and not depth and not continued and (changed := _transform_line(line)) is not None:
            lines[place] = changed
        else:
            quote, depth = _scan(line, quote, depth)
            continued = line.endswith("\\")
    return "\n".join(lines)


def _transform_line(line: str) -> str | None:
    """Return a line of IPython as Python, or None if it is none of IPython's."""
    match = _LINE.fullmatch(line)
    if match and match["name"] in _MEASURING:
        return match["indent"] + (_OPTIONS.sub("", match["rest"]).strip() or "pass")
    indent = line[: len(line) - len(line.lstrip())]
    if (match and match["name"] in _IGNORED) or _HELP.fullmatch(line):
        return f"{indent}pass"
    return indent + _REFUSAL if _REFUSED.match(line) else None


def _scan(line: str, quote: str, depth: int) -> tuple[str, int]:
    """Return the quotes and the number of brackets that are still open at the end of a line, from those at its beginning."""
    place = 0
    while place < len(line):
        if quote:
            end = re.compile(rf"(?:\\.|[^\\])*?{quote}").match(line, place)
            if end is None:
                break
            quote, place = "", end.end()
        elif token := _TOKEN.search(line, place):
            place = token.end()
            if token[0] in _QUOTES:
                quote = token[0]
            else:
                depth = max(0, depth + (token[0] in "([{") - (token[0] in ")]}"))
        else:
            break
    return quote, depth
