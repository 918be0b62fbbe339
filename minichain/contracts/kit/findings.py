"""What the checks share: a finding, a contract that was read for them, and which names an expression mentions."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from minichain.contracts.python.engine import compile_contract


@dataclass(frozen=True, order=True)
class Finding:
    """Something that the author of a contract should look at."""

    line: int
    rule: str
    advice: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.advice} [{self.rule}]"


@dataclass(frozen=True)
class Contract:
    """A contract's syntax tree, its functions, and the names of its constants."""

    tree: ast.Module
    functions: dict[str, ast.FunctionDef]
    constants: frozenset[str]

    def get_public(self) -> Iterator[ast.FunctionDef]:
        """Yield the functions that anybody may call."""
        for name, function in self.functions.items():
            if not name.startswith("_") and name not in ("init", "upgrade"):
                yield function


def read_contract(source: str) -> Contract:
    """Return a contract as the checks look at it; raise SourceError for one that cannot be deployed."""
    compile_contract(source)
    tree = ast.parse(source)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    assigned = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    targets = [target for node in assigned for target in (node.targets if isinstance(node, ast.Assign) else [node.target])]
    return Contract(tree, functions, frozenset(name for target in targets for name in walk_names(target)))


def walk_names(node: ast.AST) -> Iterator[str]:
    """Yield every name in a piece of source."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id


def get_called(node: ast.AST) -> Iterator[str]:
    """Yield the names of the functions that are called in a piece of source."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
            yield part.func.id


def is_query(function: ast.FunctionDef) -> bool:
    """Return whether a function only reads."""
    return any(isinstance(node, ast.Name) and node.id == "query" for node in function.decorator_list)
