"""Which public methods change the state without having asked who calls?

A write is fine once a condition before it has looked at `sender` or `caller`, itself or in a function that it calls. It is also fine if the
key has the sender in it (everybody changes what is their own), or if the key was found to be free (what is new belongs to nobody yet).

Simplifications: a condition that looks at the sender is taken for the right one.
"""

import ast
from collections.abc import Iterator

from minichain.contracts.kit.findings import Contract, Finding, get_called, is_query, walk_names

WHO = frozenset({"sender", "caller"})


class AccessChecker:
    """Looks at one public method, and at the functions that it calls."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.asking = frozenset(name for name in contract.functions if self.mentions_caller(name, frozenset()))
        """The functions that look at who calls."""

    def mentions_caller(self, name: str, seen: frozenset[str]) -> bool:
        """Return whether a function, or one that it calls, looks at who calls."""
        function = self.contract.functions.get(name)
        if function is None or name in seen:
            return False
        return bool(WHO & set(walk_names(function))) or any(self.mentions_caller(each, seen | {name}) for each in get_called(function))

    def find_open_write(self, function: ast.FunctionDef, seen: frozenset[str]) -> int | None:
        """Return the line of the first write that nothing protects, None if there is none."""
        asked: set[str] = set()
        """Names that were given a value that depends on who calls."""
        free: set[str] = set()
        """Keys that were found to be free, as they are written."""
        for statement in list_in_order(function.body):
            if self.is_check(statement, asked):
                return None
            free |= set(list_free_keys(statement))
            if isinstance(statement, ast.Assign) and self.depends_on_caller(statement.value, asked):
                asked |= {name for target in statement.targets for name in walk_names(target)}
            for key in list_written_keys(statement):
                if not self.depends_on_caller(key, asked) and ast.unparse(key) not in free:
                    return statement.lineno
            if not isinstance(statement, ast.If | ast.For | ast.While):
                for called in get_called(statement):
                    inner = self.contract.functions.get(called)
                    if inner is not None and called not in seen:
                        if not self.gives_caller(statement, asked) and self.find_open_write(inner, seen | {called}) is not None:
                            return statement.lineno
                        if self.has_check(inner, seen | {called}):
                            return None
        return None

    def has_check(self, function: ast.FunctionDef, seen: frozenset[str]) -> bool:
        """Return whether a function fails for those who may not call."""
        for statement in list_in_order(function.body):
            if self.is_check(statement, set()):
                return True
            for called in get_called(statement):
                inner = self.contract.functions.get(called)
                if inner is not None and called not in seen and self.has_check(inner, seen | {called}):
                    return True
        return False

    def is_check(self, statement: ast.stmt, asked: set[str]) -> bool:
        """Return whether a statement ends the call for some callers."""
        if isinstance(statement, ast.Assert):
            return self.depends_on_caller(statement.test, asked)
        if isinstance(statement, ast.If) and any(isinstance(one, ast.Raise | ast.Return) for one in statement.body):
            return self.depends_on_caller(statement.test, asked)
        if isinstance(statement, ast.Expr):  # a helper that is given who calls, and asserts something of it
            helpers = [self.contract.functions[name] for name in get_called(statement) if name in self.contract.functions]
            asserts = any(isinstance(node, ast.Assert | ast.Raise) and not writes(one) for one in helpers for node in ast.walk(one))
            return asserts and self.gives_caller(statement, asked)
        return False

    def depends_on_caller(self, node: ast.expr, asked: set[str]) -> bool:
        """Return whether an expression has to do with who calls."""
        return bool((WHO | asked | self.asking) & set(walk_names(node)))

    def gives_caller(self, statement: ast.stmt, asked: set[str]) -> bool:
        """Return whether a statement hands on who calls, so that what is written may be theirs."""
        arguments = [argument for node in ast.walk(statement) if isinstance(node, ast.Call) for argument in node.args]
        return any(self.depends_on_caller(argument, asked) for argument in arguments)


def find_missing_access_checks(contract: Contract) -> Iterator[Finding]:
    """Yield each public method that changes the state for anybody."""
    checker = AccessChecker(contract)
    for function in contract.get_public():
        if not is_query(function):
            line = checker.find_open_write(function, frozenset({function.name}))
            if line is not None:
                advice = f"{function.name} changes the state for anybody: assert who the sender is, or that the key is free, before this"
                yield Finding(line, "access-check", advice)


def writes(function: ast.FunctionDef) -> bool:
    """Return whether a function itself changes the state."""
    return any(True for statement in list_in_order(function.body) for _ in list_written_keys(statement))


def list_in_order(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements and those inside of them, in the order of the text."""
    for statement in statements:
        yield statement
        for block in ("body", "orelse"):
            yield from list_in_order(getattr(statement, block, []))


def list_written_keys(statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield the keys of the state that a statement itself changes or deletes."""
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign | ast.Delete):
        targets = statement.targets
    elif isinstance(statement, ast.AugAssign | ast.AnnAssign):
        targets = [statement.target]
    for target in targets:
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and target.value.id == "state":
            yield target.slice


def list_free_keys(statement: ast.stmt) -> Iterator[str]:
    """Yield the keys that an assertion has found not to be in the state."""
    if isinstance(statement, ast.Assert):
        for node in ast.walk(statement.test):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotIn) and "state" in walk_names(node.comparators[0]):
                yield ast.unparse(node.left)
