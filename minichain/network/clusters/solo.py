"""Solo in the simulator: the first member decides, and there is no other."""

from collections.abc import Sequence

from minichain.consensus.machine import Record
from minichain.consensus.signatures import Signatures
from minichain.consensus.solo import Solo, SoloSettings
from minichain.network.cluster import Cluster
from minichain.network.simulated_ledger import SimulatedLedger


def make(member: str, records: Sequence[Record], ledger: SimulatedLedger, signatures: Signatures, random: object) -> Solo:
    """Return the member's machine. Its ledger is all that it needs to know of its past."""
    return Solo(SoloSettings(), ledger, ledger.height)


def make_cluster(names: Sequence[str]) -> Cluster:
    """Return a cluster of one."""
    return Cluster("solo", tuple(names[:1]), make, get_votes=lambda message: (), tolerated=0, settle_ms=500)
