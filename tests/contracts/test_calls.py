"""Contracts that call each other: who they seem to be, what a failure leaves, and what an attacker gets from calling back."""

import pytest

from minichain.contracts.kit import make_kit_chain
from minichain.ledger.execution import MAX_DEPTH, Code
from tests.contracts.members import refused

VAULT = '''
"""Keeps what is paid in for a contract. It pays out before it writes that down: the mistake of the DAO (2016)."""

def pay_in(to: str, amount: int) -> None:
    state["held", to] = state.get(("held", to), 0) + amount

def pay_out(to: str) -> int:
    amount = state.get(("held", to), 0)
    assert amount > 0, "nothing is held"
    emit("paid out", to, amount)
    call(to, "receive", amount=amount)
    state["held", to] = 0
    return amount

@query
def get_held(to: str) -> int:
    return state.get(("held", to), 0)
'''

THIEF = """
def receive(amount: int) -> None:
    state["loot"] = state.get("loot", 0) + amount
    state["second"] = try_call("vault", "pay_out", int, to=contract).code

def rob() -> None:
    call("vault", "pay_out", int, to=contract)
"""

CALLEE = """
@record
class Pair:
    name: str
    numbers: list[int]

def write(text: str, fails: bool) -> str:
    state["text"] = text
    emit("written", text)
    assert not fails, f"{text} is refused"
    return text

def burn() -> None:
    state["text"] = "burnt"
    while True:
        pass

@query
def who() -> list[str]:
    return [sender.org, sender.role, f"{caller}", contract]

@query
def pair(name: str) -> Pair:
    return Pair(name, [1, 2])

@query
def read() -> str:
    return state.get("text", "")
"""

CALLER = """
@record
class Pair:
    name: str
    numbers: list[int]

def go(text: str, fails: bool) -> str:
    state["before"] = text
    result = call("callee", "write", str, text=text, fails=fails)
    state["after"] = text
    return result

def attempt(text: str, fails: bool) -> list[str]:
    state["before"] = text
    reply = try_call("callee", "write", str, text=text, fails=fails)
    state["code"] = reply.code
    return [f"{reply.code}", reply.message]

def survive() -> int:
    reply = try_call("callee", "burn")
    state["code"] = reply.code
    return reply.code

@query
def who() -> list[str]:
    return call("callee", "who", list[str])

@query
def pair(name: str) -> list[int]:
    found = call("callee", "pair", Pair, name=name)
    assert found.name == name, "another name"
    return found.numbers

@query
def wrong_type() -> int:
    return call("callee", "read", int)

@query
def write_all_the_same() -> str:
    return call("callee", "write", str, text="x", fails=False)
"""

LINK = """
def go(names: list[str]) -> int:
    if len(names) == 0:
        return 1
    return 1 + call(names[0], "go", int, names=names[1:])
"""


@pytest.fixture
def chain():
    chain = make_kit_chain("bank", "maker", "supplier")
    chain.install("callee", CALLEE)
    chain.install("caller", CALLER)
    return chain


@pytest.fixture
def maker(chain):
    return chain.organisations[1]


def test_calling_back_gets_a_thief_nothing(chain, maker):
    chain.install("vault", VAULT)
    chain.install("thief", THIEF)
    chain.invoke(maker, "vault", "pay_in", to="thief", amount=10)
    with refused("cannot be entered again", Code.RE_ENTERED):
        chain.invoke(maker, "thief", "rob")  # then the vault cannot pay it, because the thief is in the middle of its own call
    assert chain.query(maker, "vault", "get_held", to="thief") == 10
    result = chain.invoke(maker, "vault", "pay_out", to="thief")
    assert (chain.get_state("thief", "loot"), chain.get_state("thief", "second")) == (10, Code.RE_ENTERED)
    assert chain.query(maker, "vault", "get_held", to="thief") == 0
    assert [event.topic for event in result.events] == ["paid out"]


def test_the_callee_sees_who_signed_and_which_contract_called(chain, maker):
    assert chain.query(maker, "caller", "who") == ["maker", "client", "caller", "callee"]
    assert chain.query(maker, "callee", "who") == ["maker", "client", "None", "callee"]


def test_results_come_back_as_they_are_asked_for(chain, maker):
    assert chain.query(maker, "caller", "pair", name="a") == [1, 2]
    with refused("the result of the other contract"):
        chain.query(maker, "caller", "wrong_type")


def test_a_failure_that_is_not_looked_at_fails_the_caller(chain, maker):
    before = (chain.list_state("caller"), chain.list_state("callee"))
    with refused("callee.write: line 10: no is refused") as found:
        chain.invoke(maker, "caller", "go", text="no", fails=True)
    assert (chain.list_state("caller"), chain.list_state("callee")) == before == ([], [])
    assert not found.found.value.result.events
    assert chain.invoke(maker, "caller", "go", text="yes", fails=False).value == "yes"
    assert (chain.list_state("caller"), chain.list_state("callee")) == (["yes", "yes"], ["yes"])


def test_a_failure_that_is_looked_at_is_a_value_and_leaves_nothing_there(chain, maker):
    result = chain.invoke(maker, "caller", "attempt", text="no", fails=True)
    assert result.value == [str(int(Code.FAILED)), "line 10: no is refused"]
    assert (chain.get_state("caller", "before"), chain.get_state("caller", "code")) == ("no", Code.FAILED)
    assert chain.list_state("callee") == [] and not result.events


def test_a_callee_that_burns_all_gas_leaves_its_caller_enough_to_react(chain, maker):
    result = chain.invoke(maker, "caller", "survive")
    assert result.value == Code.OUT_OF_GAS and chain.get_state("caller", "code") == Code.OUT_OF_GAS
    assert chain.list_state("callee") == []
    limit = chain.ledger.configuration.limits.default_gas
    assert 0.98 * limit < result.gas <= limit


def test_a_limit_that_is_used_up_takes_everything_back(chain, maker):
    sealed = chain.seal(chain.ask(maker, "caller", "go", gas=400, text="yes", fails=False))
    assert sealed.results[0].code is Code.OUT_OF_GAS and sealed.results[0].gas == 400
    assert chain.list_state("caller") == chain.list_state("callee") == []


def test_calls_are_so_deep_and_no_deeper_and_come_back_to_nobody(chain, maker):
    names = [f"link{number}" for number in range(MAX_DEPTH + 1)]
    for name in names:
        chain.install(name, LINK)
    assert chain.invoke(maker, names[0], "go", names=names[1:MAX_DEPTH]).value == MAX_DEPTH
    with refused("calls of contracts may be", Code.TOO_DEEP):
        chain.invoke(maker, names[0], "go", names=names[1:])
    with refused("cannot be entered again", Code.RE_ENTERED):
        chain.invoke(maker, names[0], "go", names=[names[1], names[0]])


def test_a_query_does_not_write_through_another_contract(chain, maker):
    with refused("", Code.READ_ONLY):
        chain.query(maker, "caller", "write_all_the_same")
    with refused("a query calls callee.write, which writes", Code.READ_ONLY):
        chain.invoke(maker, "caller", "write_all_the_same")
    assert chain.list_state("callee") == []
