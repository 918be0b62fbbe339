"""The check at deployment: a source in, the parts of the contract out, or every place where it leaves the subset.

The tree is walked once, and what is not listed is refused: a syntax that Python gets next year is no hole. Afterwards the compiler meets
only what it knows, and every name has been found: a local one, a constant, a function, or what the host gives.

Simplifications: types are not inferred; a sum of a number and a text fails when it is run.
"""

import ast
import warnings
from collections.abc import Iterable
from typing import Final

from minichain.contracts.kinds import RecordKind, Type
from minichain.contracts.python import gas
from minichain.contracts.python.annotations import AnnotationError, parse_type
from minichain.contracts.python.body import BodyChecker
from minichain.contracts.python.errors import Problem, SourceError
from minichain.contracts.python.parts import Contract, Function, Problems, RecordSource
from minichain.contracts.python.scan import Scanner
from minichain.contracts.python.scopes import find_assigned
from minichain.contracts.python.subset import HOOKS, QUERY, RECORD, REFUSED_STATEMENTS, TAKEN, TYPES

REPLY: Final = RecordKind("Reply", ("code", "result", "message"))
"""What `try_call` returns."""

TOP: Final = "the top of a contract holds a docstring, records, constants (NAME = value) and functions"


def parse_source(source: str) -> ast.Module:
    """Return the syntax tree; raise SourceError for what cannot be read, or is too large to be."""
    problem = Scanner(source).scan()
    if problem is not None:
        raise SourceError((problem,))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source, feature_version=(3, 11))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        # Where it ends and in which words differs between versions of Python, and these words stand in receipts.
        raise SourceError((Problem(1, 1, "syntax", "this is not Python"),), hint=str(error)) from None


def check_source(source: str) -> Contract:
    """Return the parts of a contract; raise SourceError with all that is wrong with it."""
    tree = parse_source(source)
    checker = Checker(source, tree)
    checker.check()
    if checker.problems.found:
        raise SourceError(checker.problems.report())
    return checker.contract


def count_nodes(tree: ast.AST) -> int:
    """Return how many statements, expressions and definitions a tree has."""
    return sum(not isinstance(node, ast.expr_context | ast.operator | ast.unaryop | ast.boolop | ast.cmpop) for node in ast.walk(tree))


