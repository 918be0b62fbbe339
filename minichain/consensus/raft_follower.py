"""What every member of Raft does: it keeps to its term, waits for a leader, stands for election, votes, and follows.

Sources: Ongaro and Ousterhout 2014, sections 5.1 to 5.4.1; the pre-vote is from Ongaro 2014 (thesis), 9.6, check-quorum from etcd.

A member votes once a term, and only for a log that is at least as up to date as its own. Two majorities share a member, so no term has two
leaders; and what a majority stores is in the log of every later leader, because one of its voters had it. Before a member begins a new
term it asks whether it would win (pre-vote), so that one that was cut off does not unseat a leader when it comes back. Members that hear
a leader turn down who wants to replace it (check-quorum; thesis, 4.2.3), and a leader that hears no majority steps down (in `raft`).

Simplifications: none of the rules. A machine has no clock, so a leader is waited for in two parts: the election timeout, in which nobody
else gets a vote, and then a time by chance, so that members do not all stand for election at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Any, Final

from minichain.consensus.machine import CancelTimer, Decide, Effect, Send, SetTimer, Validator, Write
from minichain.consensus.quorum import Vote, compute_joint_vote
from minichain.consensus.raft_log import read_records
from minichain.consensus.raft_membership import Membership, is_voter, sort_names
from minichain.consensus.raft_messages import (
    FROM_LEADER,
    Appended,
    AppendEntries,
    AppendReply,
    Entry,
    HardState,
    Heartbeat,
    HeartbeatReply,
    InstallSnapshot,
    RaftMessage,
    RaftRecord,
    RequestVote,
    Snapshot,
    VoteReply,
)
from minichain.consensus.raft_progress import Progress
from minichain.consensus.raft_snapshot import Archive

LEASE: Final = "lease"
"""No leader was heard for the election timeout."""
ELECTION: Final = "election"
"""It is time to stand for election."""
HEARTBEAT: Final = "heartbeat"
QUORUM: Final = "quorum"


class Role(Enum):
    """What a member is in its term."""

    FOLLOWER = "follower"
    PRE_CANDIDATE = "pre-candidate"
    CANDIDATE = "candidate"
    LEADER = "leader"


@dataclass(frozen=True)
class RaftSettings:
    """What the members have agreed on."""

    election_ms: int = 400
    """How long a leader may be silent. Several heartbeats and round trips fit into it."""
    heartbeat_ms: int = 80
    pre_vote: bool = True
    check_quorum: bool = True
    most_entries: int = 64
    """How many entries an append has."""
    most_in_flight: int = 32
    """How many appends a follower is sent before it has answered one."""
    compact_after: int = 64
    """After how many entries a snapshot takes their place."""


class Follower:
    """A member that does not lead, whose ledger has executed all that was decided up to `height`."""

    def __init__(
        self,
        settings: RaftSettings,
        member: str,
        validators: Sequence[Validator],
        archive: Archive,
        records: Sequence[RaftRecord],
        random: Random,
        height: int,
    ) -> None:
        self.settings = settings
        self.member = member
        self.archive = archive
        self.random = random
        self.effects: list[Effect] = []
        self.wanted = get_names(validators)
        """Who should vote, as the ledger says; nobody if whoever drives this machine changes members by himself."""
        self.executed = self.decided = height
        """The height of the last value that was executed, and of the last one that was decided here."""

        # Persistent state (figure 2)
        self.is_new = not records
        self.written, self.log = read_records(records, Membership(self.wanted))
        self.term, self.vote = self.written.term, self.written.vote

        # Volatile state
        self.log.committed = max(self.log.committed, min(height, self.log.last_index))
        self.applied = self.log.snapshot.index
        """All up to here counts: values are decided, and changes of the membership are in force."""
        self.config = self.log.snapshot.config
        self.role = Role.FOLLOWER
        self.leader: str | None = None
        self.is_fresh = False
        """Whether the election timeout has not passed since the leader was heard, or a vote given."""
        self.votes: dict[str, bool] = {}
        self.waiting: dict[bytes, None] = {}
        """Values for a leader that is not known yet, in their order."""

        # Volatile state on leaders, made anew by each (`raft`)
        self.led_term = 0
        """The last term that this member led. What follows belongs to it."""
        self.progress: dict[str, Progress] = {}
        self.in_log: set[bytes] = set()
        """The values that a leader does not append again."""
        self.pending_change = 0
        """No change of the membership is proposed before the entry at this index is applied."""

    def _finish(self) -> list[Effect]:
        """Return what is to be done. Term and vote are on the disk before anything else happens that rests on them."""
        effects, self.effects = self.effects, []
        state = self.written
        if (self.term, self.vote) != (state.term, state.vote):
            self.written = HardState(self.term, self.vote)
            effects.insert(0, Write(self.written))
        return effects

    def _send(self, recipient: str, message: RaftMessage) -> None:
        self.effects.append(Send(recipient, message))

    def _append(self, after: int, entries: tuple[Entry, ...], committed: int) -> None:
        """Store entries after an index, on the disk too."""
        self.log.append(after, entries)
        self.effects.append(Write(Appended(after, entries, committed)))

    def _restore(self, snapshot: Snapshot) -> None:
        """Let a snapshot take the place of what it stands for, on the disk too."""
        self.log.restore(snapshot)
        self.effects.append(Write(snapshot))

    # Terms (section 5.1)

    def _is_of_this_term(self, sender: str, message: Any) -> bool:
        """Step back if the message's term is newer than ours; return False if there is nothing more to do with it."""
        if message.term > self.term:
            if isinstance(message, RequestVote) and self._has_leader():
                return False
            if not self._is_trial_of_later_term(message):
                self._become_follower(message.term, sender if isinstance(message, FROM_LEADER) else None)
        elif message.term < self.term:
            self._on_old_term(sender, message)
            return False
        return True

    def _has_leader(self) -> bool:
        """Return whether a leader was heard so lately that nobody should want another one (thesis, 4.2.3)."""
        if not self.settings.check_quorum:
            return False
        return self.role is Role.LEADER or (self.leader is not None and self.is_fresh)

    def _is_trial_of_later_term(self, message: RaftMessage) -> bool:
        """Return whether the message's term is one that its sender only thinks of, so that it changes nobody's."""
        if isinstance(message, RequestVote):
            return message.is_trial
        return isinstance(message, VoteReply) and message.is_trial and message.is_granted

    def _on_old_term(self, sender: str, message: RaftMessage) -> None:
        """Tell a leader of an earlier term, or who tries a vote, that time went on; its messages would be ignored for ever."""
        if isinstance(message, AppendEntries | Heartbeat) and (self.settings.check_quorum or self.settings.pre_vote):
            self._send(sender, AppendReply(self.term, 0))
        elif isinstance(message, RequestVote) and message.is_trial:
            self._send(sender, VoteReply(self.term, True, sender, False))

    def _become_follower(self, term: int, leader: str | None) -> None:
        """Follow a leader, or nobody yet. A new term begins without a vote."""
        if term != self.term:
            self.term, self.vote = term, None
        if self.role is Role.LEADER:
            self.effects += [CancelTimer(HEARTBEAT), CancelTimer(QUORUM)]
        self.role, self.leader = Role.FOLLOWER, leader
        self.votes = {}
        self._await_leader()

    def _await_leader(self) -> None:
        """Wait for a leader as long as one may be silent."""
        self.is_fresh = True
        self.effects += [CancelTimer(ELECTION), SetTimer(LEASE, self.settings.election_ms)]

    def _on_lease(self) -> None:
        """The leader was silent for too long: wait a little more, by chance."""
        self.is_fresh = False
        self.effects.append(SetTimer(ELECTION, 1 + self.random.randrange(self.settings.election_ms)))

    def _on_election(self) -> None:
        """Stand for election, if we vote at all."""
        if is_voter(self.config, self.member):
            self._campaign(is_trial=self.settings.pre_vote)
        else:
            self._await_leader()

    # Elections (sections 5.2 and 5.4.1; pre-vote: thesis 9.6)

    def _campaign(self, *, is_trial: bool) -> None:
        """Ask everybody for a vote, or whether they would give one."""
        self.leader, self.is_fresh = None, False
        self.votes = {self.member: True}
        if is_trial:
            self.role = Role.PRE_CANDIDATE
        else:
            self.role = Role.CANDIDATE
            self.term, self.vote = self.term + 1, self.member
        delay_ms = self.settings.election_ms + self.random.randrange(self.settings.election_ms)
        self.effects += [CancelTimer(LEASE), SetTimer(ELECTION, delay_ms)]
        request = RequestVote(self.term + is_trial, is_trial, self.log.last_index, self.log.last_term)
        for name in sorted({*self.config.voters, *self.config.outgoing} - {self.member}):
            self._send(name, request)
        self._count_votes()

    def _on_request_vote(self, sender: str, request: RequestVote) -> None:
        """Answer a candidate: one vote a term, and only for a log that has all that is committed. `_finish` has it written first."""
        if not (self._is_free_to_vote(sender, request) and self._is_up_to_date(request)):
            self._send(sender, VoteReply(self.term, request.is_trial, sender, False))
            return
        self._send(sender, VoteReply(request.term, request.is_trial, sender, True))
        if not request.is_trial:
            self.vote = sender
            self._await_leader()

    def _is_free_to_vote(self, candidate: str, request: RequestVote) -> bool:
        """Return whether we have not voted for somebody else in this term; a trial is for the next one."""
        return self.vote == candidate or (self.vote is None and self.leader is None) or request.term > self.term

    def _is_up_to_date(self, request: RequestVote) -> bool:
        """Return whether the candidate's log is at least as up to date as ours: the later last term, then the longer log."""
        return (request.last_term, request.last_index) >= (self.log.last_term, self.log.last_index)

    def _on_vote_reply(self, sender: str, reply: VoteReply) -> None:
        """Count an answer, if it is to what was asked last."""
        is_trial = self.role is Role.PRE_CANDIDATE
        if self.role not in (Role.CANDIDATE, Role.PRE_CANDIDATE) or reply.is_trial is not is_trial:
            return
        if is_voter(self.config, sender) and reply.term == self.term + (is_trial and reply.is_granted):
            self.votes.setdefault(sender, reply.is_granted)
            self._count_votes()

    def _count_votes(self) -> None:
        """Go on when the vote is decided."""
        result = self._count_yes(self.votes)
        if result is Vote.LOST:
            self._become_follower(self.term, None)
        elif result is Vote.WON and self.role is Role.PRE_CANDIDATE:
            self._campaign(is_trial=False)
        elif result is Vote.WON:
            self._become_leader()

    def _count_yes(self, votes: Mapping[str, bool]) -> Vote:
        """Return whether a majority says yes, and a majority of the old voters too if the membership is joint."""
        return compute_joint_vote(self.config.voters, self.config.outgoing, votes)

    def _become_leader(self) -> None:
        """Lead. What a leader does first is `raft`'s."""
        self.role, self.leader = Role.LEADER, self.member
        self.effects += [
            CancelTimer(ELECTION),
            SetTimer(QUORUM, self.settings.election_ms),
            SetTimer(HEARTBEAT, self.settings.heartbeat_ms),
        ]

    # Following a leader (section 5.3)

    def _is_from_leader(self, sender: str) -> bool:
        """Take who speaks as leader in this term for one, and wait for it anew; return False if we lead ourselves, for then it lies."""
        if self.role is Role.LEADER:
            return False
        if self.role is Role.FOLLOWER:
            self.leader = sender
            self._await_leader()
        else:
            self._become_follower(self.term, sender)
        return True

    def _on_append(self, sender: str, message: AppendEntries) -> None:
        """Take a leader's entries if they follow one that matches ours; else say from where on they might."""
        if not self._is_from_leader(sender):
            return
        if message.after < self.log.committed:
            self._send(sender, AppendReply(self.term, self.log.committed))
        elif not self._is_match(message):
            hint, hint_term = self.log.find_hint(message.after, message.after_term)
            self._send(sender, AppendReply(self.term, message.after, True, hint, hint_term))
        else:
            known = self.log.find_new(message.after, message.entries)
            last = message.after + len(message.entries)
            committed = max(self.log.committed, min(message.committed, last))
            if known < len(message.entries):
                self._append(message.after + known, message.entries[known:], committed)
            self.log.committed = committed
            self._send(sender, AppendReply(self.term, last))

    def _is_match(self, message: AppendEntries) -> bool:
        """Return whether the entry that the new ones follow is in our log too."""
        return self.log.get_term(message.after) == message.after_term

    def _on_heartbeat(self, sender: str, message: Heartbeat) -> None:
        """Say that we live."""
        if self._is_from_leader(sender):
            self.log.committed = max(self.log.committed, min(message.committed, self.log.last_index))
            self._send(sender, HeartbeatReply(self.term))

    # Snapshots, and what is decided (section 7)

    def _on_install(self, sender: str, message: InstallSnapshot) -> None:
        """Take a snapshot if it says more than we know."""
        if not self._is_from_leader(sender):
            return
        snapshot = message.snapshot
        if snapshot.index > self.log.committed:
            if self.log.get_term(snapshot.index) == snapshot.term:
                self.log.committed = snapshot.index
            else:
                self._install(snapshot)
        self._send(sender, AppendReply(self.term, self.log.committed))

    def _install(self, snapshot: Snapshot) -> None:
        """Let a snapshot take the log's place, unless it is not for us or cannot be read."""
        is_ours = is_voter(snapshot.config, self.member) or self.member in snapshot.config.learners
        if is_ours and self.archive.read_content(snapshot.content) is not None:
            self._restore(snapshot)
            self.config, self.applied = snapshot.config, snapshot.index
            self._decide_values(snapshot)

    def _decide_values(self, snapshot: Snapshot) -> None:
        """Decide what a snapshot stands for and was not decided here."""
        for height, value in self.archive.read_content(snapshot.content) or ():
            if height <= snapshot.index:
                self._decide(height, value)

    def _decide(self, height: int, value: bytes) -> None:
        """Decide a value, unless that was done before a crash."""
        if height > self.decided:
            self.decided = height
            self.effects.append(Decide(height, value))


def get_names(validators: Sequence[Validator]) -> tuple[str, ...]:
    """Return who votes. Weights do not count in Raft."""
    return sort_names([validator.member for validator in validators])
