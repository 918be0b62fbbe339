"""Static checks of a contract's source: what its author may have forgotten, found without running it.

    unbounded-loop    a loop that a caller can make as long as they like: the method then always runs out of gas
    access-check      a public method that changes the state without having asked who calls
    unchecked-call    a `try_call` whose reply nobody looks at: a failure of the other contract goes unnoticed
    key-material      an event that tells a private key, a seed or a password to everybody who reads the chain
    standard          a contract that claims a standard, and lacks a method of it

A finding is a question to the author, not a verdict: a check knows names and shapes, and no meaning. It is meant to be read before
deployment, beside the rules of the subset, which are verdicts.

Simplifications: values are not followed from one name to another, and of a condition it is only asked what it mentions. Slither (for
Solidity) follows both; tools that prove what a contract does start from a specification.
"""

import ast
from collections.abc import Iterator
from typing import Final

from minichain.contracts.kit.access_checks import find_missing_access_checks
from minichain.contracts.kit.findings import Contract, Finding, read_contract, walk_names
from minichain.contracts.kit.loop_checks import find_unbounded_loops
from minichain.contracts.standards import METHODS

__all__ = ["Finding", "check_contract"]

SECRET_WORDS: Final = frozenset({"private", "secret", "seed", "password", "passphrase", "mnemonic", "passcode"})
HASHES: Final = frozenset({"hash", "sha256", "sm3"})


def check_contract(source: str) -> list[Finding]:
    """Return what the checks find in a contract that can be deployed, by line."""
    contract = read_contract(source)
    found = [
        *find_unbounded_loops(contract),
        *find_missing_access_checks(contract),
        *find_unchecked_calls(contract),
        *find_key_material(contract),
        *find_missing_methods(contract),
    ]
    return sorted(set(found))


# Replies


def find_unchecked_calls(contract: Contract) -> Iterator[Finding]:
    """Yield each `try_call` whose reply is dropped, or given a name that nobody reads."""
    advice = "look at the code of the reply, or write call(...), which fails if the other contract does"
    for function in contract.functions.values():
        read = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        for node in ast.walk(function):
            if isinstance(node, ast.Expr) and is_try_call(node.value):
                yield Finding(node.lineno, "unchecked-call", f"the reply of try_call is dropped: {advice}")
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and is_try_call(node.value):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}
                if not names & read:
                    yield Finding(node.lineno, "unchecked-call", f"nobody looks at {', '.join(sorted(names))}: {advice}")


def is_try_call(node: ast.expr) -> bool:
    """Return whether an expression is a call of another contract that may fail."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "try_call"


# Secrets


def find_key_material(contract: Contract) -> Iterator[Finding]:
    """Yield each event with a value whose name says that it is secret. Its hash may be told."""
    for function in contract.functions.values():
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "emit":
                for name in sorted({name for argument in node.args for name in list_unhashed_names(argument)}):
                    if SECRET_WORDS & set(name.lower().split("_")):
                        sentence = f"the event tells {name} to everybody; announce its hash, or nothing: what was sent is public as well"
                        yield Finding(node.lineno, "key-material", sentence)


def list_unhashed_names(node: ast.expr) -> Iterator[str]:
    """Yield the names in an expression, but for those inside of a hash."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in HASHES:
        return
    if isinstance(node, ast.Name | ast.Attribute):
        yield node.id if isinstance(node, ast.Name) else node.attr
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr | ast.keyword):
            yield from list_unhashed_names(child.value if isinstance(child, ast.keyword) else child)


# Standards


def find_missing_methods(contract: Contract) -> Iterator[Finding]:
    """Yield each standard that the contract claims without having all its methods."""
    for node in contract.tree.body:
        is_claim = isinstance(node, ast.Assign) and any(name == "STANDARDS" for target in node.targets for name in walk_names(target))
        if is_claim and isinstance(node, ast.Assign):
            for claimed in [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant) and isinstance(part.value, str)]:
                missing = [name for name in METHODS.get(claimed, ()) if name not in contract.functions]
                if missing:
                    yield Finding(
                        node.lineno, "standard", f"{claimed} asks for {', '.join(missing)} as well: write that, or drop the claim"
                    )
