"""Archives: old blocks leave the database for a file, and can still be proved, and come back.

Of an archived block the store keeps the header and the hash, so the chain of headers has no gap, new blocks are validated as before, and
transactions can be looked up. The body, with receipts and read-write sets, lies in a file of `chain_file`'s format, which can go to
cheaper disks. Whoever holds the file can prove a transaction of it to anybody who has the header; coming back, each body is compared with
the header that stayed here, so an archive needs no trust.

Simplifications: archives are whole ranges from the lowest block on. ChainMaker archives below a "pivot" in the same way.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from minichain.crypto.hashing import HashFunction
from minichain.ledger.block import Header, compute_block_hash, compute_dag_hash
from minichain.ledger.chain_file import ChainFile, Heading, write_chain_file
from minichain.ledger.errors import DamagedError, StoreError
from minichain.ledger.files import OnWrite, ignore
from minichain.ledger.proofs import compute_receipt_root, compute_rwset_root, compute_transaction_root
from minichain.ledger.sqlite_store import SqliteStore
from minichain.ledger.store import Archive, Committed

FOLDER: Final = "archive"
"""Where archives lie, below the store's directory."""


def archive_blocks(store: SqliteStore, last: int, on_write: OnWrite = ignore) -> Archive:
    """Move the bodies up to the block at `last` from the database to a file. The file is on the disk before anything is dropped."""
    archives = store.get_archives()
    first = archives[-1].last + 1 if archives else 1
    if not first <= last <= store.final_height or last == store.height:
        raise StoreError(
            f"cannot archive the blocks {first} to {last}: only final blocks are archived (up to {store.final_height}), "
            "in order, and never the last of the chain"
        )
    name = f"{FOLDER}/blocks-{first}-{last}"
    path = store.directory / name
    path.parent.mkdir(exist_ok=True)
    bodies = (store.get_committed(height) for height in range(first, last + 1))
    digest = write_chain_file(path, Heading(first, last, store.final_height + 1), bodies, on_write)
    archive = Archive(first, last, name, digest)
    store.drop_bodies(archive)
    return archive


def restore_blocks(store: SqliteStore, archive: Archive, hash_function: HashFunction, path: Path | None = None) -> None:
    """Bring the bodies of an archive back into the database, from its file or from a copy of it at `path`. The file stays."""
    with ChainFile(path or store.directory / archive.name) as file:
        if (file.heading.first, file.heading.last) != (archive.first, archive.last):
            raise StoreError(f"{file.path.name} holds the blocks {file.heading.first} to {file.heading.last}, not those of {archive.name}")
        store.put_back_bodies(archive, read_validated(file, store, hash_function))


def read_validated(file: ChainFile, store: SqliteStore, hash_function: HashFunction) -> Iterator[Committed]:
    """Yield the blocks of a file, each once it agrees with the header that the store has."""
    for committed in file.read():
        validate_body(committed, store.get_header(committed.block.height), hash_function, file.path.name)
        yield committed


def validate_body(committed: Committed, header: Header, hash_function: HashFunction, place: str) -> None:
    """Raise DamagedError naming `place` and what is wrong, unless `committed` is what `header` binds."""
    block = committed.block
    findings = {
        "header": block.header == header,
        "hash": committed.hash == compute_block_hash(header, hash_function),
        "number of transactions": len(block.transactions) == header.transaction_count,
        "transactions": compute_transaction_root(block.transactions, hash_function) == header.transaction_root,
        "DAG": compute_dag_hash(block.dag, hash_function) == header.dag_hash,
        "receipts": compute_receipt_root(committed.receipts, hash_function) == header.receipt_root,
        "read-write sets": compute_rwset_root(committed.rwsets, hash_function) == header.rwset_root,
    }
    wrong = [what for what, is_right in findings.items() if not is_right]
    if wrong:
        raise DamagedError(f"{place}: the block at height {header.height} does not agree with its header: {', '.join(wrong)}")
