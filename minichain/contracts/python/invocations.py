"""From the syntax tree of a call to a closure: what is called is known by then."""

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from minichain.contracts.kinds import Record, Type
from minichain.contracts.python import builtins, gas, host, methods
from minichain.contracts.python.annotations import parse_type
from minichain.contracts.python.comprehensions import compile_comprehension, compile_search
from minichain.contracts.python.machine import MACHINE, METER, RESULT, Frame, Run, exhaust
from minichain.contracts.python.pieces import Piece
from minichain.ledger.execution import Code

if TYPE_CHECKING:
    from minichain.contracts.python.statements import FunctionCompiler, Target


def compile_call(compiler: "FunctionCompiler", node: ast.Call) -> Piece:
    """Return a call."""
    if isinstance(node.func, ast.Attribute):
        return compile_method(compiler, node, node.func)
    assert isinstance(node.func, ast.Name)
    name = node.func.id
    if name in compiler.targets:
        return compile_own(compiler, node, compiler.targets[name])
    if name in compiler.kinds:
        return compile_record(compiler, node, name)
    if name == "isinstance":
        return compile_isinstance(compiler, node)
    if name in host.OTHERS:
        return compile_other(compiler, node, name)
    if name in ("any", "all") and isinstance(node.args[0], ast.GeneratorExp):
        piece = compile_search(compiler, node.args[0], name == "any")
        return Piece(piece.run, 2 + piece.cost)
    function = builtins.FUNCTIONS.get(name) or host.FUNCTIONS[name]
    return compile_function(compiler, node, function, 2)


def compile_arguments(compiler: "FunctionCompiler", nodes: Sequence[ast.expr]) -> tuple[list[Run], int]:
    """Return the closures of arguments, and what they cost."""
    from minichain.contracts.python.expressions import compile_expression

    pieces = [
        compile_comprehension(compiler, node) if isinstance(node, ast.GeneratorExp) else compile_expression(compiler, node)
        for node in nodes
    ]
    return [piece.run for piece in pieces], sum(piece.cost for piece in pieces)


def compile_function(compiler: "FunctionCompiler", node: ast.Call, function: Callable[..., Any], cost: int) -> Piece:
    """Return the call of a function of Python or of the host."""
    runs, costs = compile_arguments(compiler, [*node.args, *[keyword.value for keyword in node.keywords]])
    names, line, count = [keyword.arg or "" for keyword in node.keywords], node.lineno, len(node.args)
    if len(runs) == 1 and not names:
        only = runs[0]

        def run_one(frame: Frame) -> Any:
            argument, machine = only(frame), frame[MACHINE]
            machine.line = line
            return function(machine, argument)

        return Piece(run_one, cost + costs)

    def run_many(frame: Frame) -> Any:
        arguments = [run(frame) for run in runs]
        machine = frame[MACHINE]
        machine.line = line
        return function(machine, *arguments[:count], **dict(zip(names, arguments[count:], strict=True)))

    return Piece(run_many, cost + costs)


def compile_method(compiler: "FunctionCompiler", node: ast.Call, attribute: ast.Attribute) -> Piece:
    """Return the call of a method."""
    from minichain.contracts.python.expressions import compile_expression

    name, owner = attribute.attr, attribute.value
    base = owner.id if isinstance(owner, ast.Name) and compiler.find_slot(owner.id) is None else ""
    if base == "state":
        return compile_function(compiler, node, host.STATE_FUNCTIONS[name], 3)
    if (base, name) in builtins.STATIC:
        return compile_function(compiler, node, builtins.STATIC[base, name], 3)
    piece = compile_expression(compiler, owner)
    runs, costs = compile_arguments(compiler, [*node.args, *[keyword.value for keyword in node.keywords]])
    names, line, count, run_owner = [keyword.arg or "" for keyword in node.keywords], node.lineno, len(node.args), piece.run

    def run_method(frame: Frame) -> Any:
        value = run_owner(frame)
        arguments = [run(frame) for run in runs]
        machine = frame[MACHINE]
        machine.line = line
        return methods.call_method(machine, name, value, arguments[:count], dict(zip(names, arguments[count:], strict=True)))

    return Piece(run_method, 2 + piece.cost + costs)


