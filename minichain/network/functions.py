"""Nodes written as functions over plain data, in the simulator: a notebook's own code runs under a plan, and somebody else replays it.

A node is a dict, made by `start(name, peers, seed)`; `step(node, event)` changes it and returns what is to be sent, a list of
[recipient, message]. Events are ["publish", text], ["message", sender, message] and ["tick"]. What a node appends to node["delivered"] is
what it hands to the application. Everything is made of None, bool, int, float, str, list and dict, and is copied on its way, so that two
nodes share nothing.

`run_nodes` returns what every step sent and delivered. `replay_nodes` takes that, lets the same network run once more with the same plan,
and returns what happened. So whoever ran the nodes can have changed nothing about the network: which message arrived, when, and what
each node had heard before it spoke, is the replay's own knowledge (a transcript that does not fit it is refused).

Simplifications: a node does not crash. What scripted members send is fixed before the run; they react to nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from minichain.consensus.machine import Effect, Event, Received, Send, SetTimer, Started, TimerFired
from minichain.network.cluster import Cluster, Surroundings
from minichain.network.schedule import Conditions, Fault, Lose, Partition, Schedule
from minichain.network.simulator import Simulation
from minichain.network.trace import Entry

Node = dict[str, Any]
Plain = Any
Start = Callable[[str, list[str], int], Node]
Step = Callable[[Node, list[Any]], Any]

TICK_MS: Final = 100
MOST_STEPS: Final = 20_000
"""Who needs more steps than this has messages that breed; the run is stopped."""


@dataclass(frozen=True)
class Plan:
    """All that happens in a run besides what the nodes do."""

    names: tuple[str, ...]
    seed: int = 0
    until_ms: int = 2000
    publish: tuple[tuple[int, str, str], ...] = ()
    """When, which node, what text."""
    cuts: tuple[tuple[int, int, tuple[tuple[str, ...], ...]], ...] = ()
    """From when, until when, into which groups the network is divided. Who is in no group hears nobody."""
    lost_in_1000: int = 0
    doubled_in_1000: int = 0
    rough_until_ms: int = 0
    """Until when messages are lost or doubled by chance."""
    drop: tuple[tuple[str, str, int], ...] = ()
    """Sender, recipient, and which of the messages between the two is lost, from 0."""
    scripts: Mapping[str, tuple[tuple[int, str, Plain], ...]] = field(default_factory=dict)
    """Members that follow no rules, but a script: when, to whom, what."""


def make_plan(plan: Mapping[str, Plain]) -> Plan:
    """Return a plan that is given as a dict of plain data. Raises ValueError for a key that no plan has, TypeError without names.

    >>> make_plan({"names": ["A", "B"], "publish": [[5, "A", "hello"]]}).publish
    ((5, 'A', 'hello'),)
    """
    unknown = sorted(set(plan) - set(Plan.__dataclass_fields__))
    if unknown:
        raise ValueError(f"a plan has no {unknown[0]!r}; it may have {', '.join(Plan.__dataclass_fields__)}")
    scripts = {name: tuple((at_ms, to, message) for at_ms, to, message in lines) for name, lines in plan.get("scripts", {}).items()}
    return Plan(**{key: _freeze(value) for key, value in plan.items() if key != "scripts"}, scripts=scripts)


def run_nodes(start: Start, step: Step, plan: Mapping[str, Plain]) -> dict[str, Plain]:
    """Run nodes under a plan, and return the transcript: {"steps": [[name, sent, delivered], …], "storm": whether it was stopped}.

    Raises whatever the nodes' code raises.
    """
    planned, steps = make_plan(plan), list[list[Any]]()

    def make(name: str) -> _Machine:
        node = start(name, [other for other in planned.names if other != name], planned.seed)

        def act(event: list[Any]) -> list[Any]:
            if len(steps) >= MOST_STEPS:
                raise _StormError
            before = len(node["delivered"])
            answer = step(node, event)
            sent = [[recipient, copy_plain(message)] for recipient, message in answer or ()]
            steps.append([name, sent, copy_plain(node["delivered"][before:])])
            return sent

        return _Machine(name, planned, act)

    try:
        _simulate(planned, make)
    except _StormError:
        return {"steps": steps[:200], "storm": True}
    return {"steps": steps, "storm": False}


@dataclass(frozen=True)
class Moment:
    """One step of a node, as the replay saw it."""

    at_ms: int
    name: str
    event: list[Any]
    sent: list[list[Any]]
    delivered: list[Any]


@dataclass(frozen=True)
class Replay:
    """What happened: the steps in their order, and the network's own trace."""

    moments: tuple[Moment, ...]
    trace: tuple[Entry, ...]


class TranscriptError(ValueError):
    """A transcript does not fit the plan that it claims to come from."""


