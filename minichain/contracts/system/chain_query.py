"""CHAIN_QUERY: blocks, transactions and what came of them, asked like a contract (ChainMaker: syscontract.ChainQueryFunction).

    GET_BLOCK_BY_HEIGHT blockHeight · GET_BLOCK_BY_HASH blockHash · GET_BLOCK_BY_TX_ID txId · GET_LAST_BLOCK · GET_LAST_CONFIG_BLOCK
    GET_FULL_BLOCK_BY_HEIGHT blockHeight · GET_BLOCK_WITH_TXRWSETS_BY_HEIGHT … · GET_BLOCK_WITH_TXRWSETS_BY_HASH …     `FullBlock`
    GET_BLOCK_HEADER_BY_HEIGHT blockHeight · GET_BLOCK_HEIGHT_BY_HASH blockHash · GET_BLOCK_HEIGHT_BY_TX_ID txId
    GET_TX_BY_TX_ID txId                                                        `FoundTransaction`
    GET_MERKLE_PATH_BY_TX_ID txId                                               `BlockProof`: that it stands in its block
    GET_CHANGES first limit                                                     `Changes`: the log of what was changed (ours)

Its engine holds the node's store, and so exists only where a node answers queries: `FindForQueries` adds it to what finds the chain's
engines. In a block there is no such contract. What one node has archived another still has, so a transaction that read it would come
to two results. Contracts are listed by CONTRACT_MANAGE (GET_CONTRACT_LIST), because they are state.

Simplifications: an answer has at most 1 MiB, as every result; whoever wants larger blocks asks for headers and transactions. What lies in
an archive is refused with its name, and GET_ARCHIVED_BLOCK_HEIGHT is left out: `minichain chain show` tells.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from minichain.contracts.system.beliefs import get_access
from minichain.contracts.system.contract_access import validate_open
from minichain.contracts.system.engine import METHOD_GAS, read_number, read_text, validate_parameters
from minichain.ledger.block import Block
from minichain.ledger.changes_log import Change, count_changes, list_changes
from minichain.ledger.configuration import BELIEFS, validate_caller
from minichain.ledger.encoding import encode
from minichain.ledger.errors import LedgerError
from minichain.ledger.execution import Call, Code, ContractError, Engine, FindEngine, Host
from minichain.ledger.proofs import prove_transaction
from minichain.ledger.receipt import Receipt
from minichain.ledger.rwset import ReadWriteSet
from minichain.ledger.store import Committed, Position, Store
from minichain.ledger.system_names import CHAIN_QUERY
from minichain.ledger.transaction import Transaction
from minichain.ledger.view import View

ENTRY_GAS: Final = 50
"""What each entry of the log costs."""


@dataclass(frozen=True)
class FullBlock:
    """A block with what came of it."""

    block: Block
    receipts: tuple[Receipt, ...]
    rwsets: tuple[ReadWriteSet, ...]


@dataclass(frozen=True)
class FoundTransaction:
    """A transaction, where it stands, and what came of it."""

    transaction: Transaction
    height: int
    index: int
    block_hash: bytes
    receipt: Receipt


@dataclass(frozen=True)
class Changes:
    """Entries of the log of changes, in order."""

    changes: tuple[Change, ...]


@dataclass(frozen=True)
class ChainQueryEngine:
    """The contract, for one node's store."""

    store: Store

    def execute(self, call: Call, view: View, host: Host) -> bytes:
        """Answer a question."""
        validate_caller(call)
        if call.method not in METHODS:
            raise ContractError(Code.NO_METHOD, f"{CHAIN_QUERY} has no method {call.method!r}; there are {', '.join(METHODS)}")
        answer, names = METHODS[call.method]
        validate_parameters(call, *names)
        host.meter.charge(METHOD_GAS)
        try:
            return answer(self.store, call, view, host)
        except ContractError:
            raise
        except LedgerError as error:
            raise ContractError(Code.FAILED, str(error)) from None


@dataclass(frozen=True)
class FindForQueries:
    """Finds engines as `find_engine` does, and CHAIN_QUERY for the store of this node."""

    find_engine: FindEngine
    store: Store

    def __call__(self, contract: str, view: View) -> Engine | None:
        """Return the engine that runs a contract, or None."""
        if contract != CHAIN_QUERY:
            return self.find_engine(contract, view)
        validate_open(view, CHAIN_QUERY)
        return ChainQueryEngine(self.store)


# What a question names


