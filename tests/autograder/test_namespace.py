"""One namespace over two processes: who owns a name, and that nobody passes a test by taking over its tools."""

import pytest

from tests.autograder.labs_for_tests import HIDDEN, Bench


@pytest.fixture(scope="module")
def bench():
    with Bench() as bench:
        yield bench


# What the two sides share


def test_a_test_reads_what_the_learner_bound_last(bench):
    assert bench.passes("x = 1\nx = 2", "assert x == 2\nassert 'x' in dir() and 'x' in globals() and 'y' not in dir()")
    assert bench.get_verdicts("x = 1", "assert x == 1", "assert x == 2", between=["x = 2"]) == ["passed", "passed"]


def test_a_test_sees_what_the_function_that_it_calls_does_to_the_learners_names(bench):
    assert bench.passes("x = 1\ndef bump():\n    global x\n    x += 1", "assert x == 1\nbump()\nassert x == 2", "assert x == 2")


def test_what_a_visible_test_binds_can_be_read_by_the_learners_functions(bench):
    assert bench.passes("def f():\n    return factor * 2", "factor = 21\nassert f() == 42")
    assert bench.passes("def f():\n    return twice(3)", "def twice(x):\n    return 2 * x\nassert f() == 6")


def test_names_of_a_hidden_test_never_reach_the_learner(bench):
    spy = "def f():\n    return sorted(name for name in globals() if name.startswith('given'))"
    visible = "given_visible = 1\nassert f() == ['given_visible']\n"
    hidden = "given_hidden = 2\ngiven_object = f\ndef given_function(): pass\nassert f() == ['given_visible'], f()"
    assert bench.passes(spy, visible + HIDDEN.format(hidden))


def test_a_test_may_delete_a_learners_function_and_put_it_back(bench):
    answer = "def square(x):\n    return x * x\ndef both(x, y):\n    return {}"
    test = (
        "kept = square\ndel square\n"
        "try:\n    both(1, 2)\nexcept NameError:\n    uses = True\nelse:\n    uses = False\nfinally:\n    square = kept\n"
        "assert uses\nassert both(1, 2) == 5\nassert square(3) == 9"
    )
    for source in (test, HIDDEN.format(test)):
        assert bench.get_verdicts(answer.format("square(x) + square(y)"), source, "assert square(2) == 4") == ["passed", "passed"]
        assert bench.get_verdicts(answer.format("x * x + y * y"), source, "assert square(2) == 4") == ["failed", "passed"]


def test_a_test_may_put_its_own_function_in_a_learners_place(bench):
    answer = "def leaf(x):\n    return 'real'\ndef root(x):\n    return leaf(x)"
    assert bench.passes(answer, "def leaf(x):\n    return 'mock'\nassert root(1) == 'mock'")


def test_a_counter_of_the_solution_may_be_reset_by_a_test_and_counted_up_by_the_learner(bench):
    answer = "count = 0\ndef step():\n    global count\n    count += 1"
    test = "count = 10\nstep()\nstep()\nassert count == 12"
    assert bench.passes(answer, test, solution=answer)


def test_names_that_do_not_exist_are_name_errors_on_both_sides(bench):
    assert bench.passes("x = 1\ndel x", "try:\n    x\nexcept NameError:\n    gone = True\nassert gone and 'x' not in dir()")
    assert "NameError: name 'nothing'" in bench.get_message("x = 1", "nothing")


def test_a_module_that_the_learner_imported_is_the_tests_own_import(bench):
    patched = "import math\nmath.sqrt = lambda x: 5"
    assert bench.passes(patched, "assert math.sqrt(9) == 3")
    fake = "import types\nmath = types.ModuleType('math')\nmath.sqrt = lambda x: 5"
    assert bench.passes(fake, "assert math.sqrt(9) == 3")


def test_data_larger_than_a_frame_stays_with_the_test(bench):
    assert bench.passes("def f(x):\n    return x", "big = bytes(9_000_000)\nmany = [bytes(3_000_000)] * 2\nassert f(1) == 1")


# Forging


