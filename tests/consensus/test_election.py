"""The election of an epoch's validators: the same for everybody, half by weight, and nothing much to gain from many names."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minichain.consensus.election import Epochs, compute_next, compute_splitting_bound, draw, elect
from minichain.consensus.errors import ConsensusError
from minichain.consensus.machine import Validator
from minichain.network.checkers import check_run
from minichain.network.clusters.dpos import HEIGHTS, MOST_SEATS, make_cluster
from minichain.network.schedule import Conditions, Crash, Request, Schedule
from minichain.network.simulated_ledger import compute_hash
from minichain.network.simulator import Simulation
from minichain.network.trace import Decided

HONEST = [Validator(f"H{number}", 100 - 3 * number) for number in range(20)]
SIZE, BY_WEIGHT, DRAWN = 8, 4, 4
SEEDS = [number.to_bytes(4, "big") for number in range(1500)]

electorates = st.dictionaries(st.text("abc", min_size=1), st.integers(1, 1000), min_size=1).map(
    lambda weights: [Validator(member, weight) for member, weight in weights.items()]
)


@given(electorates, st.integers(1, 10), st.binary(max_size=40), st.randoms(use_true_random=False))
def test_every_member_computes_the_same(candidates, size, seed, random):
    shuffled = random.sample(candidates, len(candidates))
    assert elect(shuffled, size, seed) == elect(candidates, size, seed)


@given(electorates, st.integers(1, 10), st.binary(max_size=40))
def test_the_seats_are_filled_half_of_them_by_weight(candidates, size, seed):
    elected = [validator.member for validator in elect(candidates, size, seed)]
    weights = {candidate.member: candidate.weight for candidate in candidates}
    assert len(set(elected)) == len(elected) == min(size, len(candidates))
    assert set(elected) <= set(weights)
    heaviest = sorted(weights.values(), reverse=True)[: (size + 1) // 2]
    assert [weights[member] for member in elected[: len(heaviest)]] == heaviest
    assert {validator.weight for validator in elect(candidates, size, seed)} == {1}, "one validator, one vote"


def test_who_is_drawn_depends_on_the_seed_and_on_the_weight():
    rest = [Validator("light", 1), Validator("heavy", 3)]
    first = Counter(draw(rest, 1, seed)[0].member for seed in SEEDS)
    assert abs(first["heavy"] / len(SEEDS) - 3 / 4) < 0.04
    assert {validator.member for validator in draw(rest, 5, b"")} == {"light", "heavy"}


def test_equals_are_not_ranked_by_their_names():
    equals = [Validator(name, 7) for name in "ABCD"]
    firsts = Counter(elect(equals, 1, seed)[0].member for seed in SEEDS)
    assert all(abs(firsts[name] / len(SEEDS) - 1 / 4) < 0.05 for name in "ABCD")


@pytest.mark.parametrize(
    ("candidates", "size", "words"),
    [
        ([Validator("A"), Validator("A", 2)], 2, "twice"),
        ([Validator("A"), Validator("B", 0)], 2, "B has the weight 0"),
        ([Validator("A")], 0, "0 seats"),
    ],
)
def test_what_is_no_electorate_is_refused(candidates, size, words):
    with pytest.raises(ConsensusError, match=words):
        elect(candidates, size, b"")


def split(weight, parts):
    return [Validator(f"S{number}", weight // parts + (number < weight % parts)) for number in range(parts)]


def count_drawn(weight, parts):
    """Return how many drawn seats a splitter who stays below the heaviest gets on average."""
    identities = split(weight, parts)
    won = 0
    for seed in SEEDS:
        elected = elect([*HONEST, *identities], SIZE, seed)
        won += sum(validator.member.startswith("S") for validator in elected[BY_WEIGHT:])
    return won / len(SEEDS)


@pytest.mark.parametrize("weight", [80, 400])
def test_splitting_gains_no_more_drawn_seats_than_the_bound(weight):
    """Measured over 1,500 seeds. A weight of 400 as one identity is a seat by weight; split, it is drawn, and the bound still holds."""
    rest = HONEST[BY_WEIGHT:]
    bound = compute_splitting_bound(rest, weight, DRAWN)
    assert bound == Fraction(DRAWN * weight, weight + sum(one.weight for one in rest) - sum(one.weight for one in rest[: DRAWN - 1]))
    for parts in (5, 20, 80):
        measured = count_drawn(weight, parts)
        assert DRAWN * weight / (weight + sum(one.weight for one in rest)) * 0.8 < measured < float(bound) * 1.05 + 0.02
    assert count_drawn(weight, 80) < count_drawn(weight, 20) * 1.15, "more names gain next to nothing more"


def test_without_weights_in_the_draw_many_names_would_take_it_all():
    """What the bound is worth: if every name had the same chance, 80 names with the weight of one would have most of the drawn seats."""
    names = [Validator(one.member) for one in [*HONEST[BY_WEIGHT:], *split(80, 80)]]
    won = sum(one.member.startswith("S") for seed in SEEDS for one in draw(names, DRAWN, seed)) / len(SEEDS)
    assert won > 3 > 6 * compute_splitting_bound(HONEST[BY_WEIGHT:], 80, DRAWN)


@given(st.integers(1, 2000), st.integers(1, 30), st.binary(max_size=8))
def test_a_seat_by_weight_costs_what_the_honest_one_weighs_whom_it_displaces(weight, parts, seed):
    parts = min(parts, weight)
    elected = elect([*HONEST, *split(weight, parts)], SIZE, seed)[:BY_WEIGHT]
    won = sum(validator.member.startswith("S") for validator in elected)
    if won:
        assert won * HONEST[BY_WEIGHT - won].weight <= weight


# Over TBFT


def test_only_the_last_block_of_an_epoch_elects():
    present = (Validator("Z"),)
    assert [compute_next(Epochs(3, 2), height, b"id", HONEST, present) == present for height in range(1, 7)] == [True, True, False] * 2
    assert compute_next(Epochs(3, 2), 3, b"id", HONEST, present) == elect(HONEST, 2, b"id")


def get_decided(simulation, member):
    return [entry for entry in simulation.trace if isinstance(entry, Decided) and entry.member == member]


def test_elected_validators_decide_from_the_next_height_on_and_everybody_agrees_who_they_are():
    """G is made heavy, so that it has a seat from then on. B is away for two epochs, and comes back to the same validators."""
    requests = (Request(100, "admin", "weigh G 50"), Request(2000, "ann", "put x 1"), Request(5000, "ann", "get x"))
    schedule = Schedule(5, 9000, Conditions((5, 20)), (Crash(300, 3500, "B", 1),), requests)
    simulation = Simulation(make_cluster("ABCDEFG"), schedule).run()
    assert check_run(simulation) is None
    decided = get_decided(simulation, "A")
    assert len(decided) > 5 * HEIGHTS
    weights = dict.fromkeys("ABCDEFG", 1)
    expected = tuple(Validator(name) for name in "ABCDEFG")
    for entry in decided:
        assert entry.validators == expected
        signers = {vote.member for vote in entry.proof.votes}
        assert signers <= {validator.member for validator in expected} and 3 * len(signers) > 2 * len(expected)
        if b"weigh G 50" in entry.value:
            weights["G"] = 50
        if entry.height % HEIGHTS == 0:
            candidates = [Validator(name, weight) for name, weight in weights.items()]
            expected = elect(candidates, MOST_SEATS, compute_hash(entry.value))
    sets = {entry.validators for entry in decided}
    assert len(sets) > 3 and all(Validator("G") == each[0] for each in sets if len(each) == MOST_SEATS)
    by_height = {entry.height: entry.validators for entry in decided}
    away = [entry for entry in get_decided(simulation, "B") if entry.at_ms >= 3500]
    assert away and all(by_height[entry.height] == entry.validators for entry in away if entry.height in by_height)
    assert {seat.machine.validators for seat in simulation.seats.values()} == {expected}
