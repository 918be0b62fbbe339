"""Parallel execution: whatever order the cores end in, the block is one that serial execution gives too, and its DAG verifies."""

import os
import random
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minichain.ledger.block import Dag
from minichain.ledger.dag import compute_dag, validate_dag
from minichain.ledger.errors import InvalidDagError, StateError, WorkerError
from minichain.ledger.keyvalue import encode_number, find_keyvalue_engine
from minichain.ledger.parallel import compute_wave_size, execute_along, execute_in_parallel, is_outdated
from minichain.ledger.runners import InProcessRunner
from minichain.ledger.rwset import RangeRead, Read, Write, make_rwset
from minichain.ledger.serial import execute_serially
from minichain.ledger.workers import WorkerPool
from tests.ledger.keyvalue_calls import call, make_state, move
from tests.ledger.small_chain import extend, get_summary, make_chain, make_transaction
from tests.ledger.test_dag import calls, change_edges, get_rwsets

blocks = st.lists(calls, max_size=30)
seeds = st.integers(0, 2**32)


def get_state():
    return make_state(ann=5, bob=5, cai=1)


def make_runner(seed=0, width=4):
    return InProcessRunner(find_keyvalue_engine, seed, width)


def make_mixed_block(size):
    """Return a block of transfers between many, of some that all touch one key, and of ranges."""
    names = [f"n{number:03}" for number in range(size)]
    block = []
    for number, name in enumerate(names):
        if number % 10 == 0:
            block.append(call("add", key="hot", amount=1))
        elif number % 10 == 5:
            block.append(call("range", start=name, end="", limit=3))
        else:
            block.append(call("add", key=name, amount=number))
    return block


# Making a block


@given(blocks, seeds, st.integers(1, 6))
def test_a_block_made_in_parallel_is_a_serial_one_in_the_order_of_application(block, seed, width):
    state = get_state()
    execution = execute_in_parallel(block, state, make_runner(seed, width))
    assert sorted(execution.order) == list(range(len(block)))
    serial = execute_serially([block[number] for number in execution.order], state, find_keyvalue_engine)
    assert (execution.records, execution.dag) == (serial.records, serial.dag)


def test_the_order_is_not_the_same_every_time():
    block = [call("add", key=f"k{number}", amount=1) for number in range(20)]
    orders = {execute_in_parallel(block, get_state(), make_runner(seed)).order for seed in range(5)}
    assert len(orders) == 5


def test_the_state_is_left_as_it_was():
    state = get_state()
    execute_in_parallel([move("ann", "bob")], state, make_runner())
    assert state.height == 0 and state.get("kv", b"ann").value == encode_number(5)


@pytest.mark.parametrize(
    ("rwset", "expected"),
    [
        (make_rwset([Read("kv", b"x", None)], []), True),
        (make_rwset([Read("kv", b"y", None)], []), False),
        (make_rwset([Read("kv2", b"x", None)], []), False),
        (make_rwset([], [Write("kv", b"x", b"1")]), False),
        (make_rwset([], [], [RangeRead("kv", b"a", None)]), True),
        (make_rwset([], [], [RangeRead("kv", b"a", b"x")]), False),
        (make_rwset([], [], [RangeRead("kv2", b"a", None)]), False),
    ],
)
def test_out_of_date_is_who_read_what_was_written_meanwhile(rwset, expected):
    assert is_outdated(rwset, {("kv", b"x")}) is expected
    assert not is_outdated(rwset, set())


class CountingRunner(InProcessRunner):
    """Counts the calls that were run in waves."""

    count = 0

    def run(self, tasks):
        self.count += len(tasks)
        return super().run(tasks)


def test_a_block_that_is_all_conflict_soon_runs_one_by_one():
    runner = CountingRunner(find_keyvalue_engine, width=8)
    execution = execute_in_parallel([call("add", key="hot", amount=1) for _ in range(200)], get_state(), runner)
    assert runner.count == 8
    assert execution.dag.neighbours == ((), *((index,) for index in range(199)))


