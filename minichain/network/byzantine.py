"""Members that do not follow the rules: what wraps an honest machine and spoils what it does.

These work for every engine, because they only change what an honest machine would have sent. `twins` is the strongest of them: two honest
machines with one key, each talking to a half of the others, so that the member says two things about everything (Bano et al. 2020,
"Twins: BFT systems made robust"). Engines add behaviour of their own that knows their messages.

Byzantine members never crash their drivers, never delay time, and sign with no other pen than their own.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from random import Random
from typing import Any, Final

from minichain.consensus.machine import Applied, Broadcast, CancelTimer, Decide, Effect, Event, Machine, Send, SetTimer, TimerFired
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


class Twins:
    """Two honest machines behind one name. Each talks to its half of the others; the second one's batches differ from the first one's."""

    def __init__(self, make: Callable[[SimulatedLedger], Machine], around: Surroundings) -> None:
        others = [name for name in around.names if name != around.member]
        around.random.shuffle(others)
        self._halves = [set(others[::2]), set(others[1::2])]
        self._ledgers = [around.ledger, SimulatedLedger(around.member, around.ledger.validators, twist=" again")]
        self._machines = [make(ledger) for ledger in self._ledgers]
        self._around = around

    def step(self, event: Event) -> list[Effect]:
        """Let both hear what happens, and each speak to its half."""
        effects: list[Effect] = []
        for index, machine in enumerate(self._machines):
            events: list[Event] = [event]
            if isinstance(event, TimerFired):
                timer: Any = event.timer
                if timer[0] != index:  # as `_keep` has set it
                    continue
                events = [TimerFired(timer[1])]
            while events:
                for effect in machine.step(events.pop(0)):
                    for one in spread(effect, self._around):
                        effects += self._keep(index, one, events)
        return effects

    def _keep(self, index: int, effect: Effect, events: list[Event]) -> list[Effect]:
        """Return what of a twin's effect reaches the world."""
        if isinstance(effect, Send):
            return [effect] if effect.recipient in self._halves[index] else []
        if isinstance(effect, SetTimer):
            return [SetTimer((index, effect.timer), effect.delay_ms)]
        if isinstance(effect, CancelTimer):
            return [CancelTimer((index, effect.timer))]
        if isinstance(effect, Decide):
            events.append(Applied(effect.height, self._ledgers[index].apply(effect.height, effect.value)))
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
