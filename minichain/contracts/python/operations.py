"""What operators do with values: each checks the types, pays for the work, and only then does it.

Fast cases (two small numbers) are done where they stand in `arithmetic` and `expressions`; everything else comes here.

What an attacker would try: to double a number, a text or a list until it fills the memory (so sizes are known and paid for before
anything is made); to compare lists that hold each other (so comparing pays for each item and does not go deep without end).

Simplifications: a number is bounded by 2^256, although Python's are not, because every node must be able to keep it.
"""

import operator
from collections.abc import Callable
from typing import Any, Final

from minichain.contracts.kinds import INT_BOUND, MAX_NESTING, Record, describe
from minichain.contracts.python import gas
from minichain.contracts.python.machine import Machine
from minichain.ledger.execution import Code

INTS: Final = frozenset({int, bool})
TEXTS: Final = frozenset({str, bytes})
LISTS: Final = frozenset({list, tuple})
MAX_BITS: Final = 256


def bound(machine: Machine, number: int) -> int:
    """Return the number if it is not too large."""
    if not -INT_BOUND < number < INT_BOUND:
        machine.fail("the number is not below 2**256 in magnitude")
    return number


def refuse(machine: Machine, sign: str, left: Any, right: Any) -> Any:
    """Fail: these types do not go together."""
    machine.fail(f"{describe(left)} {sign} {describe(right)} has no meaning")


# Arithmetic


def add(machine: Machine, left: Any, right: Any) -> Any:
    """Return left + right."""
    kind = type(left)
    if kind in INTS and type(right) in INTS:
        return bound(machine, left + right)
    if kind is type(right) and kind in TEXTS:
        machine.make_text(len(left) + len(right))
        return left + right
    if kind is type(right) and kind in LISTS:
        machine.make_items(len(left) + len(right))
        return left + right
    return refuse(machine, "+", left, right)


def add_in_place(machine: Machine, left: Any, right: Any) -> Any:
    """Return left after left += right, which changes a list."""
    if type(left) is list and type(right) in LISTS:
        machine.make_items(len(right), len(left))
        left += right
        return left
    return add(machine, left, right)


def subtract(machine: Machine, left: Any, right: Any) -> Any:
    """Return left - right."""
    if type(left) in INTS and type(right) in INTS:
        return bound(machine, left - right)
    return refuse(machine, "-", left, right)


def multiply(machine: Machine, left: Any, right: Any) -> Any:
    """Return left * right."""
    if type(left) in INTS and type(right) in INTS:
        return bound(machine, left * right)
    if type(left) in INTS:
        left, right = right, left
    if type(right) in INTS and type(left) in TEXTS:
        machine.make_text(len(left) * max(0, right))
        return repeat(left, right)
    if type(right) in INTS and type(left) in LISTS:
        machine.make_items(len(left) * max(0, right))
        return repeat(left, right)
    return refuse(machine, "*", left, right)


def repeat(items: Any, times: int) -> Any:
    """Return items * times. Python itself fails if `times` has more than 63 bits, even where nothing comes of it."""
    return items * times if len(items) and times > 0 else items[:0]


def multiply_in_place(machine: Machine, left: Any, right: Any) -> Any:
    """Return left after left *= right, which changes a list."""
    result = multiply(machine, left, right)
    if type(left) is list:
        left[:] = result
        return left
    return result


def divide(machine: Machine, left: Any, right: Any) -> Any:
    """Return left // right."""
    if type(left) in INTS and type(right) in INTS:
        if right == 0:
            machine.fail("a division by zero")
        return left // right
    return refuse(machine, "//", left, right)


def remainder(machine: Machine, left: Any, right: Any) -> Any:
    """Return left % right."""
    if type(left) in INTS and type(right) in INTS:
        if right == 0:
            machine.fail("a division by zero")
        return left % right
    return refuse(machine, "%", left, right)


def power(machine: Machine, left: Any, right: Any) -> Any:
    """Return left ** right."""
    if type(left) not in INTS or type(right) not in INTS:
        return refuse(machine, "**", left, right)
    if right < 0:
        machine.fail("a negative exponent would make a fraction")
    if abs(left) > 1 and (abs(left).bit_length() - 1) * right > MAX_BITS:
        machine.fail("the number is not below 2**256 in magnitude")
    # What is left is at most (2^256)^2, or a power of -1, 0 or 1, of which only whether it is even counts.
    exponent = right if abs(left) > 1 else right if right < 2 else 2 - right % 2
    return bound(machine, int(left) ** int(exponent))


def shift_left(machine: Machine, left: Any, right: Any) -> Any:
    """Return left << right."""
    validate_shift(machine, "<<", left, right)
    if left and right > MAX_BITS:
        machine.fail("the number is not below 2**256 in magnitude")
    return bound(machine, int(left) << min(right, MAX_BITS))


