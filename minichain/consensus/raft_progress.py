"""What a leader knows of each member's log, and what it sends next: probe, replicate, or a snapshot.

Source: Ongaro and Ousterhout 2014, section 5.3 (`nextIndex`, `matchIndex`); the three states are etcd's. While a leader does not know
where a follower's log ends, it sends one message and waits (probe). Once it knows, it sends entries as they come, without waiting for
each answer, up to a number of messages in flight (replicate). A follower that lacks what is no longer in the log gets a snapshot, and
nothing else until it has it.

Simplifications: messages in flight are counted, not their bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from minichain.consensus.raft_membership import Membership, get_members


class Flow(Enum):
    """How a follower is supplied."""

    PROBE = "probe"
    REPLICATE = "replicate"
    SNAPSHOT = "snapshot"


@dataclass(slots=True)
class Progress:
    """One member as the leader sees it."""

    next: int
    """The index of the first entry to send; always after `match`."""
    match: int = 0
    """The log is known to be the leader's up to here."""
    flow: Flow = Flow.PROBE
    is_waiting: bool = False
    """Nothing is sent until something is heard."""
    is_active: bool = True
    """Something was heard since the leader last counted."""
    sent_committed: int = 0
    """How far the follower was told that the log is committed."""
    in_flight: list[int] = field(default_factory=list)
    """The last index of each message that was not answered."""

    @property
    def is_paused(self) -> bool:
        """Whether nothing may be sent now."""
        return self.is_waiting or self.flow is Flow.SNAPSHOT

    def probe(self) -> None:
        """Find out where the follower's log ends."""
        self._change(Flow.PROBE)
        self._go_back(self.match + 1)

    def replicate(self) -> None:
        """Send entries as they come."""
        self._change(Flow.REPLICATE)
        self.next = self.match + 1

    def await_snapshot(self, index: int) -> None:
        """Wait until the follower has the snapshot up to `index`."""
        self._change(Flow.SNAPSHOT)
        self.sent_committed = index
        self.next = index + 1

    def on_sent(self, entries: int, committed: int, most_in_flight: int) -> None:
        """Note what was sent."""
        if self.flow is Flow.REPLICATE:
            if entries:
                self.next += entries
                self.in_flight.append(self.next - 1)
            self.is_waiting = self.is_full(most_in_flight)
        elif entries:
            self.is_waiting = True
        self.sent_committed = committed

    def on_stored(self, index: int) -> bool:
        """Note that the follower stores all up to `index`; return whether that is news, or frees a probe that waits."""
        if index <= self.match:
            return index == self.match and self.flow is Flow.PROBE
        self.match = index
        self.next = max(self.next, index + 1)
        self.is_waiting = False
        self.in_flight = [last for last in self.in_flight if last > index]
        return True

    def on_refused(self, index: int, hint: int) -> bool:
        """Note that the follower refused an append after `index`, and may take one after `hint`; return whether that is news."""
        if self.flow is Flow.REPLICATE:
            if index <= self.match:
                return False
            self.probe()
            return True
        if index != self.next - 1:
            return False
        self.is_waiting = False
        self._go_back(max(min(index, hint + 1), self.match + 1))
        return True

    def is_full(self, most_in_flight: int) -> bool:
        """Return whether as many messages are in flight as may be."""
        return len(self.in_flight) >= most_in_flight

    def _change(self, flow: Flow) -> None:
        """Begin another flow."""
        self.flow, self.is_waiting = flow, False
        self.in_flight.clear()

    def _go_back(self, first: int) -> None:
        """Send from `first` on next, and tell again what is committed from there on."""
        self.next = first
        self.sent_committed = min(self.sent_committed, first - 1)


def make_progress(config: Membership, known: Mapping[str, Progress], last_index: int) -> dict[str, Progress]:
    """Return the progress of each member, in the order of names: what is known, and for whoever is new a probe at the last entry."""
    return {name: known.get(name) or Progress(max(last_index, 1)) for name in get_members(config)}
