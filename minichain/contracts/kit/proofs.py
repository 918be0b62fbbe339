"""Proofs for a stranger: what a contract's state holds, or what came of a transaction, in a block whose hash the stranger trusts.

The stranger has no chain, no contract and no account. It needs the block's hash from somebody whom it believes, and the chain's suite.
The proof brings the header, which the hash binds; the header has the roots; the roots bind the value (Patricia trie) or the receipt
(Merkle tree).

What an attacker would try: to send another header (its hash differs), a proof of another key (the key is part of what is shown, and
whoever asks compares it), an older block (the height is in the header; how old is too old, the stranger decides).

Simplifications: that members agreed on the block, a light client checks by their votes (`minichain.consensus`).
"""

from dataclasses import dataclass
from typing import Any

from minichain.contracts.values import decode_key, decode_value, encode_key
from minichain.crypto.errors import InvalidProofError
from minichain.crypto.suites import CryptoSuite
from minichain.crypto.trie_proof import TrieProof
from minichain.ledger.block import Header, compute_block_hash
from minichain.ledger.chain import Chain
from minichain.ledger.commitment import compute_proven_entry
from minichain.ledger.proofs import BlockProof, get_proven, prove_receipt
from minichain.ledger.receipt import Receipt


@dataclass(frozen=True)
class StateProof:
    """Shows what a contract's state holds under a key after the block with this header."""

    header: Header
    contract: str
    key: bytes
    """As `encode_key` writes it."""
    proof: TrieProof

    @property
    def plain_key(self) -> Any:
        """The key as the contract writes it."""
        return decode_key(self.key)


@dataclass(frozen=True)
class ReceiptProof:
    """Shows what came of a transaction of the block with this header."""

    header: Header
    proof: BlockProof


def prove_state(chain: Chain, contract: str, key: Any) -> StateProof:
    """Return the proof of what `state[key]` of a contract is now, or that it is not there."""
    encoded = encode_key(key)
    return StateProof(chain.head, contract, encoded, chain.tree.prove(chain.head.state_root, (contract, encoded)))


def prove_result(chain: Chain, height: int, index: int) -> ReceiptProof:
    """Return the proof of what came of transaction `index` of a block."""
    committed = chain.store.get_committed(height)
    return ReceiptProof(committed.block.header, prove_receipt(committed.receipts, index, chain.suite.hash))


# For the stranger


def validate_header(header: Header, block_hash: bytes, suite: CryptoSuite) -> None:
    """Raise InvalidProofError unless this is the header of the block that is trusted."""
    found = compute_block_hash(header, suite.hash)
    if found != block_hash:
        raise InvalidProofError(f"the header is that of the block {found.hex()}, and {block_hash.hex()} is trusted")


def get_proven_value(proof: StateProof, block_hash: bytes, suite: CryptoSuite) -> Any:
    """Return the value that is shown, None if it is shown that there is none; raise InvalidProofError if neither."""
    validate_header(proof.header, block_hash, suite)
    entry = compute_proven_entry(proof.header.state_root, (proof.contract, proof.key), proof.proof, suite.hash)
    return None if entry is None else decode_value(entry.value)


def get_proven_receipt(proof: ReceiptProof, block_hash: bytes, suite: CryptoSuite) -> Receipt:
    """Return the receipt that is shown; raise InvalidProofError if none is."""
    validate_header(proof.header, block_hash, suite)
    found = get_proven(proof.proof, proof.header, suite.hash)
    if not isinstance(found, Receipt):
        raise InvalidProofError(f"the proof is about a {type(found).__name__}, and not about a receipt")
    return found
