"""Serial execution: one transaction after the other, each against what the ones before it have left. What it gives is right by definition.

A block may also be run in any other order that its DAG allows; transactions keep their places in the block, and with them the versions
of what they write. It must come to the same records, which is what tests and lessons use `execute_in_order` for.

Simplifications: none; ChainMaker falls back to this for transactions that its optimistic scheduler cannot run.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from minichain.ledger.block import Dag
from minichain.ledger.block_state import BlockState
from minichain.ledger.dag import compute_dag
from minichain.ledger.execution import Call, FindEngine, Record, execute_transaction
from minichain.ledger.state import StateReader, Writes


@dataclass(frozen=True)
class Execution:
    """What came of the transactions of a block."""

    order: tuple[int, ...]
    """Which of the calls stands at each place in the block: after parallel execution they may have changed places."""
    records: tuple[Record, ...]
    """In the block's order."""
    dag: Dag

    def get_changes(self) -> list[Writes]:
        """Return what each transaction wrote, in the block's order: what `State.apply` takes."""
        return [record.rwset.writes for record in self.records]


def make_execution(order: Sequence[int], records: Sequence[Record]) -> Execution:
    """Return the execution with its DAG; `records` are in the block's order."""
    return Execution(tuple(order), tuple(records), compute_dag([record.rwset for record in records]))


def execute_serially(calls: Sequence[Call], state: StateReader, find_engine: FindEngine) -> Execution:
    """Run the transactions of the next block in their order. `state` is left as it is."""
    return make_execution(range(len(calls)), execute_in_order(range(len(calls)), calls, state, find_engine))


def execute_in_order(order: Iterable[int], calls: Sequence[Call], state: StateReader, find_engine: FindEngine) -> list[Record]:
    """Run the transactions in an `order` that the DAG of their block allows, and return their records in the block's."""
    block = BlockState(state)
    records: dict[int, Record] = {}
    for index in order:
        records[index] = execute_transaction(calls[index], block, find_engine)
        block.apply_transaction(index, records[index].rwset.writes)
    return [records[index] for index in range(len(calls))]
