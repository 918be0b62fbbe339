"""Writing files so that a crash leaves the old content or the new, and checksums by which a flipped bit shows.

Between what a program writes and what the disk holds lies a cache. A file that is written under another name, brought to the disk (fsync)
and then renamed is never seen half written (POSIX rename is atomic); the directory has to be brought to the disk as well.

Simplifications: fsync is believed. Some disks say that they have written what they have not.
"""

import os
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Final

CHECK_SIZE: Final = 16

OnWrite = Callable[[str], None]
"""Is told the name of each step before or after which a crash could strike. Tests crash there."""


def ignore(step: str) -> None:
    """Do nothing at any step: what everything but a test wants."""


def compute_check(data: bytes) -> bytes:
    """Return a checksum of 16 bytes: against accidents. Somebody who means harm can compute it anew; hashes and signatures are for them."""
    return blake2b(data, digest_size=CHECK_SIZE).digest()


def add_check(data: bytes) -> bytes:
    """Return `data` with its checksum behind it."""
    return data + compute_check(data)


def remove_check(data: bytes) -> bytes | None:
    """Return what stands before the checksum, or None if the two do not belong together."""
    content, check = data[:-CHECK_SIZE], data[-CHECK_SIZE:]
    return content if len(data) >= CHECK_SIZE and compute_check(content) == check else None


def write_atomically(path: Path, data: bytes, on_write: OnWrite = ignore) -> None:
    """Write a file such that after a crash it has its old content or `data`."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        on_write(f"{path.name}: written")
        os.fsync(file.fileno())
    on_write(f"{path.name}: synced")
    temporary.replace(path)
    sync_directory(path.parent)
    on_write(f"{path.name}: renamed")


def sync_directory(path: Path) -> None:
    """Bring to the disk which files a directory has."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
