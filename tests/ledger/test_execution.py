"""Execution: what a call leaves, how contracts call each other, and what an attacker gets who tries more than the rules allow."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minichain.ledger.execution import CALL_GAS, MAX_DEPTH, MAX_MESSAGE_LENGTH, MAX_RESULT_BYTES, Code, ContractError, execute_transaction
from minichain.ledger.keyvalue import LARGEST_NUMBER, METHODS, encode_number, find_keyvalue_engine
from minichain.ledger.receipt import Event
from minichain.ledger.rwset import RangeRead, Read, Version, Write
from minichain.ledger.state import MemoryState
from minichain.ledger.view import MAX_KEY_BYTES
from tests.ledger.keyvalue_calls import GAS, SENDER, call, make_state, move


def execute(one_call, state=None, find_engine=find_keyvalue_engine):
    return execute_transaction(one_call, MemoryState() if state is None else state, find_engine)


def nest(*contracts):
    """Return a call of the first contract, which calls the second, which calls the third, …; the last one writes a key."""
    dots = "_" * (len(contracts) - 1)
    parameters = {f"{dots}key": "x", f"{dots}value": "1"}
    for depth, contract in enumerate(contracts[1:]):
        parameters |= {f"{'_' * depth}contract": contract, f"{'_' * depth}method": "put" if depth == len(contracts) - 2 else "call"}
    return call("put" if len(contracts) == 1 else "call", contracts[0], **parameters)


class Refuses:
    """An engine whose contracts read, write, announce, spend, and then fail."""

    def execute(self, one_call, view, host):
        view.get(one_call.contract, b"read")
        view.put(one_call.contract, b"written", b"1")
        view.emit(one_call.contract, "announced", ())
        host.meter.charge(7)
        raise ContractError(Code.FAILED, "no", b"why")


def find_refuses(contract, view):
    return Refuses() if contract == "refuses" else find_keyvalue_engine(contract, view)


# One call


def test_a_transfer_leaves_what_it_read_and_wrote():
    record = execute(move("ann", "bob", 3), make_state(ann=5, bob=1))
    assert record.outcome.is_success and record.outcome.gas_used > 0
    assert record.rwset.reads == (Read("kv", b"ann", Version(0, 0)), Read("kv", b"bob", Version(0, 1)))
    assert record.rwset.writes == (Write("kv", b"ann", encode_number(2)), Write("kv", b"bob", encode_number(4)))


def test_moving_to_oneself_makes_no_money():
    record = execute(move("ann", "ann", 3), make_state(ann=5))
    assert record.rwset.writes == (Write("kv", b"ann", encode_number(5)),)


def test_the_outcomes_of_the_methods():
    state = make_state(a="1", b="22", n=7)
    results = {
        call("get", key="b"): b"22",
        call("range", start="a", end="", limit=2): b"61 31\n62 3232\n",
        call("range", start="b", end="c", limit=9): b"62 3232\n",
        call("add", key="n", amount=2): encode_number(9),
        call("add", key="new", amount=2): encode_number(2),
        call("burn", key="n", rounds=0): b"",
    }
    assert {one: execute(one, state).outcome.result for one in results} == results
    assert execute(call("emit", topic="paid", data="3"), state).events == (Event("kv", "paid", (b"3",)),)
    assert execute(call("delete", key="a"), state).rwset.writes == (Write("kv", b"a", None),)
    assert execute(call("range", start="a", end="", limit=2), state).rwset.ranges == (RangeRead("kv", b"a", b"b\0"),)


@pytest.mark.parametrize(
    ("one_call", "code", "words"),
    [
        (call("get", "token", key="x"), Code.NO_CONTRACT, "no contract 'token'"),
        (call("steal"), Code.NO_METHOD, "no method 'steal'"),
        (call("put", key="x"), Code.BAD_PARAMETER, "needs the parameter 'value'"),
        (call("add", key="x", amount="1"), Code.BAD_PARAMETER, "'amount' is 1 bytes long; a number has 8"),
        (call("get", key="none"), Code.FAILED, "no key 6e6f6e65"),
        (call("add", key="text", amount=1), Code.FAILED, "74657874 holds 3 bytes"),
        (move("poor", "rich", 1), Code.FAILED, "would become -1"),
        (call("add", key="full", amount=1), Code.FAILED, f"from 0 to {LARGEST_NUMBER}"),
        (call("fail", message="not today"), Code.FAILED, "not today"),
        (call("put", key=bytes(MAX_KEY_BYTES + 1), value="1"), Code.TOO_LARGE, "at most 1024"),
        (call("put", key="x", value="1", gas_limit=11), Code.OUT_OF_GAS, "limit of 11 gas"),
    ],
    ids=lambda value: value.name if isinstance(value, Code) else "",
)
def test_what_breaks_a_rule_fails_with_its_code(one_call, code, words):
    record = execute(one_call, make_state(text="abc", full=LARGEST_NUMBER))
    assert record.outcome.code == code and words in record.outcome.message
    assert record.rwset.writes == () and record.events == ()


def test_a_failed_transaction_leaves_its_reads_and_its_gas_and_nothing_else():
    record = execute(call("any", "refuses"), find_engine=find_refuses)
    assert (record.outcome.code, record.outcome.result, record.outcome.message, record.outcome.gas_used) == (Code.FAILED, b"why", "no", 7)
    assert record.rwset.reads == (Read("refuses", b"read", None),)
    assert record.rwset.writes == () and record.events == ()


def test_out_of_gas_spends_the_limit_and_no_more():
    needed = execute(call("put", key="x", value="1")).outcome.gas_used
    for limit in range(needed + 1):
        outcome = execute(call("put", key="x", value="1", gas_limit=limit)).outcome
        assert outcome.gas_used <= limit
        assert outcome.code == (Code.OK if limit == needed else Code.OUT_OF_GAS)


def test_a_mistake_in_an_engine_is_no_outcome():
    class Broken:
        def execute(self, one_call, view, host):
            return 1 // 0

    with pytest.raises(ZeroDivisionError):
        execute(call("any"), find_engine=lambda contract, view: Broken())


def test_a_receipt_holds_no_more_than_it_must():
    class Talks:
        def execute(self, one_call, view, host):
            if one_call.method == "fail":
                raise ContractError(Code.FAILED, "\ud800" + "no " * 1000, bytes(MAX_RESULT_BYTES + 1))
            view.put("talks", b"x", b"1")
            return bytes(MAX_RESULT_BYTES + int(one_call.get_parameter("more")))

    def find_talks(contract, view):
        return Talks()

    assert execute(call("any", "talks", more="0"), find_engine=find_talks).outcome.is_success
    record = execute(call("any", "talks", more="1"), find_engine=find_talks)
    assert record.outcome.code == Code.TOO_LARGE and record.outcome.result == b"" and record.rwset.writes == ()
    outcome = execute(call("fail", "talks"), find_engine=find_talks).outcome
    assert outcome.message.startswith("?no no") and len(outcome.message) == MAX_MESSAGE_LENGTH
    assert len(outcome.result) == MAX_RESULT_BYTES


# Contracts that call contracts


def test_a_contract_writes_to_its_own_keys():
    record = execute(nest("kv1", "kv2", "kv3"))
    assert record.outcome.is_success
    assert record.rwset.writes == (Write("kv3", b"x", b"1"),)


def test_calls_nest_as_deep_as_allowed_and_no_deeper():
    contracts = [f"kv{number}" for number in range(MAX_DEPTH + 1)]
    assert execute(nest(*contracts[:MAX_DEPTH])).outcome.is_success
    outcome = execute(nest(*contracts)).outcome
    assert outcome.code == Code.TOO_DEEP and "5 deep" in outcome.message


@pytest.mark.parametrize("name", ["", "kv 2", "kv\n", "kv" * 65, "键"])
def test_a_name_that_no_contract_can_have_is_refused_before_anybody_is_asked(name):
    asked = []

    def find(contract, view):
        asked.append(contract)
        return find_keyvalue_engine(contract, view)

    outcome = execute(call("call", contract=name, method="get"), find_engine=find).outcome
    assert outcome.code == Code.NO_CONTRACT and asked == ["kv"]


@pytest.mark.parametrize("contracts", [("kv", "kv"), ("kv", "kv2", "kv"), ("kv0", "kv", "kv2", "kv")])
def test_no_contract_is_entered_twice(contracts):
    record = execute(nest(*contracts))
    assert record.outcome.code == Code.RE_ENTERED and "'kv' is in the middle of a call" in record.outcome.message
    assert record.rwset.writes == ()


def test_a_contract_may_be_called_twice_one_after_the_other():
    class Twice:
        def execute(self, one_call, view, host):
            amount = (("amount", encode_number(1)), ("key", b"x"))
            return host.call_contract("kv", "add", amount).result + host.call_contract("kv", "add", amount).result

    record = execute(call("any", "twice"), find_engine=lambda name, view: Twice() if name == "twice" else find_keyvalue_engine(name, view))
    assert record.outcome.result == encode_number(1) + encode_number(2)


def test_a_failure_that_the_caller_swallows_undoes_the_inner_call_alone():
    class Careful:
        def execute(self, one_call, view, host):
            view.put("careful", b"x", b"1")
            view.emit("careful", "before", ())
            outcome = host.call_contract("refuses", "any", ())
            view.emit("careful", "after", ())
            return bytes([outcome.code]) + outcome.result

    record = execute(call("any", "careful"), find_engine=lambda name, view: Careful() if name == "careful" else find_refuses(name, view))
    assert record.outcome.is_success and record.outcome.result == bytes([Code.FAILED]) + b"why"
    assert record.rwset.writes == (Write("careful", b"x", b"1"),)
    assert record.rwset.reads == (Read("refuses", b"read", None),)
    assert [event.topic for event in record.events] == ["before", "after"]
    assert record.outcome.gas_used == CALL_GAS + 7


def test_a_failure_that_the_caller_passes_on_undoes_all():
    record = execute(call("call", contract="kv2", method="fail", _message="no"))
    assert record.outcome.code == Code.FAILED and record.outcome.message == "no"
    assert execute(call("try", contract="kv2", method="fail", _message="no")).outcome.result == bytes([Code.FAILED])


def test_a_call_hands_over_all_gas_but_a_64th():
    seen = []

    class Greedy:
        def execute(self, one_call, view, host):
            seen.append(one_call.gas_limit)
            host.meter.charge(one_call.gas_limit + 1)

    limit = CALL_GAS + 6400
    outcome = execute(
        call("try", contract="greedy", method="any", gas_limit=limit),
        find_engine=lambda name, view: Greedy() if name == "greedy" else find_keyvalue_engine(name, view),
    ).outcome
    assert seen == [6300]
    assert outcome.result == bytes([Code.OUT_OF_GAS]) and outcome.gas_used == CALL_GAS + 6300


@pytest.mark.parametrize(("asked", "expected"), [(0, 0), (-5, 0), (50, 50), (10**9, GAS - CALL_GAS - (GAS - CALL_GAS) // 64)])
def test_a_contract_hands_over_what_it_says_but_never_more_than_it_has_nor_less_than_nothing(asked, expected):
    seen = []

    class Caller:
        def execute(self, one_call, view, host):
            host.call_contract("callee", "any", (), gas_limit=asked)
            return b""

    class Callee:
        def execute(self, one_call, view, host):
            seen.append(one_call.gas_limit)
            return b""

    engines = {"caller": Caller(), "callee": Callee()}
    outcome = execute(call("any", "caller"), find_engine=lambda name, view: engines[name]).outcome
    assert seen == [expected] and outcome.gas_used == CALL_GAS


def test_the_called_contract_knows_who_sent_and_who_called():
    seen = []

    class Looks:
        def execute(self, one_call, view, host):
            seen.append(one_call)
            if one_call.contract == "a":
                host.call_contract("b", "any", ())
            return b""

    execute(call("any", "a"), find_engine=lambda name, view: Looks())
    outer, inner = seen
    assert (outer.caller, inner.caller, inner.callers) == (None, "a", ("a",))
    assert inner.sender is outer.sender is SENDER and inner.tx_id == outer.tx_id and inner.block is outer.block


def test_where_a_contract_is_kept_belongs_to_the_reads():
    def find_installed(name, view):
        return find_keyvalue_engine("kv", view) if view.get("CONTRACT_MANAGE", name.encode()) else None

    record = execute(call("delete", "token", key="x"), find_engine=find_installed)
    assert record.outcome.code == Code.NO_CONTRACT
    assert record.rwset.reads == (Read("CONTRACT_MANAGE", b"token", None),)


# Whatever is asked

names = st.sampled_from(["key", "value", "start", "end", "limit", "amount", "from", "to", "contract", "method", "topic", ".key", ".value"])
hostile_values = st.binary(max_size=9) | st.sampled_from([b"kv", b"kv2", b"put", b"call", b"try", b"range", encode_number(3), b"\xff\xfe"])
hostile_calls = st.builds(
    lambda method, contract, parameters, gas: dataclasses.replace(
        call(method, contract, gas_limit=gas), parameters=tuple(sorted(parameters.items()))
    ),
    st.sampled_from([*sorted(set(METHODS) - {"burn"}), "", "none"]),
    st.sampled_from(["kv", "kv2", "token", ""]),
    st.dictionaries(names, hostile_values),
    st.integers(0, 400),
)


@given(hostile_calls)
def test_any_call_ends_with_a_code_within_its_gas(one_call):
    state = make_state(a=1, b="2")
    record = execute(one_call, state)
    assert record.outcome.code in set(Code) and 0 <= record.outcome.gas_used <= one_call.gas_limit
    assert record == execute(one_call, state)
    if not record.outcome.is_success:
        assert record.rwset.writes == () and record.events == ()
