"""Pieces and steps: what the compiler makes of expressions and statements, and the fast closures for arithmetic and comparison.

A piece is a closure and the nodes that it takes in any case. Nodes that are executed only sometimes (the right side of `and`, the item of a
comprehension) pay for themselves when they are reached. That is how a straight piece of code pays once and yet for each of its nodes.

Where both sides are small numbers, an operation is done on the spot. Closures differ by the shape of their operands: a local name or a
constant needs no call to find out its value. That is most of what makes compiled code quick (closure compilation; Feeley and Lapalme 1987).

Simplifications: the closures are Python functions; a production engine would make machine code, as Ethereum's and WebAssembly's can.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from minichain.contracts.kinds import INT_BOUND
from minichain.contracts.python.machine import MACHINE, METER, Frame, Machine, Run, exhaust
from minichain.contracts.python.operations import BINARY, is_equal, is_less, is_less_or_equal

NO_SLOT: Final = -1


@dataclass(frozen=True)
class Piece:
    """A compiled expression."""

    run: Run
    cost: int
    """The nodes that are executed whenever it is."""
    slot: int = NO_SLOT
    """The place in the frame, if it is a local name that surely has a value."""
    is_constant: bool = False
    value: Any = None
    """Of a constant."""


@dataclass(frozen=True)
class Step:
    """A compiled statement: its closure, its nodes that surely run, and whether it may give a signal."""

    run: Run
    cost: int
    may_leave: bool = False


def make_constant(value: Any) -> Piece:
    """Return the piece of a constant."""
    return Piece(lambda frame: value, 1, is_constant=True, value=value)


def make_charged(piece: Piece, line: int, extra: int = 0) -> Run:
    """Return a closure that pays for the piece by itself, because it is executed only sometimes."""
    run, cost = piece.run, piece.cost + extra

    def run_charged(frame: Frame) -> Any:
        meter = frame[METER]
        meter.used += cost
        if meter.used > meter.limit:
            exhaust(frame, line)
        return run(frame)

    return run_charged


Operation = Callable[[Machine, Any, Any], Any]


def make_slow(operate: Operation, line: int) -> Callable[[Frame, Any, Any], Any]:
    """Return what is done where the fast case does not hold."""

    def run_slow(frame: Frame, left: Any, right: Any) -> Any:
        machine = frame[MACHINE]
        machine.line = line
        return operate(machine, left, right)

    return run_slow


FAST_ARITHMETIC: Final[dict[str, Callable[[int, int], int]]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
FAST_DIVISION: Final[dict[str, Callable[[int, int], int]]] = {"//": operator.floordiv, "%": operator.mod}


def make_binary(sign: str, left: Piece, right: Piece, line: int) -> Run:
    """Return the closure of a binary operation."""
    slow = make_slow(BINARY[sign], line)
    if sign in FAST_ARITHMETIC:
        return make_arithmetic(FAST_ARITHMETIC[sign], left, right, slow)
    if sign in FAST_DIVISION:
        return make_division(FAST_DIVISION[sign], left, right, slow)
    run_left, run_right = left.run, right.run
    return lambda frame: slow(frame, run_left(frame), run_right(frame))


def make_arithmetic(compute: Callable[[int, int], int], left: Piece, right: Piece, slow: Callable[[Frame, Any, Any], Any]) -> Run:
    """Return the closure of + - or *."""
    run_left, run_right, slot, constant = left.run, right.run, left.slot, right.value
    if slot >= 0 and right.is_constant and type(constant) is int:

        def run_slot_constant(frame: Frame) -> Any:
            one = frame[slot]
            if type(one) is int:
                result = compute(one, constant)
                if -INT_BOUND < result < INT_BOUND:
                    return result
            return slow(frame, one, constant)

        return run_slot_constant
    if slot >= 0 and right.slot >= 0:
        other_slot = right.slot

        def run_slots(frame: Frame) -> Any:
            one, other = frame[slot], frame[other_slot]
            if type(one) is int and type(other) is int:
                result = compute(one, other)
                if -INT_BOUND < result < INT_BOUND:
                    return result
            return slow(frame, one, other)

        return run_slots

    def run_any(frame: Frame) -> Any:
        one, other = run_left(frame), run_right(frame)
        if type(one) is int and type(other) is int:
            result = compute(one, other)
            if -INT_BOUND < result < INT_BOUND:
                return result
        return slow(frame, one, other)

    return run_any


def make_division(compute: Callable[[int, int], int], left: Piece, right: Piece, slow: Callable[[Frame, Any, Any], Any]) -> Run:
    """Return the closure of // or %."""
    run_left, run_right, slot, constant = left.run, right.run, left.slot, right.value
    if slot >= 0 and right.is_constant and type(constant) is int and constant > 0:

        def run_slot_constant(frame: Frame) -> Any:
            one = frame[slot]
            return compute(one, constant) if type(one) is int else slow(frame, one, constant)

        return run_slot_constant

    def run_any(frame: Frame) -> Any:
        one, other = run_left(frame), run_right(frame)
        if type(one) is int and type(other) is int and other > 0:
            return compute(one, other)
        return slow(frame, one, other)

    return run_any


# Comparison


def is_unequal(machine: Machine, left: Any, right: Any) -> bool:
    """Return whether left != right."""
    return not is_equal(machine, left, right)


def is_greater(machine: Machine, left: Any, right: Any) -> bool:
    """Return whether left > right."""
    return is_less(machine, right, left)


def is_greater_or_equal(machine: Machine, left: Any, right: Any) -> bool:
    """Return whether left >= right."""
    return is_less_or_equal(machine, right, left)


COMPARISONS: Final[dict[str, tuple[Callable[[int, int], bool], Operation]]] = {
    "Eq": (operator.eq, is_equal),
    "NotEq": (operator.ne, is_unequal),
    "Lt": (operator.lt, is_less),
    "LtE": (operator.le, is_less_or_equal),
    "Gt": (operator.gt, is_greater),
    "GtE": (operator.ge, is_greater_or_equal),
}


def make_comparison(name: str, left: Piece, right: Piece, line: int) -> Run:
    """Return the closure of one comparison."""
    compute, operate = COMPARISONS[name]
    slow = make_slow(operate, line)
    run_left, run_right, slot, constant = left.run, right.run, left.slot, right.value
    if slot >= 0 and right.is_constant and type(constant) is int:

        def run_slot_constant(frame: Frame) -> Any:
            one = frame[slot]
            return compute(one, constant) if type(one) is int else slow(frame, one, constant)

        return run_slot_constant
    if right.is_constant and type(constant) is int:

        def run_constant(frame: Frame) -> Any:
            one = run_left(frame)
            return compute(one, constant) if type(one) is int else slow(frame, one, constant)

        return run_constant

    def run_any(frame: Frame) -> Any:
        one, other = run_left(frame), run_right(frame)
        return compute(one, other) if type(one) is int and type(other) is int else slow(frame, one, other)

    return run_any
