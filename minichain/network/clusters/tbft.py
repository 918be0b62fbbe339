"""TBFT in the simulator, and members that break its rules knowingly.

`equivocate` proposes two values, one to each half of the others, and votes for whatever the one it talks to has voted for. One such member
of four is borne, two make a fork. `impostor` proposes and votes in others' names, without their pens.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from minichain.consensus.machine import Effect, Event, Message, Received, Record, Send
from minichain.consensus.signatures import Signatures
from minichain.consensus.tbft import Tbft
from minichain.consensus.tbft_algorithm import TbftSettings
from minichain.consensus.tbft_messages import Kind, Proposal, Vote
from minichain.consensus.validators import get_proposer
from minichain.ledger.encoding import encode
from minichain.network.byzantine import spread
from minichain.network.cluster import Cluster, Surroundings
from minichain.network.cluster import Vote as Said
from minichain.network.simulated_ledger import Batch, SimulatedLedger, compute_hash, read_batch

SETTINGS = TbftSettings()


def get_votes(message: Message) -> Sequence[Said]:
    """Return what a proposal or a vote says. Votes that are passed on (`Heard`) are others'."""
    vote = message.vote if isinstance(message, Proposal) else message
    return [((str(vote.kind), vote.height, vote.round), (vote.id, vote.valid_round))] if isinstance(vote, Vote) else []


def make_cluster(names: Sequence[str]) -> Cluster:
    """Return validators of equal weight."""

    def make(member: str, records: Sequence[Record], ledger: SimulatedLedger, signatures: Signatures, random: Random) -> Tbft:
        return Tbft(SETTINGS, member, ledger.validators, ledger, signatures, records, ledger.height)

    return Cluster(
        "tbft",
        tuple(names),
        make,
        get_votes,
        tolerated=(len(names) - 1) // 3,
        settle_ms=4000,
        plugs={"equivocate": Equivocator, "impostor": Impostor},
        drops_suspects=True,
    )


def sign_as(around: Surroundings, vote: Vote, member: str) -> Vote:
    """Return the vote as if `member` had said it, signed with the only pen that we have."""
    return replace(vote, member=member, signature=around.signatures.sign(vote.statement))


class Equivocator:
    """An honest machine whose proposals come in two, and whose votes agree with everybody."""

    def __init__(self, make: Callable[[SimulatedLedger], Any], around: Surroundings) -> None:
        self._machine = make(around.ledger)
        self._around = around
        others = [name for name in around.names if name != around.member]
        self._half = set(others[len(others) // 2 :])
        self._echoed: set[Vote] = set()

    def step(self, event: Event) -> list[Effect]:
        """Do what an honest member does, but for what it says to whom."""
        effects: list[Effect] = []
        for effect in self._machine.step(event):
            for one in spread(effect, self._around):
                if isinstance(one, Send) and isinstance(one.message, Proposal) and one.recipient in self._half:
                    one = Send(one.recipient, self._propose_otherwise(one.message))
                effects.append(one)
        match event:
            case Received(sender, Vote() as vote) if vote.id is not None and vote.member == sender and vote not in self._echoed:
                self._echoed.add(vote)  # or two of them would answer each other for ever
                effects.append(Send(sender, sign_as(self._around, vote, self._around.member)))
        return effects

    def _propose_otherwise(self, proposal: Proposal) -> Proposal:
        """Return another proposal for the same round."""
        batch = read_batch(proposal.value)
        if batch is None or proposal.vote.member != self._around.member:
            return proposal
        value = encode(replace(batch, maker=f"{batch.maker} again"))
        vote = replace(proposal.vote, id=compute_hash(value), valid_round=None)
        return Proposal(sign_as(self._around, vote, self._around.member), value)


class Impostor:
    """An honest machine beside somebody who speaks in everybody's name: to each member it proposes something else."""

    def __init__(self, make: Callable[[SimulatedLedger], Any], around: Surroundings) -> None:
        self._machine = make(around.ledger)
        self._around = around
        self._seen = (0, 0)
        self._echoed: set[Vote] = set()

    def step(self, event: Event) -> list[Effect]:
        """Do what an honest member does, and forge."""
        effects: list[Effect] = list(self._machine.step(event))
        now = self._machine.height, self._machine.round
        if now != self._seen:
            self._seen = now
            effects += [Send(name, self._forge_proposal(name, *now)) for name in self._around.names]
        match event:
            case Received(sender, Vote() as vote) if vote.id is not None and vote.member == sender and vote not in self._echoed:
                self._echoed.add(vote)
                effects += [Send(sender, sign_as(self._around, vote, name)) for name in self._around.names]
        return effects

    def _forge_proposal(self, recipient: str, height: int, r: int) -> Proposal:
        """Return a proposal that seems to be the proposer's, for one member only."""
        turn = (height - 1) // SETTINGS.blocks_per_proposer + r
        proposer = get_proposer(self._around.ledger.validators, turn)
        value = encode(Batch(height, f"{proposer} for {recipient}", ()))
        vote = Vote(Kind.PROPOSAL, height, r, compute_hash(value), proposer, b"")
        return Proposal(sign_as(self._around, vote, proposer), value)
