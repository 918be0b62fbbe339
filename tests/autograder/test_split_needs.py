"""What the tests of real courses need, row by row, in notebooks of their kind: a right answer passes, a wrong one does not.

Each case is (answer, test, wrong answer), with the lab's plain cell before it where there is one.
"""

import pytest

from autograder.labs.model import Limits
from tests.autograder.labs_for_tests import HIDDEN, Bench

pytest.importorskip("numpy", reason="NumPy is not installed")
pytest.importorskip("pandas", reason="pandas is not installed")

LIMITS = Limits(cpu_seconds=3, memory_bytes=512 * 2**20, output_bytes=16_000, idle_seconds=2)


@pytest.fixture(scope="module")
def bench():
    with Bench(uses=("numpy", "pandas", "unittest"), limits=LIMITS) as bench:
        bench.get_verdicts("", "pass")
        yield bench


def judge(bench, answer, test, wrong, **options):
    """Grade the right answer, visible and hidden, and the wrong one."""
    for source in (test, HIDDEN.format(test)):
        result = bench.grade(answer, source, **options)
        assert result.cells[0].status == "passed", result.cells[0].message
    assert bench.get_verdicts(wrong, test, **options) != ["passed"]


def test_a_library_imported_in_a_plain_cell_or_by_the_solution(bench):
    given = "import numpy as np\nfrom numpy import allclose"
    judge(
        bench,
        "def f(): return np.ones(2)",
        "assert np.allclose(f(), 1) and allclose(f(), [1, 1])",
        "def f(): return np.zeros(2)",
        given=given,
    )
    solution = "from math import sqrt, pi\nimport numpy as np\ndef f(x): return sqrt(x)"
    lying = "sqrt = lambda x: 1\npi = 1\ndef f(x): return 1"
    judge(bench, solution, "assert f(2) == sqrt(2) and pi > 3 and np.isclose(f(4), 2)", lying, solution=solution)


def test_helpers_and_data_of_a_plain_cell_are_the_labs(bench):
    given = (
        "import numpy as np\nCASES = {'a': 1, 'b': 4}\ndef check(f, x):\n    assert f(x) == x * x, x\nclass Box:\n"
        "    def __init__(self, v): self.v = v"
    )
    test = "for name, x in CASES.items(): check(f, x)\nassert f(Box(3).v) == 9"
    lying = "def check(*_): pass\nCASES = {}\nclass Box: v = 0\ndef f(x): return 0"
    judge(bench, "def f(x): return x * x", test, lying, given=given)


@pytest.mark.parametrize(
    "given",
    [
        "import unittest\ntc = unittest.TestCase()\ntc.maxDiff = None",
        "from unittest import TestCase as Case, TestCase\ntc = TestCase()",
        "import unittest\nclass Checks(unittest.TestCase):\n    def same(self, a, b): self.assertEqual(a, b)\ntc = Checks()",
    ],
)
def test_a_test_case_made_in_a_plain_cell_is_the_labs(bench, given):
    test = "tc.assertEqual(f(2), 4)\ntc.assertTrue(f(1) == 2)\nwith tc.assertRaises(TypeError): f(None)"
    forging = "import unittest\nunittest.TestCase.assertEqual = unittest.TestCase.assertTrue = lambda *a: None\n"
    forging += "class Silent:\n    def __getattr__(s, name): return lambda *a: s\n    def __enter__(s): pass\n"
    forging += "    def __exit__(s, *a): return True\n"
    judge(bench, "def f(x): return x + x", test, forging + "tc = Silent()\ndef f(x): return 0", given=given)
    judge(bench, "def f(x): return x + x", test, forging + "def f(x): return 0", given=given)


@pytest.mark.parametrize(
    "tool",
    [
        "close = lambda a, b: abs(a - b) < 1e-9",
        "import numpy as np\nclose = np.isclose",
        "from numpy import isclose\nclose = isclose",
        "import functools, numpy as np\nclose = functools.partial(np.isclose, atol=1e-9, rtol=0)",
    ],
)
def test_the_tools_of_a_plain_cell_are_the_labs(bench, tool):
    forging = "close = lambda a, b: True\nimport numpy, functools\nnumpy.isclose = functools.partial = lambda *a, **k: True\n"
    judge(bench, "def f(x): return x + x", "assert close(f(2), 4)", forging + "def f(x): return 0", given=tool)


