"""Requests, ballots and votes: what members sign when they decide one after the other (ChainMaker: MultiSignInfo, MultiSignVoteInfo).

A request says which method of which system contract is to be called with which parameters, for whom, and until when members may vote. A
ballot is the whole request with a yes or a no; a vote is a member's signature of the ballot. Anybody may carry a vote to the chain, just as
anybody may carry a letter.

What an attacker would try: to have members vote for one thing and count it for another. Transaction ids are chosen by senders, so if the
chain is reorganised, another request may stand under an id that members have voted on: they signed the request itself, and not its
id. To turn a no into a yes on the way: the ballot says which it is. To use a vote on another chain, or as a transaction: it is signed in a
context of its own, which names the chain.

Simplifications: ChainMaker's voters sign the payload of the request, and the yes or no travels beside the signature.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from minichain.crypto.keys import PublicKey
from minichain.crypto.suites import CryptoSuite
from minichain.identity.member import Member
from minichain.identity.roles import Role
from minichain.ledger.encoding import encode
from minichain.ledger.signatures import Signer
from minichain.ledger.transaction import Endorsement


@dataclass(frozen=True)
class Request:
    """What members are asked to agree to."""

    tx_id: str
    """The transaction that brought the request: its name."""
    contract: str
    method: str
    parameters: tuple[tuple[str, bytes], ...]
    org_id: str
    role: Role | None
    public_key: bytes
    """As SubjectPublicKeyInfo in DER."""
    name: str
    """The last four say who asks: the call will be made in their name."""
    closes_ms: int
    """No block with this time or a later one takes a vote."""


@dataclass(frozen=True)
class Ballot:
    """What a member signs."""

    request: Request
    is_agreed: bool


@dataclass(frozen=True)
class Vote:
    """A member's answer, as it is sent."""

    is_agreed: bool
    endorsement: Endorsement


def get_vote_context(chain_id: str) -> str:
    """Return the context in which ballots are signed on a chain."""
    return f"vote on {chain_id}"


def sign_vote(chain_id: str, request: Request, is_agreed: bool, signer: Signer, suite: CryptoSuite) -> Vote:
    """Return the signer's vote on a request. Look at all of it first: it is what will be done."""
    member, key = signer
    signature = suite.signature.sign(key, encode(Ballot(request, is_agreed)), context=get_vote_context(chain_id))
    return Vote(is_agreed, Endorsement(member, signature))


def is_signed(chain_id: str, request: Request, vote: Vote, key: PublicKey, suite: CryptoSuite) -> bool:
    """Return whether the owner of `key` voted so on this very request."""
    ballot = encode(Ballot(request, vote.is_agreed))
    return suite.signature.verify(key, ballot, vote.endorsement.signature, context=get_vote_context(chain_id))


# What has come in


@dataclass(frozen=True)
class Cast:
    """A vote that was counted."""

    voter: Member
    org_id: str
    public_key: bytes
    """The last two say who the voter was, however they named themselves."""
    is_agreed: bool


class VotingStatus(IntEnum):
    """What became of a request."""

    OPEN = 0
    """Members may vote until it closes."""
    ADOPTED = 1
    """The call was made."""
    REFUSED = 2
    """So many said no that, had they said yes, it would have been enough."""


@dataclass(frozen=True)
class Voting:
    """How it stands with a request."""

    status: VotingStatus
    votes: tuple[Cast, ...]

    def add(self, cast: Cast) -> "Voting":
        """Return the same with one more vote."""
        return replace(self, votes=(*self.votes, cast))
