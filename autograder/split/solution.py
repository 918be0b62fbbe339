"""What the lab's own solution tells of a lab: which names an answer binds, changes or imports, and which functions change an argument.

The split grader gives learner code no more power over a test than the solution needs. A learner may bind the names that the solution
binds, and no others of the test's; an argument of a test is changed under it only by a function that changes it in the solution too;
and a name that the solution only imports is, in a test, the library's own.

Simplifications: this is read from source text, so what hides behind `getattr` or `exec` is not found; a name that stands for a part of
an argument is followed through assignments and loops, not through containers.
"""

import ast
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from autograder.split.cells import find_bound_names, read_cell

_CHANGING: Final = frozenset(
    "append extend insert remove pop clear sort reverse update setdefault popitem add discard appendleft extendleft popleft rotate "
    "intersection_update difference_update symmetric_difference_update fill put itemset resize partition byteswap rename drop dropna "
    "fillna replace sort_values sort_index reset_index set_index drop_duplicates".split()
)
"""Methods that change their object; those of pandas do with `inplace=True`, and to be taken for one costs nothing."""
_CHANGES_FIRST: Final = frozenset("shuffle heapify heappush heappop heapreplace heappushpop insort insort_left insort_right".split())
_CHANGES_FIRST_OF_NUMPY: Final = frozenset("put put_along_axis place copyto fill_diagonal putmask".split())
_PASSES_ON: Final = frozenset("enumerate zip reversed iter range".split())


@dataclass(frozen=True, slots=True)
class Solution:
    """What T has to know of the lab's solution: the `names` that it binds, those that it has `changed` in place, its `mutators` with
    the arguments that they change, and what it `imports`, by name: (module, attribute or None)."""

    names: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    mutators: dict[str, frozenset[str]] = field(default_factory=dict)
    imports: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Solution":
        """Return what `to_plain` made plain."""
        imports = {name: (module, attribute) for name, (module, attribute) in plain["imports"].items()}
        mutators = {name: frozenset(arguments) for name, arguments in plain["mutators"].items()}
        return cls(frozenset(plain["names"]), frozenset(plain["changed"]), mutators, imports)

    def to_plain(self) -> dict[str, Any]:
        """Return lists and dicts, for the control line."""
        return {
            "names": sorted(self.names),
            "changed": sorted(self.changed),
            "mutators": {name: sorted(arguments) for name, arguments in self.mutators.items()},
            "imports": {name: list(origin) for name, origin in self.imports.items()},
        }


def read_solution(sources: Iterable[str]) -> Solution:
    """Return what the sources of a lab's solution cells tell."""
    trees = [tree for source in sources if (tree := _parse(source)) is not None]
    whole = ast.Module([statement for tree in trees for statement in tree.body], [])
    names: frozenset[str] = frozenset().union(*(find_bound_names(ast.unparse(tree)) for tree in trees))
    mutators = find_mutators(whole)
    return Solution(names, frozenset(find_changed_in_place(whole) | _find_passed(whole, mutators)), mutators, find_imports(whole))


def _parse(source: str) -> ast.Module | None:
    try:
        return read_cell(source)
    except (SyntaxError, ValueError, RecursionError):
        return None


def find_changed_in_place(tree: ast.AST) -> set[str]:
    """Return the names whose value is changed without being bound anew.

    >>> sorted(find_changed_in_place(ast.parse("a[0] = 1; b.append(2); c += [3]; random.shuffle(d); e.f = 1; g.index(1); h(i)")))
    ['a', 'b', 'c', 'd', 'e']
    """
    return {name for node in ast.walk(tree) for holder in _get_changed(node) if (name := _get_root(holder))}


def _get_changed(node: ast.AST) -> list[ast.expr]:
    """Return what a node changes in place."""
    if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
        return [node.value]
    if isinstance(node, ast.AugAssign):
        return [node.target]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
        return [node.func.value]
    if isinstance(node, ast.Call) and node.args:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return node.args[:2] if name in _CHANGES_FIRST | _CHANGES_FIRST_OF_NUMPY else []
    return []


