"""The engines of a whole chain: system contracts by their names, and installed ones in the runtime that they were written for.

There is one runtime so far, PYTHON: contracts in the checked subset (`minichain.contracts.python`). Code that does not keep to the subset
fails the transaction that would install it, with every line and rule that is wrong.

Simplifications: what a chain can run is fixed when the node is built; ChainMaker turns its virtual machines on and off by configuration.
"""

from collections.abc import Callable
from typing import Final

from minichain.contracts.python.engine import Program, PythonEngine, load_program
from minichain.contracts.python.errors import SourceError
from minichain.contracts.python.subset import HOOKS
from minichain.contracts.system.find import FindInstalled, FindWithKeyValue
from minichain.contracts.system.runtimes import Loaded
from minichain.ledger.execution import Code, ContractError

PYTHON: Final = "PYTHON"
"""The name of the runtime, as installing names it (CONTRACT_RUNTIME_TYPE)."""


def load_python(code: bytes) -> Loaded:
    """Return a contract in Python that is ready to run; raise ContractError for code that is none."""
    return load_with(load_program, code)


def load_with(compile_source: Callable[[str], Program], code: bytes) -> Loaded:
    """Do the same with another way to compile."""
    try:
        program = compile_source(code.decode())
    except UnicodeDecodeError:
        raise ContractError(Code.BAD_PARAMETER, "the source is not UTF-8") from None
    except SourceError as error:
        raise ContractError(Code.BAD_PARAMETER, str(error)) from None
    return Loaded(PythonEngine(program), program.nodes, frozenset(HOOKS) & set(program.methods))


find_engine: Final = FindInstalled({PYTHON: load_python})
"""Finds the engine of every contract of a chain."""

find_engine_or_keyvalue: Final = FindWithKeyValue(find_engine)
"""The same, and the key-value engine besides: for lessons and tests."""
