"""Raft in the simulator: equal members, who bear crashes and no lies.

Snapshots are made often, so that members that were away are sent some; and an append has one entry, so that a leader can be gone when a
majority has only a part of what it had to send, which is where figure 8 of the paper begins. Raft signs nothing.
"""

from collections.abc import Sequence
from random import Random

from minichain.consensus.machine import Message
from minichain.consensus.raft import Raft
from minichain.consensus.raft_follower import RaftSettings
from minichain.consensus.raft_messages import AppendEntries, RaftRecord, VoteReply
from minichain.consensus.raft_snapshot import ValueArchive
from minichain.consensus.signatures import Signatures
from minichain.network.cluster import Cluster, Vote
from minichain.network.simulated_ledger import SimulatedLedger

SETTINGS = RaftSettings(most_entries=1, compact_after=6)


def get_votes(message: Message) -> Sequence[Vote]:
    """Return whom a member votes for in a term, and what a log has at an index in a term: both are never taken back."""
    if isinstance(message, VoteReply) and message.is_granted and not message.is_trial:
        return [(("vote", message.term), message.candidate)]
    if isinstance(message, AppendEntries):
        return [(("entry", message.after + 1 + place, entry.term), entry) for place, entry in enumerate(message.entries)]
    return ()


def make(member: str, records: Sequence[RaftRecord], ledger: SimulatedLedger, signatures: Signatures, random: Random) -> Raft:
    """Return the member's machine. Its ledger keeps all values, and is so its own snapshot."""
    return Raft(SETTINGS, member, ledger.validators, ValueArchive(ledger.values), records, random, ledger.height)


def make_cluster(names: Sequence[str]) -> Cluster:
    """Return members of which any minority may be gone; not one may lie."""
    return Cluster("raft", tuple(names), make, get_votes, tolerated=0, settle_ms=4000, numbers_itself=True)
