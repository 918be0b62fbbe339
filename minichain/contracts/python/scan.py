r"""What may reach Python's parser: a source is bounded, and read alike by every version of Python, before it is parsed.

Python's parser is a recursive program in C. Deep nesting ends it in a RecursionError, a MemoryError or worse, and at which depth depends
on its version and on the stack that is left; but all nodes must agree on whether a contract can be deployed. So this reads the source
once, token by token, and refuses what could become deep, and what versions read differently: identifiers outside of ASCII (NFKC, and
tables that grow), `\N{...}`, quotes and backslashes in the fields of f-strings (allowed since 3.12), unknown escapes, tabs, numbers that
run into words.

Simplifications: it counts words and signs between two commas instead of building a tree, so it refuses some long and flat expressions.
"""

import re
from typing import Final

from minichain.contracts.python import gas
from minichain.contracts.python.errors import Problem

TOKEN: Final = re.compile(
    r"""(?P<blank>[ ]+|\\\n)
      | (?P<comment>\#[^\n]*)
      | (?P<line>\n)
      | (?P<string>(?P<prefix>[A-Za-z]{0,2})(?P<quote>'{3}|"{3}|'|"))
      | (?P<word>[A-Za-z_][A-Za-z_0-9]*)
      | (?P<number>\.?[0-9](?:[eE][+-]?[0-9]|[0-9A-Za-z_.])*)
      | (?P<open>[([{])
      | (?P<close>[])}])
      | (?P<sign>[-+*/%@&|^~<>=!:;,.])""",
    re.VERBOSE,
)
NUMBER: Final = re.compile(r"0|[1-9](?:_?[0-9])*|0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+")
ESCAPE: Final = re.compile(r"""\\(?:[\n\\'"nrt]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})""")
BYTES_ESCAPE: Final = re.compile(r"""\\(?:[\n\\'"nrt]|x[0-9a-fA-F]{2})""")
FIELD_WORDS: Final = re.compile(r" *\*|.*\b(?:async|await|for|lambda|yield)\b")
"""What Python 3.11 reads in a field as if it stood in brackets, and later versions do not."""
FIELD_REFUSED: Final = frozenset("'\"\\#\n!:={")
PREFIXES: Final = frozenset({"", "b", "f", "r", "rb", "br"})
REFUSED: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")
FIELD_SENTENCE: Final = "a field of an f-string is one short expression, without quotes, colons and braces; give it a name before"


