"""Part 12, learning: what a notebook shows beside its text.

A figure of `minichain.figures` becomes something to play with, and stays a picture where no widget runs. A table shows which tests pass,
and what never ends is stopped.
"""

from minichain.learn.avalanche import AvalancheView, show_avalanche
from minichain.learn.block_explorer import BlockExplorerView, show_block_explorer
from minichain.learn.engine_chart import EngineChartView, show_engine_chart
from minichain.learn.gossip import GossipView, show_gossip
from minichain.learn.hash_chain import HashChainView, show_hash_chain
from minichain.learn.merkle_tree import MerkleTreeView, show_merkle_tree
from minichain.learn.nonce_reuse import NonceReuseView, show_nonce_reuse
from minichain.learn.notebook import save_progress, watch_progress
from minichain.learn.qc_chain import QcChainView, show_qc_chain
from minichain.learn.raft_cluster import RaftClusterView, show_raft_cluster
from minichain.learn.raft_run import RaftRunView, show_raft_run
from minichain.learn.round_table import RoundTableView, show_round_table
from minichain.learn.signature_flow import SignatureFlowView, show_signature_flow
from minichain.learn.time_limit import TimeIsUp, limit_time

__all__ = [
    "AvalancheView",
    "BlockExplorerView",
    "EngineChartView",
    "GossipView",
    "HashChainView",
    "MerkleTreeView",
    "NonceReuseView",
    "QcChainView",
    "RaftClusterView",
    "RaftRunView",
    "RoundTableView",
    "SignatureFlowView",
    "TimeIsUp",
    "limit_time",
    "save_progress",
    "show_avalanche",
    "show_block_explorer",
    "show_engine_chart",
    "show_gossip",
    "show_hash_chain",
    "show_merkle_tree",
    "show_nonce_reuse",
    "show_qc_chain",
    "show_raft_cluster",
    "show_raft_run",
    "show_round_table",
    "show_signature_flow",
    "watch_progress",
]
