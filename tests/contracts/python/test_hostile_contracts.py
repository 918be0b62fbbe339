"""Hostile contracts end in a typed outcome, within their gas, in time, and the state is as it was."""

import sys
import time
from contextlib import nullcontext

import pytest

from minichain.contracts.python import gas as prices
from minichain.contracts.python import host
from minichain.contracts.python.engine import PythonEngine, SourceError, compile_contract, load_program
from minichain.contracts.values import encode_value
from minichain.ledger.execution import Call, Code, execute_transaction
from minichain.ledger.rwset import Write
from minichain.ledger.state import MemoryState
from tests.contracts.python.hostile import ENDED, HOLES, SPENT, TOGETHER
from tests.contracts.python.hostile_sources import REFUSED
from tests.ledger.keyvalue_calls import BLOCK, SENDER

GAS = 2_000_000
LESS_GAS = 400_000
SECONDS = 3.0
"""Of processor time, for any of them: a loop that does nothing takes about 0.4 s for as much gas."""


def write_source(code):
    """Return a whole source; a body becomes that of `main`."""
    return code if code.lstrip("\ufeff#").startswith(("def ", "@", "X", "\n")) else f"def main() -> None:\n    {code}\n"


def make_state():
    state = MemoryState()
    state.apply(0, [[Write("main", b"skept\0", encode_value("a"))]])
    return state


def call(sources, gas=GAS):
    """Return the record of a call of `main`, having seen that it took no longer than it may, and comes out the same again."""
    programs = {name: load_program(source) for name, source in sources.items()}
    state = make_state()

    def find_engine(name, view):
        return PythonEngine(programs[name]) if name in programs else None

    def execute():
        return execute_transaction(Call("main", "main", (), SENDER, "ab" * 32, BLOCK, gas), state, find_engine)

    began = time.process_time()
    record = execute()
    assert time.process_time() - began < SECONDS * gas / GAS + 0.5
    assert record.outcome.gas_used <= gas
    assert "surprised" not in record.outcome.message
    assert state.get("main", b"skept\0").value == encode_value("a")
    assert execute() == record
    return record


def validate(record, code, words):
    """Assert what came of a call."""
    assert record.outcome.code == code, record.outcome
    assert words in record.outcome.message, record.outcome
    if code != Code.OK:
        assert not record.rwset.writes
        assert not record.events


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_not_deployed(name):
    rule, code = REFUSED[name]
    began = time.process_time()
    with pytest.raises(SourceError) as caught:
        compile_contract(write_source(code))
    assert time.process_time() - began < SECONDS
    assert rule in {problem.rule for problem in caught.value.problems}, caught.value
    assert all(problem.line >= 1 and problem.column >= 1 and problem.sentence for problem in caught.value.problems)


@pytest.mark.parametrize("name", ENDED)
def test_it_ends_in_a_typed_outcome(name):
    code, words, source = ENDED[name]
    validate(call({"main": write_source(source)}), code, words)


@pytest.mark.parametrize("name", SPENT)
def test_what_it_repeats_is_paid_for(name):
    record = call({"main": f"def main() -> None:\n    while True:\n        {SPENT[name]}\n"}, LESS_GAS)
    assert record.outcome.code == Code.OUT_OF_GAS, record.outcome
    assert record.outcome.gas_used == LESS_GAS
    assert not record.rwset.writes


@pytest.mark.parametrize("name", HOLES)
def test_what_was_cheap_once_is_paid_for(name):
    validate(call({"main": write_source(HOLES[name])}), Code.OUT_OF_GAS, "used up")


@pytest.mark.parametrize("name", TOGETHER)
def test_together_they_end_in_a_typed_outcome(name):
    code, words, sources = TOGETHER[name]
    validate(call(sources), code, words)


def test_there_are_more_than_sixty():
    assert len(REFUSED) + len(ENDED) + len(SPENT) + len(HOLES) + len(TOGETHER) > 60


@pytest.mark.parametrize("limit", range(60, 200, 3))
def test_no_more_gas_is_used_than_there_is(limit):
    source = "def main() -> None:\n    i = 0\n    while i < 9 and i < 10:\n        i += 1\n        if i == 3:\n            continue\n"
    record = call({"main": source}, limit)
    assert record.outcome.code in (Code.OK, Code.OUT_OF_GAS)


LONG_SOURCES = {
    "one long line of unknown names": ("x = [" + "q," * 60_000 + "]", False),
    "a keyword again and again": ("x = sorted([1]," + "reverse=1," * 12_000 + ")", False),
    "many records and fields": ("z = 1\n" + "".join(f"@record\nclass A{i}:\n    x{i}: int\n" for i in range(1000)), True),
    "many comprehensions": ("x = [" + "[a for a in ()]," * 7_000 + "]", True),
    "many arguments": ("_f(" + "1," * 60_000 + ")", False),
}


@pytest.mark.parametrize("name", LONG_SOURCES)
def test_a_long_source_is_checked_in_time(name):
    body, is_fine = LONG_SOURCES[name]
    began = time.process_time()
    with nullcontext() if is_fine else pytest.raises(SourceError):
        compile_contract(f"def main() -> None:\n    {body}\n")
    assert time.process_time() - began < SECONDS


FRAMES = {
    "lists": "return [n, n and [n, n and [n, n and [n, n and {call}]]]]",
    "comprehensions": "return [[[{call} for z in [n]] for y in [n]] for x in [n]]",
    "blocks": "if n:\n     if n:\n      if n:\n       if n:\n        x = {call}\n        return x\n    return n",
    "arguments": "return max(n, n and max(n, n and max(n, n and max(n, n and {call}))))",
}


@pytest.mark.parametrize("form", FRAMES)
def test_the_deepest_contracts_fit_on_the_stack(form, monkeypatch):
    """Five contracts, each as deep as it may be: whether they end well must not depend on how deep the caller's stack is."""
    deepest = 0

    def notice(machine, key):
        nonlocal deepest
        frame, count = sys._getframe(), 0
        while frame is not None:
            frame, count = frame.f_back, count + 1
        deepest = max(deepest, count)
        return read(machine, key)

    read = host.read
    monkeypatch.setattr(host, "read", notice)
    body = FRAMES[form].format(call="_f(n - 1)")
    sources = {}
    for place in range(5):
        onward = "x = state.get('a')" if place == 4 else f"call('c{place + 1}', 'main')"
        sources["main" if place == 0 else f"c{place}"] = (
            f"def main() -> None:\n    _f({{depth}})\n\n"
            f"def _f(n: int) -> int:\n    if n == 0:\n        {onward}\n        return 1\n    {body}\n"
        )
    height = load_program(sources["main"].replace("{depth}", "1")).targets["_f"].height
    depth = prices.MAX_STACK // height - 2
    record = call({name: source.replace("{depth}", str(depth)) for name, source in sources.items()})
    assert record.outcome.code == Code.OK, record.outcome
    assert 1000 < deepest < prices.FRAMES // 2
