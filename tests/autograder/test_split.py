"""Tests in one process, learner code in another: what a test can do with the learner's objects, and what these can do to a test."""

import os

import pytest

from tests.autograder.labs_for_tests import HIDDEN, Bench

SHAPES = """\
from dataclasses import dataclass, field


class ShapeError(ValueError):
    pass


@dataclass(frozen=True)
class Point:
    x: int
    y: int = 0

    def is_origin(self):
        return self.x == self.y == 0


@dataclass(frozen=True, kw_only=True)
class Path:
    points: tuple[Point, ...]
    name: str | None = None
    size: int = field(init=False, default=0)

    def __post_init__(self):
        if not self.points:
            raise ShapeError("a path has points")


@dataclass
class Loose:
    x: int
"""


@pytest.fixture(scope="module")
def bench():
    with Bench() as bench:
        yield bench


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    """A bench whose lab uses a module with value types."""
    folder = tmp_path_factory.mktemp("modules")
    (folder / "shapes.py").write_text(SHAPES)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))
        with Bench(uses=("shapes",)) as bench:
            bench.get_verdicts("", "pass")  # the processes start with the first submission
            yield bench


CLASSES = """
class Account:
    kind = "plain"
    def __init__(self, owner, amount=0):
        self.owner, self.amount = owner, amount
    def pay(self, amount, *, to):
        if amount > self.amount:
            raise Broke(amount)
        self.amount -= amount
        to.amount += amount
        return [self.amount, to.amount]
    def __add__(self, other): return self.amount + (other.amount if isinstance(other, Account) else other)
    def __radd__(self, other): return other + self.amount
    def __lt__(self, other): return self.amount < other.amount
    def __len__(self): return 7
    def __getitem__(self, key): return {"x": 1}[key]
    def __setitem__(self, key, value): self.amount = value
    def __contains__(self, item): return item == "x"
    def __iter__(self): return iter([1, (2, 3)])
    def __repr__(self): return f"<{self.owner}>"
    def __int__(self): return 5
class Savings(Account): pass
class Broke(Exception): pass
class Deeply(Broke): pass
def grow(values, by=1): return [value + by for value in values]
def count():
    for n in range(3):
        yield n, str(n)
def apply(function, *args, **kwargs): return function(*args, **kwargs)
def make(): return lambda x: x + 1
def buffer(): return bytearray(b"ab")
def type_name(x): return type(x).__name__
ann, bob = Account("ann", 10), Savings("bob")
"""


@pytest.mark.parametrize(
    "test",
    [
        "assert grow([1, 2]) == [2, 3] and grow([1], by=2) == [3] and grow(values=(1,)) == [2]",
        "assert type(grow([1])) is list and isinstance(grow([1]), list) and grow.__name__ == 'grow' and callable(grow)",
        "assert ann.pay(3, to=bob) == [7, 3] and (ann.amount, bob.amount) == (7, 3)\nann.amount = 5\nassert ann.amount == 5",
        "assert isinstance(ann, Account) and isinstance(bob, Account) and not isinstance(ann, Savings) and issubclass(Savings, Account)",
        "assert type(ann) is Account and type(bob) is Savings and type(bob).__name__ == 'Savings' and not isinstance(ann, dict)",
        "new = Account('eve', amount=2)\nassert new.owner == 'eve' and isinstance(new, Account) and Account.kind == new.kind == 'plain'",
        "assert ann + bob == 10 and ann + 1 == 1 + ann == 11 and bob < ann and max(bob, ann) is ann and sorted([ann, bob])[0] is bob",
        "assert len(ann) == 7 and ann['x'] == 1 and 'x' in ann and 'y' not in ann and list(ann) == [1, (2, 3)] and int(ann) == 5",
        "ann['any'] = 4\nassert ann.amount == 4 and repr(ann) == str(ann) == f'{ann}' == '<ann>'",
        "assert type(buffer()) is bytearray and buffer() == b'ab' and type_name(bytearray(1)) == type_name(buffer()) == 'bytearray'",
        "assert hasattr(ann, 'owner') and not hasattr(ann, 'missing') and getattr(ann, 'missing', 3) == 3",
        "assert ann == ann and ann != bob and {ann: 1}[ann] == 1 and ann in [bob, ann] and ann is globals()['ann']",
        "one = count()\nassert next(one) == (0, '0') and list(one) == [(1, '1'), (2, '2')] and next(one, None) is None",
        "assert [n for n, _ in count()] == [0, 1, 2] and dict(count()) == {0: '0', 1: '1', 2: '2'}",
        "assert apply(lambda a, b=1: (a, b), 2, b=3) == (2, 3) and apply(len, 'four') == 4 and apply(grow, [1]) == [2]",
        "seen = []\napply(seen.append, 5) if 0 else apply(lambda x: seen.append(x), 5)\nassert seen == [5]",
        "assert apply(lambda: apply(lambda: grow([1]))) == [2] and make()(1) == 2 and apply(make(), 2) == 3",
        "def bad(): raise KeyError('no')\nseen = 0\ntry: apply(bad)\nexcept KeyError as error: seen = error.args\nassert seen == ('no',)",
    ],
)
def test_a_test_uses_the_learners_functions_and_objects_as_if_they_were_here(bench, test):
    result = bench.grade(CLASSES, test)
    assert result.cells[0].status == "passed", result.cells[0].message


