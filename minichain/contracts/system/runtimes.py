"""Runtimes: what makes an engine of a contract's code (ChainMaker: RuntimeType, and vm-manager).

A contract's record names its runtime. The chain asks the runtime three things: is this code a contract at all, how long is it (in its own
parts, so that installing costs what loading costs), and has it hooks, methods that run when it is installed or upgraded.

Simplifications: ChainMaker has runtimes for WebAssembly, for the EVM, and for programs in containers; a chain here has those that it is
given.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from minichain.ledger.execution import Engine

MOST_LOADED: Final = 128
"""How many contracts are kept loaded."""


@dataclass(frozen=True)
class Loaded:
    """A contract that is ready to run."""

    engine: Engine
    size: int
    """Of how many parts it consists."""
    hooks: frozenset[str]
    """Which of `init` and `upgrade` it has."""


Runtime = Callable[[bytes], Loaded]
"""From code to the contract; raises ContractError for what is none."""


@lru_cache(maxsize=MOST_LOADED)
def load(runtime: Runtime, code: bytes) -> Loaded:
    """Return a contract, from the last ones that were loaded if it is among them."""
    return runtime(code)
