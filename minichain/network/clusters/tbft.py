"""TBFT in the simulator."""

from collections.abc import Sequence
from random import Random

from minichain.consensus.machine import Message, Record
from minichain.consensus.signatures import Signatures
from minichain.consensus.tbft import Tbft
from minichain.consensus.tbft_algorithm import TbftSettings
from minichain.consensus.tbft_messages import Proposal, Vote
from minichain.network.cluster import Cluster
from minichain.network.cluster import Vote as Said
from minichain.network.simulated_ledger import SimulatedLedger

SETTINGS = TbftSettings()


def get_votes(message: Message) -> Sequence[Said]:
    """Return what a proposal or a vote says. Votes that are passed on (`Heard`) are others'."""
    vote = message.vote if isinstance(message, Proposal) else message
    return [((str(vote.kind), vote.height, vote.round), (vote.id, vote.valid_round))] if isinstance(vote, Vote) else []


def make_cluster(names: Sequence[str]) -> Cluster:
    """Return validators of equal weight."""

    def make(member: str, records: Sequence[Record], ledger: SimulatedLedger, signatures: Signatures, random: Random) -> Tbft:
        return Tbft(SETTINGS, member, ledger.validators, ledger, signatures, records, ledger.height)

    return Cluster("tbft", tuple(names), make, get_votes, tolerated=(len(names) - 1) // 3, settle_ms=4000, drops_suspects=True)
