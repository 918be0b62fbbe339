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
from minichain.figures.hash_chain import HashChain, describe_hash_chain, draw_hash_chain
from minichain.figures.merkle_tree import MerkleTree, describe_merkle_tree, draw_merkle_tree
from minichain.figures.nonce_reuse import NonceReuse, SignedDigest, describe_nonce_reuse, draw_nonce_reuse
from minichain.figures.qc_chain import QcBlock, QcChain, QcMember, describe_qc_chain, draw_qc_chain
from minichain.figures.signature_flow import Side, SignatureFlow, describe_signature_flow, draw_signature_flow
from minichain.figures.space_time import Arrow, Decision, Division, Evidence, Outage, SpaceTime, describe_space_time, draw_space_time
from minichain.figures.state_diff import KeyChange, StateDiff, describe_state_diff, draw_state_diff

__all__ = [
    "Arrow",
    "Avalanche",
    "BlockDag",
    "BlockExplorer",
    "Decision",
    "Division",
    "EngineChart",
    "Evidence",
    "ExploredBlock",
    "ExploredTransaction",
    "HashChain",
    "KeyChange",
    "KeyRead",
    "MerkleTree",
    "NonceReuse",
    "Outage",
    "QcBlock",
    "QcChain",
    "QcMember",
    "Series",
    "Side",
    "SignatureFlow",
    "SignedDigest",
    "SpaceTime",
    "StateDiff",
    "describe_avalanche",
    "describe_block_dag",
    "describe_block_explorer",
    "describe_engine_chart",
    "describe_hash_chain",
    "describe_merkle_tree",
    "describe_nonce_reuse",
    "describe_qc_chain",
    "describe_signature_flow",
    "describe_space_time",
    "describe_state_diff",
    "draw_avalanche",
    "draw_block_dag",
    "draw_block_explorer",
    "draw_engine_chart",
    "draw_hash_chain",
    "draw_merkle_tree",
    "draw_nonce_reuse",
    "draw_qc_chain",
    "draw_signature_flow",
    "draw_space_time",
    "draw_state_diff",
]
