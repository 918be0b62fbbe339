"""Making a block: what a proposer does with transactions from its pool.

Transactions that are not valid any more are left out and named, so that the pool can tell their senders. The rest is executed, on all
cores if there is a runner, and the header says what came of it. Until consensus has decided on the block and `Chain.apply_block` has
taken it, nothing has changed.

Simplifications: executing on all cores changes the order, so transactions of one sender that have sequences are executed in turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from minichain.identity.member import Member
from minichain.ledger.block import BLOCK_VERSION, Block, Header, compute_dag_hash
from minichain.ledger.block_execution import make_call, make_result
from minichain.ledger.chain import Chain
from minichain.ledger.configuration import is_configuration
from minichain.ledger.execution import BlockContext
from minichain.ledger.parallel import execute_in_parallel
from minichain.ledger.proofs import compute_transaction_root
from minichain.ledger.rules import InvalidError
from minichain.ledger.serial import execute_serially
from minichain.ledger.signatures import Signer, sign_header
from minichain.ledger.transaction import Transaction
from minichain.ledger.validation import Surroundings, validate_signatures, validate_transaction

OVERHEAD_BYTES = 4096
"""What is left for the header, the DAG's frame and the signature when transactions are counted against the size of a block."""


@dataclass(frozen=True)
class Proposal:
    """A block for consensus to decide on, and the transactions that were left out of it."""

    block: Block
    refused: tuple[tuple[Transaction, InvalidError], ...]


def make_block(
    chain: Chain, transactions: Sequence[Transaction], timestamp_ms: int, proposer: Signer, consensus_arguments: bytes = b""
) -> Proposal:
    """Return a block that may follow the last one of `chain`, with those of `transactions` that may stand in it."""
    head, suite = chain.head, chain.suite
    timestamp_ms = max(timestamp_ms, head.timestamp_ms)
    around = chain.get_surroundings(timestamp_ms)
    chosen, refused = select_valid(transactions, around)
    member, key = proposer
    context = BlockContext(head.chain_id, head.height + 1, timestamp_ms)
    calls = [make_call(one, around.identify(one.sender.signer), context, chain.configuration) for one in chosen]
    if chain.runner is None or has_sequences(chosen) or any(map(is_configuration, chosen)):
        execution = execute_serially(calls, chain.store.state, chain.find_engine)
    else:
        execution = execute_in_parallel(calls, chain.store.state, chain.runner)
    chosen = [chosen[index] for index in execution.order]
    result = make_result([calls[index] for index in execution.order], execution, chain.tree, head.state_root, chain.configuration)
    header = Header(
        version=BLOCK_VERSION,
        chain_id=head.chain_id,
        height=head.height + 1,
        previous_hash=chain.get_hash(head),
        transaction_count=len(chosen),
        transaction_root=compute_transaction_root(chosen, suite.hash),
        receipt_root=result.receipt_root,
        rwset_root=result.rwset_root,
        state_root=result.update.root,
        dag_hash=compute_dag_hash(result.dag, suite.hash),
        timestamp_ms=timestamp_ms,
        proposer=member,
        consensus_arguments=consensus_arguments,
    )
    block = Block(header, tuple(chosen), result.dag, sign_header(header, key, suite))
    if len(block.encoded) > chain.configuration.limits.max_block_bytes:
        # Only a DAG with very many edges takes so much. Half of the transactions have about a quarter of them.
        return make_block(chain, transactions[: len(chosen) // 2], timestamp_ms, proposer, consensus_arguments)
    return Proposal(block, tuple(refused))


def select_valid(
    transactions: Sequence[Transaction], around: Surroundings
) -> tuple[list[Transaction], list[tuple[Transaction, InvalidError]]]:
    """Return the transactions that may stand in one block, in their order, and those that may not, with the reason.

    What is only too much for this block is in neither list: it waits for the next.
    """
    chosen: list[Transaction] = []
    refused: list[tuple[Transaction, InvalidError]] = []
    ids: set[str] = set()
    sequences: dict[Member, int] = {}
    inside = replace(
        around,
        is_used=lambda tx_id: tx_id in ids or around.is_used(tx_id),
        get_sequence=lambda sender: sequences.get(sender) or around.get_sequence(sender),
    )
    limits = around.configuration.limits
    room = limits.max_block_bytes - OVERHEAD_BYTES
    for transaction in transactions:
        room -= len(transaction.encoded)
        if len(chosen) == limits.max_block_transactions or room < 0:
            break
        if chosen and is_configuration(transaction):
            break
        try:
            validate_transaction(transaction, inside)
            validate_signatures([transaction], inside)
        except InvalidError as error:
            refused.append((transaction, error))
            continue
        chosen.append(transaction)
        ids.add(transaction.tx_id)
        sequences[transaction.sender.signer] = transaction.payload.sequence or sequences.get(transaction.sender.signer, 0)
        if is_configuration(transaction):
            break
    return chosen, refused


def has_sequences(transactions: Sequence[Transaction]) -> bool:
    """Return whether a sender has several transactions here that must stay in order."""
    senders = [transaction.sender.signer for transaction in transactions if transaction.payload.sequence]
    return len(senders) != len(set(senders))