@pytest.mark.parametrize(
    ("data", "test"),
    [
        ("import numpy as np\nexpected = np.linspace(0, 1, 5)", "import numpy as np\nassert np.allclose(f(), expected)"),
        ("import pandas as pd\nexpected = pd.DataFrame({'a': range(3)})", "assert f().equals(expected)"),
        ("from math import sqrt\nroots = [sqrt(n) for n in range(3)]\nexpected = roots[-1]", "assert f() == expected == roots[2]"),
        ("import numpy as np\nn = 4\nexpected = np.eye(n).sum() + np.pi", "assert abs(f() - expected) < 1e-9"),
    ],
)
def test_data_that_a_plain_cell_computes_by_a_library_is_the_labs(bench, data, test):
    value = data.partition("expected = ")[2].split("\n")[0]
    right = f"def f(): return {value}"
    judge(bench, right, test, "expected, roots = 0, [0, 0, 0]\ndef f(): return 0", given=data, solution=right)


@pytest.mark.parametrize("drawn", ["np.random.rand(3)", "np.random.default_rng().random(3)", "pd.Series(range(9)).sample(3).to_numpy()"])
def test_data_that_a_plain_cell_draws_is_what_the_learners_code_drew(bench, drawn):
    given = f"import numpy as np\nimport pandas as pd\ndrawn = {drawn}"
    judge(bench, "def f(): return drawn.sum()", "assert f() == drawn.sum()", "def f(): return 0.5", given=given)


def test_isinstance_and_type_of_values_and_objects(bench):
    test = (
        "import types\nassert isinstance(f(1), list) and type(f(1)) == list and type(f(1)) is list and not isinstance(f(1), tuple)\n"
        "assert isinstance(f, types.FunctionType) and type(f) == types.FunctionType and callable(f) and type(f).__name__ == 'function'\n"
        "assert isinstance(g(), types.GeneratorType) and isinstance(c, C) and type(c) == C and c.__class__ is C and issubclass(C, B)\n"
        "assert isinstance(c, B) and isinstance(c, (int, B)) and not isinstance(c, dict) and type(c).__name__ == 'C' and "
        "C.__name__ == 'C'\n"
        "assert isinstance(C, type) and isinstance(e, ValueError) and isinstance(e, E)"
    )
    answer = (
        "def f(x): return [x]\ndef g(): yield 1\nclass B: pass\nclass M: pass\nclass C(B, M): pass\n"
        "class E(ValueError): pass\nc, e = C(), E()"
    )
    judge(bench, answer, test, answer + "\ndef f(x): return (x,)")


def test_what_an_object_can_do_is_known_without_asking_it(bench):
    answer = "class Bag:\n    def __init__(self): self.items = [1]\n    {}\nbag = Bag()\ndef f(): pass"
    test = (
        "from collections.abc import Iterable, Sized, Callable\nassert isinstance(bag, Iterable) and not isinstance(bag, Sized)\n"
        "assert hasattr(bag, '__iter__') and not hasattr(bag, '__len__') and not callable(bag) and isinstance(f, Callable)\n"
        "assert not hasattr(f, '__iter__') and not isinstance(f, Iterable)"
    )
    judge(bench, answer.format("def __iter__(self): return iter(self.items)"), test, answer.format(""))


@pytest.mark.parametrize("raised", ["ValueError('no')", "Given('no')", "Mine('no')"])
def test_exceptions_are_expected(bench, raised):
    test = (
        "import unittest\nt = unittest.TestCase()\nwith t.assertRaises((ValueError, Given)) as caught: f(-1)\n"
        "assert 'no' in str(caught.exception)\n"
        "t.assertRaisesRegex(Exception, 'no', f, -1)\ntry: f(-1)\nexcept (ValueError, Given): pass\n"
        "else: raise AssertionError\nassert f(1) == 1"
    )
    answer = "class Mine(Given): pass\ndef f(x):\n    if x < 0: raise " + raised + "\n    return x"
    judge(bench, answer, test, "def f(x): return x", given="class Given(Exception): pass")


