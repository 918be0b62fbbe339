"""Learner code that lies about values and objects gains nothing, and costs T neither time nor memory."""

import time
import tracemalloc

import pytest

from autograder.labs.model import Limits
from autograder.split import library
from autograder.split.library import RefusedValueError
from tests.autograder.labs_for_tests import HIDDEN, Bench

np = pytest.importorskip("numpy", reason="NumPy is not installed")
pd = pytest.importorskip("pandas", reason="pandas is not installed")

LIMITS = Limits(cpu_seconds=2, memory_bytes=512 * 2**20, output_bytes=16_000, idle_seconds=2)
IMPORTS = "import numpy as np\nimport pandas as pd\n"


@pytest.fixture(scope="module")
def bench():
    with Bench(uses=("numpy", "pandas", "unittest"), limits=LIMITS) as bench:
        bench.get_verdicts("", "pass")
        yield bench


# Descriptions that describe nothing


def index(*labels):
    return pd.Index(labels)


def labels(*values):
    return ["labels", ["values", np.array(values)], None, None]


DEEP: object = "<i4"
for _ in range(10):
    DEEP = [["f", DEEP, []]]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ndarray", ["<i8", [3], "C", bytes(23)]),
        ("ndarray", ["<i8", [3], "C", bytes(32)]),
        ("ndarray", ["<i8", [-1], "C", b""]),
        ("ndarray", ["<i8", [2**62, 4], "C", b""]),
        ("ndarray", ["<i8", [0, 2**62], "C", b""]),
        ("ndarray", ["<i8", [True], "C", bytes(8)]),
        ("ndarray", ["<i8", [1.0], "C", bytes(8)]),
        ("ndarray", ["<i8", [1] * 40, "C", bytes(8)]),
        ("ndarray", ["<i8", [1], "K", bytes(8)]),
        ("ndarray", ["<i8", [1], "C", [1]]),
        ("ndarray", ["O", [2], "C", [1]]),
        ("ndarray", ["O", [1], "C", bytes(8)]),
        ("ndarray", ["O", [2**40], "C", []]),
        ("ndarray", ["|O", [1], "C", bytes(8)]),
        ("ndarray", ["|V8", [1], "C", bytes(8)]),
        ("ndarray", ["object", [1], "C", bytes(8)]),
        ("ndarray", ["<i3", [1], "C", bytes(3)]),
        ("ndarray", ["<U9999999", [0], "C", b""]),
        ("ndarray", ["|S0", [2**30], "C", b""]),
        ("ndarray", ["<U1", [1], "C", b"\xff\xff\xff\x7f"]),
        ("ndarray", [[["f", "|O", []]], [1], "C", bytes(8)]),
        ("ndarray", [[["f", "<i8", [2**40]]], [0], "C", b""]),
        ("ndarray", [[["f", "<i8", []], ["f", "<i8", []]], [1], "C", bytes(16)]),
        ("ndarray", [[["f", "<i8", []]] * 300, [1], "C", bytes(2400)]),
        ("ndarray", [DEEP, [1], "C", bytes(4)]),
        ("ndarray", [[["u", "<U1", []]], [1], "C", b"\xff\xff\xff\x7f"]),
        ("ndarray", "text"),
        ("ndarray", None),
        ("matrix", ["<i8", [1], "C", bytes(8)]),
        ("float64", ["<f8", [2], "C", bytes(16)]),
        ("float64", ["O", [], "C", [object()]]),
        ("dtype", "O"),
        ("dtype", "<i8, O"),
        ("MaskedArray", [np.ones(3), np.ones(2, bool), np.array(1)]),
        ("MaskedArray", [np.ones(3), np.ones(3, bool), np.ones(3)]),
        ("MaskedArray", [[1], [0], 1]),
        ("DataFrame", [index(1), index("a"), np.ones((2, 1))]),
        ("DataFrame", [index(1), index("a"), [["values", np.ones(2)]]]),
        ("DataFrame", [index(1), index("a"), []]),
        ("DataFrame", [[1], ["a"], np.ones((1, 1))]),
        ("DataFrame", [index(1), index("a"), [["values", [1]]]]),
        ("DataFrame", [index(1), index("a"), [["sparse", np.ones(1)]]]),
        ("Series", [["values", np.ones(2)], index(1), "s"]),
        ("Series", [["values", np.ones((1, 1))], index(1), "s"]),
        ("Series", [["values", np.ones(1)], index(1), []]),
        ("Series", [["categories", np.array([0, 7]), index("a"), False], index(1, 2), None]),
        ("Series", [["categories", np.array([0]), index("a", "a"), False], index(1), None]),
        ("Series", [["categories", np.array([0]), ["a"], False], index(1), None]),
        ("Series", [["nullable", np.ones(2), np.ones(1, bool)], index(1, 2), None]),
        ("Series", [["nullable", np.ones(1), np.ones(1)], index(1), None]),
        ("Series", [["text", ["a", 5], "python", "nan"], index(1, 2), None]),
        ("Series", [["text", ["a"], "disk", "nan"], index(1), None]),
        ("Series", [["dates", np.ones(1), "ns", None], index(1), None]),
        ("Series", [["dates", np.array([1]), "years", None], index(1), None]),
        ("Series", [["dates", np.array([1]), "ns", "../../../etc/passwd"], index(1), None]),
        ("Series", [["dates", np.array([1]), "ns", "/etc/localtime"], index(1), None]),
        ("Series", [["periods", np.array([1]), "M" * 100], index(1), None]),
        ("Series", [["intervals", index(2), index(1), "both"], index(1), None]),
        ("Series", [["intervals", index(1), index(2), "open"], index(1), None]),
        ("Index", ["levels", [index("a")], [np.array([3])], [None]]),
        ("Index", ["levels", [index("a")], [[0]], [None]]),
        ("Index", ["levels", [index("a")], [np.array([0])], [[]]]),
        ("Index", ["range", 0, 5, 0, None]),
        ("Index", ["labels", ["dates", np.array([1, 5]), "ns", None], "D", None]),
        ("Index", ["labels", ["values", np.ones(1)], "os.system", None]),
        ("Timestamp", [1, "fs", None]),
        ("Timestamp", [2**80, "ns", None]),
        ("Interval", [2, 1, "both"]),
        ("range", [0, 5, 0]),
        ("range", [0, 5]),
        ("range", [0, 5, True]),
        ("datetime", [2020, 13, 1, 0, 0, 0, 0, None, 0]),
        ("datetime", [2020, 1, 1, 0, 0, 0, 0, "UTC", 0]),
        ("timezone", [5, "x"]),
        ("ZoneInfo", ["../../../etc/passwd"]),
        ("ZoneInfo", ["x" * 10_000]),
        ("Decimal", ["1" * 200_000]),
        ("Decimal", ["one"]),
        ("Fraction", [1, 0]),
        ("Fraction", ["1/2", 1]),
        ("defaultdict", ["eval", []]),
        ("defaultdict", ["list", [[1]]]),
        ("OrderedDict", [[[[], 1]]]),
        ("Counter", [{"a": 1}]),
        ("deque", [[1], "long"]),
        ("array", ["u", b"aaaa"]),
        ("array", ["i", b"aaa"]),
        ("UUID", [-1]),
        ("SimpleNamespace", [{1: 2}]),
        ("memoryview", ["text", True]),
        ("no such type", []),
        ("autograder.split.session", []),
        (5, []),
    ],
)
def test_a_description_that_describes_nothing_is_refused_at_no_cost(name, content):
    library.describe(pd.Series([1]))
    tracemalloc.start()
    started = time.process_time()
    try:
        with pytest.raises(RefusedValueError):
            library.build(name, content)
        assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
        assert time.process_time() - started < 1
    finally:
        tracemalloc.stop()


