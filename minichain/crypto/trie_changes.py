"""How a trie changes: each change makes new nodes along one path and shares all others with the trie before.

The Yellow Paper (appendix D) defines a trie by the set that it holds, not by what happened to it: whatever is put and deleted, in
whatever order, the same contents have the same nodes and the same root. So a deletion must leave no trace: a branch from which only
one way is left becomes part of that way.

No node is ever changed. Whoever kept an old root still reads from it, and a change that fails half-way has changed nothing. A call
that changes nothing returns the very node that it was given, and nothing above it is made or hashed anew.

Simplifications: one key at a time. Where blocks change thousands of keys at once, geth and reth sort them and go down once for all.
"""

from minichain.crypto.nibbles import compute_common_length
from minichain.crypto.trie_nodes import EMPTY_BRANCH, Branch, Child, Extension, Leaf, Load, Node, Subtrie


def replace_child(branch: Branch, index: int, child: Child) -> Branch:
    """Return `branch` with another subtrie below `index`."""
    children = list(branch.children)
    children[index] = child
    return Branch(tuple(children), branch.value)


def insert(child: Child, path: bytes, value: bytes, load: Load) -> Subtrie:
    """Return the subtrie `child` with `value` at `path`; `child` itself if it is there already."""
    if child is None:
        return Leaf(path, value)
    node = load(child) if isinstance(child, bytes) else child
    if isinstance(node, Branch):
        if not path:
            return child if node.value == value else Branch(node.children, value)
        below = insert(node.children[path[0]], path[1:], value, load)
        return child if below is node.children[path[0]] else replace_child(node, path[0], below)
    common = compute_common_length(node.path, path)
    if isinstance(node, Extension) and common == len(node.path):
        below = insert(node.child, path[common:], value, load)
        return child if below is node.child else Extension(node.path, below)
    if isinstance(node, Leaf) and node.path == path:
        return child if node.value == value else Leaf(path, value)
    branch = insert(split(node, common), path[common:], value, load)
    return Extension(path[:common], branch) if common else branch


def split(node: Leaf | Extension, common: int) -> Branch:
    """Return the branch at which a key leaves the path of `node` after `common` nibbles, as yet without that key."""
    index, rest = node.path[common : common + 1], node.path[common + 1 :]
    if isinstance(node, Leaf):
        return replace_child(EMPTY_BRANCH, index[0], Leaf(rest, node.value)) if index else Branch(EMPTY_BRANCH.children, node.value)
    return replace_child(EMPTY_BRANCH, index[0], Extension(rest, node.child) if rest else node.child)


def remove(child: Child, path: bytes, load: Load) -> Child:
    """Return the subtrie `child` without what is at `path`; `child` itself if nothing is."""
    if child is None:
        return None
    node = load(child) if isinstance(child, bytes) else child
    if isinstance(node, Leaf):
        return None if node.path == path else child
    if isinstance(node, Branch):
        if not path:
            return collapse(Branch(node.children, b""), load) if node.value else child
        below = remove(node.children[path[0]], path[1:], load)
        return child if below is node.children[path[0]] else collapse(replace_child(node, path[0], below), load)
    if not path.startswith(node.path):
        return child
    below = remove(node.child, path[len(node.path) :], load)
    if below is node.child:
        return child
    return None if below is None else prepend(node.path, below, load)


def collapse(branch: Branch, load: Load) -> Node:
    """Return `branch`, or, if only one way or only its value is left of it, what stands in its place."""
    ways = [(index, child) for index, child in enumerate(branch.children) if child is not None]
    if len(ways) + bool(branch.value) > 1:
        return branch
    if not ways:
        return Leaf(b"", branch.value)
    [(index, child)] = ways
    return prepend(bytes([index]), child, load)


def prepend(path: bytes, child: Subtrie, load: Load) -> Leaf | Extension:
    """Return the subtrie `child` below `path`: a leaf or an extension takes the path as its own, a branch needs an extension."""
    node = load(child) if isinstance(child, bytes) else child
    if isinstance(node, Leaf):
        return Leaf(path + node.path, node.value)
    if isinstance(node, Extension):
        return Extension(path + node.path, node.child)
    return Extension(path, child)
