"""Merkle trees (RFC 9162, section 2.1), in the order of the RFC: one hash stands for a whole list, and short proofs speak about it.

Whoever holds the head of a tree (its size and its root) can check with about log2(size) hashes that an entry is in it, and that a
later head only appended to it. Nobody has to be trusted, neither the prover nor the one who carried the proof.

Simplifications: the functions that prove take the whole list and hash it anew; `merkle_log` keeps the hashes. In Certificate
Transparency a head carries a time and is signed as well.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from minichain.crypto.errors import InvalidProofError, MessageTypeError, OutOfTreeError
from minichain.crypto.hashing import HashFunction, sha256

# Section 2.1.1: the tree

LEAF_PREFIX: Final = b"\x00"
NODE_PREFIX: Final = b"\x01"
"""Leaves and nodes are hashed in separate domains. Without the prefixes, the two hashes below a node would pass for an entry."""


@dataclass(frozen=True)
class TreeHead:
    """What a stranger must know, from a source that they trust: how many entries the tree has, and its root hash."""

    size: int
    root: bytes


def compute_leaf_hash(entry: bytes, hash_function: HashFunction = sha256) -> bytes:
    """Return HASH(0x00 || entry)."""
    try:
        return hash_function(LEAF_PREFIX + entry)
    except TypeError:
        raise MessageTypeError("the entry", entry) from None


def compute_node_hash(left: bytes, right: bytes, hash_function: HashFunction = sha256) -> bytes:
    """Return HASH(0x01 || left || right)."""
    return hash_function(NODE_PREFIX + left + right)


def compute_split(size: int) -> int:
    """Return the size of the left subtree of a tree of `size` > 1 entries: the largest power of two smaller than `size`.

    >>> [compute_split(size) for size in (2, 3, 4, 5, 8, 9)]
    [1, 2, 2, 4, 4, 8]
    """
    return 1 << (size - 1).bit_length() - 1


def compute_root(entries: Sequence[bytes], hash_function: HashFunction = sha256) -> bytes:
    """Return the Merkle Tree Hash MTH(D_n) of `entries`.

    The RFC splits the list at `compute_split` and hashes the roots of both parts. Joining neighbours level by level, where the
    last one moves up as it is if it has none, builds the same tree from below, in one pass and without recursion.

    >>> compute_root([b"a", b"b", b"c"]) == compute_node_hash(compute_root([b"a", b"b"]), compute_root([b"c"]))
    True
    """
    if not entries:
        return hash_function(b"")
    new = hash_function.new  # and not compute_node_hash: calls, not hashes, are what costs time here
    try:
        level = [new(LEAF_PREFIX + entry).digest() for entry in entries]
    except TypeError:
        for entry in entries:
            compute_leaf_hash(entry, hash_function)  # says what is wrong with the first that is not bytes
        raise
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        unpaired = level[-1:] if len(level) % 2 else []
        level = [new(NODE_PREFIX + left + right).digest() for left, right in pairs] + unpaired
    return level[0]


def compute_head(entries: Sequence[bytes], hash_function: HashFunction = sha256) -> TreeHead:
    """Return the head of the tree over `entries`."""
    return TreeHead(len(entries), compute_root(entries, hash_function))


# Section 2.1.3.1: proving that an entry is in the tree


@dataclass(frozen=True)
class InclusionProof:
    """Shows that an entry is number `leaf_index`, from 0, of the tree with `tree_size` entries.

    `path` holds the siblings of the nodes from the leaf up to the root: first the leaf's own, last a child of the root.
    """

    leaf_index: int
    tree_size: int
    path: tuple[bytes, ...]


GetRoot = Callable[[int, int], bytes]
"""From a range of entries (first, one past the last) to the root of their subtree."""


def compute_inclusion_path(index: int, begin: int, end: int, get_root: GetRoot) -> list[bytes]:
    """Return PATH(index, D[begin:end]), `index` counted from `begin`."""
    if end - begin == 1:
        return []
    split = compute_split(end - begin)
    middle = begin + split
    if index < split:
        return [*compute_inclusion_path(index, begin, middle, get_root), get_root(middle, end)]
    return [*compute_inclusion_path(index - split, middle, end, get_root), get_root(begin, middle)]


def prove_inclusion(index: int, size: int, get_root: GetRoot) -> InclusionProof:
    """Return the proof for entry `index` of a tree of `size` entries whose subtrees `get_root` knows."""
    if not 0 <= index < size:
        raise OutOfTreeError(f"there is no entry {index} in a tree of {size} entries, which count from 0")
    return InclusionProof(index, size, tuple(compute_inclusion_path(index, 0, size, get_root)))


def compute_inclusion_proof(entries: Sequence[bytes], index: int, hash_function: HashFunction = sha256) -> InclusionProof:
    """Return the proof that `entries[index]` is in the tree over `entries`.

    >>> entries = [b"a", b"b", b"c", b"d", b"e"]
    >>> proof = compute_inclusion_proof(entries, 2)
    >>> is_included(b"c", proof, compute_head(entries))
    True
    >>> is_included(b"x", proof, compute_head(entries))
    False
    """
    return prove_inclusion(index, len(entries), lambda begin, end: compute_root(entries[begin:end], hash_function))


# Section 2.1.3.2: verifying it


LARGEST_SIZE: Final = 2**64 - 1
"""Sizes are numbers of 64 bits on the wire (section 4.9)."""


def validate_sizes(*sizes: int) -> None:
    """Raise InvalidProofError if no tree is so large. Python would compute with any number, for as long as it takes."""
    if any(abs(size) > LARGEST_SIZE for size in sizes):
        raise InvalidProofError("sizes and numbers of entries are less than 2^64")


def validate_digests(digests: Iterable[bytes], hash_function: HashFunction) -> None:
    """Raise InvalidProofError unless every one has its length: joined, two of other lengths could be cut in another place."""
    for digest in digests:
        if len(digest) != hash_function.digest_size:
            raise InvalidProofError(
                f"the proof holds a hash of {len(digest)} bytes; {hash_function.name} gives {hash_function.digest_size}"
            )


def walk_up(node: int, last: int, path: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield the hashes of `path`, each with whether it stands to the left of what has been built so far (steps 4 and 5).

    `node` counts from the left on its level, as does `last`, the level's last node. Raise InvalidProofError unless the path ends
    at the root.
    """
    for sibling in path:
        if last == 0:
            raise InvalidProofError("the path goes on above the root")
        is_left = node % 2 == 1 or node == last
        if is_left:
            # A last node without a neighbour moves up as it is, until it is a right child.
            while node % 2 == 0:
                node, last = node // 2, last // 2
        yield sibling, is_left
        node, last = node // 2, last // 2
    if last != 0:
        raise InvalidProofError("the path ends below the root")


