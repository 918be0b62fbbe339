"""The trie against Ethereum's published roots, plain and with hashed keys, and in every order where the order must not matter."""

import bisect
import itertools
import json
import random

import pytest

from minichain.crypto.hashing import get_hash
from minichain.crypto.trie import SecureTrie, Trie
from minichain.crypto.trie_proof import validate_absence, validate_presence
from tests.crypto.published import VECTORS, needs_vectors

pytestmark = needs_vectors

ORDERS = 24
"""How many orders of a case are tried where any must do; all there are for four keys."""


def read_cases(name):
    return json.loads((VECTORS / "ethereum" / "TrieTests" / f"{name}.json").read_text())


def make_bytes(text):
    """Return the bytes that a published key or value stands for: hexadecimal after 0x, else text; None for a deletion."""
    if text is None:
        return None
    return bytes.fromhex(text[2:]) if text.startswith("0x") else text.encode()


def make_changes(case):
    """Return the (key, value) pairs of a case: a list of them where the order matters, else a table."""
    pairs = case["in"].items() if isinstance(case["in"], dict) else case["in"]
    return [(make_bytes(key), make_bytes(value)) for key, value in pairs]


def draw_orders(changes):
    """Return all orders of a few changes, some orders of many."""
    if len(changes) <= 4:
        return list(itertools.permutations(changes))
    return [random.Random(seed).sample(changes, len(changes)) for seed in range(ORDERS)]


def apply(trie, changes):
    for key, value in changes:
        if value is None:
            trie.delete(key)
        else:
            trie.put(key, value)


FILES = [
    ("trietest", Trie, 5),
    ("trietest_secureTrie", SecureTrie, 3),
    ("trieanyorder", Trie, 7),
    ("trieanyorder_secureTrie", SecureTrie, 7),
    ("hex_encoded_securetrie_test", SecureTrie, 3),
]


@pytest.mark.parametrize("readable", [True, False])
@pytest.mark.parametrize(("name", "kind", "count"), FILES)
def test_published_roots(name, kind, count, readable, count_cases):
    cases = read_cases(name)
    assert len(cases) == count
    keccak256 = get_hash("keccak256", readable=readable)
    for title, case in cases.items():
        root, changes = bytes.fromhex(case["root"][2:]), make_changes(case)
        for order in draw_orders(changes) if isinstance(case["in"], dict) else [changes]:
            trie = kind(hash_function=keccak256)
            apply(trie, order)
            assert trie.compute_root() == root, title
    count_cases(f"TrieTests/{name}.json", count, keccak256.backend)


@pytest.mark.parametrize(("name", "kind", "count"), FILES)
def test_published_roots_with_one_after_each_change(name, kind, count):
    for title, case in read_cases(name).items():
        trie = kind()
        for change in make_changes(case):
            apply(trie, [change])
            trie.compute_root()
        assert trie.compute_root() == bytes.fromhex(case["root"][2:]), title


@pytest.mark.parametrize(("name", "kind", "count"), FILES)
def test_every_key_of_a_published_trie_has_its_proof(name, kind, count):
    for case in read_cases(name).values():
        trie, root = kind(), bytes.fromhex(case["root"][2:])
        apply(trie, make_changes(case))
        for key, value in dict(make_changes(case)).items():
            path_key = key if kind is Trie else get_hash("keccak256")(key)
            if value is None:
                validate_absence(root, path_key, trie.prove(key))
            else:
                validate_presence(root, path_key, value, trie.prove(key))


def test_published_neighbours(count_cases):
    """The order in which keys are iterated, by the file that asks for the key before and after."""
    [case] = read_cases("trietestnextprev").values()
    trie = Trie()
    for text in reversed(case["in"]):
        trie.put(text.encode(), b"value")
    keys = [key.decode() for key, _ in trie.iterate()]
    assert keys == case["in"]
    for text, before, after in case["tests"]:
        neighbours = ["", *keys, ""]
        assert neighbours[bisect.bisect_left(keys, text)] == before
        assert neighbours[bisect.bisect_right(keys, text) + 1] == after
    count_cases("TrieTests/trietestnextprev.json", len(case["tests"]), "readable")
