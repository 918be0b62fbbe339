r"""Blocks in one file: what `export` writes, `import` reads, and archives are.

    MiniChain blocks 1\n       the format
    heading                    which blocks these are, and up to where the chain was final
    record …                   a block with what came of it (`Committed`), for each height
    end                        an empty record

The heading and each record stand as length (8 bytes), encoding, digest (32 bytes), where a digest is the SHA-256 of the digest before it
and the encoding. So a flipped bit shows at the record that it is in, and a file that was cut off shows by its missing end.

Simplifications: not compressed; `zstd` or `gzip` does that for any file.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from minichain.ledger.encoding import decode, encode
from minichain.ledger.errors import DamagedError, MalformedError, StoreError
from minichain.ledger.files import OnWrite, ignore, sync_directory
from minichain.ledger.store import Committed

T = TypeVar("T")

MAGIC: Final = b"MiniChain blocks 1\n"
DIGEST_SIZE: Final = 32
LARGEST_RECORD: Final = 1 << 28
"""A length beyond this many bytes (256 MiB) is damage, and no reason to fill the memory."""


@dataclass(frozen=True)
class Heading:
    """Which blocks a file holds, and how many of the chain were final: those below `final_count`."""

    first: int
    last: int
    final_count: int


def write_chain_file(path: Path, heading: Heading, blocks: Iterable[Committed], on_write: OnWrite = ignore) -> bytes:
    """Write a file such that it is there whole or not at all, and return its last digest."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("wb") as file:
            file.write(MAGIC)
            digest = write_record(file, encode(heading), MAGIC)
            for committed in blocks:
                digest = write_record(file, encode(committed), digest)
            digest = write_record(file, b"", digest)
            file.flush()
            on_write("chain file: written")
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)
    on_write("chain file: renamed")
    return digest


def write_record(file: BinaryIO, content: bytes, previous: bytes) -> bytes:
    """Write a record and return its digest."""
    digest = compute_digest(previous, content)
    file.write(len(content).to_bytes(8, "big") + content + digest)
    return digest


def compute_digest(previous: bytes, content: bytes) -> bytes:
    """Return the digest of a record that follows one with the digest `previous`."""
    return hashlib.sha256(previous + content).digest()


class ChainFile:
    """A file being read: the heading at once, the blocks one by one with `read`; afterwards `digest` is the last one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.digest = MAGIC
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise StoreError(f"cannot read {path}: {error.strerror}") from None
        if self._file.read(len(MAGIC)) != MAGIC:
            raise DamagedError(f"{path.name}: is no file of blocks; those begin with {MAGIC.decode().strip()!r}")
        self.heading = self._decode(Heading, self._read_record("the heading"), "the heading")
        if self.heading.last < self.heading.first:
            raise DamagedError(f"{path.name}: the heading says blocks {self.heading.first} to {self.heading.last}")

    def __enter__(self) -> "ChainFile":
        """Return the file."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._file.close()

    def read(self) -> Iterator[Committed]:
        """Yield the blocks in order; raise DamagedError at the first that is not what was written."""
        for height in range(self.heading.first, self.heading.last + 1):
            what = f"the block at height {height}"
            committed = self._decode(Committed, self._read_record(what), what)
            if committed.block.height != height:
                raise DamagedError(f"{self.path.name}: {what} says that its height is {committed.block.height}")
            yield committed
        if self._read_record("the end") or self._file.read(1):
            raise DamagedError(f"{self.path.name}: goes on after its last block, {self.heading.last}")

    def _read_record(self, what: str) -> bytes:
        length = int.from_bytes(self._read_exactly(8, what), "big")
        if length > LARGEST_RECORD:
            raise DamagedError(f"{self.path.name}: {what} has a length of {length} bytes, which none has")
        content = self._read_exactly(length, what)
        digest = compute_digest(self.digest, content)
        if self._read_exactly(DIGEST_SIZE, what) != digest:
            raise DamagedError(f"{self.path.name}: {what} is not what was written")
        self.digest = digest
        return content

    def _read_exactly(self, size: int, what: str) -> bytes:
        data = self._file.read(size)
        if len(data) != size:
            raise DamagedError(f"{self.path.name}: ends in the middle of {what}")
        return data

    def _decode(self, kind: type[T], content: bytes, what: str) -> T:
        try:
            return decode(kind, content, max_bytes=LARGEST_RECORD)
        except MalformedError as error:
            raise DamagedError(f"{self.path.name}: {what} cannot be read: {error}") from None
