"""The commitment to the world state: one root for all keys of all contracts, and proofs of single ones.

The root is that of a hexary Patricia trie (`minichain.crypto.trie`). The trie's keys are hashes of contract and key, so that nobody can
choose where they lie; its values hold the value of the key and its version. The version is committed to because read sets carry it: a
node that starts from a copy of the state must be able to check it, or it would come to other read sets than everybody else.

A block changes only the nodes on the way to what it has written, about log16(n) for each key. Those are returned beside the root: the
block may never be decided, so nothing is stored until somebody commits it. Old roots keep their nodes, so the state at any height can
still be proved.

Simplifications: old nodes are never dropped, which an archive wants and an ordinary node would prune. ChainMaker's header commits to the
read-write sets alone; light nodes there cannot check what a key is worth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from minichain.crypto import rlp
from minichain.crypto.errors import InvalidEncodingError, InvalidProofError
from minichain.crypto.hashing import HashFunction
from minichain.crypto.node_store import NodeStore
from minichain.crypto.trie import CACHE_BYTES, SecureTrie
from minichain.crypto.trie_proof import TrieProof, compute_empty_root, compute_proven_value
from minichain.ledger.errors import LimitError
from minichain.ledger.rwset import Version
from minichain.ledger.state import Entry, Place, Writes

MAX_NAME_BYTES: Final = 255
"""How long the name of a contract may be, because one byte tells how long it is."""


# What the trie holds


def compute_trie_key(place: Place) -> bytes:
    """Return where the trie keeps a key of a contract, before hashing: the length of the name, the name, the key.

    The length keeps apart what would otherwise be joined to the same bytes: the key "b" of "a", and the empty key of "ab".
    """
    contract, key = place
    name = contract.encode()
    if len(name) > MAX_NAME_BYTES:
        raise LimitError(f"the name of a contract has at most {MAX_NAME_BYTES} bytes, and this one has {len(name)}")
    return bytes([len(name)]) + name + key


def encode_entry(entry: Entry) -> bytes:
    """Return what the trie holds for an entry: the RLP of height, index and value."""
    fields = (rlp.encode_natural(entry.version.height), rlp.encode_natural(entry.version.index), entry.value)
    content = b"".join(map(rlp.encode_bytes, fields))  # and not rlp.encode: a block does this for every key that it writes
    return rlp.encode_header(rlp.LIST, len(content)) + content


def decode_entry(encoding: bytes) -> Entry:
    """Return the entry that `encode_entry` gave these bytes for. Raise InvalidEncodingError if it gave them for none."""
    item = rlp.decode(encoding, max_bytes=len(encoding))
    if not isinstance(item, list) or len(item) != 3:
        raise InvalidEncodingError("an entry of the state is a list of a height, an index and a value")
    height, index, value = item
    if not isinstance(height, bytes) or not isinstance(index, bytes) or not isinstance(value, bytes):
        raise InvalidEncodingError("an entry of the state holds a list where bytes are expected")
    return Entry(value, Version(rlp.decode_natural(height), rlp.decode_natural(index)))


# Computing roots and proofs


@dataclass(frozen=True)
class StateUpdate:
    """The root after a block, and the trie's nodes that were not there before, by their hashes."""

    root: bytes
    nodes: dict[bytes, bytes]


class NewNodes:
    """A node store that keeps to itself what is put, and finds the rest in the store behind it."""

    def __init__(self, stored: NodeStore) -> None:
        self._stored = stored
        self.nodes: dict[bytes, bytes] = {}

    def get(self, key: bytes, /) -> bytes | None:
        """Return what was put under this hash, or None."""
        return self.nodes[key] if key in self.nodes else self._stored.get(key)

    def put(self, key: bytes, value: bytes, /) -> None:
        """Keep `value` under its hash."""
        self.nodes[key] = value


class StateTree:
    """The trie over the state, at any root whose nodes are in `stored`. Decoded nodes take at most about `cache_bytes` of memory.

    >>> from minichain.crypto.hashing import sha256
    >>> from minichain.crypto.node_store import MemoryStore
    >>> from minichain.ledger.rwset import Write
    >>> stored = MemoryStore()
    >>> tree = StateTree(stored, sha256)
    >>> update = tree.compute_update(tree.empty_root, 0, [[Write("token", b"Ann", b"5")]])
    >>> for node_hash, node in update.nodes.items():
    ...     stored.put(node_hash, node)
    >>> proof = tree.prove(update.root, ("token", b"Ann"))
    >>> compute_proven_entry(update.root, ("token", b"Ann"), proof, sha256)
    Entry(value=b'5', version=Version(height=0, index=0))
    """

    def __init__(self, stored: NodeStore, hash_function: HashFunction, *, cache_bytes: int = CACHE_BYTES) -> None:
        self.empty_root = compute_empty_root(hash_function)
        """The root of a state without keys."""
        self._new = NewNodes(stored)
        self._trie = SecureTrie(self._new, hash_function=hash_function, cache_bytes=cache_bytes)

    def compute_update(self, root: bytes, height: int, changes: Sequence[Writes]) -> StateUpdate:
        """Return what the block at `height`, whose transactions wrote `changes`, makes of the state with this root.

        Nothing is stored. Raise MissingNodeError if the nodes of `root` are not in the store.
        """
        self._new.nodes = {}
        trie = self._trie.at(root)
        for place, entry in compute_last_entries(height, changes).items():
            if entry is None:
                trie.delete(compute_trie_key(place))
            else:
                trie.put(compute_trie_key(place), encode_entry(entry))
        return StateUpdate(trie.compute_root(), self._new.nodes)

    def get(self, root: bytes, place: Place) -> Entry | None:
        """Return what a key is worth in the state with this root, or None."""
        encoding = self._trie.at(root).get(compute_trie_key(place))
        return None if encoding is None else decode_entry(encoding)

    def prove(self, root: bytes, place: Place) -> TrieProof:
        """Return the proof of what a key is worth, or that it is not there, for a stranger who knows this root."""
        return self._trie.at(root).prove(compute_trie_key(place))


def compute_last_entries(height: int, changes: Sequence[Writes]) -> dict[Place, Entry | None]:
    """Return each key that the block changed, with what the last of its transactions to write it left there."""
    entries: dict[Place, Entry | None] = {}
    for index, writes in enumerate(changes):
        version = Version(height, index)
        for write in writes:
            entries[write.contract, write.key] = None if write.value is None else Entry(write.value, version)
    return entries


# Verifying: a root from a source that one trusts, and the chain's hash function, are enough


def compute_proven_entry(root: bytes, place: Place, proof: TrieProof, hash_function: HashFunction) -> Entry | None:
    """Return what `proof` shows a key to be worth in the state with this root, None if it shows that there is no such key.

    Raise InvalidProofError if it shows neither.
    """
    encoding = compute_proven_value(root, hash_function(compute_trie_key(place)), proof, hash_function)
    try:
        return None if encoding is None else decode_entry(encoding)
    except InvalidEncodingError as error:
        raise InvalidProofError(f"the proof leads to what is no entry of a state: {error}") from None
