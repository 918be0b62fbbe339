"""Execution: how a transaction becomes a call to a contract, and what it leaves.

A contract engine is whatever can run a contract: the Python subset, the EVM, trusted system contracts, or the key-value engine in this
package. It gets the call, a view of the state, and a host, through which it spends gas and calls other contracts. What comes of it is
one `Record`: an outcome, the events, and what was read and written. Every node must come to the same record, so what can go wrong in a
contract is a number (`Code`), and an error that is not one of these is a mistake in the engine: it stops the node instead of letting
nodes disagree.

A call that fails leaves no writes and no events, whether a transaction made it or another contract; its gas is spent and its reads
count. The contract that called it goes on, and decides for itself what the failure means (as with the EVM's CALL).

What an attacker would try: to call back into a contract that has not finished (the DAO, 2016): no contract is entered twice in one
chain of calls. To nest calls without end: five deep, as in ChainMaker (CallContractDepth). To leave its caller without gas to react: a
64th of what is left stays with the caller (EIP-150).

Simplifications: nobody pays for gas, it only bounds the work. An engine is trusted to be deterministic, and to keep a contract to its
own keys.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol

from minichain.identity.member import Identity
from minichain.ledger.errors import LedgerError, LimitError, MalformedError
from minichain.ledger.receipt import SUCCESS, Event
from minichain.ledger.rwset import ReadWriteSet
from minichain.ledger.state import StateReader
from minichain.ledger.transaction import validate_name
from minichain.ledger.view import View

MAX_DEPTH: Final = 5
"""How many contracts may be in the middle of a call at once."""

CALL_GAS: Final = 100
"""What a call of another contract costs before it does anything: without it, failing calls would be free."""

MAX_RESULT_BYTES: Final = 1 << 20
MAX_MESSAGE_LENGTH: Final = 256
"""What a receipt holds of a result, and of what a contract says about its failure."""


class Code(IntEnum):
    """What came of a call. The numbers stand in receipts, so none is ever given another meaning."""

    OK = SUCCESS
    FAILED = 1
    """The contract refused: what the call asked breaks one of its own rules."""
    OUT_OF_GAS = 2
    NO_CONTRACT = 3
    NO_METHOD = 4
    BAD_PARAMETER = 5
    """A parameter is missing, or is not what the method takes."""
    TOO_DEEP = 6
    RE_ENTERED = 7
    TOO_LARGE = 8
    """A key, a value, an event or a result is longer than the ledger takes."""
    FROZEN = 9
    """The contract is stopped, until the chain's members let it go on."""
    REVOKED = 10
    """The contract was ended for good."""
    READ_ONLY = 11
    """A query, or a method that only reads, would have written."""


class ContractError(LedgerError):
    """What an engine raises if the call fails: the code, and the `result` that the caller gets all the same."""

    def __init__(self, code: Code, message: str, result: bytes = b"") -> None:
        super().__init__(message)
        self.code = code
        self.result = result


class Meter:
    """How much gas a call may use, and how much it has used."""

    __slots__ = ("limit", "used")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0

    def charge(self, gas: int) -> None:
        """Spend gas before the work is done; raise ContractError if there is not enough, and then all of it is spent."""
        self.used += gas
        if self.used > self.limit:
            self.used = self.limit
            raise ContractError(Code.OUT_OF_GAS, f"the limit of {self.limit} gas is used up")


@dataclass(frozen=True)
class BlockContext:
    """What a contract may know about the block that it is in."""

    chain_id: str
    height: int
    timestamp_ms: int
    """Milliseconds since 1970 (UTC), as the block says: no contract sees a clock."""


@dataclass(frozen=True)
class Call:
    """A contract's method is called with these parameters."""

    contract: str
    method: str
    parameters: tuple[tuple[str, bytes], ...]
    """Names and values, sorted by name."""
    sender: Identity
    """Who signed the transaction, however many contracts lie between; whoever called directly is `caller`."""
    tx_id: str
    block: BlockContext
    gas_limit: int
    callers: tuple[str, ...] = ()
    """The contracts in the middle of a call, the one that the transaction called first."""
    request: str | None = None
    """The id of the request that members voted on, if the system contract MULTI_SIGN makes the call for them."""

    @property
    def caller(self) -> str | None:
        """The contract that called, or None if the transaction did."""
        return self.callers[-1] if self.callers else None

    def get_parameter(self, name: str) -> bytes:
        """Return the value of a parameter; raise ContractError if it was not given."""
        for key, value in self.parameters:
            if key == name:
                return value
        raise ContractError(Code.BAD_PARAMETER, f"{self.contract}.{self.method} needs the parameter {name!r}")


@dataclass(frozen=True)
class Outcome:
    """What came of a call: whoever made it gets this."""

    code: int
    result: bytes
    message: str
    gas_used: int

    @property
    def is_success(self) -> bool:
        """Whether the call did what it was asked."""
        return self.code == SUCCESS


