"""MaxBFT in the simulator, with leaders that propose two things."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from minichain.consensus.machine import Broadcast, Effect, Event, Machine, Message, Record, Send
from minichain.consensus.maxbft import Maxbft
from minichain.consensus.maxbft_messages import Proposal, Vote, make_statement
from minichain.consensus.maxbft_pacemaker import MaxbftSettings
from minichain.consensus.signatures import Signatures
from minichain.ledger.encoding import encode
from minichain.network.cluster import Cluster, Plug, Surroundings
from minichain.network.cluster import Vote as Said
from minichain.network.simulated_ledger import Batch, SimulatedLedger

SETTINGS = MaxbftSettings()


def get_votes(message: Message) -> Sequence[Said]:
    """Return what a vote or a proposal says."""
    match message:
        case Vote(epoch, view, node_id, _):
            return [(("vote", epoch, view), node_id)]
        case Proposal(_, node, _, _):
            return [(("proposal", node.epoch, node.view), node.id)]
    return []


def make(member: str, records: Sequence[Record], ledger: SimulatedLedger, signatures: Signatures, random: object) -> Machine:
    """Return the member's machine. Who decides about the epoch, its ledger knows."""
    return Maxbft(SETTINGS, member, ledger.validators, ledger, signatures, records, ledger.height)


class TwoProposals:
    """A leader that proposes two nodes in each of its views, and tells everybody of both, in an order that differs."""

    def __init__(self, machine: Machine, around: Surroundings) -> None:
        self._machine = machine
        self._around = around

    def step(self, event: Event) -> list[Effect]:
        """Do what an honest member does, and more."""
        effects: list[Effect] = []
        for effect in self._machine.step(event):
            message = effect.message if isinstance(effect, Broadcast) else None
            if isinstance(message, Proposal) and message.node.value_id is not None:
                for name in self._around.names:
                    both = [Send(name, message), Send(name, self._make_other(message))]
                    effects += both if self._around.random.random() < 0.5 else both[::-1]
            else:
                effects.append(effect)
        return effects

    def _make_other(self, proposal: Proposal) -> Proposal:
        """Return a proposal that differs in its value."""
        value = encode(Batch(proposal.node.height, f"{self._around.member} again", ()))
        node = replace(proposal.node, value_id=self._around.ledger.compute_id(value))
        statement = make_statement("proposal", node.epoch, node.view, node.id)
        return Proposal(proposal.proposer, node, value, self._around.signatures.sign(statement))


PLUGS: Final[dict[str, Plug]] = {"equivocate": lambda make, around: TwoProposals(make(around.ledger), around)}


def make_cluster(names: Sequence[str]) -> Cluster:
    """Return members of equal weight."""
    return Cluster("maxbft", tuple(names), make, get_votes, tolerated=(len(names) - 1) // 3, settle_ms=12_000, plugs=PLUGS)
