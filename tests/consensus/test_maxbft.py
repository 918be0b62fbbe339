"""MaxBFT: what is decided proves itself, votes count once, epochs do not mix, and whatever crashes or lies, nobody says two things."""

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.consensus.machine import Received, Started, Validator
from minichain.consensus.maxbft import Maxbft
from minichain.consensus.maxbft_messages import (
    Behind,
    Certificate,
    Decision,
    Evidence,
    Help,
    MaxbftError,
    NewView,
    Node,
    Proposal,
    SignedVote,
    Vote,
    Voted,
    is_child,
    is_message,
    is_three_chain,
    make_statement,
    validate_decision,
    validate_evidence,
)
from minichain.consensus.maxbft_pacemaker import MaxbftSettings, Pacemaker
from minichain.consensus.maxbft_votes import Votes
from minichain.consensus.signatures import KeyRing
from minichain.crypto.suites import SUITE_NAMES, get_suite
from minichain.ledger.encoding import decode, encode
from minichain.network.byzantine import mutate
from minichain.network.checkers import check_run
from minichain.network.clusters.maxbft import SETTINGS, make_cluster
from minichain.network.schedule import Conditions, Crash, Request, Schedule
from minichain.network.simulated_ledger import SimulatedLedger
from minichain.network.simulator import Simulation
from minichain.network.tokens import Notes, Pen
from minichain.network.trace import Crashed, Decided, Reported, Sent, render

GOLDEN = Path(__file__).parent / "golden" / "maxbft.txt"
NAMES = "ABCD"
FOUR = tuple(Validator(name) for name in NAMES)
STEADY = Conditions((10, 10))


def run(*faults, names=NAMES, duration_ms=2000, cluster=None, **more):
    return Simulation(cluster or make_cluster(names), Schedule(1, duration_ms, STEADY, faults, **more)).run()


def get_decisions(simulation, member="A"):
    return [entry for entry in simulation.trace if isinstance(entry, Decided) and entry.member == member]


@pytest.fixture(scope="module")
def calm():
    return run()


# Deciding


def test_a_value_is_decided_when_three_views_in_a_row_are_certified(calm):
    decisions = get_decisions(calm)
    assert len(decisions) > 10
    assert [entry.height for entry in decisions] == list(range(1, len(decisions) + 1))
    for entry in decisions[:5]:
        assert is_three_chain(entry.proof.nodes[-3:])
        assert entry.proof.certificate.node_id == entry.proof.nodes[-1].id


def test_a_decision_convinces_a_stranger_and_a_changed_one_does_not(calm):
    entry, pen = get_decisions(calm)[2], Pen("Z", calm.notes)
    proof, value_id = entry.proof, calm.seats["A"].ledger.compute_id(entry.value)
    validate_decision(proof, value_id, entry.height, FOUR, pen)
    votes = proof.certificate.votes
    changes = {
        "another value": (proof, bytes(32), entry.height),
        "another height": (proof, value_id, entry.height + 1),
        "a gap in the views": (replace(proof, nodes=(*proof.nodes[:2], replace(proof.nodes[2], view=99))), value_id, entry.height),
        "too few votes": (replace(proof, certificate=replace(proof.certificate, votes=votes[:2])), value_id, entry.height),
        "a vote twice": (replace(proof, certificate=replace(proof.certificate, votes=(votes[0],) * 3)), value_id, entry.height),
        "a forged vote": (
            replace(proof, certificate=replace(proof.certificate, votes=(*votes[:2], SignedVote(votes[2].member, b"?")))),
            value_id,
            entry.height,
        ),
        "another certificate": (replace(proof, certificate=replace(proof.certificate, view=1)), value_id, entry.height),
    }
    for arguments in changes.values():
        with pytest.raises(MaxbftError):
            validate_decision(*arguments, FOUR, pen)


def test_no_decision_over_a_gap_in_the_views(calm):
    first, second, third = get_decisions(calm)[0].proof.nodes[-3:]
    late = replace(third, view=third.view + 1)
    assert is_child(late, second) and not is_three_chain((first, second, late))
    machine = calm.seats["A"].machine
    assert machine._find_decided([first, second, third]) == first
    assert machine._find_decided([first, second, late]) is None
    assert machine._find_decided([second, third]) is None


def test_a_silent_leader_is_passed_over():
    simulation = run(byzantine={"B": "silent"}, duration_ms=12_000)
    assert check_run(simulation) is None
    assert len(get_decisions(simulation)) >= 3


