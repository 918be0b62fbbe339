"""From the syntax trees of statements to closures, one function of the contract at a time.

A statement's closure returns None, or a signal: BREAK, CONTINUE or RETURN. So nothing is thrown to leave a loop. A block is a list of
closures that are run in turn; what surely runs is paid for at its beginning, and again behind every statement that may leave it.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from minichain.contracts.kinds import RecordKind, describe
from minichain.contracts.python import host, items
from minichain.contracts.python.assignments import compile_annotated, compile_assign, compile_augmented, compile_delete
from minichain.contracts.python.builtins import to_text
from minichain.contracts.python.expressions import compile_expression
from minichain.contracts.python.machine import BREAK, CONTINUE, FIRST_LOCAL, MACHINE, METER, RESULT, RETURN, Frame, Run, exhaust
from minichain.contracts.python.parts import Function
from minichain.contracts.python.pieces import Piece, make_charged
from minichain.contracts.python.steps import Step, make_charge, make_sequence

Bind = Callable[[Frame, Any], None]


@dataclass
class Target:
    """A function as its callers see it. What is compiled is filled in once all are there, because functions may call each other."""

    name: str
    parameters: tuple[str, ...]
    defaults: tuple[Any, ...]
    is_query: bool
    run: Run = lambda frame: None
    cost: int = 0
    height: int = 1
    blank: tuple[Any, ...] = ()


class FunctionCompiler:
    """Compiles one function, or the expression of a constant."""

    def __init__(
        self,
        function: Function | None,
        targets: Mapping[str, Target],
        kinds: Mapping[str, RecordKind],
        constants: Mapping[str, Any],
        note_line: Callable[[int], None] | None = None,
    ) -> None:
        self.targets, self.kinds, self.constants, self.note_line = targets, kinds, constants, note_line
        names = function.names if function else ()
        self.size = FIRST_LOCAL + len(names)
        self.scopes: list[dict[str, int]] = [{name: FIRST_LOCAL + place for place, name in enumerate(names)}]
        self.assigned: set[int] = set(range(FIRST_LOCAL, FIRST_LOCAL + (len(function.parameters) if function else 0)))
        """The places that surely have a value where the compiler is now."""

    def find_slot(self, name: str) -> int | None:
        """Return the place of a local name in the frame."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return None

    def is_assigned(self, name: str) -> bool:
        """Return whether a name surely has a value here."""
        return self.find_slot(name) in self.assigned

    def open_scope(self, names: Sequence[str]) -> None:
        """Begin a comprehension with these names."""
        fresh = list(dict.fromkeys(names))
        self.scopes.append({name: self.size + place for place, name in enumerate(fresh)})
        self.size += len(fresh)

    def close_scope(self) -> None:
        """End a comprehension."""
        self.scopes.pop()

    def compile_target(self, node: ast.expr) -> tuple[Bind, int]:
        """Return what gives a value to a target, and the nodes that it takes."""
        if isinstance(node, ast.Name):
            slot = self.find_slot(node.id)
            assert slot is not None
            place = slot
            self.assigned.add(place)

            def bind_name(frame: Frame, value: Any) -> None:
                frame[place] = value

            return bind_name, 1
        if isinstance(node, ast.Subscript):
            return self.compile_item_target(node)
        assert isinstance(node, ast.Tuple | ast.List)
        compiled = [self.compile_target(part) for part in node.elts]
        binds, line = [bind for bind, _ in compiled], node.lineno

        def bind_parts(frame: Frame, value: Any) -> None:
            machine = frame[MACHINE]
            machine.line = line
            count = len(value) if type(value) in (list, tuple, str, bytes, dict) else -1
            if count != len(binds):
                machine.fail(f"{len(binds)} names get {describe(value)}{'' if count < 0 else f' with {count} items'}")
            for bind, part in zip(binds, list(value), strict=True):
                bind(frame, part)

        return bind_parts, 1 + sum(cost for _, cost in compiled)

    def compile_item_target(self, node: ast.Subscript) -> tuple[Bind, int]:
        """Return what gives a value to an item or a key of the state."""
        key, line = compile_expression(self, node.slice), node.lineno
        run_key = key.run
        if isinstance(node.value, ast.Name) and node.value.id == "state":

            def bind_state(frame: Frame, value: Any) -> None:
                place, machine = run_key(frame), frame[MACHINE]
                machine.line = line
                host.set_state(machine, place, value)

            return bind_state, 2 + key.cost
        owner = compile_expression(self, node.value)
        run_owner = owner.run

        def bind_item(frame: Frame, value: Any) -> None:
            whole, place, machine = run_owner(frame), run_key(frame), frame[MACHINE]
            machine.line = line
            items.set_item(machine, whole, place, value)

        return bind_item, 1 + owner.cost + key.cost

    # Blocks

    def compile_block(self, nodes: Sequence[ast.stmt]) -> Step:
        """Return a block. Its cost is that of its first straight piece; the others pay for themselves."""
        steps = [self.compile_statement(node) for node in nodes]
        runs: list[Run] = []
        first_cost: int | None = None
        start = 0
        for place, step in enumerate(steps):
            if step.may_leave or place == len(steps) - 1:
                cost = sum(one.cost for one in steps[start : place + 1])
                if first_cost is None:
                    first_cost = cost
                else:
                    runs.append(make_charge(cost, nodes[start].lineno))
                runs.extend(one.run for one in steps[start : place + 1])
                start = place + 1
        may_leave = any(step.may_leave for step in steps)
        return Step(make_sequence(runs, may_leave), first_cost or 0, may_leave)

    def compile_statement(self, node: ast.stmt) -> Step:
        """Return a statement, which tells its line first if somebody asks for that."""
        step: Step = STATEMENTS[type(node)](self, node)
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if self.note_line is None or is_text:
            return step
        note, line, run = self.note_line, node.lineno, step.run

        def run_noted(frame: Frame) -> Any:
            note(line)
            return run(frame)

        return replace(step, run=run_noted)


