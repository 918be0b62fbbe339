"""The state, its snapshots, histories and ranges: against a model that keeps every height as a plain dictionary."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from minichain.ledger.block_state import BlockState
from minichain.ledger.errors import StateError
from minichain.ledger.rwset import Version, Write
from minichain.ledger.state import Entry, MemoryState, copy_state

contracts = st.sampled_from(["a", "ab", "b"])
keys = st.binary(max_size=2)
values = st.none() | st.binary(max_size=3)
changes = st.lists(st.lists(st.builds(Write, contracts, keys, values), max_size=4), max_size=4)
bounds = st.tuples(keys, st.none() | keys)


def apply_to_model(model, height, block):
    """Return the model after a block: {(contract, key): entry}."""
    model = dict(model)
    for index, writes in enumerate(block):
        for write in writes:
            model.pop((write.contract, write.key), None)
            if write.value is not None:
                model[write.contract, write.key] = Entry(write.value, Version(height, index))
    return model


def select_from_model(model, contract, start, end):
    return sorted((key, entry) for (name, key), entry in model.items() if name == contract and start <= key and (end is None or key < end))


class StateMachine(RuleBasedStateMachine):
    """Blocks come and are taken back; the past stays as it was."""

    @initialize()
    def begin(self):
        self.state = MemoryState()
        self.models = [{}]  # after no block, after block 0, …
        self.blocks = []

    @rule(block=changes)
    def apply(self, block):
        self.state.apply(len(self.blocks), block)
        self.models.append(apply_to_model(self.models[-1], len(self.blocks), block))
        self.blocks.append(block)

    @rule(data=st.data())
    def revert(self, data):
        height = data.draw(st.integers(-1, len(self.blocks) - 1))
        self.state.revert(height)
        del self.models[height + 2 :], self.blocks[height + 1 :]

    @rule(data=st.data(), contract=contracts, within=bounds)
    def read_the_past(self, data, contract, within):
        height = data.draw(st.integers(-1, len(self.blocks) - 1))
        snapshot = self.state.get_snapshot(height)
        assert snapshot.height == height
        assert list(snapshot.iterate(contract, *within)) == select_from_model(self.models[height + 1], contract, *within)

    @rule(contract=contracts, key=keys)
    def read_the_history(self, contract, key):
        expected = [
            (Version(height, index), write.value)
            for height, block in enumerate(self.blocks)
            for index, writes in enumerate(block)
            for write in writes
            if (write.contract, write.key) == (contract, key)
        ]
        assert [tuple(change) for change in self.state.get_history(contract, key)] == expected

    @rule(contract=contracts, within=bounds, block=changes)
    def look_into_a_block_in_progress(self, contract, within, block):
        in_progress = BlockState(self.state)
        model = self.models[-1]
        for index, writes in enumerate(block):
            in_progress.apply_transaction(index, writes)
            model = apply_to_model(self.models[-1], len(self.blocks), block[: index + 1])
            assert list(in_progress.iterate(contract, *within)) == select_from_model(model, contract, *within)
        assert all(in_progress.get(*place) == model.get(place) for place in {*model, *self.models[-1]})

    @invariant()
    def the_present_is_the_last_model(self):
        model = self.models[-1]
        assert self.state.height == len(self.blocks) - 1
        assert dict(self.state.iterate_all()) == model
        for contract in ("a", "ab", "b"):
            assert list(self.state.iterate(contract)) == select_from_model(model, contract, b"", None)
        assert all(self.state.get(*place) == entry for place, entry in model.items())
        assert self.state.get("a", b"longer than any key") is None


TestState = StateMachine.TestCase
TestState.settings = settings(max_examples=60, stateful_step_count=20)


def test_one_key_of_many_takes_no_copy_of_all():
    writes = [Write("a", number.to_bytes(3), b"") for number in range(20_000)]
    state, upper = MemoryState(), [write for write in writes if write.key >= b"\x00\x40"]
    state.apply(0, [writes])
    in_progress = BlockState(state)
    in_progress.apply_transaction(0, upper)
    for each in (state, state.get_snapshot(0), in_progress):
        tracemalloc.start()
        assert next(each.iterate("a", b"\x00\x20"))[0] == b"\x00\x20\x00"
        assert next(each.iterate("a", b"\x00\x41"))[0] == b"\x00\x41\x00"
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 20_000


@given(changes, changes)
def test_a_copy_goes_on_like_the_original(first, second):
    state = MemoryState()
    state.apply(0, first)
    copy = copy_state(state.height, state.iterate_all())
    for one in (state, copy):
        one.apply(1, second)
    assert dict(copy.iterate_all()) == dict(state.iterate_all())


@pytest.mark.parametrize("height", [-1, 0, 2])
def test_only_the_next_block_is_applied(height):
    state = MemoryState()
    state.apply(0, [])
    with pytest.raises(StateError, match=f"the next block is 1, not {height}"):
        state.apply(height, [[Write("a", b"key", b"value")]])
    assert state.height == 0 and not list(state.iterate_all())


@pytest.mark.parametrize("height", [-2, 1])
def test_there_is_no_state_at_a_height_that_was_never_reached(height):
    state = MemoryState()
    state.apply(0, [])
    for ask in (state.get_snapshot, state.revert):
        with pytest.raises(StateError, match=f"never was at {height}"):
            ask(height)