CATCH = "try:\n    {}\nexcept {} as error:\n    caught = error\nelse:\n    caught = None\nassert caught is not None"


@pytest.mark.parametrize(
    ("raised", "caught"),
    [
        ("Broke('no')", "Broke"),
        ("Deeply('no')", "Broke"),
        ("Broke('no')", "Exception"),
        ("KeyError('no')", "LookupError"),
        ("FileNotFoundError(2, 'no')", "OSError"),
        ("UnicodeDecodeError('utf-8', b'x', 0, 1, 'no')", "ValueError"),
        ("ExceptionGroup('no', [ValueError(1)])", "ExceptionGroup"),
        ("__import__('zlib').error('no')", "zlib.error"),
        ("Given('no')", "Given"),
        ("Mine('no')", "Given"),
        ("AssertionError('no')", "AssertionError"),
        ("SystemExit(3)", "SystemExit"),
    ],
)
def test_an_exception_is_caught_by_its_class(bench, raised, caught):
    given = "class Given(Exception):\n    pass"
    answer = f"{CLASSES}\nclass Mine(Given): pass\ndef f():\n    raise {raised}"
    assert bench.passes(answer, "import zlib\n" + CATCH.format("f()", caught), given=given)
    assert not bench.passes(answer, CATCH.format("f()", "ZeroDivisionError"), given=given)


def test_an_exception_keeps_its_arguments_and_its_text(bench):
    answer = f"{CLASSES}\nclass Own(Exception):\n    def __init__(self, a, b): super().__init__(a + b)\ndef f(): raise Own('x', 'y')"
    assert bench.passes(answer, CATCH.format("bob.pay(5, to=ann)", "Broke") + "\nassert caught.args == (5,)")
    assert bench.passes(answer, CATCH.format("f()", "Own") + "\nassert str(caught) == 'xy'")


def test_learner_code_that_catches_what_a_test_throws_at_it_goes_on(bench):
    answer = "def f(callback):\n    try:\n        callback()\n    except ValueError as error:\n        return f'saw {error}'"
    assert bench.passes(answer, "def bad(): raise ValueError('that')\nassert f(bad) == 'saw that'")


def test_what_the_learners_code_prints_is_shown_with_the_test_that_made_it_do_so(bench):
    result = bench.grade("print('a cell')\ndef f():\n    print('a call')\n    return 1\n'a value'", "print('a test')\nassert f() == 1")
    texts = [output.get("text") or output["data"]["text/plain"] for _, outputs in result.outputs["bench"] for output in outputs]
    assert texts == ["a cell\n", "'a value'", "a test\na call\n"]


@pytest.mark.parametrize(
    ("answer", "name", "words"),
    [
        ("while True:\n    pass", "Stopped", "Your code took longer than 0.4 s of processor time here. Look for a loop that never ends."),
        (
            "import time\ntime.sleep(60)",
            "Stopped",
            "Your code did nothing for 0.7 s here: it waited or slept. Nothing in this lab needs to wait.",
        ),
        ("!ls -l", "Stopped", "Only Python runs when a notebook is graded. Take this line out, or say it in Python: !ls -l"),
        ("%%bash\nls", "Stopped", "Only Python runs when a notebook is graded. Take this line out, or say it in Python: %%bash"),
        ("import os\nos._exit(3)", "", ""),
    ],
)
def test_what_stopped_a_cell_is_shown_as_a_teacher_would_say_it(bench, answer, name, words):
    outputs = bench.grade(answer, "assert 1").outputs["bench"]
    shown = [(output["ename"], output["evalue"], output["traceback"]) for place, outputs in outputs for output in outputs if place == 1]
    assert shown == ([(name, words, [f"{name}: {words}"])] if name else [])


