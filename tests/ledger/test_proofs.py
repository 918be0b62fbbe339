"""A stranger with a header can check what is in the block; an archive proves the same, and comes back."""

import shutil
from dataclasses import replace

import pytest

from minichain.crypto.errors import InvalidProofError, OutOfTreeError
from minichain.ledger.archive import archive_blocks, restore_blocks
from minichain.ledger.chain_file import ChainFile, write_chain_file
from minichain.ledger.database import create_store
from minichain.ledger.encoding import decode, encode
from minichain.ledger.errors import ArchivedError, DamagedError, StoreError
from minichain.ledger.proofs import (
    BlockProof,
    Part,
    get_proven,
    prove_receipt,
    prove_rwset,
    prove_transaction,
    validate_block_proof,
)
from minichain.ledger.sqlite_store import SqliteStore
from minichain.ledger.store import Position
from minichain.ledger.verify import verify_store
from tests.ledger.small_chain import SUITE, extend, get_summary, make_chain, make_transaction

COUNT = 5


@pytest.fixture
def committed():
    chain = make_chain()
    extend(chain, *(make_transaction(number) for number in range(COUNT)))
    return chain.store.get_committed(1)


def prove_all(committed, index):
    """Return the proofs of transaction, receipt and read-write set, as they come over the wire."""
    proofs = (
        prove_transaction(committed.block, index, SUITE.hash),
        prove_receipt(committed.receipts, index, SUITE.hash),
        prove_rwset(committed.rwsets, index, SUITE.hash),
    )
    return [decode(BlockProof, encode(proof)) for proof in proofs]


@pytest.mark.parametrize("index", range(COUNT))
def test_a_stranger_verifies_with_the_header_alone(committed, index):
    header = committed.block.header
    expected = [committed.block.transactions[index], committed.receipts[index], committed.rwsets[index]]
    assert [get_proven(proof, header, SUITE.hash) for proof in prove_all(committed, index)] == expected


def test_nothing_else_verifies(committed):
    header = committed.block.header
    for proof in prove_all(committed, 2):
        for wrong in (
            replace(proof, index=3),
            replace(proof, index=COUNT),
            replace(proof, part=Part((proof.part + 1) % 3)),
            replace(proof, entry=proof.entry + b"\0"),
            replace(proof, entry=prove_all(committed, 1)[proof.part].entry),
            replace(proof, path=proof.path[:-1]),
            replace(proof, path=(*proof.path, bytes(32))),
            replace(proof, path=(b"short", *proof.path[1:])),
        ):
            with pytest.raises(InvalidProofError):
                validate_block_proof(wrong, header, SUITE.hash)
    with pytest.raises(OutOfTreeError):
        prove_transaction(committed.block, COUNT, SUITE.hash)


# Archives


@pytest.fixture
def store(tmp_path):
    create_store(tmp_path / "store")
    with SqliteStore(tmp_path / "store", is_synced=False) as store:
        chain = make_chain(store)
        for number in range(6):
            extend(chain, make_transaction(2 * number), make_transaction(2 * number + 1))
        chain.finalise(5)
        yield store


def test_archived_blocks_are_proved_and_come_back(store):
    before = get_summary(make_chain(store))
    headers = [store.get_header(height) for height in range(7)]
    first, second = archive_blocks(store, 2), archive_blocks(store, 4)
    assert [(one.first, one.last) for one in (first, second)] == [(1, 2), (3, 4)]
    with pytest.raises(ArchivedError, match="the block at height 3 is archived, in archive/blocks-3-4"):
        store.get_committed(3)
    assert [store.get_header(height) for height in range(7)] == headers
    assert store.find_transaction(f"{3:064x}") == Position(2, 1)
    with ChainFile(store.directory / second.name) as file:
        for committed in file.read():
            for proof in prove_all(committed, 1):
                validate_block_proof(proof, headers[committed.block.height], SUITE.hash)
    chain = make_chain(store)
    extend(chain, make_transaction(100))
    store.revert(6)
    restore_blocks(store, second, SUITE.hash)
    restore_blocks(store, first, SUITE.hash)
    assert store.get_archives() == [] and get_summary(make_chain(store)) == before


def test_an_archive_in_another_place(store, tmp_path):
    made = archive_blocks(store, 2)
    shutil.move(store.directory / made.name, tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="cannot read"):
        restore_blocks(store, made, SUITE.hash)
    restore_blocks(store, made, SUITE.hash, tmp_path / "elsewhere")
    store.close()
    assert list(verify_store(tmp_path / "store")) == []


def test_only_final_blocks_are_archived_and_never_the_last(store):
    for last in (0, 6, 9):
        with pytest.raises(StoreError, match="cannot archive"):
            archive_blocks(store, last)
    archive_blocks(store, 3)
    with pytest.raises(StoreError, match="cannot archive"):
        archive_blocks(store, 3)


@pytest.mark.parametrize("what", ["receipts", "transactions", "rwsets", "other"])
def test_an_archive_that_was_exchanged_is_refused(store, what):
    made = archive_blocks(store, 2)
    path = store.directory / made.name
    with ChainFile(path) as file:
        blocks, heading = list(file.read()), file.heading
    last = blocks[-1]
    if what == "other":
        heading = replace(heading, first=2)
        changed = [last]
    elif what == "transactions":
        changed = [blocks[0], replace(last, block=replace(last.block, transactions=last.block.transactions[::-1]))]
    else:
        changed = [blocks[0], replace(last, **{what: getattr(last, what)[::-1]})]
    path.unlink()
    write_chain_file(path, heading, changed)
    with pytest.raises(StoreError, match=r"does not agree with its header|not those of"):
        restore_blocks(store, made, SUITE.hash)
    with pytest.raises(ArchivedError):
        store.get_committed(1)


def test_a_chain_file_that_is_damaged_says_where(store, tmp_path):
    made = archive_blocks(store, 3)
    content = (store.directory / made.name).read_bytes()
    path = tmp_path / "file"
    for wrong, message in [
        (b"x" + content[1:], "no file of blocks"),
        (content[:-1], "the end"),
        (content[: len(content) // 2], "ends in the middle of the block at height"),
        (content + b"\0", "goes on after its last block"),
        (content[:30] + b"\xff" + content[31:], "the heading"),
        (content[:-60] + bytes([content[-60] ^ 1]) + content[-59:], "height 3"),
        (content[:60] + b"\xff" * 8 + content[68:], "height 1|heading"),
    ]:
        path.write_bytes(wrong)

        def read():
            with ChainFile(path) as file:
                return list(file.read())

        with pytest.raises(DamagedError, match=message):
            read()