class Checker:
    """Walks the top of a contract."""

    def __init__(self, source: str, tree: ast.Module) -> None:
        self.tree = tree
        self.problems = Problems(source.split("\n"))
        self.contract = Contract(count_nodes(tree), {}, {}, {}, {})
        self.kinds: dict[str, RecordKind] = {}

    def check(self) -> None:
        """Check every definition, then the bodies of the functions, which may use all of them."""
        functions: list[ast.FunctionDef] = []
        for place, node in enumerate(self.tree.body):
            if isinstance(node, ast.FunctionDef):
                if self.define(node, node.name):
                    functions.append(node)
            elif isinstance(node, ast.ClassDef):
                self.check_record(node)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                self.check_constant(node)
            elif not (place == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and type(node.value.value) is str):
                self.problems.add(node, *REFUSED_STATEMENTS.get(type(node), ("module", TOP)))
        for node in functions:
            self.check_head(node)
        for function in self.contract.functions.values():
            BodyChecker(self.contract, function, self.problems).check()

    def define(self, node: ast.stmt, name: str) -> bool:
        """Take note that a name is defined at the top; return whether it can be."""
        contract = self.contract
        defined = {*contract.functions, *contract.records, *contract.constants}
        if name.startswith("__"):
            return self.problems.add(node, "private-name", f"{name} begins with two underscores; take one, or none")
        if name in TAKEN or name in TYPES:
            return self.problems.add(node, "taken-name", f"{name} is there already; take another name")
        if name in defined:
            return self.problems.add(node, "taken-name", f"{name} is defined twice; take another name")
        if isinstance(node, ast.FunctionDef):
            contract.functions[name] = Function(name, node)
        return True

    # Records and constants

    def check_record(self, node: ast.ClassDef) -> None:
        """Check a class with @record."""
        decorators = [one.id for one in node.decorator_list if isinstance(one, ast.Name)]
        if node.bases or node.keywords or decorators != [RECORD] or len(node.decorator_list) != 1:
            self.problems.add(node, *REFUSED_STATEMENTS[ast.ClassDef])
            return
        if not self.define(node, node.name):
            return
        names: list[str] = []
        types: list[Type] = []
        defaults: list[ast.expr] = []
        for place, field in enumerate(node.body):
            if place == 0 and isinstance(field, ast.Expr) and isinstance(field.value, ast.Constant) and type(field.value.value) is str:
                continue
            if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name) or not field.simple:
                self.problems.add(field, "record", "a record has fields with types only: name: str")
                continue
            if field.target.id.startswith("_") or field.target.id in names:
                self.problems.add(field, "record", f"{field.target.id} is no name for a field: none twice, none that begins with _")
                continue
            if defaults and field.value is None:
                self.problems.add(field, "record", "fields with a value stand behind those without")
            names.append(field.target.id)
            types.append(self.find_type(field.annotation) or Type("None"))
            if field.value is not None and self.check_plain(field.value):
                defaults.append(field.value)
        if not 1 <= len(names) <= gas.MAX_FIELDS:
            self.problems.add(node, "record", f"a record has 1 to {gas.MAX_FIELDS} fields")
        self.contract.fields.update(names)
        self.kinds[node.name] = RecordKind(node.name, tuple(names), tuple(types))
        self.contract.records[node.name] = RecordSource(self.kinds[node.name], defaults)

    def check_constant(self, node: ast.Assign | ast.AnnAssign) -> None:
        """Check NAME = value."""
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        if not isinstance(target, ast.Name) or node.value is None or (isinstance(node, ast.Assign) and len(node.targets) > 1):
            self.problems.add(node, "module", TOP)
            return
        if isinstance(node, ast.AnnAssign):
            self.find_type(node.annotation)
        if self.define(node, target.id) and self.check_plain(node.value):
            self.contract.constants[target.id] = node.value

    def check_plain(self, node: ast.expr) -> bool:
        """Check an expression that is known before the contract runs; return whether it is one."""
        children: Iterable[ast.expr]
        match node:
            case ast.Constant():
                return BodyChecker(self.contract, None, self.problems).check_literal(node)
            case ast.Name() if node.id in self.contract.constants:
                return True
            case ast.Tuple():
                children = node.elts
            case ast.BinOp():
                children = (node.left, node.right)
            case ast.UnaryOp():
                children = (node.operand,)
            case _:
                sentence = "a constant is plain: numbers, texts, bytes, tuples, and what is computed from constants above it"
                return self.problems.add(node, "constant", sentence)
        return BodyChecker(self.contract, None, self.problems).check_operator(node) and all(self.check_plain(child) for child in children)

    def find_type(self, node: ast.expr, *, at_border: bool = False) -> Type | None:
        """Return what an annotation says, or take note that it says nothing."""
        try:
            return parse_type(node, self.kinds, at_border=at_border)
        except AnnotationError as problem:
            self.problems.add(problem.node, "annotation", str(problem))
            return None

    # Functions

    def check_head(self, node: ast.FunctionDef) -> None:
        """Check name, decorators and parameters of a function."""
        function = self.contract.functions[node.name]
        decorators = [one.id if isinstance(one, ast.Name) else "" for one in node.decorator_list]
        if decorators not in ([], [QUERY]):
            self.problems.add(node.decorator_list[0], "decorator", "above a function stands nothing but @query")
        function.is_query = decorators == [QUERY]
        if function.is_query and node.name in HOOKS:
            self.problems.add(node, "decorator", f"{node.name} prepares the state, so it is no query")
        arguments = node.args
        if arguments.posonlyargs or arguments.kwonlyargs or arguments.vararg or arguments.kwarg:
            self.problems.add(node, "parameters", "parameters are plain names: no /, no *, no **")
        if len(arguments.args) > gas.MAX_LOCALS:
            self.problems.add(node, "size", f"a function has at most {gas.MAX_LOCALS} parameters; give it a record")
        is_public = not node.name.startswith("_")
        for argument in arguments.args[: gas.MAX_LOCALS]:
            self.check_parameter(function, argument, is_public)
        if node.returns is None and is_public:
            self.problems.add(
                node, "annotation", f"{node.name} can be called from outside: write -> and the type of its result, or -> None"
            )
        if node.returns is not None:
            function.result = self.find_type(node.returns, at_border=is_public) or function.result
        function.defaults = [value for value in arguments.defaults if self.check_default(value)]
        function.names = find_assigned(node)
        if len(function.names) > gas.MAX_LOCALS:
            self.problems.add(node, "size", f"a function has at most {gas.MAX_LOCALS} names of its own; split it")

    def check_parameter(self, function: Function, argument: ast.arg, is_public: bool) -> None:
        """Check one parameter."""
        if argument.arg in function.parameters:
            self.problems.add(argument, "parameters", f"the parameter {argument.arg} is there twice")
            return
        if argument.annotation is None and is_public:
            self.problems.add(argument, "annotation", f"{function.name} can be called from outside: {argument.arg} needs a type")
        found = None if argument.annotation is None else self.find_type(argument.annotation, at_border=is_public)
        function.parameters[argument.arg] = found or Type("None")

    def check_default(self, node: ast.expr) -> bool:
        """Check what a parameter is where nothing is given; one that changes would be shared by all calls."""
        if isinstance(node, ast.List | ast.Dict | ast.ListComp | ast.DictComp | ast.Call):
            return self.problems.add(node, "default", "a value that can change would be shared by all calls; take None, or a tuple")
        return self.check_plain(node)
