"""What a chain's members have agreed on: the cipher suite, the limits, and who may do what. It is state, so blocks can change it.

Two keys of the system contract CHAIN_CONFIG hold it: `limits`, and `access`, the value that `minichain.identity` decides by. The genesis
block writes both; afterwards BLOCK_UPDATE replaces the limits and CORE_UPDATE the access, if the chain's policies let the signers. Such a
configuration transaction stands alone in its block: every other one would have been judged by the old rules.

What an attacker would try: to reach the contract through another one, past the policy. For contracts it does not exist, but for
MULTI_SIGN, which asks the same policy (see `contracts.system.multi_sign`).

Simplifications: here a change replaces a whole document. ChainMaker has a method for each part of its configuration, with a policy each
(TRUST_ROOT_ADD, CONSENSUS_EXT_UPDATE, …); those that MiniChain has are in `contracts.system` and write the same two keys.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from minichain.crypto.errors import CryptoError
from minichain.crypto.suites import CryptoSuite, get_suite
from minichain.identity.access import AccessControl
from minichain.identity.errors import IdentityError
from minichain.ledger.changes_log import add_change
from minichain.ledger.encoding import decode, encode
from minichain.ledger.errors import MalformedError, StateError
from minichain.ledger.execution import Call, Code, ContractError, Engine, FindEngine, Host
from minichain.ledger.state import StateReader
from minichain.ledger.system_names import CERT_MANAGE, CHAIN_CONFIG, CONTRACT_MANAGE, MULTI_SIGN, PUBKEY_MANAGE
from minichain.ledger.transaction import Transaction
from minichain.ledger.view import View

CONFIGURATION_CONTRACT: Final = CHAIN_CONFIG
GENESIS_METHOD: Final = "GENESIS"
LIMITS: Final = "limits"
ACCESS: Final = "access"
"""The parameters, and the keys that they are kept under."""

DOCUMENTS: Final = {GENESIS_METHOD: {LIMITS, ACCESS}, "BLOCK_UPDATE": {LIMITS}, "CORE_UPDATE": {ACCESS}}
"""What each method takes. The names are those that ChainMaker's policies know."""

UPDATE_GAS: Final = 1000

BELIEFS: Final = frozenset({CHAIN_CONFIG, CERT_MANAGE, PUBKEY_MANAGE})
"""The contracts that change whom or what the chain believes."""

Method = Callable[[Call, View, Host], bytes]
"""What runs a method of a system contract and returns its result, or raises ContractError."""


@dataclass(frozen=True)
class Limits:
    """What one transaction or one block may take, and the suite that hashes and signs."""

    suite: str = "international"
    max_transaction_bytes: int = 1 << 20
    max_block_bytes: int = 1 << 23
    max_block_transactions: int = 10_000
    default_gas: int = 1_000_000
    """What a transaction may use that names no limit."""
    max_gas: int = 100_000_000


@dataclass(frozen=True)
class Configuration:
    """What the next block is judged by."""

    limits: Limits
    suite: CryptoSuite
    access: AccessControl


def load_configuration(state: StateReader) -> Configuration:
    """Return the configuration that `state` holds. Raise StateError if there is none: every chain begins with one."""
    limits, access = (state.get(CONFIGURATION_CONTRACT, name.encode()) for name in (LIMITS, ACCESS))
    if limits is None or access is None:
        raise StateError(f"the state at height {state.height} has no configuration; a chain begins with a genesis block")
    found = decode(Limits, limits.value)
    return Configuration(found, get_suite(found.suite), decode(AccessControl, access.value))


def is_configuration(transaction: Transaction) -> bool:
    """Return whether a transaction may change what others are judged by, so that it must be alone in its block.

    A vote may be the last one that such a change waits for; which one is, nobody knows before it is executed.
    """
    payload = transaction.payload
    return payload.contract in BELIEFS or (payload.contract, payload.method) == (MULTI_SIGN, "VOTE")


def needs_policy(contract: str, method: str) -> bool:
    """Return whether nobody may call this as long as no policy says who. Other contracts are open to all who may send transactions."""
    return contract in BELIEFS or (contract == CONTRACT_MANAGE and method in ("GRANT_CONTRACT_ACCESS", "REVOKE_CONTRACT_ACCESS"))


