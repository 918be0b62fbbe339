"""Iterated hashing: how a machine with a small memory reads a message of any length.

The four functions of this package share one shape. They pad the message to whole blocks, keep a state of a few words, mix one
block after the other into it, and read the digest off the last state. In SHA-256, SM3 and RIPEMD-160 the digest is the whole
state (the construction of Merkle and Damgård, 1989); Keccak shows only a part of it (the sponge of Bertoni, Daemen, Peeters and
Van Assche, 2007). An `IteratedHash` holds what sets one of them apart from the others.

Simplifications: messages are whole bytes, where the standards count bits. Production code is compiled, about a thousand times as
fast, and wipes its state from memory after hashing a secret.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

from minichain.crypto.errors import MessageTypeError

State = tuple[int, ...]


class Hasher(Protocol):
    """A hash computation under way, as hashlib's objects are (PEP 452): `hmac`, for one, takes any of them."""

    @property
    def name(self) -> str:
        """The name of the function, as its backend spells it."""

    @property
    def digest_size(self) -> int:
        """The length of the digest in bytes."""

    @property
    def block_size(self) -> int:
        """The length in bytes of the blocks in which the message is read."""

    def update(self, data: bytes, /) -> None:
        """Go on with the message: `data` follows what came before."""

    def digest(self) -> bytes:
        """Return the digest of the message so far; more of it may follow."""

    def hexdigest(self) -> str:
        """Return the digest in hexadecimal."""

    def copy(self) -> Self:
        """Return a second computation that starts from what this one has read."""


@dataclass(frozen=True)
class IteratedHash:
    """What makes one iterated hash function: sizes in bytes, where the state starts, and the three rules that are its own."""

    name: str
    digest_size: int
    block_size: int
    initial_state: State
    compute_padding: Callable[[int], bytes]
    """From the length of the message in bytes to what is put after it, so that the blocks come out whole."""
    compute_next_state: Callable[[State, bytes], State]
    """From a state and one block to the next state."""
    compute_digest: Callable[[State], bytes]
    """From the last state to the digest."""

    def new(self, data: bytes = b"", /) -> "IteratedHasher":
        """Begin to hash a message that starts with `data`."""
        return IteratedHasher(self, data)


class IteratedHasher:
    """A computation of `function` under way; a `Hasher`. It keeps the state and the bytes that do not fill a block yet."""

    def __init__(self, function: IteratedHash, data: bytes = b"") -> None:
        self.name = function.name
        self.digest_size = function.digest_size
        self.block_size = function.block_size
        self._function = function
        self._state = function.initial_state
        self._rest = b""
        self._length = 0
        self.update(data)

    def update(self, data: bytes, /) -> None:
        """Go on with the message: mix in every block that is whole, keep the rest."""
        try:
            pending = self._rest + data
        except TypeError:
            raise MessageTypeError(f"the message for {self.name}", data) from None
        self._length += len(pending) - len(self._rest)
        whole = len(pending) - len(pending) % self.block_size
        self._state = self._mix(pending[:whole])
        self._rest = pending[whole:]

    def digest(self) -> bytes:
        """Return the digest of the message so far. The state stays, so that more of the message may follow."""
        padding = self._function.compute_padding(self._length)
        return self._function.compute_digest(self._mix(self._rest + padding))

    def hexdigest(self) -> str:
        """Return the digest in hexadecimal."""
        return self.digest().hex()

    def copy(self) -> "IteratedHasher":
        """Return a second computation that starts from what this one has read."""
        return copy.copy(self)

    def _mix(self, blocks: bytes) -> State:
        """Return the state after `blocks`: the iteration that gives iterated hashing its name."""
        state = self._state
        for start in range(0, len(blocks), self.block_size):
            state = self._function.compute_next_state(state, blocks[start : start + self.block_size])
        return state
