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

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property, lru_cache
from typing import Any, Final

from minichain.ledger.encoding import encode

LARGEST_NUMBER: Final = 2**63
"""No height and no round is larger than this."""
LARGEST_VALUE: Final = 1 << 23
LONGEST_NAME: Final = 256
LONGEST_SIGNATURE: Final = 256
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
    height: int
    round: int
    id: bytes | None
    """The hash of the value, or None: nil."""
    member: str
    signature: bytes = field(repr=False)
    valid_round: int | None = field(default=None, repr=False)
    """The paper's vr, in a proposal."""

    @cached_property
    def statement(self) -> bytes:
        """What the member has signed."""
        return make_statement(self.kind, self.height, self.round, self.id, self.valid_round)


@dataclass(frozen=True)
class Proposal:
    """A value for a round, and if it comes from an earlier round the proof of lock: more than two thirds of that round's prevotes."""

    vote: Vote
    value: bytes
    polka: tuple[Vote, ...] = ()


@dataclass(frozen=True)
class DropVote:
    """Transactions that did something else when this member executed them: they may not be deterministic."""

    height: int
    transactions: tuple[str, ...]
    member: str
    signature: bytes = field(repr=False)

    @cached_property
    def statement(self) -> bytes:
        """What the member has signed."""
        return encode(DropStatement(Kind.DROP, self.height, self.transactions))


@dataclass(frozen=True)
class Status:
    """Where a member stands and waits: it has the proposals with these ids, and is glad of everything else of its round."""

    height: int
    round: int
    proposals: tuple[bytes, ...]


@dataclass(frozen=True)
class Heard:
    """Votes and proposals of anybody, passed on."""

    votes: tuple[Vote, ...]
    proposals: tuple[Proposal, ...] = ()


@dataclass(frozen=True)
class Commit:
    """More than two thirds of the precommits of one round are for this value: the proof that it is decided."""

    height: int
    round: int
    id: bytes
    votes: tuple[Vote, ...]


@dataclass(frozen=True)
class Decision:
    """A decided value with its proof; also a record."""

    value: bytes
    commit: Commit


@dataclass(frozen=True)
class Decisions:
    """Decided values of heights that follow each other."""

    decisions: tuple[Decision, ...]


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


# What a stranger's message must be before anything else is asked of it: of these exact types, and bounded


def is_number(value: Any) -> bool:
    """Return whether something is a height or a round."""
    return type(value) is int and 0 <= value <= LARGEST_NUMBER


def is_bytes(value: Any, longest: int) -> bool:
    """Return whether something is bytes, and not too long."""
    return type(value) is bytes and len(value) <= longest


def is_name(value: Any) -> bool:
    """Return whether something can name a member or a transaction. What is printable can also be spelled in UTF-8."""
    return type(value) is str and len(value) <= LONGEST_NAME and value.isprintable()


def is_tuple(value: Any, most: int) -> bool:
    """Return whether something is a tuple with not too many items."""
    return type(value) is tuple and len(value) <= most


def is_vote(vote: Any) -> bool:
    """Return whether something has the form of a vote. A proposal is for a value, and only it names an earlier round."""
    if type(vote) is not Vote or type(vote.kind) is not Kind or not is_number(vote.height) or not is_number(vote.round):
        return False
    has_id = is_bytes(vote.id, LONGEST_NAME)
    if vote.kind is Kind.PROPOSAL:
        fits = has_id and (vote.valid_round is None or (is_number(vote.valid_round) and vote.valid_round < vote.round))
    else:
        fits = vote.kind is not Kind.DROP and (has_id or vote.id is None) and vote.valid_round is None
    return fits and is_name(vote.member) and is_bytes(vote.signature, LONGEST_SIGNATURE)


def is_proposal(proposal: Any) -> bool:
    """Return whether something has the form of a proposal."""
    if type(proposal) is not Proposal or not is_vote(proposal.vote) or proposal.vote.kind is not Kind.PROPOSAL:
        return False
    return is_bytes(proposal.value, LARGEST_VALUE) and are_votes(proposal.polka)


def are_votes(votes: Any) -> bool:
    """Return whether something is a tuple of what has the form of votes."""
    return is_tuple(votes, MOST_VOTES) and all(map(is_vote, votes))


def is_heard(heard: Any) -> bool:
    """Return whether something has the form of votes and proposals passed on."""
    if type(heard) is not Heard or not are_votes(heard.votes):
        return False
    return is_tuple(heard.proposals, MOST_PROPOSALS) and all(map(is_proposal, heard.proposals))


def is_drop_vote(drop: Any) -> bool:
    """Return whether something has the form of a drop vote."""
    if type(drop) is not DropVote or not is_number(drop.height) or not is_tuple(drop.transactions, MOST_DROPPED):
        return False
    return all(map(is_name, (drop.member, *drop.transactions))) and is_bytes(drop.signature, LONGEST_SIGNATURE)


def is_status(status: Any) -> bool:
    """Return whether something has the form of a status."""
    if type(status) is not Status or not is_number(status.height) or not is_number(status.round):
        return False
    return is_tuple(status.proposals, MOST_PROPOSALS) and all(is_bytes(one, LONGEST_NAME) for one in status.proposals)


def is_decision(decision: Any) -> bool:
    """Return whether something has the form of a decision."""
    if type(decision) is not Decision or type(decision.commit) is not Commit or not is_bytes(decision.value, LARGEST_VALUE):
        return False
    commit = decision.commit
    has_numbers = is_number(commit.height) and is_number(commit.round)
    return has_numbers and is_bytes(commit.id, LONGEST_NAME) and are_votes(commit.votes)


def are_decisions(decisions: Sequence[Any]) -> bool:
    """Return whether something is a tuple of what has the form of decisions."""
    return is_tuple(decisions, MOST_DECISIONS) and all(map(is_decision, decisions))