def compile_for(compiler: FunctionCompiler, node: ast.For) -> Step:
    """Return a for loop."""
    source, line = compile_expression(compiler, node.iter), node.lineno
    before = set(compiler.assigned)
    bind, target_cost = compiler.compile_target(node.target)
    body = compiler.compile_block(node.body)
    compiler.assigned = before
    run_source, run_body, cost = source.run, body.run, target_cost + body.cost

    def run_for(frame: Frame) -> Any:
        values, machine, meter = run_source(frame), frame[MACHINE], frame[METER]
        machine.line = line
        for item in items.iterate(machine, values):
            meter.used += cost
            if meter.used > meter.limit:
                exhaust(frame, line)
            bind(frame, item)
            signal = run_body(frame)
            if signal is not None:
                if signal is BREAK:
                    break
                if signal is RETURN:
                    return RETURN
        return None

    return Step(run_for, 1 + source.cost, has_return(node.body))


def compile_while(compiler: FunctionCompiler, node: ast.While) -> Step:
    """Return a while loop. Its test is paid for before it is made: the first time with what is around, then with the body."""
    test, line = compile_expression(compiler, node.test), node.lineno
    before = set(compiler.assigned)
    body = compiler.compile_block(node.body)
    compiler.assigned = before
    run_test, run_body, cost, test_cost = test.run, body.run, body.cost, test.cost

    def run_while(frame: Frame) -> Any:
        meter = frame[METER]
        while run_test(frame):
            meter.used += cost
            if meter.used > meter.limit:
                exhaust(frame, line)
            signal = run_body(frame)
            if signal is not None:
                if signal is BREAK:
                    break
                if signal is RETURN:
                    return RETURN
            meter.used += test_cost
            if meter.used > meter.limit:
                exhaust(frame, line)
        return None

    return Step(run_while, 1 + test_cost, has_return(node.body))


def has_return(nodes: Sequence[ast.stmt]) -> bool:
    """Return whether a loop can be left by return."""
    return any(isinstance(inner, ast.Return) for node in nodes for inner in ast.walk(node))


