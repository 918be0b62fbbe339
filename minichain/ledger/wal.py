"""What SQLite's write-ahead log holds (sqlite.org/fileformat2.html, section 4), read without SQLite.

A transaction is appended to the log as frames, one for each page that it changed; the last frame says that it is committed. Checksums run
on from frame to frame. On opening, SQLite takes the frames up to the first wrong one, and of those the committed ones: right after a
crash, which tears the end. But a flipped bit looks the same, and makes it drop, without a word, what had been committed. So the log is
read here too, once to know which pages will change in the database file, and once to look for damage.

Simplifications: only what `sqlite_store` makes: one writer, and a log that is cut to nothing whenever it has been copied over.
"""

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from sys import byteorder
from typing import Final

HEADER_SIZE: Final = 32
FRAME_HEADER_SIZE: Final = 24
MAGIC: Final = 0x377F0682
"""The last bit tells the order of bytes in the words that are summed: 0 for little-endian."""

Sums = tuple[int, int]


def compute_sums(data: bytes, sums: Sums, *, is_big: bool) -> Sums:
    """Return the checksum over `data`, a multiple of 8 bytes, continued from `sums` (section 4.2)."""
    words = array("I", data)
    if is_big != (byteorder == "big"):
        words.byteswap()
    first, second = sums
    for index in range(0, len(words), 2):
        first = (first + words[index] + second) & 0xFFFFFFFF
        second = (second + words[index + 1] + first) & 0xFFFFFFFF
    return first, second


@dataclass
class Log:
    """What a log holds that counts."""

    pages: dict[int, bytes] = field(default_factory=dict)
    """The content of each page, numbered from 1, after the last commit."""
    page_count: int | None = None
    """How many pages the database has after the last commit; None if there is no commit."""
    commits: int = 0
    """How many transactions are committed."""
    counted: int = 0
    """How many bytes of the file count: up to the end of the last commit."""
    size: int = 0
    """How many bytes the file has."""


@dataclass(frozen=True)
class Frame:
    """A page, as it stands in the log."""

    page: int
    page_count: int
    """How many pages the database has, if this frame ends a transaction; else 0."""
    content: bytes
    end: int


def read_log(path: Path, page_size: int, *, is_checked: bool) -> Log:
    """Return what the log holds. If `is_checked`, frames from the first wrong checksum on do not count, as for SQLite itself."""
    data = path.read_bytes() if path.exists() else b""
    log = Log(size=len(data))
    pending: dict[int, bytes] = {}
    for frame in read_frames(data, page_size, is_checked=is_checked):
        pending[frame.page] = frame.content
        if frame.page_count:
            log.pages.update(pending)
            log.page_count, log.counted = frame.page_count, frame.end
            log.commits += 1
            pending = {}
    return log


def read_frames(data: bytes, page_size: int, *, is_checked: bool) -> Iterator[Frame]:
    """Yield the frames of a log, up to the first that is not in order."""
    if len(data) < HEADER_SIZE:
        return
    magic, _, size, _, salt1, salt2, first, second = struct.unpack(">8I", data[:HEADER_SIZE])
    if magic not in (MAGIC, MAGIC + 1) or size != page_size:
        return
    is_big = bool(magic & 1)
    sums = (first, second)
    if is_checked and compute_sums(data[:24], (0, 0), is_big=is_big) != sums:
        return
    for start in range(HEADER_SIZE, len(data) - FRAME_HEADER_SIZE - page_size + 1, FRAME_HEADER_SIZE + page_size):
        content_start = start + FRAME_HEADER_SIZE
        end = content_start + page_size
        page, page_count, *salts, first, second = struct.unpack(">6I", data[start:content_start])
        if salts != [salt1, salt2] or page == 0:
            return
        if is_checked:
            sums = compute_sums(data[start : start + 8], sums, is_big=is_big)
            sums = compute_sums(data[content_start:end], sums, is_big=is_big)
            if sums != (first, second):
                return
        yield Frame(page, page_count, data[content_start:end], end)
