"""Raft: figure 8, a golden story of five members, crashes at every effect, members who come and go, and strangers who send nonsense."""

import os
from collections import deque
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from random import Random
from typing import get_args

import pytest

from minichain.consensus import raft, raft_messages
from minichain.consensus.machine import Applied, Decide, Received, Send, Started, Submitted, TimerFired, Validator, Write
from minichain.consensus.raft import Raft
from minichain.consensus.raft_follower import ELECTION, HEARTBEAT, LEASE, QUORUM, RaftSettings, Role
from minichain.consensus.raft_membership import LEAVE, Act, Change, Membership, Step, apply_steps
from minichain.consensus.raft_messages import AppendEntries, Entry, HardState, Heartbeat, InstallSnapshot, RequestVote, Snapshot, VoteReply
from minichain.consensus.raft_snapshot import ValueArchive
from minichain.ledger.encoding import decode, encode
from minichain.network.byzantine import mutate
from minichain.network.checkers import check_run, iterate_violations
from minichain.network.clusters import make_cluster
from minichain.network.schedule import Conditions, Crash, Partition, Request, Schedule
from minichain.network.simulator import Simulation
from minichain.network.trace import Decided, Sent, Wrote, render
from tests.consensus.raft_storm import draw_storm, find_on_seesaw, find_violation, make_storm

STORY = Path(__file__).parent / "raft_story.txt"


class Group:
    """Machines whose messages are delivered by hand."""

    def __init__(self, names="ABCDE", **settings):
        self.settings = RaftSettings(**{"pre_vote": False, "check_quorum": False, "most_entries": 1} | settings)
        self.validators = tuple(Validator(name) for name in names)
        self.records = {name: [] for name in names}
        self.values = {name: {} for name in names}
        self.machines, self.letters = {}, deque()
        for name in names:
            self.start(name)

    def start(self, name):
        """Start a member, perhaps again, with what is on its disk."""
        archive, height = ValueArchive(self.values[name]), max([0, *self.values[name]])
        self.machines[name] = Raft(self.settings, name, self.validators, archive, tuple(self.records[name]), Random(name), height)
        self.step(name, Started())

    def step(self, name, event):
        """Let a member take an event; keep its letters."""
        for effect in self.machines[name].step(event):
            match effect:
                case Write(record):
                    self.records[name].append(record)
                case Send(recipient, message):
                    self.letters.append((name, recipient, message))
                case Decide(height, value):
                    self.values[name][height] = value
                    self.step(name, Applied(height, self.validators))

    def deliver(self, allowed):
        """Deliver what is allowed by (sender, recipient), and what comes of it; lose the rest."""
        while self.letters:
            sender, recipient, message = self.letters.popleft()
            if (sender, recipient) in allowed:
                self.step(recipient, Received(sender, message))

    def elect(self, name, voters, *, wins=True):
        """Let a member stand for election before these voters; if it wins, its first appends are lost."""
        self.step(name, TimerFired(ELECTION))
        asked, self.letters = list(self.letters), deque()
        for sender, recipient, message in asked:
            if recipient in voters and isinstance(message, RequestVote):
                self.step(recipient, Received(sender, message))
        self.deliver({(voter, name) for voter in voters})
        assert (self.machines[name].role is Role.LEADER) is wins

    def get_term(self, name, index):
        return self.machines[name].log.get_term(index)


def pairs(*names):
    return {(one, other) for one in names for other in names if one != other}


# Figure 8 of the paper: an entry of an earlier term is never committed by counting


