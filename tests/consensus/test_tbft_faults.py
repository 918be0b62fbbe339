"""TBFT among liars, crashes and strangers: evidence, drop votes, catching up, restarts, malformed messages, forks, and one told story."""

import os
import pickle
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from minichain.consensus.errors import ConsensusError
from minichain.consensus.machine import Applied, Broadcast, Decide, Received, Report, Started, TimerFired, Validator
from minichain.consensus.signatures import KeyRing
from minichain.consensus.tbft import MOST_EARLY, MOST_KEPT, Tbft
from minichain.consensus.tbft_algorithm import NEAR_PROPOSALS, TbftSettings
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
    Progress,
    Proposal,
    Status,
    Vote,
)
from minichain.consensus.tbft_votes import NEAR, validate_commit
from minichain.crypto.suites import SUITE_NAMES, get_suite
from minichain.ledger.encoding import decode, encode
from minichain.network.byzantine import mutate
from minichain.network.campaign import run_seeds
from minichain.network.checkers import check_run
from minichain.network.clusters import make_cluster
from minichain.network.clusters.tbft import get_votes
from minichain.network.schedule import Conditions, Crash, Request, Schedule
from minichain.network.simulated_ledger import SimulatedLedger, compute_hash
from minichain.network.simulator import Simulation
from minichain.network.tokens import Pen
from minichain.network.trace import Decided, Reported, Wrote, render
from tests.consensus.tbft_bench import FOUR, Bench, go_to, lock, make_batch

V, W = make_batch("A"), make_batch("A again")
V_ID, W_ID = compute_hash(V), compute_hash(W)
PREVOTE, PRECOMMIT = Kind.PREVOTE, Kind.PRECOMMIT
GOLDEN = Path(__file__).parent / "golden" / "tbft.txt"


@pytest.fixture
def bench():
    return Bench().start()


def make_decision(bench, value, height=1, members="ABC", r=0):
    votes = tuple(bench.vote(member, PRECOMMIT, value, r, height) for member in members)
    return Decision(value, Commit(height, r, compute_hash(value), votes))


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


# Crashes


def restart(bench, records):
    """Return the member made anew over the same ledger, from these records."""
    again = Bench(bench.name, records=records, notes=bench.notes)
    return again.start()


def test_a_restart_says_the_same_again_and_stays_locked(bench):
    lock(bench, V)
    again = restart(bench, bench.records)
    assert again.get_said() == [("prevote", V_ID), ("precommit", V_ID)]
    go_to(again, 1)
    again.hear(again.propose(W, 1))
    assert again.get_said() == [("prevote", None)]


def test_the_last_record_of_the_height_is_enough(bench):
    lock(bench, V)
    assert restart(bench, bench.records[-1:]).get_said() == [("prevote", V_ID), ("precommit", V_ID)]


def test_a_restart_still_knows_why_the_last_round_ended(bench):
    """Nobody else may have all these precommits, and who is still in that round needs them to leave it."""
    bench.hear_votes("ABC", PRECOMMIT, None)
    bench.fire("precommit")
    bench.fire("propose", 1, 1)
    again = restart(bench, bench.records)
    assert again.machine.round == 1
    again.hear(Status(1, 0, ()), "C")
    assert {(vote.member, vote.kind) for vote in again.get_sent()[0].votes} == {(member, PRECOMMIT) for member in "ABC"}


def test_a_decision_that_the_ledger_has_not_seen_is_decided_again(bench):
    records = [make_decision(bench, V)]
    again = restart(bench, records)
    assert [effect.value for effect in again.get(Decide)] == [V]
    assert again.records == records and again.machine.height == 2


def script(bench):
    """Yield the events of three rounds and a decision: a polka, an equivocating proposer, a proof of lock, timeouts."""
    yield Started()
    yield Received("A", bench.propose(V))
    for member in "AB":
        yield Received(member, bench.vote(member, PREVOTE, V))
    for member in "ABC":
        yield Received(member, bench.vote(member, PRECOMMIT, None, 0))
    yield TimerFired(("precommit", 1, 0))
    yield Received("B", bench.propose(W, 1))
    yield Received("B", bench.propose(make_batch("B"), 1))
    yield TimerFired(("propose", 1, 1))
    for member in "ABC":
        yield Received(member, bench.vote(member, PREVOTE, W if member == "A" else None, 1))
    yield TimerFired(("prevote", 1, 1))
    for member in "ABC":
        yield Received(member, bench.vote(member, PRECOMMIT, None, 1))
    yield TimerFired(("precommit", 1, 1))
    yield Received("C", bench.propose(V, 2, valid_round=0, polka=bench.polka("ABD", V)))
    for member in "AB":
        yield Received(member, bench.vote(member, PREVOTE, V, 2))
    for member in "AB":
        yield Received(member, bench.vote(member, PRECOMMIT, V, 2))
    yield TimerFired(("pause", 2, 0))


