"""The check of what stands inside of functions: statement by statement, expression by expression.

What an attacker would try: to reach the host's own objects through an attribute (`().__class__.__bases__`), to hide a call in a decorator,
a default, a comprehension or an f-string, to give `sender` a value. So an attribute is a field of a record, a method of the list, or a
value of the host, and nothing else; what is called is a name that is known here; and the host's names cannot be assigned.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from minichain.contracts.kinds import INT_BOUND
from minichain.contracts.python.annotations import AnnotationError, parse_type
from minichain.contracts.python.calls import CallChecker
from minichain.contracts.python.parts import Contract, Function, Problems
from minichain.contracts.python.scopes import list_loads, list_targets
from minichain.contracts.python.subset import (
    BINARY,
    BUILTINS,
    ERRORS,
    HOST_FUNCTIONS,
    HOST_NAMES,
    HOST_VALUES,
    METHODS,
    PROTECTED,
    REFUSED_EXPRESSIONS,
    REFUSED_STATEMENTS,
    TYPES,
)

STATE_SENTENCE: Final = "state is used as state[key], key in state, del state[key], state.get(key) and state.items(prefix)"


class BodyChecker:
    """Checks one function, or a constant."""

    def __init__(self, contract: Contract, function: Function | None, problems: Problems) -> None:
        self.contract = contract
        self.function = function
        self.problems = problems
        self.add = problems.add
        self.fields = contract.fields
        self.scopes: list[set[str]] = [set(function.names if function else ())]
        self.loops = 0

    def check(self) -> None:
        """Check the function."""
        assert self.function is not None
        node = self.function.node
        for argument in node.args.args:
            self.check_name(argument, argument.arg)
        body = node.body
        first = body[0]
        is_documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and type(first.value.value) is str
        self.check_block(body[1:] if is_documented else body)

    def check_block(self, statements: Sequence[ast.stmt]) -> None:
        """Check statements."""
        for node in statements:
            check = STATEMENTS.get(type(node))
            if check is None:
                self.add(node, *REFUSED_STATEMENTS.get(type(node), ("statement", "this statement does not exist in a contract")))
            else:
                check(self, node)

    def check_name(self, node: ast.AST, name: str) -> None:
        """Check a name that is given a value."""
        if name.startswith("__"):
            self.add(node, "private-name", f"{name} begins with two underscores; take one, or none")
        if name in PROTECTED:
            self.add(node, "taken-name", f"{name} is the host's, and whoever reads the contract relies on it; take another name")

    # Statements

    def check_assign(self, node: ast.Assign) -> None:
        """Check `target = value`."""
        self.check_value(node.value)
        for target in node.targets:
            self.check_target(target)

    def check_annotated(self, node: ast.AnnAssign) -> None:
        """Check `name: type = value`."""
        try:
            parse_type(node.annotation, {name: source.kind for name, source in self.contract.records.items()})
        except AnnotationError as problem:
            self.add(problem.node, "annotation", str(problem))
        if node.value is None or not isinstance(node.target, ast.Name):
            self.add(node, "annotation", "a type stands behind a name that gets a value: name: int = 0")
            return
        self.check_value(node.value)
        self.check_target(node.target)

    def check_augmented(self, node: ast.AugAssign) -> None:
        """Check `target += value`."""
        self.check_operator(node)
        self.check_value(node.value)
        if isinstance(node.target, ast.Subscript) and isinstance(node.target.slice, ast.Slice):
            self.add(node.target, "slice", "a slice gets no value; build a new list")
        self.check_target(node.target)

    def check_target(self, node: ast.expr) -> None:
        """Check what gets a value."""
        match node:
            case ast.Name():
                self.check_name(node, node.id)
            case ast.Tuple() | ast.List() if node.elts:
                for part in node.elts:
                    self.check_target(part)
            case ast.Subscript(slice=ast.Slice()):
                self.add(node, "slice", "a slice gets no value; build a new list")
            case ast.Subscript():
                self.check_subscript(node)
            case ast.Attribute():
                self.add(node, "attribute", "a field never changes; make a new record with the new value")
            case _:
                self.add(node, *REFUSED_EXPRESSIONS.get(type(node), ("target", "a value goes to a name, an item, or state[...]")))

    def check_delete(self, node: ast.Delete) -> None:
        """Check `del`."""
        for target in node.targets:
            if not isinstance(target, ast.Subscript) or isinstance(target.slice, ast.Slice):
                self.add(target, "del", "del takes away an item, del things[0], or a key of the state, del state[key]")
            else:
                self.check_subscript(target)

    def check_for(self, node: ast.For) -> None:
        """Check a for loop."""
        self.check_value(node.iter)
        self.check_target(node.target)
        self.check_loop_target(node.target)
        self.check_loop(node)

    def check_loop_target(self, node: ast.expr) -> None:
        """Refuse an item as what a loop gives values to."""
        if any(isinstance(part, ast.Subscript) for part in ast.walk(node)):
            self.add(node, "target", "a loop gives its values to names")

    def check_while(self, node: ast.While) -> None:
        """Check a while loop."""
        self.check_value(node.test)
        self.check_loop(node)

    def check_loop(self, node: ast.For | ast.While) -> None:
        """Check the body of a loop."""
        if node.orelse:
            self.add(node.orelse[0], "loop-else", "a loop has no else; test behind it what happened in it")
        self.loops += 1
        self.check_block(node.body)
        self.loops -= 1

    def check_jump(self, node: ast.Break | ast.Continue) -> None:
        """Check break and continue."""
        if not self.loops:
            self.add(node, "loop", "break and continue stand inside of a loop")

    def check_if(self, node: ast.If) -> None:
        """Check if, elif and else."""
        self.check_value(node.test)
        self.check_block(node.body)
        self.check_block(node.orelse)

    def check_return(self, node: ast.Return) -> None:
        """Check return."""
        if node.value is not None:
            self.check_value(node.value)

    def check_assert(self, node: ast.Assert) -> None:
        """Check assert."""
        self.check_value(node.test)
        if isinstance(node.test, ast.Tuple):
            self.add(node.test, "assert", "brackets around both make a tuple, which is always true: assert condition, text")
        if node.msg is not None:
            self.check_value(node.msg)

    def check_raise(self, node: ast.Raise) -> None:
        """Check raise."""
        match node.exc:
            case ast.Call(func=ast.Name(id=name), args=[text], keywords=[]) if (
                name in ERRORS and not self.is_local(name) and node.cause is None
            ):
                self.check_value(text)
            case _:
                self.add(node, "raise", "write raise ValueError(text) or raise PermissionError(text)")

    def check_statement(self, node: ast.Expr) -> None:
        """Check an expression that stands alone."""
        if isinstance(node.value, ast.Call):
            self.check_value(node.value)
        else:
            self.add(node, *REFUSED_EXPRESSIONS.get(type(node.value), ("statement", "this does nothing: what it gives goes nowhere")))

    def check_pass(self, node: ast.Pass) -> None:
        """Check pass."""

    # Expressions

    def check_value(self, node: ast.expr) -> None:
        """Check an expression."""
        check = EXPRESSIONS.get(type(node))
        if check is None:
            self.add(node, *REFUSED_EXPRESSIONS.get(type(node), ("expression", "this expression does not exist in a contract")))
        else:
            check(self, node)

    def check_values(self, nodes: Sequence[ast.expr]) -> None:
        """Check expressions."""
        for node in nodes:
            self.check_value(node)

    def check_literal(self, node: ast.Constant) -> bool:
        """Check a number, a text, and so on."""
        value = node.value
        if type(value) is int and value >= INT_BOUND:
            return self.add(node, "number", "a number is below 2**256")
        if value is not None and type(value) not in (bool, int, str, bytes):
            return self.add(node, "literal", "there are numbers without fraction, texts, bytes, True, False and None")
        return True

    def is_local(self, name: str) -> bool:
        """Return whether a name is the function's own, or that of a comprehension around."""
        return any(name in scope for scope in self.scopes)

    def check_load(self, node: ast.Name) -> None:
        """Check a name that is read."""
        name = node.id
        if self.is_local(name) or name in self.contract.constants or name in HOST_NAMES:
            return
        if name == "state":
            self.add(node, "state", STATE_SENTENCE)
        elif name in HOST_VALUES:
            self.add(node, "host", f"say which part: {', '.join(f'{name}.{part}' for part in HOST_VALUES[name])}")
        elif name in self.contract.functions or name in self.contract.records or name in {*BUILTINS, *HOST_FUNCTIONS, *ERRORS, *TYPES}:
            self.add(node, "function-value", f"{name} is no value, it can only be called")
        elif name.startswith("__"):
            self.add(node, "private-name", f"{name} does not exist in a contract")
        else:
            self.add(node, "unknown-name", f"there is no {name} here; is it written right, and given a value?")

    def check_operator(self, node: ast.expr | ast.AugAssign) -> bool:
        """Check that a binary operator is one of ours."""
        operator = getattr(node, "op", None)
        if isinstance(operator, ast.Div):
            return self.add(node, "division", "/ would make a fraction; // rounds down, % is what is left")
        if isinstance(operator, ast.operator) and type(operator) not in BINARY:
            return self.add(node, "operator", "there are + - * // % ** << >> & | ^")
        return True

    def check_binary(self, node: ast.BinOp) -> None:
        """Check `a + b`."""
        self.check_operator(node)
        self.check_values((node.left, node.right))

    def check_unary(self, node: ast.UnaryOp) -> None:
        """Check `-a`, `not a`."""
        self.check_value(node.operand)

    def check_bool(self, node: ast.BoolOp) -> None:
        """Check `a and b`."""
        self.check_values(node.values)

    def check_compare(self, node: ast.Compare) -> None:
        """Check comparisons."""
        self.check_value(node.left)
        for operator, right in zip(node.ops, node.comparators, strict=True):
            is_last = right is node.comparators[-1]
            if isinstance(operator, ast.In | ast.NotIn) and is_last and isinstance(right, ast.Name) and right.id == "state":
                continue
            is_known = isinstance(right, ast.Constant) and (right.value is None or type(right.value) is bool)
            if isinstance(operator, ast.Is | ast.IsNot) and not is_known:
                self.add(node, "is", "is asks for None, True or False only, == compares values")
            self.check_value(right)

    def check_choice(self, node: ast.IfExp) -> None:
        """Check `a if b else c`."""
        self.check_values((node.test, node.body, node.orelse))

    def check_display(self, node: ast.List | ast.Tuple) -> None:
        """Check a list or a tuple."""
        self.check_values(node.elts)

    def check_dict(self, node: ast.Dict) -> None:
        """Check a dict."""
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                self.add(value, "star", "name each part, or use update")
            else:
                self.check_value(key)
            self.check_value(value)

    def check_text(self, node: ast.JoinedStr) -> None:
        """Check an f-string."""
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                if part.conversion != -1 or part.format_spec is not None:
                    self.add(part, "f-string", "a field has no conversion and no format: write {name}")
                self.check_value(part.value)

    def check_attribute(self, node: ast.Attribute) -> None:
        """Check `a.b`: a value of the host, or a field of a record."""
        name = node.attr
        if isinstance(node.value, ast.Name) and not self.is_local(node.value.id) and node.value.id in HOST_VALUES:
            parts = HOST_VALUES[node.value.id]
            if name not in parts:
                self.add(node, "attribute", f"{node.value.id} has {', '.join(parts)}, not {name}")
            return
        if name.startswith("_"):
            self.add(node, "attribute", f"{name} is none of a contract's business: fields and methods begin with a letter")
        elif name not in self.fields and name in METHODS:
            self.add(node, "function-value", f"{name} is a method, it can only be called")
        elif name not in self.fields:
            self.add(node, "attribute", f"no record of this contract has a field {name}")
        self.check_value(node.value)

    def check_subscript(self, node: ast.Subscript) -> None:
        """Check `a[b]` and `a[b:c]`."""
        is_state = isinstance(node.value, ast.Name) and node.value.id == "state"
        if not is_state:
            self.check_value(node.value)
        if isinstance(node.slice, ast.Slice):
            if is_state:
                self.add(node, "state", STATE_SENTENCE)
            if node.slice.step is not None:
                self.add(node, "slice", "a slice has a beginning and an end, no step; reversed(...) turns around")
            self.check_values([part for part in (node.slice.lower, node.slice.upper) if part is not None])
        else:
            self.check_value(node.slice)

    # Comprehensions

    def check_list_comprehension(self, node: ast.ListComp) -> None:
        """Check `[x for x in y]`."""
        self.check_comprehension(node.generators, [node.elt])

    def check_dict_comprehension(self, node: ast.DictComp) -> None:
        """Check `{k: v for ...}`."""
        self.check_comprehension(node.generators, [node.key, node.value])

    def refuse_generator(self, node: ast.GeneratorExp) -> None:
        """Refuse `(x for x in y)` where it is no argument."""
        self.add(node, "generator", "write a list, [x for x in ...], or give it to any, all, sum, min, max, sorted, list, tuple or join")

    def check_comprehension(self, generators: Sequence[ast.comprehension], elements: Sequence[ast.expr]) -> None:
        """Check a comprehension. Its first iterable belongs to what is around; everything else sees its names."""
        self.check_value(generators[0].iter)
        names = [set(list_targets(generator.target)) for generator in generators]
        self.scopes.append(set().union(*names))
        for place, generator in enumerate(generators):
            known = set().union(*names[:place])
            early = list_loads([generator.iter] if place else [], set().union(*names[place:]) - known)
            for load in [*early, *list_loads(generator.ifs, set().union(*names[place + 1 :]) - known - names[place])]:
                # It would have the value of the time before.
                self.add(load, "unknown-name", f"{load.id} gets its value further on in this comprehension; take another name")
            if generator.is_async:
                self.add(generator.target, "async", "nothing waits in a contract")
            self.check_target(generator.target)
            self.check_loop_target(generator.target)
            if place:
                self.check_value(generator.iter)
            self.check_values(generator.ifs)
        self.check_values(elements)
        self.scopes.pop()

    def check_call(self, node: ast.Call) -> None:
        """Check a call."""
        CallChecker(self).check(node)


