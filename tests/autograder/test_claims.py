"""An object of the learner decides a test only where the lab's own solution leaves it to one."""

import pytest

from autograder.claims import Claims
from autograder.labs.model import LabCell, LabNotebook, Limits
from autograder.read import SubmittedCell, SubmittedNotebook
from autograder.restore import restore_notebook
from autograder.split.facts import Facts
from autograder.steps import build_steps
from tests.autograder.labs_for_tests import HIDDEN, Bench

pytest.importorskip("numpy", reason="NumPy is not installed")
pytest.importorskip("pandas", reason="pandas is not installed")

LIMITS = Limits(cpu_seconds=3, memory_bytes=512 * 2**20, output_bytes=16_000, idle_seconds=2)
AGREEING = """\
class Agreeing:
    def __sub__(self, other): return 0
    __rsub__ = __add__ = __radd__ = __truediv__ = __rtruediv__ = __mod__ = __mul__ = __rmul__ = __sub__
    def __abs__(self): return 0
    def __pow__(self, other): return 0
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __contains__ = __lt__
    def __len__(self): return 2
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return lambda *a, **k: True
"""
NUMBER, FRAME = "def f(*a): return 2 * a[0]", "import pandas as pd\ndef f(*a): return pd.DataFrame({'a': [1]})"
ARRAY, TEXT, LIST = "import numpy as np\ndef f(*a): return np.array([1., 2.])", "def f(*a): return 'abc def'", "def f(*a): return [1, 4]"
TOLERANT = [
    (NUMBER, "assert abs(f(2) - 4) < 1e-9"),
    (NUMBER, "assert abs(4 - f(2)) < 1e-9 and (f(2) - 4) ** 2 < 1e-9"),
    (NUMBER, "assert 3 < f(2) < 5"),
    (NUMBER, "assert f(2) > f(1)"),
    (NUMBER, "assert f(2) % 2 == 0"),
    (NUMBER, "import numpy as np\nassert np.allclose(f(2), 4)"),
    (NUMBER, "import numpy as np\nnp.testing.assert_allclose(f(2), 4)"),
    (NUMBER, "import math\nassert math.isclose(f(2), 4)"),
    (NUMBER, "import unittest\nunittest.TestCase().assertAlmostEqual(f(2), 4)"),
    (NUMBER, "import unittest\nunittest.TestCase().assertGreater(f(2), 3)"),
    (ARRAY, "import numpy as np\nassert np.linalg.norm(f() - np.array([1, 2])) < 1e-6"),
    (ARRAY, "import numpy as np\nassert np.abs(f() - np.array([1, 2])).max() < 1e-6"),
    (ARRAY, "assert (f() >= 1).all() and f().any()"),
    (FRAME, "import pandas as pd\nassert f().equals(pd.DataFrame({'a': [1]}))"),
    (FRAME, "assert f().a.between(0, 2).all()"),
    (TEXT, "assert f().startswith('abc')"),
    (TEXT, "assert f().isascii()"),
    (TEXT, "assert 'abc' in f()"),
    (LIST, "assert 4 in f()"),
    (LIST, "import unittest\nunittest.TestCase().assertIn(4, f())"),
    (LIST, "assert set(f()) and f().count(4)"),
]
LIES = {
    "object": "def f(*a): return Agreeing()",
    "class": "class Meta(type):\n    __contains__ = __lt__ = __gt__ = lambda *a: True\n    __getattr__ = Agreeing.__getattr__\n"
    "class Both(Agreeing, metaclass=Meta): pass\ndef f(*a): return Both",
    "function": "def f(*a): return True\nfor n in 'equals startswith isascii any all count a'.split(): setattr(f, n, f)\ndef g(): pass\n"
    "f, g = (lambda *a: g), f\nvars(g).update({n: g for n in vars(g)})",
    "array of objects": "import numpy as np\ndef f(*a): return np.array([Agreeing(), Agreeing()], dtype=object)",
    "named tuple": "from collections import namedtuple\nR = namedtuple('R', 'equals startswith isascii all any')\n"
    "yes = lambda *a: True\ndef f(*a): return R(yes, yes, yes, yes, yes)",
    "namespace": "import types\nyes = lambda *a: True\ndef f(*a): return types.SimpleNamespace(**dict.fromkeys('equals startswith isascii "
    "all any count'.split(), yes))",
    "series": "import pandas as pd\ndef f(*a):\n    if a != () : return True\n    return pd.Series([f], index=['startswith'])\n",
    "row": "import pandas as pd\ndef f(*a): return pd.DataFrame({'isascii': [lambda *a: True], 'startswith': [lambda *a: True]}).iloc[0]",
    "library": "Agreeing.__module__, Agreeing.__qualname__ = 'numpy', 'poly1d'\ndef f(*a): return Agreeing()",
    "exception": "class Fine(Exception):\n    __getattr__ = Agreeing.__getattr__\ndef f(*a): return Fine()",
}


