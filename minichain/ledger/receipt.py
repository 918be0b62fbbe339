"""What came of a transaction: its receipt, with the events that contracts told the world outside.

A transaction that fails stands in its block too, with a code other than 0 and no writes: that it was tried, and what it cost, is part
of what happened (ChainMaker's Result and ContractResult; Ethereum's receipts, Yellow Paper 4.3.1).

Simplifications: no Bloom filter over the topics of events; who looks for a topic asks an index. The receipt names its transaction,
which a production chain leaves to the position in the block.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from minichain.ledger.encoding import encode

SUCCESS: Final = 0
"""The code of a transaction that did what it was asked."""


@dataclass(frozen=True)
class Event:
    """What a contract announced: `data` is for whoever subscribed to `topic`."""

    contract: str
    topic: str
    data: tuple[bytes, ...]


@dataclass(frozen=True)
class Receipt:
    """What came of the transaction `tx_id`. Events of one that failed are dropped."""

    tx_id: str
    code: int
    result: bytes
    message: str
    gas_used: int
    events: tuple[Event, ...]
    rwset_hash: bytes
    """The hash of the encoding of its ReadWriteSet."""

    @cached_property
    def encoded(self) -> bytes:
        """Its bytes: an entry of the block's receipt tree."""
        return encode(self)

    @property
    def is_success(self) -> bool:
        """Whether the transaction did what it was asked."""
        return self.code == SUCCESS
