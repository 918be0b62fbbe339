"""Solo: one member decides alone.

Safety needs nothing, as long as the one member is honest and does not forget what it decided. Liveness needs that it runs. With n = 1
no fault is borne: if it stops, the chain stops; if it lies, nobody can tell. ChainMaker offers it for development, and so is it here: it
is what every other engine is compared with.

Simplifications: a batch is sealed when the time for it has come, even an empty one.
"""

from dataclasses import dataclass

from minichain.consensus.machine import Application, Applied, Decide, Effect, Event, SetTimer, Started, TimerFired

SEAL = "seal"


@dataclass(frozen=True)
class SoloSettings:
    """How long transactions are gathered."""

    interval_ms: int = 100


class Solo:
    """The engine of the only member, whose ledger has `height` blocks after genesis."""

    def __init__(self, settings: SoloSettings, application: Application, height: int) -> None:
        self.settings = settings
        self.application = application
        self.height = height

    def step(self, event: Event) -> list[Effect]:
        """Decide whenever the time has come."""
        match event:
            case Started():
                return [SetTimer(SEAL, self.settings.interval_ms)]
            case TimerFired(timer) if timer == SEAL:
                return [Decide(self.height + 1, self.application.make_value(self.height + 1, (), frozenset()))]
            case Applied(height, _):
                self.height = height
                return [SetTimer(SEAL, self.settings.interval_ms)]
        return []