@pytest.mark.parametrize("size", [4, 7, 10, 16])
def test_a_view_costs_two_messages_a_member(size):
    names = "ABCDEFGHIJKLMNOP"[:size]
    simulation = run(names=names)
    kinds = Counter(type(entry.message).__name__ for entry in simulation.trace if isinstance(entry, Sent))
    proposals = [entry.message.node for entry in simulation.trace if isinstance(entry, Sent) and isinstance(entry.message, Proposal)]
    views = len({(node.epoch, node.view) for node in proposals})
    assert views > 20
    assert kinds["Proposal"] + kinds["Vote"] <= 2 * (size - 1) * views
    epochs = len({node.epoch for node in proposals})
    assert kinds["NewView"] <= size * (size - 1) * (epochs - 1), "at most the first view of an epoch is missed"


# The lock, and votes


def make_machine(member="A", records=(), height=0):
    ledger, pen = SimulatedLedger(member, FOUR), Pen(member, Notes())
    return Maxbft(SETTINGS, member, FOUR, ledger, pen, records, height)


def test_safe_is_what_extends_the_lock_or_knows_better(calm):
    nodes = get_decisions(calm)[0].proof.nodes
    machine = make_machine()
    lock = nodes[1].justify
    machine.lock = lock
    beside = Node(0, 9, 1, b"", bytes(32), None)
    assert not machine._is_safe(beside), "it does not extend the locked node, and brings no newer certificate"
    machine.tree.proposals[nodes[0].id] = Proposal("A", nodes[0], b"", b"")
    assert machine._is_safe(nodes[1]), "it extends the locked node"
    assert machine._is_safe(replace(beside, justify=replace(lock, view=lock.view + 1))), "it has a newer certificate"
    assert not machine._is_safe(replace(beside, justify=lock)), "one as old as the lock is not newer"


def test_votes_count_once_and_two_are_evidence():
    notes, votes = Notes(), Votes(FOUR)
    made = {}
    for name in NAMES:
        for node_id in (b"x", b"y"):
            made[name, node_id] = Vote(0, 5, node_id, Pen(name, notes).sign(make_statement("vote", 0, 5, node_id)))
    assert votes.add("A", made["A", b"x"]) is None
    assert votes.add("A", made["A", b"x"]) is None
    assert votes.add("B", made["B", b"x"]) is None
    evidence = votes.add("B", made["B", b"y"])
    assert isinstance(evidence, Evidence)
    validate_evidence(evidence, Pen("Z", notes))
    certificate = votes.add("C", made["C", b"x"])
    assert isinstance(certificate, Certificate) and len(certificate.votes) == 3
    for change in ({"member": "A"}, {"kind": "proposal"}, {"kind": "?"}, {"view": 6}, {"node_ids": (b"x", b"x")}):
        with pytest.raises(MaxbftError):
            validate_evidence(replace(evidence, **change), Pen("Z", notes))


def test_two_proposals_are_reported():
    simulation = run(byzantine={"B": "equivocate"}, duration_ms=4000)
    evidence = [entry.evidence for entry in simulation.trace if isinstance(entry, Reported)]
    assert {one.member for one in evidence} == {"B"}
    validate_evidence(evidence[0], Pen("Z", simulation.notes))
    assert check_run(simulation) is None


# The pacemaker


def test_timeouts_grow_from_the_fifth_view_without_a_decision():
    pace = Pacemaker(MaxbftSettings(view_ms=300, delta_ms=100), "A", FOUR, progress_view=10)
    waits = []
    for view in range(11, 18):
        pace.enter(view)
        waits.append(pace.compute_timeout_ms())
    assert waits == [300, 300, 300, 300, 400, 500, 600]


def test_one_honest_wish_is_joined_and_a_quorum_is_entered():
    pace = Pacemaker(MaxbftSettings(), "A", FOUR, view=3, wish=3, wishes={"B": 2**63})
    assert (pace.find_wished(), pace.find_agreed()) == (3, 0), "one liar moves nobody"
    pace.wishes |= {"C": 5, "D": 3}
    assert (pace.find_wished(), pace.find_agreed()) == (5, 3)
    pace.wish = 5
    assert pace.find_agreed() == 5


# Epochs


def test_validators_change_at_the_end_of_an_epoch():
    requests = (Request(100, "admin", "validators A,B,C,D"), Request(400, "ann", "put x 1"))
    simulation = run(names="ABCDE", duration_ms=6000, requests=requests)
    assert check_run(simulation) is None
    machine = simulation.seats["A"].machine
    assert machine.epoch >= 1 and [one.member for one in machine.validators] == list("ABCD")
    assert simulation.seats["E"].ledger.height > SETTINGS.epoch_heights, "who no longer votes still learns"
    epochs = {entry.proof.certificate.epoch: len(entry.validators) for entry in get_decisions(simulation)}
    assert epochs[0] == 5 or epochs[1] == 4


