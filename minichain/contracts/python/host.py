"""What the host gives a contract: the state, who called, the block, events, other contracts, hashes and signatures.

A contract reaches its own keys alone: the namespace is the name it runs under, and no argument changes that. A value that is read is made
anew from bytes, and a value that is put is written to bytes at once, so the state never changes behind anybody's back.

A function with @query reads only. What it calls in another contract must not write either; if it does, all is taken back and the call
fails.

Simplifications: a signature is checked in the context of this one contract on this one chain, and no other.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import Any, Final

from minichain.contracts.kinds import Record, Type, ValueFormatError, describe
from minichain.contracts.python import gas
from minichain.contracts.python.builtins import hash_with
from minichain.contracts.python.check import REPLY
from minichain.contracts.python.machine import Machine
from minichain.contracts.values import decode_key, decode_typed, decode_value, encode_key, encode_typed, encode_value
from minichain.crypto.errors import CryptoError
from minichain.crypto.hashing import sha256, sm3
from minichain.crypto.key_encoding import decode_public_key, encode_public_key
from minichain.crypto.keys import PublicKey, Sm2PublicKey
from minichain.crypto.signing import SCHEME_NAMES, SignatureScheme, get_scheme
from minichain.crypto.suites import get_suite
from minichain.ledger.configuration import CONFIGURATION_CONTRACT, LIMITS, Limits
from minichain.ledger.encoding import decode
from minichain.ledger.errors import LimitError
from minichain.ledger.execution import Code, ContractError, Outcome
from minichain.ledger.view import MAX_EVENT_BYTES, MAX_KEY_BYTES

MAX_TOPIC: Final = 128

# Who and when


def get_address(machine: Machine) -> str:
    """Return a text that names the key of the sender, and no other: the hash of it in DER."""
    key = machine.call.sender.public_key
    machine.charge(gas.HASH)
    return (sm3 if isinstance(key, Sm2PublicKey) else sha256)(encode_public_key(key)).hex()


def get_role(machine: Machine) -> str:
    """Return the sender's role in small letters, or nothing for a key of which a public chain knows nothing."""
    role = machine.call.sender.role
    return "" if role is None else role.name.lower()


NAMES: Final[dict[str, Callable[[Machine], Any]]] = {
    "caller": lambda machine: machine.call.caller,
    "contract": lambda machine: machine.call.contract,
}
VALUES: Final[dict[tuple[str, str], Callable[[Machine], Any]]] = {
    ("sender", "org"): lambda machine: machine.call.sender.org_id,
    ("sender", "role"): get_role,
    ("sender", "name"): lambda machine: machine.call.sender.name,
    ("sender", "address"): get_address,
    ("tx", "id"): lambda machine: machine.call.tx_id,
    ("block", "height"): lambda machine: machine.call.block.height,
    ("block", "timestamp_ms"): lambda machine: machine.call.block.timestamp_ms,
    ("block", "chain_id"): lambda machine: machine.call.block.chain_id,
}

# The state


def make_key(machine: Machine, key: Any) -> bytes:
    """Return the bytes of a key of the state."""
    parts = key if type(key) is tuple else (key,)
    if len(parts) > MAX_KEY_BYTES:
        machine.fail(f"a key of {len(parts)} parts; at most {MAX_KEY_BYTES} bytes are allowed", Code.TOO_LARGE)
    machine.charge_text(sum([len(part) for part in parts if type(part) in (str, bytes)]) + len(parts))
    try:
        encoded = encode_key(key)
    except ValueFormatError as error:
        machine.fail(str(error))
    if len(encoded) > MAX_KEY_BYTES:
        machine.fail(f"a key of {len(encoded)} bytes; at most {MAX_KEY_BYTES} are allowed", Code.TOO_LARGE)
    return encoded


def read(machine: Machine, key: Any) -> bytes | None:
    """Return the bytes at a key."""
    encoded = make_key(machine, key)
    machine.charge(gas.READ)
    data = machine.view.get(machine.call.contract, encoded)
    if data is not None:
        machine.charge(len(data) * gas.BYTE)
    return data