def test_a_bool_of_an_array_is_true_or_false(bench):
    assert library.build("ndarray", ["|b1", [3], "C", b"\x00\x01\x02"]).view("u1").tolist() == [0, 1, 1]


# Objects that claim to be values


LIAR = (
    "class Liar{base}:\n    def __eq__(s, o): return True\n    def __ne__(s, o): return False\n    __hash__ = object.__hash__\n"
    "    def __len__(s): return 2\n    def __iter__(s): return iter([3, 4])\n    def __getitem__(s, k): return 3\n"
    "    def __bool__(s): return True\n"
    "    def all(s): return True\n    def equals(s, o): return True\n"
)


@pytest.mark.parametrize(
    "made",
    [
        LIAR.format(base="(np.ndarray)") + "x = Liar((2,))",
        LIAR.format(base="(pd.DataFrame)") + "x = Liar({'a': [1]})",
        LIAR.format(base="(pd.Series)") + "x = Liar([1])",
        LIAR.format(base="(np.float64)") + "x = Liar(3)",
        LIAR.format(base="(list)") + "x = Liar()",
        LIAR.format(base="(dict)") + "x = Liar()",
        LIAR.format(base="(tuple)") + "x = Liar((1, 2))",
        LIAR.format(base="") + "    __class__ = property(lambda s: np.ndarray)\nx = Liar()",
        LIAR.format(base="") + "Liar.__module__, Liar.__qualname__, Liar.__name__ = 'numpy', 'ndarray', 'ndarray'\nx = Liar()",
        LIAR.format(base="") + "Liar.__module__, Liar.__qualname__, Liar.__name__ = 'builtins', 'list', 'list'\nx = Liar()",
        LIAR.format(base="") + "Liar.__module__, Liar.__qualname__, Liar.__name__ = 'numbers', 'Number', 'Number'\nx = Liar()",
        LIAR.format(base="") + "Liar.__module__, Liar.__qualname__, Liar.__name__ = 'numpy', 'generic', 'generic'\nx = Liar()",
        LIAR.format(base="") + "Liar.__module__, Liar.__qualname__ = 'autograder.split.session', 'Session'\nx = Liar()",
        LIAR.format(base="") + "Liar.__array_interface__ = {'shape': (2,), 'typestr': '<i8', 'data': (0, False), 'version': 3}\nx = Liar()",
        LIAR.format(base="") + "Liar.__array__ = lambda s, *a, **k: np.array([3, 4])\nLiar.__array_ufunc__ = None\nx = Liar()",
        "class Meta(type):\n    def __instancecheck__(c, o): return True\n    def __subclasscheck__(c, o): return True\n"
        "    def __eq__(c, o): return True\n"
        "    def __hash__(c): return 1\n    __mro__ = (int,)\n" + LIAR.format(base="(metaclass=Meta)") + "x = Liar()",
        "from collections import namedtuple\n" + LIAR.format(base="(namedtuple('B', 'a b'))") + "x = Liar(1, 2)",
        "import enum\nclass Liar(enum.IntEnum):\n    A = 1\n    def __eq__(s, o): return True\n    __hash__ = int.__hash__\nx = Liar.A",
    ],
)
def test_an_object_that_claims_to_be_a_value_is_none(bench, made):
    tests = (
        "assert not isinstance(x, (int, float, list, dict, tuple, np.ndarray, np.generic, pd.DataFrame, pd.Series))",
        "import numbers\nassert not isinstance(x, numbers.Number) and all(type(x) is not t for t in (int, list, np.ndarray, pd.DataFrame))",
    )
    assert bench.get_verdicts(made, *tests, given=IMPORTS) == ["passed"] * 2
    for asked in ("x == 3", "x == [3, 4]", "3 == x", "x in [5, [5, 6]]", "np.array_equal(x, [5, 6])", "(np.array([5, 6]) == x).all()"):
        assert "passed" not in bench.get_verdicts(made, f"assert {asked}", given=IMPORTS)
    failing = ("pd.testing.assert_frame_equal(x, pd.DataFrame({'a': [2]}))", "np.testing.assert_array_equal(x, [5, 6])")
    assert "passed" not in bench.get_verdicts(made, *failing, "assert isinstance(x, np.ndarray)", "assert type(x) == list", given=IMPORTS)


