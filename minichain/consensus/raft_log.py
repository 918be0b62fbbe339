"""A member's log: a snapshot, and the entries after it.

Source: Ongaro and Ousterhout 2014, sections 5.3 (log matching), 5.4.1 (whose log is more up to date) and 7 (compaction). If two logs have
an entry with the same index and term, they are the same up to there: an append is taken only after an entry that matches.

>>> log = Log(Snapshot(0, 0, Membership(("A",))))
>>> log.append(0, (Entry(1), Entry(1, b"x"), Entry(3)))
>>> log.last_index, log.last_term, log.find_hint(3, 2)
(3, 3, (2, 1))
>>> log.append(1, (Entry(4, b"y"),))
>>> log.last_index, log.get_term(2), log.get_term(3)
(2, 4, None)

Simplifications: the log is in memory as a whole, and compaction keeps nothing before the snapshot. etcd keeps some thousand entries more
for followers that are only a little behind.
"""

from collections.abc import Iterable

from minichain.consensus.raft_membership import Membership
from minichain.consensus.raft_messages import Appended, Entry, HardState, RaftRecord, Snapshot


class Log:
    """Entries with the indices from `snapshot.index + 1` on."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.entries: list[Entry] = []
        self.committed = snapshot.index
        """All up to here is decided for good, as far as this member knows."""

    @property
    def last_index(self) -> int:
        """The index of the last entry."""
        return self.snapshot.index + len(self.entries)

    @property
    def last_term(self) -> int:
        """The term of the last entry."""
        return self.entries[-1].term if self.entries else self.snapshot.term

    def get_term(self, index: int) -> int | None:
        """Return the term of the entry at an index; None if it is not here, or no longer."""
        position = index - self.snapshot.index - 1
        if position == -1:
            return self.snapshot.term
        return self.entries[position].term if 0 <= position < len(self.entries) else None

    def get_entry(self, index: int) -> Entry:
        """Return the entry at an index after the snapshot."""
        return self.entries[index - self.snapshot.index - 1]

    def get_entries(self, first: int, most: int) -> tuple[Entry, ...]:
        """Return at most so many entries from an index on."""
        start = first - self.snapshot.index - 1
        return tuple(self.entries[start : start + most])

    def find_new(self, after: int, entries: tuple[Entry, ...]) -> int:
        """Return how many of the entries after an index are here already. The next one is new, or contradicts ours."""
        for number, entry in enumerate(entries):
            if self.get_term(after + 1 + number) != entry.term:
                return number
        return len(entries)

    def find_hint(self, index: int, term: int) -> tuple[int, int]:
        """Return the last index up to `index` whose term is at most `term`, and that term: logs cannot match after it.

        The search ends before the snapshot, where terms are unknown; that is said by term 0.
        """
        index = min(index, self.last_index)
        while index > 0:
            ours = self.get_term(index)
            if ours is None:
                return index, 0
            if ours <= term:
                return index, ours
            index -= 1
        return 0, 0

    def append(self, after: int, entries: tuple[Entry, ...]) -> None:
        """Store entries after an index, and drop what stood there."""
        self.entries[after - self.snapshot.index :] = entries

    def restore(self, snapshot: Snapshot) -> None:
        """Let a snapshot stand for all up to its index. What follows stays only if the entry there is the snapshot's last."""
        if self.get_term(snapshot.index) == snapshot.term:
            del self.entries[: snapshot.index - self.snapshot.index]
        else:
            self.entries.clear()
        self.snapshot = snapshot
        self.committed = max(self.committed, snapshot.index)


def read_records(records: Iterable[RaftRecord], config: Membership) -> tuple[HardState, Log]:
    """Return what a member's disk says: its term and vote, and its log. Without any record it begins with this configuration."""
    state, log = HardState(0, None), Log(Snapshot(0, 0, config))
    for record in records:
        match record:
            case HardState():
                state = record
            case Appended():
                log.append(record.after, record.entries)
                log.committed = max(log.committed, record.committed)
            case Snapshot():
                log.restore(record)
    return state, log
