"""The rules of Tendermint's algorithm 1, one by one, with the paper's lines; D is the member, and the test is everybody else."""

import pytest

from minichain.consensus.machine import Applied, Broadcast, Decide, Received, Started, TimerFired, Validator, Write
from minichain.consensus.tbft import TICK
from minichain.consensus.tbft_algorithm import TbftSettings
from minichain.consensus.tbft_messages import Decision, Heard, Kind, Progress, Status, Step, Vote
from minichain.consensus.tbft_votes import validate_commit
from minichain.network.simulated_ledger import compute_hash
from minichain.network.tokens import Pen
from tests.consensus.tbft_bench import FOUR, Bench, go_to, lock, make_batch

V, W = make_batch("A"), make_batch("A again")
V_ID, W_ID = compute_hash(V), compute_hash(W)
PREVOTE, PRECOMMIT = Kind.PREVOTE, Kind.PRECOMMIT


@pytest.fixture
def bench():
    return Bench().start()


# Lines 10 to 21: rounds begin


def test_the_proposer_proposes_and_prevotes_and_writes_both_first():
    bench = Bench("A")
    bench.ledger.take("1 client put x 5")
    bench.start()
    (_, value_id), prevote = bench.get_said()
    assert prevote == ("prevote", value_id)
    kinds = [type(effect) for effect in bench.effects if isinstance(effect, Write | Broadcast)]
    assert kinds == [Write, Broadcast] * 2
    assert bench.get_timers().keys() == {TICK}


def test_the_others_wait_for_the_proposal_longer_in_each_round(bench):
    assert bench.get_timers()["propose", 1, 0] == 300
    delays = []
    for r in (1, 2, 4):
        bench.hear_votes("AB", PREVOTE, None, r)
        delays.append(bench.get_timers()["propose", 1, r])
    assert delays == [400, 500, 700]


def test_turns_pass_from_round_to_round_and_last_for_some_heights():
    machine = Bench(settings=TbftSettings(blocks_per_proposer=3)).machine
    turns = []
    for height in range(1, 8):
        machine.height = height
        turns.append("".join(machine._get_proposer(r) for r in range(3)))
    assert turns == ["ABC"] * 3 + ["BCD"] * 3 + ["CDA"]


def test_a_valid_value_is_proposed_again_with_its_proof():
    bench = lock(Bench("C").start(), V)
    bench.hear_votes("AD", PREVOTE, None, 2)  # C's turn
    (proposal,) = [effect.message for effect in bench.get(Broadcast) if not isinstance(effect.message, Vote)]
    assert (proposal.value, proposal.vote.valid_round) == (V, 0)
    assert {vote.member for vote in proposal.polka} == {"A", "B", "C"}


# Lines 22 to 33: prevotes


def test_a_valid_proposal_gets_a_prevote_and_another_value_nil(bench):
    bench.hear(bench.propose(V))
    assert bench.get_said() == [("prevote", V_ID)]
    invalid = make_batch("A", height=7)
    other = Bench().start()
    other.hear(other.propose(invalid))
    assert other.get_said() == [("prevote", None)]


def test_only_the_first_proposal_of_the_proposer_counts(bench):
    bench.hear(bench.propose(V, member="B"))
    assert bench.get_said() == []
    bench.hear(bench.propose(V))
    bench.hear(bench.propose(W))
    assert bench.get_said() == []


def test_who_is_locked_prevotes_nil_for_another_value_and_the_locked_one_again(bench):
    go_to(lock(bench, V), 1)
    bench.hear(bench.propose(W, 1))
    assert bench.get_said() == [("prevote", None)]
    again = go_to(lock(Bench().start(), V), 1)
    again.hear(again.propose(V, 1))
    assert again.get_said() == [("prevote", V_ID)]


@pytest.mark.parametrize(("valid_round", "expected"), [(0, None), (1, W_ID), (2, W_ID)])
def test_a_lock_yields_to_a_polka_that_is_as_new_and_to_no_older_one(bench, valid_round, expected):
    """Locked on V in round 1; W comes with a polka of round 0, 1 (impossible if less than a third lies, but so says line 29) or 2."""
    lock(go_to(bench, 1), V, 1)
    go_to(bench, 4)
    bench.hear(bench.propose(W, 4, valid_round=valid_round, polka=bench.polka("ABC", W, valid_round)))
    assert bench.get_said() == [("prevote", expected)]