def shift_right(machine: Machine, left: Any, right: Any) -> Any:
    """Return left >> right."""
    validate_shift(machine, ">>", left, right)
    return int(left) >> min(right, MAX_BITS)


def validate_shift(machine: Machine, sign: str, left: Any, right: Any) -> None:
    """Fail unless a number is shifted by a number that is not negative."""
    if type(left) not in INTS or type(right) not in INTS:
        refuse(machine, sign, left, right)
    if right < 0:
        machine.fail("a negative shift")


def make_bitwise(sign: str, compute: Callable[[Any, Any], Any]) -> Callable[[Machine, Any, Any], Any]:
    """Return the function for &, | or ^."""

    def bitwise(machine: Machine, left: Any, right: Any) -> Any:
        if type(left) in INTS and type(right) in INTS:
            return bound(machine, compute(left, right))
        return refuse(machine, sign, left, right)

    return bitwise


def negate(machine: Machine, value: Any) -> Any:
    """Return -value."""
    return -value if type(value) in INTS else machine.fail(f"-{describe(value)} has no meaning")


def keep_sign(machine: Machine, value: Any) -> Any:
    """Return +value."""
    return +value if type(value) in INTS else machine.fail(f"+{describe(value)} has no meaning")


def invert(machine: Machine, value: Any) -> Any:
    """Return ~value."""
    return bound(machine, ~int(value)) if type(value) in INTS else machine.fail(f"~{describe(value)} has no meaning")


BINARY: Final[dict[str, Callable[[Machine, Any, Any], Any]]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "//": divide,
    "%": remainder,
    "**": power,
    "<<": shift_left,
    ">>": shift_right,
    "&": make_bitwise("&", operator.and_),
    "|": make_bitwise("|", operator.or_),
    "^": make_bitwise("^", operator.xor),
}
IN_PLACE: Final = {**BINARY, "+": add_in_place, "*": multiply_in_place}


# Comparison


def is_equal(machine: Machine, left: Any, right: Any, depth: int = 0) -> bool:
    """Return whether left == right. Objects are never compared by where they are."""
    kind = type(left)
    if kind in INTS and type(right) in INTS:
        return bool(left == right)
    if kind is not type(right):
        return False
    if kind in TEXTS:
        if len(left) != len(right):
            return False
        machine.charge_text(len(left))
        return bool(left == right)
    if kind is type(None):
        return True
    if kind is range:
        return bool(left == right)
    if depth > MAX_NESTING:
        machine.fail(f"values that are compared nest more than {MAX_NESTING} deep", Code.TOO_LARGE)
    if kind is Record:
        return left.kind == right.kind and are_equal(machine, left.values, right.values, depth)
    if kind is dict:
        return is_equal_dict(machine, left, right, depth)
    return are_equal(machine, left, right, depth)


def are_equal(machine: Machine, left: Any, right: Any, depth: int) -> bool:
    """Return whether two lists or tuples have equal items."""
    if len(left) != len(right):
        return False
    for one, other in zip(left, right, strict=True):
        machine.charge(gas.ITEM)
        if not is_equal(machine, one, other, depth + 1):
            return False
    return True


def is_equal_dict(machine: Machine, left: Any, right: Any, depth: int) -> bool:
    """Return whether two dicts have equal values under the same keys, in whatever order."""
    if len(left) != len(right):
        return False
    for key, item in left.items():
        machine.charge(gas.ITEM)
        if key not in right or not is_equal(machine, item, right[key], depth + 1):
            return False
    return True


def get_shape(machine: Machine, value: Any, depth: int = 0) -> Any:
    """Return what a value can be ordered with, and pay for looking at it once: values of one shape can be ordered."""
    kind = type(value)
    if kind in INTS:
        return "int"
    if kind in TEXTS:
        machine.charge_text(len(value))
        return "str" if kind is str else "bytes"
    if kind not in LISTS or depth > MAX_NESTING:
        machine.fail(f"{describe(value)} has no order")
    machine.charge(len(value) * gas.ITEM)
    return (kind is list, *[get_shape(machine, item, depth + 1) for item in value])


def is_less(machine: Machine, left: Any, right: Any) -> bool:
    """Return whether left < right."""
    if type(left) in INTS and type(right) in INTS:
        return bool(left < right)
    if type(left) is not type(right) or get_order(get_shape(machine, left), get_shape(machine, right)):
        machine.fail(f"{describe(left)} and {describe(right)} have no order")
    return bool(left < right)


def get_order(left: Any, right: Any) -> bool:
    """Return whether two shapes do not go together: as far as both reach, their parts must."""
    if type(left) is not tuple or type(right) is not tuple:
        return bool(left != right)
    return any(get_order(one, other) for one, other in zip(left, right, strict=False))


def is_less_or_equal(machine: Machine, left: Any, right: Any) -> bool:
    """Return whether left <= right."""
    return not is_less(machine, right, left)
