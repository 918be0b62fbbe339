"""Figures: plain data in, SVG out.

A figure imports nothing else of this project, so that a notebook, a report, an explorer and a web page draw the same picture. Colour
never speaks alone (shape, dashes and numbers say the same), every text stands on a ground of its own, so that a light and a dark page
serve alike, and every picture carries its own description for those who do not see it.
"""

from minichain.figures.avalanche import Avalanche, describe_avalanche, draw_avalanche
from minichain.figures.block_dag import BlockDag, describe_block_dag, draw_block_dag
from minichain.figures.block_explorer import (
    BlockExplorer,
    ExploredBlock,
    ExploredTransaction,
    KeyRead,
    describe_block_explorer,
    draw_block_explorer,
)
from minichain.figures.engine_chart import EngineChart, Series, describe_engine_chart, draw_engine_chart
from minichain.figures.gossip_spread import GossipSpread, Passing, describe_gossip_spread, draw_gossip_spread
from minichain.figures.hash_chain import HashChain, describe_hash_chain, draw_hash_chain
from minichain.figures.merkle_tree import MerkleTree, describe_merkle_tree, draw_merkle_tree
from minichain.figures.nonce_reuse import NonceReuse, SignedDigest, describe_nonce_reuse, draw_nonce_reuse
from minichain.figures.qc_chain import QcBlock, QcChain, QcMember, describe_qc_chain, draw_qc_chain
from minichain.figures.round_table import RoundTable, SeatedMember, VoteBar, describe_round_table, draw_round_table
from minichain.figures.signature_flow import Side, SignatureFlow, describe_signature_flow, draw_signature_flow
from minichain.figures.space_time import Arrow, Decision, Division, Evidence, Outage, SpaceTime, describe_space_time, draw_space_time
from minichain.figures.state_diff import KeyChange, StateDiff, describe_state_diff, draw_state_diff
from minichain.figures.term_timeline import Band, LogEntry, TermLine, TermTimeline, describe_term_timeline, draw_term_timeline

__all__ = [
    "Arrow",
    "Avalanche",
    "Band",
    "BlockDag",
    "BlockExplorer",
    "Decision",
    "Division",
    "EngineChart",
    "Evidence",
    "ExploredBlock",
    "ExploredTransaction",
    "GossipSpread",
    "HashChain",
    "KeyChange",
    "KeyRead",
    "LogEntry",
    "MerkleTree",
    "NonceReuse",
    "Outage",
    "Passing",
    "QcBlock",
    "QcChain",
    "QcMember",
    "RoundTable",
    "SeatedMember",
    "Series",
    "Side",
    "SignatureFlow",
    "SignedDigest",
    "SpaceTime",
    "StateDiff",
    "TermLine",
    "TermTimeline",
    "VoteBar",
    "describe_avalanche",
    "describe_block_dag",
    "describe_block_explorer",
    "describe_engine_chart",
    "describe_gossip_spread",
    "describe_hash_chain",
    "describe_merkle_tree",
    "describe_nonce_reuse",
    "describe_qc_chain",
    "describe_round_table",
    "describe_signature_flow",
    "describe_space_time",
    "describe_state_diff",
    "describe_term_timeline",
    "draw_avalanche",
    "draw_block_dag",
    "draw_block_explorer",
    "draw_engine_chart",
    "draw_gossip_spread",
    "draw_hash_chain",
    "draw_merkle_tree",
    "draw_nonce_reuse",
    "draw_qc_chain",
    "draw_round_table",
    "draw_signature_flow",
    "draw_space_time",
    "draw_state_diff",
    "draw_term_timeline",
]
