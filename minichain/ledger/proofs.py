"""What a stranger can check who holds nothing but a block's header: that a transaction, a receipt or a write set is in the block.

A block has three lists of the same length: entry i of each belongs to transaction i. Each has a Merkle tree (RFC 9162, section 2.1)
over the encodings, and the header has the three roots and the length. A proof is the entry's bytes, the path, and which list it is.

Simplifications: none. ChainMaker puts receipt and read-write-set hash into the transaction and has one tree for all; Fabric has no
such tree at all and proves whole blocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from minichain.crypto.errors import InvalidProofError
from minichain.crypto.hashing import HashFunction
from minichain.crypto.merkle import InclusionProof, TreeHead, compute_inclusion_proof, compute_root, validate_inclusion
from minichain.ledger.block import Block, Header
from minichain.ledger.encoding import decode
from minichain.ledger.receipt import Receipt
from minichain.ledger.rwset import ReadWriteSet
from minichain.ledger.transaction import Transaction


class Part(IntEnum):
    """Which of a block's lists a proof is about."""

    TRANSACTION = 0
    RECEIPT = 1
    RWSET = 2


@dataclass(frozen=True)
class BlockProof:
    """Shows that `entry` is number `index` in one list of a block, from 0. `entry` is the encoding of what it claims."""

    part: Part
    index: int
    entry: bytes
    path: tuple[bytes, ...]


def compute_transaction_root(transactions: Sequence[Transaction], hash_function: HashFunction) -> bytes:
    """Return the root of the transaction tree."""
    return compute_root([transaction.encoded for transaction in transactions], hash_function)


def compute_receipt_root(receipts: Sequence[Receipt], hash_function: HashFunction) -> bytes:
    """Return the root of the receipt tree."""
    return compute_root([receipt.encoded for receipt in receipts], hash_function)


def compute_rwset_root(rwsets: Sequence[ReadWriteSet], hash_function: HashFunction) -> bytes:
    """Return the root of the tree of read-write sets."""
    return compute_root([rwset.encoded for rwset in rwsets], hash_function)


def get_tree_head(header: Header, part: Part) -> TreeHead:
    """Return what `header` says about one of the lists."""
    roots = {Part.TRANSACTION: header.transaction_root, Part.RECEIPT: header.receipt_root, Part.RWSET: header.rwset_root}
    return TreeHead(header.transaction_count, roots[part])


# Proving


def prove_transaction(block: Block, index: int, hash_function: HashFunction) -> BlockProof:
    """Return the proof that transaction `index` is in `block`."""
    return prove_entry(Part.TRANSACTION, [transaction.encoded for transaction in block.transactions], index, hash_function)


def prove_receipt(receipts: Sequence[Receipt], index: int, hash_function: HashFunction) -> BlockProof:
    """Return the proof that receipt `index` is in the block that all these receipts belong to."""
    return prove_entry(Part.RECEIPT, [receipt.encoded for receipt in receipts], index, hash_function)


def prove_rwset(rwsets: Sequence[ReadWriteSet], index: int, hash_function: HashFunction) -> BlockProof:
    """Return the proof that read-write set `index` is in the block that all these belong to."""
    return prove_entry(Part.RWSET, [rwset.encoded for rwset in rwsets], index, hash_function)


def prove_entry(part: Part, entries: Sequence[bytes], index: int, hash_function: HashFunction) -> BlockProof:
    """Return the proof for `entries[index]`, or raise OutOfTreeError."""
    proof = compute_inclusion_proof(entries, index, hash_function)
    return BlockProof(part, index, entries[index], proof.path)


# Verifying: a header from a source that one trusts, and the chain's hash function, are enough


def validate_block_proof(proof: BlockProof, header: Header, hash_function: HashFunction) -> None:
    """Raise InvalidProofError unless `proof` shows that its entry is in the block with this header."""
    if proof.index >= header.transaction_count:
        raise InvalidProofError(
            f"the proof is for entry {proof.index}, but the block at height {header.height} has {header.transaction_count}"
        )
    inclusion = InclusionProof(proof.index, header.transaction_count, proof.path)
    validate_inclusion(proof.entry, inclusion, get_tree_head(header, proof.part), hash_function)


def get_proven(proof: BlockProof, header: Header, hash_function: HashFunction) -> Transaction | Receipt | ReadWriteSet:
    """Return what `proof` shows to be in the block with this header, or raise InvalidProofError or MalformedError."""
    validate_block_proof(proof, header, hash_function)
    if proof.part == Part.TRANSACTION:
        return decode(Transaction, proof.entry)
    if proof.part == Part.RECEIPT:
        return decode(Receipt, proof.entry)
    return decode(ReadWriteSet, proof.entry)