def test_an_exception_tells_its_class_and_its_attributes(bench):
    answer = (
        "class Broke(ValueError, KeyError):\n    def __init__(self, need):\n        super().__init__('short')\n"
        "        self.need = need\ndef f(): raise Broke(3)"
    )
    test = (
        "try: f()\nexcept KeyError as e: error = e\n"
        "assert isinstance(error, ValueError) and error.need == 3 and type(error) is Broke and error.args == ('short',)"
    )
    judge(bench, answer, test, answer.replace("self.need = need", "self.need = 4"))


def test_a_name_defined_by_an_earlier_test(bench):
    tests = (
        "import numpy as np\ndata = np.arange(3)\nhelper = lambda x: x + 1\nassert (f(data) == data + 1).all()",
        "assert helper(f(1)) == 3 and data[2] == 2",
    )
    assert bench.passes("def f(x): return x + 1", *tests)
    assert bench.get_verdicts("data = [0, 0, 0]\nhelper = lambda x: 3\ndef f(x): return x", *tests) == ["failed", "failed"]


def test_a_student_function_is_handed_to_a_library_or_to_another(bench):
    test = (
        "import numpy as np, pandas as pd\nfrom functools import reduce\n"
        "assert sorted([3, -4, 1], key=f) == [1, 3, -4] and list(map(f, [1, -2])) == [1, 2]\n"
        "assert np.vectorize(f)(np.array([-1, 2])).tolist() == [1, 2] and pd.Series([-1, 2]).apply(f).tolist() == [1, 2]\n"
        "assert pd.DataFrame({'a': [1, -2]}).a.map(f).sum() == 3 and twice(f, -3) == 3 and twice(lambda x: x + 1, 1) == 3"
    )
    judge(bench, "def f(x): return abs(x)\ndef twice(g, x): return g(g(x))", test, "def f(x): return x\ndef twice(g, x): return g(x)")


def test_functions_objects_and_iterators_of_a_test_are_handed_to_student_code(bench):
    test = (
        "import io, random, math\nfrom functools import partial\n"
        "class Sensor:\n    def __init__(self): self.reads, self.unit = 0, 'C'\n    def read(self):\n"
        "        self.reads += 1\n        return self.reads\n    def __len__(self): return 5\n"
        "s = Sensor()\nassert total(s) == (3, 'C', 5) and s.reads == 2 and kind(s) and text(io.StringIO('a\\n"
        "b')) == ['a', 'b'] and take(iter([5, 6])) == [5, 6]\n"
        "assert take(x * 2 for x in [1]) == [2] and apply(partial(pow, 2), 3) == 8 and apply(math.sqrt, 9) == 3 and "
        "apply(Sensor).reads == 0\n"
        "assert apply([1, 2].index, 2) == 1 and draw(random.Random(1)) == random.Random(1).random() and apply(len, "
        "'abc') == 3 and apply(int, '4') == 4"
    )
    answer = (
        "def total(s): return s.read() + s.read(), s.unit, len(s)\n"
        "def kind(s): return type(s).__name__ == 'Sensor' and not hasattr(s, 'nothing')\n"
        "def text(file): return file.read().split()\ndef take(values): return list(values)\n"
        "def apply(f, *a): return f(*a)\ndef draw(r): return r.random()"
    )
    judge(bench, answer, test, answer + "\ndef take(values): return [5, 6]")


def test_objects_of_the_labs_own_classes_go_both_ways(bench):
    given = (
        "from dataclasses import dataclass\nfrom enum import Enum\nclass Node:\n"
        "    def __init__(self, value, next=None): self.value, self.next = value, next\n"
        "@dataclass(frozen=True)\nclass Point:\n    x: int\n    y: int = 0\nclass Suit(Enum):\n    HEARTS = 1\n    SPADES = 2"
    )
    answer = (
        "def length(node):\n    n = 0\n    while node is not None:\n        assert isinstance(node, Node)\n"
        "        n, node = n + 1, node.next\n    return n\n"
        "def prepend(node, value): return Node(value, node)\ndef append(node, value):\n"
        "    while node.next: node = node.next\n    node.next = Node(value)\n"
        "def flip(p): return Point(p.y, p.x)\ndef other(s): return Suit.SPADES if s is Suit.HEARTS else Suit.HEARTS"
    )
    test = (
        "n = Node(1, Node(2))\nassert length(n) == 2 and length(None) == 0\nm = prepend(n, 0)\n"
        "assert m.value == 0 and m.next is n and isinstance(m, Node) and length(m) == 3\n"
        "append(n, 9)\nassert n.next.next.value == 9 and length(n) == 3\n"
        "assert flip(Point(1, 2)) == Point(2, 1) and flip(Point(1)).x == 0\n"
        "assert other(Suit.HEARTS) is Suit.SPADES and other(other(Suit.HEARTS)) == Suit.HEARTS"
    )
    judge(bench, answer, test, answer + "\ndef append(node, value): pass", given=given, solution=answer)


