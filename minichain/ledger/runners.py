"""Runners: where transactions are run that need not wait for each other.

A runner knows the state below a block and what the block has written so far. It runs batches of calls, each against that same state,
as if all ran at the same moment, and answers in the order in which they end.

`InProcessRunner` only looks parallel: it runs one call after the other and shuffles the answers with a seed. That is enough for lessons,
for tests, and in a browser, which has no processes. `workers` runs calls in parallel in earnest.

Simplifications: a batch ends before the next begins. ChainMaker's goroutines take the next transaction as soon as they are free, and
read what has been applied until then.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Protocol

from minichain.ledger.block_state import BlockState
from minichain.ledger.errors import StateError
from minichain.ledger.execution import Call, FindEngine, Record, execute_transaction
from minichain.ledger.state import State, Writes

Task = tuple[int, Call]
"""A call, and the number by which the caller knows it."""

Result = tuple[int, Record]
"""The number of a call, and what came of it."""


class Runner(Protocol):
    """What runs batches of calls."""

    @property
    def width(self) -> int:
        """How many calls a batch should have at least, so that all cores have something to do."""

    @property
    def find_engine(self) -> FindEngine:
        """What finds the engine of a contract."""

    @property
    def least_gas(self) -> int:
        """Calls that use less gas than this, on average, are run sooner than they are sent."""

    def begin(self, state: State) -> None:
        """Begin the block after the present `state`; what an earlier one wrote and nobody decided is forgotten."""

    def apply_transaction(self, index: int, writes: Writes) -> None:
        """Apply what the transaction at place `index` of the block wrote: later batches see it."""

    def run(self, tasks: Sequence[Task]) -> Iterator[Result]:
        """Run the calls against the block as it is now, and yield what came of them in the order in which they end."""

    def apply(self, height: int, changes: Sequence[Writes]) -> None:
        """Take note that the state was given this block, with `State.apply`."""

    def forget(self) -> None:
        """Take note that blocks were taken back, with `State.revert`."""


class InProcessRunner:
    """Runs one call after the other, all against the same state, and answers in an order drawn with `seed`."""

    least_gas = 0

    def __init__(self, find_engine: FindEngine, seed: int = 0, width: int = 8) -> None:
        self.find_engine = find_engine
        self.width = width
        self._draw = random.Random(seed)
        self._block: BlockState | None = None

    def begin(self, state: State) -> None:
        """Begin the block after `state`."""
        self._block = BlockState(state)

    def apply_transaction(self, index: int, writes: Writes) -> None:
        """Apply what the transaction at place `index` wrote."""
        get_begun(self._block).apply_transaction(index, writes)

    def run(self, tasks: Sequence[Task]) -> Iterator[Result]:
        """Run the calls, and yield what came of them in a drawn order."""
        block = get_begun(self._block)
        results = [(number, execute_transaction(call, block, self.find_engine)) for number, call in tasks]
        self._draw.shuffle(results)
        return iter(results)

    def apply(self, height: int, changes: Sequence[Writes]) -> None:
        """Do nothing: this runner reads the state itself."""

    def forget(self) -> None:
        """Do nothing: this runner reads the state itself."""


def get_begun(block: BlockState | None) -> BlockState:
    """Return the block in progress; raise StateError if none was begun."""
    if block is None:
        raise StateError("transactions can be run only after `begin`: no block is in progress")
    return block
