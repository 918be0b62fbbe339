"""The votes of one height, counted: the paper's message log.

The paper waits for "2f + 1" messages out of n = 3f + 1, and for "f + 1". With weights that is more than two thirds and more than a third
of the total. A vote that comes twice counts once. A member that contradicts itself is heard only where that can matter: its first vote
counts, and another one if it is nil or for a proposal that we hold, because the others may have heard only that one. So nobody can make a
member keep more than three votes of theirs for one round and kind; and only rounds near the present one are kept.

Simplifications: far rounds keep no votes, only who was there last. Who falls so far behind asks for the votes when it arrives.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from minichain.consensus.errors import ConsensusError
from minichain.consensus.machine import Validator
from minichain.consensus.signatures import Signatures
from minichain.consensus.tbft_evidence import Evidence, is_contradiction
from minichain.consensus.tbft_messages import Commit, Kind, Vote, is_vote

NEAR: Final = 8
"""Votes are kept for so many rounds before the present one and after it."""


@dataclass
class Tally:
    """The votes of one round and kind."""

    first: dict[str, Vote] = field(default_factory=dict)
    """Each member's first vote."""
    weight: int = 0
    """What these weigh together, whatever they are for."""
    by_id: dict[bytes | None, dict[str, Vote]] = field(default_factory=dict)
    weights: dict[bytes | None, int] = field(default_factory=dict)


class Votes:
    """What was voted at one height."""

    def __init__(self, validators: Sequence[Validator]) -> None:
        self.weights = {validator.member: validator.weight for validator in validators}
        self.total = sum(self.weights.values())
        self.tallies: dict[tuple[Kind, int], Tally] = {}
        self.latest: dict[str, int] = {}
        """The highest round in which each member was heard."""
        self.highest = 0
        self.committed: tuple[int, bytes] | None = None
        """The round and id of a value with enough precommits."""

    # How much is enough

    def is_quorum(self, weight: int) -> bool:
        """Return whether this is the paper's 2f + 1: two such groups share an honest member."""
        return 3 * weight > 2 * self.total

    def is_one_honest(self, weight: int) -> bool:
        """Return whether this is the paper's f + 1: not all of them lie."""
        return 3 * weight > self.total

    # Counting

    def is_counted(self, vote: Vote) -> bool:
        """Return whether this vote was counted before: it may come again, through the network or through others."""
        tally = self.tallies.get((vote.kind, vote.round))
        return tally is not None and vote.member in tally.by_id.get(vote.id, ())

    def note(self, vote: Vote) -> None:
        """Remember in which round a member is."""
        if vote.round > self.latest.get(vote.member, -1):
            self.latest[vote.member] = vote.round
            self.highest = max(self.highest, vote.round)

    def add(self, vote: Vote, known: Collection[bytes] = ()) -> Evidence | None:
        """Count a vote of a validator, whose signature was checked; return what it contradicts. `known` are the ids of proposals."""
        self.note(vote)
        if self.is_counted(vote):
            return None
        tally = self.tallies.setdefault((vote.kind, vote.round), Tally())
        weight = self.weights[vote.member]
        first = tally.first.setdefault(vote.member, vote)
        if first is vote:
            tally.weight += weight
        is_double = first is not vote and is_contradiction(first, vote)
        if not is_double or vote.id is None or vote.id in known:
            tally.by_id.setdefault(vote.id, {})[vote.member] = vote
            tally.weights[vote.id] = tally.weights.get(vote.id, 0) + weight
            if vote.kind is Kind.PRECOMMIT and vote.id is not None and self.has_quorum(Kind.PRECOMMIT, vote.round, vote.id):
                self.committed = vote.round, vote.id
        return Evidence(first, vote) if is_double else None

    def forget_far(self, present: int) -> None:
        """Forget the votes of rounds that are far from the present one."""
        for key in [key for key in self.tallies if not is_near(key[1], present)]:
            del self.tallies[key]
        if self.committed is not None and not is_near(self.committed[0], present):
            self.committed = None

    # Asking

    def has_quorum(self, kind: Kind, r: int, value_id: bytes | None) -> bool:
        """Return whether there are 2f + 1 <kind, h, round, id>."""
        tally = self.tallies.get((kind, r))
        return tally is not None and self.is_quorum(tally.weights.get(value_id, 0))

    def has_any_quorum(self, kind: Kind, r: int) -> bool:
        """Return whether there are 2f + 1 <kind, h, round, *>."""
        tally = self.tallies.get((kind, r))
        return tally is not None and self.is_quorum(tally.weight)

    def find_round(self, after: int) -> int | None:
        """Return the highest round > `after` that f + 1 have reached, if there is one: who is in a later round counts here too."""
        weight = 0
        if self.highest > after:
            for latest, member in sorted(((latest, member) for member, latest in self.latest.items() if latest > after), reverse=True):
                weight += self.weights[member]
                if self.is_one_honest(weight):
                    return latest
        return None

    def get_votes(self, kind: Kind, r: int, value_id: bytes | None) -> tuple[Vote, ...]:
        """Return the votes for an id."""
        tally = self.tallies.get((kind, r))
        return tuple(tally.by_id.get(value_id, {}).values()) if tally else ()

    def get_all(self, r: int, kinds: Sequence[Kind] = (Kind.PREVOTE, Kind.PRECOMMIT)) -> tuple[Vote, ...]:
        """Return all votes of a round, for somebody who lacks them."""
        tallies = [self.tallies[kind, r] for kind in kinds if (kind, r) in self.tallies]
        return tuple(vote for tally in tallies for votes in tally.by_id.values() for vote in votes.values())


def is_near(r: int, present: int) -> bool:
    """Return whether the votes of a round are kept."""
    return abs(r - present) <= NEAR


# Proofs


def validate_polka(
    kind: Kind, height: int, r: int, value_id: bytes, votes: Sequence[Vote], validators: Sequence[Validator], signatures: Signatures
) -> None:
    """Raise ConsensusError, naming the rule, unless more than two thirds of the validators have voted for `value_id` in this round."""
    counted = Votes(validators)
    if len(votes) > len(validators):
        raise ConsensusError(f"{len(votes)} votes are more than the {len(validators)} validators have at height {height}")
    for vote in votes:
        if not is_vote(vote) or (vote.kind, vote.height, vote.round, vote.id) != (kind, height, r, value_id):
            raise ConsensusError(f"{vote} is no {kind} for {value_id.hex()} at height {height}, round {r}")
        if vote.member not in counted.weights:
            raise ConsensusError(f"{vote.member} is no validator at height {height}")
        if not signatures.is_signed(vote.member, vote.statement, vote.signature):
            raise ConsensusError(f"{vote.member} has not signed {vote}")
        counted.add(vote)
    if not counted.has_quorum(kind, r, value_id):
        raise ConsensusError(f"{len(votes)} votes for {value_id.hex()} at height {height} weigh no more than two thirds of {counted.total}")


def validate_commit(commit: Commit, validators: Sequence[Validator], signatures: Signatures) -> None:
    """Raise ConsensusError, naming the rule, unless the commit proves to a stranger that its id is decided by these validators."""
    validate_polka(Kind.PRECOMMIT, commit.height, commit.round, commit.id, commit.votes, validators, signatures)