def test_names_are_looked_for_deleted_and_bound_again(bench):
    test = (
        "assert 'f' in dir() and 'f' in globals() and 'g' in locals() and 'h' not in dir()\nkept = f\ndel f\n"
        "try: g(2)\nexcept NameError: uses = True\nelse: uses = False\nf = kept\nassert uses and g(2) == 5"
    )
    answer = "def f(x): return x * x\ndef g(x): return f(x) + 1"
    judge(bench, answer, test, "def f(x): return x * x\ndef g(x): return x * x + 1")
    assert bench.passes(answer, "def f(x): return 7\nassert g(1) == 8")


def test_a_name_bound_by_a_global_statement_in_a_function_of_a_test(bench):
    test = "def patch():\n    global f\n    f = lambda x: 7\nassert g(2) == 5\nkept = f\npatch()\nassert g(1) == 8"
    assert bench.passes("def f(x): return x * x\ndef g(x): return f(x) + 1", test)


def test_arguments_changed_in_place(bench):
    answer = (
        "import numpy as np\nfrom random import shuffle\ndef double(values, keep=None):\n"
        "    for n in range(len(values)): values[n] *= 2\n"
        "def clear_row(grid, row):\n    for n in range(len(grid[row])): grid[row][n] = 0\n"
        "def add(record, key): record[key] = 1\ndef scale(a): a *= 2\n"
        "def label(df): df['c'] = df['a'] + 1\ndef order(values):\n    values.sort()\n    return values\nclass Deck:\n"
        "    def deal(self, hand): hand.append(1)"
    )
    test = (
        "import pandas as pd\nv = [1, 2]\ndouble(v)\nassert v == [2, 4]\nrow = [1, 1]\ngrid = [row, [2]]\n"
        "clear_row(grid, 0)\nassert grid == [[0, 0], [2]] and row == [0, 0]\n"
        "d = {}\nadd(d, 'k')\nassert d == {'k': 1}\na = np.ones(2)\nscale(a)\nassert a.sum() == 4\n"
        "df = pd.DataFrame({'a': [1]})\nlabel(df)\nassert list(df.columns) == ['a', 'c'] and df.c[0] == 2\n"
        "u = [2, 1]\nassert order(u) is u and u == [1, 2]\nh = []\nDeck().deal(h)\nassert h == [1]"
    )
    judge(bench, answer, test, answer + "\ndef double(values): pass", solution=answer, given="import numpy as np")


def test_a_function_that_changes_nothing_in_the_solution_changes_nothing_of_a_test(bench):
    solution = "def order(values): return sorted(values)"
    test = "data = [3, 1, 2]\nassert order(data) == sorted(data)\nassert data == [3, 1, 2]"
    assert bench.get_verdicts("def order(values):\n    values.clear()\n    return []", test, solution=solution) == ["failed"]
    assert bench.passes("def order(values):\n    values.sort()\n    return values", test, solution=solution)


def test_seeds_input_printed_output_and_files(bench):
    answer = (
        "import random, numpy as np\ndef roll(): return random.randint(1, 6), np.random.randint(1000)\n"
        "def ask():\n    name = input('Name? ')\n    print('Hello', name)\n    return name\n"
        "def save(text):\n    with open('out.txt', 'w') as f: f.write(text)\ndef count(path): return len(open(path).read().split())"
    )
    test = (
        "import random, io, numpy as np\nfrom contextlib import redirect_stdout\nfrom unittest.mock import patch\n"
        "random.seed(3); np.random.seed(4)\nexpected = random.randint(1, 6), np.random.randint(1000)\n"
        "random.seed(3); np.random.seed(4)\nassert roll() == expected\n"
        "out = io.StringIO()\n"
        "with patch('builtins.input', return_value='Ada'), redirect_stdout(out): assert ask() == 'Ada'\n"
        "assert out.getvalue() == 'Hello Ada\\n'\n"
        "import sys\nold, sys.stdin = sys.stdin, io.StringIO('Bob\\n')\nassert ask() == 'Bob'\nsys.stdin = old\n"
        "save('a b c')\nassert open('out.txt').read() == 'a b c'\nwith open('in.txt', 'w') as f: f.write('x y')\n"
        "assert count('in.txt') == 2"
    )
    judge(bench, answer, test, answer + "\ndef ask():\n    print('Hello Ada')\n    return 'Ada'")


