"""Source text, made ready to run: visible and hidden statements told apart, what T may run chosen."""

import ast
import symtable
from _thread import allocate_lock
from collections.abc import Container
from dataclasses import dataclass
from types import CodeType
from typing import Final

from autograder.split.magics import transform_magics

_COMPUTING: Final = frozenset(
    "abs all any bin bool bytearray bytes chr complex dict divmod enumerate filter float frozenset hex int len list map max min oct ord "
    "pow range repr reversed round set slice sorted str sum tuple zip".split()
)
"""Built-in functions whose value depends on their arguments alone."""
_COMPUTING_LIBRARIES: Final = frozenset("numpy pandas math cmath datetime fractions decimal collections pathlib string".split())
_VARYING: Final = frozenset(
    "random rand randn randint choice shuffle permutation sample default_rng empty empty_like now today utcnow cwd home memmap".split()
)
"""What of these libraries gives another value each time."""
_DEFINITIONS: Final = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_HIDDEN_BEGIN: Final = "BEGIN HIDDEN TESTS"
_HIDDEN_END: Final = "END HIDDEN TESTS"
_PARSING: Final = allocate_lock()
"""Held while a tree is built: in Python 3.11 and 3.12 two threads that do so at once upset each other (gh-106905). S imports this, and
`threading` itself would make each fork dearer."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Consecutive statements of a test cell, all visible or all hidden. `is_last_value`: an expression whose value is the result."""

    code: CodeType
    hidden: bool
    is_last_value: bool = False


def read_cell(source: str) -> ast.Module:
    """Return the syntax tree of a cell, IPython's own syntax made plain. Raises SyntaxError, or ValueError for a null character."""
    plain = transform_magics(source)
    with _PARSING:
        return ast.parse(plain)