def parse(machine: Machine, data: bytes) -> Any:
    """Return the value that was stored as these bytes."""
    try:
        return decode_value(data, machine.kinds)
    except ValueFormatError as error:
        machine.fail(f"in the state: {error}")


def parse_key(machine: Machine, data: bytes) -> Any:
    """Return the key that is spelled so."""
    try:
        return decode_key(data)
    except ValueFormatError as error:
        machine.fail(f"in the state: {error}")


def get_state(machine: Machine, key: Any) -> Any:
    """state[key]"""
    data = read(machine, key)
    if data is None:
        machine.fail(f"the state has no key {show_state_key(key)}")
    return parse(machine, data)


def show_state_key(key: Any) -> str:
    """Return what a message says of a key of the state."""
    if type(key) is tuple:
        return f"({', '.join(show_state_key(part) for part in key[:4])})"
    return key.hex()[:60] if type(key) is bytes else str(key)[:60]


def find_state(machine: Machine, key: Any, default: Any = None) -> Any:
    """state.get"""
    data = read(machine, key)
    return default if data is None else parse(machine, data)


def contains_key(machine: Machine, key: Any, state: Any) -> bool:
    """Key in state"""
    return read(machine, key) is not None


def write(machine: Machine, what: str) -> None:
    """Fail where nothing may be written."""
    if machine.is_read_only:
        machine.fail(f"a query {what}; take @query away, or leave it to another method", Code.READ_ONLY)


def set_state(machine: Machine, key: Any, value: Any) -> None:
    """state[key] = value"""
    write(machine, "writes to the state")
    encoded = make_key(machine, key)
    machine.charge(gas.WRITE + len(encoded) * gas.BYTE)
    machine.view.put(machine.call.contract, encoded, write_bytes(machine, value))


def write_bytes(machine: Machine, value: Any) -> bytes:
    """Return the bytes of a value for the state or an event, each paid for before it is written."""
    try:
        return encode_value(value, machine.charge)
    except ValueFormatError as error:
        machine.fail(str(error))
    except LimitError as error:
        machine.fail(str(error), Code.TOO_LARGE)


def delete_state(machine: Machine, key: Any) -> None:
    """Del state[key]"""
    write(machine, "deletes from the state")
    encoded = make_key(machine, key)
    machine.charge(gas.WRITE)
    machine.view.delete(machine.call.contract, encoded)


def list_state(machine: Machine, prefix: Any = (), limit: Any = gas.PAGE) -> list[Any]:
    """state.items: the keys that begin with these parts, with their values, in the order of their bytes."""
    if type(limit) is not int or not 0 <= limit <= gas.MAX_PAGE:
        machine.fail(f"the limit of state.items is a number from 0 to {gas.MAX_PAGE}")
    start = make_key(machine, prefix if type(prefix) is tuple else (prefix,))
    end = start + b"\xff"  # no part of a key begins with this byte
    found: list[Any] = []
    while len(found) < limit:
        wanted = min(gas.CHUNK, limit - len(found))
        # The view looks at all that the transaction has written for what belongs in between.
        machine.charge(wanted * gas.READ + machine.view.checkpoint().writes * gas.ITEM)
        page = machine.view.iterate(machine.call.contract, start, end, wanted)
        for key, data in page:
            machine.charge((len(key) + len(data)) * gas.BYTE)
            found.append((parse_key(machine, key), parse(machine, data)))
        if len(page) < wanted:
            break
        start = page[-1][0] + b"\0"
    return found


# The world outside


def emit(machine: Machine, topic: Any, *values: Any) -> None:
    """emit"""
    write(machine, "emits an event")
    if type(topic) is not str or not 1 <= len(topic) <= MAX_TOPIC:
        machine.fail(f"a topic is a text of 1 to {MAX_TOPIC} characters")
    machine.charge(gas.EMIT + len(topic) * gas.BYTE)
    data = tuple([write_bytes(machine, value) for value in values])
    size = len(topic.encode()) + sum([len(part) for part in data])
    if size > MAX_EVENT_BYTES:
        machine.fail(f"an event of {size} bytes; at most {MAX_EVENT_BYTES} are allowed", Code.TOO_LARGE)
    machine.view.emit(machine.call.contract, topic, data)