def test_a_traceback_shows_the_cells_and_lines_of_the_notebook_as_they_were_written(bench):
    before = "%matplotlib inline\n\ndef half(x):\n    return x / 0  # oops"
    (_, outputs), *_ = bench.grade("%%time\ny = 1\nhalf(y)", "assert 1", before=[before]).outputs["bench"]
    assert outputs[0]["traceback"] == [
        "cell 3 of the notebook, line 3: half(y)",
        "cell 2 of the notebook, line 4: return x / 0  # oops",
        "ZeroDivisionError: division by zero",
    ]


# An object that claims to be anything


@pytest.mark.parametrize(
    "answer",
    [
        "class Any:\n    def __eq__(s, o): return True\n    def __ne__(s, o): return False\n    def __hash__(s): return 3\nany_ = Any()",
        "class Any(int):\n    def __eq__(s, o): return True\nany_ = Any(3)",
        "class Any(str):\n    def __eq__(s, o): return True\n    __hash__ = str.__hash__\nany_ = Any('3')",
        "class Any(list):\n    def __eq__(s, o): return True\nany_ = Any([3])",
        "class Any(dict):\n    def __eq__(s, o): return True\n    def __getattr__(s, name): return s[name]\nany_ = Any()",
        "class Any:\n    __class__ = int\n    def __eq__(s, o): return True\n    def __index__(s): return 4\nany_ = Any()",
        "class Meta(type):\n    def __eq__(s, o): return True\n    __hash__ = type.__hash__\nclass any_(metaclass=Meta): pass",
        "from unittest import mock\nany_ = mock.ANY",
    ],
)
@pytest.mark.parametrize(
    "test", ["f() == 4", "f() in (4, '4', [4])", "f() is True", "f() == f.__name__", "isinstance(f(), int)", "not f()"]
)
def test_an_object_that_equals_everything_equals_nothing(bench, answer, test):
    assert (
        bench.get_verdicts(
            f"{answer}\ndef f():\n    return any_", f"assert {test}", "assert 4 != f()", "assert not (4 == f())", "assert f() not in [4]"
        )
        == ["failed"] * 4
    )


@pytest.mark.parametrize("test", ["assert all(map(f, [1]))", "for x in map(f, [1]): assert x == 2", "assert not list(filter(f, [1]))"])
def test_a_function_that_ends_the_tests_own_loop_does_not_pass(bench, test):
    assert bench.get_verdicts("def f(x):\n    raise StopIteration", test) == ["error"]
    assert bench.get_verdicts("class f:\n    def __init__(s, x):\n        raise StopIteration", test) == ["error"]


def test_a_class_that_calls_itself_int_is_not_int(bench):
    answer = "int = type('int', (), {'__module__': 'builtins'})\nx = int()"
    assert bench.get_verdicts(answer, "assert isinstance(x, int)", "assert type(x) is not int") == ["failed", "passed"]


# Registered value types


def test_values_go_to_and_fro_with_the_methods_of_the_tests_own_class(shapes):
    answer = (
        "import shapes\nfrom shapes import *\nshapes.Point.is_origin = lambda self: True\n"
        "def flip(p): return Point(p.y, p.x)\ndef walk(*points): return Path(points=points, name='way')"
    )
    test = (
        "from shapes import Path, Point\nassert flip(Point(1, 2)) == Point(2, 1) and type(flip(Point(1))) is Point\n"
        "assert not flip(Point(1)).is_origin()\nassert walk(Point(1)) == Path(points=(Point(1),), name='way')\n"
        "assert flip(flip(Point(3, 4))).x == 3"
    )
    assert shapes.passes(answer, test)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ("Point('1', 2)", "Point.x is a str; its class declares int"),
        ("Point(True)", "Point.x is a bool"),
        ("Point([1])", "Point.x is a list"),
        ("Path(points=[Point(1)])", "Path.points is a list"),
        ("Path(points=(Point(1), 2))", "Path.points is a tuple"),
        ("Path(points=(Point('1'),))", "Point.x is a str"),
        ("Path(points=(Point(1),), name=b'n')", "Path.name is a bytes"),
        ("Point(Always())", "Point.x is a Always"),
        ("Empty()", "Path refuses its fields: a path has points"),
    ],
)
def test_a_field_of_the_wrong_type_is_the_learners_mistake_and_spoils_nothing_else(shapes, made, why):
    answer = (
        "from shapes import *\nclass Always(int):\n    def __eq__(s, o): return True\n"
        "def Empty():\n    empty = object.__new__(Path)\n    vars(empty).update(points=(), name=None)\n    return empty\n"
        f"def f(): return {made}\ndef g(): return 1"
    )
    first, second = shapes.grade(answer, "from shapes import Point\nassert f() == Point(1, 2)", "assert g() == 1").cells
    assert (first.status, second.status) == ("error", "passed")
    assert why in first.message