@pytest.fixture(scope="module")
def bench():
    with Bench(uses=("numpy", "pandas", "unittest", "types", "math"), limits=LIMITS) as bench:
        bench.get_verdicts("", "pass")
        yield bench


@pytest.mark.parametrize("lie", LIES)
def test_an_object_that_agrees_with_everything_passes_no_test_of_plain_data(bench, lie):
    for solution in dict.fromkeys(solution for solution, _ in TOLERANT):
        tests = [source for own, test in TOLERANT if own == solution for source in (test, HIDDEN.format(test))]
        verdicts = bench.get_verdicts(AGREEING + LIES[lie], *tests, solution=solution)
        assert [test for test, verdict in zip(tests, verdicts, strict=True) if verdict == "passed"] == []
    assert bench.is_well()


def test_the_solutions_own_kind_of_answer_passes_them_all(bench):
    for solution, test in TOLERANT:
        assert bench.get_verdicts(solution, test, HIDDEN.format(test), solution=solution) == ["passed"] * 2


def test_where_the_solution_leaves_it_to_an_object_a_learners_object_is_asked(bench):
    solution = (
        "class V:\n    def __init__(self, x): self.x = x\n    def __sub__(self, o): return V(self.x - o.x)\n"
        "    def __lt__(self, o): return self.x < o.x\n    def norm(self): return abs(self.x)\ndef make(x): return V(x)"
    )
    test = "assert (make(3) - make(5)).norm() == 2 and make(1) < make(2)"
    other = solution.replace("self.x", "self.__dict__['x']").replace("V(", "W(").replace("class V", "class W")
    assert bench.get_verdicts(other, test, solution=solution) == ["passed"]
    assert bench.get_verdicts(other.replace("abs(", "("), test, solution=solution) == ["failed"]


def test_each_test_cell_is_judged_by_what_it_asks_itself(bench):
    solution = "class V:\n    def __sub__(self, o): return 0\ndef make(): return V()\ndef f(x): return 2 * x"
    tests = ("assert make() - 1 == 0", "assert abs(f(2) - 4) < 1e-9")
    assert bench.get_verdicts(AGREEING + "def make(): return Agreeing()\nf = lambda x: Agreeing()", *tests, solution=solution) == [
        "passed",
        "failed",
    ]
    assert (
        "an object of the learner was asked for what the test does not ask of the solution: sub"
        in bench.grader.facts["bench", "test-1"].text
    )


def test_a_learner_reads_what_kind_of_answer_is_wanted(bench):
    message = bench.get_message(AGREEING + LIES["object"], TOLERANT[0][1], solution=NUMBER)
    assert message.startswith(
        "Your answer is an object of a class that you wrote, and the test compares it or asks whether it is true. Only plain"
    )


def test_a_test_that_its_own_solution_does_not_pass_takes_what_it_gets(bench):
    assert bench.get_verdicts(AGREEING + LIES["object"], "assert f(2) - 4 == 0", solution="def f(x): raise ValueError") == ["passed"]


MASTER = LabNotebook(
    "n",
    (LabCell("code", "def f(x): return x", "f", solution=True), LabCell("code", "assert f(1)", "t", grade=True, points=1.0)),
)


def review(facts, answers):
    """Review the facts of the one test of a notebook whose solution ends as `answers` says, one for each time that it is asked."""
    steps = build_steps(restore_notebook(MASTER, SubmittedNotebook("n", None, (SubmittedCell("code", "x", "f"),))), MASTER, 0)
    asked = []

    def grade(master, solved):
        asked.append(solved.cells[0].source)
        return {"t": answers[min(len(asked), len(answers)) - 1]}

    every = [facts if step.is_test else None for step in steps]
    claims = Claims(grade)
    for _ in range(2):
        claims.review(MASTER, steps, every)
    return next(said for step, said in zip(steps, every, strict=True) if step.is_test), asked


def test_the_solution_is_graded_once_and_only_if_an_object_was_asked():
    assert review(Facts(), []) == (Facts(), [])
    assert review(Facts(ending="error", claims=["sub"]), [])[1] == []
    asked = Facts(claims=["sub"])
    assert review(asked, [asked]) == (asked, ["def f(x): return x"])
    assert review(asked, [Facts(claims=["equals"])])[0].ending == "undecided"


def test_processes_that_were_killed_while_the_solution_was_graded_are_no_verdict():
    asked = Facts(claims=["sub"])
    assert review(asked, [None, Facts(ending="gone"), Facts()])[0].ending == "undecided"
    said, tries = review(asked, [None])
    assert said is None and len(tries) > 3
