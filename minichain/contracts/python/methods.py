"""The methods of values. They are looked up here by the type of the value, never on the value itself.

Simplifications: texts are split, stripped and turned into capitals by ASCII only. Unicode's tables grow with each version of Python, and
nodes with different versions must agree.
"""

from collections.abc import Callable
from typing import Any, Final

from minichain.contracts.kinds import describe
from minichain.contracts.python import gas
from minichain.contracts.python.builtins import sort_in_place, take_items
from minichain.contracts.python.items import show_key, tidy_up, validate_index, validate_int_keys, validate_key, validate_new_key
from minichain.contracts.python.machine import Machine
from minichain.contracts.python.operations import is_equal

BLANKS: Final = " \t\n\r"


def want(machine: Machine, name: str, value: Any, kind: type) -> None:
    """Fail unless an argument is of this type."""
    if type(value) is not kind:
        machine.fail(f"{name} takes {kind.__name__}, not {describe(value)}")


# Texts and bytes


def make_search(name: str) -> Callable[[Machine, Any, Any], Any]:
    """Return the method startswith, endswith, removeprefix or removesuffix, whose work is that of the argument."""

    def search(machine: Machine, text: Any, part: Any) -> Any:
        want(machine, name, part, type(text))
        machine.charge_text(len(text) + len(part))
        return getattr(text, name)(part)

    return search


def find_text(machine: Machine, text: Any, part: Any) -> int:
    """find"""
    want(machine, "find", part, type(text))
    machine.charge(len(text) + len(part))
    return int(text.find(part))


def count_text(machine: Machine, text: Any, part: Any) -> int:
    """count"""
    want(machine, "count", part, type(text))
    machine.charge(len(text) + len(part))
    return int(text.count(part))


def replace_text(machine: Machine, text: Any, old: Any, new: Any) -> Any:
    """replace"""
    want(machine, "replace", old, type(text))
    want(machine, "replace", new, type(text))
    machine.make_text(len(text) + count_text(machine, text, old) * max(0, len(new) - len(old)))
    return text.replace(old, new)


def split_text(machine: Machine, text: Any, separator: Any = None) -> list[str]:
    """split"""
    if separator is not None:
        want(machine, "split", separator, str)
        if not separator:
            machine.fail("split takes a separator that is not empty")
    machine.charge(len(text) + len(separator or ""))
    if separator is not None:
        machine.make_items(text.count(separator) + 1)
        return list(text.split(separator))
    for blank in BLANKS[1:]:
        text = text.replace(blank, " ")
    parts = [part for part in text.split(" ") if part]
    machine.make_items(len(parts))
    return parts


def join_texts(machine: Machine, separator: Any, parts: Any) -> Any:
    """join"""
    items = take_items(machine, parts)
    for item in items:
        want(machine, "join", item, type(separator))
    machine.make_text(sum([len(item) for item in items]) + len(separator) * len(items))
    return separator.join(items)


