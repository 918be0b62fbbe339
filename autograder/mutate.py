"""Mutants: copies of a model solution with one small fault each, to see whether a lab's tests notice it.

The faults are those of mutmut (github.com/boxed/mutmut, BSD-3), the same for every lab: another operator, constant, comparison, keyword,
argument, branch or value. Of mutmut only the mutator is used, never its runner, so no configuration file is read and nothing is written:
its operators, and its visitor that finds where each of them fits. Its rules for what is worth a mutant hold too (no annotations, no
docstrings, no arguments of `len`). One rule is ours: what is raised is left alone, because the words of an exception are no part of a task.

Simplifications: each mutant has one fault. Tools with higher-order mutants combine several, and find tests that two faults together fool.
"""

import ast
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import libcst as cst
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import Mutation, MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

from autograder.errors import LabError

_BEGIN: Final = "### BEGIN SOLUTION"
_END: Final = "### END SOLUTION"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A solution cell with one fault: `source` is the whole cell; `line`, counted from 1, is where `before` became `after`."""

    task: str
    line: int
    before: str
    after: str
    source: str


class _Visitor(MutationVisitor):
    """mutmut's search, which stays out of `raise` statements."""

    def on_visit(self, node: cst.CSTNode) -> bool:
        return not isinstance(node, cst.Raise) and super().on_visit(node)


def build_mutants(solutions: Mapping[str, str]) -> list[Mutant]:
    """Return all mutants of solution cells (task id to source), always in the same order."""
    return [mutant for task, source in solutions.items() for mutant in mutate_cell(task, source)]


def mutate_cell(task: str, source: str) -> Iterator[Mutant]:
    """Yield the mutants of one cell. What parses to the same program as the cell, or as an earlier mutant of it, is none.

    >>> [f"{mutant.before} -> {mutant.after}" for mutant in mutate_cell("half", "def half(n):\\n    return n // 2")]
    ['return n // 2 -> return n / 2', 'return n // 2 -> return n // 3']
    """
    try:
        wrapper = MetadataWrapper(cst.parse_module(source))
    except cst.ParserSyntaxError as error:
        raise LabError(f"task {task}: libcst, by which mutmut reads Python, does not understand line {error.raw_line}") from None
    visitor = _Visitor(mutation_operators, IgnoredCode(set(), set(), set()), _find_lines(source))
    module = wrapper.visit(visitor)
    programs = {ast.dump(ast.parse(source))}
    for mutation in visitor.mutations:
        mutated = _apply(module, mutation)
        try:
            program = ast.dump(ast.parse(mutated))
        except SyntaxError:
            continue
        if program not in programs:
            programs.add(program)
            yield _describe(task, source, mutated)


def _find_lines(source: str) -> set[int]:
    """Return the numbers of the lines that are the learner's to write: those of the solution regions, or else all."""
    inside, lines = False, set()
    for number, line in enumerate(source.split("\n"), start=1):
        if _BEGIN in line or _END in line:
            inside = _BEGIN in line
        elif inside:
            lines.add(number)
    return lines or set(range(1, source.count("\n") + 2))


def _apply(module: cst.Module, mutation: Mutation) -> str:
    changed = module.deep_replace(mutation.original_node, mutation.mutated_node)
    assert isinstance(changed, cst.Module)
    return changed.code


def _describe(task: str, source: str, mutated: str) -> Mutant:
    """Return the mutant with the lines in which the two texts differ, without their indentation."""
    old, new = source.split("\n"), mutated.split("\n")
    shorter = min(len(old), len(new))
    start = next((number for number in range(shorter) if old[number] != new[number]), shorter)
    same = next((number for number in range(shorter - start) if old[-1 - number] != new[-1 - number]), shorter - start)
    before, after = (textwrap.dedent("\n".join(lines[start : len(lines) - same])) for lines in (old, new))
    return Mutant(task, start + 1, before, after, mutated)