def play_figure_8():
    """Return the group at the moment (c) of the figure: three of five store the entry of an earlier term, and its leader knows it."""
    group = Group()
    group.elect("A", "BC")
    group.step("A", TimerFired(HEARTBEAT))
    group.deliver(pairs(*"ABCDE"))
    assert {group.machines[name].log.committed for name in "ABC"} == {1}
    group.step("A", Submitted(b"value of term 1"))  # (a): only B gets it
    group.deliver({("A", "B")})
    group.start("A")
    group.elect("E", "CD")  # (b): E leads term 2, and tells nobody what it stores at the same index
    assert (group.get_term("A", 2), group.get_term("B", 2), group.get_term("E", 2)) == (1, 1, 2)
    group.start("E")
    group.elect("A", "BC", wins=False)  # C has voted for E in this term
    group.elect("A", "BC")  # (c)
    return group


def send_old_entry(group):
    """Let B get all of the leader's log, and C only the entry of the earlier term."""
    group.step("A", TimerFired(HEARTBEAT))
    group.deliver({("A", "B"), ("B", "A")})
    group.step("A", TimerFired(HEARTBEAT))
    while group.get_term("C", 2) != 1:
        sender, recipient, message = group.letters.popleft()
        if {sender, recipient} == {"A", "C"}:
            group.step(recipient, Received(sender, message))
    group.step("A", Received("C", raft_messages.AppendReply(group.machines["A"].term, 2)))
    group.letters.clear()
    assert [group.get_term(name, 2) for name in "ABC"] == [1, 1, 1]


def take_over(group):
    """(d): E comes back with its log, which is more up to date than C's and D's, wins, and overwrites."""
    group.elect("E", "CD", wins=False)
    group.elect("E", "CD")
    group.step("E", TimerFired(HEARTBEAT))
    group.deliver(pairs(*"CDE"))


def test_figure_8_an_entry_of_an_earlier_term_is_not_committed_by_counting():
    group = play_figure_8()
    send_old_entry(group)
    assert group.values["A"] == {}
    take_over(group)
    assert group.get_term("C", 2) == group.get_term("E", 2) == 2
    assert group.machines["E"].log.committed > 2


def test_figure_8_it_is_committed_with_an_entry_of_the_leaders_own_term():
    group = play_figure_8()
    send_old_entry(group)
    for _ in range(2):
        group.step("A", TimerFired(HEARTBEAT))
        group.deliver(pairs(*"ABC"))
    assert group.values["A"] == group.values["B"] == {2: b"value of term 1"}
    group.step("E", TimerFired(ELECTION))
    group.deliver(pairs(*"CDE"))
    assert group.machines["E"].role is not Role.LEADER


def test_planted_counting_entries_of_earlier_terms_loses_a_decision(monkeypatch):
    monkeypatch.setattr(raft.Raft, "_is_committable", lambda self, index: self.log.committed < index)
    group = play_figure_8()
    send_old_entry(group)
    assert group.values["A"] == {2: b"value of term 1"}
    take_over(group)
    assert group.get_term("E", 2) == 2 and group.machines["E"].log.committed > 2, "what A has decided is gone"


# Planted bugs of the membership. Those that need no change of it are in `planted`, and the campaign finds them


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "where", "attribute", "instead"),
    [
        ("one majority commits", Raft, "_count_stored", lambda self, stored: raft.compute_joint_committed(self.config.voters, (), stored)),
        ("no joint membership", raft, "apply_change", lambda config, change: apply_steps(replace(config, outgoing=()), change.steps)),
    ],
)
def test_planted_bugs_of_the_membership_are_found(name, where, attribute, instead, monkeypatch):
    monkeypatch.setattr(where, attribute, instead)
    cluster = make_storm(pre_vote=True, compact_after=6)
    violations = (find_violation(cluster, draw_storm(seed, changes=True)) for seed in range(2000))
    found = next((violation for violation in violations if violation), None)
    assert found is not None and found.rule in ("agreement", "linearizability")


@pytest.mark.long
@pytest.mark.parametrize("changes", [False, True])
def test_no_storm_breaks_safety(changes):
    for seed in range(40):
        cluster = make_storm(pre_vote=seed % 2 == 0, compact_after=6 if seed % 3 else 1000)
        assert find_violation(cluster, draw_storm(seed, changes=changes)) is None, seed


