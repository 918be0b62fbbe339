"""TBFT among liars and strangers: evidence, drop votes, catching up, malformed messages."""

import pickle
from dataclasses import replace
from random import Random

import pytest

from minichain.consensus.errors import ConsensusError
from minichain.consensus.machine import Broadcast, Decide, Validator
from minichain.consensus.tbft import MOST_EARLY, MOST_KEPT
from minichain.consensus.tbft_algorithm import NEAR_PROPOSALS
from minichain.consensus.tbft_evidence import Evidence, validate_evidence
from minichain.consensus.tbft_messages import (
    MOST_DECISIONS,
    MOST_DROPPED,
    Commit,
    Decision,
    Decisions,
    DropVote,
    Heard,
    Kind,
    Proposal,
    Status,
    Vote,
)
from minichain.consensus.tbft_votes import NEAR, validate_commit
from minichain.ledger.encoding import decode, encode
from minichain.network.byzantine import mutate
from minichain.network.checkers import check_run
from minichain.network.clusters import make_cluster
from minichain.network.schedule import Request, Schedule
from minichain.network.simulated_ledger import compute_hash
from minichain.network.simulator import Simulation
from minichain.network.tokens import Pen
from tests.consensus.tbft_bench import Bench, make_batch, make_decision

V, W = make_batch("A"), make_batch("A again")
V_ID, W_ID = compute_hash(V), compute_hash(W)
PREVOTE, PRECOMMIT = Kind.PREVOTE, Kind.PRECOMMIT


@pytest.fixture
def bench():
    return Bench().start()


# Evidence


def test_two_votes_are_reported_once_and_convince_a_stranger(bench):
    first, second = bench.vote("B", PREVOTE, V), bench.vote("B", PREVOTE, None)
    bench.hear(first)
    assert bench.get_reports() == []
    bench.hear(second)
    (evidence,) = bench.get_reports()
    assert evidence == Evidence(first, second)
    validate_evidence(decode(Evidence, encode(evidence)), Pen("stranger", bench.notes))
    bench.hear(bench.vote("B", PREVOTE, W))
    assert bench.get_reports() == []


def test_two_proposals_are_reported_and_the_second_is_used_only_if_the_others_voted_for_it(bench):
    bench.hear(bench.propose(V))
    bench.hear(bench.propose(W))
    (evidence,) = bench.get_reports()
    validate_evidence(evidence, Pen("stranger", bench.notes))
    assert list(bench.machine.proposals[0]) == [V_ID]
    bench.hear_votes("ABC", PRECOMMIT, W)
    assert bench.get(Decide) == []
    bench.hear(bench.propose(W))
    assert [effect.value for effect in bench.get(Decide)] == [W]


def make_forged_evidence(bench):
    a, b = bench.vote("B", PREVOTE, V), bench.vote("B", PREVOTE, W)
    yield Evidence(a, a), "do not contradict"
    yield Evidence(a, bench.vote("C", PREVOTE, W)), "do not contradict"
    yield Evidence(a, bench.vote("B", PRECOMMIT, W)), "do not contradict"
    yield Evidence(a, bench.vote("B", PREVOTE, W, 1)), "do not contradict"
    yield Evidence(a, bench.vote("B", PREVOTE, W, height=2)), "do not contradict"
    yield Evidence(a, replace(b, signature=a.signature)), "has not signed"
    yield Evidence(replace(a, signature=b"B#99"), b), "has not signed"
    yield Evidence(a, replace(b, member="C")), "do not contradict"
    yield Evidence(replace(a, member="C"), replace(b, member="C")), "C has not signed"
    yield Evidence(a, None), "two votes"


def test_forged_evidence_convinces_nobody(bench):
    for evidence, words in make_forged_evidence(bench):
        with pytest.raises(ConsensusError, match=words):
            validate_evidence(evidence, Pen("stranger", bench.notes))


def test_a_contradictory_vote_counts_where_others_may_have_heard_only_that_one(bench):
    """B told us nil and told the others V: with the proposal of V here, its vote completes the polka."""
    bench.hear(bench.propose(V))
    bench.hear_votes("B", PREVOTE, None)
    bench.hear_votes("A", PREVOTE, V)
    bench.hear_votes("B", PREVOTE, W)
    assert bench.machine.votes.get_votes(PREVOTE, 0, W_ID) == ()
    bench.hear_votes("B", PREVOTE, V)
    assert bench.get_said() == [("precommit", V_ID)]


