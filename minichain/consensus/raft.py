"""Raft: one leader a term orders the values, and what a majority stores is decided.

Sources: Ongaro and Ousterhout 2014 (the sections are named at the methods); Ongaro 2014 (thesis), 9.6 for the pre-vote; etcd's library for
check-quorum, for hints in refused appends, and for when a change of the membership counts: once it is committed and applied.

Safety: with n = 2f + 1 voters, no two members ever decide different values at the same index, however messages are lost, doubled or
reordered, and wherever up to all members crash and come back. It rests on six rules, each a method: one vote a term, written before it is
sent (`_is_free_to_vote`, `_finish`); votes only for a log that is at least as up to date (`_is_up_to_date`); entries only after one that
matches (`_is_match`); commitment only by counting entries of the leader's own term (`_is_committable`); majorities of both groups while
the membership changes (`_count_stored`, `_count_yes`); one change at a time (`_may_change`).
Liveness: while a majority runs and hears each other within the election timeout, one of them becomes leader, and what it takes is decided.

Raft bears crashes, not lies. A member that lies can make others decide different things, and who claims to lead can fill their logs:
`minichain.consensus.tbft` is for that. All that is promised is that no message whatever makes a member raise an exception.

A value that is `Submitted` to a follower is forwarded to the leader that it knows, or as soon as it knows one; if that leader fails, the
value may be lost, and a client asks again. A value that is in the log is not appended once more until a snapshot has taken its place.
Entries of Raft's own have indices too, so the heights of `Decide` have gaps. Voters follow the validators that `Applied` names; weights do
not count.

Simplifications: no leadership transfer, no reads without an entry, no asynchronous writes. A node adds the first two.
"""

from collections.abc import Sequence
from typing import Any, Final

from minichain.consensus.errors import ConsensusError
from minichain.consensus.machine import (
    Applied,
    Effect,
    Event,
    Received,
    SetTimer,
    Started,
    Submitted,
    TimerFired,
    Validator,
    Write,
)
from minichain.consensus.quorum import Vote, compute_joint_committed
from minichain.consensus.raft_follower import ELECTION, HEARTBEAT, LEASE, QUORUM, Follower, Role, get_names
from minichain.consensus.raft_membership import LEAVE, Change, apply_change, compute_change, get_members, is_voter
from minichain.consensus.raft_messages import (
    AppendEntries,
    AppendReply,
    Entry,
    Forward,
    Heartbeat,
    HeartbeatReply,
    InstallSnapshot,
    RequestVote,
    Snapshot,
    VoteReply,
    is_value,
    is_well_formed,
)
from minichain.consensus.raft_progress import Flow, Progress, make_progress

MOST_WAITING: Final = 1024
"""How many values wait for a leader, and how many entries for a majority, before no more are taken."""


