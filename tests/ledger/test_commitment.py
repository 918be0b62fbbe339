"""The commitment: one root for one state however it came about, and proofs that show exactly what is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minichain.crypto.errors import InvalidEncodingError, InvalidProofError, MissingNodeError
from minichain.crypto.hashing import sha256, sm3
from minichain.crypto.node_store import MemoryStore
from minichain.crypto.trie import SecureTrie
from minichain.crypto.trie_proof import TrieProof
from minichain.ledger.commitment import (
    StateTree,
    compute_last_entries,
    compute_proven_entry,
    compute_trie_key,
    decode_entry,
    encode_entry,
)
from minichain.ledger.errors import LimitError
from minichain.ledger.rwset import Version, Write
from minichain.ledger.state import Entry, MemoryState

contracts = st.sampled_from(["a", "ab", "b"])
keys = st.binary(max_size=2)
changes = st.lists(st.lists(st.builds(Write, contracts, keys, st.none() | st.binary(max_size=40)), max_size=4), max_size=4)
chains = st.lists(changes, max_size=5)
ALL_PLACES = [(contract, bytes(key)) for contract in ("a", "ab", "b") for key in [(), *((byte,) for byte in range(8))]]


def commit(tree, stored, root, height, block):
    """Return the root after a block, whose nodes are then stored."""
    update = tree.compute_update(root, height, block)
    for node_hash, node in update.nodes.items():
        stored.put(node_hash, node)
    return update.root


def build(blocks, hash_function=sha256):
    """Return the tree, the roots after each block (the first is the empty one), and the states there."""
    stored = MemoryStore()
    tree = StateTree(stored, hash_function)
    roots, state = [tree.empty_root], MemoryState()
    for height, block in enumerate(blocks):
        roots.append(commit(tree, stored, roots[-1], height, block))
        state.apply(height, block)
    return tree, roots, state


@given(chains)
def test_the_root_is_that_of_a_trie_over_all_that_is_there(blocks):
    _, roots, state = build(blocks)
    trie = SecureTrie(hash_function=sha256)
    for place, entry in state.iterate_all():
        trie.put(compute_trie_key(place), encode_entry(entry))
    assert roots[-1] == trie.compute_root()


@given(chains)
def test_every_height_can_be_read_and_proved(blocks):
    tree, roots, state = build(blocks)
    for height, root in enumerate(roots, -1):
        snapshot = state.get_snapshot(height)
        for place in ALL_PLACES:
            expected = snapshot.get(*place)
            assert tree.get(root, place) == expected
            assert compute_proven_entry(root, place, tree.prove(root, place), sha256) == expected


@given(chains, st.data())
def test_a_changed_proof_shows_nothing(blocks, data):
    tree, roots, _ = build(blocks)
    place = data.draw(st.sampled_from(ALL_PLACES))
    nodes = tree.prove(roots[-1], place).nodes
    changed = data.draw(st.lists(st.sampled_from([*nodes, b"\xc0"]), max_size=len(nodes) + 1).filter(lambda drawn: tuple(drawn) != nodes))
    with pytest.raises(InvalidProofError):
        compute_proven_entry(roots[-1], place, TrieProof(tuple(changed)), sha256)


@given(changes, changes)
def test_an_undecided_block_leaves_no_trace(undecided, decided):
    stored = MemoryStore()
    tree = StateTree(stored, sha256)
    tree.compute_update(tree.empty_root, 0, undecided)
    assert len(stored) == 0
    root = commit(tree, stored, tree.empty_root, 0, decided)
    fresh = MemoryStore()
    assert root == commit(StateTree(fresh, sha256), fresh, tree.empty_root, 0, decided)
    assert len(stored) == len(fresh)
    reopened = StateTree(stored, sha256)
    assert all(reopened.get(root, place) == tree.get(root, place) for place in ALL_PLACES)


@given(changes)
def test_the_last_write_of_a_block_counts(block):
    state = MemoryState()
    state.apply(0, block)
    assert {place: entry for place, entry in compute_last_entries(0, block).items() if entry} == dict(state.iterate_all())


def test_golden_root_and_proof():
    """Anybody can compute this by hand: a leaf whose path is the hash of 02 'kv' 'x', and the hash of its RLP."""
    tree, roots, _ = build([[[], [Write("kv", b"x", b"\x07")]]])
    path = sha256(b"\x02kvx")
    value = bytes.fromhex("c3 80 01 07")  # height 0, transaction 1, the value
    leaf = bytes([0xC0 + 1 + 33 + 1 + len(value), 0x80 + 33, 0x20]) + path + bytes([0x80 + len(value)]) + value
    assert roots[-1] == sha256(leaf)
    assert tree.prove(roots[-1], ("kv", b"x")).nodes == (leaf,)


def test_the_root_commits_to_versions():
    same_value = [Write("kv", b"x", b"1")]
    assert build([[same_value]])[1][-1] != build([[[], same_value]])[1][-1] != build([[], [same_value]])[1][-1]


def test_a_key_belongs_to_its_contract():
    assert len({compute_trie_key(place) for place in [("ab", b""), ("a", b"b"), ("", b"ab")]}) == 3
    with pytest.raises(LimitError, match="has 256"):
        compute_trie_key(("c" * 256, b""))


def test_both_suites_hashes_serve():
    tree, roots, _ = build([[[Write("kv", b"x", b"1")]]], sm3)
    proof = tree.prove(roots[-1], ("kv", b"x"))
    assert compute_proven_entry(roots[-1], ("kv", b"x"), proof, sm3) == Entry(b"1", Version(0, 0))
    with pytest.raises(InvalidProofError):
        compute_proven_entry(roots[-1], ("kv", b"x"), proof, sha256)


def test_a_root_whose_nodes_are_missing_is_named():
    tree, _, _ = build([])
    with pytest.raises(MissingNodeError, match="07" * 32):
        tree.compute_update(b"\x07" * 32, 0, [[Write("kv", b"x", b"1")]])


@given(st.builds(Entry, st.binary(max_size=60), st.builds(Version, st.integers(0, 2**64), st.integers(0, 2**32))))
def test_an_entry_has_one_spelling(entry):
    encoding = encode_entry(entry)
    assert decode_entry(encoding) == entry
    for index in range(len(encoding)):
        for changed in (encoding[:index], encoding[:index] + bytes([encoding[index] ^ 1]) + encoding[index + 1 :]):
            try:
                assert encode_entry(decode_entry(changed)) == changed
            except InvalidEncodingError:
                continue


@pytest.mark.parametrize("encoding", ["80", "c0", "c3010203c0", "c4c0010203", "c3c00102", "c301c002", "c30001c0", "c3000102"])
def test_what_is_no_entry_is_refused(encoding):
    with pytest.raises(InvalidEncodingError):
        decode_entry(bytes.fromhex(encoding))


def test_a_proof_of_what_is_no_entry_is_no_proof():
    """Whoever makes a trie of their own and gets somebody to trust its root still cannot show anything odd."""
    trie = SecureTrie(hash_function=sha256)
    trie.put(compute_trie_key(("kv", b"x")), b"no entry")
    with pytest.raises(InvalidProofError, match="no entry of a state"):
        compute_proven_entry(trie.compute_root(), ("kv", b"x"), trie.prove(compute_trie_key(("kv", b"x"))), sha256)
