"""The transaction pool: what waits for a block, and in which order it goes.

The pool is a pure state machine: `step(event)` gives the effects, and nothing else is read or written, no clock and no disk. Transactions
come from three sources (ChainMaker's RPC, P2P and INTERNAL): clients, peers, and blocks that were taken back. The first two are checked
by all rules; the third were on the chain already.

Order: first come, first served, but never a sender's later sequence before an earlier one that waits. A configuration transaction has a
queue of its own that goes first, and alone. When a block is decided, its transactions leave, as do those that have expired by its time
or whose sequence has passed.

Is it on the chain already? A Bloom filter says no for nearly all fresh transactions without asking the store. It is never the last word:
when it says "perhaps", the store is asked, so a fresh transaction is never lost to a false positive.

What an attacker would try: to fill the pool. It holds so many transactions, and of one sender only a share; who is over it is refused.

Simplifications: no fees, so nobody can buy a better place; who deserves one is for policy to say.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from heapq import heappop, heappush
from typing import Final

from minichain.identity.member import Member
from minichain.ledger.block import Block
from minichain.ledger.configuration import is_configuration
from minichain.ledger.filter import BloomFilter
from minichain.ledger.rules import InvalidError, Rule
from minichain.ledger.transaction import Transaction

FILTER_CAPACITY: Final = 1 << 16
"""How many ids the filter is made for at first. It is made anew, twice as large, when it has so many."""

SENDER_SHARE: Final = 4
"""One sender may have a quarter of the places."""


class Source(Enum):
    """Where a transaction comes from."""

    CLIENT = "client"
    PEER = "peer"
    RETURNED = "returned"


# Events


@dataclass(frozen=True)
class Arrived:
    """A transaction arrived."""

    transaction: Transaction
    source: Source


@dataclass(frozen=True)
class Decided:
    """A block is on the chain."""

    block: Block


@dataclass(frozen=True)
class TakenBack:
    """A block is no longer on the chain. The blocks that are there instead follow as `Decided`."""

    block: Block


@dataclass(frozen=True)
class LeftOut:
    """A proposer left the transaction out of its block, because by now it breaks a rule."""

    transaction: Transaction
    reason: InvalidError


Event = Arrived | Decided | TakenBack | LeftOut


# Effects


@dataclass(frozen=True)
class Accepted:
    """The transaction waits. It should be passed on to peers, unless it came back from a block."""

    transaction: Transaction
    source: Source


@dataclass(frozen=True)
class Refused:
    """The transaction was not taken, or left the pool without being in a block."""

    transaction: Transaction
    reason: InvalidError


Effect = Accepted | Refused

Validate = Callable[[Transaction], None]
"""Raises InvalidError for a transaction that could not stand in the next block (see `validation`)."""


@dataclass(frozen=True)
class Waiting:
    """A transaction in the pool; `arrival` counts."""

    transaction: Transaction
    arrival: int


class Pool:
    """At most `capacity` waiting transactions.

    `validate` checks those from clients and peers by all rules; `is_on_chain` asks the store for an id, exactly; `known_ids` yields all
    ids that the chain has, when the filter is made. Blocks are told to the pool after the store has them.
    """

    def __init__(
        self,
        capacity: int,
        validate: Validate,
        is_on_chain: Callable[[str], bool],
        known_ids: Callable[[], Iterator[str]],
    ) -> None:
        self.capacity = capacity
        self._validate = validate
        self._is_on_chain = is_on_chain
        self._known_ids = known_ids
        self._waiting: dict[str, Waiting] = {}
        self._configurations: OrderedDict[str, Transaction] = OrderedDict()
        self._by_sender: dict[Member, dict[str, Transaction]] = {}
        self._arrivals = 0
        self._time_ms = 0
        self._fill_filter(FILTER_CAPACITY)

    def __len__(self) -> int:
        """Return how many transactions wait, of both kinds."""
        return len(self._waiting) + len(self._configurations)

    def __contains__(self, tx_id: str) -> bool:
        """Return whether the transaction with this id waits."""
        return tx_id in self._waiting or tx_id in self._configurations

    # Events

    def step(self, event: Event) -> list[Effect]:
        """Take note of an event, and return what follows from it."""
        if isinstance(event, Arrived):
            return [self._on_arrived(event.transaction, event.source)]
        if isinstance(event, Decided):
            return self._on_decided(event.block)
        if isinstance(event, LeftOut):
            return self._on_left_out(event.transaction, event.reason)
        self._time_ms = 0  # the blocks that follow tell the time anew
        return [self._on_arrived(transaction, Source.RETURNED) for transaction in event.block.transactions]

    def _on_arrived(self, transaction: Transaction, source: Source) -> Effect:
        try:
            self._validate_fresh(transaction, source)
            if source is not Source.RETURNED:
                self._validate(transaction)
        except InvalidError as error:
            return Refused(transaction, error)
        self._add(transaction)
        return Accepted(transaction, source)

    def _validate_fresh(self, transaction: Transaction, source: Source) -> None:
        """Raise InvalidError for a transaction that is here already or on the chain, or for which there is no room."""
        tx_id, expiration_ms = transaction.tx_id, transaction.payload.expiration_ms
        if tx_id in self:
            raise InvalidError(Rule.POOL_HAS_IT, f"the transaction {tx_id} is waiting")
        if self._was_used(tx_id):
            raise InvalidError(Rule.TX_REPLAYED, f"the id {tx_id} is used")
        if 0 < expiration_ms <= self._time_ms:
            raise InvalidError(Rule.TX_EXPIRED, f"it was good until {expiration_ms}, and the last block is of {self._time_ms}")
        if source is Source.RETURNED:
            return  # it had its place once; to lose it now would be a transaction dropped
        if len(self) >= self.capacity:
            raise InvalidError(Rule.POOL_FULL, f"{len(self)} transactions are waiting, and there is room for {self.capacity}")
        if len(self._by_sender.get(transaction.sender.signer, ())) * SENDER_SHARE >= self.capacity:
            raise InvalidError(Rule.POOL_FULL, "one sender may have a quarter of the places, and this one has")

    def _was_used(self, tx_id: str) -> bool:
        """Return whether the chain has this id: the filter's no is certain, its yes is checked."""
        return self._filter.may_contain(bytes.fromhex(tx_id)) and self._is_on_chain(tx_id)

    def _on_decided(self, block: Block) -> list[Effect]:
        """Let go what the block has, and what can be in no later one."""
        self._time_ms = block.header.timestamp_ms
        passed: dict[Member, int] = {}
        for transaction in block.transactions:
            self._remember(transaction.tx_id)
            self._remove(transaction.tx_id)
            sender, sequence = transaction.sender.signer, transaction.payload.sequence
            passed[sender] = max(sequence, passed.get(sender, 0))
        gone = [
            Refused(transaction, reason)
            for transaction in self._iterate()
            if (reason := find_end(transaction, self._time_ms, passed.get(transaction.sender.signer, 0))) is not None
        ]
        for effect in gone:
            self._remove(effect.transaction.tx_id)
        return list(gone)

    def _on_left_out(self, transaction: Transaction, reason: InvalidError) -> list[Effect]:
        """Let go what no block can have any more: at the head of its queue it would keep all others waiting."""
        if transaction.tx_id not in self:
            return []
        self._remove(transaction.tx_id)
        return [Refused(transaction, reason)]

    # What a proposer takes

    def select(self, count: int, size: int) -> list[Transaction]:
        """Return up to `count` transactions of together up to `size` bytes for the next block, in order. They stay until it is decided.

        If a configuration transaction waits, it is the only one.
        """
        if self._configurations:
            return [next(iter(self._configurations.values()))]
        chosen: list[Transaction] = []
        for transaction in self._order():
            size -= len(transaction.encoded)
            if len(chosen) == count or size < 0:
                break
            chosen.append(transaction)
        return chosen

    def _order(self) -> Iterator[Transaction]:
        """Yield what waits, first come first, but each sender's sequences ascending.

        A sender's places in the queue are those of its transactions; which of them takes which place, the sequences say.
        """
        ready: dict[Member, list[tuple[int, int, str]]] = {}
        for waiting in self._waiting.values():
            transaction = waiting.transaction
            if transaction.payload.sequence:
                entry = (transaction.payload.sequence, waiting.arrival, transaction.tx_id)
                heappush(ready.setdefault(transaction.sender.signer, []), entry)
        for waiting in list(self._waiting.values()):
            transaction = waiting.transaction
            if transaction.payload.sequence:
                transaction = self._waiting[heappop(ready[transaction.sender.signer])[2]].transaction
            yield transaction

    # Keeping the tables in step

    def _iterate(self) -> Iterator[Transaction]:
        yield from self._configurations.values()
        yield from (waiting.transaction for waiting in self._waiting.values())

    def _add(self, transaction: Transaction) -> None:
        if is_configuration(transaction):
            self._configurations[transaction.tx_id] = transaction
        else:
            self._waiting[transaction.tx_id] = Waiting(transaction, self._arrivals)
        self._arrivals += 1
        self._by_sender.setdefault(transaction.sender.signer, {})[transaction.tx_id] = transaction

    def _remove(self, tx_id: str) -> None:
        waiting = self._waiting.pop(tx_id, None)
        transaction = waiting.transaction if waiting else self._configurations.pop(tx_id, None)
        if transaction is not None:
            sender = transaction.sender.signer
            del self._by_sender[sender][tx_id]
            if not self._by_sender[sender]:
                del self._by_sender[sender]

    def _remember(self, tx_id: str) -> None:
        """Put an id into the filter; one that is full would say "perhaps" too often, and is made anew."""
        if self._filter.count >= self._filter.capacity:
            self._fill_filter(2 * self._filter.capacity)
        self._filter.add(bytes.fromhex(tx_id))

    def _fill_filter(self, capacity: int) -> None:
        known = list(self._known_ids())
        self._filter = BloomFilter(max(capacity, 2 * len(known)))
        for tx_id in known:
            self._filter.add(bytes.fromhex(tx_id))


def find_end(transaction: Transaction, time_ms: int, passed_sequence: int) -> InvalidError | None:
    """Return why a waiting transaction can be in no later block, or None if it can."""
    payload = transaction.payload
    if 0 < payload.expiration_ms <= time_ms:
        return InvalidError(Rule.TX_EXPIRED, f"it was good until {payload.expiration_ms}, and a block of {time_ms} is on the chain")
    if 0 < payload.sequence <= passed_sequence:
        return InvalidError(
            Rule.TX_SEQUENCE, f"the sequence is {payload.sequence}, and {passed_sequence} of the same sender is on the chain"
        )
    return None
