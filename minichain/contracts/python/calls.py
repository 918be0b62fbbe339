"""The check of calls: what is called is known when the contract is deployed, and so is whether it takes these arguments."""

import ast
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

from minichain.contracts.python.annotations import AnnotationError, parse_type
from minichain.contracts.python.subset import (
    BUILTINS,
    ERRORS,
    HOST_FUNCTIONS,
    HOST_VALUES,
    METHODS,
    STATE_METHODS,
    STATIC_METHODS,
    TYPES,
)

if TYPE_CHECKING:
    from minichain.contracts.python.body import BodyChecker

TAKES_GENERATOR: Final = frozenset({"all", "any", "list", "max", "min", "sorted", "sum", "tuple"})
REFUSED: Final = {
    "eval": "code is not made while a contract runs",
    "exec": "code is not made while a contract runs",
    "compile": "code is not made while a contract runs",
    "getattr": "a field is written with its name: thing.field",
    "setattr": "a field never changes; make a new record",
    "open": "a contract sees no files; what lasts is in state[...]",
    "input": "a contract sees nothing but its parameters and the state",
    "print": "use emit(topic, value) to tell the world outside",
    "type": "isinstance(value, int) asks for a type",
    "set": "a set has no order that all nodes share; write a list, or a dict with True",
    "float": "there are no fractions; write a smaller unit",
    "round": "there are no fractions; // rounds down",
    "pow": "write **",
    "map": "write a comprehension",
    "filter": "write a comprehension with if",
    "id": "a place in memory is not the same on two nodes",
    "repr": "use an f-string, or hex() for bytes",
}