def order_arguments(
    compiler: "FunctionCompiler", node: ast.Call, names: Sequence[str], defaults: Sequence[Any]
) -> tuple[Callable[[Frame], list[Any]], int]:
    """Return a closure for all arguments in the order of the parameters; they are worked out in the order of the text."""
    runs, cost = compile_arguments(compiler, [*node.args, *[keyword.value for keyword in node.keywords]])
    given = [*names[: len(node.args)], *[keyword.arg for keyword in node.keywords]]
    values = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    if given == list(names):
        if len(runs) == 1:
            only = runs[0]
            return lambda frame: [only(frame)], cost
        return lambda frame: [run(frame) for run in runs], cost
    order = [given.index(name) if name in given else None for name in names]
    fallback = [values.get(name) for name in names]

    def run_ordered(frame: Frame) -> list[Any]:
        found = [run(frame) for run in runs]
        return [default if place is None else found[place] for place, default in zip(order, fallback, strict=True)]

    return run_ordered, cost


def compile_own(compiler: "FunctionCompiler", node: ast.Call, target: "Target") -> Piece:
    """Return the call of a function of this contract."""
    prepare, cost = order_arguments(compiler, node, target.parameters, target.defaults)
    line = node.lineno

    def run_own(frame: Frame) -> Any:
        meter, machine = frame[METER], frame[MACHINE]
        arguments = prepare(frame)
        meter.used += target.cost
        if meter.used > meter.limit:
            exhaust(frame, line)
        depth = machine.depth + target.height
        if depth > gas.MAX_STACK:
            machine.line = line
            machine.fail(f"{target.name} is called too deep inside of other calls", Code.TOO_DEEP)
        machine.depth = depth
        was_read_only = machine.is_read_only
        machine.is_read_only = was_read_only or target.is_query
        inner = [meter, machine, None, *arguments, *target.blank]
        target.run(inner)
        machine.depth = depth - target.height
        machine.is_read_only = was_read_only
        return inner[RESULT]

    return Piece(run_own, 2 + cost)


def compile_record(compiler: "FunctionCompiler", node: ast.Call, name: str) -> Piece:
    """Return a new record."""
    kind = compiler.kinds[name]
    prepare, cost = order_arguments(compiler, node, kind.fields, kind.defaults)
    return Piece(lambda frame: Record(kind, tuple(prepare(frame))), 2 + cost + len(kind.fields))


def compile_isinstance(compiler: "FunctionCompiler", node: ast.Call) -> Piece:
    """Return isinstance(value, type)."""
    runs, cost = compile_arguments(compiler, node.args[:1])
    kinds = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
    names, run = tuple([kind.id for kind in kinds if isinstance(kind, ast.Name)]), runs[0]
    return Piece(lambda frame: builtins.is_of_kind(run(frame), names), 3 + cost)


def compile_other(compiler: "FunctionCompiler", node: ast.Call, name: str) -> Piece:
    """Return call(contract, method, type, name=value) or try_call."""
    kind = parse_type(node.args[2], compiler.kinds) if len(node.args) == 3 else Type("bytes")
    runs, cost = compile_arguments(compiler, [*node.args[:2], *[keyword.value for keyword in node.keywords]])
    names, line, function = [keyword.arg or "" for keyword in node.keywords], node.lineno, host.OTHERS[name]

    def run_other(frame: Frame) -> Any:
        contract, method, *values = [run(frame) for run in runs]
        machine = frame[MACHINE]
        machine.line = line
        return function(machine, contract, method, kind, dict(zip(names, values, strict=True)))

    return Piece(run_other, 2 + cost)
