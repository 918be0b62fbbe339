"""Four members and more of TBFT: with real keys, with traitors, with changing validators, and one told story."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from minichain.consensus.errors import ConsensusError
from minichain.consensus.machine import Applied, Broadcast, Decide, Received, Report, Started, TimerFired
from minichain.consensus.signatures import KeyRing
from minichain.consensus.tbft import Tbft
from minichain.consensus.tbft_algorithm import TbftSettings
from minichain.consensus.tbft_evidence import Evidence, validate_evidence
from minichain.consensus.tbft_messages import (
    Commit,
    Decision,
    Kind,
    Progress,
    Vote,
)
from minichain.consensus.tbft_votes import validate_commit
from minichain.crypto.suites import SUITE_NAMES, get_suite
from minichain.ledger.encoding import decode, encode
from minichain.network.campaign import run_seeds
from minichain.network.checkers import check_run
from minichain.network.clusters import make_cluster
from minichain.network.schedule import Conditions, Crash, Request, Schedule
from minichain.network.simulated_ledger import SimulatedLedger, compute_hash
from minichain.network.simulator import Simulation
from minichain.network.tokens import Pen
from minichain.network.trace import Decided, Reported, Wrote, render
from tests.consensus.tbft_bench import FOUR, make_batch

V_ID = compute_hash(make_batch("A"))
PREVOTE = Kind.PREVOTE
GOLDEN = Path(__file__).parent / "golden" / "tbft.txt"


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
    """Height 1 without trouble; then B, whose turn is next, crashes while it proposes. To write the story anew: MINICHAIN_REGENERATE=1."""
    schedule = Schedule(
        7, 1100, Conditions((10, 10)), (Crash(120, 900, "B", 1),), (Request(5, "ann", "put x 5"), Request(150, "bob", "get x"))
    )
    simulation = Simulation(make_cluster("tbft", "ABCD"), schedule).run()
    story = render(simulation.trace)
    if os.environ.get("MINICHAIN_REGENERATE"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(story)
    assert story == GOLDEN.read_text()
    assert check_run(simulation) is None
    assert not [entry for entry in simulation.trace if isinstance(entry, Report)]
