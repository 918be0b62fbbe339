"""Both stores keep the same, and a store that is opened again has all of it."""

import gc
from contextlib import ExitStack
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from minichain.ledger import database, sqlite_store
from minichain.ledger.database import create_store
from minichain.ledger.errors import InUseError, StateError, StoreError
from minichain.ledger.rules import InvalidError
from minichain.ledger.rwset import Version
from minichain.ledger.sqlite_store import SqliteStore
from minichain.ledger.store import MemoryStore, Position
from minichain.ledger.verify import verify_store
from tests.ledger.small_chain import MEMBERS, extend, get_summary, make_chain, make_transaction, make_update


def make_store(path, **options):
    """Return a new store on disk."""
    create_store(path)
    return SqliteStore(path, is_synced=False, **options)


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    with ExitStack() as stack:
        yield MemoryStore() if request.param == "memory" else stack.enter_context(make_store(tmp_path / "store"))


def test_what_was_committed_is_found(store):
    chain = make_chain(store)
    emit = {"method": "emit", "topic": b"paid", "data": b"5"}
    blocks = [
        extend(chain, make_transaction(1), make_transaction(2, "Bob", sequence=4, **emit)),
        extend(chain, make_transaction(3, **emit)),
    ]
    assert [store.get_committed(height).block for height in (1, 2)] == blocks
    assert [store.get_header(height) for height in (1, 2)] == [block.header for block in blocks]
    assert store.get_committed(2).hash == store.get_hash(2) == chain.get_hash(blocks[1].header)
    assert store.find_height(store.get_hash(1)) == 1 and store.find_height(bytes(32)) is None
    assert store.find_transaction(f"{2:064x}") == Position(1, 1) and store.find_transaction(f"{9:064x}") is None
    assert set(store.get_transaction_ids()) >= {f"{number:064x}" for number in (1, 2, 3)}
    assert [store.get_sequence(MEMBERS["Bob"], height) for height in (0, 1, 2)] == [0, 4, 4]
    assert [found.position for found in store.find_events("kv", "paid")] == [Position(1, 1), Position(2, 0)]
    assert [found.position for found in store.find_events("kv", "paid", 2)] == [Position(2, 0)]
    assert list(store.find_events("kv", "other")) == []
    for height in (-1, 3):
        with pytest.raises(StoreError, match=f"no block at height {height}"):
            store.get_committed(height)


def test_state_its_snapshots_and_its_history(store):
    chain = make_chain(store)
    extend(chain, make_transaction(1, key=b"a", value=b"1"), make_transaction(2, key=b"b", value=b"2"))
    extend(chain, make_transaction(3, key=b"a", value=b"3"), make_transaction(4, key=b"a", value=b"4"))
    extend(chain, make_transaction(5, method="delete", key=b"a"), make_transaction(6, key=b"c", value=b""))
    state = store.state
    assert state.get("kv", b"a") is None and state.get("kv", b"b").version == Version(1, 1)
    assert [key for key, _ in state.iterate("kv")] == [b"b", b"c"]
    assert [key for key, _ in state.iterate("kv", b"b", b"c")] == [b"b"]
    snapshot = state.get_snapshot(2)
    assert snapshot.get("kv", b"a").value == b"4" and [key for key, _ in snapshot.iterate("kv")] == [b"a", b"b"]
    assert [(change.version, change.value) for change in state.get_history("kv", b"a")] == [
        (Version(1, 0), b"1"),
        (Version(2, 0), b"3"),
        (Version(2, 1), b"4"),
        (Version(3, 0), None),
    ]
    for height in (-2, 4):
        with pytest.raises(StateError, match=f"never was at {height}"):
            state.get_snapshot(height)
    with pytest.raises(StateError, match="next block is 4"):
        state.apply(7, [])


def test_taking_back_is_as_if_it_had_never_been(store):
    chain = make_chain(store)
    extend(chain, make_transaction(1, "Bob", sequence=1))
    before = get_summary(chain)
    extend(chain, make_transaction(2, "Bob", sequence=2, method="emit", topic=b"t", data=b""), make_transaction(3, key=b"key1", value=b"x"))
    extend(chain, make_transaction(4, method="delete", key=b"key1"))
    store.revert(1)
    assert get_summary(make_chain(store)) == before
    assert store.find_transaction(f"{2:064x}") is None and list(store.find_events("kv", "t")) == []
    assert store.get_sequence(MEMBERS["Bob"], 9) == 1
    store.set_final(1)
    for height in (0, 2):
        with pytest.raises(StoreError, match="cannot go back"):
            store.revert(height)


def test_an_exception_inside_of_several_changes_leaves_none(tmp_path):
    with make_store(tmp_path / "store") as store:
        chain = make_chain(store)
        extend(chain, make_transaction(1))
        before = get_summary(chain)

        def change_and_fail():
            with store.atomic():
                store.revert(0)
                store.put_branch(chain.genesis, bytes(32))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            change_and_fail()
        assert get_summary(chain) == before
        extend(chain, make_transaction(2))


