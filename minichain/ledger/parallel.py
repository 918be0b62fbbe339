"""Parallel execution: optimistic where the block is made, along its DAG where it is verified (ChainMaker's core transaction flow).

The proposer runs transactions at once, in waves, and hopes. All of a wave see the same state. As each one ends it is applied, unless an
earlier one of the wave has changed a key that it read, or one in a range that it read: then what it saw is out of date, and it is
discarded and waits for another wave. The order in which transactions were applied becomes the block's order. It depends on which core
was quicker and nobody could run it again, so the block carries the DAG of its conflicts.

A verifier runs the transactions level by level along that DAG. Whatever the DAG leaves to chance can be run in any order; if it leaves
too much to chance, or too little, it is not the DAG of what then was read and written, and `validate_dag` says so. Both ways the verdict
is the same for every verifier: if the DAG is that of the read-write sets, the execution is equal to one in the block's order, and there
is only one such.

When many are discarded, waves only burn time. As in ChainMaker's ConflictsBitWindow, waves grow threefold while less than 5 % are
discarded and shrink to a quarter above 20 %. Above one half even two cores do no more than one, and the rest runs one by one. So it
does if the calls turn out to use so little gas that they are sooner run than sent.

Simplifications: ChainMaker has no waves, each goroutine takes the next transaction when it is free, and its window moves the number of
goroutines.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from minichain.ledger.block import Dag
from minichain.ledger.block_state import BlockState
from minichain.ledger.dag import compute_levels, is_in_range
from minichain.ledger.errors import InvalidDagError
from minichain.ledger.execution import Call, Record, execute_transaction
from minichain.ledger.runners import Runner
from minichain.ledger.rwset import ReadWriteSet
from minichain.ledger.serial import Execution, make_execution
from minichain.ledger.state import Place, State

GROW_BELOW: Final = 0.05
SHRINK_ABOVE: Final = 0.2
"""ChainMaker's BaseConflictRate and TopConflictRate: the shares of discarded transactions at which waves grow and shrink."""
STOP_ABOVE: Final = 0.5
GROW_TIMES: Final = 3
SHRINK_TIMES: Final = 4


class BlockInProgress:
    """The transactions that were applied, in the order of application: here and in the runner."""

    def __init__(self, state: State, runner: Runner) -> None:
        self.state = BlockState(state)
        self.order: list[int] = []
        self.records: list[Record] = []
        self._runner = runner
        runner.begin(state)

    def apply(self, number: int, record: Record) -> None:
        """Let call `number` be the next transaction of the block."""
        index = len(self.order)
        self.order.append(number)
        self.records.append(record)
        self.state.apply_transaction(index, record.rwset.writes)
        self._runner.apply_transaction(index, record.rwset.writes)

    def apply_serially(self, numbers: Iterable[int], calls: Sequence[Call]) -> None:
        """Run these calls here, one after the other."""
        for number in numbers:
            self.apply(number, execute_transaction(calls[number], self.state, self._runner.find_engine))


def execute_in_parallel(calls: Sequence[Call], state: State, runner: Runner) -> Execution:
    """Run the transactions of the next block at once, and return what came of them in the order in which they were applied."""
    block = BlockInProgress(state, runner)
    waiting = list(range(len(calls)))
    size = runner.width
    while waiting:
        wave, waiting = waiting[:size], waiting[size:]
        discarded = run_wave(wave, calls, runner, block)
        waiting += discarded
        share = len(discarded) / len(wave)
        if share > STOP_ABOVE or not is_worth_sending(block.records, runner):
            break
        size = max(runner.width, compute_wave_size(size, share))
    block.apply_serially(waiting, calls)
    return make_execution(block.order, block.records)


def run_wave(wave: Sequence[int], calls: Sequence[Call], runner: Runner, block: BlockInProgress) -> list[int]:
    """Run the calls of a wave, apply those that saw nothing out of date, and return the others."""
    written: set[Place] = set()
    discarded: list[int] = []
    applied: list[tuple[int, Record]] = []
    for number, record in runner.run([(number, calls[number]) for number in wave]):
        if is_outdated(record.rwset, written):
            discarded.append(number)
        else:
            written.update((write.contract, write.key) for write in record.rwset.writes)
            applied.append((number, record))
    for number, record in applied:
        block.apply(number, record)
    return discarded


def is_outdated(rwset: ReadWriteSet, written: set[Place]) -> bool:
    """Return whether a transaction read something that has been written since it began."""
    if not written:
        return False
    if any((read.contract, read.key) in written for read in rwset.reads):
        return True
    return any(is_in_range(place, range_read) for range_read in rwset.ranges for place in written)


def is_worth_sending(records: Sequence[Record], runner: Runner) -> bool:
    """Return whether calls like these are worth the runner's trouble; without any, that remains to be seen."""
    return sum(record.outcome.gas_used for record in records) >= runner.least_gas * len(records)


def compute_wave_size(size: int, discarded: float) -> int:
    """Return how many transactions the next wave has, after one of `size` of which this share was discarded."""
    if discarded < GROW_BELOW:
        return size * GROW_TIMES
    return size // SHRINK_TIMES if discarded > SHRINK_ABOVE else size


# Verification


def execute_along(dag: Dag, calls: Sequence[Call], state: State, runner: Runner) -> Execution:
    """Run the transactions of a block along its DAG, and return what came of them with the DAG that they should have had.

    A level that is too narrow for the cores is run here: a block whose transactions all follow each other gains nothing from them.
    Raise InvalidDagError if the DAG is of another number of transactions; see `validate_dag` for the rest.
    """
    if len(dag.neighbours) != len(calls):
        raise InvalidDagError(f"the DAG is of {len(dag.neighbours)} transactions, the block has {len(calls)}")
    runner.begin(state)
    block = BlockState(state)
    records: dict[int, Record] = {}
    for level in compute_levels(dag):
        found = run_level(level, calls, runner, block)
        for index in level:
            block.apply_transaction(index, found[index].rwset.writes)
            runner.apply_transaction(index, found[index].rwset.writes)
        records |= found
    in_order = range(len(calls))
    return make_execution(in_order, [records[index] for index in in_order])


def run_level(level: Sequence[int], calls: Sequence[Call], runner: Runner, block: BlockState) -> dict[int, Record]:
    """Run the calls of a level: by the runner if it is wide enough and the first of them, run there, were worth sending."""
    records: dict[int, Record] = {}
    rest = level
    while len(rest) >= runner.width and is_worth_sending(list(records.values()), runner):
        sent, rest = (rest, []) if records else (rest[: runner.width], rest[runner.width :])
        records |= dict(runner.run([(index, calls[index]) for index in sent]))
    return records | {index: execute_transaction(calls[index], block, runner.find_engine) for index in rest}
