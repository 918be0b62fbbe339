"""Line coverage: which lines of a contract were ever run, on a kit's chain.

A line counts if a statement begins on it; a line that was never run was never tested. `Coverage` is what loads contracts for such a chain:
its engine notes each statement before it runs, costs the same gas and comes to the same results.

Simplifications: lines, not branches: of `a or b`, nobody knows whether `b` was ever worked out. What other processes run is not seen.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from minichain.contracts.engines import load_with
from minichain.contracts.python.engine import Program, compile_contract
from minichain.contracts.system.runtimes import Loaded


@dataclass(frozen=True)
class LineCoverage:
    """Which lines of a contract were run."""

    contract: str
    lines: tuple[int, ...]
    """Those on which statements begin."""
    run: tuple[int, ...]

    @property
    def missed(self) -> tuple[int, ...]:
        """Those that were never run."""
        return tuple(sorted(set(self.lines) - set(self.run)))

    @property
    def percent(self) -> int:
        """How many of a hundred lines were run, rounded down: 100 means all."""
        return 100 * len(self.run) // len(self.lines) if self.lines else 100


class Coverage:
    """Loads contracts, and notes which of their lines are run."""

    def __init__(self) -> None:
        self._run: dict[str, set[int]] = {}

    def load(self, code: bytes) -> Loaded:
        """Return a contract that is ready to run: the runtime PYTHON of a chain."""
        return load_with(self.compile, code)

    def compile(self, source: str) -> Program:
        """Return the program of a source, which notes its lines here."""
        return compile_contract(source, self._run.setdefault(source, set()).add)

    def measure(self, contract: str, source: str) -> LineCoverage:
        """Return which lines of a source were run so far."""
        return LineCoverage(contract, tuple(sorted(set(walk_lines(source)))), tuple(sorted(self._run.get(source, set()))))


def walk_lines(source: str) -> Iterator[int]:
    """Yield the lines on which statements of functions begin. A docstring does nothing, so it is none."""
    for function in ast.parse(source).body:
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
                if isinstance(node, ast.stmt) and node is not function and not is_text:
                    yield node.lineno


def format_coverage(coverage: LineCoverage, source: str) -> str:
    """Return the source with a mark at every line that was never run."""
    missed = set(coverage.missed)
    lines = [f"{'!' if number in missed else ' '} {text}".rstrip() for number, text in enumerate(source.splitlines(), 1)]
    return "\n".join([f"{coverage.contract}: {coverage.percent} % of {len(coverage.lines)} lines were run", *lines])
