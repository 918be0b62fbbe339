"""Evidence that a member has said two things where it may speak once.

An honest member proposes once a round, prevotes once and precommits once, also if it crashes in between; so two signed statements that
differ prove that it is not honest, to anybody who knows its key. Nobody can make such evidence against an honest member.

Simplifications: two votes in one round are all that is looked for. A member that precommits a value and later prevotes another one
without a proof of lock (amnesia) breaks the rules too; to find that out, others must ask for its reasons. What becomes of a member that
was caught is for the chain's administrators to decide.
"""

from dataclasses import dataclass

from minichain.consensus.errors import ConsensusError
from minichain.consensus.signatures import Signatures
from minichain.consensus.tbft_messages import Vote, is_vote


@dataclass(frozen=True)
class Evidence:
    """Two votes of one member that contradict each other."""

    first: Vote
    second: Vote


def is_contradiction(first: Vote, second: Vote) -> bool:
    """Return whether no honest member says both."""
    is_one_slot = (first.member, first.kind, first.height, first.round) == (second.member, second.kind, second.height, second.round)
    return is_one_slot and first.statement != second.statement


def validate_evidence(evidence: Evidence, signatures: Signatures) -> None:
    """Raise ConsensusError, naming what is wrong, unless the evidence proves that its member broke the rules."""
    first, second = evidence.first, evidence.second
    if not is_vote(first) or not is_vote(second):
        raise ConsensusError("evidence is made of two votes")
    if not is_contradiction(first, second):
        raise ConsensusError(f"{first} and {second} do not contradict each other: one member, kind, height and round, two statements")
    for vote in (first, second):
        if not signatures.is_signed(vote.member, vote.statement, vote.signature):
            raise ConsensusError(f"{vote.member} has not signed {vote}")
