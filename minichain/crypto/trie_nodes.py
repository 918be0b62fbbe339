"""What the hexary Patricia trie is made of (Ethereum Yellow Paper, appendix D): three kinds of node, and their encoding.

A leaf holds a value and what is left of its key. A branch has a subtrie for each next nibble, and the value of the key that ends
there. An extension holds a run of nibbles that all keys below share, so that a lonely key costs one node, not one for each nibble.

A node refers to its subtries by hash, and that is all: a trie is a set of nodes that may lie anywhere, in any order, and one hash
stands for all of it. A subtrie whose encoding is shorter than a hash (less than 32 bytes) lies in its parent instead.

Simplifications: a decoded node is an object of its own. Production code (geth, reth) keeps nodes of a whole subtrie in one buffer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from minichain.crypto import rlp
from minichain.crypto.errors import InvalidEncodingError
from minichain.crypto.nibbles import pack_path, unpack_path

# What a node is


@dataclass(frozen=True, slots=True)
class Leaf:
    """The one key that goes on with `path` and then ends, with its value."""

    path: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Extension:
    """All keys below go on with `path`, which is not empty, and then differ: `child` is a branch."""

    path: bytes
    child: "Subtrie"


@dataclass(frozen=True, slots=True)
class Branch:
    """Keys part here. `children` has one subtrie for each next nibble; `value`, if not empty, is that of the key that ends here."""

    children: tuple["Child", ...]
    value: bytes


Node: TypeAlias = Leaf | Extension | Branch
Subtrie: TypeAlias = Node | bytes
"""A subtrie: the hash of its topmost node, or that node itself, if it is short or not hashed yet."""

Child: TypeAlias = Subtrie | None
"""What lies below a branch in one of its 16 ways: a subtrie, or nothing."""

Load: TypeAlias = Callable[[bytes], Node]
"""From the hash of a node to the node."""

WIDTH: Final = 16
EMPTY_BRANCH: Final = Branch((None,) * WIDTH, b"")
EMPTY_ENCODING: Final = rlp.encode(b"")
HEADERS: Final = [rlp.encode_header(rlp.STRING, length) for length in range(65)]
"""What goes before a hash of so many bytes. Looked up and not computed: encoding branches is much of what a root costs."""


def find_value(child: Child, path: bytes, load: Load) -> bytes | None:
    """Return the value at `path` in this subtrie, or None. Whoever reads, proves or verifies walks this way; only `load` differs."""
    while child is not None:
        node = load(child) if isinstance(child, bytes) else child
        if isinstance(node, Leaf):
            return node.value if node.path == path else None
        if isinstance(node, Branch):
            if not path:
                return node.value or None
            child, path = node.children[path[0]], path[1:]
        elif path.startswith(node.path):
            child, path = node.child, path[len(node.path) :]
        else:
            return None
    return None


# The functions n(I, i) and c(I, i): encoding


def encode_node(node: Node) -> bytes:
    """Return the encoding of a node whose subtries are hashes, or so short that they are encoded in it."""
    if isinstance(node, Branch):
        parts = [
            EMPTY_ENCODING if child is None else HEADERS[len(child)] + child if isinstance(child, bytes) else encode_node(child)
            for child in node.children
        ]
        content = b"".join(parts) + rlp.encode_bytes(node.value)
    elif isinstance(node, Leaf):
        content = rlp.encode_bytes(pack_path(node.path, is_end=True)) + rlp.encode_bytes(node.value)
    else:
        child = rlp.encode_bytes(node.child) if isinstance(node.child, bytes) else encode_node(node.child)
        content = rlp.encode_bytes(pack_path(node.path, is_end=False)) + child
    return rlp.encode_header(rlp.LIST, len(content)) + content


# Decoding


def decode_node(encoding: bytes, digest_size: int) -> Node:
    """Return the node whose encoding this is; hashes have `digest_size` bytes. Raise InvalidEncodingError for everything else.

    What no trie contains is refused, even if it could be read: whoever wants to prove two things of one key begins there.
    """
    return make_node(rlp.decode(encoding), digest_size)


def make_node(item: rlp.Item, digest_size: int) -> Node:
    """Return the node that a decoded item is: 2 parts, of a leaf or an extension, or the 17 of a branch."""
    if not isinstance(item, list) or len(item) not in (2, WIDTH + 1):
        found = f"a list of {len(item)}" if isinstance(item, list) else "a byte string"
        raise InvalidEncodingError(f"trie: a node is a list of 2 or {WIDTH + 1} items, not {found}")
    if len(item) == 2:
        return make_short_node(item[0], item[1], digest_size)
    children, value = tuple([make_child(part, digest_size) for part in item[:WIDTH]]), make_value(item[WIDTH])
    if WIDTH - children.count(None) + bool(value) < 2:
        raise InvalidEncodingError("trie: keys part at a branch, and here fewer than two do")
    return Branch(children, value)


def make_short_node(packed: rlp.Item, rest: rlp.Item, digest_size: int) -> Leaf | Extension:
    """Return the leaf or the extension that these two items describe: the prefix of the path tells which."""
    path, is_end = unpack_path(make_value(packed))
    if is_end:
        if not rest:
            raise InvalidEncodingError("trie: a leaf has a value, and this one is empty")
        return Leaf(path, make_value(rest))
    child = make_child(rest, digest_size)
    if not path or child is None or isinstance(child, Leaf | Extension):
        raise InvalidEncodingError("trie: an extension has a path of at least one nibble, and below it a branch")
    return Extension(path, child)


def make_value(item: rlp.Item) -> bytes:
    """Return the byte string that is expected here."""
    if isinstance(item, bytes):
        return item
    raise InvalidEncodingError("trie: a byte string is expected where a list is")


def make_child(item: rlp.Item, digest_size: int) -> Child:
    """Return the subtrie that an item of its parent is: nothing, a hash, or a node with a shorter encoding than a hash."""
    if isinstance(item, bytes):
        if not item:
            return None
        if len(item) != digest_size:
            raise InvalidEncodingError(f"trie: a subtrie is a hash of {digest_size} bytes, and here are {len(item)}")
        return item
    size = len(rlp.encode(item))
    if size >= digest_size:
        raise InvalidEncodingError(f"trie: a node of {size} bytes lies in its parent, which must hold its hash instead")
    return make_node(item, digest_size)