def test_a_certificate_of_another_epoch_counts_for_nothing(calm):
    machine = make_machine()
    machine.signatures = Pen("A", calm.notes)
    certificate = get_decisions(calm)[0].proof.certificate
    assert machine._is_valid(certificate)
    machine.epoch = 1
    assert not machine._is_valid(certificate)
    assert not machine._is_valid(replace(certificate, epoch=1)), "its votes name the epoch in which they were given"


# Crashes


@pytest.mark.parametrize("member", ["A", "B"])
def test_power_may_fail_after_any_effect(member):
    for start in range(30, 200, 17):
        for effects in range(6):
            simulation = run(Crash(start, start + 30, member, effects), duration_ms=30_000 if effects == 5 and start > 180 else 900)
            assert any(isinstance(entry, Crashed) for entry in simulation.trace)
            assert check_run(simulation) is None


def test_a_member_that_comes_back_does_not_vote_again_where_it_voted():
    machine = make_machine(records=[Voted(0, 7), Voted(0, 5)])
    assert (machine.voted, machine.pace.view) == (7, 7)
    assert not machine._may_vote(Node(0, 7, 1, b"", b"x", None))
    assert machine._may_vote(Node(0, 8, 1, b"", b"x", None))
    assert make_machine(records=[Voted(1, 7)]).voted == 0, "another epoch's"


# The golden story


def test_the_story_of_four_members():
    """A crashes while it writes its second proposal, and leads on when it is back. To write the story anew: MINICHAIN_REGENERATE=1."""
    simulation = run(Crash(60, 200, "A", 0), duration_ms=720, requests=(Request(5, "ann", "put x 5"), Request(520, "bob", "get x")))
    story = render(simulation.trace)
    if os.environ.get("MINICHAIN_REGENERATE"):
        GOLDEN.write_text(story)
    assert story == GOLDEN.read_text()
    assert check_run(simulation) is None
    assert {seat.ledger.state["x"] for seat in simulation.seats.values()} == {"5"}
    assert not [entry for entry in simulation.trace if isinstance(entry, Reported)]


# Real keys, real bytes, and nonsense


@pytest.mark.parametrize("suite_name", SUITE_NAMES)
def test_with_real_keys(suite_name):
    scheme = get_suite(suite_name).signature
    keys = {name: scheme.private_type(bytes([number]) * 32) for number, name in enumerate(NAMES, start=1)}
    public = {name: scheme.compute_public_key(key) for name, key in keys.items()}
    rings = {name: KeyRing("chain1", scheme, key, public) for name, key in keys.items()}
    made = make_cluster(NAMES)
    cluster = replace(
        made, make=lambda member, records, ledger, signatures, random: made.make(member, records, ledger, rings[member], random)
    )
    simulation = run(cluster=cluster, duration_ms=700)
    decisions = get_decisions(simulation)
    assert len(decisions) >= 3
    value_id = simulation.seats["A"].ledger.compute_id(decisions[0].value)
    validate_decision(decisions[0].proof, value_id, 1, FOUR, rings["D"])
    with pytest.raises(MaxbftError):
        validate_decision(decisions[0].proof, value_id, 1, FOUR, replace(rings["D"], chain_id="chain2"))


def test_messages_and_records_can_be_spelt(calm):
    decision = get_decisions(calm)[1].proof
    proposal = next(entry.message for entry in calm.trace if isinstance(entry, Sent) and isinstance(entry.message, Proposal))
    values = [proposal, decision, Voted(1, 2), Behind(3, b""), Help((decision,), (proposal,)), NewView(0, 9, decision.certificate)]
    for value in values:
        assert decode(type(value), encode(value)) == value


@settings(max_examples=150)
@given(seed=st.integers(0, 2**32))
def test_no_message_makes_it_raise(seed, calm):
    random, machine = Random(seed), make_machine("B")
    machine.signatures = Pen("B", calm.notes)
    machine.step(Started())
    said = [entry.message for entry in calm.trace if isinstance(entry, Sent)][:40]
    said += [Help((get_decisions(calm)[0].proof,), ()), Behind(0, b""), NewView(0, 3, None), None, 5, b"", Decision(b"", (), None)]
    for _ in range(30):
        message = random.choice(said)
        for _ in range(random.randrange(3)):
            message = mutate(message, random, tuple(NAMES))
        machine.step(Received(random.choice(NAMES), message))
        assert isinstance(is_message(message), bool)
    assert len(machine.tree.proposals) < 60