def compile_if(compiler: FunctionCompiler, node: ast.If) -> Step:
    """Return if, elif and else."""
    test = compile_expression(compiler, node.test)
    before = set(compiler.assigned)
    body = compiler.compile_block(node.body)
    after_body, compiler.assigned = compiler.assigned, set(before)
    other = compiler.compile_block(node.orelse)
    compiler.assigned &= after_body
    run_body = make_charged(Piece(body.run, body.cost), node.body[0].lineno)
    run_other = make_charged(Piece(other.run, other.cost), node.orelse[0].lineno) if node.orelse else None
    run_test, may_leave = test.run, body.may_leave or other.may_leave
    if run_other is None:
        return Step(lambda frame: run_body(frame) if run_test(frame) else None, 1 + test.cost, may_leave)
    run_else = run_other
    return Step(lambda frame: run_body(frame) if run_test(frame) else run_else(frame), 1 + test.cost, may_leave)


def compile_jump(compiler: FunctionCompiler, node: ast.Break | ast.Continue) -> Step:
    """Return break or continue."""
    signal = BREAK if isinstance(node, ast.Break) else CONTINUE
    return Step(lambda frame: signal, 1, may_leave=True)


def compile_return(compiler: FunctionCompiler, node: ast.Return) -> Step:
    """Return `return value`."""
    if node.value is None:
        return Step(lambda frame: RETURN, 1, may_leave=True)
    piece = compile_expression(compiler, node.value)
    run = piece.run

    def run_return(frame: Frame) -> str:
        frame[RESULT] = run(frame)
        return RETURN

    return Step(run_return, 1 + piece.cost, may_leave=True)


def compile_assert(compiler: FunctionCompiler, node: ast.Assert) -> Step:
    """Return assert. Its text is worked out, and paid for, only if it is needed."""
    test, line = compile_expression(compiler, node.test), node.lineno
    run_test, run_text = test.run, None if node.msg is None else make_charged(compile_expression(compiler, node.msg), node.msg.lineno)

    def run_assert(frame: Frame) -> None:
        if not run_test(frame):
            text = "an assertion is false" if run_text is None else run_text(frame)
            fail_with(frame, text, line)

    return Step(run_assert, 1 + test.cost)


def fail_with(frame: Frame, text: Any, line: int) -> None:
    """End the call with a text of the contract."""
    machine = frame[MACHINE]
    machine.line = line
    machine.fail(to_text(machine, text))


def compile_raise(compiler: FunctionCompiler, node: ast.Raise) -> Step:
    """Return raise."""
    assert isinstance(node.exc, ast.Call)
    piece, line = compile_expression(compiler, node.exc.args[0]), node.lineno
    run = piece.run
    return Step(lambda frame: fail_with(frame, run(frame), line), 3 + piece.cost)


def compile_alone(compiler: FunctionCompiler, node: ast.Expr) -> Step:
    """Return a call that stands alone. A docstring does nothing."""
    if isinstance(node.value, ast.Constant):
        return Step(lambda frame: None, 0)
    piece = compile_expression(compiler, node.value)
    run = piece.run

    def run_alone(frame: Frame) -> None:
        run(frame)

    return Step(run_alone, 1 + piece.cost)


def compile_pass(compiler: FunctionCompiler, node: ast.Pass) -> Step:
    """Return pass."""
    return Step(lambda frame: None, 1)


STATEMENTS: Final[Mapping[type[ast.stmt], Callable[..., Step]]] = {
    ast.Assign: compile_assign,
    ast.AnnAssign: compile_annotated,
    ast.AugAssign: compile_augmented,
    ast.Delete: compile_delete,
    ast.For: compile_for,
    ast.While: compile_while,
    ast.If: compile_if,
    ast.Return: compile_return,
    ast.Assert: compile_assert,
    ast.Raise: compile_raise,
    ast.Expr: compile_alone,
    ast.Pass: compile_pass,
    ast.Break: compile_jump,
    ast.Continue: compile_jump,
}
