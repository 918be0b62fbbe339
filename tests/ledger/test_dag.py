"""The DAG: exactly the conflicts, each once; any order that it allows gives the same; and no other DAG passes for it."""

import random
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from minichain.crypto.hashing import sha256
from minichain.ledger.block import Dag, compute_dag_hash
from minichain.ledger.dag import compute_dag, compute_levels, is_conflict, is_topological, validate_dag
from minichain.ledger.errors import InvalidDagError, MalformedError
from minichain.ledger.keyvalue import find_keyvalue_engine
from minichain.ledger.rwset import RangeRead, Read, ReadWriteSet, Write, make_rwset
from minichain.ledger.serial import execute_in_order, execute_serially
from tests.ledger.keyvalue_calls import call, make_state, move

NAMES = ["ann", "bob", "cai", "dan", "eve"]
names = st.sampled_from(NAMES)
calls = st.one_of(
    st.builds(move, names, names, st.integers(0, 3)),
    st.builds(lambda key: call("get", key=key), names),
    st.builds(lambda key, value: call("put", key=key, value=value), names, st.integers(0, 9)),
    st.builds(lambda key: call("delete", key=key), names),
    st.builds(lambda start, end, limit: call("range", start=start, end=end, limit=limit), names, names | st.just(""), st.integers(0, 3)),
    st.builds(lambda key, amount: call("call", contract="kv2", method="add", _key=key, _amount=amount), names, st.integers(0, 3)),
)
blocks = st.lists(calls, max_size=14)


def execute(block):
    """Return the execution of a block in its order, and the state below."""
    state = make_state(ann=5, bob=5, cai=1)
    return execute_serially(block, state, find_keyvalue_engine), state


def draw_order(dag, draw):
    """Return a random topological order."""
    order, waiting = [], set(range(len(dag.neighbours)))
    while waiting:
        ready = [index for index in waiting if not waiting & set(dag.neighbours[index])]
        order.append(draw.choice(sorted(ready)))
        waiting.discard(order[-1])
    return order


def get_ancestors(dag):
    """Return for each transaction all that it must follow, by any path."""
    ancestors = []
    for earlier in dag.neighbours:
        ancestors.append(set(earlier).union(*(ancestors[index] for index in earlier)))
    return ancestors


def get_rwsets(execution):
    return [record.rwset for record in execution.records]


def read(key):
    return make_rwset([Read("kv", key, None)], [])


def write(*keys):
    return make_rwset([], [Write("kv", key, b"1") for key in keys])


def read_range(start, end):
    return make_rwset([], [], [RangeRead("kv", start, end)])


# What is a conflict


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (read(b"x"), read(b"x"), False),
        (read(b"x"), write(b"x"), True),
        (write(b"x"), write(b"x"), True),
        (write(b"x"), write(b"y"), False),
        (read(b"x"), make_rwset([], [Write("kv2", b"x", b"1")]), False),
        (read_range(b"a", b"c"), write(b"b"), True),
        (read_range(b"a", b"c"), write(b"a"), True),
        (read_range(b"a", b"c"), write(b"c"), False),
        (read_range(b"a", None), write(b"zzz"), True),
        (read_range(b"a", b"c"), read_range(b"a", b"c"), False),
        (read_range(b"a", b"c"), make_rwset([], [Write("kv2", b"b", b"1")]), False),
        (read_range(b"a", b"c"), make_rwset([], [Write("kv", b"b", None)]), True),
        (ReadWriteSet(), write(b"x"), False),
    ],
)
def test_two_are_in_conflict_if_one_writes_what_the_other_touches(one, other, expected):
    assert is_conflict(one, other) is is_conflict(other, one) is expected
    assert compute_dag([one, other]).neighbours == ((), (0,) if expected else ())
    assert compute_dag([other, one]).neighbours == ((), (0,) if expected else ())


def test_a_phantom_is_a_conflict():
    execution, _ = execute([call("range", start="a", end="z", limit=9), call("put", key="new", value="1")])
    assert execution.dag.neighbours == ((), (0,))


def test_an_edge_that_others_imply_is_left_out():
    assert compute_dag([write(b"x"), write(b"x", b"y"), write(b"x", b"y")]).neighbours == ((), (0,), (1,))


def test_readers_wait_for_the_writer_and_the_next_writer_for_all_of_them():
    assert compute_dag([write(b"x"), read(b"x"), read(b"x"), write(b"x")]).neighbours == ((), (0,), (0,), (1, 2))


def test_golden_block():
    block = [move("ann", "bob"), move("cai", "dan"), move("bob", "cai"), call("get", key="ann"), call("put", key="eve", value="1")]
    execution, _ = execute(block)
    assert execution.dag.neighbours == ((), (), (0, 1), (0,), ())
    assert compute_levels(execution.dag) == [[0, 1, 4], [2, 3]]
    encoded = bytes.fromhex("c9 c8 c0 c0 c2 80 01 c1 80 c0")  # RLP: a list of one field, which has one list for each transaction
    assert compute_dag_hash(execution.dag, sha256) == sha256(encoded)


