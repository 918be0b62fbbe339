"""Members that do not follow the rules: what wraps an honest machine and spoils what it does.

These work for every engine, because they only change what an honest machine would have sent. `twins` is the strongest of them: two honest
machines with one key, each talking to a half of the honest members and to the same half of its fellow twins, so that to each half the
traitors are honest, and say another thing to the other (Bano et al. 2020, "Twins: BFT systems made robust"). Engines add behaviour of
their own that knows their messages.

Byzantine members never crash their drivers, never delay time, and sign with no other pen than their own.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from random import Random
from typing import Any, Final

from minichain.consensus.machine import (
    Applied,
    Broadcast,
    CancelTimer,
    Decide,
    Effect,
    Event,
    Machine,
    Received,
    Send,
    SetTimer,
    TimerFired,
)
from minichain.network.cluster import Plug, Surroundings
from minichain.network.simulated_ledger import SimulatedLedger


@dataclass(frozen=True)
class SendLater:
    """Send a message to one member when some time has passed: only the simulator's own members can."""

    recipient: str
    message: Any
    delay_ms: int


class Spoiler:
    """An honest machine whose messages pass through `spoil` before they leave."""

    def __init__(self, machine: Machine, around: Surroundings, spoil: Callable[[Surroundings, Send], list[Any]]) -> None:
        self._machine = machine
        self._around = around
        self._spoil = spoil

    def step(self, event: Event) -> list[Effect]:
        """Do what an honest member does, but for what it sends."""
        effects: list[Any] = []
        for effect in self._machine.step(event):
            for one in spread(effect, self._around):
                effects += self._spoil(self._around, one) if isinstance(one, Send) else [one]
        return effects


def spread(effect: Effect, around: Surroundings) -> list[Effect]:
    """Return a broadcast as what it is: a message to each of the others, of which each may get another one."""
    if isinstance(effect, Broadcast):
        return [Send(name, effect.message) for name in around.names if name != around.member]
    return [effect]


def withhold(around: Surroundings, send: Send) -> list[Any]:
    """Tell half of the messages to nobody."""
    return [send] if around.random.random() < 0.5 else []


def delay(around: Surroundings, send: Send) -> list[Any]:
    """Send many messages when the others no longer wait for them."""
    if around.random.random() < 0.5:
        return [send]
    return [SendLater(send.recipient, send.message, around.random.randrange(100, 3000))]


def forge(around: Surroundings, send: Send) -> list[Any]:
    """Change something in a message, or send it again, or send another one's kind of thing."""
    if around.random.random() < 0.6:
        return [send]
    return [Send(send.recipient, mutate(send.message, around.random, around.names)), send]


def be_silent(around: Surroundings, send: Send) -> list[Any]:
    """Send nothing: indistinguishable from a member that has crashed for good."""
    return []


def mutate(value: Any, random: Random, names: tuple[str, ...]) -> Any:
    """Return a value like `value` with one thing in it changed."""
    if is_dataclass(value) and not isinstance(value, type):
        changed = [field.name for field in fields(value) if field.init]
        if not changed:
            return value
        name = random.choice(changed)
        return replace(value, **{name: mutate(getattr(value, name), random, names)})
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return random.choice([0, max(0, value - 1), value + 1, value + 2, 2**63])
    if isinstance(value, bytes):
        return random.choice([b"", value[::-1], value + b"!", bytes(len(value))])
    if isinstance(value, str):
        return random.choice([*names, "nobody"])
    if isinstance(value, tuple) and value:
        index = random.randrange(len(value))
        return random.choice([(), value[:index], (*value, value[index]), (*value[:index], mutate(value[index], random, names))])
    return random.choice([None, 0, b"", (), "nobody"])


@dataclass(frozen=True)
class Twinned:
    """What a twin says to its fellows: only their twins of the same half listen."""

    half: int
    message: Any


class Twins:
    """Two honest machines behind one name, one for each half of the honest members; the batches of the second one are others."""

    def __init__(self, make: Callable[[SimulatedLedger], Machine], around: Surroundings) -> None:
        honest = [name for name in around.names if name not in around.traitors]
        self._halves = [set(honest[::2]), set(honest[1::2])]
        self._ledgers = [around.ledger, SimulatedLedger(around.member, around.ledger.first, " again", around.ledger.epochs)]
        self._machines = [make(ledger) for ledger in self._ledgers]
        self._around = around

    def step(self, event: Event) -> list[Effect]:
        """Let the twin whom it concerns hear what happens, and speak to its half."""
        effects: list[Effect] = []
        for half, machine in enumerate(self._machines):
            heard = self._hear(half, event)
            events = [heard] if heard is not None else []
            while events:
                for effect in machine.step(events.pop(0)):
                    for one in spread(effect, self._around):
                        effects += self._say(half, one, events)
        return effects

    def _hear(self, half: int, event: Event) -> Event | None:
        """Return what of an event reaches a twin."""
        if isinstance(event, TimerFired):
            timer: Any = event.timer
            return TimerFired(timer[1]) if timer[0] == half else None
        if isinstance(event, Received) and isinstance(event.message, Twinned):
            return Received(event.sender, event.message.message) if event.message.half == half else None
        if isinstance(event, Received) and event.sender not in self._around.traitors:
            return event if event.sender in self._halves[half] else None
        return event

    def _say(self, half: int, effect: Effect, events: list[Event]) -> list[Effect]:
        """Return what of a twin's effect reaches the world."""
        match effect:
            case Send(recipient, message) if recipient in self._around.traitors:
                return [Send(recipient, Twinned(half, message))]
            case Send(recipient, _):
                return [effect] if recipient in self._halves[half] else []
            case SetTimer(timer, delay_ms):
                return [SetTimer((half, timer), delay_ms)]
            case CancelTimer(timer):
                return [CancelTimer((half, timer))]
            case Decide(height, value, _):
                events.append(Applied(height, self._ledgers[half].apply(height, value)))
        return []


def spoiled_by(spoil: Callable[[Surroundings, Send], list[Any]]) -> Plug:
    """Return the plug-in for a way to spoil messages."""
    return lambda make, around: Spoiler(make(around.ledger), around, spoil)


PLUGS: Final[dict[str, Plug]] = {
    "silent": spoiled_by(be_silent),
    "withhold": spoiled_by(withhold),
    "delay": spoiled_by(delay),
    "forge": spoiled_by(forge),
    "twins": Twins,
}
"""Byzantine behaviour, by its name."""
