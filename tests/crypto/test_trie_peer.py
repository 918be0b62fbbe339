"""The trie against another's, the package `trie`: the same roots after the same changes, and proofs that it verifies."""

import random

import pytest

from minichain.crypto.trie import Trie

WHY = "the package `trie`, a peer of `make bench`, is not installed"


@pytest.mark.may_skip(WHY)
@pytest.mark.parametrize("seed", range(5))
def test_roots_and_proofs_are_the_peers(seed):
    peer_trie = pytest.importorskip("trie", reason=WHY)
    draw = random.Random(seed)
    # Short keys that begin each other, and long ones; values on both sides of a hash's length.
    keys = [draw.randbytes(draw.choice([1, 2, 2, 3, 32])) for _ in range(300)]
    ours, peers = Trie(), peer_trie.HexaryTrie({})
    for step in range(2000):
        key = draw.choice(keys)
        if draw.random() < 0.6:
            value = draw.randbytes(draw.choice([1, 5, 31, 32, 60]))
            ours.put(key, value)
            peers[key] = value
        else:
            ours.delete(key)
            del peers[key]
        if step % 10 == 0:
            assert ours.compute_root() == peers.root_hash
    for key in keys:
        proof = [peer_trie.utils.nodes.decode_node(node) for node in ours.prove(key).nodes]
        assert peer_trie.HexaryTrie.get_from_proof(ours.compute_root(), key, proof) == (ours.get(key) or b"")
