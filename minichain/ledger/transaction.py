"""A transaction: what somebody asks a contract to do, on one chain, until a time, once.

The fields are ChainMaker's (Transaction and Payload in its protocol buffers). The payload is what is signed, by the sender and by
whoever endorses it: the same bytes, so that an endorser agrees to exactly what the sender asked for. The signatures' context names
the chain, and so does the payload: on another chain they are worth nothing.

A transaction can be used once, because its id may stand on a chain once. The sequence orders what one sender sends.

Simplifications: the sender chooses the id, as in ChainMaker, so a member who sees a transaction wait can use its id first; then it has to
be sent again under another. Where strangers send transactions, the id is a hash that binds the sender. ChainMaker's fourth kind of member
(DID) is left out, and so are its gas payer and the result inside of the transaction: receipts stand beside the transactions, under a root
of their own.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import pairwise
from typing import Final

from minichain.identity.member import Member
from minichain.ledger.encoding import LARGEST_INT, encode
from minichain.ledger.errors import MalformedError

LONGEST_NAME: Final = 128
"""The most characters that the name of a chain, a contract, a method or a parameter may have."""

TX_ID_DIGITS: Final = 64
HEX_DIGITS: Final = frozenset("0123456789abcdef")


class TxType(IntEnum):
    """What is asked for. Only an INVOKE changes anything, and only it stands in a block; the others are for one node."""

    INVOKE = 0
    QUERY = 1
    SUBSCRIBE = 2
    ARCHIVE = 3


@dataclass(frozen=True)
class Payload:
    """What is asked: call `method` of `contract` with `parameters`. Times are milliseconds since 1970 (UTC)."""

    chain_id: str
    tx_type: TxType
    tx_id: str
    """64 hexadecimal digits, chosen at random by the sender."""
    timestamp_ms: int
    expiration_ms: int
    """No block with this time or a later one may hold it; 0 means never."""
    contract: str
    method: str
    parameters: tuple[tuple[str, bytes], ...]
    """Names and values, sorted by name, none twice."""
    sequence: int = 0
    """If not 0, larger than in every earlier transaction of this sender that has one."""
    limit: int = 0
    """The most gas that it may use; 0 is the chain's default."""

    def __post_init__(self) -> None:
        validate_name("the chain", self.chain_id)
        validate_name("the contract", self.contract)
        validate_name("the method", self.method)
        validate_tx_id(self.tx_id)
        for what in ("timestamp_ms", "expiration_ms", "sequence", "limit"):
            if not 0 <= getattr(self, what) <= LARGEST_INT:
                raise MalformedError(f"{what} is {getattr(self, what)}; it is a number from 0 to 2^64 - 1")
        names = [name for name, _ in self.parameters]
        for name in names:
            validate_name("a parameter", name)
        for before, after in pairwise(names):
            if not before < after:
                raise MalformedError(f"the parameters are not sorted, or name one twice: {after!r} stands behind {before!r}")

    def get_parameter(self, name: str) -> bytes | None:
        """Return the value of a parameter, or None if it was not given."""
        return next((value for key, value in self.parameters if key == name), None)

    @cached_property
    def encoded(self) -> bytes:
        """The bytes that are signed."""
        return encode(self)


@dataclass(frozen=True)
class Endorsement:
    """A member's signature of a payload (see `signatures`)."""

    signer: Member
    signature: bytes


@dataclass(frozen=True)
class Transaction:
    """A payload with the signature of its sender, and those of endorsers where the contract's policy wants them."""

    payload: Payload
    sender: Endorsement
    endorsers: tuple[Endorsement, ...] = ()

    @property
    def tx_id(self) -> str:
        """The id in the payload."""
        return self.payload.tx_id

    @cached_property
    def encoded(self) -> bytes:
        """Its bytes: an entry of the block's transaction tree."""
        return encode(self)


def validate_name(what: str, name: str) -> None:
    """Raise MalformedError unless `name` is 1 to 128 printable characters that everybody reads alike."""
    if not 1 <= len(name) <= LONGEST_NAME or not name.isascii() or not name.isprintable() or " " in name:
        raise MalformedError(f"the name of {what} is 1 to {LONGEST_NAME} printable ASCII characters without blanks, not {name[:140]!r}")


def validate_tx_id(tx_id: str) -> None:
    """Raise MalformedError unless `tx_id` is 64 lower-case hexadecimal digits."""
    if len(tx_id) != TX_ID_DIGITS or not HEX_DIGITS.issuperset(tx_id):
        raise MalformedError(f"a transaction id is {TX_ID_DIGITS} digits of 0-9a-f, not {tx_id[:80]!r}")


def sort_parameters(parameters: Mapping[str, bytes]) -> tuple[tuple[str, bytes], ...]:
    """Return parameters as a payload has them.

    >>> sort_parameters({"to": b"Bob", "amount": b"3"})
    (('amount', b'3'), ('to', b'Bob'))
    """
    return tuple(sorted(parameters.items()))


def make_tx_id() -> str:
    """Return a fresh id from the operating system's random numbers."""
    return secrets.token_hex(TX_ID_DIGITS // 2)
