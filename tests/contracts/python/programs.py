"""Random programs in the subset, from a seed: typed, so that most of them do something, and with loops that end.

A plain program is Python too. Others also use the state and what else the host gives. `spoil` makes a program nearly valid.

Simplifications: the grammar knows seven types, and no list is changed by the loop that runs over it.
"""

import random
import re

INTS = ["0", "1", "2", "3", "7", "-1", "-5", "10", "255", "256", "4096", "1 << 31", "(1 << 60) - 1", "1 << 200", "-(1 << 255)", "True"]
TEXTS = ['""', '"a"', '"ab"', '"abcab"', '"12"', '"-7"', '" a b "', '"a,b,,c"', '"\\u00e9\\U0001f600"', '"\\n\\x00"', "'\"'", 'r"\\\\"']
BYTES = ['b""', 'b"a"', 'b"\\x00\\xff"', 'b"abcabc"', 'b"ab\\ncd"']
OPENINGS = ["", "x", "{{"]
KINDS = ("int", "bool", "str", "bytes", "ints", "texts", "dict", "pair", "record")
HEAD = '''"""A program made from seed {seed}."""

@record
class Box:
    size: int
    name: str = "none"

LIMIT = 3 + 4
PAIR = (1, "b")

def _first(a: int, b: int = 2) -> int:
    if a > b:
        return a - b
    return b

def _deep(n: int, words):
    if n <= 0 or not words:
        return "end"
    return f"{n}{words[0]}" + _deep(n - 1, words[1:])
'''
SPOILS = [
    "sender", "state", "__class__", "__init__", ".__class__", "lambda: 1", "yield", "await", "import os", "(x := 1)", "*", "**", "{1, 2}",
    "1.5", "1j", "...", "global", "del", "try:", "with", "eval", "getattr", "format", "return", "break", "@", "/", "(", ")", "[", "]", "{",
    "}", '"', "'", ":", ",", "=", "==", "if", "else", "for", "in", "is", "not", "None", "\\", "\n", "    ", "\t", "\0", "\u0435", "\ud800",
    "f'{x!r}'", "f'{'", "0x", "1_", "9" * 90, "-" * 200, "(" * 60, "a.b", "sorted", "call", "emit('t')", "raise ValueError('x')", "assert",
    "state['k']", "state.get(1)", "state.items(())", "isinstance", "record", "query", "def f():", "class A:", "while True:\n        pass",
]  # fmt: skip