class CallChecker:
    """Checks the call of a function, a record, a method, or the host."""

    def __init__(self, body: "BodyChecker") -> None:
        self.body = body
        self.add = body.problems.add

    def check(self, node: ast.Call) -> None:
        """Check a call."""
        match node.func:
            case ast.Name():
                self.check_named(node, node.func.id)
            case ast.Attribute():
                self.check_method(node, node.func)
            case _:
                self.add(node, "call", "what is called is a name or a method: first give the result a name")

    def check_named(self, node: ast.Call, name: str) -> None:
        """Check the call of a name."""
        contract = self.body.contract
        if self.body.is_local(name):
            self.add(node, "call", f"{name} is a value here, and values cannot be called; give the value another name")
        elif name in contract.functions:
            function = contract.functions[name].node
            names = [argument.arg for argument in function.args.args]
            self.check_own(node, name, names, len(function.args.defaults))
        elif name in contract.records:
            source = contract.records[name]
            self.check_own(node, name, source.kind.fields, len(source.defaults))
        elif name == "isinstance":
            self.check_isinstance(node)
        elif name in ("call", "try_call"):
            self.check_other(node, name)
        elif name in BUILTINS:
            keywords = ("reverse",) if name == "sorted" else ()
            self.check_arguments(node, name, BUILTINS[name], keywords, takes_generator=name in TAKES_GENERATOR)
        elif name in HOST_FUNCTIONS:
            self.check_arguments(node, name, HOST_FUNCTIONS[name])
        elif name in ERRORS:
            self.add(node, "raise", f"{name} stands behind raise only")
        elif name in REFUSED or name.startswith("__"):
            self.add(node, "unknown-name", REFUSED.get(name, f"{name} does not exist in a contract"))
        else:
            self.add(node, "unknown-name", f"there is no function {name}; there are those of this contract and {', '.join(BUILTINS)}")

    def check_method(self, node: ast.Call, function: ast.Attribute) -> None:
        """Check the call of a method."""
        owner, name = function.value, function.attr
        base = owner.id if isinstance(owner, ast.Name) and not self.body.is_local(owner.id) else ""
        if base == "state":
            if name not in STATE_METHODS:
                self.add(node, "state", "state has get(key) and items(prefix, limit=...)")
                return
            self.check_arguments(node, f"state.{name}", STATE_METHODS[name], ("limit",) if name == "items" else ())
        elif (base, name) in STATIC_METHODS:
            self.check_arguments(node, f"{base}.{name}", STATIC_METHODS[base, name])
        elif base in HOST_VALUES:
            self.add(node, "attribute", f"{base} has {', '.join(HOST_VALUES[base])}, and none of them is called")
        elif name == "format":
            self.add(node, "f-string", "write an f-string: f'{name} has {count}'")
        elif name not in METHODS:
            self.add(node, "attribute", f"there is no method {name}; there are {', '.join(METHODS)}")
        else:
            self.body.check_value(owner)
            keywords = ("reverse",) if name == "sort" else ()
            self.check_arguments(node, name, METHODS[name], keywords, takes_generator=name == "join")

    def check_arguments(
        self, node: ast.Call, name: str, counts: tuple[int, int], keywords: Collection[str] = (), *, takes_generator: bool = False
    ) -> None:
        """Check number and names of arguments, and the arguments themselves."""
        least, most = counts
        if not least <= len(node.args) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            self.add(node, "arguments", f"{name} takes {wanted} arguments, and gets {len(node.args)}")
        given: set[str | None] = set()
        for keyword in node.keywords:
            if keyword.arg not in keywords or keyword.arg in given:
                self.add(keyword.value, "arguments", f"{name} takes no argument {keyword.arg}")
            given.add(keyword.arg)
            self.body.check_value(keyword.value)
        for argument in node.args:
            if isinstance(argument, ast.GeneratorExp) and takes_generator and len(node.args) == 1:
                self.body.check_comprehension(argument.generators, [argument.elt])
            else:
                self.body.check_value(argument)

    def check_own(self, node: ast.Call, name: str, names: Sequence[str], defaults: int) -> None:
        """Check the call of a function or a record of this contract."""
        given = set(names[: len(node.args)])
        if len(node.args) > len(names):
            self.add(node, "arguments", f"{name} takes {len(names)} arguments, and gets {len(node.args)}")
        for keyword in node.keywords:
            if keyword.arg is None or keyword.arg not in names or keyword.arg in given:
                self.add(keyword.value, "arguments", f"{name} takes {', '.join(names) or 'nothing'}, each once")
            else:
                given.add(keyword.arg)
        missing = [one for one in names[: len(names) - defaults] if one not in given]
        if missing:
            self.add(node, "arguments", f"{name} also needs {', '.join(missing)}")
        self.body.check_values([*node.args, *[keyword.value for keyword in node.keywords]])

    def check_isinstance(self, node: ast.Call) -> None:
        """Check isinstance(value, type)."""
        if len(node.args) != 2 or node.keywords:
            self.add(node, "arguments", "isinstance takes a value and a type")
            return
        self.body.check_value(node.args[0])
        kinds = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
        for kind in kinds:
            is_known = isinstance(kind, ast.Name) and not self.body.is_local(kind.id)
            if not is_known or not isinstance(kind, ast.Name) or kind.id not in {*TYPES, *self.body.contract.records, "Reply"}:
                self.add(kind, "arguments", f"isinstance asks for {', '.join(TYPES)}, or a record")

    def check_other(self, node: ast.Call, name: str) -> None:
        """Check call(contract, method, type, name=value) and try_call."""
        if not 2 <= len(node.args) <= 3:
            self.add(node, "arguments", f"{name} takes a contract, a method, the type of the result if it is not bytes, and name=value")
        names = [keyword.arg for keyword in node.keywords]
        if None in names or len(set(names)) < len(names):
            self.add(node, "arguments", f"{name} takes each parameter by its name, once")
        self.body.check_values([*node.args[:2], *[keyword.value for keyword in node.keywords]])
        if len(node.args) == 3:
            try:
                parse_type(node.args[2], {one: source.kind for one, source in self.body.contract.records.items()}, at_border=True)
            except AnnotationError as problem:
                self.add(problem.node, "annotation", str(problem))