STATEMENTS: Final[Mapping[type[ast.stmt], Callable[..., None]]] = {
    ast.Assign: BodyChecker.check_assign,
    ast.AnnAssign: BodyChecker.check_annotated,
    ast.AugAssign: BodyChecker.check_augmented,
    ast.Delete: BodyChecker.check_delete,
    ast.For: BodyChecker.check_for,
    ast.While: BodyChecker.check_while,
    ast.If: BodyChecker.check_if,
    ast.Return: BodyChecker.check_return,
    ast.Assert: BodyChecker.check_assert,
    ast.Raise: BodyChecker.check_raise,
    ast.Expr: BodyChecker.check_statement,
    ast.Pass: BodyChecker.check_pass,
    ast.Break: BodyChecker.check_jump,
    ast.Continue: BodyChecker.check_jump,
}

EXPRESSIONS: Final[Mapping[type[ast.expr], Callable[..., object]]] = {
    ast.Constant: BodyChecker.check_literal,
    ast.Name: BodyChecker.check_load,
    ast.BinOp: BodyChecker.check_binary,
    ast.UnaryOp: BodyChecker.check_unary,
    ast.BoolOp: BodyChecker.check_bool,
    ast.Compare: BodyChecker.check_compare,
    ast.IfExp: BodyChecker.check_choice,
    ast.List: BodyChecker.check_display,
    ast.Tuple: BodyChecker.check_display,
    ast.Dict: BodyChecker.check_dict,
    ast.JoinedStr: BodyChecker.check_text,
    ast.Attribute: BodyChecker.check_attribute,
    ast.Subscript: BodyChecker.check_subscript,
    ast.ListComp: BodyChecker.check_list_comprehension,
    ast.DictComp: BodyChecker.check_dict_comprehension,
    ast.GeneratorExp: BodyChecker.refuse_generator,
    ast.Call: BodyChecker.check_call,
}
