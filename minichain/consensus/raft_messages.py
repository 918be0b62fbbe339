"""What Raft's members send each other, and what each keeps on its disk.

Source: Ongaro and Ousterhout 2014, figures 2 and 13, with the hints of etcd's library in a refused append. A message carries the term of
its sender; whoever sees a newer one than its own steps back.

Whatever was received is a stranger's: `is_well_formed` looks at every field before anything is done with it. That keeps a member from
falling over, and no more: Raft believes what well-formed messages say.

Simplifications: a snapshot is one message. Production systems send it in pieces, and beside the other messages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from minichain.consensus.raft_membership import Act, Change, Membership, Step, Transition

LARGEST_NUMBER: Final = 2**63
"""Terms and indices of strangers are not larger, so that ours never outgrow 64 bits."""
LARGEST_VALUE: Final = 1 << 23
MOST_ENTRIES: Final = 256
"""How many entries a stranger's message may hold."""
MOST_MEMBERS: Final = 256


@dataclass(frozen=True)
class Entry:
    """One place in the log: a client's value, or a change of the membership, or neither, with which a new leader begins its term."""

    term: int
    value: bytes | None = None
    change: Change | None = None


# Records


@dataclass(frozen=True)
class HardState:
    """What a member must never forget: its term, and whom it voted for in it."""

    term: int
    vote: str | None


@dataclass(frozen=True)
class Appended:
    """Entries were stored after the index `after`; what stood there before is void.

    `committed` is what the member knew of then. A leader proposes a change of the membership only when the one before is committed; so
    whoever stores a change still knows after a crash that the one before it counts, and does not stand for election among voters of old.
    """

    after: int
    entries: tuple[Entry, ...]
    committed: int


@dataclass(frozen=True)
class Snapshot:
    """What stands for the log up to `index`, whose last entry had the term `term`. A log begins with one, be it of nothing."""

    index: int
    term: int
    config: Membership
    content: bytes = b""
    """All that was decided up to there (see `raft_snapshot`)."""


RaftRecord = HardState | Appended | Snapshot


# Messages


@dataclass(frozen=True)
class RequestVote:
    """A candidate asks for a vote, or before it becomes one, whether it would get it: a pre-vote, for the term after its own."""

    term: int
    is_trial: bool
    last_index: int
    last_term: int


@dataclass(frozen=True)
class VoteReply:
    """The answer to a candidate. Granted, it has the term that was asked for; refused, the voter's own."""

    term: int
    is_trial: bool
    candidate: str
    is_granted: bool


@dataclass(frozen=True)
class AppendEntries:
    """The leader's entries after the index `after`, whose term is `after_term`, and how far its log is committed."""

    term: int
    after: int
    after_term: int
    entries: tuple[Entry, ...]
    committed: int


@dataclass(frozen=True)
class AppendReply:
    """The log is the leader's up to `index`; or the append after `index` is refused, and may fit after `hint`."""

    term: int
    index: int
    is_refused: bool = False
    hint: int = 0
    hint_term: int = 0
    """The term of the refusing member's entry at `hint`; 0 if it has none."""


@dataclass(frozen=True)
class Heartbeat:
    """The leader lives. `committed` is not beyond what the recipient is known to store."""

    term: int
    committed: int


@dataclass(frozen=True)
class HeartbeatReply:
    """A follower lives."""

    term: int


@dataclass(frozen=True)
class InstallSnapshot:
    """The recipient lacks what the leader's log no longer has."""

    term: int
    snapshot: Snapshot


@dataclass(frozen=True)
class Forward:
    """A follower passes a client's value on to its leader."""

    value: bytes


FROM_LEADER: Final = (AppendEntries, Heartbeat, InstallSnapshot)

RaftMessage = RequestVote | VoteReply | AppendEntries | AppendReply | Heartbeat | HeartbeatReply | InstallSnapshot | Forward


# What a stranger may send


def is_well_formed(message: Any) -> bool:
    """Return whether a message is one of ours, with fields of the right types and within bounds."""
    check = CHECKS.get(type(message))
    return check is not None and check(message)


def are_numbers(*values: Any) -> bool:
    """Return whether all are terms or indices."""
    return all(type(value) is int and 0 <= value <= LARGEST_NUMBER for value in values)


def is_value(value: Any) -> bool:
    """Return whether this can be a client's value."""
    return type(value) is bytes and len(value) <= LARGEST_VALUE


def are_names(names: Any) -> bool:
    """Return whether this is a tuple of different names in order."""
    if type(names) is not tuple or len(names) > MOST_MEMBERS or not all(type(name) is str for name in names):
        return False
    return all(one < next_one for one, next_one in pairwise(names))


def is_change(change: Any) -> bool:
    """Return whether this can be a change of the membership."""
    if type(change) is not Change or type(change.transition) is not Transition:
        return False
    steps = change.steps
    if type(steps) is not tuple or len(steps) > MOST_MEMBERS:
        return False
    return all(type(step) is Step and type(step.act) is Act and type(step.member) is str for step in steps)


def is_entry(entry: Any, latest_term: int) -> bool:
    """Return whether this can stand in the log of a leader of the term `latest_term`."""
    if type(entry) is not Entry or type(entry.term) is not int or not 0 <= entry.term <= latest_term:
        return False
    if entry.change is not None:
        return entry.value is None and is_change(entry.change)
    return entry.value is None or is_value(entry.value)


def is_append(message: Any) -> bool:
    """Return whether the entries can be appended."""
    if not are_numbers(message.term, message.after, message.after_term, message.committed):
        return False
    entries = message.entries
    return type(entries) is tuple and len(entries) <= MOST_ENTRIES and all(is_entry(entry, message.term) for entry in entries)


def is_vote_reply(reply: Any) -> bool:
    """Return whether this can be the answer to a candidate."""
    return are_numbers(reply.term) and type(reply.candidate) is str and type(reply.is_trial) is bool and type(reply.is_granted) is bool


def is_append_reply(reply: Any) -> bool:
    """Return whether this can be the answer to an append."""
    return are_numbers(reply.term, reply.index, reply.hint, reply.hint_term) and type(reply.is_refused) is bool


def is_install(message: InstallSnapshot) -> bool:
    """Return whether the snapshot has the right shape. What its content says is for the application to read."""
    snapshot: Any = message.snapshot
    if type(snapshot) is not Snapshot or not are_numbers(message.term, snapshot.index, snapshot.term):
        return False
    return snapshot.term <= message.term and is_config(snapshot.config) and type(snapshot.content) is bytes


def is_config(config: Any) -> bool:
    """Return whether this can be a configuration."""
    if type(config) is not Membership or type(config.auto_leave) is not bool:
        return False
    return all(are_names(names) for names in (config.voters, config.outgoing, config.learners, config.learners_next))


CHECKS: Final[dict[type, Callable[[Any], bool]]] = {
    RequestVote: lambda ask: are_numbers(ask.term, ask.last_index, ask.last_term) and type(ask.is_trial) is bool,
    VoteReply: is_vote_reply,
    AppendEntries: is_append,
    AppendReply: is_append_reply,
    Heartbeat: lambda beat: are_numbers(beat.term, beat.committed),
    HeartbeatReply: lambda reply: are_numbers(reply.term),
    InstallSnapshot: is_install,
    Forward: lambda forward: is_value(forward.value),
}
