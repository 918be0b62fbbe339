"""Checksums of the database's pages, in a file beside it: SQLite has none, so a flipped bit in a page would be read as if it were right.

The database file only changes when the log is copied into it, and the store alone decides when. Before it does, it writes the
checksums that the pages will have (`ledger.sums.next`); afterwards that file takes the place of `ledger.sums`. If it crashes between
the two, every page has its old checksum or its new one, and the log is still there to finish with.

Simplifications: SQLite's own checksum extension (cksumvfs) does this inside of each page; Python's sqlite3 module cannot load it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

from minichain.ledger.errors import DamagedError
from minichain.ledger.files import add_check, remove_check
from minichain.ledger.wal import Log

MAGIC: Final = b"MiniChain page sums 1\n"
SUM_SIZE: Final = 8


@dataclass(frozen=True)
class PageSums:
    """The checksums of all pages, in order, joined."""

    page_size: int
    commits: int
    """How many transactions are in the database file, counted from the first."""
    sums: bytes

    def __len__(self) -> int:
        """Return how many pages there are."""
        return len(self.sums) // SUM_SIZE

    def get(self, page: int) -> bytes:
        """Return the checksum of a page, numbered from 1; empty if there is none."""
        return self.sums[(page - 1) * SUM_SIZE : page * SUM_SIZE]


def compute_sum(content: bytes) -> bytes:
    """Return the checksum of a page."""
    return blake2b(content, digest_size=SUM_SIZE).digest()


def compute_page_sums(path: Path, page_size: int) -> PageSums:
    """Return the checksums of the pages of a new database file."""
    return PageSums(page_size, 0, b"".join(compute_sum(content) for content in read_pages(path, page_size)))


def read_pages(path: Path, page_size: int) -> Iterator[bytes]:
    """Yield the pages of a database file."""
    with path.open("rb") as file:
        while content := file.read(page_size):
            yield content


def update_page_sums(old: PageSums, log: Log) -> PageSums:
    """Return the checksums after the pages in the log have been copied into the file."""
    page_count = log.page_count or len(old)
    sums = bytearray(old.sums[: page_count * SUM_SIZE].ljust(page_count * SUM_SIZE, b"\0"))
    for page, content in log.pages.items():
        if page <= page_count:
            sums[(page - 1) * SUM_SIZE : page * SUM_SIZE] = compute_sum(content)
    return PageSums(old.page_size, old.commits + log.commits, bytes(sums))


def encode_page_sums(sums: PageSums) -> bytes:
    """Return what stands in the file."""
    return add_check(MAGIC + sums.page_size.to_bytes(4, "big") + sums.commits.to_bytes(8, "big") + sums.sums)


def read_page_sums(path: Path) -> PageSums:
    """Return what the file holds; raise DamagedError if it is not what was written."""
    try:
        content = remove_check(path.read_bytes())
    except OSError as error:
        raise DamagedError(f"{path.name}: cannot be read ({error.strerror})") from None
    if content is None or not content.startswith(MAGIC):
        raise DamagedError(f"{path.name}: its own checksum is wrong")
    start = len(MAGIC)
    page_size, commits = int.from_bytes(content[start : start + 4], "big"), int.from_bytes(content[start + 4 : start + 12], "big")
    return PageSums(page_size, commits, content[start + 12 :])
