"""From the syntax tree of an expression to a closure.

Simplifications: nothing is computed ahead of time. `60 * 60` is multiplied whenever it is executed, and paid for each time.
"""

import ast
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from minichain.contracts.kinds import Record, describe
from minichain.contracts.python import host, items, operations
from minichain.contracts.python.builtins import to_text
from minichain.contracts.python.comprehensions import compile_comprehension
from minichain.contracts.python.invocations import compile_call
from minichain.contracts.python.machine import MACHINE, UNSET, Frame, Machine, Run
from minichain.contracts.python.pieces import Piece, make_binary, make_charged, make_comparison, make_constant
from minichain.contracts.python.subset import BINARY, HOST_VALUES

if TYPE_CHECKING:
    from minichain.contracts.python.statements import FunctionCompiler


def compile_expression(compiler: "FunctionCompiler", node: ast.expr) -> Piece:
    """Return the piece of an expression."""
    return EXPRESSIONS[type(node)](compiler, node)


def compile_constant(compiler: "FunctionCompiler", node: ast.Constant) -> Piece:
    """Return a number, a text, and so on."""
    return make_constant(node.value)


def compile_name(compiler: "FunctionCompiler", node: ast.Name) -> Piece:
    """Return the value of a name."""
    name, line = node.id, node.lineno
    slot = compiler.find_slot(name)
    if slot is None:
        if name in compiler.constants:
            return make_constant(compiler.constants[name])
        read = host.NAMES[name]
        return Piece(lambda frame: read(frame[MACHINE]), 1)
    place = slot
    if compiler.is_assigned(name):
        return Piece(lambda frame: frame[place], 1, slot=place)

    def run_checked(frame: Frame) -> Any:
        value = frame[place]
        if value is UNSET:
            frame[MACHINE].line = line
            frame[MACHINE].fail(f"{name} has no value yet")
        return value

    return Piece(run_checked, 1)


def compile_binary(compiler: "FunctionCompiler", node: ast.BinOp) -> Piece:
    """Return `a + b`."""
    left, right = compile_expression(compiler, node.left), compile_expression(compiler, node.right)
    return Piece(make_binary(BINARY[type(node.op)], left, right, node.lineno), 1 + left.cost + right.cost)


UNARY: Final[Mapping[type[ast.unaryop], Callable[[Machine, Any], Any]]] = {
    ast.USub: operations.negate,
    ast.UAdd: operations.keep_sign,
    ast.Invert: operations.invert,
}


def compile_unary(compiler: "FunctionCompiler", node: ast.UnaryOp) -> Piece:
    """Return `-a` or `not a`."""
    operand, line = compile_expression(compiler, node.operand), node.lineno
    run = operand.run
    if isinstance(node.op, ast.Not):
        return Piece(lambda frame: not run(frame), 1 + operand.cost)
    compute = UNARY[type(node.op)]

    def run_unary(frame: Frame) -> Any:
        value, machine = run(frame), frame[MACHINE]
        machine.line = line
        return compute(machine, value)

    return Piece(run_unary, 1 + operand.cost)


def compile_bool(compiler: "FunctionCompiler", node: ast.BoolOp) -> Piece:
    """Return `a and b`, `a or b`: the value that decides."""
    first = compile_expression(compiler, node.values[0])
    rest = [make_charged(compile_expression(compiler, value), value.lineno) for value in node.values[1:]]
    is_and, run_first = isinstance(node.op, ast.And), first.run
    if len(rest) == 1:
        run_second = rest[0]
        if is_and:
            return Piece(lambda frame: run_first(frame) and run_second(frame), 1 + first.cost)
        return Piece(lambda frame: run_first(frame) or run_second(frame), 1 + first.cost)

    def run_many(frame: Frame) -> Any:
        value = run_first(frame)
        for run in rest:
            if bool(value) is not is_and:
                break
            value = run(frame)
        return value

    return Piece(run_many, 1 + first.cost)


