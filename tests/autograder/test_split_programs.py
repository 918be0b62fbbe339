"""T runs only text that stands in the lab's own cells."""

import pytest

from tests.autograder.labs_for_tests import HIDDEN, Bench

pytest.importorskip("numpy", reason="NumPy is not installed")

TRACE = "the-trace-that-is-left"
PROGRAM = f"__import__('pathlib').Path('{TRACE}').touch()"
HOSTILE = f"""\
import pickle
TEXT = {PROGRAM!r}
class P:
    def __repr__(self): return TEXT
class Loaded:
    def __reduce__(self): return eval, (TEXT,)
def f(x=0):
    return TEXT
f.__doc__ = '>>> ' + TEXT
def data():
    return b"c__builtin__\\neval\\n(V" + TEXT.encode() + b"\\ntR."
def save():
    import numpy as np
    np.save("answer.npy", np.array([Loaded()], dtype=object), allow_pickle=True)
def where(): return P()
"""


@pytest.fixture(scope="module")
def bench():
    with Bench(uses=("numpy", "doctest", "pickle", "timeit", "io", "inspect")) as bench:
        bench.get_verdicts("", "pass")
        yield bench


@pytest.mark.parametrize(
    "test",
    [
        "eval(repr(where()))",
        "exec(f())",
        "exec(compile(f(), 'x', 'exec'))",
        "import ast\nexec(compile(ast.parse(f()), 'x', 'exec'))",
        "eval('(' + f() + ')')",
        "eval(f().encode())",
        "(lambda: eval(f(), {}, {}))()",
        "list(map(lambda text: eval(text), [f()]))",
        "import builtins\nbuiltins.eval(f())",
        "import doctest\ndoctest.run_docstring_examples(f, globals())",
        "import pickle\npickle.loads(data())",
        "import pickle, io\npickle.load(io.BytesIO(data()))",
        "import pickle, io\npickle.Unpickler(io.BytesIO(data())).load()",
        "import numpy as np\nsave()\nnp.load('answer.npy', allow_pickle=True)",
        "import inspect\nexec(inspect.getsource(f))",
    ],
)
def test_text_of_a_learner_is_not_run(bench, test, tmp_path):
    marked = HOSTILE.replace(TRACE, str(tmp_path / "trace"))
    for source in (test, HIDDEN.format(test), f"try:\n    {test.replace(chr(10), chr(10) + '    ')}\nexcept BaseException: pass"):
        assert bench.get_verdicts(marked, source, "assert f") != ["passed", "passed"]
        assert not (tmp_path / "trace").exists()
    assert bench.is_well()


@pytest.mark.parametrize(
    "test",
    [
        "assert eval('f(2)') == 4 and [eval(call) for call in ('f(1)', 'f(2)')] == [2, 4]",
        "exec('''\n    x = f(3)\n    '''.strip())\nassert x == 6",
        "def g(n):\n    return eval('n + 1')\nassert g(2) == 3 and eval('y', {'y': 5}) == 5 and eval('a + b', {'a': 1}, {'b': 2}) == 3",
        "exec(compile('x = f(4)', 'here', 'exec'))\nassert x == 8",
        "import timeit\nassert timeit.timeit('f(1)', globals=globals(), number=3) >= 0",
        "import ast, inspect\nassert isinstance(ast.parse(inspect.getsource(f)), ast.Module) and ast.literal_eval(repr(f(2))) == 4",
        "import collections as c, dataclasses as d\nN = c.namedtuple('N', 'a')\nassert d.make_dataclass('D', ['a'])(2).a == N(2).a",
    ],
)
def test_text_of_the_test_is(bench, test):
    for source in (test, HIDDEN.format(test)):
        assert bench.get_verdicts("def f(x): return 2 * x", source) == ["passed"]
    assert bench.get_verdicts("def f(x): return 2 * x", "assert eval('f(2)') == 5") == ["failed"]


def test_the_learner_is_told_whose_fault_it_is_and_the_author_what_it_was(bench):
    message = bench.get_message(HOSTILE, "assert eval(repr(where())) == 1")
    assert message.startswith("This test would run a text of yours as a program, which the grader does not do. The fault is the test's")
    assert bench.grader.facts["bench", "test-0"].text == "eval() of a text that does not stand in the lab's own cells"
