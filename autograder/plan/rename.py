"""The same program with other names: what another learner with the same idea would have written.

Only names that are local to one function and nothing else are changed (ast, symbol by symbol), so that the program does what it did.

Simplification: names in strings, formatted strings, `except … as` and `match` are left alone, and so is every name that also means
something outside the function.
"""

import ast
import builtins
import random
from collections.abc import Iterator
from typing import Final

_BUILTIN: Final = frozenset(dir(builtins))
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def rename_locals(source: str, seed: str) -> str:
    """Return the source with other names for the local variables of its functions, drawn from `seed`.

    Source that is no Python is returned as it is.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return source
    draw = random.Random(seed)
    avoided = {*_BUILTIN, *_list_fixed(tree)}
    changes: list[tuple[int, int, int, str]] = []
    for function in _list_outermost(tree):
        names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)} - avoided
        new = {name: f"{name}_{''.join(draw.choices(_LETTERS, k=6))}" for name in sorted(names)}
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and node.id in new:
                changes.append((node.lineno, node.col_offset, len(node.id.encode()), new[node.id]))
    return _apply(source, changes)


def _list_fixed(tree: ast.AST) -> Iterator[str]:
    """Yield the names that mean something beyond one function's own statements."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name
            case ast.ClassDef():
                yield node.name
                yield from (inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store))
            case ast.arg(arg=name):
                yield name
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from names
            case ast.alias():
                yield (node.asname or node.name).partition(".")[0]
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name
            case ast.JoinedStr():  # before Python 3.12 the places of names in it are wrong
                yield from (inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))
    inside = {id(node) for function in _list_outermost(tree) for node in ast.walk(function)}
    yield from (node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in inside)


def _list_outermost(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the functions that are in no other function."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        else:
            yield from _list_outermost(node)


def _apply(source: str, changes: list[tuple[int, int, int, str]]) -> str:
    """Replace names at their places (line, byte in the line, length in bytes), the last first."""
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    for line, start, length, name in sorted(changes, reverse=True):
        text = lines[line - 1]
        lines[line - 1] = text[:start] + name.encode() + text[start + length :]
    return b"".join(lines).decode()