@pytest.mark.parametrize("seed", range(5))
def test_a_block_with_some_conflicts_goes_on_in_waves_and_runs_few_calls_twice(seed):
    runner = CountingRunner(find_keyvalue_engine, seed, width=8)
    block = [call("add", key="hot" if number % 10 == 0 else f"k{number}", amount=1) for number in range(200)]
    random.Random(seed).shuffle(block)
    execute_in_parallel(block, get_state(), runner)
    assert 200 <= runner.count <= 250


def test_cheap_calls_are_not_sent_once_that_is_known():
    """Neither to make a block nor to verify it, and dear ones are."""
    for rounds, expected in ((0, 8), (1000, 100)):
        runner = CountingRunner(find_keyvalue_engine, width=8)
        runner.least_gas = 500
        block = [call("burn", key=f"k{number}", rounds=rounds) for number in range(100)]
        proposed = execute_in_parallel(block, get_state(), runner)
        assert runner.count == expected
        execute_along(proposed.dag, block, get_state(), runner)
        assert runner.count == 2 * expected


def test_a_block_without_conflicts_takes_few_waves():
    assert [compute_wave_size(8, 0.0), compute_wave_size(8, 0.1), compute_wave_size(8, 0.3)] == [24, 8, 2]
    runner = CountingRunner(find_keyvalue_engine, width=8)
    execution = execute_in_parallel([call("add", key=f"k{number}", amount=1) for number in range(200)], get_state(), runner)
    assert runner.count == 200
    assert not any(execution.dag.neighbours)


# Verifying one


@given(blocks, seeds, st.integers(1, 6))
def test_a_verifier_comes_to_the_same(block, seed, width):
    state = get_state()
    proposed = execute_in_parallel(block, state, make_runner(seed, width))
    in_order = [block[number] for number in proposed.order]
    verified = execute_along(proposed.dag, in_order, state, make_runner(seed + 1, width))
    assert (verified.records, verified.dag) == (proposed.records, proposed.dag)
    validate_dag(proposed.dag, get_rwsets(verified))


@given(st.lists(calls, min_size=2, max_size=12), seeds, st.data())
def test_a_tampered_dag_never_verifies_whatever_the_verifiers_cores_do(block, seed, data):
    """The proposer may have committed to whatever they like: what a run along a wrong DAG reads and writes has another DAG."""
    state = get_state()
    right = execute_serially(block, state, find_keyvalue_engine).dag
    index = data.draw(st.integers(1, len(block) - 1))
    earlier = data.draw(st.sets(st.integers(0, index - 1)).filter(lambda edges: tuple(sorted(edges)) != right.neighbours[index]))
    wrong = change_edges(right, index, earlier)
    verified = execute_along(wrong, block, state, make_runner(seed, 1))
    with pytest.raises(InvalidDagError):
        validate_dag(wrong, get_rwsets(verified))


def test_without_an_edge_a_verifier_reads_something_else():
    block = [move("ann", "bob"), move("bob", "cai")]
    execution = execute_serially(block, get_state(), find_keyvalue_engine)
    verified = execute_along(Dag(((), ())), block, get_state(), make_runner(width=1))
    assert verified.records[1] != execution.records[1]


def test_a_dag_of_another_block_is_refused_before_anything_runs():
    with pytest.raises(InvalidDagError, match="of 2 transactions, the block has 1"):
        execute_along(Dag(((), ())), [move("ann", "bob")], get_state(), make_runner())


def test_transactions_are_run_only_in_a_block_that_was_begun():
    with pytest.raises(StateError, match="no block is in progress"):
        make_runner().run([(0, move("ann", "bob"))])


# In processes


class Broken:
    """An engine with a mistake in it."""

    def execute(self, one_call, view, host):
        if one_call.method == "exit":
            os.kill(os.getpid(), signal.SIGKILL)
        raise ZeroDivisionError(one_call.method)


def find_broken(contract, view):
    return Broken() if contract == "broken" else find_keyvalue_engine(contract, view)


@pytest.fixture(scope="module")
def pool_and_state():
    state = get_state()
    with WorkerPool(find_broken, 2) as pool:
        pool.least_gas = 0
        yield pool, state