class Maker:
    """Writes one program."""

    def __init__(self, seed, is_plain=True):
        self.random = random.Random(seed)
        self.seed = seed
        self.is_plain = is_plain
        self.names = {kind: [] for kind in KINDS}
        self.frozen = []
        self.count = 0
        self.loops = 0

    def pick(self, things):
        return things[int(self.random.random() * len(things))]

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def make(self):
        """Return the source."""
        body = self.write_block(1, 4 + int(self.random.random() * 10))
        tail = [f'    emit("{kind}", {", ".join(names[:16])})' for kind, names in self.names.items() if names]
        source = HEAD.replace("{seed}", str(self.seed)) + "\ndef main(n: int, text: str) -> str:\n    words = text.split()\n"
        return source + "\n".join([*body, *tail]) + f"\n    return {self.make_str(2)}\n"

    # Statements

    def write_block(self, depth, count):
        """Return lines."""
        lines = []
        for _ in range(count):
            lines.extend("    " * depth + line if place == 0 else line for place, line in enumerate(self.write_statement(depth)))
        return lines

    def write_inner(self, depth):
        """Return the lines of a block whose new names are known in it alone: it may not run."""
        before = {kind: list(names) for kind, names in self.names.items()}
        lines = self.write_block(depth + 1, 1 + int(self.random.random() * 3))
        self.names = before
        return lines

    def write_statement(self, depth):
        """Return the lines of one statement; the first has no indent yet."""
        roll = self.random.random() * 100
        if depth < 4 and roll < 10:
            other = ["    " * depth + "else:", *self.write_inner(depth)] if self.chance(40) else []
            return [f"if {self.make_bool(2)}:", *self.write_inner(depth), *other]
        if depth < 4 and roll < 20:
            return self.write_for(depth)
        if depth < 4 and roll < 25:
            name = self.name_new("int")
            self.frozen.append(name)
            self.loops += 1
            inner = self.write_inner(depth)
            self.loops -= 1
            step = "    " * (depth + 1) + f"{name} += 1"
            return [f"{name} = 0", "    " * depth + f"while {name} < {self.pick('0235')}:", step, *inner]
        if self.loops and roll < 28:
            return [f"if {self.make_bool(1)}:", "    " * (depth + 1) + self.pick(["break", "continue"])]
        if roll < 45:
            changed = self.write_change()
            if changed:
                return [changed]
        if roll < 50 and not self.is_plain:
            return [self.write_host()]
        if roll < 53:
            return [f"assert {self.make_bool(1)} or {self.pick(['n', 'True', 'True'])}, {self.make_str(1)}"]
        if roll < 57:
            value = self.make_pair(2)
            return [f"{self.name_new('int')}, {self.name_new('str')} = {value}"]
        if roll < 60:
            return [f'emit("mid", {self.make_any(2)})']
        kind = self.pick(KINDS)
        value = self.make_kind(kind, 3)
        old = [name for name in self.names[kind] if name not in self.frozen]
        name = self.pick(old) if old and self.chance(30) else self.name_new(kind)
        return [f"{name} = {value}"]

    def write_for(self, depth):
        """Return a loop."""
        before = {kind: list(names) for kind, names in self.names.items()}
        shape = self.pick(["range", "ints", "texts", "items", "enumerate", "zip", "str"])
        if shape == "range":
            source = f"range({self.pick(['0', '3', 'LIMIT', 'len(words)', '1, 9, 2', '5, -2, -3'])})"
            target = self.name_new("int")
        elif shape in ("ints", "texts", "str"):
            source = {"ints": "list({})", "texts": "list({})", "str": "({})[:9]"}[shape].format(self.make_kind(shape, 1))
            target = self.name_new("int" if shape == "ints" else "str")
        elif shape == "items":
            source = f"list(({self.make_dict(1)}).items())"
            target = f"{self.name_new('str')}, {self.name_new('int')}"
        else:
            source = f"zip(list({self.make_ints(1)}), list({self.make_texts(1)}))"
            source = f"enumerate(list({self.make_texts(1)}))" if shape == "enumerate" else source
            target = f"{self.name_new('int')}, {self.name_new('str')}"
        self.loops += 1
        inner = self.write_inner(depth)
        self.loops -= 1
        self.names = before
        return [f"for {target} in {source}:", *inner]

    def write_change(self):
        """Return a statement that changes something that is there."""
        kind = self.pick(["ints", "texts", "dict", "int", "str"])
        names = [name for name in self.names[kind] if name not in self.frozen]
        if not names:
            return None
        name = self.pick(names)
        if kind == "int":
            return f"{name} {self.pick(['+', '-', '*', '//', '%', '&', '|', '^', '>>'])}= {self.make_int(1)}"
        if kind == "str":
            return f"{name} += {self.make_str(1)}"
        if kind == "dict":
            key, value = self.make_str(1), self.make_int(1)
            forms = ["{n}[{k}] = {v}", "{n}.setdefault({k}, {v})", "{n}.pop({k}, {v})", "{n}.update({{{k}: {v}}})", "{n}[{k}] += {v}"]
            return self.pick([*forms, "del {n}[{k}]", "{n}.clear()", "{n} = dict({n})"]).format(n=name, k=key, v=value)
        item, place = self.make_int(1) if kind == "ints" else self.make_str(1), self.pick(["0", "-1", "1", "n"])
        forms = ["{n}.append({i})", "{n}.insert({p}, {i})", "{n}[{p}] = {i}", "{n} += [{i}]", "{n}.extend([{i}, {i}])", "{n}.reverse()"]
        return self.pick([*forms, "{n}.sort()", "{n}.pop({p})", "del {n}[{p}]", "{n} *= 2", "{n}.remove({i})"]).format(
            n=name, i=item, p=place
        )

    def write_host(self):
        """Return a statement that only a contract has."""
        if self.chance(10):
            return f"""{self.name_new("int")} = len(state.items({self.pick(["", '"k"', '("t",)'])}))"""
        key = self.pick(['"a"', '("k", abs(n) % 5)', f'("t", {self.make_str(1)})', self.make_str(1), 'b"x"', self.make_int(1)])
        forms = [
            f"state[{key}] = {self.make_any(2)}",
            f"state[{key}] = {self.make_any(2)}",
            f"del state[{key}]",
            f"emit({self.make_str(1)}, state.get({key}), {key} in state)",
            f'emit("h", sha256({self.make_bytes(1)}), sender.org, block.height, caller, contract, sender.address)',
            f"""emit("r", try_call({self.pick(['"c"', '"other"', self.make_str(1)])}, "echo", int, n={self.make_any(1)}).message)""",
            f'emit("v", verify({self.make_bytes(1)}, {self.make_bytes(1)}, {self.make_bytes(1)}))',
        ]
        return self.pick(forms)

    def name_new(self, kind):
        """Return a new name."""
        self.count += 1
        name = f"{kind[0]}{self.count}"
        self.names[kind].append(name)
        return name

    # Expressions

    def make_kind(self, kind, depth):
        return getattr(self, f"make_{kind}")(depth)

    def make_any(self, depth):
        return self.make_kind(self.pick(KINDS), depth)

    def choose(self, kind, depth, simple, forms):
        """Return a name or something simple, or one of the forms, each of which is a function."""
        names = self.names[kind]
        if names and self.chance(35 if depth > 0 else 70):
            return self.pick(names)
        if depth <= 0 or self.chance(20):
            return self.pick(simple)
        return self.pick(forms)(depth - 1)

    def make_int(self, depth):
        i, s, t = self.make_int, self.make_str, self.make_ints
        return self.choose("int", depth, [*INTS, "n", "LIMIT", "PAIR[0]", "len(words)"], [
            lambda d: f"({i(d)} {self.pick(['+', '-', '*', '+', '-', '*', '//', '%', '&', '|', '^'])} {i(d)})",
            lambda d: f"({i(d)} {self.pick(['**', '<<', '>>'])} {self.pick(['0', '1', '2', '3', 'abs(n) % 9'])})",
            lambda d: f"({self.pick(['-', '~', '+', '-'])}{i(d)})",
            lambda d: f"len({self.make_kind(self.pick(['str', 'bytes', 'ints', 'texts', 'dict']), d)})",
            lambda d: f"{self.pick(['min', 'max'])}({i(d)}, {i(d)})",
            lambda d: f"sum({t(d)})",
            lambda d: f"abs({i(d)})",
            lambda d: f"int({self.make_bool(d)})",
            lambda d: f"""int({self.pick(['"42"', '"-7"', 'str(n)', s(d)])})""",
            lambda d: f"({t(d)} + [{i(d)}])[{self.pick(['0', '-1'])}]",
            lambda d: f"({self.make_dict(d)}).get({s(d)}, {i(d)})",
            lambda d: f"({i(d)} if {self.make_bool(d)} else {i(d)})",
            lambda d: f"_first({i(d)}{self.pick(['', f', {i(0)}', f', b={i(0)}'])})",
            lambda d: f"({self.make_record(d)}).size",
            lambda d: f"({s(d)}).{self.pick(['find', 'count'])}({s(d)})",
            lambda d: f"({t(d)}).count({i(d)})",
            lambda d: f"sum({self.make_inner('int', d)})",
            lambda d: f"max({t(d)} + [0])",
            lambda d: f"int.from_bytes(({self.make_bytes(d)})[:9], '{self.pick(['big', 'little'])}')",
        ])  # fmt: skip

    def make_bool(self, depth):
        i, s, b = self.make_int, self.make_str, self.make_bool
        compare = ["<", "<=", ">", ">=", "==", "!="]
        return self.choose("bool", depth, ["True", "False", "n > 2", "bool(words)"], [
            lambda d: f"({i(d)} {self.pick(compare)} {i(d)})",
            lambda d: f"({i(d)} {self.pick(compare)} {i(d)} {self.pick(compare)} {i(d)})",
            lambda d: f"({s(d)} {self.pick(compare)} {s(d)})",
            lambda d: f"({self.make_any(d)} {self.pick(['==', '!='])} {self.make_any(d)})",
            lambda d: f"(not {b(d)})",
            lambda d: f"({b(d)} {self.pick(['and', 'or'])} {b(d)})",
            lambda d: f"bool({b(d)} {self.pick(['and', 'or'])} {self.make_any(d)} {self.pick(['and', 'or'])} {b(d)})",
            lambda d: f"({i(d)} {self.pick(['in', 'not in'])} {self.make_ints(d)})",
            lambda d: f"({s(d)} in {self.make_kind(self.pick(['str', 'texts', 'dict']), d)})",
            lambda d: f"({self.make_any(d)} is {self.pick(['None', 'True', 'not None'])})",
            lambda d: f"isinstance({self.make_any(d)}, {self.pick(['int', 'bool', '(str, bytes)', 'list', 'dict', 'tuple'])})",
            lambda d: f"{self.pick(['any', 'all'])}({self.make_inner('int', d)})",
            lambda d: f"{self.pick(['any', 'all'])}({self.make_ints(d)})",
            lambda d: f"({s(d)}).{self.pick(['startswith', 'endswith'])}({s(d)})",
            lambda d: f"({s(d)}).isdigit()",
            lambda d: f"bool({self.make_any(d)})",
        ])  # fmt: skip

    def make_str(self, depth):
        i, s = self.make_int, self.make_str
        names = [*self.names["str"], *self.names["int"], "n", "text"]
        return self.choose("str", depth, [*TEXTS, "text", "PAIR[1]"], [
            lambda d: f"({s(d)} + {s(d)})",
            lambda d: f"({s(d)} * {self.pick(['0', '1', '3', '-1', 'True', 'abs(n) % 4'])})",
            lambda d: f"({s(d)})[{self.pick(['', '1', '-2', 'n'])}:{self.pick(['', '3', '-1', 'n'])}]",
            lambda d: f"f'{self.pick(OPENINGS)}{{{self.pick(names)}}}{{{self.pick(names)} is None}}'",
            lambda d: f"str({self.pick([i(d), self.make_bool(d), s(d), 'None'])})",
            lambda d: f"({s(d)}).join({self.make_texts(d)})",
            lambda d: f"({s(d)}).strip({self.pick(['', s(0)])})",
            lambda d: f"({s(d)}).replace({s(d)}, {s(d)})",
            lambda d: f"({s(d)}).{self.pick(['removeprefix', 'removesuffix'])}({s(d)})",
            lambda d: f"""({self.pick(['"aBc"', 'str(n)'])}).{self.pick(['upper', 'lower'])}()""",
            lambda d: f"({s(d)} + 'z')[{self.pick(['0', '-1'])}]",
            lambda d: f"({self.make_bytes(d)}).hex()",
            lambda d: f"({s(d)}).encode().decode()",
            lambda d: f"({s(d)} if {self.make_bool(d)} else {s(d)})",
            lambda d: f"({self.make_record(d)}).name",
            lambda d: f"({self.make_pair(d)})[1]",
            lambda d: f"_deep({self.pick(['2', 'n', '3'])}, {self.make_texts(d)})",
        ])  # fmt: skip

    def make_bytes(self, depth):
        b = self.make_bytes
        return self.choose("bytes", depth, BYTES, [
            lambda d: f"({b(d)} + {b(d)})",
            lambda d: f"({self.make_str(d)}).encode()",
            lambda d: f"({b(d)})[{self.pick(['', '1', '-2'])}:{self.pick(['', '3', '-1'])}]",
            lambda d: f"(abs({self.make_int(d)}) % 65536).to_bytes({self.pick(['2', '3', '32'])}, '{self.pick(['big', 'little'])}')",
            lambda d: f"bytes([x % 256 for x in {self.make_ints(d)}])",
            lambda d: f"bytes({self.pick(['0', '3', 'abs(n) % 9'])})",
            lambda d: f"({b(d)}).replace({b(d)}, {b(d)})",
            lambda d: "bytes.fromhex('00ff10')",
        ])  # fmt: skip

    def make_ints(self, depth):
        i, t = self.make_int, self.make_ints
        return self.choose("ints", depth, ["[]", "[1, 2, 3]", "[n]", "[3, 1, 2]"], [
            lambda d: f"[{i(d)}, {i(d)}]",
            lambda d: f"({t(d)} + {t(d)})",
            lambda d: f"({t(d)} * {self.pick(['0', '2', '-1'])})",
            lambda d: f"sorted({t(d)}{self.pick(['', ', reverse=True', ', reverse=n'])})",
            lambda d: f"list(reversed({t(d)}))",
            lambda d: f"list(range({self.pick(['4', 'LIMIT', '2, 9, 3', '9, 2, -2'])}))",
            lambda d: f"({t(d)})[{self.pick(['', '1', '-2', 'n'])}:{self.pick(['', '3', '-1'])}]",
            lambda d: f"list(({self.make_dict(d)}).values())",
            lambda d: f"[{self.make_inner('int', d)}]",
            lambda d: f"list({self.make_bytes(d)})",
            lambda d: f"({t(d)}).copy()",
        ])  # fmt: skip

    def make_texts(self, depth):
        t = self.make_texts
        return self.choose("texts", depth, ["words", "[]", '["b", "a"]', "[text]"], [
            lambda d: f"[{self.make_str(d)}, {self.make_str(d)}]",
            lambda d: f"""({self.make_str(d)}).split({self.pick(['', '","', '"a"'])})""",
            lambda d: f"sorted({t(d)})",
            lambda d: f"({t(d)} + {t(d)})",
            lambda d: f"list({self.make_dict(d)})",
            lambda d: f"[{self.make_inner('str', d)}]",
            lambda d: f"list({self.make_str(d)})",
        ])  # fmt: skip

    def make_dict(self, depth):
        s, i = self.make_str, self.make_int
        return self.choose("dict", depth, ["{}", '{"a": 1, "b": n}'], [
            lambda d: f"{{{s(d)}: {i(d)}, {s(d)}: {i(d)}}}",
            lambda d: f"{{str(x): x {self.pick(['+', '*', '-'])} {i(0)} for x in {self.make_ints(d)}}}",
            lambda d: f"{{w: len(w) for w in {self.make_texts(d)} if {self.make_bool(0)}}}",
            lambda d: f"dict(zip({self.make_texts(d)}, {self.make_ints(d)}))",
            lambda d: f"({self.make_dict(d)}).copy()",
        ])  # fmt: skip

    def make_pair(self, depth):
        return self.choose("pair", depth, ["PAIR", '(n, "x")'], [
            lambda d: f"({self.make_int(d)}, {self.make_str(d)})",
            lambda d: f"tuple([{self.make_int(d)}, {self.make_str(d)}])",
            lambda d: f"max(({self.make_int(d)}, {self.make_str(d)}), ({self.make_int(d)}, {self.make_str(d)}))",
        ])  # fmt: skip

    def make_record(self, depth):
        return self.choose("record", depth, ["Box(1)", 'Box(n, "x")'], [
            lambda d: f"Box({self.make_int(d)}, {self.make_str(d)})",
            lambda d: f"Box(name={self.make_str(d)}, size={self.make_int(d)})",
        ])  # fmt: skip

    def make_inner(self, kind, depth):
        """Return what stands inside of a comprehension, whose items are of this kind."""
        item = {"int": ["x", "x * x", "x + n", "x * y", "-x"], "str": ["str(x)", 'f"{x}{n}"', "str(x) * 2"]}[kind]
        second = f" for y in {self.pick(['(1, 2)', 'range(x % 3)', '[x]'])}" if self.chance(30) else ""
        test = f" if {self.pick(['x % 2', 'x > n', 'not x', 'x and n', self.make_bool(depth)])}" if self.chance(40) else ""
        chosen = self.pick(item).replace("y", "y" if second else "x")
        return f"{chosen} for x in {self.make_ints(depth)}{second}{test}"


def make_program(seed, is_plain=True):
    """Return the program of a seed."""
    return Maker(seed, is_plain).make()


def spoil(source, seed):
    """Return a program with one or more faults."""
    chooser = random.Random(seed)
    tokens = re.findall(r"\s+|\w+|.", source, re.DOTALL)
    for _ in range(1 + int(chooser.random() * 3)):
        place, other = int(chooser.random() * len(tokens)), int(chooser.random() * len(tokens))
        action = int(chooser.random() * 5)
        if action == 0:
            tokens[place] = ""
        elif action == 1:
            tokens[place] += tokens[other]
        elif action == 2:
            tokens[place], tokens[other] = tokens[other], tokens[place]
        else:
            word = SPOILS[int(chooser.random() * len(SPOILS))]
            tokens[place] = word if action == 3 else f"{tokens[place]} {word} "
    return "".join(tokens)