def strip_text(machine: Machine, text: Any, characters: Any = BLANKS) -> str:
    """strip"""
    want(machine, "strip", characters, str)
    # Each character is looked for among those that are stripped.
    machine.charge(len(text) * (1 + len(characters) // gas.TEXT))
    return str(text.strip(characters))


def make_ascii(name: str) -> Callable[[Machine, Any], str]:
    """Return the method lower or upper."""

    def change_case(machine: Machine, text: Any) -> str:
        machine.make_text(len(text))
        if not text.isascii():
            machine.fail(f"{name} knows the letters A-Z only")
        return str(getattr(text, name)())

    return change_case


def is_digits(machine: Machine, text: Any) -> bool:
    """isdigit"""
    machine.charge_text(len(text))
    return bool(text.isascii() and text.isdigit())


def encode_text(machine: Machine, text: Any) -> bytes:
    """encode"""
    machine.make_text(4 * len(text))
    return bytes(text.encode())


def decode_bytes(machine: Machine, data: Any) -> str:
    """decode"""
    machine.make_text(len(data))
    try:
        return str(data.decode())
    except UnicodeDecodeError:
        machine.fail("these bytes are no UTF-8")


def show_bytes(machine: Machine, data: Any) -> str:
    """hex"""
    machine.make_text(2 * len(data))
    return str(data.hex())


# Numbers


def number_to_bytes(machine: Machine, number: Any, size: Any, order: Any) -> bytes:
    """to_bytes"""
    want(machine, "to_bytes", size, int)
    if order not in ("big", "little"):
        machine.fail('to_bytes takes a size, and "big" or "little"')
    if number < 0 or size < 0 or number.bit_length() > 8 * size:
        machine.fail(f"{number} does not fit in {size} bytes")
    machine.make_text(size)
    return int(number).to_bytes(size, order)


# Lists and tuples


def append_item(machine: Machine, items: Any, item: Any) -> None:
    """append"""
    machine.make_items(1, len(items))
    items.append(item)


def extend_items(machine: Machine, items: Any, more: Any) -> None:
    """extend"""
    added = take_items(machine, more)
    machine.make_items(len(added), len(items))
    items.extend(added)


def insert_item(machine: Machine, items: Any, place: Any, item: Any) -> None:
    """insert"""
    want(machine, "insert", place, int)
    machine.make_items(1, len(items))
    machine.charge_text(len(items))
    items.insert(max(-len(items), min(place, len(items))), item)


def pop_item(machine: Machine, items: Any, place: Any = -1) -> Any:
    """pop"""
    index = validate_index(machine, items, place)
    if place != -1:
        machine.charge_text(len(items))
    return items.pop(index)


def find_item(machine: Machine, items: Any, item: Any) -> int:
    """index"""
    for place, other in enumerate(items):
        machine.charge(gas.ITEM)
        if is_equal(machine, other, item):
            return place
    return machine.fail("there is no such item")


def remove_item(machine: Machine, items: Any, item: Any) -> None:
    """remove"""
    place = find_item(machine, items, item)
    machine.charge_text(len(items))
    del items[place]


def count_item(machine: Machine, items: Any, item: Any) -> int:
    """count"""
    machine.charge(len(items) * gas.ITEM)
    return sum([is_equal(machine, other, item) for other in items])


def reverse_items(machine: Machine, items: Any) -> None:
    """reverse"""
    machine.charge(len(items) * gas.ITEM)
    items.reverse()


def sort_list(machine: Machine, items: Any, reverse: Any = False) -> None:
    """sort"""
    sort_in_place(machine, items, reverse)


def copy_items(machine: Machine, items: Any) -> Any:
    """copy"""
    machine.make_items(len(items))
    return items.copy()


def clear_items(machine: Machine, items: Any) -> None:
    """clear"""
    items.clear()


# Dicts


def get_value(machine: Machine, entries: Any, key: Any, default: Any = None) -> Any:
    """get"""
    return entries.get(validate_key(machine, key), default)


def set_default(machine: Machine, entries: Any, key: Any, default: Any) -> Any:
    """setdefault"""
    if validate_key(machine, key) not in entries:
        validate_new_key(machine, entries, key)
        entries[key] = default
    return entries[key]


def pop_value(machine: Machine, entries: Any, key: Any, *default: Any) -> Any:
    """pop"""
    if validate_key(machine, key) in entries:
        value = entries.pop(key)
        tidy_up(machine, entries)
        return value
    if default:
        return default[0]
    return machine.fail(f"the dict has no key {show_key(key)}")


def list_keys(machine: Machine, entries: Any) -> list[Any]:
    """keys"""
    machine.make_items(len(entries))
    return list(entries)


def list_values(machine: Machine, entries: Any) -> list[Any]:
    """values"""
    machine.make_items(len(entries))
    return list(entries.values())


def list_pairs(machine: Machine, entries: Any) -> list[Any]:
    """items"""
    machine.charge(2 * len(entries) * gas.ITEM)
    machine.make_items(len(entries))
    return list(entries.items())


def update_entries(machine: Machine, entries: Any, more: Any) -> None:
    """update"""
    want(machine, "update", more, dict)
    machine.make_items(len(more), len(entries))
    validate_int_keys(machine, len(entries) + len(more), more)
    entries.update(more)


TEXT: Final[dict[str, Callable[..., Any]]] = {
    "count": count_text,
    "endswith": make_search("endswith"),
    "find": find_text,
    "join": join_texts,
    "removeprefix": make_search("removeprefix"),
    "removesuffix": make_search("removesuffix"),
    "replace": replace_text,
    "startswith": make_search("startswith"),
}
ROW: Final[dict[str, Callable[..., Any]]] = {"count": count_item, "index": find_item}
METHODS: Final[dict[type, dict[str, Callable[..., Any]]]] = {
    str: {
        **TEXT,
        "encode": encode_text,
        "isdigit": is_digits,
        "lower": make_ascii("lower"),
        "split": split_text,
        "strip": strip_text,
        "upper": make_ascii("upper"),
    },
    bytes: {**TEXT, "decode": decode_bytes, "hex": show_bytes},
    int: {"to_bytes": number_to_bytes},
    tuple: ROW,
    list: {
        **ROW,
        "append": append_item,
        "clear": clear_items,
        "copy": copy_items,
        "extend": extend_items,
        "insert": insert_item,
        "pop": pop_item,
        "remove": remove_item,
        "reverse": reverse_items,
        "sort": sort_list,
    },
    dict: {
        "clear": clear_items,
        "copy": copy_items,
        "get": get_value,
        "items": list_pairs,
        "keys": list_keys,
        "pop": pop_value,
        "setdefault": set_default,
        "update": update_entries,
        "values": list_values,
    },
}
COUNTS: Final[dict[tuple[type, str], tuple[int, int]]] = {(list, "pop"): (0, 1), (dict, "pop"): (1, 2)}
"""Where one name stands for methods that take different numbers of arguments."""


def call_method(machine: Machine, name: str, owner: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:
    """Call the method of a value."""
    kind = type(owner)
    method = METHODS.get(kind, {}).get(name)
    if method is None:
        machine.fail(f"{describe(owner)} has no method {name}")
    least, most = COUNTS.get((kind, name), (0, 9))
    if not least <= len(arguments) <= most:
        machine.fail(f"{name} of {describe(owner)} takes {least} to {most} arguments")
    return method(machine, owner, *arguments, **keywords)
