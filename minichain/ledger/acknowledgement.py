"""What the store has promised to keep: after each commit it notes which one that was, in a file of its own.

A log whose end was torn by a crash and one whose end was spoilt by a flipped bit look the same: in both the last commit is missing. What
was acknowledged tells them apart. There are two slots, written in turn, so that a crash while one is written leaves the other.

Simplifications: the file is not brought to the disk at once, which would double the cost of a block. If the power fails, a promise may
be forgotten, but what was promised is not.
"""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from minichain.ledger.errors import DamagedError, InUseError
from minichain.ledger.files import CHECK_SIZE, add_check, remove_check, write_atomically

SLOT_SIZE: Final = 8 + 8 + 32 + CHECK_SIZE


@dataclass(frozen=True)
class Acknowledgement:
    """Commit number `commits` left the chain with `block_count` blocks, the last of which has this hash (32 zero bytes for none)."""

    commits: int
    block_count: int
    hash: bytes


def encode_slot(acknowledgement: Acknowledgement) -> bytes:
    """Return what stands in a slot."""
    numbers = acknowledgement.commits.to_bytes(8, "big") + acknowledgement.block_count.to_bytes(8, "big")
    return add_check(numbers + acknowledgement.hash)


def decode_slot(slot: bytes) -> Acknowledgement | None:
    """Return what a slot holds, or None if it is damaged."""
    content = remove_check(slot) if len(slot) == SLOT_SIZE else None
    if content is None:
        return None
    return Acknowledgement(int.from_bytes(content[:8], "big"), int.from_bytes(content[8:16], "big"), content[16:])


def create_acknowledgement(path: Path) -> None:
    """Make the file of a store in which nothing was committed."""
    write_atomically(path, encode_slot(Acknowledgement(0, 0, bytes(32))) * 2)


def write_acknowledgement(descriptor: int, acknowledgement: Acknowledgement) -> None:
    """Write the slot whose turn it is."""
    os.pwrite(descriptor, encode_slot(acknowledgement), acknowledgement.commits % 2 * SLOT_SIZE)


def open_locked(path: Path) -> int:
    """Open the file for the one process that may change the store, and return its descriptor; the lock ends with the process."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError as error:
        raise DamagedError(f"{path.name}: cannot be opened ({error.strerror})") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise InUseError(f"{path.parent} is in use: another process has this chain open") from None
    return descriptor


def read_slots(path: Path) -> list[Acknowledgement | None]:
    """Return both slots, None for one that is damaged; raise DamagedError for a file that is none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DamagedError(f"{path.name}: cannot be read ({error.strerror})") from None
    if len(data) != 2 * SLOT_SIZE:
        raise DamagedError(f"{path.name}: has {len(data)} bytes, and always had {2 * SLOT_SIZE}")
    return [decode_slot(data[:SLOT_SIZE]), decode_slot(data[SLOT_SIZE:])]


def get_latest(slots: list[Acknowledgement | None], name: str) -> Acknowledgement:
    """Return the later of the slots that are not damaged."""
    intact = [slot for slot in slots if slot is not None]
    if not intact:
        raise DamagedError(f"{name}: both slots are damaged")
    return max(intact, key=lambda slot: slot.commits)
