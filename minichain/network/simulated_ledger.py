"""The ledger of a simulated member: a small key-value state, in place of the real one, which would only make runs slower.

A value that members decide on is a `Batch` of transactions, each with what it did where it was made. Whoever examines a batch executes it
and compares. Transactions are texts, "number client operation":

    put KEY VALUE      sets a key
    get KEY            reads one
    toss               does something else on every member: a contract that is not deterministic
    validators A,B,C   from the next height on, these decide
    weigh A 7          A is a candidate with the weight 7, where there are elections

>>> ledger = SimulatedLedger("A", (Validator("A"),))
>>> ledger.take("1 client put x 5")
>>> value = ledger.make_value(1, (), frozenset())
>>> ledger.examine_value(1, value, ()).is_valid
True
>>> ledger.apply(1, value)
(Validator(member='A', weight=1),)
>>> ledger.state
{'x': '5'}
"""

import hashlib
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from minichain.consensus.election import Epochs, compute_next
from minichain.consensus.machine import INVALID, Examination, Validator
from minichain.ledger.encoding import decode, encode
from minichain.ledger.errors import LedgerError

MOST_ENTRIES = 20
"""How many transactions are in a batch."""


@dataclass(frozen=True)
class Entry:
    """A transaction, and what it answered where the batch was made; nothing if nobody executed it before it was ordered."""

    transaction: str
    claimed: str | None


@dataclass(frozen=True)
class Batch:
    """What members decide on."""

    height: int
    maker: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Executed:
    """A transaction that took effect, and its answer."""

    height: int
    transaction: str
    answer: str


@lru_cache(maxsize=4096)
def read_batch(value: bytes) -> Batch | None:
    """Return the batch that a value spells, or None."""
    try:
        return decode(Batch, value)
    except LedgerError:
        return None


@lru_cache(maxsize=4096)
def compute_hash(value: bytes) -> bytes:
    """Return the name of a value."""
    return hashlib.sha256(value).digest()


class SimulatedLedger:
    """What one member has decided so far, which is on its disk, and the transactions that wait, which are not."""

    def __init__(self, member: str, validators: tuple[Validator, ...], twist: str = "", epochs: Epochs | None = None) -> None:
        """Begin at height 0. `twist` makes the batches of one ledger differ from those of another one of the same member.

        With `epochs` the first validators are the candidates of each election, with the weight 1 until somebody says otherwise.
        """
        self.member = member
        self.maker = member + twist
        self.validators = self.first = validators
        self.epochs = epochs
        self.height = 0
        self.values: dict[int, bytes] = {}
        self.state: dict[str, str] = {}
        self.executed: dict[str, Executed] = {}
        self.waiting: dict[str, None] = {}

    # What clients and crashes do

    def take(self, transaction: str) -> None:
        """Keep a transaction until it is decided."""
        if transaction not in self.executed:
            self.waiting[transaction] = None

    def forget(self) -> None:
        """Lose what was in memory."""
        self.waiting.clear()

    # What an engine asks (see `machine.Application`)

    def make_value(self, height: int, pending: Sequence[bytes], without: Set[str]) -> bytes:
        """Return a batch of what waits and is in none of `pending`."""
        state, done = self._execute_pending(pending)
        chosen = [one for one in self.waiting if one not in done and one not in without][:MOST_ENTRIES]
        entries = tuple(Entry(one, self._execute(one, state)) for one in chosen)
        return encode(Batch(height, self.maker, entries))

    def examine_value(self, height: int, value: bytes, pending: Sequence[bytes]) -> Examination:
        """Execute a batch and compare: what answers otherwise here is suspect."""
        batch = read_batch(value)
        if batch is None or batch.height != height:
            return INVALID
        state, done = self._execute_pending(pending)
        suspects = []
        for entry in batch.entries:
            if entry.transaction in done or entry.transaction in self.executed:
                return INVALID
            done.add(entry.transaction)
            if self._execute(entry.transaction, state) != entry.claimed:
                suspects.append(entry.transaction)
        return Examination(not suspects, tuple(suspects))

    def compute_id(self, value: bytes) -> bytes:
        """Return the hash of a value."""
        return compute_hash(value)

    # What the driver does with a decision

    def apply(self, height: int, value: bytes) -> tuple[Validator, ...]:
        """Execute and keep a decided value; return who decides about the next height. A transaction counts only once."""
        self.values[height] = value
        self.height = max(self.height, height)
        batch = read_batch(value)
        for entry in batch.entries if batch else ():
            self.waiting.pop(entry.transaction, None)
            if entry.transaction not in self.executed:
                answer = self._execute(entry.transaction, self.state)
                self.executed[entry.transaction] = Executed(height, entry.transaction, answer)
                operation = entry.transaction.split()[2:]
                if operation[:1] == ["validators"] and len(operation) == 2:
                    self.validators = tuple(Validator(member) for member in operation[1].split(","))
        if self.epochs is not None:
            self.validators = compute_next(self.epochs, height, compute_hash(value), self._get_candidates(), self.validators)
        return self.validators

    def _get_candidates(self) -> list[Validator]:
        """Return who can be elected."""
        return [Validator(one.member, int(self.state.get(f"weight of {one.member}", "1"))) for one in self.first]

    def _execute_pending(self, pending: Sequence[bytes]) -> tuple[dict[str, str], set[str]]:
        """Return the state after values that are not decided yet, and the transactions in them."""
        state, done = dict(self.state), set[str]()
        for value in pending:
            batch = read_batch(value)
            for entry in batch.entries if batch else ():
                self._execute(entry.transaction, state)
                done.add(entry.transaction)
        return state, done

    def _execute(self, transaction: str, state: dict[str, str]) -> str:
        """Let a transaction change the state, and return its answer."""
        match transaction.split()[2:]:
            case ["put", key, value]:
                state[key] = value
                return "done"
            case ["get", key]:
                return state.get(key, "nothing")
            case ["toss"]:
                return f"as {self.member} saw it"
            case ["validators", _]:
                return "done"
            case ["weigh", member, weight] if weight.isdecimal() and int(weight) > 0:
                state[f"weight of {member}"] = weight
                return "done"
        return "unknown"
