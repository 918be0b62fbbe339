"""A block: transactions in an order, and a header that binds them to all that came before.

The header is ChainMaker's, with a root of the receipts beside those of the transactions and of the read-write sets. Its hash is the
block's hash: it binds the transactions (their root and number), what they did (receipts, read-write sets, the state that resulted), the
DAG of conflicts, and through `previous_hash` every earlier block. Who votes for a block signs that hash; so votes and the proposer's
signature travel beside the header and are not hashed.

Simplifications: ChainMaker's header names the height of the last configuration block and has block types; here both follow from the
transactions. Genesis is a block like any other, at height 0, which nobody signs.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from minichain.crypto.hashing import HashFunction
from minichain.identity.member import Member
from minichain.ledger.encoding import encode
from minichain.ledger.errors import MalformedError
from minichain.ledger.transaction import Transaction, validate_name

BLOCK_VERSION: Final = 1


@dataclass(frozen=True)
class Header:
    """What a light client keeps of a block. Hashes and roots are of the chain's hash function."""

    version: int
    chain_id: str
    height: int
    previous_hash: bytes
    transaction_count: int
    """How many entries the three trees below have: a root alone does not tell (RFC 9162, section 2.1.3.2)."""
    transaction_root: bytes
    receipt_root: bytes
    rwset_root: bytes
    state_root: bytes
    """The root of the world state's trie after this block."""
    dag_hash: bytes
    timestamp_ms: int
    proposer: Member
    consensus_arguments: bytes
    """What the consensus engine wants in the header: a nonce, a round, a quorum certificate."""

    def __post_init__(self) -> None:
        validate_name("the chain", self.chain_id)

    @cached_property
    def encoded(self) -> bytes:
        """The bytes that are hashed."""
        return encode(self)


@dataclass(frozen=True)
class Dag:
    """For each transaction, the earlier ones that it must follow, in ascending order. Without edges, all may run at once."""

    neighbours: tuple[tuple[int, ...], ...] = ()

    def __post_init__(self) -> None:
        for index, earlier in enumerate(self.neighbours):
            # Edges only point backwards, so there is no cycle, and one graph has one spelling.
            if any(not before < after for before, after in zip((-1, *earlier), (*earlier, index), strict=True)):
                raise MalformedError(f"transaction {index} must follow {earlier}; expected are earlier ones, ascending, each once")


@dataclass(frozen=True)
class Block:
    """A header, what it binds, and what travels beside it: the proposer's signature of the hash, and votes for it."""

    header: Header
    transactions: tuple[Transaction, ...]
    dag: Dag
    signature: bytes = b""
    votes: tuple[bytes, ...] = ()
    """Whatever the consensus engine collected, in its own encoding."""

    @property
    def height(self) -> int:
        """How many blocks came before."""
        return self.header.height

    @cached_property
    def encoded(self) -> bytes:
        """Its bytes, with signature and votes."""
        return encode(self)


def compute_block_hash(header: Header, hash_function: HashFunction) -> bytes:
    """Return the hash by which the next block, votes and light clients name the block with this header."""
    return hash_function(header.encoded)


def compute_dag_hash(dag: Dag, hash_function: HashFunction) -> bytes:
    """Return the hash of the DAG, which the header binds."""
    return hash_function(encode(dag))