class Raft(Follower):
    """The machine of one member: what all do (`raft_follower`), and what a leader does besides."""

    def step(self, event: Event) -> list[Effect]:
        """Take an event; apply what became committed by it."""
        match event:
            case Received(sender, message):
                if is_well_formed(message):
                    self._on_message(sender, message)
            case TimerFired(timer):
                self._on_timer(timer)
            case Submitted(value):
                self._on_value(value)
            case Applied(height, validators):
                self._on_applied(height, validators)
            case Started():
                self._on_started()
        if self.role is Role.LEADER and self.led_term < self.term:
            self._begin_term()
        self._pass_on()
        self._apply()
        return self._finish()

    # Start, timers, clients

    def _on_started(self) -> None:
        """Begin as a follower, with what the disk says."""
        if self.is_new:
            self.effects.append(Write(self.log.snapshot))
        self._decide_values(self.log.snapshot)
        self._await_leader()

    def _on_timer(self, timer: object) -> None:
        """Do what the time has come for."""
        if self.role is Role.LEADER:
            if timer == HEARTBEAT:
                self._send_heartbeats()
            elif timer == QUORUM:
                self._check_quorum()
        elif timer == LEASE:
            self._on_lease()
        elif timer == ELECTION:
            self._on_election()

    def _on_value(self, value: bytes) -> None:
        """Take a client's value into the log, or pass it on."""
        if self.role is Role.LEADER:
            if value not in self.in_log and self.log.last_index - self.log.committed < MOST_WAITING and is_value(value):
                self.in_log.add(value)
                self._propose(Entry(self.term, value))
        elif self.leader is not None:
            self._send(self.leader, Forward(value))
        elif len(self.waiting) < MOST_WAITING:
            self.waiting[value] = None

    def _pass_on(self) -> None:
        """Do with values that wait what can be done, now that there is a leader."""
        if self.waiting and self.leader is not None:
            waiting, self.waiting = self.waiting, {}
            for value in waiting:
                self._on_value(value)

    def _find_values(self) -> set[bytes]:
        """Return the values in the log."""
        return {entry.value for entry in self.log.entries if entry.value is not None}

    # Terms (section 5.1)

    def _on_message(self, sender: str, message: Any) -> None:
        """Compare terms, then do what the message asks for."""
        if isinstance(message, Forward):
            if self.role is Role.LEADER:
                self._on_value(message.value)
            return
        if self._is_of_this_term(sender, message):
            getattr(self, HANDLERS[type(message)])(sender, message)

    # The leader's side of elections

    def _begin_term(self) -> None:
        """Begin to lead with an entry of the new term, by which all before it becomes committed too (section 8)."""
        self.led_term = self.term
        self.progress = {name: Progress(self.log.last_index + 1, is_active=False) for name in get_members(self.config)}
        self.progress[self.member].replicate()
        self.progress[self.member].is_active = True
        self.in_log = self._find_values()
        self.pending_change = self.log.last_index
        self._propose(Entry(self.term))

    def _check_quorum(self) -> None:
        """Step down if no majority was heard since the last time: its members may follow somebody else by now (thesis, 6.2).

        Else go on; a snapshot that nobody has answered for so long is sent again.
        """
        active = {name: progress.is_active for name, progress in self.progress.items()}
        if self.settings.check_quorum and self._count_yes(active) is not Vote.WON:
            self._become_follower(self.term, None)
            return
        for name, progress in self.progress.items():
            progress.is_active = name == self.member
            if progress.flow is Flow.SNAPSHOT:
                progress.probe()
        self.effects.append(SetTimer(QUORUM, self.settings.election_ms))

    # The leader's side of replication (section 5.3)

    def _propose(self, entry: Entry) -> None:
        """Append an entry to the leader's log, and offer it to the others."""
        self._append(self.log.last_index, (entry,), self.log.committed)
        self.progress[self.member].on_stored(self.log.last_index)
        self._send_appends()
        if self._commit():
            self._send_appends()

    def _send_appends(self) -> None:
        """Send everybody what they lack, if only the news of what is committed."""
        for name in self.progress:
            self._send_append(name, even_empty=True)

    def _send_append(self, name: str, *, even_empty: bool) -> bool:
        """Send one member the next entries, or a snapshot if they are gone; return whether something was sent."""
        progress = self.progress[name]
        if name == self.member or progress.is_paused:
            return False
        after = progress.next - 1
        after_term = self.log.get_term(after)
        if after_term is None:
            return self._send_snapshot(name, progress)
        is_full = progress.flow is Flow.REPLICATE and progress.is_full(self.settings.most_in_flight)
        entries = () if is_full else self.log.get_entries(progress.next, self.settings.most_entries)
        if not entries and not even_empty:
            return False
        self._send(name, AppendEntries(self.term, after, after_term, entries, self.log.committed))
        progress.on_sent(len(entries), self.log.committed, self.settings.most_in_flight)
        return True

    def _send_heartbeats(self) -> None:
        """Say that the leader lives. What the others are not known to store is not called committed: they may hold something else there."""
        for name, progress in self.progress.items():
            if name != self.member:
                committed = min(progress.match, self.log.committed)
                self._send(name, Heartbeat(self.term, committed))
                progress.sent_committed = committed
        self.effects.append(SetTimer(HEARTBEAT, self.settings.heartbeat_ms))

    def _get_progress(self, sender: str) -> Progress | None:
        """Return what we, if we lead, know of another member."""
        return self.progress.get(sender) if self.role is Role.LEADER and sender != self.member else None

    def _on_append_reply(self, sender: str, reply: AppendReply) -> None:
        """Learn how far a member's log is the leader's."""
        progress = self._get_progress(sender)
        if progress is None or reply.index > self.log.last_index:
            return
        progress.is_active = True
        if reply.is_refused:
            hint = self.log.find_hint(reply.hint, reply.hint_term)[0] if reply.hint_term else reply.hint
            if progress.on_refused(reply.index, hint):
                self._send_append(sender, even_empty=True)
        elif progress.on_stored(reply.index):
            if progress.flow is Flow.PROBE or (progress.flow is Flow.SNAPSHOT and progress.match >= self.log.snapshot.index):
                progress.replicate()
            if self._commit():
                self._send_appends()
            elif progress.sent_committed < min(self.log.committed, progress.next - 1):
                self._send_append(sender, even_empty=True)
            while self._send_append(sender, even_empty=False):
                pass

    def _on_heartbeat_reply(self, sender: str, reply: HeartbeatReply) -> None:
        """Go on with a member that is alive, and try again what it may have missed."""
        progress = self._get_progress(sender)
        if progress is not None:
            progress.is_active, progress.is_waiting = True, False
            if progress.match < self.log.last_index or progress.flow is Flow.PROBE:
                self._send_append(sender, even_empty=True)

    def _commit(self) -> bool:
        """Commit what majorities store; return whether that is more than before (sections 5.3 and 5.4.2)."""
        index = self._count_stored({name: progress.match for name, progress in self.progress.items()})
        if not self._is_committable(index):
            return False
        self.log.committed = int(index)
        return True

    def _count_stored(self, stored: dict[str, int]) -> float:
        """Return the index up to which a majority stores the log, and a majority of the old voters too if the membership is joint."""
        return compute_joint_committed(self.config.voters, self.config.outgoing, stored)

    def _is_committable(self, index: float) -> bool:
        """Return whether what is stored so far is committed by that: only if it ends with an entry of this term (figure 8)."""
        return self.log.committed < index <= self.log.last_index and self.log.get_term(int(index)) == self.term

    # What is committed

    def _apply(self) -> None:
        """Decide the values that became committed, and let changes of the membership count."""
        while self.applied < self.log.committed:
            self.applied += 1
            entry = self.log.get_entry(self.applied)
            if entry.value is not None:
                self._decide(self.applied, entry.value)
            elif entry.change is not None:
                self._apply_change(entry.change)
            self._leave_joint()
        self._follow_validators()

    def _on_applied(self, height: int, validators: Sequence[Validator]) -> None:
        """Note that a value is executed; drop the log that is behind it if there is much of it (section 7)."""
        self.executed = max(self.executed, height)
        self.wanted = get_names(validators)
        if self.applied - self.log.snapshot.index >= self.settings.compact_after:
            snapshot = self._make_snapshot()
            if snapshot is not self.log.snapshot:
                self._restore(snapshot)
                self.in_log = self._find_values()

    # Snapshots (section 7)

    def _make_snapshot(self) -> Snapshot:
        """Return a snapshot of all that is applied; the last one again while something that was decided is not executed yet."""
        if self.executed != self.decided:
            return self.log.snapshot
        return Snapshot(self.applied, self.log.get_term(self.applied) or 0, self.config, self.archive.make_content())

    def _send_snapshot(self, name: str, progress: Progress) -> bool:
        """Send a snapshot to a member that lives and lacks what is no longer in the log."""
        if not progress.is_active:
            return False
        snapshot = self._make_snapshot()
        progress.await_snapshot(snapshot.index)
        self._send(name, InstallSnapshot(self.term, snapshot))
        return True

    # The membership (section 6; thesis, chapter 4)

    def change_membership(self, change: Change) -> list[Effect]:
        """Take a change from whoever drives this machine, besides those that the ledger asks for."""
        self._propose_change(change)
        self._apply()
        return self._finish()

    def _propose_change(self, change: Change) -> None:
        """Append a change to the leader's log, if it is its time: the one before is applied, and a joint membership is left first."""
        if self.role is Role.LEADER and self._may_change(change):
            self.pending_change = self.log.last_index + 1
            self._propose(Entry(self.term, change=change))

    def _may_change(self, change: Change) -> bool:
        """Return whether no other change is pending, and a joint membership is what this one leaves, or does not enter again."""
        return self.pending_change <= self.applied and bool(self.config.outgoing) == (change == LEAVE)

    def _apply_change(self, change: Change) -> None:
        """Let a committed change count. One that breaks a rule changes nothing, on any member."""
        try:
            self.config = apply_change(self.config, change)
        except ConsensusError:
            return
        if self.role is not Role.LEADER:
            return
        self.progress = make_progress(self.config, self.progress, self.log.last_index)
        if not is_voter(self.config, self.member):
            self._become_follower(self.term, None)
        elif self._commit():
            self._send_appends()
        else:
            for name in self.progress:
                self._send_append(name, even_empty=False)

    def _leave_joint(self) -> None:
        """Leave a joint membership as soon as it counts, if it is to be left by itself."""
        if self.role is Role.LEADER and self.config.auto_leave:
            self._propose_change(LEAVE)

    def _follow_validators(self) -> None:
        """Propose to let exactly those vote whom the ledger names, once all that was decided is executed."""
        if self.role is not Role.LEADER or not self.wanted or self.wanted == self.config.voters:
            return
        if self.executed == self.decided and not self.config.outgoing:
            self._propose_change(compute_change(self.config, self.wanted))


HANDLERS: Final[dict[type, str]] = {
    RequestVote: "_on_request_vote",
    VoteReply: "_on_vote_reply",
    AppendEntries: "_on_append",
    AppendReply: "_on_append_reply",
    Heartbeat: "_on_heartbeat",
    HeartbeatReply: "_on_heartbeat_reply",
    InstallSnapshot: "_on_install",
}