def make_bad_polkas(bench):
    good = bench.polka("ABC", W, 1)
    yield ()
    yield good[:2]
    yield (good[0], good[0], good[1])
    yield (*good[:2], bench.polka("C", W, 0)[0])
    yield (*good[:2], bench.polka("C", V, 1)[0])
    yield (*good[:2], Vote(PREVOTE, 1, 1, W_ID, "C", b"C#0"))
    yield (*good[:2], bench.vote("C", PRECOMMIT, W, 1))
    yield (*good[:2], bench.vote("E", PREVOTE, W, 1))
    yield good + good


def test_an_invented_proof_of_lock_is_no_proposal(bench):
    go_to(lock(bench, V), 4)
    for polka in make_bad_polkas(bench):
        bench.hear(bench.propose(W, 4, valid_round=1, polka=polka))
        assert bench.get_said() == [] and bench.machine.step_now is Step.PROPOSE
    bench.hear(bench.propose(W, 4, polka=bench.polka("ABC", W, 1)))
    assert bench.get_said() == [], "a proof for no claim"
    bench.hear(bench.propose(W, 4, valid_round=1, polka=bench.polka("ABC", W, 1)))
    assert bench.get_said() == [("prevote", W_ID)]


# Lines 34 to 48: precommits


def test_prevotes_of_all_kinds_start_a_timeout_once(bench):
    bench.hear(bench.propose(V))
    bench.hear_votes("A", PREVOTE, V)
    assert bench.get_timers() == {}
    bench.hear_votes("B", PREVOTE, None)
    assert bench.get_timers() == {("prevote", 1, 0): 150}
    bench.hear_votes("C", PREVOTE, W)
    assert bench.get_timers() == {}
    bench.fire("prevote")
    assert bench.get_said() == [("precommit", None)]
    assert bench.machine.lock is None


def test_a_polka_locks_and_the_lock_is_in_the_record(bench):
    bench.hear(bench.propose(V))
    bench.hear_votes("A", PREVOTE, V)
    assert bench.get_said() == []
    bench.hear_votes("B", PREVOTE, V)
    assert bench.get_said() == [("precommit", V_ID)]
    record = bench.records[-1]
    assert (record.lock.id, record.valid.value, record.step, record.precommit.id) == (V_ID, V, Step.PRECOMMIT, V_ID)


def test_a_late_polka_makes_a_value_valid_and_locks_nothing(bench):
    bench.hear(bench.propose(V))
    bench.hear_votes("AB", PREVOTE, None)
    bench.fire("prevote")
    bench.hear_votes("A", PREVOTE, V)
    bench.hear_votes("C", PREVOTE, V)
    assert bench.machine.lock is None and bench.machine.valid.id == V_ID
    assert bench.get_said() == []


def test_a_polka_for_nil_gets_a_precommit_for_nil(bench):
    bench.fire("propose")
    assert bench.get_said() == [("prevote", None)]
    bench.hear_votes("AB", PREVOTE, None)
    assert bench.get_said() == [("precommit", None)]


def test_precommits_of_all_kinds_start_a_timeout_and_it_ends_the_round(bench):
    bench.hear_votes("AB", PRECOMMIT, None)
    assert ("precommit", 1, 0) not in bench.get_timers()
    bench.hear_votes("C", PRECOMMIT, V)
    assert bench.get_timers() == {("precommit", 1, 0): 150}
    bench.fire("precommit")
    assert bench.machine.round == 1
    assert bench.get_timers() == {("propose", 1, 1): 400}


@pytest.mark.parametrize("name", ["propose", "prevote", "precommit", "pause"])
def test_a_timer_whose_time_has_passed_does_nothing(bench, name):
    go_to(bench, 2)
    before = bench.machine._get_status()
    for height, r in ((1, 0), (1, 1), (1, 3), (2, 2)):
        assert bench.fire(name, height, r) == []
    assert bench.machine._get_status() == before


# Lines 49 to 56: decisions and later rounds


def test_a_quorum_of_precommits_decides_in_any_round_and_proves_it(bench):
    bench.hear(bench.propose(V))
    go_to(bench, 1)
    bench.hear_votes("AB", PRECOMMIT, V)
    assert bench.get(Decide) == []
    bench.hear_votes("C", PRECOMMIT, V)
    (decide,) = bench.get(Decide)
    assert (decide.height, decide.value) == (1, V)
    validate_commit(decide.proof, FOUR, Pen("stranger", bench.notes))
    assert isinstance(bench.records[-1], Decision)
    assert (bench.machine.height, bench.machine.round, bench.machine.lock, bench.machine.valid) == (2, 0, None, None)
    assert bench.get_timers() == {("pause", 2, 0): 100}
    bench.fire("pause", 2)
    assert bench.get_timers() == {("propose", 2, 0): 300}


