"""An engine without contracts: a key-value store, under every contract name that begins with "kv".

It stands in wherever a real engine is not needed, in tests, benchmarks and first lessons, and shows what an engine is: it reads the
parameters, charges gas before each step, and touches nothing but the view and the host.

    put key value · get key · delete key        a key of the store
    range start end limit                       the keys from start to before end, each on a line with its value, in hexadecimal
    add key amount · move from to amount        numbers of eight bytes, which never fall below zero
    call contract method .name=value…           a method of another contract; the dot is taken from the parameters' names
    try contract method .name=value…            the same, but a failure of it is answered and not passed on
    emit topic data · fail message              an event, a refusal
    burn rounds key                             work that takes time: so many hashes, and one more at the key

Simplifications: there is no access control, everybody may change everything.
"""

import hashlib
from collections.abc import Callable
from typing import Final

from minichain.ledger.execution import Call, Code, ContractError, Host
from minichain.ledger.view import View

PREFIX: Final = "kv"

STEP_GAS: Final = 10
"""What reading or writing a key, or announcing an event, costs."""
BYTE_GAS: Final = 1
"""What each byte that is written or announced costs."""

NUMBER_BYTES: Final = 8
LARGEST_NUMBER: Final = 2 ** (8 * NUMBER_BYTES) - 1


class KeyValueEngine:
    """Runs the methods above."""

    def execute(self, call: Call, view: View, host: Host) -> bytes:
        """Run the method that is called."""
        method = METHODS.get(call.method)
        if method is None:
            raise ContractError(Code.NO_METHOD, f"{call.contract!r} has no method {call.method!r}; there are {', '.join(METHODS)}")
        return method(call, view, host)


ENGINE: Final = KeyValueEngine()


def find_keyvalue_engine(contract: str, view: View) -> KeyValueEngine | None:
    """Return the engine for contracts whose names begin with "kv"."""
    return ENGINE if contract.startswith(PREFIX) else None


# Numbers


def encode_number(number: int) -> bytes:
    """Return how the store writes a number."""
    return number.to_bytes(NUMBER_BYTES, "big")


def parse_number(call: Call, name: str) -> int:
    """Return the parameter as a number; raise ContractError if it is none."""
    value = call.get_parameter(name)
    if len(value) != NUMBER_BYTES:
        raise ContractError(Code.BAD_PARAMETER, f"{name!r} is {len(value)} bytes long; a number has {NUMBER_BYTES}")
    return int.from_bytes(value, "big")


def get_number(call: Call, view: View, host: Host, key: bytes) -> int:
    """Return the number at `key`, 0 if there is none."""
    host.meter.charge(STEP_GAS)
    value = view.get(call.contract, key)
    if value is not None and len(value) != NUMBER_BYTES:
        raise ContractError(Code.FAILED, f"{key.hex()} holds {len(value)} bytes, which is no number")
    return 0 if value is None else int.from_bytes(value, "big")


def put_number(call: Call, view: View, host: Host, key: bytes, number: int) -> None:
    """Write a number; raise ContractError if it has no room."""
    if not 0 <= number <= LARGEST_NUMBER:
        raise ContractError(Code.FAILED, f"{key.hex()} would become {number}; a number is from 0 to {LARGEST_NUMBER}")
    host.meter.charge(STEP_GAS + NUMBER_BYTES * BYTE_GAS)
    view.put(call.contract, key, encode_number(number))


# Methods


def run_put(call: Call, view: View, host: Host) -> bytes:
    """Give a key a value."""
    key, value = call.get_parameter("key"), call.get_parameter("value")
    host.meter.charge(STEP_GAS + (len(key) + len(value)) * BYTE_GAS)
    view.put(call.contract, key, value)
    return b""


def run_get(call: Call, view: View, host: Host) -> bytes:
    """Return a key's value; refuse if there is none."""
    key = call.get_parameter("key")
    host.meter.charge(STEP_GAS)
    value = view.get(call.contract, key)
    if value is None:
        raise ContractError(Code.FAILED, f"there is no key {key.hex()}")
    return value


def run_delete(call: Call, view: View, host: Host) -> bytes:
    """Delete a key."""
    host.meter.charge(STEP_GAS)
    view.delete(call.contract, call.get_parameter("key"))
    return b""


def run_range(call: Call, view: View, host: Host) -> bytes:
    """Return the keys in a range with their values; an empty end stands for the last key."""
    limit = parse_number(call, "limit")
    host.meter.charge(STEP_GAS * (1 + limit))
    found = view.iterate(call.contract, call.get_parameter("start"), call.get_parameter("end") or None, limit)
    return b"".join(f"{key.hex()} {value.hex()}\n".encode() for key, value in found)


def run_add(call: Call, view: View, host: Host) -> bytes:
    """Add to the number at a key, and return the sum."""
    key = call.get_parameter("key")
    total = get_number(call, view, host, key) + parse_number(call, "amount")
    put_number(call, view, host, key, total)
    return encode_number(total)


def run_move(call: Call, view: View, host: Host) -> bytes:
    """Take from one number and add to another: a transfer."""
    source, target, amount = call.get_parameter("from"), call.get_parameter("to"), parse_number(call, "amount")
    put_number(call, view, host, source, get_number(call, view, host, source) - amount)
    # Read only now: whoever moves to themselves must find what was taken.
    put_number(call, view, host, target, get_number(call, view, host, target) + amount)
    return b""


def run_call(call: Call, view: View, host: Host) -> bytes:
    """Call another contract; if it fails, so does this."""
    code, result, message = call_other(call, host)
    if code != Code.OK:
        raise ContractError(code, message, result)
    return result


def run_try(call: Call, view: View, host: Host) -> bytes:
    """Call another contract; return the code that it ended with in one byte, and its result."""
    code, result, _ = call_other(call, host)
    return bytes([code]) + result


def call_other(call: Call, host: Host) -> tuple[Code, bytes, str]:
    """Call the contract and method that the parameters name; return code, result and message."""
    contract, method = (call.get_parameter(name).decode(errors="replace") for name in ("contract", "method"))
    outcome = host.call_contract(contract, method, tuple((name[1:], value) for name, value in call.parameters if name[0] == "."))
    return Code(outcome.code), outcome.result, outcome.message


def run_emit(call: Call, view: View, host: Host) -> bytes:
    """Announce an event."""
    topic, data = call.get_parameter("topic").decode(errors="replace"), call.get_parameter("data")
    host.meter.charge(STEP_GAS + (len(topic) + len(data)) * BYTE_GAS)
    view.emit(call.contract, topic, (data,))
    return b""


def run_fail(call: Call, view: View, host: Host) -> bytes:
    """Refuse."""
    raise ContractError(Code.FAILED, call.get_parameter("message").decode(errors="replace"))


def run_burn(call: Call, view: View, host: Host) -> bytes:
    """Hash so many times, and add one to the number at the key: a dear contract."""
    rounds = parse_number(call, "rounds")
    host.meter.charge(rounds)
    digest = b""
    for _ in range(rounds):
        digest = hashlib.sha256(digest).digest()
    key = call.get_parameter("key")
    put_number(call, view, host, key, get_number(call, view, host, key) + 1)
    return digest


METHODS: Final[dict[str, Callable[[Call, View, Host], bytes]]] = {
    "put": run_put,
    "get": run_get,
    "delete": run_delete,
    "range": run_range,
    "add": run_add,
    "move": run_move,
    "call": run_call,
    "try": run_try,
    "emit": run_emit,
    "fail": run_fail,
    "burn": run_burn,
}
