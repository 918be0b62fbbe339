"""What a contract's work costs, and what it may not exceed whatever it pays. One unit is about what a simple expression takes.

Each statement and each expression costs `NODE` whenever it is executed: a name, a number, an addition, a call, the target of an
assignment. `x = a + b` costs five: the statement, its target, the sum and what is added. Whatever belongs to a straight piece of code is
paid for when the piece begins, so a call that fails has paid for the rest of the piece in which it failed.

Work that grows with a value is paid for before it is done: `ITEM` for each item of a list, tuple or dict that is read or made, and the same
for each `TEXT` characters or bytes. Nothing is given back.

Simplifications: prices are the chain's, for good. Ethereum has changed some of its own in most of its upgrades, and each change was a
fork; there they are a market too, and here nobody pays.
"""

from typing import Final

NODE: Final = 1
CALL: Final = 5
"""To begin a function of the contract, besides its nodes."""
ITEM: Final = 1
TEXT: Final = 8
"""So many characters or bytes cost as much as an item."""
PLACES: Final = 8
"""So many local names, those of comprehensions too, cost as much as an item whenever their function begins."""
READ: Final = 20
WRITE: Final = 50
"""A key of the state; each byte that is read or written costs `BYTE` more."""
EMIT: Final = 20
BYTE: Final = 1
"""A byte of a parameter, a result, the state, an event."""
HASH: Final = 20
VERIFY: Final = 10_000
"""A signature takes as long as some thousands of nodes, in SM2 without a library a hundred times that."""

# Bounds of a running contract

MAX_TEXT: Final = 1 << 20
"""The most characters or bytes that a str or bytes has."""
MAX_ITEMS: Final = 100_000
"""The most items that a list, tuple or dict has."""
MAX_STACK: Final = 300
"""How deep calls of functions may be: each takes as many steps as its syntax tree is deep."""
MAX_PAGE: Final = 1000
"""The most entries that one `state.items` returns."""
PAGE: Final = 100
"""How many it returns if it is not told."""
CHUNK: Final = 16
"""How many of them are read at once: so much is read before its bytes are paid for."""

# Bounds of a source

MAX_SOURCE: Final = 1 << 17
MAX_LINES: Final = 4000
MAX_BRACKETS: Final = 25
MAX_CHAIN: Final = 120
"""How many words and signs may stand in one expression, between two commas: so deep can it become."""
MAX_INDENT: Final = 48
MAX_ELIF: Final = 60
"""In one function."""
MAX_NUMBER: Final = 300
"""Characters of a number."""
MAX_LOCALS: Final = 100
"""Names that a function may give values to."""
MAX_FIELDS: Final = 100
"""Of a record."""
MAX_NAME: Final = 100
"""Characters of a name."""
MAX_PROBLEMS: Final = 50
"""A report ends after so many."""
MAX_FOUND: Final = 500
"""The check keeps no more than so many, of which the report has the first."""
FRAMES: Final = 6000
"""How deep the host's stack must be. Python's own limit of 1000 depends on who calls us, and nodes must agree."""
