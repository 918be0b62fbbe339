"""Made-up cohorts for the comparison: learners who wrote the same thing in their own way, and learners who copied and hid it.

Somebody else's way is made from a right answer of the lab by rewriting it statement by statement, as its seed has it: other constructs,
another order of operands, helper variables, loops for comprehensions. That is less than a person's own thinking changes, so it is the
harder test. A copy keeps each statement and changes what is easy to change.
"""

import ast
import random
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from autograder.compare.works import Work

DEAD = ("unused = [1, 2, 3]", "if False:\n    print('never')", "spare = None", "_ = 7 * 6", "for nothing in ():\n    pass")


class Rewrite(ast.NodeTransformer):
    """The same program as somebody else might have put it; it need not run."""

    def __init__(self, seed):
        self.draw = random.Random(seed)

    def is_drawn(self, share=0.75):
        return self.draw.random() < share

    def visit(self, node):
        node = super().visit(node)
        for name in ("body", "orelse"):
            body = getattr(node, name, None)
            if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                setattr(node, name, [each for statement in body for each in self.put(statement)])
        return node

    def put(self, statement):
        """Return what stands in the place of a statement: itself, or several."""
        temporary = ast.Name("value", ast.Store())
        if isinstance(statement, ast.Return) and statement.value and self.is_drawn():
            return [ast.Assign([temporary], statement.value), ast.Return(ast.Name("value", ast.Load()))]
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name) and self.is_drawn():
            name = statement.target.id
            return [ast.Assign([statement.target], ast.BinOp(ast.Name(name, ast.Load()), statement.op, statement.value))]
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call) and statement.value.args and self.is_drawn():
            place = self.draw.randrange(len(statement.value.args))
            argument, statement.value.args[place] = statement.value.args[place], ast.Name("value", ast.Load())
            return [ast.Assign([temporary], argument), statement]
        if isinstance(statement, ast.If) and statement.orelse and self.is_drawn():
            statement.test = ast.UnaryOp(ast.Not(), statement.test)
            statement.body, statement.orelse = statement.orelse, statement.body
        elif isinstance(statement, ast.If) and self.is_drawn():
            return [ast.Assign([temporary], statement.test), ast.If(ast.Name("value", ast.Load()), statement.body, statement.orelse)]
        elif isinstance(statement, ast.For) and self.is_drawn():
            return [ast.Assign([temporary], statement.iter), ast.For(statement.target, ast.Name("value", ast.Load()), statement.body, [])]
        return [statement]

    def visit_Compare(self, node):
        self.generic_visit(node)
        flipped = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.Eq: ast.Eq, ast.NotEq: ast.NotEq}
        if len(node.ops) == 1 and type(node.ops[0]) in flipped and self.is_drawn():
            return ast.Compare(node.comparators[0], [flipped[type(node.ops[0])]()], [node.left])
        return node

    def visit_ListComp(self, node):
        self.generic_visit(node)
        return ast.Call(ast.Name("list", ast.Load()), [ast.GeneratorExp(node.elt, node.generators)], []) if self.is_drawn() else node

    def visit_BinOp(self, node):
        self.generic_visit(node)
        return ast.BinOp(node.right, node.op, node.left) if isinstance(node.op, ast.Mult | ast.Add) and self.is_drawn(0.3) else node

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and len(node.args) == 1 and self.is_drawn(0.3):
            node.args = [ast.IfExp(ast.Name("ready", ast.Load()), node.args[0], ast.Constant(None))]
        return node


def write_alone(published, seed):
    """Return the cells of somebody who wrote each answer in their own way, after one or another of the lab's own."""
    draw = random.Random(seed)
    cells = []
    for task in dict(published[0].cells):
        source = dict(draw.choice([work for work in published if task in dict(work.cells)]).cells)[task]
        tree = Rewrite(f"{seed}/{task}").visit(ast.parse(source))
        cells.append((task, ast.unparse(ast.fix_missing_locations(tree))))
    return tuple(cells)


def rename(source, seed):
    """Give every name that a function binds, and its own helpers, another name."""
    tree = ast.parse(source)
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    new = {name: f"n_{name[::-1]}_{seed}" for name in bound}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = new.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = new.get(node.arg, node.arg)
    return ast.unparse(tree)


def change_literals(source, seed):
    """Give every number and text another value."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) in (int, str, bytes):
            node.value = node.value + 1 + seed if type(node.value) is int else node.value * 2
    return ast.unparse(tree)


def comment(source, seed):
    """Change comments, blank lines and layout."""
    lines = [f"{line}  # {seed}: this is line {number}" if line.strip() else line for number, line in enumerate(source.split("\n"))]
    return '"""My very own work."""\n\n' + "\n\n".join(line.replace(", ", " ,   ") for line in lines)


def insert_dead_code(source, seed, share=0.3):
    """Put statements that do nothing between the others."""
    draw = random.Random(seed)
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.For | ast.While | ast.If):
            node.body = [
                each
                for statement in node.body
                for each in (*(ast.parse(draw.choice(DEAD)).body if draw.random() < share else ()), statement)
            ]
    return ast.unparse(ast.fix_missing_locations(tree))


def reorder(cells, seed):
    """Put functions and cells into another order, all in cells of one's own."""
    parts = [ast.unparse(node) for _, source in cells for node in ast.parse(source).body]
    random.Random(seed).shuffle(parts)
    middle = len(parts) // 2
    return (("", "\n\n".join(parts[:middle])), ("", "\n\n".join(parts[middle:])))


def disguise(cells, seed):
    """Do all of it at once."""
    changed = reorder(cells, seed)
    for change in (rename, change_literals, insert_dead_code):
        changed = tuple((name, change(source, seed)) for name, source in changed)
    return tuple((name, comment(source, seed)) for name, source in changed)


def draw_cohort(published, size, rings, seed=0):
    """Return `size` works. The first are in `rings` of these sizes: one wrote alone, the others have it from them, disguised."""
    with ProcessPoolExecutor(2) as pool:
        alone = list(pool.map(partial(write_alone, published), (f"{seed}/{number}" for number in range(size)), chunksize=100))
    number = 0
    for ring in rings:
        for copy in range(number + 1, number + ring):
            alone[copy] = disguise(alone[number], copy)
        number += ring
    return [Work(f"learner-{number:05}", cells) for number, cells in enumerate(alone)]