def compile_segments(source: str, filename: str) -> list[Segment]:
    """Compile a test cell into its visible and hidden parts, in order. Raises SyntaxError.

    A statement that holds a hidden line is hidden as a whole. As in a notebook, the value of a last expression is the cell's result,
    unless a semicolon follows it.
    """
    source = transform_magics(source)
    tree = ast.parse(source, filename)
    hidden_lines = find_hidden_lines(source)
    shows_value = bool(tree.body) and isinstance(tree.body[-1], ast.Expr) and not source.rstrip().endswith(";")
    segments: list[Segment] = []
    group: list[ast.stmt] = []
    group_hidden = False
    for statement in tree.body[:-1] if shows_value else tree.body:
        hidden = not hidden_lines.isdisjoint(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
        if group and hidden != group_hidden:
            segments.append(_compile_group(group, filename, group_hidden))
            group = []
        group.append(statement)
        group_hidden = hidden
    if group:
        segments.append(_compile_group(group, filename, group_hidden))
    if shows_value and isinstance(tree.body[-1], ast.Expr):
        last = tree.body[-1]
        code = compile_awaiting(ast.Expression(last.value), filename, "eval")
        segments.append(Segment(code, last.lineno in hidden_lines, is_last_value=True))
    return segments


def _compile_group(statements: list[ast.stmt], filename: str, hidden: bool) -> Segment:
    return Segment(compile_awaiting(ast.Module(statements, []), filename, "exec"), hidden)


def compile_awaiting(tree: ast.AST, filename: str, mode: str) -> CodeType:
    """Compile source that may await something at its top level, as a cell may; see `autograder.split.operators.run_code`."""
    code: CodeType = compile(tree, filename, mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)  # type: ignore[call-overload]
    return code


def find_hidden_lines(source: str) -> set[int]:
    """Return the numbers of the lines of a test cell that are not handed out."""
    lines: set[int] = set()
    inside = False
    for number, line in enumerate(source.split("\n"), start=1):
        inside = (inside or _HIDDEN_BEGIN in line) and _HIDDEN_END not in line
        if inside:
            lines.add(number)
    return lines


def keep_definitions(source: str, constants: set[str] | None = None, imports: dict[str, str] | None = None) -> str:
    """Return what T runs of a plain cell of the lab: its imports, functions, classes and constants.

    A constant is made of literals, earlier constants and of functions, built in or of a library, that only compute, and nothing else
    changes it. `constants` are those of earlier cells, and `imports` tells where the names come from that those import; this cell's are
    added to them. The tools of a test are the
    lab's, too: a `TestCase`, a lambda, another name for a library's function. All else in a plain cell may depend on the learner's answers,
    and is S's.

    >>> keep_definitions("import math\\nlimit = 3\\nroot = bytes.fromhex('00' * limit)\\nprint(answer())")
    "import math\\nlimit = 3\\nroot = bytes.fromhex('00' * limit)"
    """
    known = set() if constants is None else constants
    imported = {} if imports is None else imports
    try:
        body = read_cell(source).body
    except (SyntaxError, ValueError):
        return ""
    for statement in body:
        if isinstance(statement, ast.Import):
            imported |= {alias.asname or alias.name.partition(".")[0]: alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            imported |= {alias.asname or alias.name: f"{statement.module}.{alias.name}" for alias in statement.names}
    kept: list[ast.stmt] = []
    changed: set[str] = set()
    while True:
        found = _sort_statements(body, known, changed, kept, imported)
        if found <= changed:
            break
        changed |= found
    known -= changed
    known |= set().union(*(_get_names(statement, ast.Store) for statement in kept if not isinstance(statement, _DEFINITIONS)))
    return "\n".join(map(ast.unparse, kept))


def _sort_statements(body: list[ast.stmt], known: set[str], changed: set[str], kept: list[ast.stmt], imported: dict[str, str]) -> set[str]:
    """Put into `kept` the definitions and constants of a cell, but for the `changed` ones; return the names that the rest changes."""
    kept.clear()
    constants, found, tools = known - changed, set[str](), set[str]()
    for statement in body:
        names = _get_names(statement, ast.Store)
        if isinstance(statement, _DEFINITIONS):
            kept.append(statement)
        elif _is_tool(statement, body, imported):
            tools |= names
            kept.append(statement)
        elif (
            isinstance(statement, ast.Assign | ast.AnnAssign) and changed.isdisjoint(names) and _is_constant(statement, constants, imported)
        ):
            constants |= names
            kept.append(statement)
        else:
            found |= _find_changed(statement)
    return found - tools


def _is_tool(statement: ast.stmt, body: list[ast.stmt], imported: Container[str]) -> bool:
    """Answer whether a statement gives a name what a test checks with: a lambda, a function of a library under another name
    (`close = np.allclose`, `partial(np.allclose, atol=1)`), or a `TestCase` of unittest. In S, learner code would decide what it says."""
    if not isinstance(statement, ast.Assign) or not all(isinstance(target, ast.Name) for target in statement.targets):
        return False
    value = statement.value
    if isinstance(value, ast.Lambda) or _is_imported(value, imported):
        return True
    if not isinstance(value, ast.Call):
        return False
    made = _get_last_name(value.func)
    if made == "partial":
        fixed = [*value.args[1:], *(keyword.value for keyword in value.keywords)]
        is_fixed = all(isinstance(part, ast.Constant) or _is_imported(part, imported) for part in fixed)
        return is_fixed and bool(value.args) and _is_imported(value.func, imported) and _is_imported(value.args[0], imported)
    bases = [base for node in body if isinstance(node, ast.ClassDef) and node.name == made for base in node.bases]
    return not value.args and "TestCase" in map(_get_last_name, (value.func, *bases))


def _is_imported(node: ast.expr, imported: Container[str]) -> bool:
    """Answer whether an expression is an imported name, or an attribute of one."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in imported


def _get_last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _find_changed(statement: ast.stmt) -> set[str]:
    """Return the names that a statement may give another value, or whose value it may change in place."""
    names = _get_names(statement, ast.Store) | _get_names(statement, ast.Del)
    for node in ast.walk(statement):
        holders: list[ast.expr] = []
        if isinstance(node, ast.Attribute) or (isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load)):
            holders = [node.value]
        elif isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in _COMPUTING | {"print"}):
            holders = [*node.args, *(keyword.value for keyword in node.keywords)]
        names |= {holder.id for holder in holders if isinstance(holder, ast.Name)}
    return names


def _is_constant(statement: ast.Assign | ast.AnnAssign, known: set[str], imported: dict[str, str]) -> bool:
    """Answer whether a statement gives names, and nothing else, a value that is the same in every process."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    if statement.value is None or any(isinstance(node, ast.Attribute | ast.Subscript) for target in targets for node in ast.walk(target)):
        return False
    if any(isinstance(node, ast.Attribute) and node.attr in _VARYING for node in ast.walk(statement.value)):
        return False
    origins = {name: origin.split(".") for name, origin in imported.items()}
    computing = {name for name, parts in origins.items() if parts[0] in _COMPUTING_LIBRARIES and _VARYING.isdisjoint(parts)}
    return _get_names(statement.value, ast.Load) <= known | _COMPUTING | computing | _get_names(statement.value, ast.Store)


def _get_names(tree: ast.AST, context: type[ast.expr_context]) -> set[str]:
    """Return the names that a piece of source reads (Load) or binds (Store)."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, context)}


def find_bound_names(source: str) -> set[str]:
    """Return the global names that a cell gives a value: at its top level, or in a function that declares them global.

    >>> sorted(find_bound_names("import os\\ncount = 0\\ndef step(by):\\n    global total\\n    total = old = by"))
    ['count', 'step', 'total']
    """
    try:
        waiting = [symtable.symtable(transform_magics(source), "<cell>", "exec")]
    except (SyntaxError, ValueError):
        return set()
    names: set[str] = set()
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        is_module = table.get_type() == "module"
        names |= {s.get_name() for s in table.get_symbols() if s.is_assigned() and (is_module or s.is_declared_global())}
    return names


def compile_cell(source: str, filename: str) -> tuple[CodeType, CodeType | None]:
    """Compile a cell of the learner: its statements, and its last expression if it ends with one. Raises SyntaxError."""
    source = transform_magics(source)
    tree = ast.parse(source, filename)
    last: CodeType | None = None
    if tree.body and isinstance(tree.body[-1], ast.Expr) and not source.rstrip().endswith(";"):
        last = compile_awaiting(ast.Expression(tree.body.pop().value), filename, "eval")  # type: ignore[attr-defined]
    return compile_awaiting(tree, filename, "exec"), last
