"""A flipped bit anywhere in the files is found by `verify`, and named."""

import random
import shutil

import pytest

from minichain.ledger.archive import archive_blocks
from minichain.ledger.database import LOG, create_store
from minichain.ledger.sqlite_store import SqliteStore
from minichain.ledger.verify import verify_store
from tests.ledger.small_chain import extend, make_chain, make_transaction


def fill(folder, blocks=6):
    """Make a chain with an archive on disk, and return its store, open."""
    create_store(folder)
    store = SqliteStore(folder)
    chain = make_chain(store)
    for number in range(blocks):
        extend(chain, make_transaction(2 * number), make_transaction(2 * number + 1, "Bob", method="emit", topic=b"t", data=b"d"))
    chain.finalise(3)
    archive_blocks(store, 2)
    return store


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("damage") / "closed"
    fill(folder).close()
    return folder


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A store as a process leaves it that was killed: with a log."""
    folder = tmp_path_factory.mktemp("damage") / "store"
    with fill(folder):
        shutil.copytree(folder, folder.with_name("killed"))
    assert (folder.with_name("killed") / LOG).stat().st_size > 50_000
    return folder.with_name("killed")


def flip(path, position, bit):
    """Flip one bit of a file."""
    with path.open("r+b") as file:
        file.seek(position)
        byte = file.read(1)[0]
        file.seek(position)
        file.write(bytes([byte ^ 1 << bit]))


def find_flips(folder, count, seed):
    """Flip single bits all over the files, one at a time, and return those that `verify` did not find or named wrongly."""
    draw = random.Random(seed)
    missed = []
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in paths:
        size = path.stat().st_size
        positions = {0, size - 1} | {draw.randrange(size) for _ in range(count)} if size else set()
        for position in sorted(positions):
            bit = draw.randrange(8)
            flip(path, position, bit)
            places = {damage.place for damage in verify_store(folder)}
            flip(path, position, bit)
            name = str(path.relative_to(folder))
            if not any(place.startswith(name) or name.startswith(place) for place in places):
                missed.append((name, position, bit, places))
    return missed


def test_nothing_is_found_where_nothing_is(closed):
    assert list(verify_store(closed)) == []


def test_a_flipped_bit_in_a_closed_store(closed):
    assert find_flips(closed, 12, seed=1) == []


def test_a_flipped_bit_after_a_crash(killed, tmp_path):
    folder = tmp_path / "store"
    shutil.copytree(killed, folder)
    assert find_flips(folder, 8, seed=2) == []


@pytest.mark.long
def test_many_flipped_bits(closed, killed, tmp_path):
    folder = tmp_path / "store"
    shutil.copytree(killed, folder)
    assert find_flips(closed, 400, seed=3) == []
    assert find_flips(folder, 200, seed=4) == []


def test_a_page_is_named_by_its_bytes(closed):
    flip(closed / "ledger.db", 5000, 3)
    (damage,) = verify_store(closed)
    flip(closed / "ledger.db", 5000, 3)
    assert damage.place == "ledger.db" and "page 2 (bytes 4096 to 8191)" in damage.message


@pytest.mark.parametrize("name", ["ledger.db", "ledger.sums", "ledger.ack", "archive/blocks-1-2"])
def test_a_file_that_is_missing_or_cut_off(closed, tmp_path, name):
    folder = tmp_path / "store"
    shutil.copytree(closed, folder)
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[:-5000] if len(content) > 5000 else content[:-1])
    assert any(damage.place == name for damage in verify_store(folder))
    (folder / name).unlink()
    assert any(name in damage.place or name in damage.message for damage in verify_store(folder))


def test_what_somebody_changed_who_made_the_checksums_anew(closed, tmp_path):
    """SQLite itself, used from outside, changes a value: the pages' checksums are made anew, the ledger's hashes cannot be."""
    folder = tmp_path / "store"
    for statement, place in [
        ("UPDATE state SET value = x'00' WHERE contract = 'kv' AND key = CAST('key4' AS BLOB)", "the state"),
        ("DELETE FROM state WHERE contract = 'kv' AND key = CAST('key4' AS BLOB)", "the state"),
        ("UPDATE transactions SET idx = 1 - idx WHERE height = 4", "block 4"),
        ("UPDATE blocks SET header = (SELECT header FROM blocks WHERE height = 4) WHERE height = 5", "block 5"),
        ("UPDATE nodes SET node = x'c0' WHERE hash = (SELECT MIN(hash) FROM nodes)", "the trie"),
    ]:
        shutil.copytree(closed, folder)
        with SqliteStore(folder) as store, store.atomic():
            store._execute(statement)
        assert place in {damage.place for damage in verify_store(folder)}, statement
        shutil.rmtree(folder)
