"""The subset of Python that contracts are written in: what there is, what there is not, and what to write instead.

A module holds a docstring, records, constants and functions. Functions hold these statements:

    assignment to names, items and `state[...]`, also `+=` and unpacking · if, while, for, break, continue, pass · assert, return
    raise ValueError(text) or raise PermissionError(text) · del of an item or of `state[...]` · a call that stands alone

and these expressions:

    None, True, False, int, str, bytes · f-strings of plain fields · tuple, list, dict · comprehensions · names
    + - * // % ** << >> & | ^ ~ not and or · comparisons, in, `is` with None, True and False · `a if b else c` · items and slices
    fields of records · calls of functions, records, what the host gives, and the methods listed here

Where it differs from Python: an expression `(x for x in ...)` may only be the one argument of a function, and is worked out before the
function begins, but for `any` and `all`; `enumerate`, `zip` and `reversed` give lists, made at once, so a loop over them does not see what
is appended meanwhile; a loop over a dict runs over what was there when it began; `sorted`, `min` and `max` compare ints with ints, texts
with texts, and tuples whose parts do so; text is made of str, int, bool and None alone; `lower`, `upper`, `strip`, `split` and `isdigit`
know ASCII only; a key of a dict is a text, bytes or an int below 2^60, and an int only while the dict has fewer than 1000 entries.

Simplifications: annotations count where a value enters or leaves a contract. Inside they are for readers, as in Python itself.
"""

import ast
from typing import Final

# Names

RECORD: Final = "record"
QUERY: Final = "query"
STANDARDS: Final = "STANDARDS"
HOOKS: Final = ("init", "upgrade")
"""Methods that only CONTRACT_MANAGE calls."""

HOST_VALUES: Final = {
    "sender": ("org", "role", "name", "address"),
    "tx": ("id",),
    "block": ("height", "timestamp_ms", "chain_id"),
}
"""What the host knows, by name and attribute."""
HOST_NAMES: Final = ("caller", "contract")
"""What it knows by name alone."""
HOST_FUNCTIONS: Final = {
    "emit": (1, 17),
    "hash": (1, 1),
    "sha256": (1, 1),
    "sm3": (1, 1),
    "verify": (3, 3),
    "call": (2, 3),
    "try_call": (2, 3),
}
"""What it does, with the least and the largest number of arguments."""
STATE_METHODS: Final = {"get": (1, 2), "items": (0, 1)}
PROTECTED: Final = frozenset({"state", "sender", "caller", "contract", "tx", "block", "emit", "call", "try_call"})
"""No local name may hide these: whoever reads `sender.org` must be able to trust it."""
ERRORS: Final = ("ValueError", "PermissionError")
TYPES: Final = ("bool", "int", "str", "bytes", "list", "tuple", "dict")

BUILTINS: Final = {
    "abs": (1, 1),
    "all": (1, 1),
    "any": (1, 1),
    "bool": (1, 1),
    "bytes": (0, 1),
    "dict": (0, 1),
    "enumerate": (1, 2),
    "int": (1, 1),
    "isinstance": (2, 2),
    "len": (1, 1),
    "list": (0, 1),
    "max": (1, 16),
    "min": (1, 16),
    "range": (1, 3),
    "reversed": (1, 1),
    "sorted": (1, 1),
    "str": (1, 1),
    "sum": (1, 1),
    "tuple": (0, 1),
    "zip": (2, 4),
}
"""The functions of Python that there are, with the least and the largest number of arguments."""
STATIC_METHODS: Final = {("int", "from_bytes"): (2, 2), ("bytes", "fromhex"): (1, 1)}

METHODS: Final = {
    "append": (1, 1),
    "clear": (0, 0),
    "copy": (0, 0),
    "count": (1, 1),
    "decode": (0, 0),
    "encode": (0, 0),
    "endswith": (1, 1),
    "extend": (1, 1),
    "find": (1, 1),
    "get": (1, 2),
    "hex": (0, 0),
    "index": (1, 1),
    "insert": (2, 2),
    "isdigit": (0, 0),
    "items": (0, 0),
    "join": (1, 1),
    "keys": (0, 0),
    "lower": (0, 0),
    "pop": (0, 2),
    "remove": (1, 1),
    "removeprefix": (1, 1),
    "removesuffix": (1, 1),
    "replace": (2, 2),
    "reverse": (0, 0),
    "setdefault": (2, 2),
    "sort": (0, 0),
    "split": (0, 1),
    "startswith": (1, 1),
    "strip": (0, 1),
    "to_bytes": (2, 2),
    "update": (1, 1),
    "upper": (0, 0),
    "values": (0, 0),
}
"""The methods of values that there are, with the least and the largest number of arguments."""

TAKEN: Final = frozenset({*HOST_VALUES, *HOST_NAMES, *HOST_FUNCTIONS, *BUILTINS, *ERRORS, "state", RECORD, QUERY, "Reply"})
"""Names that a contract cannot define at its top."""

# Syntax

BINARY: Final[dict[type[ast.operator], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}

REFUSED_STATEMENTS: Final[dict[type[ast.stmt], tuple[str, str]]] = {
    ast.Import: ("import", "a contract imports nothing; what the host gives is there without it"),
    ast.ImportFrom: ("import", "a contract imports nothing; what the host gives is there without it"),
    ast.ClassDef: ("class", "a class stands at the top of the contract, with @record above it"),
    ast.FunctionDef: ("nested-function", "a function stands at the top of the contract, not inside of another"),
    ast.AsyncFunctionDef: ("async", "nothing waits in a contract: write def"),
    ast.AsyncFor: ("async", "nothing waits in a contract: write for"),
    ast.AsyncWith: ("async", "nothing waits in a contract"),
    ast.With: ("with", "there is nothing to open or to close in a contract"),
    ast.Global: ("global", "what lasts is kept in state[...]"),
    ast.Nonlocal: ("global", "what lasts is kept in state[...]"),
    ast.Try: ("try", "a failure fails the whole call; test before, or use try_call(...) for another contract"),
    ast.TryStar: ("try", "a failure fails the whole call; test before, or use try_call(...) for another contract"),
    ast.Match: ("match", "write if and elif"),
}

REFUSED_EXPRESSIONS: Final[dict[type[ast.expr], tuple[str, str]]] = {
    ast.Lambda: ("lambda", "write a function at the top of the contract"),
    ast.Set: ("set", "a set has no order that all nodes share; write a list, or a dict with True"),
    ast.SetComp: ("set", "a set has no order that all nodes share; write a list, or a dict with True"),
    ast.Await: ("async", "nothing waits in a contract"),
    ast.Yield: ("generator", "build a list and return it"),
    ast.YieldFrom: ("generator", "build a list and return it"),
    ast.NamedExpr: ("walrus", "write the assignment as a statement of its own"),
    ast.Starred: ("star", "name each part"),
}
