"""The hexary Patricia trie (Ethereum Yellow Paper, appendix D): one hash stands for a whole table of keys and values.

A key spells the way from the root to its value, one nibble a step. Where only one key goes on, one node holds all the rest of its
way, so that finding, changing and proving one of n random keys takes about log16(n) nodes; and a root can be computed anew by
hashing those alone that changed. A Merkle tree over a sorted list could prove as much, but one new key moves all that come after.

Read `nibbles` (the steps), `trie_nodes` (what lies on the way), `trie_changes` (how it changes), `node_store` (where it lies) and
`trie_proof` (what a stranger can be shown) first; here they become one table.

>>> trie = Trie()
>>> trie.put(b"do", b"verb")
>>> trie.put(b"dog", b"puppy")
>>> old = trie.compute_root()
>>> trie.put(b"dog", b"grown up")
>>> trie.compute_root() != old, trie.get(b"dog"), trie.at(old).get(b"dog")
(True, b'grown up', b'puppy')

Simplifications: reading a node takes one question to the store, one after the other. Production chains keep the present state in a
flat table beside the trie, and go to the trie for roots and proofs alone, in many threads.
"""

import copy
from collections.abc import Iterator
from typing import Final, Self

from minichain.crypto.errors import InvalidEncodingError, InvalidEntryError, InvalidNodeError, MessageTypeError, MissingNodeError
from minichain.crypto.hashing import HashFunction, keccak256
from minichain.crypto.nibbles import compute_key, compute_path
from minichain.crypto.node_store import MemoryStore, NodeCache, NodeStore
from minichain.crypto.trie_changes import insert, remove
from minichain.crypto.trie_nodes import WIDTH, Branch, Child, Extension, Leaf, Node, Subtrie, decode_node, encode_node, find_value
from minichain.crypto.trie_proof import TrieProof, compute_empty_root

MAX_KEY_BYTES: Final = 128
"""How long a key may be: whoever chooses the keys chooses how deep the trie gets. `SecureTrie` takes keys of any length."""

MAX_VALUE_BYTES: Final = 2**23
"""How long a value may be: its node must be one that `rlp` decodes."""

CACHE_BYTES: Final = 2**25
"""How much memory decoded nodes may take, if nobody says otherwise."""


