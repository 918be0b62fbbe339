"""The peer of the contract engine: an interpreter as one writes it first, an `ast.NodeVisitor` that walks the syntax tree again and again.

It counts every node that it visits and stops at a limit, as a meter must, and does nothing else that a contract engine does: no bounds of
numbers, no types, no state, no lines in messages. It knows the part of Python that the programs of the benchmark use.
"""

import ast
import operator

OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitXor: operator.xor,
    ast.BitAnd: operator.and_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda value, whole: value in whole,
    ast.NotIn: lambda value, whole: value not in whole,
}
BUILTINS = {"len": len, "range": range, "sum": sum, "min": min, "max": max, "str": str, "int": int, "sorted": sorted}


class BreakSignal(Exception):  # noqa: N818 - no error
    """Leaves a loop."""


class ContinueSignal(Exception):  # noqa: N818 - no error
    """Goes on with a loop."""


class ReturnSignal(Exception):  # noqa: N818 - no error
    """Leaves a function with a value."""


class PlainInterpreter(ast.NodeVisitor):
    """Runs the functions of one module."""

    def __init__(self, source, limit):
        self.functions = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
        self.limit = limit
        self.steps = 0
        self.names = {}

    def run(self, name, arguments):
        """Return what a function returns."""
        function = self.functions[name]
        outer, self.names = self.names, dict(zip([argument.arg for argument in function.args.args], arguments, strict=True))
        try:
            for statement in function.body:
                self.visit(statement)
        except ReturnSignal as result:
            return result.args[0]
        finally:
            self.names = outer
        return None

    def visit(self, node):
        """Count a node, and run it."""
        self.steps += 1
        if self.steps > self.limit:
            raise RuntimeError("out of gas")
        return super().visit(node)

    # Statements

    def visit_Assign(self, node):
        value = self.visit(node.value)
        for target in node.targets:
            self.assign(target, value)

    def assign(self, target, value):
        self.steps += 1
        if isinstance(target, ast.Name):
            self.names[target.id] = value
        elif isinstance(target, ast.Subscript):
            self.visit(target.value)[self.visit(target.slice)] = value
        else:
            for part, item in zip(target.elts, value, strict=True):
                self.assign(part, item)

    def visit_AugAssign(self, node):
        operate, target = OPERATORS[type(node.op)], node.target
        if isinstance(target, ast.Name):
            self.steps += 1
            self.names[target.id] = operate(self.names[target.id], self.visit(node.value))
        else:
            self.steps += 1
            whole, key = self.visit(target.value), self.visit(target.slice)
            whole[key] = operate(whole[key], self.visit(node.value))

    def visit_For(self, node):
        for item in self.visit(node.iter):
            self.assign(node.target, item)
            if self.leaves(node.body):
                break

    def visit_While(self, node):
        while self.visit(node.test):
            if self.leaves(node.body):
                break

    def leaves(self, body):
        """Run the body of a loop once; return whether the loop ends."""
        try:
            for statement in body:
                self.visit(statement)
        except BreakSignal:
            return True
        except ContinueSignal:
            pass
        return False

    def visit_If(self, node):
        for statement in node.body if self.visit(node.test) else node.orelse:
            self.visit(statement)

    def visit_Return(self, node):
        raise ReturnSignal(None if node.value is None else self.visit(node.value))

    def visit_Break(self, node):
        raise BreakSignal

    def visit_Continue(self, node):
        raise ContinueSignal

    def visit_Expr(self, node):
        self.visit(node.value)

    # Expressions

    def visit_Constant(self, node):
        return node.value

    def visit_Name(self, node):
        return self.names[node.id]

    def visit_BinOp(self, node):
        return OPERATORS[type(node.op)](self.visit(node.left), self.visit(node.right))

    def visit_UnaryOp(self, node):
        return not self.visit(node.operand) if isinstance(node.op, ast.Not) else -self.visit(node.operand)

    def visit_BoolOp(self, node):
        value = None
        for part in node.values:
            value = self.visit(part)
            if bool(value) is isinstance(node.op, ast.Or):
                break
        return value

    def visit_Compare(self, node):
        left = self.visit(node.left)
        for compare, part in zip(node.ops, node.comparators, strict=True):
            right = self.visit(part)
            if not OPERATORS[type(compare)](left, right):
                return False
            left = right
        return True

    def visit_IfExp(self, node):
        return self.visit(node.body if self.visit(node.test) else node.orelse)

    def visit_List(self, node):
        return [self.visit(part) for part in node.elts]

    def visit_Tuple(self, node):
        return tuple([self.visit(part) for part in node.elts])

    def visit_Dict(self, node):
        return {self.visit(key): self.visit(value) for key, value in zip(node.keys, node.values, strict=True)}

    def visit_ListComp(self, node):
        (generator,) = node.generators
        outer, self.names, found = self.names, dict(self.names), []
        for item in self.visit(generator.iter):
            self.assign(generator.target, item)
            if all(self.visit(test) for test in generator.ifs):
                found.append(self.visit(node.elt))
        self.names = outer
        return found

    def visit_Subscript(self, node):
        return self.visit(node.value)[self.visit(node.slice)]

    def visit_JoinedStr(self, node):
        return "".join([str(self.visit(part)) for part in node.values])

    def visit_FormattedValue(self, node):
        return self.visit(node.value)

    def visit_Call(self, node):
        arguments = [self.visit(argument) for argument in node.args]
        if isinstance(node.func, ast.Attribute):
            self.steps += 1
            return getattr(self.visit(node.func.value), node.func.attr)(*arguments)
        self.steps += 1
        name = node.func.id
        return self.run(name, arguments) if name in self.functions else BUILTINS[name](*arguments)
