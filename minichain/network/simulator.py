"""The simulator: a network, its members and their disks in one loop, in virtual time.

Events stand in a queue by their time; whoever is next is given to its machine, and what the machine answers is carried out: messages get
a delay, or are lost, timers are set, records written. Nothing else happens, and everything that looks like chance comes from the
schedule's seed: the same schedule gives the same trace, on any machine, as often as one likes.

A member's power can fail between any two effects, because that is where mistakes hide: a vote that left before it was written, a record
that was torn. What is on the disk stays; what was in memory is gone, and so are the timers.

Simplifications: a step takes no time, and neither does a disk. Messages are handed over as objects; whether they survive being written as
bytes is a test of each engine. A message that crosses a partition is lost, not kept.
"""

import heapq
from collections import deque
from random import Random
from typing import Any

from minichain.consensus.machine import (
    Applied,
    Broadcast,
    CancelTimer,
    Decide,
    Effect,
    Event,
    Machine,
    Received,
    Record,
    Report,
    Send,
    SetTimer,
    Started,
    Submitted,
    TimerFired,
    Validator,
    Write,
)
from minichain.ledger.encoding import encode
from minichain.network.byzantine import PLUGS, SendLater
from minichain.network.cluster import Cluster, Surroundings
from minichain.network.schedule import Crash, Lose, Partition, Request, Schedule, Skew
from minichain.network.simulated_ledger import Batch, SimulatedLedger
from minichain.network.simulated_ledger import Entry as LedgerEntry
from minichain.network.tokens import Notes, Pen
from minichain.network.trace import Asked, Crashed, Decided, Divided, Entry, Fired, Reported, Restarted, Sent, Wrote


class Seat:
    """A member as the simulator sees it: its machine while it runs, its disk, its timers."""

    def __init__(self, name: str, ledger: SimulatedLedger, percent: int) -> None:
        self.name = name
        self.ledger = ledger
        self.percent = percent
        self.machine: Machine | None = None
        self.records: list[Record] = []
        self.timers: dict[Any, object] = {}
        """For each timer that is set, the mark of when it was set last."""
        self.crashes: deque[Crash] = deque()