def send(machine: Machine, contract: Any, method: Any, values: dict[str, Any]) -> Outcome:
    """Call another contract, and return what came of it."""
    line = machine.line
    for name in (contract, method):
        if type(name) is not str:
            machine.fail(f"the name of a contract or a method is a text, not {describe(name)}")
    try:
        parameters = tuple(sorted([(name, encode_typed(value, None, machine.charge)) for name, value in values.items()], key=itemgetter(0)))
    except ValueFormatError as error:
        machine.fail(str(error))
    except LimitError as error:
        machine.fail(str(error), Code.TOO_LARGE)
    before = machine.view.checkpoint()
    try:
        outcome = machine.host.call_contract(contract, method, parameters)
    except ContractError as error:
        machine.fail(str(error), error.code)
    machine.line = line
    if machine.is_read_only and machine.view.checkpoint() != before:
        machine.fail(f"a query calls {contract}.{method}, which writes", Code.READ_ONLY)
    return outcome


def receive(machine: Machine, data: bytes, kind: Type) -> Any:
    """Return the result of another contract as a value."""
    machine.charge(len(data) * gas.BYTE)
    try:
        return decode_typed(data, kind)
    except ValueFormatError as error:
        machine.fail(f"the result of the other contract: {error}")


def call_other(machine: Machine, contract: Any, method: Any, kind: Type, values: dict[str, Any]) -> Any:
    """Do call(...): a failure there fails here."""
    outcome = send(machine, contract, method, values)
    if not outcome.is_success:
        machine.fail(f"{contract}.{method}: {outcome.message}", Code(outcome.code))
    return receive(machine, outcome.result, kind)


def try_call_other(machine: Machine, contract: Any, method: Any, kind: Type, values: dict[str, Any]) -> Any:
    """Do try_call(...): a failure there is an answer. Its result is then as it came, as bytes."""
    outcome = send(machine, contract, method, values)
    result = receive(machine, outcome.result, kind if outcome.is_success else Type("bytes"))
    return Record(REPLY, (int(outcome.code), result, outcome.message))


# Hashes and signatures


def compute_chain_hash(machine: Machine, data: Any) -> bytes:
    """Do hash(...): the hash function of the chain, which its configuration names."""
    machine.charge(gas.READ)
    limits = machine.view.get(CONFIGURATION_CONTRACT, LIMITS.encode())
    machine.charge(len(limits or b"") * gas.BYTE)
    suite = get_suite("international" if limits is None else decode(Limits, limits).suite)
    return hash_with(suite.hash)(machine, data)


SCHEMES: Final[dict[type[PublicKey], SignatureScheme]] = {get_scheme(name).public_type: get_scheme(name) for name in SCHEME_NAMES}


def get_contract_context(contract: str, chain_id: str) -> str:
    """Return the context in which something is signed for a contract: elsewhere, the signature is worth nothing."""
    return f"contract {contract} on {chain_id}"[:255]


def verify(machine: Machine, public_key: Any, message: Any, signature: Any) -> bool:
    """verify"""
    for data in (public_key, message, signature):
        if type(data) is not bytes:
            machine.fail(f"verify takes bytes, not {describe(data)}")
    machine.charge(gas.VERIFY + (len(public_key) + len(message) + len(signature)) // gas.TEXT)
    context = get_contract_context(machine.call.contract, machine.call.block.chain_id)
    try:
        key = decode_public_key(public_key)
        return SCHEMES[type(key)].verify(key, message, signature, context=context)
    except (CryptoError, KeyError):
        return False


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "emit": emit,
    "hash": compute_chain_hash,
    "sha256": hash_with(sha256),
    "sm3": hash_with(sm3),
    "verify": verify,
}
STATE_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {"get": find_state, "items": list_state}
OTHERS: Final = {"call": call_other, "try_call": try_call_other}
