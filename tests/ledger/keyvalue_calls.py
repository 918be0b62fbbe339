"""Calls of the key-value engine, in short, for the tests of state and execution."""

from minichain.crypto.hashing import sha256
from minichain.crypto.signing import get_scheme
from minichain.identity.member import Identity
from minichain.identity.roles import Role
from minichain.ledger.execution import BlockContext, Call
from minichain.ledger.keyvalue import encode_number
from minichain.ledger.rwset import Write
from minichain.ledger.state import MemoryState
from minichain.ledger.transaction import sort_parameters

SCHEME = get_scheme("ed25519")
SENDER = Identity("org1", Role.CLIENT, SCHEME.compute_public_key(SCHEME.private_type(bytes(31) + b"\1")), "client")
BLOCK = BlockContext("chain", 1, 1_700_000_000_000)
GAS = 1_000_000


def call(method, on="kv", /, *, gas_limit=GAS, **parameters):
    """Return a call of a method on a contract; a parameter `from_` is called "from", `_key` ".key"; numbers and texts become bytes."""
    named = {name.rstrip("_").replace("_", "."): as_bytes(value) for name, value in parameters.items()}
    tx_id = sha256(repr((on, method, sorted(named.items()))).encode()).hex()
    return Call(on, method, sort_parameters(named), SENDER, tx_id, BLOCK, gas_limit)


def as_bytes(value):
    if isinstance(value, int):
        return encode_number(value)
    return value.encode() if isinstance(value, str) else value


def move(source, target, amount=1):
    return call("move", from_=source, to=target, amount=amount)


def make_state(contract="kv", **values):
    """Return a state at height 0 in which the contract's keys have these values."""
    state = MemoryState()
    state.apply(0, [[Write(contract, key.encode(), as_bytes(value))] for key, value in values.items()])
    return state