class Simulation:
    """One run of a cluster under a schedule. After `run`, `trace` holds what happened."""

    def __init__(self, cluster: Cluster, schedule: Schedule) -> None:
        self.cluster = cluster
        self.schedule = schedule
        self.now_ms = 0
        self.trace: list[Entry] = []
        self.notes = Notes()
        self.deliveries = 0
        self._chance = Random(schedule.seed)
        self._queue: list[tuple[int, int, Any, Any]] = []
        self._count = 0
        self._sent: dict[tuple[str, str], int] = {}
        faults = schedule.faults
        self._partitions = [fault for fault in faults if isinstance(fault, Partition)]
        self._lost = {(fault.sender, fault.recipient, fault.number) for fault in faults if isinstance(fault, Lose)}
        percents = {fault.member: fault.percent for fault in faults if isinstance(fault, Skew)}
        validators = tuple(Validator(name) for name in cluster.names)
        ledgers = {name: SimulatedLedger(name, validators, epochs=cluster.epochs) for name in cluster.names}
        self.seats = {name: Seat(name, ledger, percents.get(name, 100)) for name, ledger in ledgers.items()}
        for crash in sorted((fault for fault in faults if isinstance(fault, Crash)), key=lambda crash: crash.from_ms):
            self.seats[crash.member].crashes.append(crash)

    @property
    def honest(self) -> tuple[str, ...]:
        """The members that follow the rules."""
        return tuple(name for name in self.cluster.names if name not in self.schedule.byzantine)

    # The loop

    def run(self) -> "Simulation":
        """Let everything happen until the schedule's time is over."""
        for seat in self.seats.values():
            self._put(0, self._start, seat)
        for number, request in enumerate(self.schedule.requests):
            self._put(request.at_ms, self._ask, (number, request))
        for partition in self._partitions:
            self._put(partition.from_ms, self._tell_groups, None)
            self._put(partition.until_ms, self._tell_groups, None)
        queue = self._queue
        while queue and queue[0][0] <= self.schedule.duration_ms:
            self.now_ms, _, happen, what = heapq.heappop(queue)
            happen(what)
        return self

    def _put(self, at_ms: int, happen: Any, what: Any) -> None:
        """Let something happen at a time, after what was put there before."""
        self._count += 1
        heapq.heappush(self._queue, (at_ms, self._count, happen, what))

    # What happens

    def _start(self, seat: Seat) -> None:
        """Let a member run, with what is on its disk."""
        if self.now_ms:
            self.trace.append(Restarted(self.now_ms, seat.name))
        seat.machine = self._make_machine(seat)
        self._step(seat, Started())

    def _make_machine(self, seat: Seat) -> Machine:
        """Make a member's machine, honest or not."""
        pen, chance = Pen(seat.name, self.notes), Random(f"{self.schedule.seed}/{seat.name}/{self.now_ms}")
        records = tuple(seat.records)
        behaviour = self.schedule.byzantine.get(seat.name)
        if behaviour is None:
            return self.cluster.make(seat.name, records, seat.ledger, pen, chance)
        around = Surroundings(seat.name, self.cluster.names, frozenset(self.schedule.byzantine), seat.ledger, pen, chance)
        plug = self.cluster.plugs.get(behaviour) or PLUGS[behaviour]
        return plug(lambda ledger: self.cluster.make(seat.name, records, ledger, pen, chance), around)

    def _deliver(self, arriving: tuple[str, str, Any]) -> None:
        """Hand a message over, if somebody is there."""
        sender, recipient, message = arriving
        self.deliveries += 1
        seat = self.seats[recipient]
        if seat.machine is not None:
            self._step(seat, Received(sender, message))

    def _fire(self, what: tuple[Seat, Any, object]) -> None:
        """Let a timer fire, if it was not set again, cancelled, or lost in a crash."""
        seat, timer, mark = what
        if seat.timers.get(timer) is mark:
            del seat.timers[timer]
            self.trace.append(Fired(self.now_ms, seat.name, timer))
            self._step(seat, TimerFired(timer))

    def _ask(self, what: tuple[int, Request]) -> None:
        """Give a client's transaction to every member that runs."""
        number, request = what
        transaction = f"{number} {request.client} {request.operation}"
        self.trace.append(Asked(self.now_ms, request.client, transaction))
        value = encode(Batch(0, request.client, (LedgerEntry(transaction, None),)))
        for seat in self.seats.values():
            if seat.machine is not None:
                seat.ledger.take(transaction)
                self._step(seat, Submitted(value))

    def _tell_groups(self, _: None) -> None:
        """Note into which groups the network has fallen."""
        groups = next((partition.groups for partition in self._partitions if self._holds(partition)), (self.cluster.names,))
        self.trace.append(Divided(self.now_ms, groups))

    def _holds(self, partition: Partition) -> bool:
        """Return whether a partition is in force."""
        return partition.from_ms <= self.now_ms < partition.until_ms

    # What a machine does

    def _step(self, seat: Seat, event: Event) -> None:
        """Give an event to a member's machine, and carry out what it answers, and what it answers to what came of that."""
        events = deque([event])
        while events and seat.machine is not None:
            effects = seat.machine.step(events.popleft())
            if seat.crashes and self.now_ms >= seat.crashes[0].from_ms:
                self._crash(seat, effects, seat.crashes.popleft(), events)
                return
            for effect in effects:
                self._carry_out(seat, effect, events)

    def _carry_out(self, seat: Seat, effect: Effect | SendLater, events: deque[Event]) -> None:
        """Carry out one effect; what the machine will hear of it goes to `events`."""
        match effect:
            case Send():
                self._send(seat.name, effect.recipient, effect.message)
            case Broadcast():
                for name in self.cluster.names:
                    if name != seat.name:
                        self._send(seat.name, name, effect.message)
            case SetTimer():
                mark = seat.timers[effect.timer] = object()
                self._put(self.now_ms + max(1, effect.delay_ms * 100 // seat.percent), self._fire, (seat, effect.timer, mark))
            case CancelTimer():
                seat.timers.pop(effect.timer, None)
            case Write():
                seat.records.append(effect.record)
                self.trace.append(Wrote(self.now_ms, seat.name, effect.record))
            case Decide():
                decided = Decided(self.now_ms, seat.name, effect.height, effect.value, effect.proof, seat.ledger.validators)
                self.trace.append(decided)
                events.append(Applied(effect.height, seat.ledger.apply(effect.height, effect.value)))
            case Report():
                self.trace.append(Reported(self.now_ms, seat.name, effect.evidence))
            case SendLater():
                self._send(seat.name, effect.recipient, effect.message, effect.delay_ms)

    def _crash(self, seat: Seat, effects: list[Effect], crash: Crash, events: deque[Event]) -> None:
        """Carry out the first effects only, then lose what is in memory, and come back later."""
        done = min(crash.effects, len(effects))
        for effect in effects[:done]:
            self._carry_out(seat, effect, events)
        following = effects[done] if done < len(effects) else None
        torn = following.record if isinstance(following, Write) else None
        self.trace.append(Crashed(self.now_ms, seat.name, done, len(effects), torn))
        seat.machine = None
        seat.timers.clear()
        seat.ledger.forget()
        self._put(max(crash.until_ms, self.now_ms + 1), self._start, seat)

    # The network

    def _send(self, sender: str, recipient: str, message: Any, extra_ms: int = 0) -> None:
        """Let a message travel, or be lost."""
        if recipient not in self.seats or recipient == sender:
            return
        link = sender, recipient
        number = self._sent.get(link, 0)
        self._sent[link] = number + 1
        why = self._find_reason(sender, recipient, number)
        arrivals: tuple[int, ...] = ()
        if not why:
            arrivals = tuple(self.now_ms + extra_ms + delay for delay in self._draw_delays())
            for at_ms in arrivals:
                self._put(at_ms, self._deliver, (sender, recipient, message))
        self.trace.append(Sent(self.now_ms, sender, recipient, message, arrivals, why, number))

    def _find_reason(self, sender: str, recipient: str, number: int) -> str:
        """Return why a message is lost, or nothing."""
        if self._lost and (sender, recipient, number) in self._lost:
            return "the schedule says so"
        for partition in self._partitions:
            if self._holds(partition) and partition.separates(sender, recipient):
                return "partition"
        lost = self.schedule.conditions.lost_in_1000
        if lost and self.now_ms < self.schedule.rough_until_ms and self._chance.random() * 1000 < lost:
            return "chance"
        return ""

    def _draw_delays(self) -> list[int]:
        """Return how long each copy of a message takes; there is more than one copy if it is doubled."""
        conditions, draw = self.schedule.conditions, self._chance.random
        least, largest = conditions.delay_ms
        spread = largest - least + 1
        delays = [least + int(draw() * spread)]
        if self.now_ms < self.schedule.rough_until_ms:
            if conditions.late_in_1000 and draw() * 1000 < conditions.late_in_1000:
                delays[0] *= 10
            if conditions.doubled_in_1000 and draw() * 1000 < conditions.doubled_in_1000:
                delays.append(least + int(draw() * spread))
        return delays
