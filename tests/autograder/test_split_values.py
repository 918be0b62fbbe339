"""Values of NumPy, pandas and the standard library in split grading: they arrive as what they were, and nobody gains by lying about one."""

import pytest

from autograder.labs.model import Limits
from tests.autograder.labs_for_tests import Bench

pytest.importorskip("numpy", reason="NumPy is not installed")
pytest.importorskip("pandas", reason="pandas is not installed")

LIMITS = Limits(cpu_seconds=3, memory_bytes=512 * 2**20, output_bytes=16_000, idle_seconds=2)
IMPORTS = "import numpy as np\nimport pandas as pd\n"


@pytest.fixture(scope="module")
def bench():
    with Bench(uses=("numpy", "pandas"), limits=LIMITS) as bench:
        bench.get_verdicts("", "pass")
        yield bench


def passes(bench, answer, test):
    result = bench.grade(answer, test, given=IMPORTS)
    assert result.cells[0].status == "passed", result.cells[0].message
    return True


@pytest.mark.parametrize(
    ("answer", "test"),
    [
        ("a = np.arange(6).reshape(2, 3)", "assert a.shape == (2, 3) and a.dtype == np.int64 and type(a) is np.ndarray and a.sum() == 15"),
        (
            "a = np.arange(6.)",
            "np.testing.assert_allclose(a, [0, 1, 2, 3, 4, 5]); assert np.array_equal(a, np.arange(6)) and (a == a).all()",
        ),
        ("a = np.asfortranarray(np.ones((3, 4)))", "assert a.flags.f_contiguous and not a.flags.c_contiguous and a.flags.owndata"),
        ("def f(a): return a.flags.f_contiguous", "assert f(np.asfortranarray(np.eye(3)[:, :2])) and not f(np.eye(3)[:, :2])"),
        (
            "def f(a): return a * 2",
            "a = np.array([1, 2])\nassert (f(a) == [2, 4]).all() and a[0] == 1 and f(np.float32(2)).dtype == np.float32",
        ),
        ("def f(x): return np.sqrt(x)", "assert type(f(4.0)) is np.float64 and isinstance(f(4.0), float) and np.isclose(f(2), 2 ** .5)"),
        ("a = np.array([1, 'x', None, [2]], dtype=object)", "assert a[1] == 'x' and a[2] is None and a[3] == [2] and a.dtype == object"),
        (
            "a = np.array([('b', 2, [1, 2])], dtype=[('n', 'U3'), ('v', 'i4'), ('w', 'f4', 2)])",
            "assert a['n'][0] == 'b' and a['w'].shape == (1, 2)",
        ),
        ("a = np.datetime64('2020-02-01')", "assert a + 1 == np.datetime64('2020-02-02') and str(a.dtype) == 'datetime64[D]'"),
        ("a = np.ma.masked_array([1, 2, 3], [0, 1, 0])", "assert a.sum() == 4 and a[1] is np.ma.masked and a.fill_value == 999999"),
        (
            "a, b = np.matrix([[1, 2], [3, 4]]), np.bool_(True)",
            "assert (a * a)[0, 0] == 7 and type(a) is np.matrix and b and type(b) is np.bool_",
        ),
        ("a, b = np.zeros((0, 3)), np.array(5)", "assert a.shape == (0, 3) and a.size == 0 and b.shape == () and b == 5"),
        ("d = {'w': np.ones(2), 'b': [np.zeros(1), 1]}", "assert d['w'].sum() == 2 and d['b'][0].shape == (1,)"),
        ("a = np.ones(2)\nl, m = [0, a], [0, a]", "assert l == m and l[1] is m[1] is a"),
        ("def make(): return np.zeros(2)", "a = make()\na[0] = 9\nassert make()[0] == 0"),
        ("a = np.array(['one', 'three'])", "assert a.tolist() == ['one', 'three'] and a.dtype.kind == 'U' and type(a[0]) is np.str_"),
        (
            "def f(x): return type(x).__name__, x.dtype.name",
            "assert f(np.int8(3)) == ('int8', 'int8') and f(np.ones(1, '>f4')) == ('ndarray', 'float32')",
        ),
        ("t = np.float32", "assert t == np.float32 and t is np.float32 and isinstance(t(1), np.floating)"),
    ],
)
def test_numpy_values_arrive_as_they_were(bench, answer, test):
    assert passes(bench, answer, test)


