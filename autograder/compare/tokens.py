"""Program text as a row of tokens that comments, layout, literals and new names leave as it is.

What a copyist changes without understanding is taken out first: comments, blank space, line breaks, docstrings, brackets that close, commas
and colons. A number becomes `0`, a string `""`, and a name `_`, except for names that cannot be chosen freely: Python's keywords, built-in
names and the attributes of built-in types, and whatever the lab itself gives out (the functions to write, what they are built from).

One regular expression reads whole and broken code alike (the tokens are those of Python's reference, section 2, roughly), so that a syntax
error hides nothing; nothing is parsed, compiled or run. It looks at each character a bounded number of times.

Simplification: what stands inside a formatted string, and how code is nested, is not looked at. JPlag and MOSS compare what a parser makes
of a program, which is steadier against rewriting, and needs a program that parses.
"""

import builtins
import keyword
import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Final

MAX_CHARACTERS: Final = 400_000
MAX_TOKENS: Final = 20_000
"""What is read of one submission: some ten times the longest solution of our labs. What is longer is cut, and named."""

_TYPES: Final = (bool, int, float, str, bytes, bytearray, list, tuple, dict, set, frozenset, BaseException)
_WORDS: Final = frozenset({*keyword.kwlist, *dir(builtins)})
_ATTRIBUTES: Final = frozenset(f".{name}" for each in _TYPES for name in dir(each))
FIXED: Final = _WORDS | _ATTRIBUTES
"""Names that nobody can change; those of attributes have a dot in front."""

_TOKEN: Final = re.compile(
    r"""
    (?P<comment> \# [^\n]* )
  | (?P<string> (?i:[rbuft]{0,2}) (?:
        '''  [^'\\]* (?: (?: \\. | '(?!'') ) [^'\\]* )* (?: ''' | \\? \Z )
      | \"""  [^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )* (?: \""" | \\? \Z )
      | ' [^'\\\n]* (?: \\. [^'\\\n]* )* (?: ' | \\? (?=\n|\Z) )
      | " [^"\\\n]* (?: \\. [^"\\\n]* )* (?: " | \\? (?=\n|\Z) )
    ) )
  | (?P<number> \.? \d [\w.]* )
  | (?P<name> [^\W\d] \w* )
  | (?P<newline> \n )
  | (?P<blank> (?: [^\S\n] | \\ \n )+ )
  | (?P<operator> \*\*= | //= | >>= | <<= | \.\.\. | != | == | <= | >= | -> | := | \*\* | // | << | >> | [-+*/%@&|^]= | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_BINDING: Final = re.compile(r"[ ]*(?::[^=\n]*)?=(?!=)")
_UNSEEN: Final = frozenset(")]}:,;")
_OPENING: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]}")
_BEGINNINGS: Final = frozenset({"def", "class", "async", "@"})


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text's tokens: what each is, the line it stands on (from 0), and which begin a part: a function, a class, a top-level statement.

    Parts can change places, so nothing that is compared reaches from one into the next. `is_cut`: the text was longer.
    """

    kinds: tuple[str, ...]
    lines: tuple[int, ...]
    parts: tuple[int, ...]
    is_cut: bool


def find_given_names(text: str) -> frozenset[str]:
    """Return the names in a lab's code that an answer has to use as they are: functions, classes, constants, imports, attributes.

    >>> sorted(find_given_names("import hashlib as h\\nLIMIT = 3\\ndef root(records):  # of all\\n    level = h.sha256(records)"))
    ['.sha256', 'LIMIT', 'h', 'hashlib', 'root']
    """
    found: set[str] = set()
    before = first = ""
    for match in _TOKEN.finditer(text):
        word = match.group()
        if match.lastgroup in ("comment", "blank"):
            continue
        first = "" if match.lastgroup == "newline" else first or word
        if match.lastgroup == "name":
            is_bound = match.start() == match.string.rfind("\n", 0, match.start()) + 1 and _BINDING.match(text, match.end())
            if before == ".":
                found.add(f".{word}")
            if before in ("def", "class") or first in ("import", "from") or is_bound:
                found.add(word)
        before = word
    return frozenset(found - FIXED)


def split_tokens(text: str, given: Set[str] = frozenset()) -> Tokens:
    """Return the tokens of a text; names in `given` stay as they are.

    >>> split_tokens("def total(values):  # all of them\\n    return sum(values, 1)").kinds
    ('def', '_', '(', '_', 'return', 'sum', '(', '_', '0')
    >>> split_tokens("def f( liste ) :\\n  'Doc.'\\n\\n  return sum(liste,\\n  0x2)").kinds
    ('def', '_', '(', '_', 'return', 'sum', '(', '_', '0')
    """
    kinds: list[str] = []
    lines: list[int] = []
    parts: list[int] = []
    line = depth = column = start = 0  # start: of the logical line, among the tokens
    before = ""
    is_new, is_cut = True, len(text) > MAX_CHARACTERS
    for match in _TOKEN.finditer(text[:MAX_CHARACTERS]):
        group, word = match.lastgroup, match.group()
        if group == "newline":
            line += 1
            column = match.end()
            if depth <= 0:
                _drop_docstring(kinds, lines, start)
                start, is_new = len(kinds), True
            continue
        if group in ("comment", "blank"):
            line += word.count("\n")
            continue
        if len(kinds) >= MAX_TOKENS:
            is_cut = True
            break
        if word in _BEGINNINGS and not text[column : match.start()].strip():
            depth = 0  # a bracket that was never closed ends here
            parts.append(len(kinds))
        elif is_new and match.start() == column:
            parts.append(len(kinds))
        is_new = False
        depth += (word in _OPENING) - (word in _CLOSING)
        if word not in _UNSEEN:
            kinds.append(_name_kind(group, word, before, given))
            lines.append(line)
        line += word.count("\n")
        before = word
    _drop_docstring(kinds, lines, start)
    return Tokens(tuple(kinds), tuple(lines), tuple(dict.fromkeys(parts)), is_cut)


def _name_kind(group: str | None, word: str, before: str, given: Set[str]) -> str:
    if group == "name":
        name = f".{word}" if before == "." else word
        return word if name in FIXED or name in given else "_"
    return {"number": "0", "string": '""'}.get(group or "", word)


def _drop_docstring(kinds: list[str], lines: list[int], start: int) -> None:
    """Take out a logical line that is nothing but strings: it does nothing."""
    if all(kind == '""' for kind in kinds[start:]):
        del kinds[start:], lines[start:]
