"""The engine: from a source to a program, and from a call to its result.

A program is compiled once and kept by its content. A call decodes its parameters by annotation, runs the method's closures with a fresh
machine, and encodes what it returns. Whatever goes wrong is a ContractError whose code is the same on every node.

Simplifications: the host's stack is made deep enough for the deepest contract, once for the whole process; a production engine runs
contracts on a stack of its own.
"""

import ast
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from minichain.contracts.kinds import RecordKind, Type, ValueFormatError
from minichain.contracts.python import gas
from minichain.contracts.python.check import check_source
from minichain.contracts.python.errors import Problem, SourceError
from minichain.contracts.python.expressions import compile_expression
from minichain.contracts.python.machine import FIRST_LOCAL, RESULT, UNSET, Frame, Machine
from minichain.contracts.python.parts import Contract
from minichain.contracts.python.pieces import make_charged
from minichain.contracts.python.statements import FunctionCompiler, Target
from minichain.contracts.python.subset import HOOKS, STANDARDS
from minichain.contracts.values import decode_typed, encode_typed
from minichain.ledger.errors import LimitError
from minichain.ledger.execution import Call, Code, ContractError, Host, Meter
from minichain.ledger.state import MemoryState
from minichain.ledger.system_names import CONTRACT_MANAGE
from minichain.ledger.view import View

CONSTANT_GAS: Final = 10_000
"""What the constants of a contract may cost when it is deployed."""


@dataclass(frozen=True)
class Method:
    """A function that can be called from outside. `defaults` belong to the last parameters."""

    name: str
    parameters: Mapping[str, Type]
    result: Type
    is_query: bool
    line: int
    defaults: tuple[Any, ...]


@dataclass(frozen=True)
class Program:
    """A compiled contract."""

    source: str
    nodes: int
    methods: Mapping[str, Method]
    standards: tuple[str, ...]
    kinds: Mapping[str, RecordKind]
    targets: Mapping[str, Target]


def compile_contract(source: str, note_line: Callable[[int], None] | None = None) -> Program:
    """Return the program of a source; raise SourceError with all that is wrong with it.

    `note_line` is called with the line of each statement before that runs: for whoever tests a contract.
    """
    deepen_stack()
    contract = check_source(source)
    constants: dict[str, Any] = {}
    machine = make_quiet_machine()
    for name, node in contract.constants.items():
        constants[name] = compute_constant(node, constants, machine)
    kinds = complete_kinds(contract, constants, machine)
    targets = {
        name: Target(
            name,
            tuple(function.parameters),
            tuple([compute_constant(node, constants, machine) for node in function.defaults]),
            function.is_query,
            height=compute_height(function.node),
        )
        for name, function in contract.functions.items()
    }
    for name, function in contract.functions.items():
        compiler = FunctionCompiler(function, targets, kinds, constants, note_line)
        block, target = compiler.compile_block(function.node.body), targets[name]
        target.run, target.cost = block.run, gas.CALL + block.cost + compiler.size // gas.PLACES
        target.blank = (UNSET,) * (compiler.size - FIRST_LOCAL - len(function.parameters))
    records = {name: Type("record", record=kind) for name, kind in kinds.items()}
    methods = {
        name: Method(
            name,
            {key: refresh(kind, records) for key, kind in function.parameters.items()},
            refresh(function.result, records),
            function.is_query,
            function.node.lineno,
            targets[name].defaults,
        )
        for name, function in contract.functions.items()
        if not name.startswith("_")
    }
    standards = constants.get(STANDARDS, ())
    if not isinstance(standards, tuple) or not all(type(one) is str for one in standards):
        raise SourceError((Problem(1, 1, "constant", f'{STANDARDS} is a tuple of names: ("CMEVI", "CMBC")'),))
    return Program(source, contract.nodes, methods, standards, kinds, targets)


def compute_constant(node: ast.expr, constants: Mapping[str, Any], machine: Machine) -> Any:
    """Return what a constant is; raise SourceError if it cannot be worked out."""
    run = make_charged(compile_expression(FunctionCompiler(None, {}, {}, constants), node), node.lineno)
    try:
        return run([machine.meter, machine, None])
    except ContractError as error:
        raise SourceError((Problem(node.lineno, node.col_offset + 1, "constant", str(error)),)) from None


def make_quiet_machine() -> Machine:
    """Return a machine without a call, for constants, which ask the host for nothing."""
    view, meter = View(MemoryState()), Meter(CONSTANT_GAS)
    call: Any = None
    host: Any = None
    return Machine(meter, call, view, host, {})


