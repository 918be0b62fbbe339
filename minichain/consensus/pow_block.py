"""A block of Bitcoin, as far as proof of work binds it: transactions are cut apart, named by their hashes, and joined to the root.

Source: Bitcoin's block and transaction format before segregated witness (Bitcoin Core, primitives/transaction.h and consensus/merkle.cpp).
Numbers are little-endian; a count is a compact size: one byte, or a marker and 2, 4 or 8 bytes.

    block        header 80 · count · transactions
    transaction  version 4 · count · inputs · count · outputs · lock time 4
    input        transaction 32 · output 4 · count · script · sequence 4
    output       amount 8 · count · script

Simplifications: scripts, signatures and amounts are not looked at; what a miner may claim is none of this book's business. Witnesses
(BIP 141) and their second root are left out: the blocks here are older.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from minichain.consensus.pow_header import HASH_SIZE, HEADER_SIZE, WorkError, WorkHeader, compute_double_hash, decode_header

MOST_BYTES: Final = 1_000_000
"""The largest block of Bitcoin's first years."""
SIZES: Final = {0xFD: 2, 0xFE: 4, 0xFF: 8}
"""Marker -> how many bytes of number follow."""
NO_TRANSACTION: Final = bytes(HASH_SIZE)


@dataclass(frozen=True)
class WorkBlock:
    """A block: its header, and its transactions as bytes."""

    header: WorkHeader
    transactions: tuple[bytes, ...]


class Reader:
    """Takes one part after the other from bytes that a stranger sent."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def take(self, size: int) -> bytes:
        """Return the next bytes. Raises WorkError if there are not as many."""
        if size > len(self.data) - self.at:
            raise WorkError(f"byte {self.at} begins something of {size} bytes, and only {len(self.data) - self.at} are left")
        self.at += size
        return self.data[self.at - size : self.at]

    def take_count(self) -> int:
        """Return the next compact size. Raises WorkError for one that could be written shorter: a second spelling has a second hash."""
        first = self.take(1)[0]
        if first < min(SIZES):
            return first
        size = SIZES[first]
        count = int.from_bytes(self.take(size), "little")
        if count < (min(SIZES) if size == 2 else 1 << 4 * size):
            raise WorkError(f"the count {count} at byte {self.at - size} is spelt with {size} bytes, more than it needs")
        return count


def decode_block(data: bytes) -> WorkBlock:
    """Return the block that these bytes spell. Raises WorkError, naming the place, for anything else."""
    if len(data) > MOST_BYTES:
        raise WorkError(f"a block has at most {MOST_BYTES:,} bytes, not {len(data):,}")
    reader = Reader(data)
    header = decode_header(reader.take(HEADER_SIZE))
    transactions = tuple(take_transaction(reader) for _ in range(reader.take_count()))
    if reader.at != len(data):
        raise WorkError(f"{len(data) - reader.at} bytes follow the last transaction")
    return WorkBlock(header, transactions)


def take_transaction(reader: Reader) -> bytes:
    """Return the bytes of the next transaction."""
    start = reader.at
    reader.take(4)
    for _ in range(reader.take_count()):
        reader.take(HASH_SIZE + 4)
        reader.take(reader.take_count() + 4)
    for _ in range(reader.take_count()):
        reader.take(8)
        reader.take(reader.take_count())
    reader.take(4)
    return reader.data[start : reader.at]


def compute_work_root(hashes: Sequence[bytes]) -> bytes:
    """Return Bitcoin's Merkle root: pairs are hashed, level by level, and the last of an odd number is paired with itself.

    Because of that, a list whose end is repeated has the same root (CVE-2012-2459): whoever remembers that a root is bad must see such a
    list first. Raises WorkError for it, and for an empty list.
    """
    if not hashes:
        raise WorkError("a block has at least one transaction")
    level = list(hashes)
    while len(level) > 1:
        pairs = [(level[index], level[min(index + 1, len(level) - 1)]) for index in range(0, len(level), 2)]
        if any(left == right for left, right in pairs[: len(level) // 2]):
            raise WorkError("two neighbours in the Merkle tree are the same: the list has another one with the same root")
        level = [compute_double_hash(left + right) for left, right in pairs]
    return level[0]


def validate_block(block: WorkBlock) -> None:
    """Raise WorkError, naming the rule, unless the header binds the transactions, of which only the first one takes from nobody."""
    root = compute_work_root([compute_double_hash(transaction) for transaction in block.transactions])
    if root != block.header.merkle_root:
        raise WorkError(f"the transactions have the root {root[::-1].hex()}, the header says {block.header.merkle_root[::-1].hex()}")
    for index, transaction in enumerate(block.transactions):
        reader = Reader(transaction, 4)
        takes_from_nobody = reader.take_count() == 1 and reader.take(HASH_SIZE) == NO_TRANSACTION
        if takes_from_nobody != (index == 0):
            raise WorkError(f"transaction {index}: the first one of a block, and only that one, takes from no other")
