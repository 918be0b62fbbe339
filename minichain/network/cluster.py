"""What plugs an engine into the simulator: how a member is made, and how its votes are read."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from minichain.consensus.election import Epochs
from minichain.consensus.machine import Machine, Message, Record
from minichain.consensus.signatures import Signatures
from minichain.network.simulated_ledger import SimulatedLedger

Make = Callable[[str, Sequence[Record], SimulatedLedger, Signatures, Random], Machine]
"""Makes a member's machine, at the start and after each crash: its name, the records on its disk, its ledger, its pen, its chance."""

Plug = Callable[[Callable[[SimulatedLedger], Machine], "Surroundings"], Machine]
"""Makes a Byzantine member, given what makes an honest machine over a ledger."""

Vote = tuple[Hashable, Hashable]
"""A slot in which an honest member votes once, and what it voted for: (("prevote", 3, 0), id)."""


@dataclass(frozen=True)
class Surroundings:
    """What a Byzantine member knows of the others, and its own chance."""

    member: str
    names: tuple[str, ...]
    traitors: frozenset[str]
    """The Byzantine members, who work together."""
    ledger: SimulatedLedger
    signatures: Signatures
    random: Random


@dataclass(frozen=True)
class Cluster:
    """The members of one engine."""

    engine: str
    names: tuple[str, ...]
    make: Make
    get_votes: Callable[[Message], Sequence[Vote]]
    """What a message of an honest sender says that it must never contradict."""
    tolerated: int
    """How many Byzantine members the engine bears: f."""
    settle_ms: int
    """After how long at the latest, in a network that is whole again, every member decides."""
    plugs: Mapping[str, Plug] = field(default_factory=dict)
    """Byzantine behaviour that knows this engine's messages, besides what `byzantine` has for all."""
    numbers_itself: bool = False
    """Whether the engine numbers entries of its own too, so that a member's decisions have gaps. Raft does."""
    epochs: Epochs | None = None
    """When the validators are elected anew, and how many; without it they stay."""
    drops_suspects: bool = False
    """Whether the engine gets rid of transactions that are not deterministic, as TBFT does. Of the others nobody asks for one: with it
    members could never agree again."""
