"""Calls of contracts from outside: what comes back, what is left in the state, and what a failure leaves."""

import pytest

from minichain.contracts.python.engine import PythonEngine, SourceError, compile_contract, load_program
from minichain.contracts.values import decode_result, encode_parameters
from minichain.ledger.execution import Call, Code, execute_transaction
from minichain.ledger.state import MemoryState
from tests.ledger.keyvalue_calls import BLOCK, SENDER

EVIDENCE = """
@record
class Evidence:
    id: str
    hash: bytes
    holder: str
    time_ms: int

def init(admin: str) -> None:
    state["admin"] = admin

def store(id: str, hash: bytes) -> int:
    assert len(hash) == 32, "a hash has 32 bytes"
    assert ("evidence", id) not in state, f"{id} is taken"
    state["evidence", id] = Evidence(id, hash, sender.org, block.timestamp_ms)
    emit("stored", id, hash)
    return block.height

@query
def find(id: str) -> Evidence | None:
    return state.get(("evidence", id))

@query
def spoil() -> None:
    state["x"] = 1

def _hidden() -> int:
    return 1
"""


def run(source, method, state=None, gas=1_000_000, **parameters):
    """Return the record of a call."""
    call = Call("c", method, encode_parameters(parameters), SENDER, "ab" * 32, BLOCK, gas)
    return execute_transaction(call, state or MemoryState(), lambda name, view: PythonEngine(load_program(source)))


def test_a_call_writes_announces_and_answers():
    state = MemoryState()
    record = run(EVIDENCE, "store", state, id="a", hash=bytes(32))
    assert (record.outcome.code, record.outcome.result, len(record.events)) == (Code.OK, b"1", 1), record.outcome
    state.apply(0, [record.rwset.writes])
    found = decode_result(EVIDENCE, "find", run(EVIDENCE, "find", state, id="a").outcome.result)
    assert (found.holder, found.hash) == ("org1", bytes(32))
    again = run(EVIDENCE, "store", state, id="a", hash=bytes(32))
    assert again.outcome.code == Code.FAILED
    assert "a is taken" in again.outcome.message
    assert run(EVIDENCE, "find", state, id="b").outcome.result == b""


@pytest.mark.parametrize(
    ("method", "parameters", "code"),
    [
        ("init", {"admin": "me"}, Code.NO_METHOD),
        ("_hidden", {}, Code.NO_METHOD),
        ("nothing", {}, Code.NO_METHOD),
        ("spoil", {}, Code.READ_ONLY),
        ("store", {"id": "a"}, Code.BAD_PARAMETER),
        ("store", {"id": b"\xff", "hash": b""}, Code.BAD_PARAMETER),
        ("find", {"id": "a", "more": "b"}, Code.BAD_PARAMETER),
    ],
)
def test_a_wrong_call_fails_and_leaves_nothing(method, parameters, code):
    record = run(EVIDENCE, method, **parameters)
    assert record.outcome.code == code, record.outcome
    assert not record.rwset.writes
    assert not record.events


HOSTILE = {
    "endless loop": ("while True:\n        pass", Code.OUT_OF_GAS),
    "a huge power": ("x = 10 ** 10 ** 70", Code.FAILED),
    "a huge shift": ("x = 1 << 10 ** 60", Code.FAILED),
    "doubling a number": ("x = 2\n    while True:\n        x = x * x", Code.FAILED),
    "doubling a text": ("x = 'ab'\n    while True:\n        x = x + x", Code.TOO_LARGE),
    "doubling a list": ("x = [1]\n    while True:\n        x = x + x", Code.TOO_LARGE),
    "a long text at once": ("x = 'a' * 10 ** 60", Code.TOO_LARGE),
    "many bytes at once": ("x = bytes(10 ** 60)", Code.TOO_LARGE),
    "a long list": ("x = list(range(10 ** 15))", Code.TOO_LARGE),
    "a sum without end": ("x = sum(range(10 ** 15))", Code.OUT_OF_GAS),
    "deep recursion": ("main()", Code.TOO_DEEP),
    "lists in lists": ("x = [1]\n    for i in range(60):\n        x = [x, x]\n    state['x'] = x", Code.TOO_LARGE),
    "a list in itself": ("x = [1]\n    x.append(x)\n    y = [1]\n    y.append(y)\n    z = x == y", Code.TOO_LARGE),
    "equal hashes": ("x = {}\n    for i in range(9):\n        x[i * (2 ** 61 - 1)] = i", Code.FAILED),
    "a list as a key": ("x = {[1]: 2}", Code.FAILED),
    "a dict in order": ("x = sorted([{}, {}])", Code.FAILED),
    "unlike things in order": ("x = sorted([1, 'a'])", Code.FAILED),
    "growing while iterating": ("x = [1]\n    for y in x:\n        x.append(y)", Code.TOO_LARGE),
    "division by zero": ("x = 1 // 0", Code.FAILED),
    "a large event": ("emit('t', 'a' * 70000)", Code.TOO_LARGE),
    "a large key": ("state['a' * 2000] = 1", Code.TOO_LARGE),
    "re-entrancy": ("call(contract, 'main')", Code.RE_ENTERED),
    "no value yet": ("if False:\n        x = 1\n    y = x", Code.FAILED),
    "a wrong name of a contract": ("call('a b', 'main')", Code.NO_CONTRACT),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_contract_ends_in_a_typed_outcome(name):
    body, code = HOSTILE[name]
    source = f"def main() -> None:\n    state['first'] = 1\n    {body}\n"
    record = run(source, "main")
    assert record.outcome.code == code, record.outcome
    assert "surprised" not in record.outcome.message
    assert not record.rwset.writes
    assert record == run(source, "main")


REFUSED = {
    "x = ().__class__": "attribute",
    "x = eval('1')": "unknown-name",
    "x = lambda: 1": "lambda",
    "import os": "import",
    "x = 1.5": "number",
    "x = 1 / 2": "division",
    "sender = 1": "taken-name",
    "x = {1, 2}": "set",
    "x = f'{contract!r}'": "f-string",
    "x = '{}'.format(1)": "f-string",
    "x = 2 is 2": "is",
    "global x": "global",
    "yield 1": "generator",
    "try:\n        pass\n    except ValueError:\n        pass": "try",
    "x = " + "-" * 1000 + "1": "nesting",
    "x = " + "(" * 300 + ")" * 300: "nesting",
    "\uff58 = 1": "characters",
    "x = '\\N{DIGIT ONE}'": "string",
    "x = '\0'": "characters",
    "x = sum": "function-value",
    "(x := 1)": "walrus",
}


@pytest.mark.parametrize("body", REFUSED)
def test_what_leaves_the_subset_is_refused_with_its_rule(body):
    with pytest.raises(SourceError) as caught:
        compile_contract(f"def main() -> None:\n    {body}\n")
    assert (caught.value.rule, caught.value.line) == (REFUSED[body], 2)
