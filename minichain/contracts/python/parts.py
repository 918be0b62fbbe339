"""The parts that a contract's source has: what the check finds, and the compiler works on."""

import ast
from dataclasses import dataclass, field, replace

from minichain.contracts.kinds import RecordKind, Type
from minichain.contracts.python import gas
from minichain.contracts.python.errors import Problem


@dataclass
class Function:
    """A function of the contract."""

    name: str
    node: ast.FunctionDef
    parameters: dict[str, Type] = field(default_factory=dict)
    defaults: list[ast.expr] = field(default_factory=list)
    """Of the last parameters."""
    result: Type = field(default_factory=lambda: Type("None"))
    is_query: bool = False
    names: tuple[str, ...] = ()
    """All that it gives values to, its parameters first."""


@dataclass(frozen=True)
class RecordSource:
    """A record, and the expressions that stand behind its last fields."""

    kind: RecordKind
    defaults: list[ast.expr]


@dataclass(frozen=True)
class Contract:
    """A contract that keeps to the subset."""

    nodes: int
    records: dict[str, RecordSource]
    constants: dict[str, ast.expr]
    functions: dict[str, Function]
    values: dict[str, object]
    """Of the constants, once they are worked out."""
    fields: set[str] = field(default_factory=lambda: {"code", "result", "message"})
    """Of all records, those of `Reply` included."""


class Problems:
    """Collects what is wrong with a source."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.found: list[Problem] = []
        """With columns as Python counts them."""

    def add(self, node: ast.AST, rule: str, sentence: str) -> bool:
        """Take note of a problem at a node. Return False: it is wrong."""
        if len(self.found) < gas.MAX_FOUND:
            self.found.append(Problem(getattr(node, "lineno", 1), getattr(node, "col_offset", 0), rule, sentence))
        return False

    def report(self) -> tuple[Problem, ...]:
        """Return the first problems in the order of the text, each once."""
        return tuple([replace(problem, column=self.count_column(problem)) for problem in sorted(set(self.found))[: gas.MAX_PROBLEMS]])

    def count_column(self, problem: Problem) -> int:
        """Return the column of a problem: Python counts bytes of UTF-8 from 0, people count characters from 1."""
        line = self.lines[problem.line - 1] if problem.line <= len(self.lines) else ""
        return len(line.encode()[: problem.column].decode(errors="replace")) + 1