def compile_compare(compiler: "FunctionCompiler", node: ast.Compare) -> Piece:
    """Return `a < b`, or a chain of comparisons: each middle value is worked out once."""
    if len(node.ops) == 1:
        return compile_single(compiler, node, node.ops[0], node.left, node.comparators[0])
    first = compile_expression(compiler, node.left)
    links: list[tuple[Run, Callable[[Machine, Any, Any], Any]]] = []
    cost = 1 + first.cost
    for place, (operator, right) in enumerate(zip(node.ops, node.comparators, strict=True)):
        if isinstance(right, ast.Name) and right.id == "state":
            operand = Piece(lambda frame: None, 1)
        else:
            operand = compile_expression(compiler, right)
        cost += operand.cost if place == 0 else 0
        links.append((operand.run if place == 0 else make_charged(operand, right.lineno), find_comparison(operator, right)))
    run_first, line = first.run, node.lineno

    def run_chain(frame: Frame) -> Any:
        left, result = run_first(frame), True
        for run, compare in links:
            right, machine = run(frame), frame[MACHINE]
            machine.line = line
            result = compare(machine, left, right)
            if not result:
                break
            left = right
        return result

    return Piece(run_chain, cost)


def compile_single(
    compiler: "FunctionCompiler", node: ast.Compare, operator: ast.cmpop, left_node: ast.expr, right_node: ast.expr
) -> Piece:
    """Return one comparison."""
    left, name = compile_expression(compiler, left_node), type(operator).__name__
    if isinstance(right_node, ast.Name) and right_node.id == "state":
        right = Piece(lambda frame: None, 1)
    else:
        right = compile_expression(compiler, right_node)
    cost, run_left, line = 1 + left.cost + right.cost, left.run, node.lineno
    if isinstance(operator, ast.Is | ast.IsNot):
        value, wanted = right.value, isinstance(operator, ast.Is)
        return Piece(lambda frame: (run_left(frame) is value) is wanted, cost)
    if not isinstance(operator, ast.In | ast.NotIn):
        return Piece(make_comparison(name, left, right, line), cost)
    compare, run_right = find_comparison(operator, right_node), right.run

    def run_in(frame: Frame) -> Any:
        one, other, machine = run_left(frame), run_right(frame), frame[MACHINE]
        machine.line = line
        return compare(machine, one, other)

    return Piece(run_in, cost)


def find_comparison(operator: ast.cmpop, right: ast.expr) -> Callable[[Machine, Any, Any], Any]:
    """Return the function that compares."""
    from minichain.contracts.python.pieces import COMPARISONS

    name = type(operator).__name__
    if name in COMPARISONS:
        return COMPARISONS[name][1]
    if name in ("Is", "IsNot"):
        return (lambda machine, left, right: left is right) if name == "Is" else (lambda machine, left, right: left is not right)
    contains = host.contains_key if isinstance(right, ast.Name) and right.id == "state" else items.contains
    return contains if name == "In" else (lambda machine, left, right: not contains(machine, left, right))


def compile_choice(compiler: "FunctionCompiler", node: ast.IfExp) -> Piece:
    """Return `a if b else c`."""
    test = compile_expression(compiler, node.test)
    body = make_charged(compile_expression(compiler, node.body), node.body.lineno)
    other = make_charged(compile_expression(compiler, node.orelse), node.orelse.lineno)
    run_test = test.run
    return Piece(lambda frame: body(frame) if run_test(frame) else other(frame), 1 + test.cost)


def compile_display(compiler: "FunctionCompiler", node: ast.List | ast.Tuple) -> Piece:
    """Return a list or a tuple. Each item costs its place besides its nodes."""
    parts = [compile_expression(compiler, part) for part in node.elts]
    runs = [part.run for part in parts]
    cost = 1 + sum(part.cost + 1 for part in parts)
    if isinstance(node, ast.List):
        return Piece(lambda frame: [run(frame) for run in runs], cost)
    if len(runs) == 2:
        first, second = runs
        return Piece(lambda frame: (first(frame), second(frame)), cost)
    return Piece(lambda frame: tuple([run(frame) for run in runs]), cost)


def compile_dict(compiler: "FunctionCompiler", node: ast.Dict) -> Piece:
    """Return a dict."""
    keys = [compile_expression(compiler, key) for key in node.keys if key is not None]
    values = [compile_expression(compiler, value) for value in node.values]
    pairs, line = [(key.run, value.run) for key, value in zip(keys, values, strict=True)], node.lineno

    def run_dict(frame: Frame) -> Any:
        found: dict[Any, Any] = {}
        for run_key, run_value in pairs:
            key, value, machine = run_key(frame), run_value(frame), frame[MACHINE]
            machine.line = line
            items.validate_key(machine, key)
            items.validate_int_keys(machine, len(found) + 1, [key])
            found[key] = value
        return found

    return Piece(run_dict, 1 + sum(piece.cost for piece in (*keys, *values)) + len(pairs))


