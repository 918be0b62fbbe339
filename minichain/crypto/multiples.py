"""Multiples of a point, computed quickly: windows, signed digits and tables (Guide to Elliptic Curve Cryptography, Hankerson,
Menezes and Vanstone 2004, sections 3.3.1 and 3.3.2).

To double and add costs, for a number of 256 bits, 256 doublings and about 128 additions. Two ideas save most of it.

- For any point, signed digits in windows: each digit is odd and below 16 in size, and at least four zeros follow it. So about 43
  additions of prepared multiples do instead of 128.
- For a point that is used again and again, the generator, a table of its multiples: no doubling is left, only one addition for
  each window.

Both work in any group; `jacobian` and `edwards25519` each bring theirs.

Simplifications: which entry of a table is read depends on the number, and so do time and memory accesses: a process on the same
machine may learn a private key from them. A production library reads the whole table at each step, picks without branching, and
blinds the number. So keys that matter sign with the fast backends; for SM2, where there is none, on a machine of their own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

E = TypeVar("E")


@dataclass(frozen=True)
class Group(Generic[E]):
    """What it takes to compute in a group with elements of type E."""

    identity: E
    add: Callable[[E, E], E]
    double: Callable[[E], E]
    negate: Callable[[E], E]
    normalize: Callable[[Sequence[E]], list[E]]
    """Returns the same elements, represented so that adding them is cheapest."""


# Signed digits in windows, for any point

WIDTH: Final = 5


def compute_signed_digits(k: int) -> list[int]:
    """Return digits d_i, the lowest first, with k = Σ d_i 2^i: each is 0 or odd with |d_i| < 16, and of five in a row one is not 0.

    >>> compute_signed_digits(47)
    [15, 0, 0, 0, 0, 1]
    """
    digits = []
    while k:
        digit = 0
        if k & 1:
            digit = k & (1 << WIDTH) - 1
            if digit >> WIDTH - 1:
                digit -= 1 << WIDTH
            k -= digit
        digits.append(digit)
        k >>= 1
    return digits


def multiply(group: Group[E], k: int, element: E) -> E:
    """Return `element` times k, for k of at least 0."""
    twice = group.double(element)
    odd = [element]
    for _ in range((1 << WIDTH - 2) - 1):
        odd.append(group.add(odd[-1], twice))
    odd = group.normalize(odd)
    multiples = {2 * i + 1: multiple for i, multiple in enumerate(odd)}
    multiples |= {-digit: group.negate(multiple) for digit, multiple in multiples.items()}
    add, double, result = group.add, group.double, group.identity
    for digit in reversed(compute_signed_digits(k)):
        result = double(result)
        if digit:
            result = add(result, multiples[digit])
    return result


# A table, for a point that is known beforehand

WINDOW: Final = 6


@dataclass(frozen=True)
class Table(Generic[E]):
    """Row i holds the multiples of the point by 0, 1, 2, ... 63 times 64^i."""

    group: Group[E]
    rows: tuple[tuple[E, ...], ...]


def compute_table(group: Group[E], element: E, bits: int) -> Table[E]:
    """Return the table of `element` for numbers of that many bits. It takes as long as some twenty multiplications."""
    rows = []
    for _ in range(0, bits, WINDOW):
        row = [group.identity, element]
        while len(row) < 1 << WINDOW:
            row.append(group.add(row[-1], element))
        element = group.add(row[-1], element)
        rows.append(row)
    flat = iter(group.normalize([entry for row in rows for entry in row]))
    return Table(group, tuple(tuple(next(flat) for _ in row) for row in rows))


def multiply_with_table(table: Table[E], k: int) -> E:
    """Return the table's point times k, for k of at least 0 and no more bits than the table is for."""
    add, result = table.group.add, table.group.identity
    for row in table.rows:
        digit = k & (1 << WINDOW) - 1
        if digit:
            result = add(result, row[digit])
        k >>= WINDOW
    return result
