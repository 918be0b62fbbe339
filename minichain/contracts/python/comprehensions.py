"""Comprehensions: loops that stand in an expression. Their names lie in the frame of the function, where nothing else can see them."""

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from minichain.contracts.python import gas, items
from minichain.contracts.python.machine import MACHINE, METER, Frame, Run, exhaust
from minichain.contracts.python.pieces import Piece, make_charged
from minichain.contracts.python.scopes import list_targets

if TYPE_CHECKING:
    from minichain.contracts.python.statements import FunctionCompiler

Sink = Callable[[Frame, Any], bool]
"""Takes what is found in a frame; True ends the whole comprehension."""


def compile_comprehension(compiler: "FunctionCompiler", node: ast.ListComp | ast.DictComp | ast.GeneratorExp) -> Piece:
    """Return a list or a dict; of an expression in brackets, the list of its items."""
    line = node.lineno
    if isinstance(node, ast.DictComp):
        return compile_loops(compiler, node.generators, [node.key, node.value], lambda runs: make_dict_sink(runs[0], runs[1], line), dict)
    return compile_loops(compiler, node.generators, [node.elt], lambda runs: make_list_sink(runs[0], line), list)


def compile_search(compiler: "FunctionCompiler", node: ast.GeneratorExp, wanted: bool) -> Piece:
    """Return any(...) or all(...): the loop ends with the first item that decides."""

    def make_sink(runs: list[Run]) -> Sink:
        run = runs[0]

        def search(frame: Frame, found: Any) -> bool:
            if bool(run(frame)) is wanted:
                found.append(wanted)
                return True
            return False

        return search

    piece = compile_loops(compiler, node.generators, [node.elt], make_sink, list)
    run_loops = piece.run
    return Piece(lambda frame: bool(run_loops(frame)) is wanted, piece.cost)


def make_list_sink(run: Run, line: int) -> Sink:
    """Return what appends an item."""

    def append(frame: Frame, found: Any) -> bool:
        item = run(frame)
        if len(found) >= gas.MAX_ITEMS:
            frame[MACHINE].line = line
            frame[MACHINE].make_items(1, len(found))
        found.append(item)
        return False

    return append


def make_dict_sink(run_key: Run, run_value: Run, line: int) -> Sink:
    """Return what stores a pair."""

    def store(frame: Frame, found: Any) -> bool:
        key, value, machine = run_key(frame), run_value(frame), frame[MACHINE]
        machine.line = line
        items.set_item(machine, found, key, value)
        return False

    return store


def compile_loops(
    compiler: "FunctionCompiler",
    generators: Sequence[ast.comprehension],
    elements: Sequence[ast.expr],
    make_sink: Callable[[list[Run]], Sink],
    make: Callable[[], Any],
) -> Piece:
    """Return the piece of a comprehension, whose first iterable belongs to what is around it."""
    from minichain.contracts.python.expressions import compile_expression

    first = compile_expression(compiler, generators[0].iter)
    compiler.open_scope([name for generator in generators for name in list_targets(generator.target)])
    loops: list[tuple[Run, Callable[[Frame, Any], None], list[Run], int, int]] = []
    for place, generator in enumerate(generators):
        line = generator.iter.lineno
        source = first.run if place == 0 else make_charged(compile_expression(compiler, generator.iter), line)
        bind, cost = compiler.compile_target(generator.target)
        tests = [make_charged(compile_expression(compiler, test), line) for test in generator.ifs]
        loops.append((source, bind, tests, cost, line))
    pieces = [compile_expression(compiler, element) for element in elements]
    line = elements[0].lineno
    # The first element pays for all of them, and for the place that the item takes.
    rest = sum(piece.cost for piece in pieces[1:]) + gas.ITEM
    sink = make_sink([make_charged(pieces[0], line, rest), *[piece.run for piece in pieces[1:]]])
    compiler.close_scope()
    for source, bind, tests, cost, line in reversed(loops):
        sink = make_loop(source, bind, tests, cost, line, sink)
    run = sink

    def run_comprehension(frame: Frame) -> Any:
        found = make()
        run(frame, found)
        return found

    return Piece(run_comprehension, 1 + first.cost)


def make_loop(source: Run, bind: Callable[[Frame, Any], None], tests: list[Run], cost: int, line: int, inner: Sink) -> Sink:
    """Return one `for ... if ...` of a comprehension, around another or the item."""

    def loop(frame: Frame, found: Any) -> bool:
        values, machine, meter = source(frame), frame[MACHINE], frame[METER]
        machine.line = line
        for item in items.iterate(machine, values):
            meter.used += cost
            if meter.used > meter.limit:
                exhaust(frame, line)
            bind(frame, item)
            for test in tests:
                if not test(frame):
                    break
            else:
                if inner(frame, found):
                    return True
        return False

    return loop