@pytest.mark.long
@pytest.mark.parametrize("changes", [False, True])
def test_no_storm_of_a_thousand_breaks_safety(changes):
    for seed in range(10_000, 11_000):
        cluster = make_storm(pre_vote=seed % 2 == 0, compact_after=6 if seed % 3 else 1000)
        assert find_violation(cluster, draw_storm(seed, changes=changes)) is None, seed


@pytest.mark.long
def test_no_seesaw_breaks_safety():
    assert [seed for seed in range(400) if find_on_seesaw(seed)] == []


# The golden story


def play_story():
    """Five members. The leader loses its power with a value that nobody else has, comes back, and is then cut off with one other member."""
    faults = (Crash(1000, 1900, "A", 2), Partition(2200, 3400, (("A", "D"), ("B", "C", "E"))))
    requests = (
        Request(900, "ann", "put x 1"),
        Request(1000, "bob", "put x 2"),
        Request(2900, "ann", "put x 3"),
        Request(3900, "bob", "get x"),
    )
    schedule = Schedule(4, 4300, Conditions((5, 20)), faults, requests)
    return Simulation(make_cluster("raft", "ABCDE"), schedule).run()


def test_the_story_is_the_golden_one():
    """Without heartbeats. To write it anew: MINICHAIN_REGENERATE=1 .venv/bin/python -m pytest tests/consensus/test_raft.py -k golden."""
    simulation = play_story()
    story = render(entry for entry in simulation.trace if "eartbeat" not in render([entry]))
    if os.environ.get("MINICHAIN_REGENERATE"):
        STORY.write_text(story)
    assert story == STORY.read_text()
    assert {seat.ledger.state["x"] for seat in simulation.seats.values()} == {"3"}
    assert not any("1 bob put x 2" in seat.ledger.executed for seat in simulation.seats.values())
    assert check_run(simulation) is None


# Crashes


@pytest.mark.parametrize("effects", range(6))
def test_power_may_fail_after_any_effect(effects):
    """Each member in turn, at each moment of a run with an election, values and a snapshot."""
    cluster = make_cluster("raft", "ABC")
    requests = tuple(Request(at_ms, "ann", f"put x {at_ms}") for at_ms in (900, 950, 1000, 1300, 5500))
    for member in "ABC":
        for at_ms in range(0, 1400, 70):
            schedule = Schedule(3, 6000, Conditions((5, 20)), (Crash(at_ms, at_ms + 100, member, effects),), requests)
            simulation = Simulation(cluster, schedule).run()
            broken = [violation for violation in iterate_violations(simulation) if violation.rule != "progress"]
            assert broken == [], (member, at_ms)
            assert {seat.ledger.state["x"] for seat in simulation.seats.values()} == {"5500"}, "what was asked for last"


def test_a_member_that_comes_back_has_voted_and_stored_what_it_had():
    group = Group("ABC")
    group.elect("A", "B")
    group.step("A", Submitted(b"x"))
    group.deliver(pairs(*"ABC"))
    for name in "ABC":
        before = group.machines[name]
        group.start(name)
        after = group.machines[name]
        assert (after.term, after.vote, after.log.entries) == (before.term, before.vote, before.log.entries)
    assert group.machines["B"].vote == "A"
    group.step("B", Received("C", RequestVote(group.machines["B"].term, False, 9, 9)))
    assert group.letters[-1] == ("B", "C", VoteReply(1, False, "C", False))


def test_term_and_vote_are_written_before_anything_is_sent():
    group = Group("ABC")
    effects = group.machines["B"].step(Received("A", RequestVote(3, False, 0, 0)))
    kinds = [type(effect) for effect in effects]
    assert effects[0] == Write(HardState(3, "A")) and kinds.index(Write) < kinds.index(Send)


# Members who come and go, as the ledger says


