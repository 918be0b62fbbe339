"""What must hold in every run, and the eyes that look for where it does not.

Safety, at every moment: members that are honest decide the same value at each height (agreement), in order and without a gap (prefix), and
only what somebody asked for, each transaction once (validity); none of them says two things in a slot where it may speak once (no double
vote). Liveness, once the network is whole again: every honest member decides, and so does everybody what was asked for then (progress).
What clients saw could have happened in some order, one thing at a time (linearizability).

Simplifications: proof of work promises agreement only at k confirmations, and only with the probability that its settings give.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from minichain.network.linearizability import KeyValue, Operation, check_history
from minichain.network.simulated_ledger import read_batch
from minichain.network.simulator import Simulation
from minichain.network.trace import Asked, Decided, Entry, Sent


@dataclass(frozen=True)
class Violation:
    """A rule that a run broke, and how."""

    rule: str
    at_ms: int
    text: str


def is_asked(entry: Entry) -> TypeGuard[Asked]:
    """Return whether an entry is a client's request."""
    return isinstance(entry, Asked)


def check_run(simulation: Simulation) -> Violation | None:
    """Return the first rule that a run broke, or None."""
    return next(iterate_violations(simulation), None)


def iterate_violations(simulation: Simulation) -> Iterator[Violation]:
    """Yield what the run broke, rule by rule."""
    honest = frozenset(simulation.honest)
    decisions = [entry for entry in simulation.trace if isinstance(entry, Decided) and entry.member in honest]
    yield from check_agreement(decisions)
    yield from check_prefix(decisions, simulation.cluster.numbers_itself)
    yield from check_validity(decisions, filter(is_asked, simulation.trace))
    yield from check_votes(simulation, honest)
    yield from check_linearizability(simulation, decisions)
    yield from check_progress(simulation, honest, decisions)


def check_agreement(decisions: Iterable[Decided]) -> Iterator[Violation]:
    """Nobody honest decides something else than another one at the same height."""
    first: dict[int, Decided] = {}
    for entry in decisions:
        known = first.setdefault(entry.height, entry)
        if known.value != entry.value:
            text = f"{known.member} and {entry.member} decided different values at height {entry.height}"
            yield Violation("agreement", entry.at_ms, text)


def check_prefix(decisions: Iterable[Decided], numbers_itself: bool) -> Iterator[Violation]:
    """Everybody decides upwards, one height after the other, unless the engine numbers entries of its own between them."""
    last: dict[str, int] = {}
    for entry in decisions:
        before = last.get(entry.member, 0)
        if entry.height <= before or (entry.height > before + 1 and not numbers_itself):
            yield Violation("prefix", entry.at_ms, f"{entry.member} decided height {entry.height} after height {before}")
        last[entry.member] = entry.height


def check_validity(decisions: Iterable[Decided], asked: Iterable[Asked]) -> Iterator[Violation]:
    """What is decided is a batch of what clients asked for."""
    known = {entry.transaction for entry in asked}
    seen: set[bytes] = set()
    for entry in decisions:
        if entry.value in seen:
            continue
        seen.add(entry.value)
        batch = read_batch(entry.value)
        if batch is None:
            yield Violation("validity", entry.at_ms, f"{entry.member} decided bytes that are no batch")
            continue
        strange = [each.transaction for each in batch.entries if each.transaction not in known]
        if strange:
            yield Violation("validity", entry.at_ms, f"{entry.member} decided {strange[0]!r}, which nobody asked for")


def check_votes(simulation: Simulation, honest: frozenset[str]) -> Iterator[Violation]:
    """Nobody honest says two things in one slot, crashes or not."""
    get_votes = simulation.cluster.get_votes
    said: dict[object, tuple[object, int]] = {}
    looked_at: set[int] = set()
    for entry in simulation.trace:
        if not isinstance(entry, Sent) or entry.sender not in honest or id(entry.message) in looked_at:
            continue
        looked_at.add(id(entry.message))
        for slot, choice in get_votes(entry.message):
            key = entry.sender, slot
            if said.setdefault(key, (choice, entry.at_ms))[0] != choice:
                yield Violation("double vote", entry.at_ms, f"{entry.sender} said two things in the slot {slot}")


def check_linearizability(simulation: Simulation, decisions: Sequence[Decided]) -> Iterator[Violation]:
    """What clients were told about keys could be one copy's answers. A client is told when the first honest member has decided."""
    told: dict[str, tuple[int, str]] = {}
    for entry in decisions:
        batch = read_batch(entry.value)
        for each in batch.entries if batch else ():
            done = simulation.seats[entry.member].ledger.executed.get(each.transaction)
            if done is not None and done.height == entry.height:
                told.setdefault(each.transaction, (entry.at_ms, done.answer))
    history = []
    for asked in filter(is_asked, simulation.trace):
        operation = tuple(asked.transaction.split()[2:])
        if operation[0] in ("get", "put"):
            history.append(Operation(asked.client, operation, asked.at_ms, *told.get(asked.transaction, ())))
    stuck = check_history(KeyValue("nothing"), history).stuck
    if stuck is not None:
        at_ms = int(min(stuck.returned_at, simulation.schedule.duration_ms))
        what = f"{stuck.client} was told {stuck.answer!r} for {' '.join(stuck.asked)!r}"
        yield Violation("linearizability", at_ms, f"{what}, which one copy would not say")


def check_progress(simulation: Simulation, honest: frozenset[str], decisions: Iterable[Decided]) -> Iterator[Violation]:
    """Some time after the network is whole, every honest member has decided again, also what was asked for after that time."""
    settled_ms = simulation.schedule.healed_ms + simulation.cluster.settle_ms
    if simulation.schedule.duration_ms < settled_ms or len(simulation.schedule.byzantine) > simulation.cluster.tolerated:
        return
    alive = {entry.member for entry in decisions if entry.at_ms >= simulation.schedule.healed_ms}
    for name in sorted(honest - alive):
        yield Violation(
            "progress", settled_ms, f"{name} decided nothing in the {simulation.cluster.settle_ms} ms after the network was whole"
        )
    latest_ms = simulation.schedule.duration_ms - simulation.cluster.settle_ms
    for entry in simulation.trace:
        if isinstance(entry, Asked) and simulation.schedule.healed_ms <= entry.at_ms <= latest_ms and "toss" not in entry.transaction:
            for name in sorted(honest):
                if entry.transaction not in simulation.seats[name].ledger.executed:
                    yield Violation("progress", settled_ms, f"{name} never executed {entry.transaction!r}, asked at {entry.at_ms} ms")