def test_a_class_that_is_no_value_type_is_told_apart(shapes):
    answer = "from shapes import Loose\nfrom dataclasses import dataclass\n@dataclass(frozen=True)\nclass Point:\n    x: int\n"
    answer += "loose, own = Loose(1), Point(1)"
    test = "import shapes\nassert own.x == 1 and own is not shapes.Point(1) and not isinstance(own, shapes.Point)"
    assert shapes.passes(answer, test)
    test = "import shapes\nassert loose.x == 1 and loose.__class__ is shapes.Loose and isinstance(loose, shapes.Loose)"
    assert shapes.passes(answer, test)


def test_an_exception_class_of_a_module_that_the_lab_uses_is_the_tests_own(shapes):
    answer = "from shapes import *\ndef f(): return Path(points=())"
    assert shapes.passes(answer, "from shapes import ShapeError\n" + CATCH.format("f()", "ShapeError"))


# Hostile answers on the wire


ERROR = "[80, 'builtins', 'ValueError', '', []]"
FORGE = "import os, msgpack, struct\ndef send(m):\n    b = msgpack.packb(m)\n    os.write(4, struct.pack('>I', len(b)) + b)\n"
FORGE += "def ext(code, *content): return msgpack.ExtType(code, msgpack.packb(list(content)))\n"


@pytest.mark.parametrize(
    "message",
    [
        "'text'",
        "[]",
        "['value']",
        "['value', 1, 'printed', {}, [], 6]",
        "['value', 1, b'printed', {}, []]",
        "['value', 1, '', {1: None}, []]",
        "['value', 1, '', {'x': 5}, []]",
        "['value', 1, '', {}, [5]]",
        "['value', 1, '', {}, {}]",
        "['nonsense', 1, '', {}, []]",
        "['raised', [], '', {}, []]",
        "['raised', [[], [], 'text', [], None, None, {}], '', {}, []]",
        f"['raised', [{ERROR}, [], 5, [], None, None, {{}}], '', {{}}, []]",
        f"['raised', [{ERROR}, [], 'text', [['w', 'l', 'c']], None, None, {{}}], '', {{}}, []]",
        f"['raised', [{ERROR}, [], 'text', [], None, 10**6, {{}}], '', {{}}, []]",
        "['raised', [[90, 'm', 'NoError', '', []], [], 'text', [], None, None, {}], '', {}, []]",
        "['raised', [[90, 'm', 'a\\0b', '', [" + ERROR + "]], [], 'text', [], None, None, {}], '', {}, []]",
        "['raised', [90, [], 'text', [], None, None, {}], '', {}, []]",
        "['callback', 10**6, 'call', [], {}, '', {}, []]",
        "['callback', -1, 'call', [], {}, '', {}, []]",
        "['callback', 0, 5, [], {}, '', {}, []]",
        "['callback', 0, 'call', [], {}, '', {}]",
        "['callback']",
        "['value', ext(16, 1, 2), '', {}, []]",
        "['value', ext(16, b'1', 'object', '', []), '', {}, []]",
        "['value', ext(16, 90, 'object', '', 91), '', {}, []]",
        "['value', ext(16, 90, 'object', '', ['m', 'n', 'o']), '', {}, []]",
        "['value', ext(16, 90, 'object', '', [91, 'm', 'n', 5, []]), '', {}, []]",
        "['value', ext(16, 90, 'object', '', [91, 'm', 'n', '__nonsense__', []]), '', {}, []]",
        "['value', ext(16, 90, 'object', '', [91, 'm', 'n', '', [95]]), '', {}, []]",
        "['value', ext(16, 90, 'class', '', [91, 'm', 'n', '', [[92 + n, 'm', 'b', '', []] for n in range(101)]]), '', {}, []]",
        "['value', ext(16, 90, 'class', '', [91, 'm', 'n', ['no name'], []]), '', {}, []]",
        "['value', ext(17, 10**6), '', {}, []]",
        "['value', msgpack.ExtType(17, msgpack.packb(10**6)), '', {}, []]",
        "['value', ext(19, 'm', 'n', None, ['a', 'a'], [1, 2]), '', {}, []]",
        "['value', ext(19, 'm', 'n', None, ['a'], [1, 2]), '', {}, []]",
        "['value', ext(20, 'os', 'system', None), '', {}, []]",
        "['value', ext(18, 'os'), '', {}, []]",
        "['value', ext(18, 1, 2, 3), '', {}, []]",
        "['value', ext(77), '', {}, []]",
    ],
)
def test_a_message_that_breaks_the_rules_of_the_wire_ends_what_counts(bench, message):
    answer = f"{FORGE}def f(x):\n    send({message})\n    return x"
    result = bench.grade(answer, "assert f(1) == 1", "assert f(2) == 2")
    assert [cell.status for cell in result.cells] == ["killed", "killed"]
    assert "interfered with the grader's own lines" in result.cells[1].message
    assert (result.status, result.score) == ("graded", 0.0)
    assert bench.is_well()