def run_changes(*operations, duration_ms=9000):
    requests = [Request(900 + 1200 * number, "ann", operation) for number, operation in enumerate(operations)]
    return Simulation(make_cluster("raft", "ABCDE"), Schedule(2, duration_ms, Conditions((5, 20)), (), tuple(requests))).run()


def test_voters_follow_the_ledger_through_a_joint_membership():
    simulation = run_changes("put x 1", "validators A,B", "put x 2", "validators C,D,E", "put x 3", "get x")
    machines = {name: seat.machine for name, seat in simulation.seats.items()}
    assert {machine.config for name, machine in machines.items() if name in "CDE"} == {Membership(("C", "D", "E"))}
    assert sum(machine.role is Role.LEADER for machine in machines.values()) == 1
    assert any(machines[name].role is Role.LEADER for name in "CDE")
    seen = [entry.record for entry in simulation.trace if isinstance(entry, Wrote)]
    changes = {entry.change for record in seen for entry in getattr(record, "entries", ()) if entry.change}
    assert LEAVE in changes
    assert {simulation.seats[name].ledger.executed["5 ann get x"].answer for name in "CDE"} == {"3"}


def test_a_leader_that_is_removed_steps_down_and_is_no_danger():
    group = Group("ABC")
    group.elect("A", "B")
    group.deliver(pairs(*"ABC"))
    group.validators = (Validator("B"), Validator("C"))
    group.step("A", Submitted(b"A shall go"))
    for _ in range(3):
        group.step("A", TimerFired(HEARTBEAT))
        group.deliver(pairs(*"ABC"))
    assert group.machines["A"].role is Role.FOLLOWER
    assert group.machines["A"].config == Membership(("B", "C"))
    group.step("A", TimerFired(ELECTION))
    assert not any(isinstance(message, RequestVote) for _, _, message in group.letters)
    group.step("A", Submitted(b"nobody hears this"))
    group.elect("B", "C")
    group.step("B", TimerFired(HEARTBEAT))
    group.deliver(pairs(*"BC"))
    assert group.machines["C"].config == Membership(("B", "C"))
    assert group.machines["C"].leader == "B"


def test_one_change_at_a_time():
    group = Group("ABC")
    group.elect("A", "B")
    group.deliver(pairs(*"ABC"))
    leader = group.machines["A"]
    leader.pending_change = leader.applied  # as if the entry that began its term were committed
    for name in "DE":
        leader.change_membership(Change((Step(Act.VOTER, name),)))
    assert [entry.change for entry in leader.log.entries if entry.change] == [Change((Step(Act.VOTER, "D"),))]


# Snapshots


def test_a_member_that_was_away_gets_a_snapshot_and_decides_every_value_in_it():
    faults = (Partition(800, 2500, (("A",), ("B", "C", "D", "E"))),)
    requests = tuple(Request(1900 + 40 * number, "ann", f"put x {number}") for number in range(12))
    simulation = Simulation(make_cluster("raft", "ABCDE"), Schedule(1, 4500, Conditions((5, 20)), faults, requests)).run()
    installed = [entry.message for entry in simulation.trace if isinstance(entry, Sent) and isinstance(entry.message, InstallSnapshot)]
    assert installed
    decided = {name: [entry.value for entry in simulation.trace if isinstance(entry, Decided) and entry.member == name] for name in "AB"}
    assert decided["A"] == decided["B"] and len(decided["A"]) >= 12
    assert len(simulation.seats["B"].machine.log.entries) < 12, "the log was not made shorter"


def test_a_snapshot_is_not_taken_for_another_member_nor_if_it_cannot_be_read():
    group = Group("ABC")
    for snapshot in (Snapshot(9, 1, Membership(("B", "C"))), Snapshot(9, 1, Membership(("A", "B", "C")), b"junk")):
        group.step("A", Received("B", InstallSnapshot(1, snapshot)))
        assert (group.machines["A"].log.last_index, group.machines["A"].config) == (0, Membership(("A", "B", "C")))


# Clients


