"""Proofs from a trie: each key has one, and nothing else passes for one."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.crypto import rlp
from minichain.crypto.errors import CryptoError, InvalidProofError
from minichain.crypto.hashing import keccak256, sha256
from minichain.crypto.trie import SecureTrie, Trie
from minichain.crypto.trie_nodes import Branch, Leaf, encode_node
from minichain.crypto.trie_proof import (
    TrieProof,
    compute_empty_root,
    compute_proven_value,
    is_absent,
    is_present,
    validate_absence,
    validate_presence,
)

TABLE = {sha256(bytes([number]))[:6]: bytes([number + 1]) * (number + 1) for number in range(60)}
TABLE |= {key[:2]: b"a key that begins another" for key in list(TABLE)[:5]} | {b"": b"the shortest"}
TRIE = Trie()
for item in TABLE.items():
    TRIE.put(*item)
ROOT = TRIE.compute_root()
ABSENT = [*(key[:3] for key in TABLE if len(key) == 6), *(key + b"\x00" for key in TABLE), *(bytes([number]) for number in range(256))]
KEYS = sorted(TABLE)


def test_every_key_has_its_proof():
    for key, value in TABLE.items():
        proof = TRIE.prove(key)
        validate_presence(ROOT, key, value, proof)
        assert compute_proven_value(ROOT, key, proof) == value
        assert not is_absent(ROOT, key, proof)
        assert not is_present(ROOT, key, value + b"x", proof)
        assert not is_present(sha256(ROOT), key, value, proof)
        assert not is_present(ROOT, key, value, proof, sha256)


def test_every_other_key_has_its_proof_of_absence():
    for key in ABSENT:
        assert key not in TABLE
        proof = TRIE.prove(key)
        validate_absence(ROOT, key, proof)
        assert compute_proven_value(ROOT, key, proof) is None
        assert not is_present(ROOT, key, b"value", proof)
        assert not is_absent(sha256(ROOT), key, proof)


def test_an_empty_trie_proves_with_nothing_that_it_holds_nothing():
    trie = Trie()
    proof = trie.prove(b"key")
    assert proof == TrieProof(()) and trie.compute_root() == compute_empty_root()
    validate_absence(compute_empty_root(), b"key", proof)
    assert not is_absent(compute_empty_root(), b"key", TrieProof((rlp.encode(b""),)))
    assert not is_absent(ROOT, b"key", proof)


def test_with_hashed_keys_the_verifier_hashes_the_key():
    trie = SecureTrie()
    trie.put(b"key of any length " * 100, b"value")
    root, proof = trie.compute_root(), trie.prove(b"key of any length " * 100)
    assert is_present(root, keccak256(b"key of any length " * 100), b"value", proof)
    assert is_absent(root, keccak256(b"another"), trie.prove(b"another"))


# What a liar may do to a proof


def list_forgeries(nodes, others):
    """Yield everything short of finding a collision: nodes left out, repeated, swapped, added, and taken from other proofs."""
    count = len(nodes)
    for index in range(count):
        yield nodes[:index] + nodes[index + 1 :]
        yield nodes[: index + 1] + nodes[index:]
    for first, second in itertools.combinations(range(count), 2):
        yield (*nodes[:first], nodes[second], *nodes[first + 1 : second], nodes[first], *nodes[second + 1 :])
    yield from ((), nodes[::-1], nodes * 2)
    for foreign in (*others, b"", rlp.encode(b""), encode_node(Leaf(b"", b"forged"))):
        for index in range(count + 1):
            yield (*nodes[:index], foreign, *nodes[index:])
        for index in range(count):
            yield (*nodes[:index], foreign, *nodes[index + 1 :])


@pytest.mark.parametrize("key", [*KEYS[::7], *ABSENT[::40]])
def test_each_statement_has_one_proof(key):
    nodes = TRIE.prove(key).nodes
    others = TRIE.prove(random.Random(0).choice(KEYS)).nodes
    forgeries = [forged for forged in list_forgeries(nodes, others) if forged != nodes]
    assert len(forgeries) > 10
    for forged in forgeries:
        with pytest.raises(InvalidProofError):
            compute_proven_value(ROOT, key, TrieProof(forged))


@pytest.mark.parametrize("key", [KEYS[0], KEYS[1], KEYS[-1], ABSENT[0], b"\xff"])
def test_no_bit_of_a_proof_may_change(key):
    nodes, value = TRIE.prove(key).nodes, TABLE.get(key)
    for index, node in enumerate(nodes):
        for bit in range(8 * len(node)):
            flipped = (int.from_bytes(node, "big") ^ 1 << bit).to_bytes(len(node), "big")
            forged = TrieProof((*nodes[:index], flipped, *nodes[index + 1 :]))
            assert not is_absent(ROOT, key, forged)
            assert value is None or not is_present(ROOT, key, value, forged)


def test_a_proof_speaks_of_its_key_alone():
    """A proof for one key may be one for another only if it would have been made for that too."""
    proofs = {key: TRIE.prove(key) for key in [*KEYS, *ABSENT]}
    for (key, proof), (other, its_proof) in itertools.product(list(proofs.items())[:40], list(proofs.items())[::3]):
        if its_proof != proof:
            with pytest.raises(InvalidProofError):
                compute_proven_value(ROOT, key, its_proof)
        else:
            assert compute_proven_value(ROOT, other, proof) == TABLE.get(other)


def test_a_value_is_not_taken_for_a_node():
    """A value that is itself the encoding of a node with a key in it proves nothing of that key."""
    trojan = encode_node(Leaf(b"\x0b\x0c", b"forged"))
    trie = Trie()
    trie.put(b"\x0a", trojan)
    trie.put(b"\x0b\xbc", b"honest" * 6)
    root, nodes = trie.compute_root(), trie.prove(b"\x0a").nodes
    assert is_present(root, b"\x0a", trojan, TrieProof(nodes))
    for key in (b"\x0a\xbc", b"\x0b\xbc"):
        for forged in (nodes, (*nodes, trojan), (*nodes[:-1], trojan), (trojan,)):
            assert not is_present(root, key, b"forged", TrieProof(forged))


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ((), f"ends before the node {ROOT.hex()}"),
        (TRIE.prove(KEYS[5]).nodes[:1], "the proof ends before the node"),
        ((b"",), f"node 1 of the proof is not the one with the hash {ROOT.hex()}"),
        ((TRIE.prove(KEYS[5]).nodes[0],) * 2, "node 2 of the proof is not the one with the hash"),
        ((*TRIE.prove(KEYS[5]).nodes, b""), r"has shown all by its node (\d), but has \d"),
    ],
)
def test_a_bad_proof_is_told_why(nodes, words):
    with pytest.raises(InvalidProofError, match=words) as caught:
        validate_presence(ROOT, KEYS[5], TABLE[KEYS[5]], TrieProof(nodes))
    assert isinstance(caught.value, CryptoError)


def test_the_wrong_statement_is_told():
    key = KEYS[5]
    with pytest.raises(InvalidProofError, match=rf"shows {TABLE[key].hex()} at the key {key.hex()}, not 00"):
        validate_presence(ROOT, key, b"\x00", TRIE.prove(key))
    with pytest.raises(InvalidProofError, match=rf"shows {TABLE[key].hex()} at the key {key.hex()}, not nothing"):
        validate_absence(ROOT, key, TRIE.prove(key))
    with pytest.raises(InvalidProofError, match=r"shows nothing at the key ff, not 00"):
        validate_presence(ROOT, b"\xff", b"\x00", TRIE.prove(b"\xff"))


# Roots of something that no trie is: the prover chose the root as well


HASH = bytes(32)


@pytest.mark.parametrize(
    "item",
    [b"", b"text", [], [b"\x20", b""], [b"\x40", b"v"], [HASH, *[b""] * 16], [*[b"\x20"] * 17], [b"\x00", HASH], [[[[]]], b"v"]],
)
def test_what_is_no_node_proves_nothing(item):
    encoding = rlp.encode(item)
    with pytest.raises(InvalidProofError):
        compute_proven_value(keccak256(encoding), b"key", TrieProof((encoding,)))


@settings(max_examples=300)
@given(
    node=st.one_of(st.binary(max_size=80), st.recursive(st.binary(max_size=33), st.lists, max_leaves=20).map(rlp.encode)), key=st.binary()
)
def test_whatever_the_root_is_a_value_or_a_refusal_comes_out(node, key):
    try:
        value = compute_proven_value(keccak256(node), key, TrieProof((node,)))
    except InvalidProofError:
        return
    assert value is None or isinstance(value, bytes)


def test_a_proof_cannot_keep_its_verifier_busy():
    """However long the proof, each of its nodes must bring the walk further along the key."""
    nodes = [encode_node(Leaf(b"\x00", b"value" * 10))]
    for _ in range(2000):
        nodes.append(encode_node(Branch((keccak256(nodes[-1]),) * 16, b"")))
    proof = TrieProof(tuple(reversed(nodes)))
    root = keccak256(nodes[-1])
    with pytest.raises(InvalidProofError, match="has shown all by its node 65, but has 2001"):
        compute_proven_value(root, bytes(32), proof)
    assert compute_proven_value(root, bytes(1000), proof) is None