@pytest.mark.parametrize(
    ("answer", "test"),
    [
        (
            "df = pd.DataFrame({'a': [1, 2], 'b': ['x', None], 'c': [.5, np.nan]}, index=['p', 'q'])",
            (
                "pd.testing.assert_frame_equal(df, pd.DataFrame({'a': [1, 2], 'b': ['x', None], 'c': [.5, np.nan]}, index=['p', 'q']))\n"
                "assert isinstance(df, pd.DataFrame) and list(df.columns) == ['a', 'b', 'c'] and df.loc['q', 'a'] == 2 and "
                "df.shape == (2, 3)"
            ),
        ),
        (
            "s = pd.Series([1, 2], name='n')",
            "assert s.equals(pd.Series([1, 2])) and s.name == 'n' and type(s) == pd.Series and s.sum() == 3",
        ),
        (
            "def f(df): return df.groupby('k').v.mean()",
            "r = f(pd.DataFrame({'k': ['a', 'a', 'b'], 'v': [1, 3, 5]}))\nassert r['a'] == 2 and r.index.name == 'k'",
        ),
        ("g = pd.DataFrame({'k': ['a', 'b'], 'v': [1, 3]}).groupby('k')", "assert g.v.sum()['b'] == 3 and len(g) == 2"),
        (
            "s = pd.Series(pd.date_range('2020', periods=3, tz='Europe/Berlin'))",
            "assert s.dt.tz is not None and s[1] == pd.Timestamp('2020-01-02', tz='Europe/Berlin')",
        ),
        (
            "i = pd.date_range('2020-01', periods=2, freq='MS')",
            "pd.testing.assert_index_equal(i, pd.date_range('2020-01', periods=2, freq='MS'))\nassert i.freq == 'MS'",
        ),
        ("i = pd.MultiIndex.from_product([[1, 2], ['a', 'b']], names=['x', 'y'])", "assert i.names == ['x', 'y'] and i[3] == (2, 'b')"),
        ("s = pd.Series(['lo', 'hi'], dtype=pd.CategoricalDtype(['lo', 'hi'], ordered=True))", "assert s.min() == 'lo' and s.cat.ordered"),
        (
            "s = pd.Series([1, None], dtype='Int64')\nt = pd.Series(['a', None], dtype='string')",
            "assert s[1] is pd.NA and s.dtype == 'Int64' and t[1] is pd.NA",
        ),
        (
            "t, n = pd.Timestamp('2020-01-01 10:00'), pd.NaT\nd = pd.Timedelta('1h')",
            "assert t + d == pd.Timestamp('2020-01-01 11:00') and n is pd.NaT",
        ),
        (
            "s = pd.cut(pd.Series([1, 9]), [0, 5, 10])\np = pd.Period('2020-01')",
            "assert s[0] == pd.Interval(0, 5) and p + 1 == pd.Period('2020-02')",
        ),
        (
            "df = pd.DataFrame(np.eye(2), columns=pd.Index(['u', 'v'], name='c'))",
            "assert df.columns.name == 'c' and df.to_numpy().flags.writeable is not None and df.u[0] == 1",
        ),
        ("df = pd.DataFrame({'a': []}); e = pd.DataFrame()", "assert df.empty and e.shape == (0, 0) and list(df) == ['a']"),
        ("def f(df): return df[df.a > 1].reset_index(drop=True)", "assert f(pd.DataFrame({'a': [1, 2, 3]})).a.tolist() == [2, 3]"),
        ("df = pd.DataFrame({'a': [1]})\ndt = df.dtypes", "assert dt['a'] == 'int64' and df.a.dtype == np.int64"),
    ],
)
def test_pandas_values_arrive_as_they_were(bench, answer, test):
    assert passes(bench, answer, test)


