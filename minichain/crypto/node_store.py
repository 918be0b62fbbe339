"""Where the nodes of a trie lie: a store that finds bytes by their hash, and a cache of bounded size in front of it.

A store needs two methods and no notion of a trie. What has been put is never changed and never taken away: its name is its hash, so
that the nodes of an old root are still there when a new one has been computed, and most of them belong to both.

Simplifications: nothing is ever removed. Production chains delete what only old roots need (pruning), or store a trie by its paths,
so that a new node takes the place of the old one.
"""

from collections import OrderedDict
from typing import Final, Protocol

from minichain.crypto.trie_nodes import WIDTH, Child, Extension, Leaf, Node


class NodeStore(Protocol):
    """Keeps encoded nodes: in memory, in a file, in a database. `get` gives what was put, or None."""

    def get(self, key: bytes, /) -> bytes | None:
        """Return what was put under this hash."""

    def put(self, key: bytes, value: bytes, /) -> None:
        """Keep `value` under its hash `key`. The same pair may be put many times, and only the same."""


class MemoryStore:
    """A store that lasts as long as the process."""

    def __init__(self) -> None:
        self._values: dict[bytes, bytes] = {}

    def __len__(self) -> int:
        """Return how many nodes are kept."""
        return len(self._values)

    def get(self, key: bytes, /) -> bytes | None:
        """Return what was put under this hash, or None."""
        return self._values.get(key)

    def put(self, key: bytes, value: bytes, /) -> None:
        """Keep `value` under its hash."""
        self._values[key] = value


NODE_BYTES: Final = 500
"""The memory of a node besides its contents: its hash, its objects, and its place in the cache."""

HASH_BYTES: Final = 90
"""The memory of a subtrie's hash, which is an object of its own."""


def compute_weight(node: Node) -> int:
    """Return how many bytes of memory a cached node takes, rather too many than too few."""
    if isinstance(node, Leaf):
        return NODE_BYTES + len(node.path) + len(node.value)
    if isinstance(node, Extension):
        return NODE_BYTES + len(node.path) + compute_child_weight(node.child)
    weight = NODE_BYTES + len(node.value)
    if set(map(type, node.children)) <= {bytes, type(None)}:  # nearly always, and then there is no need to look at each
        return weight + HASH_BYTES * (WIDTH - node.children.count(None))
    return weight + sum(map(compute_child_weight, node.children))


def compute_child_weight(child: Child) -> int:
    """Return the same for what lies below a node: nothing, a hash, or a node that is part of it."""
    if child is None:
        return 0
    return HASH_BYTES if isinstance(child, bytes) else compute_weight(child)


class NodeCache:
    """Decoded nodes by their hash, at most `max_bytes` of memory; the one that was not asked for the longest goes first."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._nodes: OrderedDict[bytes, Node] = OrderedDict()

    def get_bytes(self) -> int:
        """Return how many bytes the cached nodes take."""
        return self._bytes

    def get(self, key: bytes) -> Node | None:
        """Return the node with this hash if it is here, and let it stay longest."""
        node = self._nodes.get(key)
        if node is not None:
            self._nodes.move_to_end(key)
        return node

    def put(self, key: bytes, node: Node) -> None:
        """Take in a node; others leave until it fits. One that never fits is left out."""
        weight = compute_weight(node)
        if key in self._nodes or weight > self._max_bytes:
            return
        self._nodes[key] = node
        self._bytes += weight
        while self._bytes > self._max_bytes:
            self._bytes -= compute_weight(self._nodes.popitem(last=False)[1])
