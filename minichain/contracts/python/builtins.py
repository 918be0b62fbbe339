"""The functions of Python that contracts have: each looks at what it gets, pays, and then works.

Simplifications: `sorted`, `min` and `max` take no key, and text is made of str, int, bool and None alone. What Python writes for other
values depends on its version, and for objects on where they lie in memory.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from minichain.contracts.kinds import Record, describe
from minichain.contracts.python import gas
from minichain.contracts.python.items import iterate, validate_int_keys, validate_key
from minichain.contracts.python.machine import Machine
from minichain.contracts.python.operations import INTS, LISTS, TEXTS, add, bound, get_shape, is_less

RANGE_BOUND: Final = 1 << 62
DIGITS: Final = 78
"""The largest number has so many decimal digits."""


def count_items(machine: Machine, value: Any) -> int:
    """Return how many items a value has that can be looped over."""
    if type(value) is range:
        # Python's own len ends at 2^63.
        return max(0, (value.stop - value.start + value.step - (1 if value.step > 0 else -1)) // value.step)
    if type(value) in LISTS or type(value) in TEXTS or type(value) is dict:
        return len(value)
    return machine.fail(f"{describe(value)} is nothing to loop over")


def take_items(machine: Machine, value: Any) -> list[Any]:
    """Return the items of a value in a new list, and pay for it."""
    machine.make_items(count_items(machine, value))
    return list(value)


def to_text(machine: Machine, value: Any) -> str:
    """Return a value as text."""
    kind = type(value)
    if kind is int or kind is bool or value is None:
        machine.charge(DIGITS // gas.TEXT)
        return str(value)
    if kind is not str:
        machine.fail(f"{describe(value)} is no text; bytes have hex(), a record has fields")
    return str(value)


def compute_length(machine: Machine, value: Any) -> int:
    """len"""
    return bound(machine, count_items(machine, value))


def compute_absolute(machine: Machine, value: Any) -> int:
    """abs"""
    if type(value) not in INTS:
        machine.fail(f"abs takes a number, not {describe(value)}")
    return abs(int(value))


def make_range(machine: Machine, *parts: Any) -> range:
    """range"""
    for part in parts:
        if type(part) not in INTS or not -RANGE_BOUND < part < RANGE_BOUND:
            machine.fail("range takes numbers below 2**62")
    if len(parts) == 3 and parts[2] == 0:
        machine.fail("the step of a range is not 0")
    return range(*parts)


def compute_sum(machine: Machine, values: Any) -> int:
    """sum"""
    total = 0
    machine.charge(count_items(machine, values) * gas.ITEM)
    for value in iterate(machine, values):
        if type(value) not in INTS:
            machine.fail(f"sum adds numbers, not {describe(value)}; texts have join")
        total = add(machine, total, value)
    return total


def are_all(machine: Machine, values: Any) -> bool:
    """all"""
    machine.charge(count_items(machine, values) * gas.ITEM)
    return all(iterate(machine, values))


def is_any(machine: Machine, values: Any) -> bool:
    """any"""
    machine.charge(count_items(machine, values) * gas.ITEM)
    return any(iterate(machine, values))


def sort_items(machine: Machine, values: Any, reverse: Any = False) -> list[Any]:
    """sorted"""
    items = take_items(machine, values)
    sort_in_place(machine, items, reverse)
    return items


def sort_in_place(machine: Machine, items: list[Any], reverse: Any) -> None:
    """Sort a list whose items have one shape. Looking at them once is paid for by `get_shape`, and sorting looks log2(n) times."""
    if len(items) < 2:
        return
    before = machine.meter.used
    shapes = iter([get_shape(machine, item) for item in items])
    first = next(shapes)
    if any(shape != first for shape in shapes):
        machine.fail("what is sorted is all numbers, all texts, all bytes, or tuples of the same")
    once = machine.meter.used - before + len(items) * gas.ITEM
    machine.charge(once * len(items).bit_length())
    items.sort(reverse=bool(reverse))


def find_extreme(machine: Machine, name: str, values: tuple[Any, ...], is_better: Callable[[Machine, Any, Any], bool]) -> Any:
    """Return the smallest or the largest of values, the first of them if there are several."""
    items: Iterable[Any] = values
    if len(values) == 1:
        machine.charge(count_items(machine, values[0]) * gas.ITEM)
        items = iterate(machine, values[0])
    rest = iter(items)
    for best in rest:
        for item in rest:
            if is_better(machine, item, best):
                best = item
        return best
    return machine.fail(f"{name} of nothing")


def find_smallest(machine: Machine, *values: Any) -> Any:
    """min"""
    return find_extreme(machine, "min", values, is_less)


def find_largest(machine: Machine, *values: Any) -> Any:
    """max"""
    return find_extreme(machine, "max", values, lambda machine, item, best: is_less(machine, best, item))


def number_items(machine: Machine, values: Any, start: Any = 0) -> list[Any]:
    """enumerate"""
    if type(start) not in INTS:
        machine.fail(f"enumerate counts from a number, not from {describe(start)}")
    machine.charge(2 * count_items(machine, values) * gas.ITEM)
    bound(machine, start + count_items(machine, values))
    return list(enumerate(take_items(machine, values), start))


def pair_items(machine: Machine, *values: Any) -> list[Any]:
    """zip"""
    shortest = min(count_items(machine, value) for value in values)
    machine.charge(shortest * len(values) * gas.ITEM)
    machine.make_items(shortest)
    return list(zip(*[iterate(machine, value) for value in values], strict=False))


def turn_around(machine: Machine, values: Any) -> list[Any]:
    """reversed"""
    items = take_items(machine, values)
    items.reverse()
    return items


def make_int(machine: Machine, value: Any) -> int:
    """int"""
    if type(value) in INTS:
        return int(value)
    if type(value) is not str:
        machine.fail(f"int takes a number or a text, not {describe(value)}")
    digits = value[1:] if value[:1] == "-" else value
    if not 1 <= len(digits) <= DIGITS or not (digits.isascii() and digits.isdigit()):
        machine.fail(f"int takes a text of 1 to {DIGITS} digits")
    machine.charge_text(len(value))
    return bound(machine, int(value))


def make_bool(machine: Machine, value: Any) -> bool:
    """bool"""
    return bool(value)


def make_text(machine: Machine, value: Any) -> str:
    """str"""
    return to_text(machine, value)


def make_bytes(machine: Machine, value: Any = b"") -> bytes:
    """bytes"""
    if type(value) is bytes:
        return value
    if type(value) in INTS:
        if value < 0:
            machine.fail("bytes of a negative number")
        machine.make_text(value)
        return bytes(value)
    if type(value) not in LISTS and type(value) is not range:
        machine.fail(f"bytes takes a number or a list of numbers, not {describe(value)}; a text has encode()")
    items = take_items(machine, value)
    if any(type(item) not in INTS or not 0 <= item < 256 for item in items):
        machine.fail("each item of bytes is a number from 0 to 255")
    return bytes(items)


def make_list(machine: Machine, values: Any = ()) -> list[Any]:
    """list"""
    return take_items(machine, values)


def make_tuple(machine: Machine, values: Any = ()) -> tuple[Any, ...]:
    """tuple"""
    return tuple(take_items(machine, values))


def make_dict(machine: Machine, values: Any = ()) -> dict[Any, Any]:
    """dict"""
    if type(values) is dict:
        machine.make_items(len(values))
        return dict(values)
    found: dict[Any, Any] = {}
    for pair in take_items(machine, values):
        if type(pair) not in LISTS or len(pair) != 2:
            machine.fail("dict takes pairs of a key and a value")
        key = validate_key(machine, pair[0])
        validate_int_keys(machine, len(found) + 1, [key])
        found[key] = pair[1]
    return found


def number_from_bytes(machine: Machine, data: Any, order: Any) -> int:
    """int.from_bytes"""
    if type(data) is not bytes or order not in ("big", "little"):
        machine.fail('int.from_bytes takes bytes, and "big" or "little"')
    machine.charge_text(len(data))
    return bound(machine, int.from_bytes(data, order))


def bytes_from_hex(machine: Machine, text: Any) -> bytes:
    """bytes.fromhex"""
    if type(text) is not str:
        machine.fail(f"bytes.fromhex takes a text, not {describe(text)}")
    machine.make_text(len(text))
    if len(text) % 2 or text.strip("0123456789abcdefABCDEF"):
        machine.fail("bytes.fromhex takes pairs of hexadecimal digits, and nothing else")
    try:
        return bytes.fromhex(text)
    except ValueError:
        machine.fail("bytes.fromhex takes pairs of hexadecimal digits, and nothing else")


KINDS: Final[dict[str, type]] = {"bool": bool, "int": int, "str": str, "bytes": bytes, "list": list, "tuple": tuple, "dict": dict}


def is_of_kind(value: Any, names: tuple[str, ...]) -> bool:
    """Return whether a value is of one of these types. A bool is also an int, as everywhere in Python."""
    if isinstance(value, Record):
        return value.kind.name in names
    return any(name in KINDS and isinstance(value, KINDS[name]) for name in names)


def hash_with(compute: Callable[[bytes], bytes]) -> Callable[[Machine, Any], bytes]:
    """Return the function of a contract for a hash function."""

    def compute_hash(machine: Machine, data: Any) -> bytes:
        if type(data) is not bytes:
            machine.fail(f"a hash takes bytes, not {describe(data)}; a text has encode()")
        machine.charge(gas.HASH + len(data) // gas.TEXT)
        return compute(data)

    return compute_hash


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "abs": compute_absolute,
    "all": are_all,
    "any": is_any,
    "bool": make_bool,
    "bytes": make_bytes,
    "dict": make_dict,
    "enumerate": number_items,
    "int": make_int,
    "len": compute_length,
    "list": make_list,
    "max": find_largest,
    "min": find_smallest,
    "range": make_range,
    "reversed": turn_around,
    "sorted": sort_items,
    "str": make_text,
    "sum": compute_sum,
    "tuple": make_tuple,
    "zip": pair_items,
}
STATIC: Final[dict[tuple[str, str], Callable[..., Any]]] = {("int", "from_bytes"): number_from_bytes, ("bytes", "fromhex"): bytes_from_hex}