def validate_caller(call: Call) -> None:
    """Raise ContractError unless a transaction calls a system contract, or MULTI_SIGN does: both have asked the policy."""
    if call.callers not in ((), (MULTI_SIGN,)):
        # The same answer as if there were none: processes that run other blocks need not have it (see `block_execution`).
        raise ContractError(Code.NO_CONTRACT, f"there is no contract {call.contract!r}")


@dataclass(frozen=True)
class ConfigurationEngine:
    """The system contract CHAIN_CONFIG. Whether the signers may call it has been decided before it runs."""

    methods: Mapping[str, Method] = field(default_factory=dict)
    """More methods than those of `DOCUMENTS`."""

    def execute(self, call: Call, view: View, host: Host) -> bytes:
        """Write the documents that the call carries, if they are in order."""
        validate_caller(call)
        if call.method in self.methods:
            return self.methods[call.method](call, view, host)
        expected = DOCUMENTS.get(call.method)
        if expected is None or (call.method == GENESIS_METHOD) != (call.block.height == 0):
            raise ContractError(Code.NO_METHOD, f"{CONFIGURATION_CONTRACT} has no method {call.method!r} at height {call.block.height}")
        host.meter.charge(UPDATE_GAS)
        documents = dict(call.parameters)
        if documents.keys() != expected:
            wanted, given = " and ".join(sorted(expected)), ", ".join(documents) or "nothing"
            raise ContractError(Code.BAD_PARAMETER, f"{call.method} takes {wanted}, not {given}")
        for name, document in documents.items():
            validate_document(name, document, view)
            view.put(CONFIGURATION_CONTRACT, name.encode(), document)
        if call.method != GENESIS_METHOD:
            add_change(call, view, host, ", ".join(documents))
        return b""


def validate_document(name: str, document: bytes, view: View) -> None:
    """Raise ContractError for a document that would stop the chain."""
    old = view.get(CONFIGURATION_CONTRACT, LIMITS.encode())
    try:
        if name == ACCESS:
            suite_name = decode(AccessControl, document).suite_name
        else:
            limits = decode(Limits, document)
            suite_name = get_suite(limits.suite).name
            validate_limits(limits)
    except (MalformedError, IdentityError, CryptoError) as error:
        raise ContractError(Code.BAD_PARAMETER, f"{name}: {error}") from None
    if old is not None and decode(Limits, old).suite != suite_name:
        raise ContractError(Code.BAD_PARAMETER, f"{name}: the suite {suite_name} is not the chain's, which never changes")


def validate_limits(limits: Limits) -> None:
    """Raise ContractError for limits under which no further block could hold a configuration transaction."""
    if not 1 << 10 <= limits.max_transaction_bytes < limits.max_block_bytes <= 1 << 23:
        raise ContractError(Code.BAD_PARAMETER, "a transaction may have from 1 KiB on, a block more than that and at most 8 MiB")
    if not 1 <= limits.max_block_transactions <= 100_000 or not UPDATE_GAS <= limits.default_gas <= limits.max_gas:
        raise ContractError(Code.BAD_PARAMETER, f"a block has 1 to 100,000 transactions, and {UPDATE_GAS} <= default gas <= largest gas")


@dataclass(frozen=True)
class FindWithConfiguration:
    """Finds engines as `find_engine` does, and the contract CHAIN_CONFIG, whose name no other contract can take.

    What `find_engine` has for that name counts only if it is a ConfigurationEngine, with more methods.
    """

    find_engine: FindEngine

    def __call__(self, contract: str, view: View) -> Engine | None:
        """Return the engine that runs a contract, or None."""
        engine = self.find_engine(contract, view)
        if contract != CONFIGURATION_CONTRACT or isinstance(engine, ConfigurationEngine):
            return engine
        return ConfigurationEngine()


def make_genesis_parameters(limits: Limits, access: AccessControl) -> tuple[tuple[str, bytes], ...]:
    """Return the parameters of the genesis transaction."""
    return (ACCESS, encode(access)), (LIMITS, encode(limits))