def test_source_and_signature(bench):
    answer = "def f(a, b=2, *rest, c: int = 3) -> str:\n    'Add.'\n    # a loop\n    return a\nclass K:\n    def m(self, x): return x"
    test = (
        "import inspect\nassert 'for ' not in inspect.getsource(f) and '# a loop' in inspect.getsource(f) and "
        "inspect.getsource(K.m).strip() == 'def m(self, x): return x'\n"
        "s = inspect.signature(f)\nassert list(s.parameters) == ['a', 'b', 'rest', 'c'] and "
        "s.parameters['b'].default == 2 and s.return_annotation is str\n"
        "assert inspect.getfullargspec(f).args == ['a', 'b'] and f.__code__.co_argcount == 2 and f.__doc__ == 'Add.' and "
        "f.__defaults__ == (2,) and inspect.isfunction(f)\n"
        "assert any('def f' in text for text in In) and f.__name__ == 'f' and f.__annotations__['c'] is int and "
        "inspect.getsource(K).startswith('class K')"
    )
    judge(
        bench,
        answer,
        test,
        "def f(a, b=2, *rest, c: int = 3) -> str:\n    for _ in '': pass\n    return a\nclass K:\n    def m(self, x): return x",
    )


def test_generators_contexts_and_coroutines(bench):
    answer = (
        "from contextlib import contextmanager\nlog = []\ndef count():\n    n = 0\n    while True:\n        yield n\n        n += 1\n"
        "@contextmanager\ndef step(name):\n    log.append(name)\n    yield len(log)\n    log.append('end')\n"
        "async def fetch(x):\n    import asyncio\n    await asyncio.sleep(0)\n    return x + 1\nfirst = await fetch(0)"
    )
    test = (
        "g = count()\nassert next(g) == 0 and next(g) == 1 and [next(g) for _ in range(2)] == [2, 3]\n"
        "from itertools import islice\nassert list(islice(count(), 3)) == [0, 1, 2]\n"
        "with step('a') as n: assert n == 1\nassert log == ['a', 'end'] and first == 1\nassert await fetch(4) == 5"
    )
    judge(bench, answer, test, answer.replace("return x + 1", "return x"))


def test_operators_and_protocols_of_objects(bench):
    answer = (
        "class V:\n    def __init__(self, x): self.x = x\n    def __add__(self, o): return V(self.x + o.x)\n"
        "    def __iadd__(self, o):\n        self.x += o.x\n        return self\n"
        "    def __mul__(self, k): return V(self.x * k)\n    __rmul__ = __mul__\n"
        "    def __lt__(self, o): return self.x < o.x\n    def __abs__(self): return abs(self.x)\n"
        "    def __float__(self): return float(self.x)\n    def __round__(self, n=None): return round(self.x, n)\n"
        "    def __getitem__(self, i): return [self.x, 1][i]\n    def __len__(self): return 2\n"
        "    def __call__(self, y): return self.x + y\n    def __repr__(self): return f'V({self.x})'\n"
        "    def __neg__(self): return V(-self.x)\n    def __matmul__(self, o): return self.x * o.x\n"
        "    def __floor__(self): return 7\n    def __format__(self, how): return f'<{how}>'\n"
        "    def __contains__(self, v): return v == self.x\n    def __enter__(self): return self.x\n"
        "    def __exit__(self, *a): self.x = 0"
    )
    test = (
        "import math, copy\na, b = V(1), V(2)\nassert (a + b).x == 3 and (2 * a).x == 2 and a < b and max(a, b) is b and "
        "abs(b) == 2 and float(a) == 1.0 and round(V(1.26), 1) == 1.3\n"
        "c = a\nc += b\nassert c is a and a.x == 3 and a[0] == 3 and len(a) == 2 and list(a) == [3, 1] and a(4) == 7 and "
        "(-a).x == -3 and a @ b == 6 and math.floor(a) == 7\n"
        "assert f'{a:>3}' == '<>3>' and 3 in a and 4 not in a and repr(a) == 'V(3)' and copy.copy(a).x == 3 and "
        "sorted([b, a])[0].x == 2\nwith b as x: assert x == 2\n"
        "assert b.x == 0 and 'x' in dir(a) and vars(a) == {'x': 3}\n"
        "del a.x\nassert not hasattr(a, 'x')"
    )
    judge(bench, answer, test, answer.replace("self.x + o.x", "self.x"))


