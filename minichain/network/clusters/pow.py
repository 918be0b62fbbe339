"""Proof of work in the simulator: equal miners, and decisions that the network's longest troubles should not take back.

A partition of three seconds lets each side find some blocks; so many confirmations are asked for that neither side decides alone. That is
not certain but very likely: a run in some hundred thousand may fail, and none of the campaign's seeds does.
"""

from collections.abc import Sequence
from random import Random

from minichain.consensus.machine import Message, Record
from minichain.consensus.pow import Pow, PowSettings
from minichain.consensus.signatures import Signatures
from minichain.network.cluster import Cluster, Vote
from minichain.network.simulated_ledger import SimulatedLedger

BLOCK_MS = 400
CONFIRMATIONS = 24


def get_votes(message: Message) -> Sequence[Vote]:
    """Return nothing: a miner may find two blocks for the same height, and nobody is harmed."""
    return ()


def make_cluster(names: Sequence[str]) -> Cluster:
    """Return miners of equal strength, who together find a block every 400 ms."""
    settings = PowSettings(confirmations=CONFIRMATIONS, search_ms=BLOCK_MS * len(names))

    def make(member: str, records: Sequence[Record], ledger: SimulatedLedger, signatures: Signatures, random: Random) -> Pow:
        return Pow(settings, ledger, records, random, ledger.height)

    # Blocks come as by Poisson's law: twice the time that they take on average is enough for nearly all.
    return Cluster("pow", tuple(names), make, get_votes, tolerated=(len(names) - 1) // 3, settle_ms=3 * BLOCK_MS * CONFIRMATIONS)