class Disk:
    """One member through a script, with a power failure before the effect with a certain number."""

    def __init__(self, fails_before):
        self.world = Bench()
        self.ledger = SimulatedLedger("D", FOUR)
        self.records, self.said, self.done, self.fails_before = [], [], 0, fails_before
        self.decided = []

    def make(self):
        return Tbft(TbftSettings(), "D", FOUR, self.ledger, Pen("D", self.world.notes), tuple(self.records), self.ledger.height)

    def run(self, events, *, then=()):
        """Play events; after the failure the member restarts and hears `then`, and the rest of the events."""
        machine, queue = self.make(), list(events)
        while queue:
            for effect in machine.step(queue.pop(0)):
                if self.done == self.fails_before:
                    self.done += 1
                    machine, queue = self.make(), [Started(), *then, *queue]
                    break
                self.done += 1
                self.carry_out(effect, queue)
        return machine

    def carry_out(self, effect, queue):
        match effect:
            case Broadcast(message):
                self.said += get_votes(message)
            case Decide(height, value, _):
                self.decided.append((height, value))
                queue.insert(0, Applied(height, self.ledger.apply(height, value)))
        if hasattr(effect, "record"):
            self.records.append(effect.record)


def assert_never_says_two_things(disk):
    choices = {}
    for slot, choice in disk.said:
        assert choices.setdefault(slot, choice) == choice, slot
    assert len(set(disk.decided)) == len({height for height, _ in disk.decided})


def test_a_crash_between_any_two_effects_never_makes_it_vote_twice():
    """After the restart nobody repeats the past: instead timeouts strike, and the others propose and lock something else if they can."""
    whole = Disk(-1)
    whole.run(script(whole.world))
    assert [height for height, _ in whole.decided] == [1]
    assert {slot[0] for slot, _ in whole.said} == {"prevote", "precommit"}
    for position in range(whole.done):
        for spite in make_spites(Bench(notes=whole.world.notes)):
            disk = Disk(position)
            disk.run(script(disk.world), then=spite(disk.world))
            assert_never_says_two_things(disk)


def make_spites(_):
    """Yield what the world may do to a member that has just come back."""
    yield lambda world: ()
    for r in range(3):
        yield lambda world, r=r: (TimerFired(("propose", 1, r)), TimerFired(("prevote", 1, r)))
        yield lambda world, r=r: (Received("A", world.propose(make_batch("spite"), r)),)
        yield lambda world, r=r: tuple(Received(member, world.vote(member, PREVOTE, None, r)) for member in "ABC")


def test_a_vote_that_leaves_before_it_is_written_is_found_by_that_test():
    class Hasty(Tbft):
        def _write_and_send(self, message):
            super()._write_and_send(message)
            self._effects[-2:] = reversed(self._effects[-2:])

    class HastyDisk(Disk):
        def make(self):
            return Hasty(TbftSettings(), "D", FOUR, self.ledger, Pen("D", self.world.notes), tuple(self.records), self.ledger.height)

    def run_all():
        for position in range(60):
            for spite in make_spites(None):
                disk = HastyDisk(position)
                disk.run(script(disk.world), then=spite(disk.world))
                assert_never_says_two_things(disk)

    with pytest.raises(AssertionError, match="vote"):
        run_all()


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


# Real keys


@pytest.mark.parametrize("name", SUITE_NAMES)
@pytest.mark.filterwarnings("ignore::minichain.crypto.errors.ReadableBackendWarning")
def test_members_agree_with_real_keys_and_a_stranger_believes_them(name):
    """Four members, two heights; every message and record survives being written as bytes."""
    scheme = get_suite(name).signature
    keys = {member: scheme.generate_key() for member in "ABCD"}
    public_keys = {member: scheme.compute_public_key(key) for member, key in keys.items()}
    rings = {member: KeyRing("chain1", scheme, key, public_keys) for member, key in keys.items()}
    ledgers = {member: SimulatedLedger(member, FOUR) for member in "ABCD"}
    machines = {member: Tbft(TbftSettings(), member, FOUR, ledgers[member], rings[member], ()) for member in "ABCD"}
    proofs, queue = [], [(member, Started()) for member in "ABCD"]
    while queue:
        member, event = queue.pop(0)
        for effect in machines[member].step(event):
            match effect:
                case Broadcast(message):
                    copy = decode(type(message), encode(message))
                    queue += [(other, Received(member, copy)) for other in "ABCD" if other != member]
                case Decide(height, value, proof):
                    proofs.append((height, value, decode(Commit, encode(proof))))
                    if height < 2:
                        queue += [(member, Applied(height, ledgers[member].apply(height, value)))]
                        queue += [(member, TimerFired(("pause", height + 1, 0)))]
    assert sorted(height for height, *_ in proofs) == [1] * 4 + [2] * 4
    stranger = KeyRing("chain1", scheme, scheme.generate_key(), public_keys)
    elsewhere = KeyRing("chain2", scheme, scheme.generate_key(), public_keys)
    for _, value, commit in proofs:
        validate_commit(commit, FOUR, stranger)
        assert commit.id == compute_hash(value)
    with pytest.raises(ConsensusError, match="has not signed"):
        validate_commit(proofs[0][2], FOUR, elsewhere)
    two = [
        replace(vote, signature=rings["A"].sign(vote.statement))
        for vote in (Vote(PREVOTE, 1, 0, V_ID, "A", b""), Vote(PREVOTE, 1, 0, None, "A", b""))
    ]
    validate_evidence(Evidence(*two), stranger)
    with pytest.raises(ConsensusError, match="has not signed"):
        validate_evidence(Evidence(*two), elsewhere)


