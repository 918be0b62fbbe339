"""The figure of a block's DAG: its steps and marks are those of the ledger, no line runs through a box, and all of it is told in words."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minichain.figures import BlockDag, describe_block_dag, draw_block_dag
from minichain.figures.block_dag import _BOX, _WORDS, MAX_TRANSACTIONS, _compute_place, _compute_route
from minichain.ledger.block import Dag
from minichain.ledger.dag import compute_levels

SVG = "{http://www.w3.org/2000/svg}"
DIAMOND = ((), (), (0, 1), (0,), (), (2, 4))


def make(neighbours=DIAMOND, chosen=None):
    return BlockDag(tuple(f"transaction {index}" for index in range(len(neighbours))), neighbours, chosen)


@st.composite
def dags(draw):
    size = draw(st.integers(1, 12))
    neighbours = [draw(st.sets(st.integers(0, index - 1), max_size=3)) if index else set() for index in range(size)]
    neighbours = tuple(tuple(sorted(earlier)) for earlier in neighbours)
    if max(map(len, compute_levels(Dag(neighbours)))) > 8:
        neighbours = tuple((index - 1,) if index else () for index in range(size))
    return make(neighbours, draw(st.none() | st.integers(0, size - 1)))


@given(dags())
def test_the_rows_are_the_ledgers_levels_and_every_transaction_is_drawn_once(dag):
    assert dag.rows == compute_levels(Dag(dag.neighbours))
    for lang in ("en", "zh"):
        root = ElementTree.fromstring(draw_block_dag(dag, lang))
        titles = [title.text for title in root.iter(f"{SVG}title")][1:]
        assert sorted(titles) == sorted(f"{index}: {label}" for index, label in enumerate(dag.labels))
        assert root.find(f"{SVG}desc").text == describe_block_dag(dag, lang)


@given(dags())
def test_before_and_after_are_what_paths_lead_to(dag):
    for index in range(len(dag.labels)):
        direct = set(dag.neighbours[index])
        assert set(dag.get_before(index)) == direct.union(*(dag.get_before(other) for other in direct))
        assert all(index in dag.get_before(other) for other in dag.get_after(index))
        assert not set(dag.get_before(index)) & {*dag.get_after(index), index}


@pytest.mark.parametrize(("columns", "rows"), [((0, 0), (0, 1)), ((0, 3), (0, 2)), ((3, 0), (1, 5)), ((2, 2), (0, 4))])
def test_no_line_runs_through_a_box(columns, rows):
    """A curve lies within the points that steer it: between rows those may be anywhere, beside a row only in a gap."""
    upper, lower = (_compute_place(row, column) for row, column in zip(rows, columns, strict=True))
    route = _compute_route(upper, lower)
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", route)]
    assert numbers[:2] == [upper[0], upper[1] + _BOX[1] / 2] and numbers[-2:] == [lower[0], lower[1] - _BOX[1] / 2]
    if rows[1] - rows[0] > 1:
        beside = numbers[6]
        middles = [_compute_place(0, column)[0] for column in range(8)]
        assert all(abs(beside - middle) > _BOX[0] / 2 for middle in middles)


def test_the_marks_of_the_chosen_one():
    picture = draw_block_dag(make(chosen=2))
    assert picture.count('fill="#d5f2e6"') == 2 + 1  # before it: 0 and 1; and the legend's
    assert picture.count('fill="#d6eaf8"') == 1 + 1
    assert 'fill="#d6eaf8"' not in draw_block_dag(make())


def test_the_words():
    assert describe_block_dag(make(chosen=2)) == (
        "With enough cores, the 6 transactions take 3 steps. Transaction 2 must follow these: 0, 1. What must follow it: 5. "
        "The others can run before it, after it or at the same time."
    )
    assert describe_block_dag(make(((), (0,), (1,)), 0)) == (
        "Each transaction must follow another: more cores do not help. Transaction 0 follows nobody. What must follow it: 1, 2."
    )
    assert describe_block_dag(make(((), ()))) == "The transactions can all run at once."
    assert describe_block_dag(make(((),)), "zh") == "只有一笔交易，不必等任何交易。"
    assert describe_block_dag(make(chosen=5), "zh") == (
        "只要核数足够，6 笔交易 3 步即可执行完。交易 5 必须排在交易 0、1、2、4 之后。没有交易要等它。其余交易可以在它之前、之后或同时执行。"
    )
    assert {key for key in _WORDS["en"] if not key.startswith("title-")} == set(_WORDS["zh"])


def test_a_label_is_text_and_nothing_else():
    dag = BlockDag(("<script>alert(1)</script>",), ((),))
    assert ElementTree.fromstring(draw_block_dag(dag)).find(f".//{SVG}script") is None


@pytest.mark.parametrize(
    ("labels", "neighbours", "chosen", "words"),
    [
        ((), (), None, "0 transactions; the figure shows 1 to"),
        (("x",) * (MAX_TRANSACTIONS + 1), ((),) * (MAX_TRANSACTIONS + 1), None, "25 transactions"),
        (("x",), ((), ()), None, "neighbours of 2 transactions"),
        (("x", "y"), ((), (1,)), None, "can only follow earlier ones"),
        (("x", "y"), ((1,), ()), None, "can only follow earlier ones"),
        (("x",), ((),), 1, "numbered 0 to 0"),
        (("x",) * 9, ((),) * 9, None, "9 transactions in one step"),
    ],
)
def test_what_is_no_dag_of_a_block_is_refused(labels, neighbours, chosen, words):
    with pytest.raises(ValueError, match=words):
        BlockDag(labels, neighbours, chosen)
