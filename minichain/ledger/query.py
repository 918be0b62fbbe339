"""Queries: a call that only reads, answered by one node and written down by nobody.

It runs against a view like any other, under a limit, and whatever it leaves is thrown away. A query that writes or announces something
fails at that point: its author has mistaken it for a transaction, and would wonder where the effect went.

What an attacker would try: to keep a node busy for nothing, since no block counts what a query uses. It gets no more gas than a
transaction may have.

Simplifications: the answer is one node's word. Whoever does not trust the node asks several, or asks for a proof (see `proofs`).
"""

from typing import Final, Never

from minichain.identity.errors import IdentityError
from minichain.identity.transaction_policy import decide_transaction
from minichain.ledger.chain import Chain
from minichain.ledger.configuration import Configuration
from minichain.ledger.execution import BlockContext, Call, Code, ContractError, FindEngine, Outcome, execute_call
from minichain.ledger.rules import InvalidError, Rule
from minichain.ledger.state import StateReader
from minichain.ledger.transaction import Transaction, TxType
from minichain.ledger.validation import validate_signatures
from minichain.ledger.view import View

QUERY_RESOURCE: Final = "QUERY_CONTRACT"
"""What policies call the right to ask."""


class QueryView(View):
    """A view that cannot be written."""

    __slots__ = ()

    def put(self, contract: str, key: bytes, value: bytes) -> Never:
        """Refuse."""
        raise ContractError(Code.READ_ONLY, f"{contract} would write, and this is a query")

    def delete(self, contract: str, key: bytes) -> Never:
        """Refuse."""
        raise ContractError(Code.READ_ONLY, f"{contract} would delete, and this is a query")

    def emit(self, contract: str, topic: str, data: tuple[bytes, ...]) -> Never:
        """Refuse."""
        raise ContractError(Code.READ_ONLY, f"{contract} would announce {topic[:40]!r}, and nobody listens to a query")


def run_query(call: Call, state: StateReader, find_engine: FindEngine) -> Outcome:
    """Return what a call that only reads comes to. It may use `call.gas_limit`."""
    return execute_call(call, QueryView(state), find_engine)


def answer_query(chain: Chain, query: Transaction, time_ms: int, find_engine: FindEngine | None = None) -> Outcome:
    """Answer a signed query on the chain's last block. Raise InvalidError if whoever signed it may not ask.

    `find_engine` may know contracts that only answer queries (see `contracts.system.chain_query`); by default it is the chain's.
    """
    validate_query(chain, query, time_ms)
    payload, head = query.payload, chain.head
    sender = chain.configuration.access.identify(query.sender.signer, time_ms)
    gas = payload.limit or chain.configuration.limits.default_gas
    block = BlockContext(head.chain_id, head.height, head.timestamp_ms)
    call = Call(payload.contract, payload.method, payload.parameters, sender, payload.tx_id, block, gas)
    return run_query(call, chain.store.state, find_engine or chain.find_engine)


def validate_query(chain: Chain, query: Transaction, time_ms: int) -> None:
    """Raise InvalidError unless this query, at this time, is one to answer. Its id may have been used: it changes nothing."""
    payload, configuration = query.payload, chain.configuration
    around = chain.get_surroundings(time_ms)
    if len(query.encoded) > configuration.limits.max_transaction_bytes:
        raise InvalidError(Rule.TX_TOO_LARGE, f"{len(query.encoded)} bytes; this chain takes {configuration.limits.max_transaction_bytes}")
    if payload.chain_id != around.chain_id:
        raise InvalidError(Rule.TX_OTHER_CHAIN, f"it is for the chain {payload.chain_id!r}, this is {around.chain_id!r}")
    if payload.tx_type != TxType.QUERY:
        raise InvalidError(Rule.TX_WRONG_TYPE, f"its type is {payload.tx_type.name}, and this is for queries")
    if payload.limit > configuration.limits.max_gas:
        raise InvalidError(Rule.TX_LIMIT, f"it wants {payload.limit} gas; {configuration.limits.max_gas} is the most")
    if 0 < payload.expiration_ms <= time_ms:
        raise InvalidError(Rule.TX_EXPIRED, f"it was good until {payload.expiration_ms}, and it is {time_ms}")
    validate_asker(query, configuration, time_ms)
    validate_signatures([query], around)


def validate_asker(query: Transaction, configuration: Configuration, time_ms: int) -> None:
    """Raise InvalidError unless the sender is a member who may ask this."""
    try:
        sender = configuration.access.identify(query.sender.signer, time_ms)
    except IdentityError as error:
        raise InvalidError(Rule.TX_UNKNOWN_MEMBER, str(error)) from None
    payload = query.payload
    decision = decide_transaction(configuration.access, QUERY_RESOURCE, payload.contract, payload.method, sender)
    if not decision.is_allowed:
        raise InvalidError(Rule.TX_NOT_ALLOWED, decision.reason)