def compute_inclusion_root(leaf_hash: bytes, proof: InclusionProof, hash_function: HashFunction = sha256) -> bytes:
    """Return the root that `proof` leads to from `leaf_hash` (steps 1 to 4), or raise InvalidProofError."""
    if not 0 <= proof.leaf_index < proof.tree_size:
        raise InvalidProofError(f"the proof is for entry {proof.leaf_index} of {proof.tree_size}, which count from 0")
    validate_digests([leaf_hash, *proof.path], hash_function)
    root = leaf_hash
    for sibling, is_left in walk_up(proof.leaf_index, proof.tree_size - 1, proof.path):
        root = compute_node_hash(sibling, root, hash_function) if is_left else compute_node_hash(root, sibling, hash_function)
    return root


def validate_inclusion(entry: bytes, proof: InclusionProof, head: TreeHead, hash_function: HashFunction = sha256) -> None:
    """Raise InvalidProofError unless `proof` shows that `entry` is in the tree of `head`.

    It takes the entry, not its hash, so that nobody can pass off an inner node's hash as a leaf's. It takes the size from the
    head, because the root does not tell it: one path proves entry 0 in trees of 5 to 8 entries alike.
    """
    validate_sizes(proof.leaf_index, proof.tree_size, head.size)
    if proof.tree_size != head.size:
        raise InvalidProofError(f"the proof is for a tree of {proof.tree_size} entries, the head is of {head.size}")
    root = compute_inclusion_root(compute_leaf_hash(entry, hash_function), proof, hash_function)
    if root != head.root:
        raise InvalidProofError(f"the path from entry {proof.leaf_index} leads to the root {root.hex()}, not to {head.root.hex()}")


def is_included(entry: bytes, proof: InclusionProof, head: TreeHead, hash_function: HashFunction = sha256) -> bool:
    """Return whether `proof` shows that `entry` is in the tree of `head`."""
    try:
        validate_inclusion(entry, proof, head, hash_function)
    except InvalidProofError:
        return False
    return True


# Section 2.1.4.1: proving that a tree only grew


@dataclass(frozen=True)
class ConsistencyProof:
    """Shows that the tree with `old_size` entries is the beginning of the tree with `new_size` entries.

    `path` holds the subtree roots from which both roots are built, from the lowest to the highest. The first belongs to both
    trees; it is left out where `old_size` is a power of two, since it is the old root itself.
    """

    old_size: int
    new_size: int
    path: tuple[bytes, ...]


