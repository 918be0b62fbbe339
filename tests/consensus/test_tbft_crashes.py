"""TBFT through power failures: between any two effects, and it never says two things."""

import pytest

from minichain.consensus.machine import Applied, Broadcast, Decide, Received, Started, TimerFired
from minichain.consensus.tbft import Tbft
from minichain.consensus.tbft_algorithm import TbftSettings
from minichain.consensus.tbft_messages import (
    Kind,
    Status,
)
from minichain.network.clusters.tbft import get_votes
from minichain.network.simulated_ledger import SimulatedLedger, compute_hash
from minichain.network.tokens import Pen
from tests.consensus.tbft_bench import FOUR, Bench, go_to, lock, make_batch, make_decision

V, W = make_batch("A"), make_batch("A again")
V_ID = compute_hash(V)
PREVOTE, PRECOMMIT = Kind.PREVOTE, Kind.PRECOMMIT


@pytest.fixture
def bench():
    return Bench().start()


def restart(bench, records):
    """Return the member made anew over the same ledger, from these records."""
    again = Bench(bench.name, records=records, notes=bench.notes)
    return again.start()


def test_a_restart_says_the_same_again_and_stays_locked(bench):
    lock(bench, V)
    again = restart(bench, bench.records)
    assert again.get_said() == [("prevote", V_ID), ("precommit", V_ID)]
    go_to(again, 1)
    again.hear(again.propose(W, 1))
    assert again.get_said() == [("prevote", None)]


def test_the_last_record_of_the_height_is_enough(bench):
    lock(bench, V)
    assert restart(bench, bench.records[-1:]).get_said() == [("prevote", V_ID), ("precommit", V_ID)]


def test_a_restart_still_knows_why_the_last_round_ended(bench):
    """Nobody else may have all these precommits, and who is still in that round needs them to leave it."""
    bench.hear_votes("ABC", PRECOMMIT, None)
    bench.fire("precommit")
    bench.fire("propose", 1, 1)
    again = restart(bench, bench.records)
    assert again.machine.round == 1
    again.hear(Status(1, 0, ()), "C")
    assert {(vote.member, vote.kind) for vote in again.get_sent()[0].votes} == {(member, PRECOMMIT) for member in "ABC"}


def test_a_decision_that_the_ledger_has_not_seen_is_decided_again(bench):
    records = [make_decision(bench, V)]
    again = restart(bench, records)
    assert [effect.value for effect in again.get(Decide)] == [V]
    assert again.records == records and again.machine.height == 2


def script(bench):
    """Yield the events of three rounds and a decision: a polka, an equivocating proposer, a proof of lock, timeouts."""
    yield Started()
    yield Received("A", bench.propose(V))
    for member in "AB":
        yield Received(member, bench.vote(member, PREVOTE, V))
    for member in "ABC":
        yield Received(member, bench.vote(member, PRECOMMIT, None, 0))
    yield TimerFired(("precommit", 1, 0))
    yield Received("B", bench.propose(W, 1))
    yield Received("B", bench.propose(make_batch("B"), 1))
    yield TimerFired(("propose", 1, 1))
    for member in "ABC":
        yield Received(member, bench.vote(member, PREVOTE, W if member == "A" else None, 1))
    yield TimerFired(("prevote", 1, 1))
    for member in "ABC":
        yield Received(member, bench.vote(member, PRECOMMIT, None, 1))
    yield TimerFired(("precommit", 1, 1))
    yield Received("C", bench.propose(V, 2, valid_round=0, polka=bench.polka("ABD", V)))
    for member in "AB":
        yield Received(member, bench.vote(member, PREVOTE, V, 2))
    for member in "AB":
        yield Received(member, bench.vote(member, PRECOMMIT, V, 2))
    yield TimerFired(("pause", 2, 0))


class Disk:
    """One member through a script, with a power failure before the effect with a certain number."""

    def __init__(self, fails_before):
        self.world = Bench()
        self.ledger = SimulatedLedger("D", FOUR)
        self.records, self.said, self.done, self.fails_before = [], [], 0, fails_before
        self.decided = []

    def make(self):
        return Tbft(TbftSettings(), "D", FOUR, self.ledger, Pen("D", self.world.notes), tuple(self.records), self.ledger.height)

    def run(self, events, *, then=()):
        """Play events; after the failure the member restarts and hears `then`, and the rest of the events."""
        machine, queue = self.make(), list(events)
        while queue:
            for effect in machine.step(queue.pop(0)):
                if self.done == self.fails_before:
                    self.done += 1
                    machine, queue = self.make(), [Started(), *then, *queue]
                    break
                self.done += 1
                self.carry_out(effect, queue)
        return machine

    def carry_out(self, effect, queue):
        match effect:
            case Broadcast(message):
                self.said += get_votes(message)
            case Decide(height, value, _):
                self.decided.append((height, value))
                queue.insert(0, Applied(height, self.ledger.apply(height, value)))
        if hasattr(effect, "record"):
            self.records.append(effect.record)


def assert_never_says_two_things(disk):
    choices = {}
    for slot, choice in disk.said:
        assert choices.setdefault(slot, choice) == choice, slot
    assert len(set(disk.decided)) == len({height for height, _ in disk.decided})


def test_a_crash_between_any_two_effects_never_makes_it_vote_twice():
    """After the restart nobody repeats the past: instead timeouts strike, and the others propose and lock something else if they can."""
    whole = Disk(-1)
    whole.run(script(whole.world))
    assert [height for height, _ in whole.decided] == [1]
    assert {slot[0] for slot, _ in whole.said} == {"prevote", "precommit"}
    for position in range(whole.done):
        for spite in make_spites():
            disk = Disk(position)
            disk.run(script(disk.world), then=spite(disk.world))
            assert_never_says_two_things(disk)


def make_spites():
    """Yield what the world may do to a member that has just come back."""
    yield lambda world: ()
    for r in range(3):
        yield lambda world, r=r: (TimerFired(("propose", 1, r)), TimerFired(("prevote", 1, r)))
        yield lambda world, r=r: (Received("A", world.propose(make_batch("spite"), r)),)
        yield lambda world, r=r: tuple(Received(member, world.vote(member, PREVOTE, None, r)) for member in "ABC")


def test_a_vote_that_leaves_before_it_is_written_is_found_by_that_test():
    class Hasty(Tbft):
        def _write_and_send(self, message):
            super()._write_and_send(message)
            self._effects[-2:] = reversed(self._effects[-2:])

    class HastyDisk(Disk):
        def make(self):
            return Hasty(TbftSettings(), "D", FOUR, self.ledger, Pen("D", self.world.notes), tuple(self.records), self.ledger.height)

    def run_all():
        for position in range(60):
            for spite in make_spites():
                disk = HastyDisk(position)
                disk.run(script(disk.world), then=spite(disk.world))
                assert_never_says_two_things(disk)

    with pytest.raises(AssertionError, match="vote"):
        run_all()
