"""Proofs from a trie: what one key holds, or that it holds nothing, shown to a stranger who has nothing but the root.

A proof is the nodes that one meets on the way down from the root, encoded. Each is vouched for by the hash in the one before, the
first by the root itself; so the stranger walks the same way and ends where the prover did, at the value, or at the point where the
key could only go on in a way that no key in the trie does. The same nodes that prove a value for one key may prove the absence of
another.

Each statement has exactly one proof: nodes too many, too few or in another order are refused, because whatever a proof may carry
unread, somebody will some day take for proven.

Simplifications: one key at a time. Production systems prove many at once, with common nodes sent once (geth's range proofs).
"""

from dataclasses import dataclass

from minichain.crypto.errors import InvalidEncodingError, InvalidProofError
from minichain.crypto.hashing import HashFunction, keccak256
from minichain.crypto.nibbles import compute_path
from minichain.crypto.trie_nodes import EMPTY_ENCODING, Node, decode_node, find_value


@dataclass(frozen=True)
class TrieProof:
    """Shows what a trie holds at a key: the encoded nodes on the way to it, the root's first. Those that lie in their parent are in it."""

    nodes: tuple[bytes, ...]


def compute_empty_root(hash_function: HashFunction = keccak256) -> bytes:
    """Return the root of a trie that holds nothing: the hash of an empty byte string's encoding."""
    return hash_function(EMPTY_ENCODING)


def compute_proven_value(root: bytes, key: bytes, proof: TrieProof, hash_function: HashFunction = keccak256) -> bytes | None:
    """Return what `proof` shows that the trie with this root holds at `key`: a value, or None for nothing.

    Raise InvalidProofError if it shows neither.
    """
    rest = list(reversed(proof.nodes))

    def take_next(node_hash: bytes) -> Node:
        if not rest:
            raise InvalidProofError(f"the proof ends before the node {node_hash.hex()}")
        encoding = rest.pop()
        if hash_function(encoding) != node_hash:
            raise InvalidProofError(f"node {len(proof.nodes) - len(rest)} of the proof is not the one with the hash {node_hash.hex()}")
        try:
            return decode_node(encoding, hash_function.digest_size)
        except InvalidEncodingError as error:
            raise InvalidProofError(f"the node {node_hash.hex()} of the proof is none: {error}") from None

    value = find_value(None if root == compute_empty_root(hash_function) else root, compute_path(key), take_next)
    if rest:
        raise InvalidProofError(f"the proof has shown all by its node {len(proof.nodes) - len(rest)}, but has {len(proof.nodes)}")
    return value


def validate_presence(root: bytes, key: bytes, value: bytes, proof: TrieProof, hash_function: HashFunction = keccak256) -> None:
    """Raise InvalidProofError unless `proof` shows that the trie with this root holds `value` at `key`."""
    proven = compute_proven_value(root, key, proof, hash_function)
    if proven != value:
        found = "nothing" if proven is None else proven.hex()
        raise InvalidProofError(f"the proof shows {found} at the key {key.hex()}, not {value.hex()}")


def validate_absence(root: bytes, key: bytes, proof: TrieProof, hash_function: HashFunction = keccak256) -> None:
    """Raise InvalidProofError unless `proof` shows that the trie with this root holds nothing at `key`."""
    proven = compute_proven_value(root, key, proof, hash_function)
    if proven is not None:
        raise InvalidProofError(f"the proof shows {proven.hex()} at the key {key.hex()}, not nothing")


def is_present(root: bytes, key: bytes, value: bytes, proof: TrieProof, hash_function: HashFunction = keccak256) -> bool:
    """Return whether `proof` shows that the trie with this root holds `value` at `key`."""
    try:
        validate_presence(root, key, value, proof, hash_function)
    except InvalidProofError:
        return False
    return True


def is_absent(root: bytes, key: bytes, proof: TrieProof, hash_function: HashFunction = keccak256) -> bool:
    """Return whether `proof` shows that the trie with this root holds nothing at `key`."""
    try:
        validate_absence(root, key, proof, hash_function)
    except InvalidProofError:
        return False
    return True
