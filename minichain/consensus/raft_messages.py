"""What Raft's members send each other, and what each keeps on its disk.

Source: Ongaro and Ousterhout 2014, figures 2 and 13, with the hints of etcd's library in a refused append. A message carries the term of
its sender; whoever sees a newer one than its own steps back.

Whatever was received is a stranger's: `is_well_formed` holds every field against its hint before anything is done with it (`untrusted`).
That keeps a member from falling over, and no more: Raft believes what well-formed messages say.

Simplifications: a snapshot is one message. Production systems send it in pieces, and beside the other messages.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from minichain.consensus.raft_membership import Change, Membership
from minichain.consensus.untrusted import AtMost, make_check

Number = Annotated[int, AtMost(2**63)]
"""A term or an index: strangers' are not larger, so that ours never outgrow 64 bits."""
Value = Annotated[bytes, AtMost(1 << 23)]
"""A client's value."""
MOST_ENTRIES: Final = 256
"""How many entries a stranger's message may hold."""


@dataclass(frozen=True)
class Entry:
    """One place in the log: a client's value, or a change of the membership, or neither, with which a new leader begins its term."""

    term: Number
    value: Value | None = None
    change: Change | None = None

    def is_consistent(self) -> bool:
        """Return whether it is not both."""
        return self.value is None or self.change is None


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

    index: Number
    term: Number
    config: Membership
    content: bytes = b""
    """All that was decided up to there (see `raft_snapshot`)."""


RaftRecord = HardState | Appended | Snapshot


# Messages


@dataclass(frozen=True)
class RequestVote:
    """A candidate asks for a vote, or before it becomes one, whether it would get it: a pre-vote, for the term after its own."""

    term: Number
    is_trial: bool
    last_index: Number
    last_term: Number


@dataclass(frozen=True)
class VoteReply:
    """The answer to a candidate. Granted, it has the term that was asked for; refused, the voter's own."""

    term: Number
    is_trial: bool
    candidate: str
    is_granted: bool


@dataclass(frozen=True)
class AppendEntries:
    """The leader's entries after the index `after`, whose term is `after_term`, and how far its log is committed."""

    term: Number
    after: Number
    after_term: Number
    entries: Annotated[tuple[Entry, ...], AtMost(MOST_ENTRIES)]
    committed: Number

    def is_consistent(self) -> bool:
        """Return whether a leader of this term can have these entries."""
        return all(entry.term <= self.term for entry in self.entries)


@dataclass(frozen=True)
class AppendReply:
    """The log is the leader's up to `index`; or the append after `index` is refused, and may fit after `hint`."""

    term: Number
    index: Number
    is_refused: bool = False
    hint: Number = 0
    hint_term: Number = 0
    """The term of the refusing member's entry at `hint`; 0 if it has none."""


@dataclass(frozen=True)
class Heartbeat:
    """The leader lives. `committed` is not beyond what the recipient is known to store."""

    term: Number
    committed: Number


@dataclass(frozen=True)
class HeartbeatReply:
    """A follower lives."""

    term: Number


@dataclass(frozen=True)
class InstallSnapshot:
    """The recipient lacks what the leader's log no longer has."""

    term: Number
    snapshot: Snapshot

    def is_consistent(self) -> bool:
        """Return whether a leader of this term can have this snapshot. What its content says is for the application to read."""
        return self.snapshot.term <= self.term


@dataclass(frozen=True)
class Forward:
    """A follower passes a client's value on to its leader."""

    value: Value


FROM_LEADER: Final = (AppendEntries, Heartbeat, InstallSnapshot)

RaftMessage = RequestVote | VoteReply | AppendEntries | AppendReply | Heartbeat | HeartbeatReply | InstallSnapshot | Forward


is_well_formed: Final = make_check(RaftMessage)
"""Whether something a stranger sent is a message, with fields of the right types and within bounds."""
is_value: Final = make_check(Value)
"""Whether something can be a client's value."""