def compile_text(compiler: "FunctionCompiler", node: ast.JoinedStr) -> Piece:
    """Return an f-string."""
    cost, line = 1, node.lineno
    runs: list[Run] = []
    for part in node.values:
        piece = compile_expression(compiler, part.value if isinstance(part, ast.FormattedValue) else part)
        cost += piece.cost + isinstance(part, ast.FormattedValue)
        runs.append(piece.run)

    def run_text(frame: Frame) -> Any:
        machine = frame[MACHINE]
        parts = [run(frame) for run in runs]
        machine.line = line
        texts = [part if type(part) is str else to_text(machine, part) for part in parts]
        machine.make_text(sum([len(text) for text in texts]))
        return "".join(texts)

    return Piece(run_text, cost)


def compile_attribute(compiler: "FunctionCompiler", node: ast.Attribute) -> Piece:
    """Return a value of the host, or a field of a record."""
    name, line = node.attr, node.lineno
    if isinstance(node.value, ast.Name) and node.value.id in HOST_VALUES and compiler.find_slot(node.value.id) is None:
        read = host.VALUES[node.value.id, name]
        return Piece(lambda frame: read(frame[MACHINE]), 2)
    owner = compile_expression(compiler, node.value)
    run = owner.run

    def run_field(frame: Frame) -> Any:
        value = run(frame)
        if type(value) is Record and name in value.kind.places:
            return value.values[value.kind.places[name]]
        machine = frame[MACHINE]
        machine.line = line
        return machine.fail(f"{describe(value)} has no field {name}")

    return Piece(run_field, 1 + owner.cost)


def compile_subscript(compiler: "FunctionCompiler", node: ast.Subscript) -> Piece:
    """Return `a[b]`."""
    line = node.lineno
    if isinstance(node.value, ast.Name) and node.value.id == "state":
        key = compile_expression(compiler, node.slice)
        run_key = key.run

        def run_state(frame: Frame) -> Any:
            wanted, machine = run_key(frame), frame[MACHINE]
            machine.line = line
            return host.get_state(machine, wanted)

        return Piece(run_state, 2 + key.cost)
    owner = compile_expression(compiler, node.value)
    if isinstance(node.slice, ast.Slice):
        return compile_slice(compiler, owner, node.slice, line)
    index = compile_expression(compiler, node.slice)
    run_owner, run_index = owner.run, index.run

    def run_item(frame: Frame) -> Any:
        whole, place = run_owner(frame), run_index(frame)
        if type(whole) is list and type(place) is int and -len(whole) <= place < len(whole):
            return whole[place]
        machine = frame[MACHINE]
        machine.line = line
        return items.get_item(machine, whole, place)

    return Piece(run_item, 1 + owner.cost + index.cost)


def compile_slice(compiler: "FunctionCompiler", owner: Piece, node: ast.Slice, line: int) -> Piece:
    """Return `a[b:c]`."""
    start, end = (make_constant(None) if part is None else compile_expression(compiler, part) for part in (node.lower, node.upper))
    run_owner, run_start, run_end = owner.run, start.run, end.run

    def run_slice(frame: Frame) -> Any:
        whole, first, last, machine = run_owner(frame), run_start(frame), run_end(frame), frame[MACHINE]
        machine.line = line
        return items.get_slice(machine, whole, first, last)

    cost = 2 + owner.cost + sum(piece.cost for piece, part in ((start, node.lower), (end, node.upper)) if part is not None)
    return Piece(run_slice, cost)


EXPRESSIONS: Final[Mapping[type[ast.expr], Callable[..., Piece]]] = {
    ast.Constant: compile_constant,
    ast.Name: compile_name,
    ast.BinOp: compile_binary,
    ast.UnaryOp: compile_unary,
    ast.BoolOp: compile_bool,
    ast.Compare: compile_compare,
    ast.IfExp: compile_choice,
    ast.List: compile_display,
    ast.Tuple: compile_display,
    ast.Dict: compile_dict,
    ast.JoinedStr: compile_text,
    ast.Attribute: compile_attribute,
    ast.Subscript: compile_subscript,
    ast.ListComp: compile_comprehension,
    ast.DictComp: compile_comprehension,
    ast.Call: compile_call,
}
