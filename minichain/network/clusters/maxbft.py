"""MaxBFT in the simulator."""

from collections.abc import Sequence

from minichain.consensus.machine import Machine, Message, Record
from minichain.consensus.maxbft import Maxbft
from minichain.consensus.maxbft_messages import Proposal, Vote
from minichain.consensus.maxbft_pacemaker import MaxbftSettings
from minichain.consensus.signatures import Signatures
from minichain.network.cluster import Cluster
from minichain.network.cluster import Vote as Said
from minichain.network.simulated_ledger import SimulatedLedger

SETTINGS = MaxbftSettings()


def get_votes(message: Message) -> Sequence[Said]:
    """Return what a vote or a proposal says."""
    match message:
        case Vote(epoch, view, node_id, _):
            return [(("vote", epoch, view), node_id)]
        case Proposal(_, node, _, _):
            return [(("proposal", node.epoch, node.view), node.id)]
    return []


def make(member: str, records: Sequence[Record], ledger: SimulatedLedger, signatures: Signatures, random: object) -> Machine:
    """Return the member's machine. Who decides about the epoch, its ledger knows."""
    return Maxbft(SETTINGS, member, ledger.validators, ledger, signatures, records, ledger.height)


def make_cluster(names: Sequence[str]) -> Cluster:
    """Return members of equal weight."""
    return Cluster("maxbft", tuple(names), make, get_votes, tolerated=(len(names) - 1) // 3, settle_ms=12_000)