# Properties of any block


@given(blocks)
def test_there_is_a_path_between_two_exactly_if_a_chain_of_conflicts_joins_them(block):
    execution, _ = execute(block)
    rwsets = get_rwsets(execution)
    conflicts = [{other for other in range(index) if is_conflict(rwsets[other], rwsets[index])} for index in range(len(block))]
    assert get_ancestors(execution.dag) == get_ancestors(Dag(tuple(tuple(sorted(earlier)) for earlier in conflicts)))


@given(blocks)
def test_no_edge_is_implied_by_others(block):
    dag = execute(block)[0].dag
    ancestors = get_ancestors(dag)
    for earlier in dag.neighbours:
        for index in earlier:
            assert not any(index in ancestors[other] for other in earlier)


@given(blocks, st.randoms(use_true_random=False))
def test_any_topological_order_gives_the_same_records(block, draw):
    execution, state = execute(block)
    order = draw_order(execution.dag, draw)
    assert is_topological(order, execution.dag)
    assert execute_in_order(order, block, state, find_keyvalue_engine) == list(execution.records)


@given(blocks)
def test_levels_are_as_few_as_the_longest_path_and_free_of_conflicts(block):
    execution, _ = execute(block)
    levels, rwsets = compute_levels(execution.dag), get_rwsets(execution)
    assert is_topological([index for level in levels for index in level], execution.dag)
    assert not any(is_conflict(rwsets[one], rwsets[other]) for level in levels for one in level for other in level if one < other)
    for above, below in pairwise(levels):
        assert all(set(execution.dag.neighbours[index]) & set(above) for index in below)


@given(blocks)
def test_neighbours_that_no_path_joins_commute(block):
    execution, state = execute(block)
    for index in range(1, len(block)):
        order = list(range(len(block)))
        order[index - 1 : index + 1] = [index, index - 1]
        if index - 1 not in execution.dag.neighbours[index]:
            assert execute_in_order(order, block, state, find_keyvalue_engine) == list(execution.records)


@given(blocks, st.data())
def test_a_dropped_edge_is_caught(block, data):
    execution, _ = execute(block)
    edges = [(index, other) for index, earlier in enumerate(execution.dag.neighbours) for other in earlier]
    assume(edges)
    index, other = data.draw(st.sampled_from(edges))
    tampered = change_edges(execution.dag, index, set(execution.dag.neighbours[index]) - {other})
    with pytest.raises(InvalidDagError, match=f"transaction {index} must follow {other}"):
        validate_dag(tampered, get_rwsets(execution))


@given(blocks, st.data())
def test_a_surplus_edge_is_caught_and_told_why(block, data):
    execution, _ = execute(block)
    rwsets = get_rwsets(execution)
    absent = [(index, other) for index in range(len(block)) for other in range(index) if other not in execution.dag.neighbours[index]]
    assume(absent)
    index, other = data.draw(st.sampled_from(absent))
    tampered = change_edges(execution.dag, index, {*execution.dag.neighbours[index], other})
    reason = "other edges" if is_conflict(rwsets[other], rwsets[index]) else "not in conflict"
    with pytest.raises(InvalidDagError, match=f"need not follow {other}, .*{reason}"):
        validate_dag(tampered, rwsets)


def change_edges(dag, index, earlier):
    return Dag((*dag.neighbours[:index], tuple(sorted(earlier)), *dag.neighbours[index + 1 :]))


@given(blocks)
def test_the_right_dag_passes(block):
    execution, _ = execute(block)
    validate_dag(execution.dag, get_rwsets(execution))
    with pytest.raises(InvalidDagError, match="the block has"):
        validate_dag(Dag((*execution.dag.neighbours, ())), get_rwsets(execution))


@pytest.mark.parametrize("neighbours", [((0,),), ((), (1,)), ((), (2,), ()), ((), (0, 0)), ((), (), (1, 0))])
def test_a_dag_that_could_have_a_cycle_or_two_spellings_does_not_exist(neighbours):
    with pytest.raises(MalformedError, match="expected are earlier ones"):
        Dag(neighbours)


@pytest.mark.parametrize("order", [[1, 0], [0], [0, 0], [0, 1, 2]])
def test_what_is_no_topological_order(order):
    assert not is_topological(order, Dag(((), (0,))))


def test_a_block_of_ten_thousand_on_one_key_has_a_short_dag():
    draw = random.Random(0)
    rwsets = [make_rwset([Read("kv", b"hot", None)], [Write("kv", b"hot", draw.randbytes(8))]) for _ in range(10_000)]
    dag = compute_dag(rwsets)
    assert dag.neighbours == ((), *((index,) for index in range(9_999)))
