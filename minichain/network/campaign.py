"""Many runs, each with troubles of its own drawn from its seed; and the smallest run that still fails.

A schedule is plain data, so a failing one is made smaller by leaving things out as long as it still breaks the same rule (Zeller and
Hildebrandt 2002, "Simplifying and isolating failure-inducing input"): faults, requests, the network's moods, and the time after it.
What is left is short enough to be read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import Any, TypeVar

from minichain.network.byzantine import PLUGS
from minichain.network.checkers import Violation, check_run
from minichain.network.cluster import Cluster
from minichain.network.schedule import Conditions, Crash, Fault, Partition, Request, Schedule, Skew
from minichain.network.simulator import Simulation

T = TypeVar("T")

ROUGH_MS = 2000
"""How long things go wrong in a drawn schedule."""
KEYS = ("x", "y")


@dataclass(frozen=True)
class Failure:
    """A schedule under which a rule is broken."""

    schedule: Schedule
    violation: Violation


def draw_schedule(cluster: Cluster, seed: int, *, byzantine: int | None = None, behaviours: Sequence[str] | None = None) -> Schedule:
    """Return what happens under this seed: with so many Byzantine members, by default up to as many as the engine bears."""
    chance = Random(f"schedule {seed}")
    names = list(cluster.names)
    count = chance.randint(0, cluster.tolerated) if byzantine is None else byzantine
    kinds = behaviours or sorted({*PLUGS, *cluster.plugs})
    traitors = {name: chance.choice(kinds) for name in chance.sample(names, count)}
    faults: list[Fault] = []
    for _ in range(chance.randint(0, 2) if len(names) > 1 else 0):
        faults.append(draw_partition(chance, names))
    for name in names:
        if name not in traitors:
            if chance.random() < 0.4:
                faults += draw_crashes(chance, name)
            if chance.random() < 0.2:
                faults.append(Skew(name, chance.choice([80, 90, 110, 125])))
    is_rough = chance.random() < 0.7
    conditions = Conditions(
        delay_ms=chance.choice([(1, 10), (5, 40), (10, 100)]),
        lost_in_1000=chance.choice([0, 20, 100]) if is_rough else 0,
        doubled_in_1000=chance.choice([0, 50]) if is_rough else 0,
        late_in_1000=chance.choice([0, 50]) if is_rough else 0,
    )
    # What is asked for early may be lost; what is asked for when all is well again must be decided in time.
    times = sorted(chance.randrange(ROUGH_MS) for _ in range(chance.randint(2, 8)))
    requests = [Request(at_ms, f"client{number % 3}", draw_operation(cluster, chance, number)) for number, at_ms in enumerate(times)]
    rough = Schedule(seed, faults=tuple(faults), rough_until_ms=ROUGH_MS)
    asked_ms = rough.healed_ms + cluster.settle_ms
    requests += [Request(asked_ms, "client", "put z last"), Request(asked_ms + 50, "client", "get z")]
    duration_ms = asked_ms + 50 + cluster.settle_ms
    return Schedule(seed, duration_ms, conditions, tuple(faults), tuple(requests), traitors, ROUGH_MS)


def draw_changes(cluster: Cluster, schedule: Schedule) -> Schedule:
    """Return the schedule with some transactions that let four of the members decide from then on."""
    chance = Random(f"validators {schedule.seed}")
    changes = []
    for number in range(chance.randint(1, 3)):
        chosen = sorted(chance.sample(cluster.names, 4))
        changes.append(Request(chance.randrange(ROUGH_MS), f"administrator{number}", f"validators {','.join(chosen)}"))
    requests = sorted((*schedule.requests, *changes), key=lambda request: request.at_ms)
    return replace(schedule, requests=tuple(requests))


def draw_partition(chance: Random, names: Sequence[str]) -> Partition:
    """Return a time in which the network is in two."""
    order = chance.sample(list(names), len(names))
    cut = chance.randint(1, len(names) - 1)
    start = chance.randrange(ROUGH_MS)
    return Partition(start, start + chance.randrange(50, 1500), (tuple(sorted(order[:cut])), tuple(sorted(order[cut:]))))


def draw_crashes(chance: Random, name: str) -> list[Fault]:
    """Return one crash of a member or several, each at some effect of a step."""
    crashes: list[Fault] = []
    start = chance.randrange(ROUGH_MS)
    for _ in range(chance.choice([1, 1, 2, 3])):
        down_ms = chance.choice([1, 50, chance.randrange(1000)])
        crashes.append(Crash(start, start + down_ms, name, chance.choice([0, 0, 1, 1, 2, 3, 5])))
        start += down_ms + chance.randrange(1, 200)
    return crashes


def draw_operation(cluster: Cluster, chance: Random, number: int) -> str:
    """Return what a client asks for."""
    if cluster.drops_suspects and chance.random() < 0.2:
        return "toss"
    if cluster.epochs is not None and chance.random() < 0.3:
        return f"weigh {chance.choice(cluster.names)} {chance.randint(2, 9)}"
    key = chance.choice(KEYS)
    return chance.choice([f"put {key} {number}", f"get {key}"])


def run_seeds(
    cluster: Cluster,
    seeds: Sequence[int],
    *,
    byzantine: int | None = None,
    behaviours: Sequence[str] | None = None,
    changes: bool = False,
) -> Iterator[Failure | None]:
    """Yield for each seed what its run broke, or None. If `changes`, validators come and go."""
    for seed in seeds:
        schedule = draw_schedule(cluster, seed, byzantine=byzantine, behaviours=behaviours)
        if changes:
            schedule = draw_changes(cluster, schedule)
        violation = check_run(Simulation(cluster, schedule).run())
        yield None if violation is None else Failure(schedule, violation)


# Making a failing run smaller


def shrink(cluster: Cluster, failure: Failure) -> Failure:
    """Return a smaller schedule that breaks the same rule."""

    def breaks(schedule: Schedule) -> bool:
        violation = check_run(Simulation(cluster, schedule).run())
        return violation is not None and violation.rule == failure.violation.rule

    schedule, before = failure.schedule, None
    while schedule != before:
        before = schedule
        schedule = replace(schedule, faults=leave_out(schedule.faults, partial(try_parts, breaks, schedule, "faults")))
        schedule = replace(schedule, requests=leave_out(schedule.requests, partial(try_parts, breaks, schedule, "requests")))
        schedule = calm(schedule, breaks)
    if failure.violation.rule != "progress":
        schedule = shorten(schedule, breaks)
    violation = check_run(Simulation(cluster, schedule).run())
    assert violation is not None
    return Failure(schedule, violation)


def try_parts(breaks: Callable[[Schedule], bool], schedule: Schedule, field: str, kept: tuple[Any, ...]) -> bool:
    """Return whether the schedule with these faults, or these requests, still breaks the rule."""
    changed: dict[str, Any] = {field: kept}
    return breaks(replace(schedule, **changed))


def leave_out(items: tuple[T, ...], breaks: Callable[[tuple[T, ...]], bool]) -> tuple[T, ...]:
    """Return as few of `items` as still break the rule: larger parts are left out first, then single ones."""
    size = len(items)
    while size:
        start = 0
        while start < len(items):
            kept = items[:start] + items[start + size :]
            if breaks(kept):
                items = kept
            else:
                start += size
        size //= 2
    return items


def calm(schedule: Schedule, breaks: Callable[[Schedule], bool]) -> Schedule:
    """Return the schedule with a kinder network and fewer traitors, as far as it still breaks the rule."""
    for name in ("lost_in_1000", "doubled_in_1000", "late_in_1000"):
        nothing: dict[str, Any] = {name: 0}
        quiet = replace(schedule, conditions=replace(schedule.conditions, **nothing))
        if quiet != schedule and breaks(quiet):
            schedule = quiet
    for name in sorted(schedule.byzantine):
        rest: Mapping[str, str] = {other: kind for other, kind in schedule.byzantine.items() if other != name}
        fewer = replace(schedule, byzantine=rest)
        if breaks(fewer):
            schedule = fewer
    return schedule


def shorten(schedule: Schedule, breaks: Callable[[Schedule], bool]) -> Schedule:
    """Return the schedule, ended as early as it still breaks the rule, to the millisecond."""
    low, high = 0, schedule.duration_ms
    while low < high:
        middle = (low + high) // 2
        if breaks(replace(schedule, duration_ms=middle)):
            high = middle
        else:
            low = middle + 1
    return replace(schedule, duration_ms=high)
