"""Is everything as it was written? Looks at every byte of a store, and names what is wrong.

First the files, without SQLite: checksums of pages, log, acknowledgement, archives. A bit that was flipped anywhere shows here, with the
file and the place. Then what they say: every block against its header, every header against the one before it, every value of the state
against the write that made it, and the root of the state against the last header. That also shows what somebody changed who knew how to
make checksums anew.

Simplifications: whether the blocks were right in the first place, only executing them again can tell (`minichain chain verify --replay`).
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from minichain.crypto.hashing import HashFunction
from minichain.crypto.trie import SecureTrie
from minichain.ledger.acknowledgement import get_latest, open_locked, read_slots
from minichain.ledger.archive import FOLDER, validate_body
from minichain.ledger.block import Header, compute_block_hash
from minichain.ledger.chain_file import ChainFile
from minichain.ledger.commitment import compute_trie_key, encode_entry
from minichain.ledger.database import ACKNOWLEDGED, DATABASE, LOG, NEXT_SUMS, PAGE_SIZE, SUMS, validate_acknowledged
from minichain.ledger.errors import DamagedError, LedgerError
from minichain.ledger.genesis import get_genesis_suite
from minichain.ledger.page_sums import compute_sum, read_page_sums, read_pages
from minichain.ledger.rwset import Write
from minichain.ledger.sqlite_store import SqliteStore
from minichain.ledger.store import Committed
from minichain.ledger.wal import Log, read_log

OnProgress = Callable[[str, int, int], None]
"""Is told what is being looked at, and how many of how many are done."""


@dataclass(frozen=True)
class Damage:
    """Something is not as it was written."""

    place: str
    message: str


def describe_error(place: str, error: LedgerError) -> Damage:
    """Return the damage that an error tells about; many begin with the file's name."""
    return Damage(place, str(error).removeprefix(f"{place.rpartition('/')[2]}: "))


def verify_store(directory: Path, on_progress: OnProgress = lambda what, done, total: None) -> Iterator[Damage]:
    """Yield what is wrong with a store that no process has open. If a file is damaged, what the files say is not looked at."""
    is_damaged = False
    for damage in verify_locked(directory, on_progress):
        is_damaged = True
        yield damage
    if not is_damaged:
        try:
            with SqliteStore(directory) as store:
                yield from verify_content(store, on_progress)
        except (LedgerError, sqlite3.Error) as error:
            yield Damage(DATABASE, str(error))


def verify_locked(directory: Path, on_progress: OnProgress) -> Iterator[Damage]:
    """Yield what is wrong with the files, while no other process may change them. Raise InUseError if one has the store open."""
    descriptor = None
    try:
        descriptor = open_locked(directory / ACKNOWLEDGED)
    except DamagedError as error:
        yield describe_error(ACKNOWLEDGED, error)
    try:
        yield from verify_files(directory, on_progress)
    finally:
        if descriptor is not None:
            os.close(descriptor)


# The files


def verify_files(directory: Path, on_progress: OnProgress) -> Iterator[Damage]:
    """Yield each place in the files where a bit is not as it was written."""
    if not (directory / DATABASE).exists():
        yield Damage(DATABASE, f"is missing in {directory}")
        return
    log = read_log(directory / LOG, PAGE_SIZE, is_checked=True)
    yield from verify_acknowledgement(directory)
    yield from verify_log(directory, log)
    yield from verify_pages(directory, log, on_progress)
    yield from verify_archive_files(directory, on_progress)


def verify_acknowledgement(directory: Path) -> Iterator[Damage]:
    """Yield what is wrong with the file of acknowledgements."""
    try:
        for number, slot in enumerate(read_slots(directory / ACKNOWLEDGED)):
            if slot is None:
                yield Damage(ACKNOWLEDGED, f"slot {number} is not what was written")
    except LedgerError as error:
        yield describe_error(ACKNOWLEDGED, error)


def verify_log(directory: Path, log: Log) -> Iterator[Damage]:
    """Yield damage in the log: a wrong frame with right ones behind it, or an end before what was acknowledged."""
    data = (directory / LOG).read_bytes() if log.size else b""
    if log.counted < log.size and has_commit_behind(data, log.counted):
        yield Damage(LOG, f"the frame at byte {log.counted} is not what was written: what was committed after it would be lost")
        return
    try:
        validate_acknowledged(directory)
    except LedgerError as error:
        yield describe_error(LOG, error)


def has_commit_behind(data: bytes, position: int) -> bool:
    """Return whether something that looks like a committed frame of the same log follows the first wrong one."""
    frame = PAGE_SIZE + 24
    salts = data[16:24]
    starts = range(position + frame if position else 32, len(data) - frame + 1, frame)
    return any(data[start + 8 : start + 16] == salts and data[start + 4 : start + 8] != bytes(4) for start in starts)