@pytest.mark.parametrize(
    "answer",
    [
        "def f(x): return np.array([np.nan])",
        "def f(x): return {float('nan'): 1, float('nan'): 2}",
        "def f(x): return [[]] * 10**6",
        "def f(x): return range(10**18)",
        "def f(x): return np.zeros((0, 10**6))",
        "class N: pass\ndef f(x): return [N() for _ in range(2000)]",
        "def f(x):\n    deep = []\n    for _ in range(900): deep = [deep]\n    return deep",
        "def f(x):\n    deep = ()\n    for _ in range(900): deep = (deep,)\n    return deep",
        "def f(x):\n    ring = []\n    ring.append(ring)\n    return ring",
        "def f(x): return np.zeros(10**7)",
        "def f(x): return pd.DataFrame(np.zeros((10**4, 200)))",
        "def f(x): return pd.Series(['x' * 1000] * 20000)",
        "def f(x): return np.zeros(3).astype('U100000')",
        "def f(x): return type('T', (), {f'a{n}': n for n in range(1000)})()",
    ],
)
def test_odd_and_large_answers_are_wrong_answers_and_no_more(bench, answer):
    first, second = bench.grade(answer + "\ndef g(): return 1", "assert f(1) == 1", "assert g() == 1", given=IMPORTS).cells
    assert first.status in ("failed", "error", "output", "memory") and second.status == "passed", (first, second)


