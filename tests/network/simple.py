"""Engines that are too simple to be safe, on which the simulator itself is tested."""

from minichain.consensus.machine import Applied, Broadcast, Decide, Received, Send, SetTimer, Started, TimerFired, Write
from minichain.network.cluster import Cluster


class Follower:
    """The first member says what is decided, and everybody believes it at once. Writes each height before it speaks."""

    def __init__(self, member, names, ledger, records):
        self.member, self.names, self.ledger = member, names, ledger
        self.written = max([0, *records])

    def step(self, event):
        height = self.ledger.height + 1
        match event:
            case Started() if self.member == self.names[0]:
                return [SetTimer("go", 50)]
            case TimerFired("go") if height > self.written:
                value = self.ledger.make_value(height, (), frozenset())
                return [Write(height), Broadcast((height, value)), Decide(height, value)]
            case Applied() if self.member == self.names[0]:
                return [SetTimer("go", 50)]
            case Received(_, (number, value)) if number == height:
                return [Decide(number, value), Send(self.names[0], ("done", number))]
        return []


def make_followers(names="ABC", *, settle_ms=1000):
    return Cluster(
        "followers",
        tuple(names),
        lambda member, records, ledger, signatures, random: Follower(member, tuple(names), ledger, records),
        get_votes=lambda message: [(("value", message[0]), message[1])] if type(message[0]) is int else [],
        tolerated=0,
        settle_ms=settle_ms,
    )
