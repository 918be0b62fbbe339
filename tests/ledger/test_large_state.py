"""The state's trie when there are many keys: how much a block costs must hardly depend on how many there are."""

import json
import math
import random
import sqlite3
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from minichain.crypto.hashing import sha256
from minichain.crypto.node_store import MemoryStore
from minichain.ledger.commitment import StateTree, compute_proven_entry
from minichain.ledger.rwset import Version, Write
from minichain.ledger.state import Entry

TOUCHED = 1_000
MOST_BYTES = 300 * 1_000_000


class NodeFile:
    """A node store in an SQLite file, as the ledger's store has it."""

    def __init__(self, path):
        self.connection = sqlite3.connect(path)
        self.connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;")
        self.connection.execute("CREATE TABLE IF NOT EXISTS nodes (hash BLOB PRIMARY KEY, node BLOB NOT NULL) WITHOUT ROWID")

    def get(self, key):
        row = self.connection.execute("SELECT node FROM nodes WHERE hash = ?", (key,)).fetchone()
        return row and row[0]

    def put_all(self, nodes):
        with self.connection:
            self.connection.executemany("INSERT OR IGNORE INTO nodes VALUES (?, ?)", sorted(nodes.items()))

    def put(self, key, value):
        self.put_all({key: value})


class CountingStore(MemoryStore):
    """Counts the nodes that were read."""

    reads = 0

    def get(self, key):
        self.reads += 1
        return super().get(key)

    def put_all(self, nodes):
        for key, value in nodes.items():
            self.put(key, value)


def grow(tree, store, root, first, last, block=20_000):
    """Return the root of the state with the keys number `first` to `last`, added in blocks."""
    for start in range(first, last, block):
        update = tree.compute_update(
            root, 0, [[Write("kv", key_of(number), b"value")] for number in range(start, min(last, start + block))]
        )
        store.put_all(update.nodes)
        root = update.root
    return root


def key_of(number):
    return b"account %d" % number


def touch(tree, root, size, height=1):
    """Return what a block makes that gives 1,000 of `size` keys another value."""
    chosen = random.Random(size).sample(range(size), TOUCHED)
    return tree.compute_update(root, height, [[Write("kv", key_of(number), b"%d" % height)] for number in chosen])


def bound_nodes(size):
    """Return how many nodes a block may make that touches 1,000 of `size` keys: one a nibble that tells keys apart, and a leaf each."""
    return TOUCHED * (math.log(size, 16) + 2)


@pytest.mark.parametrize("size", [1_000, 4_000, 16_000])
def test_a_block_makes_and_reads_no_more_nodes_than_the_depth_says(size):
    store = CountingStore()
    root = grow(StateTree(store, sha256), store, StateTree(store, sha256).empty_root, 0, size)
    store.reads = 0
    update = touch(StateTree(store, sha256), root, size)  # with an empty cache
    assert TOUCHED < len(update.nodes) <= bound_nodes(size)
    assert store.reads <= bound_nodes(size)


def get_most_bytes():
    """Return the most memory that this process has had. (What getrusage tells begins with that of the process before exec.)"""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def measure(path, sizes):
    """Grow a state on disk, and print after each size what a block of 1,000 keys makes and takes, and the most memory taken so far."""
    import time

    store = NodeFile(path)
    tree = StateTree(store, sha256)
    root, size, rows = tree.empty_root, 0, []
    for next_size in sizes:
        root, size = grow(tree, store, root, size, next_size), next_size
        seconds = []
        for height in (1, 2, 3):
            start = time.process_time()
            update = touch(tree, root, size, height)
            seconds.append(time.process_time() - start)
        place = ("kv", key_of(size - 1))
        assert compute_proven_entry(root, place, tree.prove(root, place), sha256) is not None
        rows.append({"size": size, "nodes": len(update.nodes), "seconds": min(seconds), "bytes": get_most_bytes()})
    print(json.dumps(rows))


@pytest.mark.long
@pytest.mark.parametrize("largest", [100_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
def test_many_keys_stay_small_and_a_block_grows_no_faster_than_the_logarithm(tmp_path, largest):
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000) if size <= largest]
    code = f"import sys; from tests.ledger.test_large_state import measure; measure(sys.argv[1], {sizes})"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "nodes.db")], capture_output=True, text=True, check=True)
    rows = json.loads(done.stdout)
    print(*rows, sep="\n")
    assert [row["size"] for row in rows] == sizes
    assert all(row["nodes"] <= bound_nodes(row["size"]) for row in rows)
    assert rows[-1]["bytes"] < MOST_BYTES
    for before, after in pairwise(rows):
        if before["size"] >= 10 * TOUCHED:  # before that, the keys touched share most of their nodes
            assert after["nodes"] / before["nodes"] <= math.log(after["size"]) / math.log(before["size"]) * 1.1


@pytest.mark.long
def test_entries_of_a_large_state_survive_reopening(tmp_path):
    store = NodeFile(tmp_path / "nodes.db")
    tree = StateTree(store, sha256)
    root = grow(tree, store, tree.empty_root, 0, 50_000)
    store.connection.close()
    reopened = StateTree(NodeFile(tmp_path / "nodes.db"), sha256)
    assert reopened.get(root, ("kv", key_of(12_345))) == Entry(b"value", Version(0, 12_345))
