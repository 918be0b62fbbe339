"""The votes that the leader of the next view gathers: the latest of each member, and what comes of them.

Simplifications: none.
"""

from collections.abc import Sequence

from minichain.consensus.machine import Validator
from minichain.consensus.maxbft_messages import Certificate, Evidence, SignedVote, Vote
from minichain.consensus.validators import is_quorum


class Votes:
    """The latest vote of each of an epoch's validators. Who votes has been checked, and the signature."""

    def __init__(self, validators: Sequence[Validator]) -> None:
        self.validators = validators
        self.latest: dict[str, Vote] = {}

    def add(self, member: str, vote: Vote) -> Certificate | Evidence | None:
        """Count a vote; return the certificate that it completes, or evidence if the member voted for another node in this view."""
        known = self.latest.get(member)
        if known is not None and known.view >= vote.view:
            if known.view > vote.view or known.node_id == vote.node_id:
                return None
            pair = (known.node_id, vote.node_id), (known.signature, vote.signature)
            return Evidence(member, "vote", vote.epoch, vote.view, *pair)
        self.latest[member] = vote
        same = {name: one for name, one in self.latest.items() if (one.view, one.node_id) == (vote.view, vote.node_id)}
        if not is_quorum(self.validators, same):
            return None
        signed = tuple(SignedVote(name, one.signature) for name, one in sorted(same.items()))
        return Certificate(vote.epoch, vote.view, vote.node_id, signed)