class Scanner:
    """Reads a source from its beginning to its end, or to what it refuses."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.place = 0
        self.chains = [0]
        """For each bracket that is open, and the line itself: words and signs since the last comma."""
        self.elifs = 0

    def scan(self) -> Problem | None:
        """Return the first problem, or None."""
        if len(self.source) > gas.MAX_SOURCE or self.source.count("\n") > gas.MAX_LINES:
            return self.refuse(0, "size", f"a contract has at most {gas.MAX_SOURCE} characters and {gas.MAX_LINES} lines")
        found = REFUSED.search(self.source)
        if found is not None:
            return self.refuse(found.start(), "characters", describe_character(found[0]))
        while self.place < len(self.source):
            problem = self.read_token()
            if problem is not None:
                return problem
        return None

    def refuse(self, place: int, rule: str, sentence: str) -> Problem:
        """Return a problem at a place of the source."""
        line = self.source.count("\n", 0, place) + 1
        return Problem(line, place - (self.source.rfind("\n", 0, place) + 1) + 1, rule, sentence)

    def read_token(self) -> Problem | None:
        """Read one token."""
        start = self.place
        found = TOKEN.match(self.source, start)
        if found is None:
            return self.refuse(start, "characters", describe_character(self.source[start]))
        self.place = found.end()
        kind = found.lastgroup if found["quote"] is None else "string"
        if kind == "blank":
            return self.read_indent(start, found)
        if kind == "line":
            if len(self.chains) == 1:
                self.chains[0] = 0
            return None
        if kind == "string":
            return self.read_string(start, found["prefix"].lower(), found["quote"])
        if kind == "word":
            return self.read_word(start, found[0])
        if kind == "number" and (len(found[0]) > gas.MAX_NUMBER or not NUMBER.fullmatch(found[0])):
            return self.refuse(start, "number", f"{found[0][:40]} is no whole number; there are no fractions, write a smaller unit")
        if kind == "open":
            self.chains.append(0)
        elif kind == "close" and len(self.chains) > 1:
            self.chains.pop()
        elif found[0] in (",", ";"):
            self.chains[-1] = 0
        return None if kind == "comment" else self.count(start)

    def read_indent(self, start: int, found: re.Match[str]) -> Problem | None:
        """Look at the blanks that a line begins with."""
        is_indent = start == 0 or self.source[start - 1] == "\n"
        if is_indent and len(self.chains) == 1 and len(found[0]) > gas.MAX_INDENT:
            return self.refuse(start, "nesting", f"a line begins with at most {gas.MAX_INDENT} blanks; make a function of what is inside")
        return None

    def read_word(self, start: int, word: str) -> Problem | None:
        """Count a word."""
        if len(word) > gas.MAX_NAME:
            return self.refuse(start, "size", f"a name has at most {gas.MAX_NAME} characters")
        if word == "def":
            self.elifs = 0
        elif word == "elif":
            self.elifs += 1
            if self.elifs > gas.MAX_ELIF:
                return self.refuse(start, "nesting", f"a function has at most {gas.MAX_ELIF} elif; look the answer up in a dict")
        return self.count(start)

    def count(self, start: int) -> Problem | None:
        """Take note of one more word or sign in the expression."""
        self.chains[-1] += 1
        if len(self.chains) > gas.MAX_BRACKETS:
            return self.refuse(start, "nesting", f"brackets nest at most {gas.MAX_BRACKETS} deep; give the inner part a name")
        if sum(self.chains) > gas.MAX_CHAIN:
            return self.refuse(start, "nesting", f"an expression has at most {gas.MAX_CHAIN} words and signs; give a part of it a name")
        return None

    def read_string(self, start: int, prefix: str, quote: str) -> Problem | None:
        """Read a text or bytes to the closing quote."""
        if prefix not in PREFIXES:
            return self.refuse(start, "string", f"a string has no prefix {prefix!r}; there are b, f and r")
        while not self.source.startswith(quote, self.place):
            character = self.source[self.place : self.place + 1]
            if character == "" or (character == "\n" and len(quote) == 1):
                return self.refuse(start, "string", "the string has no end; a line break in it is written \\n")
            if character == "\\":
                problem = self.read_escape(prefix)
            elif character in "{}" and prefix == "f":
                problem = self.read_field(start)
            else:
                self.place += 1
                continue
            if problem is not None:
                return problem
        self.place += len(quote)
        return self.count(start)

    def read_field(self, start: int) -> Problem | None:
        """Read a brace of an f-string, and what stands in it."""
        if self.source[self.place : self.place + 2] in ("{{", "}}"):
            self.place += 2
            return None
        end = self.source.find("}", self.place)
        inside = self.source[self.place + 1 : end]
        if self.source[self.place] == "}" or end < 0 or not FIELD_REFUSED.isdisjoint(inside) or FIELD_WORDS.match(inside):
            return self.refuse(self.place, "f-string", FIELD_SENTENCE)
        self.place = end + 1
        before = self.chains[-1]
        for character in inside:
            problem = self.count(start) if character != " " else None
            if problem is not None:
                return problem
        self.chains[-1] = before
        return None

    def read_escape(self, prefix: str) -> Problem | None:
        """Read a backslash, and what belongs to it."""
        if "r" in prefix:
            self.place += 2
            return None
        found = (BYTES_ESCAPE if prefix == "b" else ESCAPE).match(self.source, self.place)
        if found is None or (found[0][1] in "uU" and 0xD800 <= int(found[0][2:], 16) <= 0xDFFF):
            return self.refuse(self.place, "string", "an escape is \\n, \\r, \\t, \\\\, a quote, \\x.., \\u.... or \\U........")
        self.place = found.end()
        return None


def describe_character(character: str) -> str:
    """Return why a character cannot stand in a source."""
    if character in "\t\f\v":
        return "lines are indented with blanks, not with tabs"
    if character == "\r":
        return "lines end with \\n alone, not with \\r\\n"
    if "\ud800" <= character <= "\udfff":
        return "half a surrogate pair is no character"
    if ord(character) < 32 or ord(character) == 127:
        return f"the control character {ord(character):#04x} does not belong in a source"
    if not character.isascii():
        return f"the character U+{ord(character):04X} stands outside of a string; names are of A-Z, a-z, 0-9 and _"
    return f"{character!r} does not belong in a contract"
