"""What a test asks of a learner's object and only the learner's code could answer: no answer of T's own may pass a test that fails
in one process."""

import pytest

from tests.autograder.labs_for_tests import HIDDEN, Bench

OBJECTS = """\
class Plain: pass
class Falsy:
    def __bool__(self): return False
class Empty:
    def __len__(self): return 0
class Same:
    def __init__(self, x=0): self.x = x
    def __eq__(self, other): return True
    def __hash__(self): return 0
class Hashless:
    def __eq__(self, other): return self is other
class Below(Same): pass
class Meta(type):
    def __eq__(cls, other): return True
    def __bool__(cls): return False
    __hash__ = type.__hash__
class Odd(metaclass=Meta): pass
class Broke(Exception):
    def __eq__(self, other): return True
    __hash__ = Exception.__hash__
def make(kind, *a): return kind(*a)
def many(kind, n): return {kind() for _ in range(n)}
def table(*xs): return {Same(x): x for x in xs}
def fail(): raise Broke(1)
"""
SETTLED_BY_THE_LEARNERS_CODE = [
    "assert Falsy()",
    "assert Empty()",
    "assert not not make(Falsy)",
    "assert Plain() and Falsy()",
    "assert None or Empty()",
    "assert all([Plain(), Falsy()])",
    "assert any([Empty(), Falsy()])",
    "assert [o for o in [Falsy()] if o]",
    "assert list(filter(None, [Empty()]))",
    "import unittest\nunittest.TestCase().assertTrue(Empty())",
    "assert Same() != 3",
    "assert not Same() == 3",
    "assert 3 != Same()",
    "assert Same() != None",
    "assert Same() != Same()",
    "assert not Below(1) == Same(2)",
    "assert Plain() != Same()",
    "assert not Plain() == Same()",
    "assert Plain() not in [Same()]",
    "assert Same() not in [1, 2]",
    "assert 3 not in [Same()]",
    "assert [Same()] != [3]",
    "assert (1, Same()) != (1, Same())",
    "assert {'a': Same()} != {'a': 3}",
    "assert len({Same(1), Same(2)}) == 2",
    "assert Same(1) not in {Same(2)}",
    "assert Same(1) not in table(2)",
    "assert {Hashless()}",
    "assert many(Same, 1) != many(Same, 1)",
    "assert many(Same, 1) - many(Same, 1)",
    "assert not many(Same, 1) & many(Same, 1)",
    "assert table(1) != table(1)",
    "assert hash(Same(1)) != hash(Same(2))",
    "assert Odd != Plain",
    "assert Plain != Odd",
    "assert Odd",
    "import unittest\nunittest.TestCase().assertNotEqual(Same(1), Same(2))",
    "try: fail()\nexcept Broke as e: first = e\ntry: fail()\nexcept Broke as e: assert e != first",
]
"""Each fails in one process, and would pass if T answered by identity."""


@pytest.fixture(scope="module")
def bench():
    with Bench() as bench:
        yield bench


@pytest.mark.parametrize("test", SETTLED_BY_THE_LEARNERS_CODE)
def test_what_fails_in_one_process_does_not_pass_split(bench, test):
    for source in (test, HIDDEN.format(test)):
        assert bench.get_verdicts(OBJECTS, source, mode="compat") != ["passed"]
        assert bench.get_verdicts(OBJECTS, source) != ["passed"]


@pytest.mark.parametrize(
    "test",
    [
        "assert Plain() and not (not Plain()) and all([Plain(), Plain()])",
        "a, b = Plain(), Plain()\nassert a == a and a != b and a not in [b, 1, None] and a != 3 and len({a, b, a}) == 2 and {a: 1}[a] == 1",
        "a = Same()\nassert a in [a] and [a] == [a] and a is not None and [a, 1] != [a]",
        "assert len(many(Plain, 3)) == 3 and len(table(1)) == 1 and [k.x for k in table(4)] == [4]",
        "assert make is make and make == make and Same().__init__ is not None and {make: 1}[make] == 1 and Same == Same and Same != Below",
        "try: fail()\nexcept Broke as e: assert e is not None and e.args == (1,)",
        "assert {0: 'a', Plain(): 'b'}[0] == 'a'",
        "from unittest.mock import ANY\nassert Plain() == ANY and ANY == Plain() and [1, Plain()] == [1, ANY]",
    ],
)
def test_what_the_class_leaves_to_python_is_as_in_one_process(bench, test):
    for mode in ("compat", "split"):
        assert bench.get_verdicts(OBJECTS, test, mode=mode) == ["passed"]


@pytest.mark.parametrize(
    "asked", ["Same() == 3", "bool(Falsy())", "{Same()}", "[Same()].index(3)", "sorted([Falsy()], key=lambda o: not o)"]
)
def test_no_test_can_take_the_refusal_for_an_answer(bench, asked):
    for test in (
        f"try: {asked}\nexcept BaseException: pass",
        f"import unittest\nwith unittest.TestCase().assertRaises(Exception): {asked}",
    ):
        assert bench.get_verdicts(OBJECTS, test, "assert make(Plain)") == ["failed", "passed"]


def test_the_learner_reads_what_was_compared_and_the_author_which_class(bench):
    message = bench.get_message(OBJECTS, "x = make(Same)\nassert x == 3")
    assert message.startswith(
        "Your answer is an object of a class that you wrote, and the test compares it or asks whether it is true (assert x == 3)"
    )
    assert bench.grader.facts["bench", "test-0"].text == "== or != on an object of the learner's class Same, which has its own"
    named = OBJECTS + "def f(x):\n    return type(f'asked {x}', (), {'__bool__': lambda s: True})()"
    result = bench.grade(named, HIDDEN.format("assert f(471100)"), "assert f(1)")
    assert [cell.status for cell in result.cells] == ["failed", "failed"] and "471100" not in repr(result)
    assert bench.grader.facts["bench", "test-1"].text == ""


def test_a_large_set_of_the_learners_objects_costs_its_own_cell_only(bench):
    assert bench.get_verdicts(OBJECTS, "assert len(many(Same, 10**5)) == 1", "assert 1") == ["passed", "passed"]
    spread = OBJECTS.replace(
        "return True\n    def __hash__(self): return 0", "return self is other\n    def __hash__(self): return id(self)", 1
    )
    assert bench.get_verdicts(spread, "many(Same, 20000)", "assert make(Plain)")[1] == "passed"
    assert bench.is_well()
