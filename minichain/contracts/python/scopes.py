"""Which names a function gives values to: Python decides it by looking at the whole function, before anything runs."""

import ast
from collections.abc import Collection, Iterable, Iterator


def list_targets(node: ast.expr) -> Iterator[str]:
    """Yield the names that a target gives a value to."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Tuple | ast.List):
        for part in node.elts:
            yield from list_targets(part)


def list_assigned(statements: list[ast.stmt]) -> Iterator[str]:
    """Yield the names that statements give values to, in the order of the text. Comprehensions keep theirs to themselves."""
    for node in statements:
        match node:
            case ast.Assign():
                for target in node.targets:
                    yield from list_targets(target)
            case ast.AugAssign() | ast.AnnAssign():
                yield from list_targets(node.target)
            case ast.For():
                yield from list_targets(node.target)
                yield from list_assigned(node.body)
            case ast.While():
                yield from list_assigned(node.body)
            case ast.If():
                yield from list_assigned(node.body)
                yield from list_assigned(node.orelse)


def find_assigned(node: ast.FunctionDef) -> tuple[str, ...]:
    """Return the local names of a function, its parameters first."""
    parameters = [argument.arg for argument in node.args.args]
    return tuple(dict.fromkeys([*parameters, *list_assigned(node.body)]))


def list_loads(nodes: Iterable[ast.expr], names: Collection[str]) -> Iterator[ast.Name]:
    """Yield the places in expressions where one of these names stands."""
    for node in nodes:
        yield from [inner for inner in ast.walk(node) if isinstance(inner, ast.Name) and inner.id in names]