@pytest.mark.parametrize(
    ("answer", "test"),
    [
        ("r, s = range(1, 9, 2), slice(1, None)", "assert r == range(1, 9, 2) and type(r) is range and [1, 2][s] == [2]"),
        (
            "import datetime as dt\nd = dt.datetime(2020, 1, 2, tzinfo=dt.timezone.utc)",
            "import datetime\nassert d.date() == datetime.date(2020, 1, 2) and d.tzinfo is datetime.timezone.utc",
        ),
        (
            "from decimal import *\nfrom fractions import *\nd, f = Decimal('1.10'), Fraction(2, 4)",
            "from decimal import Decimal\nassert d == Decimal('1.1') and str(d) == '1.10' and f * 2 == 1",
        ),
        (
            "from collections import *\nc, o = Counter('aab'), OrderedDict(b=1, a=2)",
            (
                "from collections import Counter\n"
                "assert c == {'a': 2, 'b': 1} and c.most_common(1) == [('a', 2)] and list(o) == ['b', 'a']\n"
                "assert type(c) is Counter and isinstance(c, dict)"
            ),
        ),
        (
            "from collections import *\nd, q = defaultdict(list, a=[1]), deque([1, 2], 2)",
            "assert d['x'] == [] and d['a'] == [1] and q.maxlen == 2 and list(q) == [1, 2]",
        ),
        (
            "from collections import *\nP = namedtuple('P', 'x y')\np = P(1, 2)",
            (
                "assert p == (1, 2) and p.x == 1 and isinstance(p, tuple) and isinstance(p, P) and type(p) is P and P(3, "
                "4).y == 4 and p._fields == ('x', 'y')"
            ),
        ),
        (
            "from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\n    def norm(self): return abs(self.x)\np = P(-1)",
            "assert p.norm() == 1 and p.x == -1 and isinstance(p, P) and tuple(p) == (-1,)",
        ),
        (
            "from functools import lru_cache\n@lru_cache\ndef f(n): return n\n",
            "f(1); f(1)\nassert f.cache_info().hits == 1 and f.__wrapped__(3) == 3",
        ),
        (
            "d = {'a': 1}\nk, v, i = d.keys(), d.values(), d.items()",
            "assert k == {'a'} and list(v) == [1] and sorted(i) == [('a', 1)] and set(k) == {'a'}",
        ),
        (
            "import uuid, pathlib, array\nu, p, a = uuid.UUID(int=5), pathlib.Path('a/b'), array.array('i', [1])",
            "import pathlib\nassert u.int == 5 and p.parent == pathlib.Path('a') and list(a) == [1]",
        ),
        (
            "from enum import Enum\nclass C(Enum):\n    R = 1\n    G = 2\nc = C.R",
            (
                "assert c is C.R and c == C.R and c != C.G and c.value == 1 and c.name == 'R' and list(C)[1] is C.G and "
                "C(2) is C.G and C['R'] is c"
            ),
        ),
        (
            "def f(x): return x",
            (
                "from collections import deque, Counter\nfrom types import SimpleNamespace\nfor v in (range(3), ..., deque([1]), "
                "Counter('a'), slice(2), SimpleNamespace(a=1)): assert f(v) == v and type(f(v)) is type(v)"
            ),
        ),
        ("t = [int, str, type(None), dict, ValueError]", "assert t == [int, str, type(None), dict, ValueError]"),
        ("b = memoryview(b'ab')\nc = 3 + 4j", "assert b[0] == 97 and bytes(b) == b'ab' and abs(c) == 5"),
    ],
)
def test_values_of_the_standard_library_arrive_as_they_were(bench, answer, test):
    assert passes(bench, answer, test)
