"""Stands in for jedi, which alone weighs as much as half of what a lab loads before it starts.

The kernel has IPython ask jedi, and nothing else, for completions. These come from Python's own rlcompleter, which looks at live objects:
a name appears once the cell that defines it has run.
"""

import keyword
import re
import rlcompleter
from dataclasses import dataclass

__version__ = "0.19.2"


class settings:  # noqa: N801 (jedi's own name)
    """IPython sets options here."""


@dataclass(frozen=True)
class Completion:
    """One proposal: the whole name, and the part of it that is still to be typed."""

    name_with_symbols: str
    complete: str
    type: str

    @property
    def name(self):
        """The name, by which IPython filters."""
        return self.name_with_symbols

    def get_signatures(self):
        """Return no signature."""
        return []


class Interpreter:
    """Completes the text before the cursor with what `namespaces` hold."""

    def __init__(self, text, namespaces):
        """Take the text before the cursor, and dictionaries of names."""
        self._lines = text.split("\n")
        self._names = {name: value for names in reversed(namespaces) for name, value in names.items()}

    def complete(self, column, line):
        """Return the names that the word before (line from 1, column from 0) may become."""
        word = re.search(r"[\w.]*$", self._lines[line - 1][:column]).group()
        completer = rlcompleter.Completer(self._names)
        matches = completer.attr_matches(word) if "." in word else completer.global_matches(word) if word else []
        typed = word.rpartition(".")[2]
        names = dict.fromkeys(match.rpartition(".")[2].rstrip("() :") for match in matches)
        return [Completion(name, name[len(typed) :], "keyword" if keyword.iskeyword(name) else "instance") for name in names]
