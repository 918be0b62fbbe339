"""The engine of proof of work: the heaviest chain counts, k confirmations decide, and strangers' blocks cost work before memory."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.consensus.errors import ConsensusError
from minichain.consensus.machine import Broadcast, Decide, Received, Send, SetTimer, Started, TimerFired, Validator, Write
from minichain.consensus.pow import EASY, MINE, MOST_ORPHANS, Ask, Blocks, Chosen, MinedBlock, Pow, PowSettings
from minichain.consensus.pow_attack import compute_confirmations, compute_success, is_overtaken
from minichain.consensus.pow_header import Rules, compute_double_hash, compute_work_hash, decode_header, encode_header, is_low_enough
from minichain.ledger.encoding import decode, encode
from minichain.network.byzantine import mutate
from minichain.network.simulated_ledger import SimulatedLedger

SETTINGS = PowSettings(confirmations=3)


def make_ledger(name="A"):
    return SimulatedLedger(name, (Validator("A"), Validator("B")))


def make_miner(name="A", *, records=(), ledger=None, settings=SETTINGS, seed=1):
    ledger = ledger or make_ledger(name)
    return Pow(settings, ledger, records, Random(f"{name}{seed}"), ledger.height)


def find(effects, kind):
    return [effect for effect in effects if isinstance(effect, kind)]


def mine(miner, count=1):
    """Let a miner find blocks, and return them."""
    return [find(miner.step(TimerFired(MINE)), Broadcast)[0].message.blocks[0] for _ in range(count)]


def give(miner, *blocks, sender="B"):
    return miner.step(Received(sender, Blocks(tuple(blocks))))


def rework(block, **changed):
    """Return a block with a changed header and the work for it."""
    header = replace(decode_header(block.header), **changed)
    while not is_low_enough(compute_work_hash(header), header.bits):
        header = replace(header, nonce=(header.nonce + 1) % 2**32)
    return replace(block, header=encode_header(header))


def test_a_miner_searches_writes_what_it_finds_and_tells_everybody():
    miner = make_miner()
    (timer,) = miner.step(Started())
    assert isinstance(timer, SetTimer) and timer.delay_ms > 0
    write, broadcast, again = miner.step(TimerFired(MINE))
    assert broadcast.message == Blocks((write.record,)) and isinstance(again, SetTimer)
    header = decode_header(write.record.header)
    assert is_low_enough(compute_work_hash(header), header.bits)
    assert header.merkle_root == compute_double_hash(write.record.value)


def test_searches_take_as_long_as_they_should_on_average():
    miner = make_miner(settings=PowSettings(search_ms=1000))
    times = [find([miner._search()], SetTimer)[0].delay_ms for _ in range(4000)]
    assert 950 < sum(times) / len(times) < 1050
    assert 0.34 < sum(time > 1000 for time in times) / len(times) < 0.40, "exponential: e^-1 of them take longer than the mean"


def test_a_block_is_decided_at_k_confirmations_and_not_before():
    miner, blocks = make_miner("B"), mine(make_miner(), 4)
    decided = [[effect.height for effect in find(give(miner, block), Decide)] for block in blocks]
    assert decided == [[], [], [1], [2]]
    written = [effect.record for block in [mine(make_miner(seed=2))[0]] for effect in find(give(miner, block), Write)]
    assert written == [], "another branch from genesis would take back what is decided"


def test_missing_parents_are_asked_for_and_what_waited_is_taken():
    miner, blocks = make_miner("B"), mine(make_miner(), 5)
    (ask,) = give(miner, blocks[3])
    assert ask == Send("B", Ask(decode_header(blocks[3].header).previous_hash))
    answering = make_miner("C")
    give(answering, *blocks)
    (answer,) = answering.step(Received("B", ask.message))
    assert answer.message.blocks == tuple(blocks[:3])
    give(miner, *answer.message.blocks)
    assert miner.head.height == 4


def test_the_heaviest_branch_counts_not_the_longest():
    rules = Rules(easiest_bits=0x203FFFFF, spacing_s=10, window=4)
    settings = PowSettings(rules, confirmations=100)
    start = mine(make_miner(settings=settings), 1)
    quick, slow = make_miner("Q", settings=settings, seed=3), make_miner("S", settings=settings, seed=4)
    give(quick, *start)
    give(slow, *start)

    def grow(miner, count, seconds):
        for _ in range(count):
            (block,) = mine(miner)
            height, parent = miner.head.height, miner.links[miner.head.header.previous_hash]
            del miner.links[miner.head.hash]
            miner.head = parent
            give(miner, rework(block, time_s=parent.header.time_s + seconds, bits=miner._compute_bits(parent)))
            assert miner.head.height == height
        return [link.block for link in miner._get_before(miner.head, 100) if link.height]

    heavy, long = grow(quick, 8, 3), grow(slow, 9, 40)
    for first, second in ((heavy, long), (long, heavy)):
        judge = make_miner("J", settings=settings)
        give(judge, *first)
        give(judge, *second)
        assert judge.head.height == len(heavy) < len(long)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda block: replace(block, value=block.value + b"!"),
        lambda block: replace(block, header=block.header[:-1]),
        lambda block: rework(block, bits=0x207FFFFF),
        lambda block: rework(block, bits=0x203FFFFE),
        lambda block: rework(block, time_s=0),
        lambda block: rework(replace(block, value=b"no batch"), merkle_root=compute_double_hash(b"no batch")),
        lambda block: replace(block, header=block.header[:76] + bytes(4)),
    ],
    ids=["value not bound", "short header", "easier target", "other target", "time", "value not in order", "no work"],
)
def test_a_block_that_breaks_a_rule_is_not_kept(spoil):
    miner, (block,) = make_miner("B"), mine(make_miner(seed=5))
    before = dict(miner.links)
    assert find(give(miner, spoil(block)), Write) == []
    assert miner.links == before and miner.head.height == 0
    assert len(find(give(miner, block), Write)) == 1


def test_strangers_cannot_fill_the_memory():
    miner, (block,) = make_miner("B"), mine(make_miner())
    for number in range(3 * MOST_ORPHANS):
        give(miner, rework(block, previous_hash=number.to_bytes(32, "big")))
    assert len(miner.orphans) <= MOST_ORPHANS
    assert miner.step(Received("C", Blocks((block,) * 17))) == [], "more blocks than a message may have"


def test_a_member_comes_back_with_the_blocks_and_decisions_that_it_had():
    ledger = make_ledger("B")
    miner, records = make_miner("B", ledger=ledger), []
    for block in mine(make_miner(), 5):
        for effect in give(miner, block):
            if isinstance(effect, Write):
                records.append(effect.record)
            if isinstance(effect, Decide):
                ledger.apply(effect.height, effect.value)
    assert [record for record in records if isinstance(record, Chosen)] == [
        Chosen(miner._get_before(miner.head, 5)[i].hash) for i in range(3)
    ]
    again = make_miner("B", records=records, ledger=ledger)
    assert (again.head.hash, again.decided) == (miner.head.hash, 3)
    ledger.height = 2  # the power failed between the record and the ledger
    torn = make_miner("B", records=records, ledger=ledger)
    assert [effect.height for effect in find(torn.step(Started()), Decide)] == [3]


def test_messages_and_records_can_be_spelt():
    (block,) = mine(make_miner())
    for value in (block, Blocks((block, block)), Ask(bytes(32)), Chosen(bytes(32))):
        assert decode(type(value), encode(value)) == value


@settings(max_examples=300)
@given(st.integers(0, 2**32))
def test_no_message_makes_it_raise(seed):
    random, miner = Random(seed), make_miner("B")
    blocks = mine(make_miner(seed=6), 3)
    messages = [Blocks(tuple(blocks)), Ask(compute_work_hash(decode_header(blocks[0].header))), Blocks((blocks[2],)), None, 5, "x"]
    for _ in range(20):
        message = random.choice(messages)
        for _ in range(random.randrange(3)):
            message = mutate(message, random, ("A", "B"))
        miner.step(Received(random.choice("ABC"), message))
    assert all(isinstance(link.block, MinedBlock) for link in miner.links.values())


# How many confirmations are enough


@pytest.mark.parametrize(  # the tables of Nakamoto's section 11
    ("share", "confirmations", "success"),
    [(0.1, 0, 1.0), (0.1, 1, 0.2045873), (0.1, 5, 0.0009137), (0.1, 10, 0.0000012), (0.3, 5, 0.1773523), (0.3, 50, 0.0000006)],
)
def test_the_odds_are_nakamotos(share, confirmations, success):
    assert round(compute_success(share, confirmations), 7) == success


def test_the_confirmations_are_nakamotos():
    shares = (0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45)
    assert [compute_confirmations(share, 0.001) for share in shares] == [5, 8, 11, 15, 24, 41, 89, 340]


@pytest.mark.parametrize(("share", "confirmations"), [(0.1, 1), (0.1, 3), (0.3, 3), (0.3, 10), (0.4, 6)])
def test_races_that_are_run_come_out_as_the_formula_says(share, confirmations):
    random, runs = Random(f"{share}/{confirmations}"), 20_000
    measured = sum(is_overtaken(random, share, confirmations) for _ in range(runs)) / runs
    print(f"share {share}, {confirmations} confirmations: measured {measured:.4f}, Nakamoto {compute_success(share, confirmations):.4f}")
    assert abs(measured - compute_success(share, confirmations)) < 0.035, "Poisson's law is an approximation"


def test_an_attacker_with_half_of_the_power_always_wins():
    assert compute_success(0.5, 1000) == compute_success(0.9, 1000) == 1
    assert compute_success(0, 6) == 0
    for arguments in ((0.5, 0.1), (0.1, 0), (-1, 0.1)):
        with pytest.raises(ConsensusError, match="no number of confirmations"):
            compute_confirmations(*arguments)
    with pytest.raises(ConsensusError, match="not from 0 to 1"):
        compute_success(2, 6)


def test_the_rules_of_the_demonstration_adjust_the_target():
    miner = make_miner(settings=PowSettings(replace(EASY, window=4), confirmations=100))
    mine(miner, 12)
    assert len({link.header.bits for link in miner.links.values()}) > 1