def test_votes_in_others_names_are_ignored(bench):
    bench.hear(bench.propose(V))
    stolen = bench.vote("A", PRECOMMIT, V)
    for member in "BC":
        bench.hear(replace(stolen, member=member))
        bench.hear(replace(bench.vote(member, PRECOMMIT, W), id=V_ID))
        bench.hear(replace(bench.vote(member, PREVOTE, V), kind=PRECOMMIT))
        bench.hear(replace(bench.vote(member, PRECOMMIT, V, 1), round=0))
        bench.hear(replace(bench.vote(member, PRECOMMIT, V, height=2), height=1))
    assert all(not tally.weight for (kind, _), tally in bench.machine.votes.tallies.items() if kind is PRECOMMIT)
    assert bench.hear(replace(bench.propose(W), vote=replace(bench.propose(V).vote, id=W_ID))) == []


# Transactions that are not deterministic


TOSS = "1 client toss"


def test_who_finds_something_else_prevotes_nil_and_names_the_suspect(bench):
    bench.hear(bench.propose(make_batch(entries=[(TOSS, "as A saw it"), ("2 client get x", "nothing")])))
    assert bench.get_said() == [("prevote", None)]
    (drop,) = [effect.message for effect in bench.get(Broadcast) if isinstance(effect.message, DropVote)]
    assert (drop.member, drop.transactions) == ("D", (TOSS,))
    assert Pen("A", bench.notes).is_signed("D", drop.statement, drop.signature)


@pytest.mark.parametrize(("voters", "is_dropped"), [("", False), ("B", False), ("BB", False), ("BC", True), ("BCD", True)])
def test_more_than_a_third_drops_a_transaction(voters, is_dropped):
    bench = Bench("B").start()
    bench.ledger.take(TOSS)
    bench.ledger.take("2 client get x")
    for voter in voters:
        bench.hear(bench.drop(voter, TOSS), voter)
    bench.hear_votes("CD", PRECOMMIT, None, 1)  # B's turn
    (proposal,) = [effect.message for effect in bench.get(Broadcast) if isinstance(effect.message, Proposal)]
    assert (TOSS.encode() in proposal.value) == (not is_dropped)
    assert b"2 client get x" in proposal.value


def test_drop_votes_are_signed_timely_and_bounded(bench):
    forged = replace(bench.drop("B", "x"), member="C")
    for drop in (forged, bench.drop("B", "x", height=9), bench.drop("E", "x")):
        bench.hear(drop)
    assert bench.machine.drops == {}
    for number in range(10):
        bench.hear(bench.drop("B", *[f"{number} {index}" for index in range(MOST_DROPPED)]))
    assert len(bench.machine.drops["B"]) == MOST_DROPPED


def test_a_contract_that_reads_the_time_is_dropped_and_the_rest_goes_on():
    schedule = Schedule(1, 4000, requests=(Request(10, "ann", "toss"), Request(20, "bob", "put x 5"), Request(1500, "bob", "get x")))
    simulation = Simulation(make_cluster("tbft", "ABCD"), schedule).run()
    assert check_run(simulation) is None
    for seat in simulation.seats.values():
        assert "0 ann toss" not in seat.ledger.executed
        assert seat.ledger.executed["2 bob get x"].answer == "5"


# Catching up


def test_who_was_away_decides_what_the_others_prove(bench):
    values = [make_batch("ABC"[height % 3], height) for height in (1, 2, 3)]
    bench.hear(Decisions(tuple(make_decision(bench, value, height) for height, value in enumerate(values, 1))), "C")
    assert [effect.value for effect in bench.get(Decide)] == values
    assert bench.machine.height == 4
    assert bench.get_sent() == [Status(4, 0, ())], "and asks who helped for more"


def make_bad_decisions(bench):
    good = make_decision(bench, V)
    yield make_decision(bench, V, height=2)
    yield make_decision(bench, V, members="AB")
    yield make_decision(bench, V, members="AAB")
    yield make_decision(bench, V, members="ABE")
    yield make_decision(bench, V, members="ABCAB")
    yield replace(good, value=W)
    yield replace(good, commit=replace(good.commit, id=W_ID))
    yield replace(good, commit=replace(good.commit, round=1))
    yield replace(good, commit=replace(good.commit, votes=bench.polka("ABC", V)))
    yield replace(good, commit=replace(good.commit, votes=(*good.commit.votes[:2], replace(good.commit.votes[2], signature=b""))))


