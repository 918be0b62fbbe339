"""The trie behaves as a dict with a root: the same contents have the same root however they came about, and every old root still reads."""

import gc
import itertools
import math
import random
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.crypto import hashing, rlp
from minichain.crypto.errors import CryptoError, InvalidEncodingError, InvalidEntryError, InvalidNodeError, MissingNodeError
from minichain.crypto.hashing import keccak256, make_hash_function, sha256
from minichain.crypto.nibbles import compute_path, pack_path
from minichain.crypto.node_store import MemoryStore, NodeCache
from minichain.crypto.trie import MAX_KEY_BYTES, MAX_VALUE_BYTES, SecureTrie, Trie
from minichain.crypto.trie_nodes import Leaf, decode_node
from minichain.crypto.trie_proof import compute_empty_root, is_absent, is_present

# Few letters and lengths, so that keys share their starts and begin each other; values on both sides of a hash's length.
keys = st.one_of(st.lists(st.sampled_from([0x00, 0x01, 0x10, 0xFF]), max_size=4).map(bytes), st.binary(max_size=3))
values = st.one_of(st.binary(min_size=1, max_size=3), st.binary(min_size=28, max_size=40))
tables = st.dictionaries(keys, values, max_size=12)


def make_trie(table, **options):
    trie = Trie(**options)
    for key, value in table.items():
        trie.put(key, value)
    return trie


def define_root(table, hash_function=keccak256):
    """The Yellow Paper, appendix D, word for word: c(I, i) and n(I, i) over the set of pairs, without a trie."""

    def c(pairs, i):
        if len(pairs) == 1:
            [(path, value)] = pairs
            return [pack_path(path[i:], is_end=True), value]
        j = max(x for x in range(len(pairs[0][0]) + 1) if len({path[:x] for path, _ in pairs}) == 1 and all(len(p) >= x for p, _ in pairs))
        if i != j:
            return [pack_path(pairs[0][0][i:j], is_end=False), n(pairs, j)]
        ways = [[pair for pair in pairs if len(pair[0]) > i and pair[0][i] == x] for x in range(16)]
        return [*(n(way, i + 1) for way in ways), next((value for path, value in pairs if len(path) == i), b"")]

    def n(pairs, i):
        if not pairs:
            return b""
        item = c(pairs, i)
        encoding = rlp.encode(item)
        return item if len(encoding) < hash_function.digest_size else hash_function(encoding)

    pairs = [(compute_path(key), value) for key, value in table.items()]
    return hash_function(rlp.encode(c(pairs, 0) if pairs else b""))


# A table with a root


@settings(max_examples=200)
@given(table=tables)
def test_root_is_the_yellow_papers(table):
    assert make_trie(table).compute_root() == define_root(table)


@given(table=tables, name=st.sampled_from(hashing.HASH_NAMES))
def test_any_hash_function_will_do(table, name):
    function = hashing.get_hash(name)
    trie = make_trie(table, hash_function=function)
    root = trie.compute_root()
    assert root == define_root(table, function)
    for key in [*table, b"absent"]:
        assert (
            is_present(root, key, table[key], trie.prove(key), function)
            if key in table
            else is_absent(root, key, trie.prove(key), function)
        )


def test_iterating_sees_the_trie_as_it_was():
    table = {bytes([number]): b"value" for number in range(50)}
    trie = make_trie(table)
    seen = trie.iterate()
    first = next(seen)
    trie.delete(b"\x07")
    trie.put(b"\x07\x07", b"new")
    assert dict([first, *seen]) == table


# Only what changed is hashed and stored


def count_hashes(function=sha256):
    """Return the hash function and the list that gets a message whenever it is called."""
    messages = []

    def new(data=b""):
        messages.append(data)
        return function.new(data)

    return make_hash_function(function, "counted", new), messages