@pytest.mark.parametrize(
    ("answer", "right", "test"),
    [
        ("def range(*_):\n    return []", "x", "for n in range(5):\n    assert f(n) == n"),
        ("def all(_):\n    return True", "x", "assert all(f(n) == n for n in [1, 2])"),
        ("def isinstance(*_): return True\ndef len(_): return 32", "b'1' * 32", "assert isinstance(f(1), bytes) and len(f(1)) == 32"),
        ("__builtins__ = {}\n__name__ = 'x'", "x", "class A:\n    pass\nassert A.__module__ == '__main__' and f(1) == 1"),
    ],
)
def test_pythons_own_names_stay_pythons(bench, answer, right, test):
    assert bench.get_verdicts(f"{answer}\ndef f(x):\n    return 0", test) == ["failed"]
    assert bench.get_verdicts(f"{answer}\ndef f(x):\n    return {right}", test) == ["passed"]


def test_a_function_under_test_may_have_a_built_in_name(bench):
    answer = "def sum(values):\n    return {}"
    test = "assert sum([1, 2]) == 'mine'"
    assert bench.passes(answer.format("'mine'"), test, solution=answer)
    assert not bench.passes(answer.format("3"), test, solution=answer)


@pytest.mark.parametrize(
    "how", ["globals()['wanted'] = 0", "global wanted; wanted = 0", "del globals()['wanted']; globals()['wanted'] = 0"]
)
@pytest.mark.parametrize("wrap", ["{}", HIDDEN])
def test_what_a_test_has_bound_cannot_be_changed_under_it(bench, how, wrap):
    how = how if how.startswith(("global ", "globals")) else f"globals().setdefault('wanted', 1); {how}"
    test = wrap.format("wanted = 7\nassert f(1) == wanted")
    assert bench.get_verdicts(f"def f(x):\n    {how}\n    return 0", test) == ["failed"]
    assert bench.get_verdicts("wanted = 0\ndef f(x):\n    return 7", test) == ["passed"]


def test_what_a_hidden_test_has_bound_cannot_be_changed_even_if_the_solution_binds_that_name(bench):
    test = HIDDEN.format("for i in [3, 4]:\n    assert f(i) == i * i")
    forged = "def f(x):\n    globals()['i'] = float('0')  # another object each time, so that each is news\n    return 0"
    assert bench.get_verdicts(forged, test, solution="for i in []: pass\ndef f(x): return x * x") == ["failed"]


def test_the_labs_functions_constants_and_modules_stay_the_labs(bench):
    given = "import hashlib\nNAMES = ['a', 'b']\nROOT = bytes.fromhex('00' * len(NAMES))\ndef double(x):\n    return 2 * x"
    test = "assert f(2) == double(2) == 4 and ROOT == bytes(2) and NAMES == ['a', 'b'] and hashlib.sha256(b'').hexdigest()[0] == 'e'"
    takeover = "class hashlib:\n    sha256 = None\nNAMES = []\nROOT = b''\ndef double(x):\n    return 0\n"
    assert bench.get_verdicts(takeover + "def f(x):\n    return 0", test, given=given) == ["failed"]
    assert bench.get_verdicts(takeover + "def f(x):\n    return 4", test, given=given) == ["passed"]
    assert bench.get_verdicts("def f(x):\n    return 4", test, given=given, edited=takeover) == ["passed"]


def test_a_constant_that_the_solution_binds_again_is_the_learners(bench):
    assert bench.passes("answer = 42", "assert answer == 42", given="answer = None", solution="answer = 6 * 7")


def test_what_changes_in_a_plain_cell_is_no_constant(bench):
    given = "data = []\nfor n in range(3):\n    data.append(n)\ntotal = 1\ntotal += 1\ntwice = 2 * total"
    assert bench.passes("def f():\n    return 1", "assert data == [0, 1, 2] and (total, twice) == (2, 4)", given=given)


def test_the_seed_is_the_tests_alone(bench):
    spy = "seen = SEED\nSEED = 5\ndef f():\n    globals()['SEED'] = 6\n    return seen"
    assert bench.passes(spy, HIDDEN.format("assert f() == 0 and SEED == 2**200"), seed=2**200)


def test_what_a_test_imports_the_learner_has_from_its_own_library(bench):
    assert bench.passes(
        "def f():\n    return type(getenv).__name__, sqrt(9)", "from os import getenv\nfrom math import sqrt\nassert f() == ('function', 3)"
    )