def test_precommits_alone_decide_once_the_value_is_here(bench):
    bench.hear_votes("ABC", PRECOMMIT, V)
    assert bench.get(Decide) == []
    bench.hear(bench.propose(V))
    assert [effect.value for effect in bench.get(Decide)] == [V]


def test_the_same_vote_counts_once_however_it_comes(bench):
    bench.hear(bench.propose(V))
    for _ in range(3):
        bench.hear_votes("A", PRECOMMIT, V)
        bench.hear(Heard((bench.vote("A", PRECOMMIT, V), bench.vote("B", PRECOMMIT, V))))
    assert bench.get(Decide) == [] and bench.machine.votes.tallies[PRECOMMIT, 0].weight == 2


def test_votes_count_by_weight():
    heavy = (Validator("A", 5), Validator("B", 1), Validator("C", 1), Validator("D", 1))
    bench = Bench(validators=heavy).start()
    bench.hear(bench.propose(V))
    bench.hear_votes("BC", PRECOMMIT, V)
    assert bench.get(Decide) == []
    bench.hear_votes("A", PRECOMMIT, V)
    assert len(bench.get(Decide)) == 1


def test_a_third_of_the_others_in_a_later_round_pull_a_member_there(bench):
    bench.hear_votes("B", PREVOTE, V, 5)
    assert bench.machine.round == 0
    bench.hear_votes("C", PREVOTE, None, 4)
    assert (bench.machine.round, bench.machine.step_now) == (4, Step.PROPOSE), "B has passed it too"
    bench.hear_votes("C", PRECOMMIT, None, 5)
    assert (bench.machine.round, bench.machine.step_now) == (5, Step.PROPOSE)
    bench.hear_votes("BC", PREVOTE, None, 3)
    assert bench.machine.round == 5


def test_far_rounds_pull_too_though_none_of_their_votes_is_kept(bench):
    bench.hear_votes("BC", PREVOTE, V, 10**9)
    assert bench.machine.round == 10**9


def test_what_comes_early_is_used_when_its_height_begins(bench):
    later = make_batch("B", 2)
    bench.hear(bench.propose(later, height=2))
    bench.hear_votes("B", PREVOTE, later, height=2)
    bench.hear(bench.propose(V))
    bench.hear_votes("ABC", PRECOMMIT, V)
    bench.fire("pause", 2)
    assert bench.get_said() == [("prevote", compute_hash(later))]
    bench.hear_votes("A", PREVOTE, later, height=2)
    assert bench.get_said() == [("precommit", compute_hash(later))]


def test_who_is_no_validator_follows_and_never_votes():
    bench = Bench("E").start()
    bench.hear(bench.propose(V))
    bench.hear_votes("ABC", PREVOTE, V)
    bench.hear_votes("ABC", PRECOMMIT, V)
    assert len(bench.get(Decide)) == 1
    assert not [record for record in bench.records if isinstance(record, Progress)]


def test_validators_of_the_next_height_come_from_the_ledger(bench):
    bench.machine.step(Received("A", bench.propose(V)))
    bench.machine.step(Applied(1, (Validator("B"), Validator("D"))))
    assert bench.machine.height == 2
    bench.fire("pause", 2)
    assert [kind for kind, _ in bench.get_said()] == ["proposal", "prevote"], "it is D's turn of two"


# Asking and answering


def test_who_waits_asks_and_is_told_what_it_lacks(bench):
    bench.hear(bench.propose(V))
    assert [effect.message for effect in bench.step(TimerFired(TICK)) if isinstance(effect, Broadcast)] == []
    assert [effect.message for effect in bench.step(TimerFired(TICK)) if isinstance(effect, Broadcast)] == [Status(1, 0, (V_ID,))]
    bench.hear(Status(1, 0, ()), "C")
    proposals, votes = bench.get_sent()
    assert [proposal.value for proposal in proposals.proposals] == [V]
    assert [vote.member for vote in votes.votes] == ["D"]
    bench.hear(Status(1, 0, (V_ID,)), "C")
    assert [message.proposals for message in bench.get_sent()] == [()]


def test_who_is_behind_in_rounds_is_sent_the_votes_of_both(bench):
    bench.hear_votes("AB", PRECOMMIT, None)
    go_to(bench, 1)
    bench.hear(Status(1, 0, ()), "C")
    assert [{vote.round for vote in message.votes} for message in bench.get_sent()] == [{0}, {1}]


def test_a_status_of_a_later_height_is_answered_with_our_own(bench):
    bench.hear(Status(9, 0, ()), "C")
    assert bench.get_sent() == [Status(1, 0, ())]
    assert bench.hear(Status(0, 0, ()), "C") == []
    assert bench.step(Started()) != []
