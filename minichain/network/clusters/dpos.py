"""TBFT among validators who are elected by weight, as in ChainMaker's DPoS: an election every few heights, over a candidate's weight.

All members decide in the first epoch. Whoever is not elected follows, and may be elected the next time.
"""

from collections.abc import Sequence
from dataclasses import replace

from minichain.consensus.election import Epochs
from minichain.network.cluster import Cluster
from minichain.network.clusters import tbft

HEIGHTS = 5
MOST_SEATS = 4


def make_cluster(names: Sequence[str]) -> Cluster:
    """Return candidates, of whom four are elected: those bear one liar, whoever is among them."""
    seats = min(MOST_SEATS, len(names))
    return replace(tbft.make_cluster(names), engine="dpos", tolerated=(seats - 1) // 3, epochs=Epochs(HEIGHTS, seats))
