"""Many signatures at once, over all cores, and which of them are bad.

A block or a snapshot brings thousands of signatures, and each can be checked by itself. Processes share the work; the answer is
what a loop would give: the numbers of those that do not verify.

When it pays: processes take some tenths of a second to start, so pass one executor that lives as long as the program. From then on,
sending a signature over costs about a tenth of what Ed25519 in `cryptography` takes to verify it (0.1 ms), and next to nothing
beside the readable SM2 (2 ms). Below a few hundred signatures of the first or a dozen of the second, the loop is as good. On one
core it always is.

Simplifications: none of the algebra by which Ed25519 signatures can be verified together in half the time: it accepts other
signatures of mixed order than the single check does (see `ed25519`), and it cannot tell which one is bad.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from minichain.crypto.keys import PublicKey
from minichain.crypto.signing import get_scheme


@dataclass(frozen=True)
class SignedMessage:
    """What `signing` verifies: a message, the context in which it was signed, the signature and the signer's public key."""

    public_key: PublicKey
    message: bytes
    signature: bytes
    context: str


CHUNK: Final = 64
"""How many signatures are sent to a process at once."""

Row = tuple[str, bytes, bytes, bytes, str]
"""Scheme, public key, message, signature and context: what is sent."""


def verify_batch(items: Sequence[SignedMessage], executor: Executor | None = None) -> list[int]:
    """Return the indices of the items that do not verify, in order; none if all do.

    `executor` is a ProcessPoolExecutor for all cores (threads gain nothing, they share one interpreter), or None for a loop in
    this process.
    """
    for item in items:
        get_scheme(item.public_key.scheme)  # raises where none signs with such a key
    if executor is None:
        return [index for index, item in enumerate(items) if not verify_item(item)]
    starts = range(0, len(items), CHUNK)
    chunks = [[encode_item(item) for item in items[start : start + CHUNK]] for start in starts]
    found = executor.map(find_bad_rows, chunks)
    return [start + index for start, indices in zip(starts, found, strict=True) for index in indices]


def verify_item(item: SignedMessage) -> bool:
    """Return whether this one verifies."""
    return get_scheme(item.public_key.scheme).verify(item.public_key, item.message, item.signature, context=item.context)


def encode_item(item: SignedMessage) -> Row:
    """Return what a process needs to know about `item`."""
    return item.public_key.scheme, item.public_key.data, item.message, item.signature, item.context


# In the other process


@lru_cache(maxsize=4096)
def load_public_key(scheme: str, data: bytes) -> PublicKey:
    """Return the key with these bytes. Signers come back, and to check a key again costs as much as a signature."""
    return get_scheme(scheme).public_type(data)


def find_bad_rows(rows: Sequence[Row]) -> list[int]:
    """Return the indices of the rows that do not verify."""
    return [
        index
        for index, (scheme, data, message, signature, context) in enumerate(rows)
        if not get_scheme(scheme).verify(load_public_key(scheme, data), message, signature, context=context)
    ]
