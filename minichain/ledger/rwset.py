"""What a transaction read and wrote: the one record on which conflicts, parallel execution, endorsement and audit rest.

A read notes the version of what it saw, a write the new value. Two transactions are in conflict if one writes a key that the other
reads or writes (reference: ChainMaker's TxRWSet, Hyperledger Fabric's read-write set semantics). Both lists are sorted and name each
key once, so that one execution has one record, and its hash can stand in a block.

A read of a range is noted as such, beside the reads of the keys that were found in it: a key that appears in the range later, a
phantom, is a conflict too.

Simplifications: Fabric can note a Merkle summary instead of every key that a range query found.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from minichain.ledger.encoding import encode
from minichain.ledger.errors import MalformedError


@dataclass(frozen=True, order=True)
class Version:
    """Where a value was written: transaction `index` of the block at `height`."""

    height: int
    index: int


@dataclass(frozen=True)
class Read:
    """A key was read, and found as of `version`; None if there was no such key."""

    contract: str
    key: bytes
    version: Version | None


@dataclass(frozen=True)
class Write:
    """A key was given `value`; None deletes it."""

    contract: str
    key: bytes
    value: bytes | None


@dataclass(frozen=True)
class RangeRead:
    """All keys from `start` to before `end` were asked for; None stands for the end of the contract's keys."""

    contract: str
    start: bytes
    end: bytes | None


@dataclass(frozen=True)
class ReadWriteSet:
    """All that one transaction read and wrote, each sorted by contract and key; `ranges` are in the order in which they were read."""

    reads: tuple[Read, ...] = ()
    writes: tuple[Write, ...] = ()
    ranges: tuple[RangeRead, ...] = ()

    @cached_property
    def encoded(self) -> bytes:
        """Its bytes: an entry of the block's tree of read-write sets."""
        return encode(self)

    def __post_init__(self) -> None:
        validate_sorted("reads", [(read.contract, read.key) for read in self.reads])
        validate_sorted("writes", [(write.contract, write.key) for write in self.writes])


def validate_sorted(what: str, keys: list[tuple[str, bytes]]) -> None:
    """Raise MalformedError unless `keys` ascend strictly: sorted, and none twice."""
    for before, after in pairwise(keys):
        if not before < after:
            raise MalformedError(f"the {what} are not sorted, or name a key twice: {after} stands behind {before}")


def make_rwset(reads: Iterable[Read], writes: Iterable[Write], ranges: Iterable[RangeRead] = ()) -> ReadWriteSet:
    """Return the record of these reads and writes, sorted; each key at most once in either."""
    return ReadWriteSet(
        tuple(sorted(reads, key=lambda read: (read.contract, read.key))),
        tuple(sorted(writes, key=lambda write: (write.contract, write.key))),
        tuple(ranges),
    )
