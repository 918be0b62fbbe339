"""What is no longer told once the learner's code has seen the inputs of a hidden test: whatever that code could have chosen.

It may note what a hidden test asks, and put it later into a print, into the text or the name of an exception, even into the line of code
that S reports. So from the first hidden part of a notebook on, its output is dropped, a text is told only if Python itself, or the lab's
author, wrote it word for word, and a line only if it stands in the notebook. What is left to choose is which of a few dozen sentences.
"""

import ast
import re
from collections.abc import Iterable
from typing import Final

from autograder.split.cells import read_cell
from autograder.split.facts import Facts
from autograder.split.magics import REFUSED

_TYPE: Final = (
    "'(?:NoneType|bool|int|float|complex|str|bytes|bytearray|list|tuple|dict|set|frozenset|range|type|function|generator|map|filter|zip|"
    "method|builtin_function_or_method|dict_keys|dict_values|dict_items|enumerate|reversed|ellipsis)'"
)
_STANDARD: Final = re.compile(
    "|".join(
        (
            r"(?:list|tuple|string|bytearray|range object|pop|list assignment|index) index out of range|index out of range",
            r"pop from (?:an )?empty (?:list|set|deque)|'pop from an empty set'|popitem\(\): dictionary is empty",
            r"(?:integer |float )?(?:division or modulo|division|modulo) by zero|(?:integer|float) (?:modulo|floor division) by zero",
            r"maximum recursion depth exceeded(?: in comparison| while calling a Python object)?",
            rf"unsupported operand type\(s\) for [-+*/%@&|^<>=*]{{1,3}}(?: or pow\(\))?: {_TYPE} and {_TYPE}",
            rf"'[<>]=?' not supported between instances of {_TYPE} and {_TYPE}",
            rf"{_TYPE} object is not (?:subscriptable|callable|iterable|reversible|an iterator)",
            rf"{_TYPE} object does not support item (?:assignment|deletion)|{_TYPE} object cannot be interpreted as an integer",
            rf"can only concatenate (?:str|list|tuple) \(not {_TYPE.replace(chr(39), chr(34))}\) to (?:str|list|tuple)",
            rf"can't concat [a-z]+ to bytes|unhashable type: {_TYPE}|object of type {_TYPE} has no len\(\)",
            rf"(?:list|tuple|string|byte) indices must be integers(?: or slices)?, not (?:{_TYPE}|[a-z]{{3,9}})",
            r"cannot unpack non-iterable [A-Za-z]{3,8} object|non-hexadecimal number found in fromhex\(\) arg at position \d",
            r"math domain error|EOF when reading a line|dictionary changed size during iteration|Set changed size during iteration",
            r"substring not found|(?:list\.remove\(x\): )?x not in list|min\(\) arg is an empty sequence|max\(\) arg is an empty sequence",
            r"",
        )
    )
)


def withhold(facts: Facts, test: str, notebook: Iterable[str]) -> None:
    """Take out of the facts of a cell what the learner's code could have chosen. `test` is the source of the test that ended, if one
    did, and `notebook` the sources of the learner's cells."""
    lines = {line.strip() for source in notebook for line in source.splitlines()}
    facts.student_lines = [[where, number, code] for where, number, code in facts.student_lines if code.strip() in lines]
    if not facts.is_builtin_error and facts.student_lines:
        facts.error = "Exception"
    if not is_standard(facts.text) and facts.text not in _find_texts(test):
        facts.text = ""


def _find_texts(source: str) -> set[str]:
    """Return the texts that stand in a test word for word."""
    return {node.value for node in ast.walk(read_cell(source)) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def is_standard(text: str) -> bool:
    """Answer whether Python says this by itself, whatever the values were.

    >>> is_standard("list index out of range"), is_standard("unsupported operand type(s) for +: 'int' and 'str'"), is_standard("4711")
    (True, True, False)
    """
    return text == REFUSED or _STANDARD.fullmatch(text) is not None
