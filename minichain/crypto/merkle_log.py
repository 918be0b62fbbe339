"""A Merkle tree that grows: entries are appended, never changed, and every earlier size can still be asked about.

The hashes of all perfect subtrees are kept, level by level: those are final, however the tree grows. Appending follows RFC 9162,
section 2.1.2 (two subtrees of the same size merge); what stands at the right edge of a tree is put together from the kept ones
when it is asked for. An append, a root and a proof cost at most about log2(size) hashes each.

Simplifications: the hashes are kept in memory, two for each entry. A production log keeps them on disk, in tiles of 256 that its
readers fetch and cache, and lets them build the proofs themselves.
"""

from collections.abc import Iterable

from minichain.crypto.errors import OutOfTreeError
from minichain.crypto.hashing import HashFunction, sha256
from minichain.crypto.merkle import (
    ConsistencyProof,
    InclusionProof,
    TreeHead,
    compute_leaf_hash,
    compute_node_hash,
    compute_split,
    prove_consistency,
    prove_inclusion,
)


class MerkleLog:
    """An append-only Merkle tree. Sizes default to the present one.

    >>> from minichain.crypto.merkle import is_consistent
    >>> log = MerkleLog([b"a", b"b", b"c"])
    >>> old = log.get_head()
    >>> log.append(b"d")
    3
    >>> is_consistent(log.get_consistency_proof(old.size), old, log.get_head())
    True
    """

    def __init__(self, entries: Iterable[bytes] = (), hash_function: HashFunction = sha256) -> None:
        self._hash_function = hash_function
        # _levels[h][i] is the root over the 2^h entries from i * 2^h on.
        self._levels: list[list[bytes]] = [[]]
        for entry in entries:
            self.append(entry)

    def __len__(self) -> int:
        """Return how many entries have been appended."""
        return len(self._levels[0])

    def append(self, entry: bytes) -> int:
        """Add `entry` at the end and return its index."""
        node = compute_leaf_hash(entry, self._hash_function)
        for level in self._levels:
            level.append(node)
            if len(level) % 2 == 1:
                break
            node = compute_node_hash(level[-2], node, self._hash_function)
        else:
            self._levels.append([node])
        return len(self) - 1

    def get_root(self, size: int | None = None) -> bytes:
        """Return the root over the first `size` entries."""
        size = self._get_size(size)
        return self._get_subtree(0, size) if size else self._hash_function(b"")

    def get_head(self, size: int | None = None) -> TreeHead:
        """Return the head of the tree over the first `size` entries: what is published and signed."""
        return TreeHead(self._get_size(size), self.get_root(size))

    def get_inclusion_proof(self, index: int, size: int | None = None) -> InclusionProof:
        """Return the proof that entry `index` is in the tree over the first `size` entries."""
        return prove_inclusion(index, self._get_size(size), self._get_subtree)

    def get_consistency_proof(self, old_size: int, new_size: int | None = None) -> ConsistencyProof:
        """Return the proof that the tree over the first `new_size` entries grew out of the one over the first `old_size`."""
        return prove_consistency(old_size, self._get_size(new_size), self._get_subtree)

    def _get_size(self, size: int | None) -> int:
        """Return `size`, or the present one for None; raise OutOfTreeError if the tree never had it."""
        if size is None:
            return len(self)
        if not 0 <= size <= len(self):
            raise OutOfTreeError(f"the tree has {len(self)} entries and never had {size}")
        return size

    def _get_subtree(self, begin: int, end: int) -> bytes:
        """Return the root over the entries from `begin` to before `end`, a range that splitting a tree comes to."""
        size = end - begin
        if size.bit_count() == 1:
            return self._levels[size.bit_length() - 1][begin // size]
        middle = begin + compute_split(size)
        return compute_node_hash(self._get_subtree(begin, middle), self._get_subtree(middle, end), self._hash_function)
