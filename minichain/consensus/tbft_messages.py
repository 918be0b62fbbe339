"""What the members of TBFT say to each other, and what they write down first.

Source: Buchman, Kwon and Milosevic 2018, "The latest gossip on BFT consensus", algorithm 1. Its three messages are here

    <PROPOSAL, h, r, v, vr>    Proposal, with a vote of kind PROPOSAL that names id(v) and vr
    <PREVOTE, h, r, id(v)>     Vote of kind PREVOTE
    <PRECOMMIT, h, r, id(v)>   Vote of kind PRECOMMIT

and nil, as well as the paper's round -1, is None. What is signed is always a `Statement`: kind, height, round, id and vr.

The paper trusts gossip to bring every message to everybody in the end. Here networks lose messages, so members say where they stand
(`Status`), and are told what they lack: what others have heard (`Heard`), or what is decided already (`Decisions`).

Simplifications: `Status` names no votes, so whoever answers sends all votes of a round. Tendermint tells its peers by bit arrays which
votes it holds, and cuts blocks into parts that travel one by one.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property, lru_cache
from typing import Annotated, Final

from minichain.consensus.untrusted import AtMost, make_check
from minichain.ledger.encoding import encode

Number = Annotated[int, AtMost(2**63)]
"""A height or a round."""
Id = Annotated[bytes, AtMost(256)]
"""The hash of a value."""
Value = Annotated[bytes, AtMost(1 << 23)]
Name = Annotated[str, AtMost(256), str.isprintable]
"""A member or a transaction. What is printable can also be spelled in UTF-8."""
Signature = Annotated[bytes, AtMost(256)]
MOST_VOTES: Final = 4096
"""How many votes one message may hold."""
MOST_PROPOSALS: Final = 4
"""How many proposals one message may pass on, or name."""
MOST_DROPPED: Final = 64
"""How many transactions one drop vote may name."""
MOST_DECISIONS: Final = 16
"""How many decided values one message may hold."""


class Kind(IntEnum):
    """What a statement is."""

    PROPOSAL = 1
    PREVOTE = 2
    PRECOMMIT = 3
    DROP = 4

    def __str__(self) -> str:
        """Return the name that stories are told with."""
        return self.name.lower()


class Step(IntEnum):
    """The paper's step_p; PAUSE is between two heights."""

    PAUSE = 0
    PROPOSE = 1
    PREVOTE = 2
    PRECOMMIT = 3

    def __str__(self) -> str:
        """Return the name that stories are told with."""
        return self.name.lower()


# What is signed


@dataclass(frozen=True)
class Statement:
    """A proposal, a prevote or a precommit, as it is signed."""

    kind: Kind
    height: int
    round: int
    id: bytes | None
    valid_round: int | None


@lru_cache(maxsize=1024)  # whoever signs a vote checks it too, and all others vote alike
def make_statement(kind: Kind, height: int, r: int, value_id: bytes | None, valid_round: int | None) -> bytes:
    """Return the bytes that are signed."""
    return encode(Statement(kind, height, r, value_id, valid_round))


@dataclass(frozen=True)
class DropStatement:
    """A drop vote, as it is signed."""

    kind: Kind
    height: int
    transactions: tuple[str, ...]


# Messages


@dataclass(frozen=True)
class Vote:
    """A signed statement. A proposal has one too, so whoever proposes twice is caught like somebody who votes twice."""

    kind: Kind
    height: Number
    round: Number
    id: Id | None
    """The hash of the value, or None: nil."""
    member: Name
    signature: Signature = field(repr=False)
    valid_round: Number | None = field(default=None, repr=False)
    """The paper's vr, in a proposal."""

    @cached_property
    def statement(self) -> bytes:
        """What the member has signed."""
        return make_statement(self.kind, self.height, self.round, self.id, self.valid_round)

    def is_consistent(self) -> bool:
        """Return whether a proposal is for a value, and nothing else names an earlier round."""
        if self.kind is Kind.PROPOSAL:
            return self.id is not None and (self.valid_round is None or self.valid_round < self.round)
        return self.kind is not Kind.DROP and self.valid_round is None


Votes = Annotated[tuple[Vote, ...], AtMost(MOST_VOTES)]


@dataclass(frozen=True)
class Proposal:
    """A value for a round, and if it comes from an earlier round the proof of lock: more than two thirds of that round's prevotes."""

    vote: Vote
    value: Value
    polka: Votes = ()

    def is_consistent(self) -> bool:
        """Return whether its vote is one that proposes."""
        return self.vote.kind is Kind.PROPOSAL


@dataclass(frozen=True)
class DropVote:
    """Transactions that did something else when this member executed them: they may not be deterministic."""

    height: Number
    transactions: Annotated[tuple[Name, ...], AtMost(MOST_DROPPED)]
    member: Name
    signature: Signature = field(repr=False)

    @cached_property
    def statement(self) -> bytes:
        """What the member has signed."""
        return encode(DropStatement(Kind.DROP, self.height, self.transactions))


@dataclass(frozen=True)
class Status:
    """Where a member stands and waits: it has the proposals with these ids, and is glad of everything else of its round."""

    height: Number
    round: Number
    proposals: Annotated[tuple[Id, ...], AtMost(MOST_PROPOSALS)]


@dataclass(frozen=True)
class Heard:
    """Votes and proposals of anybody, passed on."""

    votes: Votes
    proposals: Annotated[tuple[Proposal, ...], AtMost(MOST_PROPOSALS)] = ()


@dataclass(frozen=True)
class Commit:
    """More than two thirds of the precommits of one round are for this value: the proof that it is decided."""

    height: Number
    round: Number
    id: Id
    votes: Votes


@dataclass(frozen=True)
class Decision:
    """A decided value with its proof; also a record."""

    value: Value
    commit: Commit


@dataclass(frozen=True)
class Decisions:
    """Decided values of heights that follow each other."""

    decisions: Annotated[tuple[Decision, ...], AtMost(MOST_DECISIONS)]


TbftMessage = Vote | Proposal | DropVote | Status | Heard | Decisions

is_message: Final = make_check(TbftMessage)
"""Whether something that a stranger sent has the form of a message."""
is_vote: Final = make_check(Vote)


# Records


@dataclass(frozen=True)
class Lock:
    """The paper's lockedRound and id(lockedValue)."""

    round: int
    id: bytes


@dataclass(frozen=True)
class Valid:
    """The paper's validRound and validValue, with the prevotes that made it so."""

    round: int
    id: bytes
    value: bytes = field(repr=False)
    polka: tuple[Vote, ...] = field(repr=False)


@dataclass(frozen=True)
class Progress:
    """All that a member needs to go on after a crash, written before each statement leaves. The last one of a height counts."""

    height: int
    round: int
    step: Step
    lock: Lock | None
    valid: Valid | None
    proposal: Proposal | None
    prevote: Vote | None
    precommit: Vote | None
    reason: tuple[Vote, ...] = field(repr=False)
    """The precommits that ended the round before. Those who are still there may need them, and nobody else may have them."""
