"""The nodes of an epoch that are not decided yet, as a tree on the last decided one.

Simplifications: nodes whose parent is missing are not kept; their parents are asked for.
"""

from collections.abc import Iterator, Sequence
from itertools import islice, takewhile

from minichain.consensus.maxbft_messages import Node, Proposal, is_child


class Tree:
    """The tree of one epoch, whose heights are from `root_height` + 1 to `last_height`."""

    def __init__(self, root: bytes, root_height: int, last_height: int) -> None:
        """Begin with nothing. `root` is what the first node names as its parent: the value that was decided before."""
        self.root = root
        self.root_height = root_height
        self.last_height = last_height
        self.proposals: dict[bytes, Proposal] = {}
        self.decided: Node | None = None
        """The last decided node of this epoch: it is a parent also where its value is no longer here."""

    def find(self, node_id: bytes) -> Node | None:
        """Return a node by its id, or None."""
        proposal = self.proposals.get(node_id)
        if proposal is not None:
            return proposal.node
        return self.decided if self.decided is not None and self.decided.id == node_id else None

    def iterate_down(self, node: Node | None) -> Iterator[Node]:
        """Yield a node and those below it, as far as they are here."""
        while node is not None:
            yield node
            node = self.find(node.parent)

    def is_known(self, node: Node) -> bool:
        """Return whether the parent of a node is here, or is the root."""
        return node.justify is None or self.find(node.parent) is not None

    def fits(self, node: Node) -> bool:
        """Return whether a node follows its parent, which is here, with a value as long as the epoch has a height for one."""
        if node.justify is None:
            return node.parent == self.root and node.height == self.root_height + 1 and node.value_id is not None
        parent = self.find(node.parent)
        if parent is None or not is_child(node, parent):
            return False
        return (parent.height < self.last_height) == (node.value_id is not None)

    def extends(self, node: Node, ancestor: bytes) -> bool:
        """Return whether `ancestor` is below a node on its branch, as far as that is here."""
        return any(one.parent == ancestor for one in self.iterate_down(node))

    def contradicts(self, branch: Sequence[Node], height: int) -> bool:
        """Return whether a branch does not grow from the node decided last, at `height`. Then more than a third have lied."""
        if not branch or (self.decided is None and height > self.root_height):
            return False  # nothing to go by: the ledger has the value, and nobody here its node
        return branch[0].parent != (self.root if self.decided is None else self.decided.id)

    def get_branch(self, node: Node | None, above: int) -> list[Node]:
        """Return the nodes up to `node` that are higher than `above`, the oldest first."""
        return list(takewhile(lambda one: one.height > above, self.iterate_down(node)))[::-1]

    def get_pending(self, node: Node | None, above: int) -> list[bytes]:
        """Return the values up to `node` that are higher than `above`, the oldest first."""
        return [self.proposals[one.id].value for one in self.get_branch(node, above) if one.value_id is not None]

    def get_last(self, node: Node, count: int) -> list[Node]:
        """Return a node and those before it, at most `count`, the oldest first."""
        return list(islice(self.iterate_down(node), count))[::-1]

    def get_proposals(self, wanted: bytes, count: int) -> tuple[Proposal, ...]:
        """Return a node and some before it, the oldest first; the newest ones if none is named; nothing if it is not here."""
        if wanted:
            branch = self.get_last(self.proposals[wanted].node, count) if wanted in self.proposals else []
            return tuple(self.proposals[node.id] for node in branch if node.id in self.proposals)
        return tuple(sorted(self.proposals.values(), key=lambda one: one.node.view)[-count:])

    def forget(self, view: int) -> None:
        """Drop what is older than a view whose node is decided."""
        self.proposals = {name: one for name, one in self.proposals.items() if one.node.view >= view}
