"""A trie and a dict under the same changes, with roots computed, left and come back to at any time."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from minichain.crypto.hashing import keccak256
from minichain.crypto.node_store import MemoryStore
from minichain.crypto.trie import SecureTrie, Trie
from minichain.crypto.trie_proof import is_absent, is_present
from tests.crypto.test_trie import define_root, keys, values


class TrieMachine(RuleBasedStateMachine):
    """A trie and a dict are changed alike; roots are computed, left and come back to; the cache holds a few nodes, or none."""

    @initialize(cache_bytes=st.sampled_from([0, 2000, 10_000]), kind=st.sampled_from([Trie, SecureTrie]))
    def begin(self, cache_bytes, kind):
        self.store, self.kind, self.table = MemoryStore(), kind, {}
        self.trie = kind(self.store, cache_bytes=cache_bytes)
        self.cache_bytes = cache_bytes
        self.past = {self.trie.compute_root(): {}}

    @rule(key=keys, value=values)
    def put(self, key, value):
        self.trie.put(key, value)
        self.table[key] = value

    @rule(key=keys)
    def delete(self, key):
        self.trie.delete(key)
        self.table.pop(key, None)

    @rule(data=st.data())
    def delete_one_that_is_there(self, data):
        if self.table:
            self.delete(data.draw(st.sampled_from(sorted(self.table))))

    @rule(key=keys)
    def get(self, key):
        assert self.trie.get(key) == self.table.get(key)

    @rule(prefix=st.one_of(keys, st.just(b"")))
    def iterate(self, prefix):
        if self.kind is Trie:
            assert list(self.trie.iterate(prefix)) == sorted(pair for pair in self.table.items() if pair[0].startswith(prefix))
        else:
            assert list(self.trie.iterate()) == sorted((keccak256(key), value) for key, value in self.table.items())

    @rule()
    def compute_root(self):
        root = self.trie.compute_root()
        if self.kind is Trie:
            assert root == define_root(self.table)
        assert self.past.setdefault(root, dict(self.table)) == self.table, "two contents with one root"

    @rule(key=keys)
    def prove(self, key):
        proof, path_key = self.trie.prove(key), key if self.kind is Trie else keccak256(key)
        root = self.trie.compute_root()
        if key in self.table:
            assert is_present(root, path_key, self.table[key], proof) and not is_absent(root, path_key, proof)
        else:
            assert is_absent(root, path_key, proof)

    @rule(data=st.data())
    def read_the_past(self, data):
        root = data.draw(st.sampled_from(sorted(self.past)))
        old = self.trie.at(root)
        assert {key: old.get(key) for key in self.past[root]} == self.past[root]
        assert len(list(old.iterate())) == len(self.past[root])

    @rule(data=st.data(), reopen=st.booleans())
    def go_back(self, data, reopen):
        root = data.draw(st.sampled_from(sorted(self.past)))
        self.trie = self.kind(self.store, root, cache_bytes=self.cache_bytes) if reopen else self.trie.at(root)
        self.table = dict(self.past[root])

    @invariant()
    def the_cache_is_bounded(self):
        assert self.trie._cache.get_bytes() <= self.cache_bytes


TrieMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestTrieMachine = TrieMachine.TestCase
