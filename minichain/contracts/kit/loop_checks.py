"""Which loops could a caller make as long as they like?

A `while` is fine if it counts: its condition compares a name that the loop changes with a constant or a length. A `for` over a parameter,
or over a `range` that depends on one, is fine if an assertion before it says how much there may be. Gas ends every loop, but a method
whose loop is ended so is of no use any more: that is how a list that only grows has locked contracts for ever.

Simplifications: an assertion that mentions the parameter is taken for a bound of it. Loops over what was computed are not looked at.
"""

import ast
from collections.abc import Iterator

from minichain.contracts.kit.findings import Contract, Finding, get_called, walk_names


def find_unbounded_loops(contract: Contract) -> Iterator[Finding]:
    """Yield each loop whose length a caller may choose."""
    for name, function in contract.functions.items():
        for node in ast.walk(function):
            if isinstance(node, ast.While) and not is_counting(node, contract):
                advice = "nothing here says how often the loop runs: count, and compare with a constant"
                yield Finding(node.lineno, "unbounded-loop", advice)
        if not name.startswith("_"):
            yield from find_long_inputs(function)


def is_counting(node: ast.While, contract: Contract) -> bool:
    """Return whether a condition compares a name that the loop changes with a constant, or with the length of something."""
    changed = {name for statement in node.body for name in list_changed(statement)}
    for part in ast.walk(node.test):
        if isinstance(part, ast.Compare):
            sides = [part.left, *part.comparators]
            counts = any(changed & set(walk_names(side)) for side in sides)
            bound = any(is_bound(side, contract) for side in sides)
            if counts and bound:
                return True
    return False


def list_changed(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement, or one inside of it, gives another value."""
    for node in ast.walk(statement):
        if isinstance(node, ast.AugAssign | ast.AnnAssign):
            yield from walk_names(node.target)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                yield from walk_names(target)


def is_bound(side: ast.expr, contract: Contract) -> bool:
    """Return whether one side of a comparison is a constant, or a length."""
    if isinstance(side, ast.Constant) and isinstance(side.value, int):
        return True
    return (isinstance(side, ast.Name) and side.id in contract.constants) or "len" in get_called(side)


def find_long_inputs(function: ast.FunctionDef) -> Iterator[Finding]:
    """Yield each loop of a public method over a parameter that no assertion before it mentions."""
    parameters = {argument.arg for argument in function.args.args}
    asserted: list[tuple[int, set[str]]] = []
    loops: list[tuple[int, ast.expr]] = []
    for node in ast.walk(function):
        is_way_out = isinstance(node, ast.If) and any(isinstance(one, ast.Raise | ast.Return) for one in node.body)
        if isinstance(node, ast.Assert) or (isinstance(node, ast.If) and is_way_out):
            asserted.append((node.lineno, set(walk_names(node.test))))
        elif isinstance(node, ast.For):
            loops.append((node.lineno, node.iter))
        elif isinstance(node, ast.ListComp | ast.DictComp | ast.GeneratorExp):
            loops += [(node.lineno, one.iter) for one in node.generators]
    for line, over in loops:
        bounded = set().union(*(names for asserted_line, names in asserted if asserted_line < line))
        for name in sorted(set(walk_names(over)) & parameters - bounded):
            if is_about_size(over, name):
                advice = f"the caller chooses how long {name} is: assert a largest length before the loop"
                yield Finding(line, "unbounded-loop", advice)


def is_about_size(over: ast.expr, name: str) -> bool:
    """Return whether a loop becomes longer with this name: not if it only chooses a page of the state."""
    match over:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="state"))):
            return any(name in walk_names(keyword.value) for keyword in over.keywords if keyword.arg == "limit")
    return True