class Trie:
    """A table from keys to values, both bytes, whose contents have a root.

    Changes stay in memory until `compute_root` hashes them and puts their nodes into `store`. With a `root`, the trie begins as the
    one that had it, whose nodes are in the store. Decoded nodes take at most about `cache_bytes` of memory.
    """

    def __init__(
        self,
        store: NodeStore | None = None,
        root: bytes | None = None,
        *,
        hash_function: HashFunction = keccak256,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self._store = MemoryStore() if store is None else store
        self._hash_function = hash_function
        self._cache = NodeCache(cache_bytes)
        self._top = None if root is None else self._get_top(root)

    def at(self, root: bytes) -> Self:
        """Return the trie as it was when it had this root. Both share store and cache; what is put into one is not in the other."""
        other = copy.copy(self)
        other._top = self._get_top(root)
        return other

    def _get_top(self, root: bytes) -> Child:
        """Return the subtrie that is the whole trie with this root."""
        if len(root) != self._hash_function.digest_size:
            name, size = self._hash_function.name, self._hash_function.digest_size
            raise InvalidEncodingError(f"trie: a root has the {size} bytes of {name}, and this one has {len(root)}")
        return None if root == compute_empty_root(self._hash_function) else root

    def _get_path(self, key: bytes) -> bytes:
        """Return the way to the value of `key`."""
        return compute_path(key)

    # Reading

    def get(self, key: bytes) -> bytes | None:
        """Return the value of `key`, or None if it has none."""
        return find_value(self._top, self._get_path(key), self._load)

    def iterate(self, prefix: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """Yield each key that starts with `prefix` and its value, in the order of the keys; what is put meanwhile is not among them."""
        wanted = compute_path(prefix)
        waiting: list[tuple[bytes, Child]] = [(b"", self._top)]  # the next one stands last
        while waiting:
            path, child = waiting.pop()
            if child is None or not (path.startswith(wanted) or wanted.startswith(path)):
                continue
            node = self._load(child) if isinstance(child, bytes) else child
            if isinstance(node, Branch):
                waiting += [(path + bytes([index]), node.children[index]) for index in reversed(range(WIDTH))]
                if node.value:  # a key that ends here comes before all that go on
                    waiting.append((path, Leaf(b"", node.value)))
            elif isinstance(node, Extension):
                waiting.append((path + node.path, node.child))
            elif (path + node.path).startswith(wanted):
                yield compute_key(path + node.path), node.value

    def prove(self, key: bytes) -> TrieProof:
        """Return the proof of what `key` holds, or that it holds nothing, for a stranger who knows `compute_root()`."""
        encodings: list[bytes] = []

        def note(node_hash: bytes) -> Node:
            node = self._load(node_hash)
            encodings.append(encode_node(node))
            return node

        self.compute_root()
        find_value(self._top, self._get_path(key), note)
        return TrieProof(tuple(encodings))

    # Changing

    def put(self, key: bytes, value: bytes) -> None:
        """Let `value` be the value of `key`. Raise InvalidEntryError for a key or a value that is too long, and for an empty value."""
        path = self._get_path(key)
        if len(path) > 2 * MAX_KEY_BYTES:
            raise InvalidEntryError(f"a key has at most {MAX_KEY_BYTES} bytes, and this one has {len(key)}")
        if not isinstance(value, bytes):
            raise MessageTypeError("a value", value)
        if not value:
            raise InvalidEntryError(f"the value of the key {key.hex()} is empty, which in a trie is the same as no value")
        if len(value) > MAX_VALUE_BYTES:
            raise InvalidEntryError(f"a value has at most {MAX_VALUE_BYTES} bytes, and that of the key {key.hex()} has {len(value)}")
        self._top = insert(self._top, path, value, self._load)

    def delete(self, key: bytes) -> None:
        """Let `key` have no value, whether it had one or not."""
        self._top = remove(self._top, self._get_path(key), self._load)

    # Hashing and storing

    def compute_root(self) -> bytes:
        """Return the root of what the trie holds now. What changed since the last time is hashed and put into the store, nothing else."""
        if self._top is None:
            return compute_empty_root(self._hash_function)
        if not isinstance(self._top, bytes):
            top = self._settle(self._top)
            # The Yellow Paper hashes the topmost node however short it is.
            self._top = top if isinstance(top, bytes) else self._save(top, encode_node(top))
        return self._top

    def _settle(self, node: Node) -> Subtrie:
        """Return what the parent of `node` refers to it by: its hash, or all of it where its encoding is shorter than that.

        Nodes go into the store from below, so that a process that is killed half-way never leaves one whose subtries are missing.
        """
        if isinstance(node, Branch):
            settled = [below if below is None or isinstance(below, bytes) else self._settle(below) for below in node.children]
            node = Branch(tuple(settled), node.value)
        elif isinstance(node, Extension) and not isinstance(node.child, bytes):
            node = Extension(node.path, self._settle(node.child))
        encoding = encode_node(node)
        return node if len(encoding) < self._hash_function.digest_size else self._save(node, encoding)

    def _save(self, node: Node, encoding: bytes) -> bytes:
        """Put a node into the store and return its hash."""
        node_hash = self._hash_function(encoding)
        self._store.put(node_hash, encoding)
        self._cache.put(node_hash, node)
        return node_hash

    def _load(self, node_hash: bytes) -> Node:
        """Return the node with this hash. Raise MissingNodeError or InvalidNodeError if the store does not have it, or not intact."""
        node = self._cache.get(node_hash)
        if node is not None:
            return node
        encoding = self._store.get(node_hash)
        if encoding is None:
            raise MissingNodeError(node_hash)
        found = self._hash_function(encoding)
        if found != node_hash:
            raise InvalidNodeError(node_hash, f"its hash is {found.hex()}")
        try:
            node = decode_node(encoding, self._hash_function.digest_size)
        except InvalidEncodingError as error:
            raise InvalidNodeError(node_hash, str(error)) from None
        self._cache.put(node_hash, node)
        return node


class SecureTrie(Trie):
    """A trie whose keys are hashed first, as Ethereum's state is: keys of any length, and nobody can choose where they lie.

    With keys of their choice, attackers would line them up behind each other, so that reaching one takes a node for each nibble
    instead of log16(n) in all; against hashed keys that costs them about 16 times the work for each node more. What is lost is the
    order: `iterate` yields hashes. To a verifier, the key is the hash too: `is_present(root, keccak256(key), value, proof)`.
    """

    def _get_path(self, key: bytes) -> bytes:
        """Return the way to the value of `key`: the nibbles of its hash."""
        return compute_path(self._hash_function(key))