@pytest.mark.parametrize("size", [1, 16, 1000, 5000])
def test_a_root_hashes_only_what_changed(size):
    function, messages = count_hashes()
    table = {sha256(number.to_bytes(4, "big")): b"a value" for number in range(size)}
    trie = make_trie(table, hash_function=function)
    trie.compute_root()
    assert len(messages) == len(set(messages)), "a node was hashed twice"
    steps = [len(trie.prove(key).nodes) for key in table]
    depth = max(steps)
    assert sum(steps) / size <= math.log(size, 16) + 2
    for key in list(table)[:20]:
        messages.clear()
        trie.put(key, b"another value")
        trie.put(key, b"and a third")
        trie.compute_root()
        assert len(messages) == len(trie.prove(key).nodes) <= depth
        messages.clear()
        trie.put(key, b"and a third")
        trie.delete(b"absent")
        trie.compute_root()
        assert messages == []


class SpiedStore(MemoryStore):
    """A store that fails after some writes, and that notes what is asked of it."""

    def __init__(self, writes=None):
        super().__init__()
        self.writes_left, self.asked = writes, []

    def get(self, key):
        self.asked.append(key)
        return super().get(key)

    def put(self, key, value):
        for child in getattr(decode_node(value, 32), "children", ()):
            assert not isinstance(child, bytes) or super().get(child) is not None, "a node was stored before what is below it"
        if self.writes_left is not None:
            if self.writes_left == 0:
                raise OSError("no space left")
            self.writes_left -= 1
        super().put(key, value)


TABLE = {sha256(bytes([number])): bytes([number + 1]) * 40 for number in range(100)}


@pytest.mark.parametrize("writes", [0, 1, 50, 105])
def test_a_store_that_fails_costs_nothing(writes):
    store = SpiedStore(writes)
    trie = make_trie(TABLE, store=store)
    with pytest.raises(OSError, match="no space"):
        trie.compute_root()
    assert dict(trie.iterate()) == TABLE
    store.writes_left = None
    assert trie.compute_root() == make_trie(TABLE).compute_root()
    assert dict(Trie(store, trie.compute_root()).iterate()) == TABLE


def test_a_cached_node_is_not_asked_for_again():
    store = SpiedStore()
    trie = make_trie(TABLE, store=store)
    trie = Trie(store, trie.compute_root())
    first = [trie.get(key) for key in TABLE]
    asked = len(store.asked)
    assert first == [trie.get(key) for key in TABLE] == list(TABLE.values())
    assert asked == len(store.asked) == len(set(store.asked)) > 100


# A store that lies


def spoil_each_node(spoil):
    """Yield (node hash, trie) for each node of the trie over TABLE, which lies spoiled in a store of its own."""
    store = MemoryStore()
    root = make_trie(TABLE, store=store).compute_root()
    for node_hash, encoding in store._values.items():
        spoiled = MemoryStore()
        spoiled._values = {**store._values, node_hash: spoil(encoding)}
        yield node_hash, Trie(spoiled, root)


def do_everything(trie):
    for key in TABLE:
        assert trie.get(key) == TABLE[key]
        trie.prove(key)
    assert dict(trie.iterate()) == TABLE


@pytest.mark.parametrize(
    ("spoil", "kind", "words"),
    [
        (lambda encoding: None, MissingNodeError, "the store has no trie node with the hash"),
        (lambda encoding: encoding[:-1] + bytes([encoding[-1] ^ 1]), InvalidNodeError, "is not it: its hash is"),
        (lambda encoding: encoding + b"\x00", InvalidNodeError, "is not it: its hash is"),
        (lambda encoding: b"", InvalidNodeError, "is not it: its hash is"),
    ],
)
def test_a_missing_or_altered_node_is_named(spoil, kind, words):
    for node_hash, trie in spoil_each_node(spoil):
        with pytest.raises(kind, match=words) as caught:
            do_everything(trie)
        assert caught.value.node_hash == node_hash and node_hash.hex() in str(caught.value)
        assert isinstance(caught.value, CryptoError)
        with pytest.raises(kind):
            list(trie.iterate())


def test_a_change_that_fails_changes_nothing():
    failed = 0
    for _, trie in itertools.islice(spoil_each_node(lambda encoding: None), 3):
        root = trie.compute_root()
        for key in TABLE:
            for change, arguments in ((Trie.delete, (key,)), (Trie.put, (key, b"changed"))):
                changed = trie.at(root)
                try:
                    change(changed, *arguments)
                except MissingNodeError:
                    failed += 1
                    assert changed.compute_root() == root
    assert failed > 0