def test_data_that_a_test_made_and_learner_code_changed_in_place_is_the_learners(bench):
    solution = "def noop(): pass\ndata.append(3)"
    tests = ("data = [1, 2]\nassert len(data) == 2", "assert data == [1, 2, 3]")
    assert bench.get_verdicts("", *tests, between=["data.append(3)"], solution=solution) == ["passed", "passed"]
    assert bench.get_verdicts("", *tests, solution=solution) == ["passed", "failed"]


def test_data_of_the_lab_that_the_solution_changes_in_place_is_the_learners(bench):
    given = "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})\nseen = []\nfixed = [1]"
    solution = "df['c'] = df.a + 1\ndef note(v): seen.append(v)"
    test = "assert list(df.c) == [2, 3]\nnote(4)\nassert seen == [4] and fixed == [1]"
    judge(bench, solution, test, solution.replace("+ 1", "+ 2"), given=given, solution=solution)
    assert bench.get_verdicts("fixed.append(2)\n" + solution, test, given=given, solution=solution) == ["passed"]


def test_a_test_may_ask_from_several_threads_and_learner_code_answer_from_several(bench):
    answer = (
        "from concurrent.futures import ThreadPoolExecutor\ndef f(x): return x * x\ndef each(g, n):\n"
        "    with ThreadPoolExecutor(4) as pool: return list(pool.map(g, range(n)))"
    )
    test = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool: assert list(pool.map(f, range(50))) == [n * n for n in range(50)]\n"
        "assert each(lambda x: x + 1, 30) == list(range(1, 31))"
    )
    judge(bench, answer, test, answer.replace("x * x", "x"))


def test_what_cannot_run_split_says_so(bench):
    answer = "class A: pass\ndef f(x): return x"
    assert "a test cannot derive B from a class of the learner" in bench.get_message(answer, "class B(A): pass")
    assert "a Match of the test cannot be handed to the learner's code" in bench.get_message(answer, "import re\nf(re.match('a', 'a'))")


def test_warnings_of_a_test_are_the_tests_own(bench):
    answer = "def f(): return [name for name in globals() if 'warning' in name]"
    test = (
        "import warnings\nwith warnings.catch_warnings(record=True) as seen:\n    warnings.simplefilter('always')\n"
        "    warnings.warn('careful')\n    def g():\n        global h\n        h = 1\n    g()\n"
        "    assert f() == ['warnings']\nassert len(seen) == 1"
    )
    assert bench.passes(answer, test)


def test_a_test_that_changes_a_learners_list_is_noticed_by_the_learners_functions(bench):
    assert bench.passes("stock = [1]\ndef total(): return sum(stock)", "stock.append(4)\nassert total() == 5")


def test_texts_are_one_object_as_constants_are(bench):
    assert bench.passes("def f(kind): return 1 if kind is 'minimum' else 2", "assert f('minimum') == 1 and f(kind='minimum') == 1")


def test_a_plot_stays_an_object_of_the_learner(bench):
    answer = (
        "class Line:\n    def get_ydata(self): return [1, 2]\nclass Axes:\n    title = 'T'\n"
        "    def get_lines(self): return [Line()]\nax = Axes()"
    )
    assert bench.passes(answer, "assert ax.get_lines()[0].get_ydata() == [1, 2] and ax.title == 'T'")
    assert bench.grader.facts["bench", "test-0"].student_answered
    bench.get_verdicts("def f(): return 1", "assert f() == 1")
    assert not bench.grader.facts["bench", "test-0"].student_answered