def test_a_store_is_opened_by_one_process_at_a_time(tmp_path):
    with make_store(tmp_path / "store"):
        for use in (SqliteStore, lambda path: list(verify_store(path))):
            with pytest.raises(InUseError, match="another process has this chain open"):
                use(tmp_path / "store")


def test_a_list_that_somebody_is_reading_does_not_stop_a_commit(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_store, "LOG_BYTES", 0)
    with make_store(tmp_path / "store") as store:
        chain = make_chain(store)
        extend(chain, *(make_transaction(number, method="emit", topic=b"t", data=b"d") for number in range(3)))
        reading = store.find_events("kv", "t")
        next(reading)
        extend(chain, make_transaction(9, method="emit", topic=b"t", data=b"d"))
        assert (store.directory / "ledger.db-wal").stat().st_size > 0, "the log cannot be copied now"
        assert len(list(reading)) >= 2
        extend(chain, make_transaction(10))
        assert (store.directory / "ledger.db-wal").stat().st_size == 0
    assert list(verify_store(tmp_path / "store")) == []


def test_a_folder_without_a_store(tmp_path):
    with pytest.raises(StoreError, match="holds no ledger"):
        SqliteStore(tmp_path)
    with pytest.raises(StoreError, match="exists"):
        create_store(tmp_path)


def test_a_store_that_nobody_closed_is_closed_with_the_process(tmp_path):
    store = make_store(tmp_path / "store")
    extend(make_chain(store), make_transaction(1))
    del store
    gc.collect()  # chain and store know each other
    assert list(verify_store(tmp_path / "store")) == []


class StoreMachine(RuleBasedStateMachine):
    """A chain on disk beside one in memory: blocks, branches, finality, and opening again at any time."""

    @initialize(log_bytes=st.sampled_from([1 << 14, 1 << 24]))
    def begin(self, log_bytes):
        sqlite_store.LOG_BYTES = log_bytes
        self.path = Path(mkdtemp()) / "store"
        self.disk = make_chain(make_store(self.path))
        self.memory = make_chain()
        self.number = 0
        self.blocks = [self.memory.genesis]

    def teardown(self):
        sqlite_store.LOG_BYTES = database.LOG_BYTES
        if hasattr(self, "path"):
            self.disk.store.close()
            assert list(verify_store(self.path)) == []
            rmtree(self.path.parent)

    def apply(self, block):
        """Give a block to both, which must agree."""
        answers = []
        for chain in (self.disk, self.memory):
            try:
                answers.append(chain.apply_block(block))
            except InvalidError as error:
                answers.append(error.rule)
        assert answers[0] == answers[1]

    @rule(key=st.integers(0, 5), kind=st.sampled_from(["put", "delete", "emit"]), count=st.integers(0, 3))
    def extend(self, key, kind, count):
        transactions = []
        for _ in range(count):
            self.number += 1
            fields = {"put": {"value": b"%d" % self.number, "key": b"%d" % key}, "delete": {"key": b"%d" % key}}
            fields["emit"] = {"topic": b"t", "data": b"d"}
            transactions.append(make_transaction(self.number, "Bob", method=kind, sequence=self.number, **fields[kind]))
        self.blocks.append(extend(self.memory, *transactions))
        self.disk.apply_block(self.blocks[-1])

    @rule(count=st.integers(1, 50))
    def configure(self, count):
        self.number += 1
        self.blocks.append(extend(self.memory, make_update(self.number, max_block_transactions=count)))
        self.disk.apply_block(self.blocks[-1])

    @precondition(lambda self: self.memory.height > self.memory.store.final_height)
    @rule(data=st.data(), length=st.integers(1, 4))
    def branch(self, data, length):
        fork = data.draw(st.integers(self.memory.store.final_height, self.memory.height - 1))
        other = make_chain()
        for height in range(1, fork + 1):
            other.apply_block(self.memory.store.get_committed(height).block)
        for _ in range(length):
            self.number += 1
            self.apply(extend(other, make_transaction(self.number), time_ms=other.head.timestamp_ms + 7))

    @rule(data=st.data())
    def finalise(self, data):
        height = data.draw(st.integers(self.memory.store.final_height, self.memory.height))
        self.disk.finalise(height)
        self.memory.finalise(height)

    @rule()
    def open_again(self):
        self.disk.store.close()
        assert list(verify_store(self.path)) == []
        self.disk = make_chain(SqliteStore(self.path, is_synced=False))

    @invariant()
    def both_are_the_same(self):
        if hasattr(self, "path"):
            assert get_summary(self.disk)[:3] == get_summary(self.memory)[:3]
            assert dict(self.disk.store.get_branches()) == dict(self.memory.store.get_branches())
            assert self.disk.configuration == self.memory.configuration


QUICK = (Phase.explicit, Phase.generate)
TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.settings = settings(max_examples=6, stateful_step_count=12, deadline=None, phases=QUICK)


@pytest.mark.long
class TestStoreMachineLong(StoreMachine.TestCase):
    settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