# Clusters


def test_records_and_messages_of_a_run_survive_being_written():
    simulation = Simulation(make_cluster("tbft", "ABCD"), Schedule(3, 2500, Conditions((5, 40), 100), (Crash(300, 700, "B", 1),))).run()
    records = [entry.record for entry in simulation.trace if isinstance(entry, Wrote)]
    assert {type(record) for record in records} == {Progress, Decision}
    assert all(decode(type(record), encode(record)) == record for record in records)


def test_members_that_leave_and_join_by_the_ledger_follow_and_vote():
    """E and then A lose their votes; E gets its vote back. What is asked for meanwhile is decided, by those who vote at that height."""
    requests = (
        Request(100, "ann", "validators A,B,C,D"),
        Request(900, "ann", "validators B,C,D,E"),
        Request(1700, "bob", "put x 5"),
    )
    simulation = Simulation(make_cluster("tbft", "ABCDE"), Schedule(5, 3000, requests=requests)).run()
    assert check_run(simulation) is None
    signers = {}
    for entry in simulation.trace:
        if isinstance(entry, Decided):
            validate_commit(entry.proof, entry.validators, Pen("stranger", simulation.notes))
            signers.setdefault(tuple(one.member for one in entry.validators), set()).update(vote.member for vote in entry.proof.votes)
    assert [("".join(names), "".join(sorted(members))) for names, members in signers.items()] == [
        ("ABCDE", "ABCDE"),
        ("ABCD", "ABCD"),
        ("BCDE", "BCDE"),
    ]
    assert {seat.ledger.state["x"] for seat in simulation.seats.values()} == {"5"}


def test_two_traitors_of_seven_are_borne():
    assert [failure for failure in run_seeds(make_cluster("tbft", "ABCDEFG"), range(6), byzantine=2) if failure] == []


@pytest.mark.parametrize("behaviour", ["equivocate", "hoard", "impostor"])
def test_one_traitor_of_four_is_borne(behaviour):
    cluster = make_cluster("tbft", "ABCD")
    assert [failure for failure in run_seeds(cluster, range(10), byzantine=1, behaviours=[behaviour]) if failure] == []


def test_an_equivocator_is_reported_and_no_honest_member_ever_is():
    cluster = make_cluster("tbft", "ABCD")
    simulation = Simulation(cluster, Schedule(1, 3000, byzantine={"B": "equivocate"})).run()
    evidence = [entry.evidence for entry in simulation.trace if isinstance(entry, Reported)]
    assert {each.first.member for each in evidence} == {"B"}
    for each in evidence:
        validate_evidence(each, Pen("stranger", simulation.notes))


def test_two_equivocators_of_four_make_a_fork_and_it_convicts_them():
    cluster = make_cluster("tbft", "ABCD")
    failure = next(each for each in run_seeds(cluster, range(20), byzantine=2, behaviours=["equivocate"]) if each)
    assert failure.violation.rule == "agreement"
    simulation = Simulation(cluster, failure.schedule).run()
    commits = {}
    for entry in simulation.trace:
        if isinstance(entry, Decided) and entry.member in simulation.honest:
            other = commits.setdefault(entry.height, entry.proof)
            if other.id != entry.proof.id:
                break
    for proof in (other, entry.proof):
        validate_commit(proof, entry.validators, Pen("stranger", simulation.notes))
    guilty = {vote.member for vote in other.votes} & {vote.member for vote in entry.proof.votes}
    if other.round == entry.proof.round:
        assert guilty == set(failure.schedule.byzantine)


def test_the_story_of_four_members():
    """Height 1 without trouble; then B, whose turn is next, crashes while it proposes. To write the story anew: MINICHAIN_GOLDEN=1."""
    schedule = Schedule(
        7, 1100, Conditions((10, 10)), (Crash(120, 900, "B", 1),), (Request(5, "ann", "put x 5"), Request(150, "bob", "get x"))
    )
    simulation = Simulation(make_cluster("tbft", "ABCD"), schedule).run()
    story = render(simulation.trace)
    if os.environ.get("MINICHAIN_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(story)
    assert story == GOLDEN.read_text()
    assert check_run(simulation) is None
    assert not [entry for entry in simulation.trace if isinstance(entry, Report)]
