"""Measurements: what is counted is what the trace holds, and the engines grow as their papers say."""

import math

import pytest

from minichain.network.measure import measure, record_run, run_calmly
from minichain.network.trace import Decided, Sent


@pytest.mark.parametrize("engine", ["raft", "tbft", "maxbft"])
def test_a_record_holds_every_message_and_every_decision(engine):
    trace, rows = run_calmly(engine, 4, 600).trace, record_run(engine, 4, 600)
    assert sum("to" in row for row in rows) == sum(isinstance(entry, Sent) for entry in trace) > 0
    assert sum(row["what"] == "decide" for row in rows) == sum(isinstance(entry, Decided) for entry in trace) > 0
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)


def test_tbft_grows_like_the_square_and_maxbft_like_the_number_of_members():
    powers = {}
    for engine in ("tbft", "maxbft"):
        small, large = (measure(engine, size).messages_per_block for size in (4, 16))
        powers[engine] = math.log(large / small) / math.log(4)
    assert powers["tbft"] == pytest.approx(2, abs=0.25) and powers["maxbft"] == pytest.approx(1, abs=0.25)


def test_a_block_of_maxbft_takes_a_proposal_and_a_vote_of_each_member():
    done = measure("maxbft", 7)
    views = done.blocks + 3  # the last ones are not decided yet
    assert done.messages <= 2 * 6 * (views + 1)


def test_nothing_decided_is_no_number():
    done = measure("tbft", 4, 20)
    assert (done.blocks, done.messages_per_block, done.latency_ms) == (0, None, None)


def test_one_computer_needs_no_message_and_proof_of_work_much_patience():
    assert measure("solo", 1).messages == 0
    assert measure("pow", 4).latency_ms > 10 * measure("maxbft", 4).latency_ms