def test_a_made_up_past_is_not_believed(bench):
    for decision in make_bad_decisions(bench):
        assert bench.hear(Decisions((decision,))) == [], "and whoever made it up is not asked again"
    bench.hear(Decisions((make_decision(bench, V),)))
    assert len(bench.get(Decide)) == 1


def test_commits_of_a_past_with_other_validators_are_checked_with_those():
    two = Bench("D", validators=(Validator("A"), Validator("D"))).start()
    with pytest.raises(ConsensusError, match="B is no validator"):
        validate_commit(make_decision(two, V, members="AB").commit, two.validators, Pen("stranger", two.notes))
    validate_commit(make_decision(two, V, members="AD").commit, two.validators, Pen("stranger", two.notes))


def test_answers_are_bounded():
    bench = Bench().start()
    for height in range(1, 31):
        bench.hear(Decisions((make_decision(bench, make_batch("A", height), height),)))
    bench.hear(Status(5, 0, ()), "C")
    (answer,) = bench.get_sent()
    assert [decision.commit.height for decision in answer.decisions] == list(range(5, 5 + MOST_DECISIONS))
    big = replace(bench.machine.decisions[5], value=bytes(3 << 20))
    bench.machine.decisions[5] = bench.machine.decisions[6] = big
    bench.hear(Status(5, 0, ()), "C")
    assert len(bench.get_sent()[0].decisions) == 1
    for height in range(31, MOST_KEPT + 40):
        bench.machine._keep(Decision(b"", Commit(height, 0, b"", ())))
    assert len(bench.machine.decisions) == MOST_KEPT


# Strangers


def make_messages(bench):
    yield bench.propose(V)
    yield bench.propose(W, 1, valid_round=0, polka=bench.polka("ABC", W))
    yield from (bench.vote(member, kind, value) for member in "ABC" for kind in (PREVOTE, PRECOMMIT) for value in (V, None))
    yield Heard(bench.polka("ABC", V), (bench.propose(V),))
    yield Status(1, 0, (V_ID,))
    yield Decisions((make_decision(bench, V), make_decision(bench, make_batch("B", 2), 2)))
    yield bench.drop("B", "x", "y")


@pytest.mark.parametrize("seed", range(4))
def test_no_message_makes_a_member_raise_or_fill_its_memory(seed):
    random, bench = Random(seed), Bench().start()
    originals = list(make_messages(bench))
    for _ in range(6000):
        message = random.choice(originals)
        for _ in range(random.randrange(4)):
            message = mutate(message, random, ("A", "B", "C", "\ud800", "x" * 300))
        if random.random() < 0.1:
            message = random.choice([None, 5, b"", (), [], object(), Vote, replace(originals[0], vote=message)])
        bench.hear(message, random.choice("ABCE"))
    assert bench.machine.height >= 1


def test_a_traitor_cannot_fill_the_memory(bench):
    sizes = []
    for r in range(400):
        for height in (1, 2, 3, 10**6):
            for kind in (PREVOTE, PRECOMMIT):
                for value in (V, W, make_batch(f"{r}"), None):
                    bench.hear(bench.vote("C", kind, value, r, height), "C")
            bench.hear(bench.propose(make_batch(f"C {r}"), r, height, member="C"), "C")
            bench.hear(bench.propose(W, r, height, member="C"), "C")
        bench.hear(Decisions(tuple(make_decision(bench, V, height, "C") for height in range(5, 15))), "C")
        machine = bench.machine
        held = machine.votes, machine.proposals, machine.early, machine.backlog, machine.examined, machine.drops, machine.accused
        sizes.append(len(pickle.dumps(held)))
    assert len(bench.machine.votes.tallies) <= 2 * (2 * NEAR + 1)
    assert len(bench.machine.proposals) <= 2 * NEAR_PROPOSALS + 1
    assert len(bench.machine.early["C"]) == MOST_EARLY
    assert sizes[-1] < 1.1 * sizes[40]