@pytest.mark.parametrize("encoding", [rlp.encode(b"no node"), rlp.encode([b""] * 17), b"\xff", rlp.encode([b"\x20", b""])])
def test_a_root_of_something_else_is_told(encoding):
    store = MemoryStore()
    store.put(keccak256(encoding), encoding)
    with pytest.raises(InvalidNodeError, match=r"is not it: (trie|RLP): "):
        Trie(store, keccak256(encoding)).get(b"key")


# Bounds


def test_the_longest_value_comes_back():
    value, store = bytes(MAX_VALUE_BYTES), MemoryStore()
    root = make_trie({b"k": value, b"kk": b"value"}, store=store).compute_root()
    trie = Trie(store, root)
    assert trie.get(b"k") == value
    assert is_present(root, b"k", value, trie.prove(b"k"))


def test_keys_that_begin_each_other_to_the_longest():
    table = {b"\x00" * length: bytes([length + 1]) for length in range(MAX_KEY_BYTES + 1)}
    trie = make_trie(table, cache_bytes=0)
    root = trie.compute_root()
    assert root == make_trie(dict(reversed(table.items()))).compute_root()
    assert list(trie.iterate()) == sorted(table.items())
    longest = b"\x00" * MAX_KEY_BYTES
    assert is_present(root, longest, table[longest], trie.prove(longest))
    for key in random.Random(0).sample(sorted(table), len(table)):
        trie.delete(key)
    assert trie.compute_root() == compute_empty_root()


def test_what_a_trie_does_not_take():
    trie = Trie()
    with pytest.raises(InvalidEntryError, match="a key has at most 128 bytes, and this one has 129"):
        trie.put(b"k" * (MAX_KEY_BYTES + 1), b"value")
    with pytest.raises(InvalidEntryError, match="the value of the key 6b is empty"):
        trie.put(b"k", b"")
    with pytest.raises(InvalidEntryError, match="a value has at most 8388608 bytes, and that of the key 6b has 8388609"):
        trie.put(b"k", bytes(MAX_VALUE_BYTES + 1))
    for wrong in ("text", 3, None, bytearray(b"k")):
        for ask, arguments in ((trie.get, ()), (trie.delete, ()), (trie.prove, ()), (trie.iterate, ()), (trie.put, (b"value",))):
            with pytest.raises(TypeError, match="a key must be bytes"):
                list(ask(wrong, *arguments))
        with pytest.raises(TypeError, match="a value must be bytes"):
            trie.put(b"k", wrong)
    assert trie.compute_root() == compute_empty_root()
    assert trie.get(b"k" * 1000) is None
    with pytest.raises(InvalidEncodingError, match="a root has the 32 bytes of keccak256, and this one has 20"):
        Trie(root=bytes(20))
    SecureTrie().put(b"k" * 1000, b"value")


# The cache


def test_the_cache_keeps_what_was_asked_for_last():
    first, *others = nodes = {bytes([number]) * 32: Leaf(bytes(10), bytes([number]) * 100) for number in range(20)}
    cache = NodeCache(4000)
    for key, node in nodes.items():
        cache.put(key, node)
        assert cache.get_bytes() <= 4000
        assert cache.get(first) == nodes[first]
    kept = [key for key in nodes if cache.get(key)]
    assert kept == [first, *others[-5:]]
    cache.put(b"huge", Leaf(b"", bytes(5000)))
    assert cache.get(b"huge") is None and [key for key in nodes if cache.get(key)] == kept


@pytest.mark.parametrize(("key_bytes", "limit"), [(2, 2**18), (3, 2**20), (32, 2**18), (32, 2**20)])
def test_the_memory_of_cached_nodes_is_what_was_said(key_bytes, limit):
    """Measured with nodes of every size, also those that lie in their parents: never more, and with usual ones not much less."""
    store = MemoryStore()
    draw = random.Random(0)
    table = {draw.randbytes(key_bytes): draw.randbytes(1 if key_bytes < 32 else draw.randint(1, 200)) for _ in range(4000)}
    root = make_trie(table, store=store, cache_bytes=0).compute_root()
    trie = Trie(store, root, cache_bytes=limit)
    tracemalloc.start()
    try:
        assert dict(trie.iterate()) == table
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert taken <= trie._cache.get_bytes() <= limit
    assert key_bytes < 32 or taken > limit / 2