def test_processes_make_and_verify_block_after_block(pool_and_state):
    pool, state = pool_and_state
    for _ in range(3):
        block = make_mixed_block(120)
        undecided = execute_in_parallel(block[:30], state, pool)  # is forgotten: nobody applies it
        assert len(undecided.records) == 30
        proposed = execute_in_parallel(block, state, pool)
        in_order = [block[number] for number in proposed.order]
        assert proposed.records == execute_serially(in_order, state, find_keyvalue_engine).records
        assert execute_along(proposed.dag, in_order, state, pool) == execute_along(proposed.dag, in_order, state, make_runner())
        height = state.height + 1
        for one in (state, pool):
            one.apply(height, proposed.get_changes())
    assert state.get("kv", b"hot").value == encode_number(3 * 12)


def test_processes_that_were_not_needed_at_first_still_see_what_was_written(pool_and_state):
    """The first level of the second block is too narrow for them, and what it writes is what they then read."""
    pool, state = pool_and_state
    execute_in_parallel(make_mixed_block(60), state, pool)
    block = [call("put", key="seen", value="1"), *[call("get", key="seen")] * 40]
    expected = execute_serially(block, state, find_keyvalue_engine)
    assert execute_along(expected.dag, block, state, pool) == expected


def test_processes_follow_a_state_that_was_taken_back_or_that_nobody_told_them_of(pool_and_state):
    pool, state = pool_and_state
    block = [call("add", key=f"k{number % 20}", amount=1) for number in range(40)]
    height = state.height
    state.apply(height + 1, execute_serially(block, state, find_keyvalue_engine).get_changes())
    assert (
        execute_along(*get_block_and_dag(block, state), state, pool).records == execute_serially(block, state, find_keyvalue_engine).records
    )
    state.revert(height)
    state.apply(height + 1, [[Write("kv", b"k1", encode_number(50))]])
    pool.forget()
    assert (
        execute_along(*get_block_and_dag(block, state), state, pool).records == execute_serially(block, state, find_keyvalue_engine).records
    )


def get_block_and_dag(block, state):
    return execute_serially(block, state, find_keyvalue_engine).dag, block


def test_a_mistake_in_an_engine_reaches_the_node_and_the_processes_go_on(pool_and_state):
    pool, state = pool_and_state
    block = [call("add", key=f"k{number}", amount=1) for number in range(100)]
    with pytest.raises(ZeroDivisionError, match="halt"):
        execute_in_parallel([*block[:40], call("halt", "broken"), *block[40:]], state, pool)
    assert len(execute_in_parallel(block, state, pool).records) == 100


def test_a_process_that_dies_is_named():
    state = get_state()
    with WorkerPool(find_broken, 1) as pool, pytest.raises(WorkerError, match="has ended"):
        execute_in_parallel([call("exit", "broken"), *[move("ann", "bob")] * 9], state, pool)


def test_what_processes_ran_has_a_dag_like_any_other(pool_and_state):
    pool, state = pool_and_state
    execution = execute_in_parallel(make_mixed_block(60), state, pool)
    assert execution.dag == compute_dag(get_rwsets(execution))


# On a chain


def make_additions(first, count=12):
    return [make_transaction(first + n, method="add", key=b"k%d" % (n % 7), amount=encode_number(1)) for n in range(count)]


def test_a_chain_on_all_cores_is_the_chain_on_one_also_when_it_changes_branches(pool_and_state):
    pool, _ = pool_and_state
    pool.forget()
    chain, single = make_chain(runner=pool), make_chain()
    for first in (100, 200):
        block = extend(chain, *make_additions(first))
        single.apply_block(block)
    assert get_summary(chain) == get_summary(single)

    branch = make_chain()
    for first in (300, 400, 500):
        chain.apply_block(extend(branch, *make_additions(first)))
    assert chain.head == branch.head
    branch.apply_block(extend(chain, *make_additions(600)))
    assert chain.head == branch.head and get_summary(chain)[1] == get_summary(branch)[1]
