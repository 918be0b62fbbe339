"""Exceptions that learner code raises: a test catches them by the class that it knows, and reads what they say."""

import json

import pytest

from autograder.labs.model import Limits
from autograder.split.raised import build_exception
from tests.autograder.labs_for_tests import HIDDEN, Bench

pytest.importorskip("numpy", reason="NumPy is not installed")
pytest.importorskip("pandas", reason="pandas is not installed")

LIMITS = Limits(cpu_seconds=3, memory_bytes=512 * 2**20, output_bytes=16_000, idle_seconds=2)


@pytest.fixture(scope="module")
def bench():
    with Bench(uses=("numpy", "pandas", "unittest"), limits=LIMITS) as bench:
        bench.get_verdicts("", "pass")
        yield bench


@pytest.mark.parametrize(
    ("raising", "caught"),
    [
        ("import numpy as np\n    np.linalg.inv(np.zeros((2, 2)))", "import numpy as np\n{} np.linalg.LinAlgError"),
        ("import numpy as np\n    np.sum(np.ones(2), axis=7)", "import numpy as np\n{} np.exceptions.AxisError"),
        ("import pandas, io\n    pandas.read_csv(io.StringIO(''))", "import pandas as pd\n{} pd.errors.EmptyDataError"),
        ("import pandas as pd\n    pd.Timestamp('nonsense')", "import pandas as pd\n{} pd.errors.ParserError, ValueError"),
        ("import json\n    json.loads('{')", "import json\n{} json.JSONDecodeError"),
        ("import decimal\n    decimal.Decimal(1) / 0", "import decimal\n{} decimal.DivisionByZero"),
        ("import decimal\n    decimal.Decimal('x')", "from decimal import InvalidOperation\n{} InvalidOperation"),
        ("import binascii\n    binascii.unhexlify('z')", "import binascii\n{} binascii.Error"),
        ("import struct\n    struct.unpack('I', b'')", "import struct\n{} struct.error"),
        ("import zlib\n    zlib.decompress(b'x')", "import zlib\n{} zlib.error"),
        ("import sqlite3\n    sqlite3.connect(':memory:').execute('x')", "import sqlite3\n{} sqlite3.OperationalError"),
        ("import re\n    re.compile('(')", "import re\n{} re.error"),
        ("import queue\n    queue.Queue().get_nowait()", "import queue\n{} queue.Empty"),
        ("import urllib.error\n    raise urllib.error.URLError('no')", "import urllib.error\n{} urllib.error.URLError"),
        ("import csv\n    list(csv.reader(['a'], quotechar='ab'))", "import csv\n{} csv.Error, TypeError"),
        ("b'\\xff'.decode()", "{} UnicodeDecodeError"),
        ("raise ExceptionGroup('g', [ValueError(1)])", "{} ExceptionGroup"),
        ("raise OSError(2, 'gone')", "{} FileNotFoundError"),
    ],
)
def test_an_exception_of_a_library_is_the_tests_own(bench, raising, caught):
    answer = f"def f():\n    {raising}"
    imports, _, kinds = caught.partition("{} ")
    for test in (
        f"{imports}\ntry: f()\nexcept ({kinds}) as e: text = str(e)\nelse: raise AssertionError\nassert text is not None",
        f"{imports}\nimport unittest\nwith unittest.TestCase().assertRaises(({kinds})): f()",
    ):
        for source in (test, HIDDEN.format(test)):
            assert bench.get_verdicts(answer, source, mode="compat") == ["passed"]
            assert bench.get_verdicts(answer, source) == ["passed"]
        assert bench.get_verdicts("def f():\n    raise LookupError('another')", test) == ["error"]
    assert bench.get_verdicts(answer, "f()") == ["error"]


def test_it_says_what_it_said_and_has_its_plain_attributes(bench):
    answer = "import json, numpy as np\ndef f(): json.loads('[1,\\n}')\ndef g(): np.sum(np.ones(2), axis=7)"
    test = (
        "import json\ntry: f()\nexcept json.JSONDecodeError as e: error = e\n"
        "assert type(error) is json.JSONDecodeError and error.lineno == 2 and error.pos == 4 and error.doc == '[1,\\n}'\n"
        "assert str(error) == 'Expecting value: line 2 column 1 (char 4)'\n"
        "try: g()\nexcept ValueError as e: error = e\nassert 'axis 7 is out of bounds' in str(error) and isinstance(error, IndexError)"
    )
    for mode in ("compat", "split"):
        assert bench.get_verdicts(answer, test, mode=mode) == ["passed"]


def test_an_exception_of_the_learner_says_what_its_own_str_says(bench):
    answer = "class Short(ValueError):\n    def __init__(self, need): self.need = need\n    def __str__(self): return f'need {self.need}'\n"
    test = "try: f()\nexcept ValueError as e: error = e\nassert str(error) == 'need 3' and error.need == 3 and type(error) is Short"
    for mode in ("compat", "split"):
        assert bench.get_verdicts(answer + "def f(): raise Short(3)", test, mode=mode) == ["passed"]
        assert bench.get_verdicts(answer + "def f(): raise Short(4)", test, mode=mode) == ["failed"]


def test_a_class_that_t_imports_only_after_it_was_first_raised_is_found_then(bench):
    answer = "import tomllib\ndef f(): tomllib.loads('[')"
    first = "try: f()\nexcept ValueError: pass\nelse: raise AssertionError"
    assert bench.passes(answer, first, "import tomllib\ntry: f()\nexcept tomllib.TOMLDecodeError: pass")


@pytest.mark.parametrize(
    "forged",
    [
        "type('LinAlgError', (Exception,), {'__module__': 'numpy.linalg.nowhere'})",
        "type('SkipTest', (Exception,), {'__module__': 'unittest.case'})",
        "type('system', (Exception,), {'__module__': 'os'})",
        "type('Popen', (Exception,), {'__module__': 'subprocess'})",
        "type('EndOfCellError', (Exception,), {'__module__': 'autograder.split.session'})",
    ],
)
def test_a_name_that_belongs_to_nothing_of_the_kind_is_the_learners_own_exception(bench, forged):
    answer = f"Forged = {forged}\ndef f(x): raise Forged(x)"
    test = "import subprocess, unittest, numpy as np\ntry: f('echo forged')\nexcept Exception as e: found = e\n"
    names = "(np.linalg.LinAlgError, unittest.SkipTest)"
    assert bench.get_verdicts(answer, f"{test}assert not isinstance(found, {names}) and found.args == ('echo forged',)") == ["passed"]


def test_no_constructor_of_a_library_runs():
    class NoisyError(ValueError):
        def __init__(self, *_):
            raise AssertionError("a library's constructor ran")

    error = build_exception(NoisyError, ["what"], "what", {"line": 3})
    assert (type(error), error.args, error.line) == (NoisyError, ("what",), 3)
    decoded = build_exception(json.JSONDecodeError, ["m: line 1"], "m: line 1", {"pos": 5})
    assert type(decoded) is json.JSONDecodeError and str(decoded) == "m: line 1" and decoded.pos == 5


@pytest.mark.parametrize(
    "parts",
    [
        (int, [], "", {}),
        (ValueError, "text", "", {}),
        (ValueError, [[1]], "", {}),
        (ValueError, [], "", None),
        (ValueError, [], "", {"x": []}),
        (ValueError, [], "", {3: 1}),
    ],
)
def test_what_is_no_exception_with_plain_parts_is_refused(parts):
    with pytest.raises(TypeError):
        build_exception(*parts)