def compute_subproof(old_size: int, begin: int, end: int, get_root: GetRoot, *, is_whole: bool) -> list[bytes]:
    """Return SUBPROOF(old_size, D[begin:end], is_whole); `is_whole` while the old part is the whole old tree, whose root is known."""
    if old_size == end - begin:
        return [] if is_whole else [get_root(begin, end)]
    split = compute_split(end - begin)
    middle = begin + split
    if old_size <= split:
        return [*compute_subproof(old_size, begin, middle, get_root, is_whole=is_whole), get_root(middle, end)]
    return [*compute_subproof(old_size - split, middle, end, get_root, is_whole=False), get_root(begin, middle)]


def prove_consistency(old_size: int, new_size: int, get_root: GetRoot) -> ConsistencyProof:
    """Return the proof between two sizes of a tree whose subtrees `get_root` knows."""
    if not 0 < old_size <= new_size:
        raise OutOfTreeError(f"there is no proof from {old_size} to {new_size} entries: a tree grows, and from at least 1 entry")
    return ConsistencyProof(old_size, new_size, tuple(compute_subproof(old_size, 0, new_size, get_root, is_whole=True)))


def compute_consistency_proof(entries: Sequence[bytes], old_size: int, hash_function: HashFunction = sha256) -> ConsistencyProof:
    """Return the proof that the tree over `entries` grew out of the one over the first `old_size` of them.

    >>> entries = [b"a", b"b", b"c", b"d", b"e"]
    >>> proof = compute_consistency_proof(entries, 3)
    >>> is_consistent(proof, compute_head(entries[:3]), compute_head(entries))
    True
    >>> is_consistent(proof, compute_head([b"a", b"x", b"c"]), compute_head(entries))
    False
    """
    return prove_consistency(old_size, len(entries), lambda begin, end: compute_root(entries[begin:end], hash_function))


# Section 2.1.4.2: verifying it


def compute_consistency_roots(proof: ConsistencyProof, old_root: bytes, hash_function: HashFunction = sha256) -> tuple[bytes, bytes]:
    """Return the old and the new root that `proof` leads to (steps 1 to 6), or raise InvalidProofError.

    For old sizes that are a power of two the path begins with `old_root`, and it is the new root that vouches for it.
    """
    if not 0 < proof.old_size < proof.new_size:
        raise InvalidProofError(f"no tree of {proof.new_size} entries can be shown to have grown out of one of {proof.old_size}")
    validate_digests(proof.path, hash_function)
    path = [old_root, *proof.path] if proof.old_size.bit_count() == 1 else proof.path
    if not path:
        raise InvalidProofError("the path is empty")
    # The last node of the old tree, and that of the new, on the lowest level where the old tree's is a left child.
    node, last = proof.old_size - 1, proof.new_size - 1
    while node % 2 == 1:
        node, last = node // 2, last // 2
    old = new = path[0]
    for sibling, is_left in walk_up(node, last, path[1:]):
        if is_left:
            old = compute_node_hash(sibling, old, hash_function)
            new = compute_node_hash(sibling, new, hash_function)
        else:
            # What stands to the right was appended later: only the new tree has it.
            new = compute_node_hash(new, sibling, hash_function)
    return old, new


def validate_consistency(proof: ConsistencyProof, old: TreeHead, new: TreeHead, hash_function: HashFunction = sha256) -> None:
    """Raise InvalidProofError unless `proof` shows that the tree of `new` is that of `old` with entries appended.

    Sizes and roots of both heads count (step 7): a path that leads to the new root says nothing yet about the old one.
    """
    validate_sizes(proof.old_size, proof.new_size, old.size, new.size)
    if (proof.old_size, proof.new_size) != (old.size, new.size):
        raise InvalidProofError(
            f"the proof is for trees of {proof.old_size} and {proof.new_size} entries, the heads are of {old.size} and {new.size}"
        )
    if 0 < old.size == new.size:
        # The RFC leaves this case to the caller: there is nothing to show but that the roots are the same.
        if proof.path:
            raise InvalidProofError("nothing was appended, so the path must be empty")
        roots = old.root, old.root
    else:
        roots = compute_consistency_roots(proof, old.root, hash_function)
    for age, root, head in zip(("old", "new"), roots, (old, new), strict=True):
        if root != head.root:
            raise InvalidProofError(f"the path leads to the {age} root {root.hex()}, not to {head.root.hex()}")


def is_consistent(proof: ConsistencyProof, old: TreeHead, new: TreeHead, hash_function: HashFunction = sha256) -> bool:
    """Return whether `proof` shows that the tree of `new` is that of `old` with entries appended."""
    try:
        validate_consistency(proof, old, new, hash_function)
    except InvalidProofError:
        return False
    return True