def verify_pages(directory: Path, log: Log, on_progress: OnProgress) -> Iterator[Damage]:
    """Yield each page of the database file that has neither the checksum that was written, nor the one that was to come."""
    try:
        known = [read_page_sums(directory / SUMS)]
        if (directory / NEXT_SUMS).exists():
            known.append(read_page_sums(directory / NEXT_SUMS))
    except LedgerError as error:
        yield describe_error(SUMS, error)
        return
    path = directory / DATABASE
    size, counts = path.stat().st_size, [len(sums) for sums in known]
    total = -(-size // PAGE_SIZE)
    if size % PAGE_SIZE or (log.page_count is None and total not in counts):
        yield Damage(DATABASE, f"has {size} bytes; expected are {' or '.join(str(count * PAGE_SIZE) for count in counts)}")
    for page, content in enumerate(read_pages(path, PAGE_SIZE), 1):
        if page % 4096 == 0:
            on_progress("pages", page, total)
        found = compute_sum(content)
        if found not in [sums.get(page) for sums in known] and log.pages.get(page) != content:
            first = (page - 1) * PAGE_SIZE
            yield Damage(DATABASE, f"page {page} (bytes {first} to {first + PAGE_SIZE - 1}) is not what was written")
    on_progress("pages", total, total)


def verify_archive_files(directory: Path, on_progress: OnProgress) -> Iterator[Damage]:
    """Yield each archive that is not what was written, as far as the file itself tells."""
    # A file that was being written when the process was killed is nobody's, and the next one takes its place.
    paths = sorted(path for path in (directory / FOLDER).glob("blocks-*") if path.suffix != ".tmp")
    for number, path in enumerate(paths, 1):
        try:
            with ChainFile(path) as file:
                for _ in file.read():
                    pass
        except LedgerError as error:
            yield describe_error(f"{FOLDER}/{path.name}", error)
        on_progress("archives", number, len(paths))


# What the files say


def verify_content(store: SqliteStore, on_progress: OnProgress) -> Iterator[Damage]:
    """Yield whatever the store holds that does not follow from its blocks."""
    latest = get_latest(read_slots(store.directory / ACKNOWLEDGED), ACKNOWLEDGED)
    if (latest.block_count, latest.hash) != (store.height + 1, store.get_hash(store.height) if store.height >= 0 else bytes(32)):
        yield Damage(ACKNOWLEDGED, f"{latest.block_count} blocks were acknowledged, and the last block is another")
    if store.height < 0:
        return
    hash_function = get_genesis_suite(store.get_committed(0).block).hash
    previous: Header | None = None
    writes = 0
    for committed in read_all(store):
        header = store.get_header(committed.block.height)
        yield from verify_block(store, committed, header, previous, hash_function)
        yield from verify_writes(store, committed)
        writes += sum(len(rwset.writes) for rwset in committed.rwsets)
        previous = header
        on_progress("blocks", header.height + 1, store.height + 1)
    count = store.count_values()
    if count != writes:
        yield Damage("the state", f"has {count} values, and the blocks wrote {writes}")
    yield from verify_tree(store, store.get_header(store.height).state_root, hash_function)


def read_all(store: SqliteStore) -> Iterator[Committed]:
    """Yield every block with what came of it, from the database or its archive."""
    archives = {archive.first: archive for archive in store.get_archives()}
    height = 0
    while height <= store.height:
        archive = archives.get(height)
        if archive is None:
            yield store.get_committed(height)
            height += 1
            continue
        with ChainFile(store.directory / archive.name) as file:
            yield from file.read()
        if file.digest != archive.digest:
            raise LedgerError(f"{archive.name} is not the file that was archived")
        height = archive.last + 1


def verify_block(
    store: SqliteStore, committed: Committed, header: Header, previous: Header | None, hash_function: HashFunction
) -> Iterator[Damage]:
    """Yield what does not fit together about one block."""
    place = f"block {committed.block.height}"
    try:
        validate_body(committed, header, hash_function, place)
    except LedgerError as error:
        yield describe_error(place, error)
    if store.get_hash(header.height) != compute_block_hash(header, hash_function):
        yield Damage(place, "is kept under a hash that is not its own")
    if previous is not None and header.previous_hash != compute_block_hash(previous, hash_function):
        yield Damage(place, "does not name the hash of the block before it")
    for index, transaction in enumerate(committed.block.transactions):
        found = store.find_transaction(transaction.tx_id)
        if found is None or (found.height, found.index) != (header.height, index):
            yield Damage(place, f"the transaction {transaction.tx_id} is not found where it stands")


def verify_writes(store: SqliteStore, committed: Committed) -> Iterator[Damage]:
    """Yield each value of the state that is not what the block's transactions wrote."""
    height = committed.block.height
    for index, rwset in enumerate(committed.rwsets):
        for write in rwset.writes:
            if not store.has_written(write, height, index):
                yield Damage("the state", f"{describe(write)} at height {height} is not what transaction {index} wrote")


def describe(write: Write) -> str:
    """Return a key in words."""
    return f"{write.contract}/{write.key!r}"


def verify_tree(store: SqliteStore, root: bytes, hash_function: HashFunction) -> Iterator[Damage]:
    """Yield what is wrong with the trie: nodes under a wrong hash, or a state whose root is not the last header's."""
    for node_hash, node in store.iterate_nodes():
        if hash_function(node) != node_hash:
            yield Damage("the trie", f"the node {node_hash.hex()} has another hash")
    trie = SecureTrie(hash_function=hash_function)
    for place, entry in store.state.iterate_all():
        trie.put(compute_trie_key(place), encode_entry(entry))
    found = trie.compute_root()
    if found != root:
        yield Damage("the state", f"its root is {found.hex()}, and the last header says {root.hex()}")