# Objects that would steer the test


@pytest.mark.parametrize(
    ("answer", "test"),
    [
        ("class C:\n    def __enter__(s): return s\n    def __exit__(s, *a): return True\ndef f(): return C()", "with f(): assert False"),
        (
            "class C:\n    def __enter__(s): return s\n    def __exit__(s, *a): return True\ndef f(): return C()",
            "with f(): assert f()[0] == 4",
        ),
        (
            "from unittest import SkipTest\ndef f(): raise SkipTest('skipped')",
            (
                "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(f(), 4)\n"
                "r = unittest.TestResult()\nT('test').run(r)\nassert r.wasSuccessful() and not r.skipped"
            ),
        ),
        ("class C:\n    @property\n    def v(s): raise StopIteration\ndef f(x): return C()", "assert all(map(lambda x: f(x).v == 4, [1]))"),
        (
            "class C:\n    def __lt__(s, o): raise StopIteration\ndef f(x): return C()",
            "assert all(map(lambda x: f(x) < 4, [1]))\nassert list(map(lambda x: f(x) < 4, [1]))",
        ),
        ("def f(x):\n    global cases\n    list(cases)\n    return 0", "cases = iter([1, 2])\nfor x in cases: assert f(x) == x"),
        ("def f(p):\n    p.x = 0\n    return 0", "class P:\n    x = 3\np = P()\nassert f(p) == p.x"),
        ("def f(data):\n    data.clear()\n    return []", "data = [3, 1]\nassert f(data) == sorted(data)"),
        ("def f(a):\n    a[:] = 0\n    return 0", "import numpy as np\na = np.arange(3)\nassert f(a) == a.sum()"),
        ("def f(x): return 0\ndef input(*_): return 'x'", "def check(): raise AssertionError\ncheck()"),
        ("import numpy as np\nnp.array_equal = lambda *_: True\ndef f(): return np.zeros(2)", "assert np.array_equal(f(), [1, 2])"),
        ("import numpy.ma as np\ndef f(): return 1", "import numpy as np\nassert np.allclose(f(), 2)"),
        (
            ("from collections import namedtuple\nclass P(namedtuple('P', 'x')):\n    def __eq__(s, o): return True\ndef f(): return P(1)"),
            "assert f() == (2,)",
        ),
        (
            "def f():\n    for name in ('out.txt', 'expected.txt'): open(name, 'w').write('forged')",
            (
                "with open('expected.txt', 'w') as file: file.write('right')\nf()\n"
                "assert open('out.txt').read() == open('expected.txt').read()"
            ),
        ),
        ("class f:\n    def __new__(c, *a): return 5\n    def __eq__(s, o): return True", "assert f() == 4"),
    ],
)
def test_an_object_cannot_steer_a_test(bench, answer, test):
    for source in (test, HIDDEN.format(test)):
        assert bench.get_verdicts(answer, source) != ["passed"]
        assert bench.is_well()