def test_a_follower_forwards_to_its_leader_as_soon_as_it_knows_one():
    group = Group("ABC")
    group.step("B", Submitted(b"early"))
    assert not group.letters
    group.elect("A", "B")
    group.step("A", TimerFired(HEARTBEAT))
    group.deliver(pairs(*"ABC"))
    for name in "ABC":
        group.step(name, Submitted(b"x"))
    group.deliver(pairs(*"ABC"))
    group.step("A", TimerFired(HEARTBEAT))
    group.deliver(pairs(*"ABC"))
    assert [list(values.values()) for values in group.values.values()] == [[b"early", b"x"]] * 3


# Strangers


def collect_messages():
    """Return every kind of message that a rough run has."""
    trace = Simulation(make_storm(pre_vote=True, compact_after=6), draw_storm(3, changes=True)).run().trace
    messages = [entry.message for entry in trace if isinstance(entry, Sent)]
    assert {type(message) for message in messages} == set(get_args(raft_messages.RaftMessage))
    return messages


def test_every_message_and_record_survives_being_written_as_bytes():
    trace = Simulation(make_storm(pre_vote=True, compact_after=6), draw_storm(3, changes=True)).run().trace
    for entry in trace:
        value = entry.message if isinstance(entry, Sent) else entry.record if isinstance(entry, Wrote) else None
        if value is not None:
            assert decode(type(value), encode(value)) == value


def spoil(message, chance):
    """Return the message with another value, of any type, in one of its fields."""
    if is_dataclass(message) and fields(message) and chance.random() < 0.9:
        name = chance.choice([field.name for field in fields(message)])
        return replace(message, **{name: spoil(getattr(message, name), chance)})
    return chance.choice(
        [None, -1, 2**64, 2**63, True, 1.5, "x", b"x", (), (None,), (1, 2), [], {}, Entry(1), Act.VOTER, object(), message]
    )


@pytest.mark.parametrize("seed", range(4))
def test_nonsense_never_raises_and_takes_no_memory(seed):
    """Thousands of mutated messages, from members and from strangers, to members in every role; what they write can be written."""
    chance, messages, roles = Random(seed), collect_messages(), set()
    for _ in range(12):
        group = Group("ABC", pre_vote=seed % 2 == 0, check_quorum=seed < 2, compact_after=8)
        group.step("A", TimerFired(ELECTION))
        group.deliver(pairs(*"ABC"))
        for _ in range(500):
            name, message = chance.choice("ABC"), chance.choice(messages)
            roles.add(group.machines[name].role)
            message = spoil(message, chance) if chance.random() < 0.5 else mutate(message, chance, (*"ABCDE",))
            group.step(name, Received(chance.choice("ABCDE?"), message))
            if chance.random() < 0.2:
                timer = chance.choice([LEASE, ELECTION, HEARTBEAT, QUORUM, "no such timer", ("propose", 1, 0)])
                group.step(name, TimerFired(timer))
            while len(group.letters) > 50:
                sender, recipient, letter = group.letters.popleft()
                if recipient in group.machines:
                    group.step(recipient, Received(sender, letter))
            assert len(group.machines[name].votes) <= 5
        encode_all(group.records)
        for name in "ABC":
            group.start(name)
    assert roles >= {Role.FOLLOWER, Role.PRE_CANDIDATE if seed % 2 == 0 else Role.CANDIDATE, Role.LEADER}


def encode_all(records):
    for written in records.values():
        for record in written:
            encode(record)


@pytest.mark.parametrize(
    "junk", [None, 0, "x", b"", (), object(), HardState(1, None), Entry(1), Heartbeat(True, 0), AppendEntries(1, 0, 0, (Entry(2),), 0)]
)
def test_what_is_no_message_changes_nothing(junk):
    group = Group("ABC")
    before = (group.machines["A"].term, group.machines["A"].log.last_index)
    assert group.machines["A"].step(Received("B", junk)) == []
    assert (group.machines["A"].term, group.machines["A"].log.last_index) == before