def complete_kinds(contract: Contract, constants: Mapping[str, Any], machine: Machine) -> dict[str, RecordKind]:
    """Return the records with the values that their last fields have where nothing is given."""
    kinds: dict[str, RecordKind] = {}
    records: dict[str, Type] = {}
    for name, source in contract.records.items():
        defaults = tuple([compute_constant(node, constants, machine) for node in source.defaults])
        kinds[name] = replace(source.kind, types=tuple([refresh(kind, records) for kind in source.kind.types]), defaults=defaults)
        records[name] = Type("record", record=kinds[name])
    return kinds


def refresh(kind: Type, records: Mapping[str, Type]) -> Type:
    """Return a type in which each record is the completed one."""
    if kind.record is not None:
        return records[kind.record.name]
    return replace(kind, parts=tuple([refresh(part, records) for part in kind.parts]))


def compute_height(node: ast.AST) -> int:
    """Return how deep the tree of a function is; each `for` of a comprehension is one step more."""
    loops = len(getattr(node, "generators", ()))
    return 1 + loops + max((compute_height(child) for child in ast.iter_child_nodes(node)), default=0)


@lru_cache(maxsize=256)
def load_program(source: str) -> Program:
    """Return the program of a source, which is compiled once."""
    return compile_contract(source)


def deepen_stack() -> None:
    """Make the host's stack deep enough: whether a contract ends must not depend on who called."""
    if sys.getrecursionlimit() < gas.FRAMES:
        sys.setrecursionlimit(gas.FRAMES)


class PythonEngine:
    """Runs the methods of one program."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def execute(self, call: Call, view: View, host: Host) -> bytes:
        """Run the call against the view and return its result; raise ContractError if it fails."""
        deepen_stack()
        method = self.program.methods.get(call.method)
        if method is None or (method.name in HOOKS and call.caller != CONTRACT_MANAGE):
            raise ContractError(Code.NO_METHOD, f"{call.contract!r} has no method {call.method!r}")
        machine = Machine(host.meter, call, view, host, self.program.kinds)
        machine.line = method.line
        try:
            return run_method(self.program, method, machine)
        except (ContractError, LimitError):
            raise
        except RecursionError:
            machine.fail("calls are too deep inside of each other", Code.TOO_DEEP)
        except MemoryError:
            machine.fail("there is no memory left", Code.TOO_LARGE)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            # A mistake of the engine, the same on every node: the tests look for these words.
            machine.fail(f"the engine was surprised by {type(error).__name__}")


def run_method(program: Program, method: Method, machine: Machine) -> bytes:
    """Run a method with the parameters of the call."""
    target = program.targets[method.name]
    arguments = decode_parameters(method, machine)
    machine.charge(target.cost)
    machine.depth = target.height
    machine.is_read_only = method.is_query
    frame: Frame = [machine.meter, machine, None, *arguments, *target.blank]
    target.run(frame)
    machine.line = method.line
    try:
        return encode_typed(frame[RESULT], method.result, machine.charge)
    except LimitError as error:
        machine.fail(f"the result of {method.name}: {error}", Code.TOO_LARGE)
    except ValueFormatError as error:
        machine.fail(f"the result of {method.name}: {error}")


def decode_parameters(method: Method, machine: Machine) -> list[Any]:
    """Return the arguments of a method in its order."""
    call = machine.call
    given = dict(call.parameters)
    unknown = [name for name in given if name not in method.parameters]
    if unknown:
        raise ContractError(Code.BAD_PARAMETER, f"{call.contract}.{method.name} has no parameter {unknown[0]!r}")
    machine.charge(sum([len(data) for data in given.values()]) * gas.BYTE)
    names = list(method.parameters)
    values = dict(zip(names[len(names) - len(method.defaults) :], method.defaults, strict=True))
    for name, kind in method.parameters.items():
        if name in given:
            try:
                values[name] = decode_typed(given[name], kind)
            except ValueFormatError as error:
                raise ContractError(Code.BAD_PARAMETER, f"{call.contract}.{method.name}, {name}: {error}") from None
        elif name not in values:
            raise ContractError(Code.BAD_PARAMETER, f"{call.contract}.{method.name} needs the parameter {name!r}")
    return [values[name] for name in names]


__all__ = ["Method", "Program", "PythonEngine", "SourceError", "compile_contract", "load_program"]
