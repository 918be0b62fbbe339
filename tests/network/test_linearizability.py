"""The checker's verdicts are those of Porcupine on its 108 histories, and those of a search without any cleverness on small ones."""

import itertools
import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.network.linearizability import NEVER, UNKNOWN, KeyValue, Operation, Register, check_history

VECTORS = Path(os.environ.get("MINICHAIN_VECTORS", Path(__file__).parents[3] / "shared" / "vectors")) / "linearizability"
VERDICTS = json.loads((VECTORS / "verdicts.json").read_text()) if VECTORS.is_dir() else {}
HISTORIES = [name for name in VERDICTS if name != "note"]
needs_vectors = pytest.mark.skipif(not HISTORIES, reason=f"no vectors at {VECTORS}; name their folder with MINICHAIN_VECTORS")


def read_history(name):
    """Return the model and the operations of a file."""
    lines = (VECTORS / name).read_text().splitlines()
    events = list(filter(None, map(read_jepsen if name.startswith("jepsen") else read_kv, lines)))
    open_calls, operations = {}, []
    for moment, (client, kind, asked, answer) in enumerate(events):
        if kind == "invoke":
            open_calls[client] = (asked, moment)
        elif answer is not UNKNOWN:
            asked, called_at = open_calls.pop(client)
            operations.append(Operation(client, asked, called_at, moment, answer))
    # Who was told nothing in time, or nothing at all, may have been served late: a client that goes on does so under another name.
    operations += [Operation(client, asked, called_at) for client, (asked, called_at) in open_calls.items()]
    return (Register() if name.startswith("jepsen") else KeyValue()), operations


def read_jepsen(line):
    """Return (client, kind, what was asked, answer) of a line of the log."""
    found = re.match(r"INFO  jepsen.util - (\d+)\s+:(\w+)\s+:(\w+)\s+(.*)$", line)
    if not found:
        return None
    client, kind, function, value = found.groups()
    numbers = tuple(re.findall(r"\d+", value))
    asked = {"read": ("read",), "write": ("write", *numbers), "cas": ("swap", *numbers)}[function]
    if ":timed-out" in value or kind == "info":
        return client, "lost", asked, UNKNOWN
    answer = {"read": numbers[0] if numbers else None, "write": "done", "cas": kind == "ok"}[function]
    return client, kind, asked, answer


def read_kv(line):
    found = re.match(r'\{:process (\d+), :type :(\w+), :f :(\w+), :key "(.*?)", :value (?:nil|"(.*)")\}', line)
    client, kind, function, key, value = found.groups()
    return client, kind, (("get", key) if function == "get" else (function, key, value)), value if function == "get" else "done"


@needs_vectors
@pytest.mark.parametrize("name", HISTORIES)
def test_the_verdict_is_porcupines(name):
    model, operations = read_history(name)
    verdict = check_history(model, operations)
    assert verdict.is_linearizable == VERDICTS[name]
    if verdict.is_linearizable:
        assert_explains(model, verdict.order, operations)
    else:
        assert verdict.stuck in operations and verdict.stuck not in verdict.order
        assert_explains(model, verdict.order, verdict.order)


@needs_vectors
def test_all_of_them_are_there():
    assert len(HISTORIES) == 108


def assert_explains(model, order, operations):
    """One copy gives these answers in this order, and nothing comes before what had ended when it began."""
    assert sorted(map(repr, order)) == sorted(map(repr, operations))
    states = {}
    for one in order:
        key = model.get_key(one.asked)
        fits, states[key] = model.apply(states.get(key, model.get_start()), one.asked, one.answer)
        assert fits, one
    for key in states:
        mine = [one for one in order if model.get_key(one.asked) == key]
        latest = -1.0
        for one in mine:
            assert one.returned_at >= latest, f"{one} had ended before something that stands before it began"
            latest = max(latest, one.called_at)


def is_linearizable(model, operations):
    """Try all orders, with every choice of which unanswered operations took effect."""
    answered = [one for one in operations if one.answer is not UNKNOWN]
    unanswered = [one for one in operations if one.answer is UNKNOWN]
    for count in range(len(unanswered) + 1):
        for chosen in itertools.combinations(unanswered, count):
            for order in itertools.permutations([*answered, *chosen]):
                if any(order[j].returned_at < order[i].called_at for i in range(len(order)) for j in range(i + 1, len(order))):
                    continue
                state, fits = model.get_start(), True
                for one in order:
                    right, state = model.apply(state, one.asked, one.answer)
                    fits = fits and right
                if fits:
                    return True
    return False


@st.composite
def histories(draw):
    operations = []
    for number in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["read", "write", "swap"]))
        values = st.sampled_from(["1", "2"])
        asked = {"read": ("read",), "write": ("write", draw(values)), "swap": ("swap", draw(values), draw(values))}[kind]
        called_at = draw(st.integers(0, 8))
        answer = draw({"read": st.sampled_from([None, "1", "2"]), "write": st.just("done"), "swap": st.booleans()}[kind])
        if draw(st.integers(0, 4)) == 0:
            operations.append(Operation(f"c{number}", asked, called_at))
        else:
            operations.append(Operation(f"c{number}", asked, called_at, called_at + draw(st.integers(0, 5)), answer))
    return operations


@settings(max_examples=400)
@given(histories())
def test_it_agrees_with_trying_everything(operations):
    verdict = check_history(Register(), operations)
    assert verdict.is_linearizable == is_linearizable(Register(), operations)
    if verdict.is_linearizable:
        assert_explains(Register(), verdict.order, operations)


def test_an_operation_without_an_answer_may_happen_late_or_never():
    lost = Operation("A", ("put", "x", "1"), 0)
    for seen in ("", "1"):
        assert check_history(KeyValue(), [lost, Operation("B", ("get", "x"), 5, 6, seen)]).is_linearizable
    twice = [lost, Operation("B", ("get", "x"), 5, 6, "1"), Operation("B", ("get", "x"), 7, 8, "")]
    verdict = check_history(KeyValue(), twice)
    assert not verdict.is_linearizable and verdict.stuck == twice[2]
    assert verdict.order == (lost, twice[1])


def test_keys_are_judged_one_by_one():
    good = [Operation("A", ("put", "x", "1"), 0, 1, "done"), Operation("A", ("get", "x"), 2, 3, "1")]
    bad = Operation("B", ("get", "y"), 0, NEVER, "something")
    assert check_history(KeyValue(), good).is_linearizable
    assert check_history(KeyValue(), [*good, bad]).stuck == bad


@pytest.mark.parametrize("model", [Register(), KeyValue()])
def test_an_operation_that_the_model_does_not_know_is_named(model):
    with pytest.raises(ValueError, match="does not know 'fly'"):
        check_history(model, [Operation("A", ("fly", "x"), 0, 1, "done")])