def _get_root(node: ast.expr) -> str:
    """Return the name that an expression like `a.b[0].c` begins with."""
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def find_mutators(tree: ast.AST) -> dict[str, frozenset[str]]:
    """Return the functions and methods that may change an argument, themselves or through one another, with the names and the places
    of these arguments, "*" for any; `self` has no place.

    >>> source = "def f(a, b):\\n    for row in b:\\n        row[0] = 1\\ndef g(c): f(1, c)\\ndef h(d): d = sorted(d)"
    >>> {name: sorted(arguments) for name, arguments in find_mutators(ast.parse(source)).items()}
    {'f': ['1', 'b'], 'g': ['0', 'c']}
    """
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    parts = [(function, keys, _find_parts(function, name)) for function in functions for name, keys in _get_arguments(function)]
    found: dict[str, frozenset[str]] = {}
    while True:
        before = dict(found)
        for function, keys, names in parts:
            if names & find_changed_in_place(function) or _passes_to(function, names, before.keys()):
                found[function.name] = found.get(function.name, frozenset()) | keys
        if found == before:
            return found


def _get_arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each argument with its name and place; `self` and `cls` are none."""
    arguments = function.args
    placed = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    placed = placed[1:] if placed[:1] in (["self"], ["cls"]) else placed
    yield from ((name, frozenset({name, str(place)})) for place, name in enumerate(placed))
    yield from ((argument.arg, frozenset({argument.arg})) for argument in arguments.kwonlyargs)
    yield from ((argument.arg, frozenset({"*"})) for argument in (arguments.vararg, arguments.kwarg) if argument)


def _find_parts(function: ast.FunctionDef | ast.AsyncFunctionDef, argument: str) -> set[str]:
    """Return the names in a function that stand for an argument or for a part of it."""
    names = {argument}
    while True:
        more: set[str] = set()
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and _is_part(node.value, names):
                more |= {name.id for target in node.targets for name in _walk_names(target)}
            elif isinstance(node, ast.For | ast.comprehension) and _is_part(node.iter, names):
                more |= {name.id for name in _walk_names(node.target)}
        if more <= names:
            return names
        names |= more


def _walk_names(target: ast.expr) -> Iterator[ast.Name]:
    """Yield the names that a target binds, not those that it only looks up (`a` in `a[0] = b`)."""
    return (node for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))


def _is_part(value: ast.expr, names: set[str]) -> bool:
    """Answer whether an expression is one of these names or a part of one, not a new value made of it."""
    if isinstance(value, ast.Call):
        is_method = isinstance(value.func, ast.Attribute) and value.func.attr in ("items", "values", "get")
        if is_method and isinstance(value.func, ast.Attribute):
            return _is_part(value.func.value, names)
        return getattr(value.func, "id", "") in _PASSES_ON and any(_is_part(argument, names) for argument in value.args)
    if isinstance(value, ast.Tuple | ast.List):
        return any(_is_part(item, names) for item in value.elts)
    return _get_root(value) in names


def _passes_to(function: ast.AST, names: set[str], mutators: Container[str]) -> bool:
    """Answer whether a function hands one of these names to a function that may change it."""
    return not names.isdisjoint(_find_passed(function, mutators))


def _find_passed(tree: ast.AST, functions: Container[str]) -> set[str]:
    """Return the names that are handed to one of these functions."""
    passed: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in functions:
                passed |= {_get_root(argument) for argument in node.args}
    return passed - {""}


def find_imports(tree: ast.Module) -> dict[str, tuple[str, str | None]]:
    """Return the names that are bound by imports at the top level and by nothing else, with (module, attribute or None)."""
    imports: dict[str, tuple[str, str | None]] = {}
    others: list[ast.stmt] = []
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                imports[alias.asname or alias.name.partition(".")[0]] = (alias.name if alias.asname else alias.name.partition(".")[0], None)
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            imports |= {alias.asname or alias.name: (statement.module, alias.name) for alias in statement.names if alias.name != "*"}
        else:
            others.append(statement)
    bound = find_bound_names(ast.unparse(ast.Module(others, [])))
    return {name: origin for name, origin in imports.items() if name not in bound}