def get_named(store: Store, call: Call) -> int:
    """Return the height of the block that a call names by height, hash or transaction."""
    given = dict(call.parameters)
    if "blockHeight" in given:
        return read_number(call, "blockHeight")
    if "txId" in given:
        return get_position(store, call).height
    if "blockHash" in given:
        text = read_text(call, "blockHash")
        height = store.find_height(bytes.fromhex(text)) if len(text) == 64 and set(text) <= set("0123456789abcdef") else None
        if height is None:
            raise ContractError(Code.FAILED, f"no block on this chain has the hash {text[:80]!r}")
        return height
    return store.height


def get_position(store: Store, call: Call) -> Position:
    """Return where the transaction stands that a call names."""
    tx_id = read_text(call, "txId")
    position = store.find_transaction(tx_id)
    if position is None:
        raise ContractError(Code.FAILED, f"no transaction on this chain has the id {tx_id[:80]!r}")
    return position


# Answers


def get_block(store: Store, call: Call, view: View, host: Host) -> bytes:
    """Return a block."""
    return store.get_committed(get_named(store, call)).block.encoded


def get_full_block(store: Store, call: Call, view: View, host: Host) -> bytes:
    """Return a block with receipts and read-write sets."""
    committed = store.get_committed(get_named(store, call))
    return encode(FullBlock(committed.block, committed.receipts, committed.rwsets))


def get_header(store: Store, call: Call, view: View, host: Host) -> bytes:
    """Return a header."""
    return store.get_header(get_named(store, call)).encoded


def get_height(store: Store, call: Call, view: View, host: Host) -> bytes:
    """Return the height of a block."""
    return str(get_named(store, call)).encode()


def get_transaction(store: Store, call: Call, view: View, host: Host) -> bytes:
    """Return a transaction with its receipt."""
    position = get_position(store, call)
    committed: Committed = store.get_committed(position.height)
    transaction, receipt = committed.block.transactions[position.index], committed.receipts[position.index]
    return encode(FoundTransaction(transaction, position.height, position.index, committed.hash, receipt))


def get_merkle_path(store: Store, call: Call, view: View, host: Host) -> bytes:
    """Return the proof that a transaction stands in its block, for whoever has the header."""
    position = get_position(store, call)
    return encode(prove_transaction(store.get_committed(position.height).block, position.index, get_access(view).suite.hash))


def get_last_configuration_block(store: Store, call: Call, view: View, host: Host) -> bytes:
    """Return the last block that changed what the chain believes: the genesis block if none did since."""
    height = 0
    for number in range(count_changes(view) - 1, -1, -1):
        host.meter.charge(ENTRY_GAS)
        (change,) = list_changes(view, number, 1)
        if change.contract in BELIEFS:
            height = change.height
            break
    return store.get_committed(height).block.encoded


def get_changes(store: Store, call: Call, view: View, host: Host) -> bytes:
    """Return entries of the log of changes."""
    limit = read_number(call, "limit")
    host.meter.charge(ENTRY_GAS * limit)
    return encode(Changes(tuple(list_changes(view, read_number(call, "first"), limit))))


Answer = Callable[[Store, Call, View, Host], bytes]

METHODS: Final[dict[str, tuple[Answer, tuple[str, ...]]]] = {
    "GET_BLOCK_BY_HEIGHT": (get_block, ("blockHeight",)),
    "GET_BLOCK_BY_HASH": (get_block, ("blockHash",)),
    "GET_BLOCK_BY_TX_ID": (get_block, ("txId",)),
    "GET_LAST_BLOCK": (get_block, ()),
    "GET_LAST_CONFIG_BLOCK": (get_last_configuration_block, ()),
    "GET_FULL_BLOCK_BY_HEIGHT": (get_full_block, ("blockHeight",)),
    "GET_BLOCK_WITH_TXRWSETS_BY_HEIGHT": (get_full_block, ("blockHeight",)),
    "GET_BLOCK_WITH_TXRWSETS_BY_HASH": (get_full_block, ("blockHash",)),
    "GET_BLOCK_HEADER_BY_HEIGHT": (get_header, ("blockHeight",)),
    "GET_BLOCK_HEIGHT_BY_HASH": (get_height, ("blockHash",)),
    "GET_BLOCK_HEIGHT_BY_TX_ID": (get_height, ("txId",)),
    "GET_TX_BY_TX_ID": (get_transaction, ("txId",)),
    "GET_MERKLE_PATH_BY_TX_ID": (get_merkle_path, ("txId",)),
    "GET_CHANGES": (get_changes, ("first", "limit")),
}
