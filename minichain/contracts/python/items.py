"""The items of texts, lists, tuples and dicts: to look for them, to take them out, and to put them in.

What an attacker would try: to choose ints as keys of a dict so that each look-up meets all the others (so large dicts have texts or bytes
as keys, whose hashes are secret); to delete nearly all of a dict, so that each loop over it still visits the holes (so it is made anew).

Simplifications: a loop over a dict runs over a copy of its keys.
"""

from collections.abc import Iterable
from typing import Any

from minichain.contracts.kinds import KEY_BOUND, MAX_INT_KEYS, describe
from minichain.contracts.python import gas
from minichain.contracts.python.machine import Machine
from minichain.contracts.python.operations import INTS, LISTS, TEXTS, is_equal
from minichain.ledger.execution import Code


def contains(machine: Machine, value: Any, whole: Any) -> bool:
    """Return whether `value in whole`."""
    kind = type(whole)
    if kind is dict:
        return validate_key(machine, value) in whole
    if kind is range:
        return type(value) in INTS and value in whole
    if kind in LISTS:
        for item in whole:
            machine.charge(gas.ITEM)
            if is_equal(machine, item, value):
                return True
        return False
    if kind in TEXTS and type(value) is kind:
        machine.charge(len(whole) + len(value))
        return value in whole
    if kind is bytes and type(value) is int and 0 <= value < 256:
        machine.charge_text(len(whole))
        return value in whole
    return machine.fail(f"{describe(value)} in {describe(whole)} has no meaning")


def validate_key(machine: Machine, key: Any) -> Any:
    """Return a key of a dict if it is one: text, bytes or a number whose hash is its own."""
    kind = type(key)
    if kind in TEXTS:
        machine.charge_text(len(key))
        return key
    if kind not in INTS:
        machine.fail(f"a key of a dict is str, bytes or int, not {describe(key)}; join the parts of a tuple in a text")
    if not -KEY_BOUND < key < KEY_BOUND:
        machine.fail("an int that is a key of a dict is below 2**60 in magnitude; take its text")
    return key


def validate_new_key(machine: Machine, entries: dict[Any, Any], key: Any) -> None:
    """Fail unless a dict has room for a new key, and pay for it."""
    machine.make_items(1, len(entries))
    validate_int_keys(machine, len(entries) + 1, [key])


def validate_int_keys(machine: Machine, size: int, keys: Iterable[Any]) -> None:
    """Fail if one of the keys is an int, and the dict becomes too large for that."""
    if size > MAX_INT_KEYS and any(type(key) in INTS for key in keys):
        machine.fail(f"a dict takes an int as a key while it has fewer than {MAX_INT_KEYS}; take its text", Code.TOO_LARGE)


def get_item(machine: Machine, whole: Any, key: Any) -> Any:
    """Return whole[key]."""
    if type(whole) is dict:
        if validate_key(machine, key) not in whole:
            machine.fail(f"the dict has no key {show_key(key)}")
        return whole[key]
    return whole[validate_index(machine, whole, key)]


def validate_index(machine: Machine, whole: Any, index: Any) -> int:
    """Return an index if there is such an item."""
    if type(whole) not in LISTS and type(whole) not in TEXTS:
        machine.fail(f"{describe(whole)} has no items")
    if type(index) not in INTS:
        machine.fail(f"an item of {describe(whole)} has a number, not {describe(index)}")
    if not -len(whole) <= index < len(whole):
        machine.fail(f"there is no item {index}, there are {len(whole)}")
    return int(index)


def set_item(machine: Machine, whole: Any, key: Any, value: Any) -> None:
    """Do whole[key] = value."""
    if type(whole) is dict:
        if validate_key(machine, key) not in whole:
            validate_new_key(machine, whole, key)
        whole[key] = value
    elif type(whole) is list:
        whole[validate_index(machine, whole, key)] = value
    else:
        machine.fail(f"an item of {describe(whole)} never changes")


def delete_item(machine: Machine, whole: Any, key: Any) -> None:
    """Do del whole[key]."""
    if type(whole) is dict:
        if validate_key(machine, key) not in whole:
            machine.fail(f"the dict has no key {show_key(key)}")
        del whole[key]
        tidy_up(machine, whole)
    elif type(whole) is list:
        index = validate_index(machine, whole, key)
        machine.charge_text(len(whole))
        del whole[index]
    else:
        machine.fail(f"an item of {describe(whole)} never changes")


def tidy_up(machine: Machine, entries: dict[Any, Any]) -> None:
    """Make a dict anew whenever half of it is gone: Python keeps the places of what was deleted, and looks at each in every loop."""
    size = len(entries)
    if size & (size - 1) == 0:
        machine.charge(size * gas.ITEM)
        kept = list(entries.items())
        entries.clear()
        entries.update(kept)


def get_slice(machine: Machine, whole: Any, start: Any, end: Any) -> Any:
    """Return whole[start:end]."""
    kind = type(whole)
    if kind not in LISTS and kind not in TEXTS:
        machine.fail(f"{describe(whole)} has no slices")
    for part in (start, end):
        if part is not None and type(part) not in INTS:
            machine.fail(f"a slice begins and ends at a number, not at {describe(part)}")
    first, last, _ = slice(start, end).indices(len(whole))
    if kind in TEXTS:
        machine.make_text(max(0, last - first))
    else:
        machine.make_items(max(0, last - first))
    return whole[start:end]


def show_key(key: Any) -> str:
    """Return what a message says of a key."""
    return key.hex() if type(key) is bytes else repr(key[:60]) if type(key) is str and key.isascii() else str(key)[:80]


def iterate(machine: Machine, value: Any) -> Any:
    """Return what a loop runs over: a dict as it was when the loop began."""
    kind = type(value)
    if kind is dict:
        machine.charge(len(value) * gas.ITEM)
        return list(value)
    if kind in LISTS or kind in TEXTS or kind is range:
        return value
    return machine.fail(f"{describe(value)} is nothing to loop over")