def replay_nodes(plan: Mapping[str, Plain], transcript: Plain) -> Replay:
    """Let the network run as planned, with nodes that say what the transcript says. Raises TranscriptError if they could not have."""
    planned, moments = make_plan(plan), list[Moment]()
    steps = _read_steps(transcript, frozenset(planned.names))

    def make(name: str) -> _Machine:
        def act(event: list[Any]) -> list[Any]:
            number = len(moments)
            if number >= len(steps) or steps[number][0] != name:
                raise TranscriptError(f"step {number}: {name} had something to do, and the transcript does not say so")
            sent: list[Any] = steps[number][1]
            delivered: list[Any] = steps[number][2]
            moments.append(Moment(simulation.now_ms, name, event, sent, delivered))
            return sent

        return _Machine(name, planned, act)

    simulation = _prepare(planned, make)
    simulation.run()
    if len(moments) != len(steps):
        raise TranscriptError(f"{len(steps)} steps, and only {len(moments)} of them could have happened")
    return Replay(tuple(moments), tuple(simulation.trace))


def copy_plain(value: Plain) -> Plain:
    """Return a copy that shares no list and no dict with `value`; tuples become lists. Raises TypeError for anything else than plain data.

    >>> copy_plain({"ids": ("a", 1)})
    {'ids': ['a', 1]}
    """
    if isinstance(value, list | tuple):
        return [copy_plain(one) for one in value]
    if isinstance(value, dict):
        return {copy_plain(key): copy_plain(one) for key, one in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a message is made of texts, numbers, lists and dicts; {type(value).__name__} is none of these")


class _StormError(Exception):
    """The nodes have done more than anybody wants to wait for."""


class _Machine:
    """A node as the simulator wants it: events in, effects out. Its first tick comes at a time of its own."""

    def __init__(self, name: str, plan: Plan, act: Callable[[list[Any]], list[Any]]) -> None:
        self._act = act
        self._texts = [(at_ms, text) for at_ms, publisher, text in plan.publish if publisher == name]
        self._first_ms = 1 + Random(f"{plan.seed}/{name}").randrange(TICK_MS)

    def step(self, event: Event) -> list[Effect]:
        """Pass an event on, and turn the answer into effects."""
        match event:
            case Started():
                texts = [SetTimer(("publish", number), at_ms) for number, (at_ms, _) in enumerate(self._texts)]
                return [SetTimer("tick", self._first_ms), *texts]
            case Received(sender, message):
                return self._do(["message", sender, copy_plain(message)])
            case TimerFired("tick"):
                return [SetTimer("tick", TICK_MS), *self._do(["tick"])]
            case TimerFired((_, int(number))):
                return self._do(["publish", self._texts[number][1]])
        return []

    def _do(self, event: list[Any]) -> list[Effect]:
        return [Send(recipient, message) for recipient, message in self._act(event)]


class _Script:
    """A member that says its lines."""

    def __init__(self, lines: Sequence[tuple[int, str, Plain]]) -> None:
        self._lines = lines

    def step(self, event: Event) -> list[Effect]:
        """Say a line when its time has come."""
        match event:
            case Started():
                return [SetTimer(number, at_ms) for number, (at_ms, _, _) in enumerate(self._lines)]
            case TimerFired(int(number)):
                return [Send(self._lines[number][1], self._lines[number][2])]
        return []


def _prepare(plan: Plan, make: Callable[[str], _Machine]) -> Simulation:
    def follow(_: object, around: Surroundings) -> _Script:
        return _Script(plan.scripts[around.member])

    cluster = Cluster(
        "functions",
        plan.names,
        lambda member, records, ledger, signatures, random: make(member),
        get_votes=lambda message: (),
        tolerated=0,
        settle_ms=0,
        plugs={"script": follow},
    )
    return Simulation(cluster, _make_schedule(plan))


def _simulate(plan: Plan, make: Callable[[str], _Machine]) -> None:
    _prepare(plan, make).run()


def _make_schedule(plan: Plan) -> Schedule:
    faults: list[Fault] = [Partition(from_ms, until_ms, groups) for from_ms, until_ms, groups in plan.cuts]
    faults += [Lose(sender, recipient, number) for sender, recipient, number in plan.drop]
    return Schedule(
        seed=plan.seed,
        duration_ms=plan.until_ms,
        conditions=Conditions(lost_in_1000=plan.lost_in_1000, doubled_in_1000=plan.doubled_in_1000),
        faults=tuple(faults),
        byzantine=dict.fromkeys(plan.scripts, "script"),
        rough_until_ms=plan.rough_until_ms,
    )


def _read_steps(transcript: Plain, names: frozenset[str]) -> list[Any]:
    """Return the steps of a transcript, which may come from anybody."""
    steps = transcript.get("steps") if isinstance(transcript, dict) else None
    if not isinstance(steps, list) or transcript.get("storm") is not False:
        raise TranscriptError("not the transcript of a run that came to its end")
    for number, step in enumerate(steps):
        if not (isinstance(step, list) and len(step) == 3 and step[0] in names and all(isinstance(part, list) for part in step[1:])):
            raise TranscriptError(f"step {number} is not a name, a list of what was sent, and a list of what was delivered")
        if not all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) for pair in step[1]):
            raise TranscriptError(f"step {number} sends something that is not a recipient and a message")
    return steps


def _freeze(value: Plain) -> Plain:
    return tuple(_freeze(one) for one in value) if isinstance(value, list | tuple) else value