@pytest.mark.parametrize(
    "name", ["__globals__", "__code__", "__class__.__init__", "__dict__", "__func__", "__self__", "gi_frame", "__reduce__"]
)
def test_what_a_test_lends_does_not_show_the_test(bench, name):
    answer = (
        "def f(o):\n    seen = o\n    try:\n        for part in " + repr(name) + ".split('.'): seen = getattr(seen, part)\n"
        "        return 'secret' in str(getattr(seen, '__globals__', seen)) and repr(seen)\n"
        "    except (AttributeError, TypeError): return False"
    )
    test = (
        "secret = 'a secret'\nclass Own:\n    v = 1\n    def m(self): return secret\ndef g(): return secret\n"
        "for o in (Own(), Own, g, Own().m, (s for s in [secret])): assert f(o) is False, f(o)"
    )
    assert bench.get_verdicts(answer, HIDDEN.format(test)) == ["passed"]


def test_questions_that_s_makes_up_about_what_was_lent_are_refused(bench):
    forged = (
        "def f(o):\n    ask, out = object.__getattribute__(o, '_borrowed_from').ask_tester, []\n"
        "    number = object.__getattribute__(o, '_borrowed_number')\n"
        "    for how, args in [('getattr', ['__globals__']), ('getattr', ['__class__']), ('setattr', ['v', 2]), "
        "('getattr', [5]), ('repr', [1]), ('format', ['x', '']), ('eval', ['1']), ('add', [1, 2])]:\n"
        "        try: out.append(ask(number, how, args, {}))\n        except Exception as e: out.append(type(e).__name__)\n    return out"
    )
    test = "class Own: v = 1\no = Own()\nout = f(o)\nassert all(type(x) is str and x.endswith('Error') for x in out), out\nassert o.v == 1"
    assert bench.get_verdicts(forged, test) == ["passed"]


@pytest.mark.long
def test_calls_to_and_fro_end_in_time(bench):
    answer = "def f(g, n): return g(n)\ndef spin(g):\n    while True: g(1)"
    test = "def g(n): return f(g, n + 1)\ntry: f(g, 0)\nexcept RecursionError: deep = True\nassert deep"
    assert bench.get_verdicts(answer, test, "spin(lambda x: x)", "assert f(lambda n: n + 1, 1) == 2") == ["passed", "timeout", "passed"]
    assert bench.is_well()


@pytest.mark.parametrize("module", ["__main__", "autograder.split.session", "unittest.__main__", "lib2to3.__main__"])
def test_a_name_bound_to_a_program_or_to_the_grader_is_no_module_of_the_tests(bench, module):
    forged = f"import types\nclass M(types.ModuleType): pass\nname = types.ModuleType({module!r})\nname.mark = 'the learners'"
    assert bench.get_verdicts(forged, "assert name.mark == 'the learners'", "assert not hasattr(name, 'Session')") == ["passed", "passed"]
    assert bench.is_well()


@pytest.mark.parametrize(
    "made",
    [
        "types.SimpleNamespace(__array_interface__={'shape': (2,), 'typestr': '<i8', 'data': (8, False), 'version': 3})",
        "types.SimpleNamespace(__array__=lambda *a, **k: np.array([3, 4]))",
        "types.SimpleNamespace(shape=(2,), all=lambda: True)",
        "types.SimpleNamespace(x=types.SimpleNamespace(__array_struct__=3))",
        "np.array([types.SimpleNamespace(__array_interface__={'shape': (1,), 'typestr': '<i8', 'data': (8, False), 'version': 3})])",
        "pd.Series([lambda *a: True], index=['equals_not'])",
        "pd.DataFrame({'a': [lambda *a: True]})",
        "pd.Series([int], index=['a'])",
        "pd.Index([len])",
    ],
)
def test_a_value_does_not_carry_functions_or_addresses_into_the_test(bench, made):
    answer = f"import types\nx = {made}"
    tests = ("assert np.asarray(x).sum() >= 0 and np.asarray(x).dtype.kind == 'i'", "assert x.all()", "assert x.equals_not(5) and x.a(5)")
    solution = "x = np.array([3, 4])"
    assert bench.get_verdicts(answer, *tests, given=IMPORTS, solution=solution).count("passed") == 0
    assert bench.is_well()
