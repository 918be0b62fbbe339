"""The view: what a transaction reads and writes, with checkpoints, against a model that copies everything at each checkpoint."""

import copy

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from minichain.ledger.errors import LimitError, StateError
from minichain.ledger.receipt import Event
from minichain.ledger.rwset import RangeRead, Read, Version, Write
from minichain.ledger.state import MemoryState
from minichain.ledger.view import MAX_EVENT_BYTES, MAX_KEY_BYTES, MAX_VALUE_BYTES, View
from tests.ledger.keyvalue_calls import make_state

contracts = st.sampled_from(["kv", "kv2"])
keys = st.sampled_from([b"a", b"b", b"c"])
BASE = {("kv", b"a"): b"1", ("kv", b"c"): b"3", ("kv2", b"a"): b"9"}


class ViewMachine(RuleBasedStateMachine):
    """Reads, writes and events, with checkpoints set and gone back to in any nesting."""

    @initialize()
    def begin(self):
        state = MemoryState()
        state.apply(0, [[Write(*place, value)] for place, value in BASE.items()])
        self.versions = {place: Version(0, index) for index, place in enumerate(BASE)}
        self.view = View(state)
        self.written, self.events = {}, []  # what going back undoes
        self.read, self.ranges = {}, []  # and what it does not
        self.saved = []

    def note_read(self, place):
        self.read[place] = self.versions.get(place)

    def get_now(self):
        """Return what the transaction should see."""
        return {place: value for place, value in {**BASE, **self.written}.items() if value is not None}

    @rule(contract=contracts, key=keys)
    def get(self, contract, key):
        assert self.view.get(contract, key) == self.get_now().get((contract, key))
        if (contract, key) not in self.written:
            self.note_read((contract, key))

    @rule(contract=contracts, key=keys, value=st.binary(max_size=2))
    def put(self, contract, key, value):
        self.view.put(contract, key, value)
        self.written[contract, key] = value

    @rule(contract=contracts, key=keys)
    def delete(self, contract, key):
        self.view.delete(contract, key)
        self.written[contract, key] = None

    @rule(contract=contracts, start=keys, end=st.none() | keys, limit=st.none() | st.integers(0, 3))
    def iterate(self, contract, start, end, limit):
        inside = sorted(
            (key, value)
            for (name, key), value in self.get_now().items()
            if name == contract and start <= key and (end is None or key < end)
        )
        expected = inside if limit is None else inside[:limit]
        assert self.view.iterate(contract, start, end, limit) == expected
        if limit == 0:
            return
        if limit is not None and len(expected) == limit:
            end = expected[-1][0] + b"\0"
        self.ranges.append(RangeRead(contract, start, end))
        for name, key in BASE:
            if name == contract and start <= key and (end is None or key < end):
                self.note_read((name, key))

    @rule(contract=contracts, topic=st.sampled_from(["paid", "made"]))
    def emit(self, contract, topic):
        self.view.emit(contract, topic, (b"data",))
        self.events.append(Event(contract, topic, (b"data",)))

    @rule()
    def checkpoint(self):
        self.saved.append((self.view.checkpoint(), copy.copy(self.written), copy.copy(self.events)))

    @precondition(lambda self: self.saved)
    @rule(data=st.data())
    def rollback(self, data):
        depth = data.draw(st.integers(0, len(self.saved) - 1))
        checkpoint, written, events = self.saved[depth]
        self.view.rollback(checkpoint)
        # The same checkpoint serves again; those inside of it are gone.
        self.written, self.events = copy.copy(written), copy.copy(events)
        del self.saved[depth + 1 :]

    @invariant()
    def the_record_is_the_models(self):
        rwset = self.view.get_rwset()
        assert rwset.reads == tuple(Read(*place, version) for place, version in sorted(self.read.items()))
        assert rwset.writes == tuple(Write(*place, value) for place, value in sorted(self.written.items()))
        assert rwset.ranges == tuple(self.ranges)
        assert self.view.get_events() == tuple(self.events)


TestView = ViewMachine.TestCase
TestView.settings = settings(max_examples=100, stateful_step_count=25)


def test_a_read_of_what_one_wrote_is_no_read():
    view = View(make_state(x="1"))
    view.put("kv", b"x", b"2")
    assert view.get("kv", b"x") == b"2"
    assert view.get_rwset().reads == ()


def test_what_was_read_on_a_way_that_was_taken_back_still_counts():
    view = View(make_state(x="1"))
    checkpoint = view.checkpoint()
    view.get("kv", b"x")
    view.put("kv", b"y", b"1")
    view.rollback(checkpoint)
    assert view.get_rwset().reads == (Read("kv", b"x", Version(0, 0)),)
    assert view.get_rwset().writes == ()


def test_a_checkpoint_is_gone_once_an_outer_one_was_gone_back_to():
    view = View(MemoryState())
    outer = view.checkpoint()
    view.put("kv", b"x", b"1")
    inner = view.checkpoint()
    view.rollback(outer)
    with pytest.raises(StateError, match="is gone"):
        view.rollback(inner)


@pytest.mark.parametrize("change", [lambda view: view.put("kv", b"x", b"3"), lambda view: view.delete("kv", b"x")], ids=["put", "delete"])
def test_going_back_brings_back_what_was_written_before_the_checkpoint(change):
    view = View(make_state(x="1"))
    view.put("kv", b"x", b"2")
    checkpoint = view.checkpoint()
    change(view)
    change(view)
    view.rollback(checkpoint)
    assert view.get("kv", b"x") == b"2" and view.get_rwset().writes == (Write("kv", b"x", b"2"),)


def test_the_view_leaves_the_state_alone():
    state = make_state(x="1")
    view = View(state)
    view.put("kv", b"x", b"2")
    view.delete("kv", b"x")
    assert state.get("kv", b"x").value == b"1" and state.height == 0


@pytest.mark.parametrize(
    "write",
    [
        lambda view, extra: view.put("kv", bytes(MAX_KEY_BYTES + extra), b""),
        lambda view, extra: view.put("kv", b"x", bytes(MAX_VALUE_BYTES + extra)),
        lambda view, extra: view.emit("kv", "topic", (bytes(MAX_EVENT_BYTES - len("topic") + extra),)),
    ],
    ids=["key", "value", "event"],
)
def test_what_is_too_long_is_refused_and_leaves_nothing(write):
    view = View(MemoryState())
    with pytest.raises(LimitError, match="at most"):
        write(view, 1)
    assert not view.get_rwset().writes and not view.get_events()
    write(view, 0)
    assert view.get_rwset().writes or view.get_events()


def test_a_topic_that_cannot_be_written_down_is_refused():
    view = View(MemoryState())
    with pytest.raises(LimitError, match="surrogate"):
        view.emit("kv", "\ud800", ())
    assert view.get_events() == ()