class Engine(Protocol):
    """What runs contracts of one kind."""

    def execute(self, call: Call, view: View, host: "Host") -> bytes:
        """Run the call against the view and return its result; raise ContractError if it fails."""


FindEngine = Callable[[str, View], Engine | None]
"""From a contract's name to the engine that runs it, or None if there is no such contract.

It gets the view because contracts are installed by transactions: that one read where a contract is kept belongs in the read set.
"""


class Host:
    """What an engine may ask for while it runs one call."""

    __slots__ = ("_call", "_find_engine", "_view", "meter")

    def __init__(self, call: Call, view: View, find_engine: FindEngine, meter: Meter) -> None:
        self.meter = meter
        """The gas of this call. An engine charges it before it does the work."""
        self._call = call
        self._view = view
        self._find_engine = find_engine

    def call_contract(self, contract: str, method: str, parameters: tuple[tuple[str, bytes], ...], gas_limit: int | None = None) -> Outcome:
        """Call another contract and return what came of it, with at most `gas_limit` of the gas that is left here."""
        self.meter.charge(CALL_GAS)
        validate_contract_name(contract)
        left = self.meter.limit - self.meter.used
        most = left - left // 64
        handed_over = most if gas_limit is None else max(0, min(gas_limit, most))
        origin = self._call
        callers = (*origin.callers, origin.contract)
        return self._run(
            Call(contract, method, parameters, origin.sender, origin.tx_id, origin.block, handed_over, callers, origin.request)
        )

    def call_for(self, sender: Identity, request: str, contract: str, method: str, parameters: tuple[tuple[str, bytes], ...]) -> Outcome:
        """Call another contract in the name of somebody who asked for it earlier. Only system contracts are given this."""
        self.meter.charge(CALL_GAS)
        left = self.meter.limit - self.meter.used
        origin = self._call
        callers = (*origin.callers, origin.contract)
        return self._run(Call(contract, method, parameters, sender, origin.tx_id, origin.block, left - left // 64, callers, request))

    def _run(self, call: Call) -> Outcome:
        outcome = execute_call(call, self._view, self._find_engine)
        self.meter.charge(outcome.gas_used)
        return outcome


def execute_call(call: Call, view: View, find_engine: FindEngine) -> Outcome:
    """Run one call. If it fails, the view is as it was before, but for what was read."""
    checkpoint = view.checkpoint()
    meter = Meter(call.gas_limit)
    try:
        validate_chain(call)
        engine = find_engine(call.contract, view)
        if engine is None:
            raise ContractError(Code.NO_CONTRACT, f"there is no contract {call.contract!r}")
        result = engine.execute(call, view, Host(call, view, find_engine, meter))
        if len(result) > MAX_RESULT_BYTES:
            raise LimitError(f"a result of {len(result)} bytes; at most {MAX_RESULT_BYTES} are allowed")
    except ContractError as error:
        view.rollback(checkpoint)
        return Outcome(error.code, error.result[:MAX_RESULT_BYTES], shorten_message(str(error)), meter.used)
    except LimitError as error:
        view.rollback(checkpoint)
        return Outcome(Code.TOO_LARGE, b"", str(error), meter.used)
    return Outcome(Code.OK, result, "", meter.used)


def shorten_message(message: str) -> str:
    """Return what a receipt holds of a contract's message: its beginning, and nothing that UTF-8 has no spelling for."""
    return message[:MAX_MESSAGE_LENGTH].encode(errors="replace").decode()


def validate_contract_name(contract: str) -> None:
    """Raise ContractError for a name that no contract can have. Payloads are checked elsewhere; here a contract has made up the name."""
    try:
        validate_name("a contract", contract)
    except MalformedError as error:
        raise ContractError(Code.NO_CONTRACT, str(error)) from None


def validate_chain(call: Call) -> None:
    """Raise ContractError if the chain of calls is too long, or comes back to a contract that has not finished."""
    if call.contract in call.callers:
        raise ContractError(Code.RE_ENTERED, f"{call.contract!r} is in the middle of a call and cannot be entered again")
    if len(call.callers) >= MAX_DEPTH:
        raise ContractError(Code.TOO_DEEP, f"calls of contracts may be {MAX_DEPTH} deep, and {call.contract!r} would be one more")


@dataclass(frozen=True)
class Record:
    """What one transaction leaves: what came of it, what it announced, what it read and wrote."""

    outcome: Outcome
    events: tuple[Event, ...]
    rwset: ReadWriteSet


def execute_transaction(call: Call, state: StateReader, find_engine: FindEngine) -> Record:
    """Run the call that a transaction asks for against `state`, which is left as it is."""
    view = View(state)
    outcome = execute_call(call, view, find_engine)
    return Record(outcome, view.get_events(), view.get_rwset())