@pytest.mark.parametrize("value", ["[1]", "5", "b'x'", "object()", "{'a': 1}"])
def test_a_last_value_that_is_no_text_breaks_the_rules_too(bench, value):
    answer = f"import sys\nsys.modules['autograder.split.student'].represent = lambda _: {value}\ndef f(x):\n    return x\n'a value'"
    assert bench.get_verdicts(answer, "assert f(1) == 1") == ["killed"]
    assert bench.is_well()


def test_answers_ahead_of_their_questions_convince_nobody_of_another_answer_than_the_learners(bench):
    answer = f"{FORGE}def f(x):\n    send(['value', 4, '', {{}}, []])\n    return 5"
    assert bench.get_verdicts(answer, "assert f(2) == 5", "assert f(2) == 4")[0] == "failed"
    assert bench.is_well()


def test_an_exception_class_that_is_the_graders_own_is_not_used(bench):
    described = "[80, 'autograder.split.session', 'EndOfCellError', '', [[81, 'builtins', 'Exception', '', []]]]"
    answer = f"{FORGE}def f(x):\n    send(['raised', [{described}, [], 'text', [], None, None, {{}}], '', {{}}, []])\n    return x"
    assert bench.get_verdicts(answer, "try:\n    f(1)\nexcept Exception:\n    assert 0, 'caught'") == ["failed"]


def test_a_line_number_that_no_file_has_is_no_harm(bench):
    raised = f"['raised', [{ERROR}, [], 'text', [['<cell 1>', 2**63, 'x']], None, None, {{}}], '', {{}}, []]"
    answer = f"{FORGE}def f(x):\n    send({raised})\n    return x"
    assert bench.get_verdicts(answer, "f(1)") == ["error"]


def test_names_that_s_claims_to_have_bound_are_only_asked_for_when_a_test_reads_them(bench):
    names = "{f'name{n}': 'idlelib.idle' for n in range(1000)}"
    answer = f"{FORGE}def f(x):\n    send(['value', 1, '', {names}, []])\n    return x"
    assert bench.get_verdicts(answer, "assert f(1) == 1") == ["passed"]
    assert bench.is_well()


def test_the_hidden_source_and_values_of_a_test_are_nowhere_in_the_learners_process(bench):
    search = (
        "import gc, re\ndef f(x):\n    wanted, found = re.compile('EXPECTED[-]VALUE|42[-]EXPECTED'), []\n"
        "    for holder in gc.get_objects():\n        texts = [o for o in gc.get_referents(holder) if type(o) in (str, bytes)]\n"
        "        found += [t for t in texts if wanted.search(t if type(t) is str else t.decode('latin-1'))]\n    return list(set(found))"
    )
    hidden = HIDDEN.format("expected = 'EXPECTED-VALUE-' + str(6 * 7)\nassert f(1) == []\nassert expected == 'EXPECTED-VALUE-42'")
    assert bench.get_verdicts(search, "assert f(0) == []", hidden, "assert f(0) == []") == ["passed"] * 3
    assert bench.get_verdicts(search, "seen = 'EXPECTED-VALUE'\nassert f(0) == ['EXPECTED-VALUE']") == ["passed"]
