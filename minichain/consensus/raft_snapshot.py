"""What a snapshot holds: one value that stands for everything that was decided up to an index.

Source: Ongaro and Ousterhout 2014, section 7. Raft does not look into it: the application makes it, and says what it stands for. A state
machine would write down its state. A ledger keeps its values anyway, so its snapshot is the values themselves, each with its height
(`ValueArchive`): a member that gets it decides those that it lacks, one after the other, as if they had come through the log.

>>> archive = ValueArchive({2: b"x", 5: b"y"})
>>> archive.read_content(archive.make_content())
((2, b'x'), (5, b'y'))
>>> archive.read_content(b"not that") is None
True

Simplifications: all values each time. A node would send the last state with its proof, and leave the blocks to sync.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from minichain.ledger.encoding import decode, encode
from minichain.ledger.errors import LedgerError

Values = tuple[tuple[int, bytes], ...]


class Archive(Protocol):
    """What Raft asks of an application so that it can drop the log that is behind it."""

    def make_content(self) -> bytes:
        """Return one value that stands for all that was decided and executed so far."""

    def read_content(self, content: bytes) -> Values | None:
        """Return the decided values that it stands for, each with its height, upwards; None if it is no such value."""


@dataclass(frozen=True)
class Content:
    """The values, as they are encoded."""

    values: Values


@dataclass(frozen=True)
class ValueArchive:
    """The archive of an application that keeps its values by their heights. `values` is its own mapping, which grows."""

    values: Mapping[int, bytes]

    def make_content(self) -> bytes:
        """Return all values in one."""
        return encode(Content(tuple(sorted(self.values.items()))))

    def read_content(self, content: bytes) -> Values | None:
        """Return the values, or None."""
        if not content:
            return ()
        try:
            values = decode(Content, content).values
        except LedgerError:
            return None
        heights = [height for height, _ in values]
        return values if heights == sorted(set(heights)) else None
