"""From a block's transactions to what its header says about them: calls, receipts, roots, and the state that results.

Whoever makes a block and whoever verifies one go the same way; they differ in what they do with the result. One writes it into the
header, the other compares.

Simplifications: a proposer executes its own block twice, once to make it and once when it is agreed on; a production node keeps the
first result.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from minichain.identity.member import Identity
from minichain.ledger.block import Block, Dag
from minichain.ledger.commitment import StateTree, StateUpdate
from minichain.ledger.configuration import Configuration, is_configuration
from minichain.ledger.dag import validate_dag
from minichain.ledger.errors import InvalidDagError
from minichain.ledger.execution import BlockContext, Call, FindEngine, Record
from minichain.ledger.parallel import execute_along
from minichain.ledger.proofs import compute_receipt_root, compute_rwset_root
from minichain.ledger.receipt import Receipt
from minichain.ledger.rules import InvalidError, Rule
from minichain.ledger.runners import Runner
from minichain.ledger.rwset import ReadWriteSet
from minichain.ledger.serial import Execution, execute_serially
from minichain.ledger.state import State
from minichain.ledger.transaction import Transaction
from minichain.ledger.validation import Finding, compare, raise_first


@dataclass(frozen=True)
class Result:
    """What came of a block: of each transaction, and of the world state."""

    receipts: tuple[Receipt, ...]
    rwsets: tuple[ReadWriteSet, ...]
    dag: Dag
    receipt_root: bytes
    rwset_root: bytes
    update: StateUpdate


def make_call(transaction: Transaction, sender: Identity, block: BlockContext, configuration: Configuration) -> Call:
    """Return the call that a transaction asks for."""
    payload = transaction.payload
    gas = payload.limit or configuration.limits.default_gas
    return Call(payload.contract, payload.method, payload.parameters, sender, payload.tx_id, block, gas)


def make_receipt(tx_id: str, record: Record, rwset_hash: bytes) -> Receipt:
    """Return the receipt of a transaction that left `record`."""
    outcome = record.outcome
    return Receipt(tx_id, int(outcome.code), outcome.result, outcome.message, outcome.gas_used, record.events, rwset_hash)


def make_result(calls: Sequence[Call], execution: Execution, tree: StateTree, old_root: bytes, configuration: Configuration) -> Result:
    """Return what came of a block whose `calls`, in its order, were executed after the state with `old_root`."""
    hash_function = configuration.suite.hash
    rwsets = tuple(record.rwset for record in execution.records)
    receipts = tuple(
        make_receipt(call.tx_id, record, hash_function(record.rwset.encoded)) for call, record in zip(calls, execution.records, strict=True)
    )
    return Result(
        receipts,
        rwsets,
        execution.dag,
        compute_receipt_root(receipts, hash_function),
        compute_rwset_root(rwsets, hash_function),
        tree.compute_update(old_root, calls[0].block.height, execution.get_changes()) if calls else StateUpdate(old_root, {}),
    )


def execute_block(block: Block, calls: Sequence[Call], state: State, find_engine: FindEngine, runner: Runner | None) -> Execution:
    """Run a block's calls: on all cores along its DAG if there is a runner, else one after the other, which comes to the same.

    The one call of a configuration block runs here: runners need not know CHAIN_CONFIG.
    """
    if runner is None or any(map(is_configuration, block.transactions)):
        return execute_serially(calls, state, find_engine)
    try:
        return execute_along(block.dag, calls, state, runner)
    except InvalidDagError as error:
        raise InvalidError(Rule.BLOCK_DAG, str(error)) from None


def validate_result(block: Block, result: Result) -> None:
    """Raise InvalidError unless executing `block` gives what its header says."""
    raise_first(check_result(block, result))


def check_result(block: Block, result: Result) -> Iterator[tuple[Rule, Finding]]:
    """Yield each rule about what a block does with what is wrong."""
    header = block.header
    yield Rule.BLOCK_DAG, None if block.dag == result.dag else explain_dag(block.dag, result.rwsets)
    yield Rule.BLOCK_RECEIPT_ROOT, compare("the root of the receipts", result.receipt_root, header.receipt_root)
    yield Rule.BLOCK_RWSET_ROOT, compare("the root of the read-write sets", result.rwset_root, header.rwset_root)
    yield Rule.BLOCK_STATE_ROOT, compare("the root of the state", result.update.root, header.state_root)


def explain_dag(dag: Dag, rwsets: Sequence[ReadWriteSet]) -> Finding:
    """Return what is wrong with a block's DAG, None if nothing is."""
    try:
        validate_dag(dag, rwsets)
    except InvalidDagError as error:
        return str(error)
    return None
