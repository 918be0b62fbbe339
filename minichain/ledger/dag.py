"""The DAG of a block: which transactions must follow which, found from what they read and wrote.

Two transactions are in conflict if one writes a key that the other reads or writes, or a key in a range that the other has read. In a
block's order, the later of the two must follow the earlier one; all others may run in any order, or at once, and come to the same
state. ChainMaker puts this graph into the block (`BuildDAG` in its snapshots), because the proposer ran the transactions in an order
that nobody could run again; a verifier runs them along the graph instead.

The graph kept here is the transitive reduction of those conflicts: an edge that others imply is left out. For a graph without cycles
it is unique (Aho, Garey and Ullman 1972), so a block's order and its read-write sets have exactly one DAG, and whoever has executed the
block can tell whether the one that it carries is right:

- an edge is *missing* if two transactions conflict and no path joins them. Then verifiers might run them in either order;
- an edge is *surplus* if the two do not conflict, or other edges join them already. The state comes out right all the same, but whoever
  may add edges at will can make every verifier run a block one by one.

Simplifications: ranges are compared with keys one by one. ChainMaker runs transactions that read ranges last, one after the other.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from minichain.ledger.block import Dag
from minichain.ledger.errors import InvalidDagError
from minichain.ledger.rwset import RangeRead, ReadWriteSet
from minichain.ledger.state import Place

NONE: Final[tuple[int, ...]] = ()


# Conflicts


def is_in_range(place: Place, read: RangeRead) -> bool:
    """Return whether a key lies in a range that was read."""
    contract, key = place
    return contract == read.contract and read.start <= key and (read.end is None or key < read.end)


def is_conflict(earlier: ReadWriteSet, later: ReadWriteSet) -> bool:
    """Return whether two transactions are in conflict: the definition, which `compute_dag` is a quick way to apply to all pairs."""
    return writes_into(earlier, later) or writes_into(later, earlier)


def writes_into(writer: ReadWriteSet, other: ReadWriteSet) -> bool:
    """Return whether `writer` writes a key that `other` reads or writes, or one in a range that it has read."""
    written = {(write.contract, write.key) for write in writer.writes}
    touched = {(read.contract, read.key) for read in other.reads} | {(write.contract, write.key) for write in other.writes}
    return not written.isdisjoint(touched) or any(is_in_range(place, read) for place in written for read in other.ranges)


class Conflicts:
    """Which transactions touched what, as they are added in the block's order."""

    def __init__(self) -> None:
        self._writer: dict[Place, int] = {}
        self._readers: dict[Place, list[int]] = {}
        self._ranges: list[tuple[int, RangeRead]] = []

    def add(self, index: int, rwset: ReadWriteSet) -> set[int]:
        """Return the earlier transactions that this one must follow, enough of them that paths lead to all others."""
        followed: set[int] = set()
        for read in rwset.reads:
            place = (read.contract, read.key)
            if place in self._writer:
                followed.add(self._writer[place])
        for range_read in rwset.ranges:
            followed.update(writer for place, writer in self._writer.items() if is_in_range(place, range_read))
        places = [(write.contract, write.key) for write in rwset.writes]
        for place in places:
            # Whoever wrote it before the last writer, that one already follows.
            if place in self._writer:
                followed.add(self._writer[place])
            followed.update(self._readers.pop(place, NONE))
            if self._ranges:
                followed.update(reader for reader, range_read in self._ranges if is_in_range(place, range_read))
        self._note(index, rwset, places)
        return followed

    def _note(self, index: int, rwset: ReadWriteSet, places: Iterable[Place]) -> None:
        for place in places:
            self._writer[place] = index
        for read in rwset.reads:
            self._readers.setdefault((read.contract, read.key), []).append(index)
        self._ranges.extend((index, range_read) for range_read in rwset.ranges)


# The graph


def compute_dag(rwsets: Sequence[ReadWriteSet]) -> Dag:
    """Return the DAG of transactions with these read-write sets, in this order.

    >>> from minichain.ledger.rwset import Read, Write
    >>> write, read = Write("kv", b"x", b"1"), Read("kv", b"x", None)
    >>> compute_dag([ReadWriteSet(writes=(write,)), ReadWriteSet(), ReadWriteSet((read,)), ReadWriteSet((read,), (write,))]).neighbours
    ((), (), (0,), (2,))
    """
    conflicts = Conflicts()
    ancestors: list[int] = []  # for each transaction, a bit for every one that must have run before it
    neighbours: list[tuple[int, ...]] = []
    for index, rwset in enumerate(rwsets):
        # The latest first: whatever it follows, this one need not name.
        kept: list[int] = []
        reached = 0
        for other in sorted(conflicts.add(index, rwset), reverse=True):
            if not reached >> other & 1:
                kept.append(other)
                reached |= ancestors[other] | 1 << other
        ancestors.append(reached)
        neighbours.append(tuple(reversed(kept)))
    return Dag(tuple(neighbours))


def validate_dag(dag: Dag, rwsets: Sequence[ReadWriteSet]) -> None:
    """Raise InvalidDagError unless `dag` is the one of transactions with these read-write sets, in this order."""
    if len(dag.neighbours) != len(rwsets):
        raise InvalidDagError(f"the DAG is of {len(dag.neighbours)} transactions, the block has {len(rwsets)}")
    for index, (found, expected) in enumerate(zip(dag.neighbours, compute_dag(rwsets).neighbours, strict=True)):
        for other in sorted(set(expected) - set(found)):
            raise InvalidDagError(f"transaction {index} must follow {other}, and the DAG has no such edge")
        for other in sorted(set(found) - set(expected)):
            reason = "other edges say so already" if is_conflict(rwsets[other], rwsets[index]) else "they are not in conflict"
            raise InvalidDagError(f"the DAG has a surplus edge: transaction {index} need not follow {other}, {reason}")


def compute_levels(dag: Dag) -> list[list[int]]:
    """Return the transactions in as few groups as there can be, such that each follows only those in earlier groups.

    Within a group nobody follows anybody, so all of it may run at once. The number of groups is what even a machine with endless
    cores must do one after the other.
    """
    levels: list[list[int]] = []
    level_of: list[int] = []
    for index, earlier in enumerate(dag.neighbours):
        level = 1 + max((level_of[other] for other in earlier), default=-1)
        level_of.append(level)
        if level == len(levels):
            levels.append([])
        levels[level].append(index)
    return levels


def is_topological(order: Sequence[int], dag: Dag) -> bool:
    """Return whether `order` names every transaction once, each after all that it must follow."""
    if sorted(order) != list(range(len(dag.neighbours))):
        return False
    position = {index: place for place, index in enumerate(order)}
    return all(position[other] < position[index] for index, earlier in enumerate(dag.neighbours) for other in earlier)
