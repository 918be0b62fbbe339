"""From the syntax trees of assignments and `del` to closures: what stands on the right is worked out first, then the targets.

Simplifications: a slice gets no value and is not taken away.
"""

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from minichain.contracts.python import host, items, operations
from minichain.contracts.python.expressions import compile_expression
from minichain.contracts.python.machine import MACHINE, Frame, Run
from minichain.contracts.python.pieces import FAST_ARITHMETIC, Piece, make_arithmetic, make_slow
from minichain.contracts.python.steps import Step, make_sequence
from minichain.contracts.python.subset import BINARY

if TYPE_CHECKING:
    from minichain.contracts.python.statements import FunctionCompiler


def compile_assign(compiler: "FunctionCompiler", node: ast.Assign) -> Step:
    """Return `target = value`."""
    return make_assignment(compiler, node.value, node.targets)


def compile_annotated(compiler: "FunctionCompiler", node: ast.AnnAssign) -> Step:
    """Return `name: type = value`."""
    assert node.value is not None
    return make_assignment(compiler, node.value, [node.target])


def make_assignment(compiler: "FunctionCompiler", value: ast.expr, targets: Sequence[ast.expr]) -> Step:
    """Return an assignment to one or more targets."""
    piece = compile_expression(compiler, value)
    run = piece.run
    compiled = [compiler.compile_target(target) for target in targets]
    cost = 1 + piece.cost + sum(one for _, one in compiled)
    if len(targets) == 1 and isinstance(targets[0], ast.Name):
        slot = compiler.find_slot(targets[0].id) or 0

        def run_assign(frame: Frame) -> None:
            frame[slot] = run(frame)

        return Step(run_assign, cost)
    binds = [bind for bind, _ in compiled]

    def run_binds(frame: Frame) -> None:
        result = run(frame)
        for bind in binds:
            bind(frame, result)

    return Step(run_binds, cost)


def compile_augmented(compiler: "FunctionCompiler", node: ast.AugAssign) -> Step:
    """Return `target += value`: the parts of the target are worked out once."""
    line, sign, target = node.lineno, BINARY[type(node.op)], node.target
    operate = make_slow(operations.IN_PLACE[sign], line)
    if isinstance(target, ast.Name):
        old, value = (
            compile_expression(compiler, ast.copy_location(ast.Name(target.id, ast.Load()), target)),
            compile_expression(compiler, node.value),
        )
        slot = compiler.find_slot(target.id) or 0
        compiler.assigned.add(slot)
        run = make_update(sign, old, value, operate)

        def run_name(frame: Frame) -> None:
            frame[slot] = run(frame)

        return Step(run_name, 2 + value.cost)
    assert isinstance(target, ast.Subscript)
    is_state = isinstance(target.value, ast.Name) and target.value.id == "state"
    owner = Piece(lambda frame: None, 1) if is_state else compile_expression(compiler, target.value)
    key, value = compile_expression(compiler, target.slice), compile_expression(compiler, node.value)
    run_owner, run_key, run_value = owner.run, key.run, value.run

    def run_item(frame: Frame) -> None:
        whole, place, machine = run_owner(frame), run_key(frame), frame[MACHINE]
        machine.line = line
        old = host.get_state(machine, place) if is_state else items.get_item(machine, whole, place)
        new = operate(frame, old, run_value(frame))
        machine.line = line
        if is_state:
            host.set_state(machine, place, new)
        else:
            items.set_item(machine, whole, place, new)

    return Step(run_item, 2 + owner.cost + key.cost + value.cost)


def make_update(sign: str, old: Piece, value: Piece, operate: Callable[[Frame, Any, Any], Any]) -> Run:
    """Return what gives the new value of a name: on the spot where both sides are numbers."""
    if sign in FAST_ARITHMETIC:
        return make_arithmetic(FAST_ARITHMETIC[sign], old, value, operate)
    run_old, run_value = old.run, value.run
    return lambda frame: operate(frame, run_old(frame), run_value(frame))


def compile_delete(compiler: "FunctionCompiler", node: ast.Delete) -> Step:
    """Return `del`."""
    steps: list[Run] = []
    cost = 1
    for target in node.targets:
        assert isinstance(target, ast.Subscript)
        is_state = isinstance(target.value, ast.Name) and target.value.id == "state"
        owner = Piece(lambda frame: None, 1) if is_state else compile_expression(compiler, target.value)
        key = compile_expression(compiler, target.slice)
        cost += 1 + owner.cost + key.cost
        steps.append(make_delete(owner.run, key.run, is_state, node.lineno))
    return Step(make_sequence(steps, False), cost)


def make_delete(run_owner: Run, run_key: Run, is_state: bool, line: int) -> Run:
    """Return what takes away one item or key."""

    def run_delete(frame: Frame) -> None:
        whole, key, machine = run_owner(frame), run_key(frame), frame[MACHINE]
        machine.line = line
        if is_state:
            host.delete_state(machine, key)
        else:
            items.delete_item(machine, whole, key)

    return run_delete
