"""TBFT in the simulator, and members that break its rules knowingly.

`equivocate` proposes two values, one to each half of the others, and votes for whatever the one it talks to has voted for. One such member
of four is borne, two make a fork. `impostor` proposes and votes in others' names, without their pens, and makes up a past. `hoard` tells
each member another half of the truth, against which only locks and new proofs of lock help.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from minichain.consensus.machine import Effect, Event, Message, Received, Record, Send, Started
from minichain.consensus.signatures import Signatures
from minichain.consensus.tbft import Tbft
from minichain.consensus.tbft_algorithm import TbftSettings
from minichain.consensus.tbft_messages import Commit, Decision, Decisions, Kind, Proposal, Status, Vote, is_message, is_vote
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
        plugs={"equivocate": Equivocator, "hoard": Hoarder, "impostor": Impostor},
        drops_suspects=True,
    )


def sign_as(around: Surroundings, vote: Vote, member: str) -> Vote:
    """Return the vote as if `member` had said it, signed with the only pen that we have."""
    return replace(vote, member=member, signature=around.signatures.sign(vote.statement))


def compute_proposer(around: Surroundings, height: int, r: int) -> str:
    """Return whose turn it is."""
    return get_proposer(around.ledger.validators, (height - 1) // SETTINGS.blocks_per_proposer + r)


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
            case Received(sender, Vote() as vote) if (
                is_message(vote) and vote.id is not None and vote.member == sender and vote not in self._echoed
            ):
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
            case Received(sender, Vote() as vote) if (
                is_message(vote) and vote.id is not None and vote.member == sender and vote not in self._echoed
            ):
                self._echoed.add(vote)
                effects += [Send(sender, sign_as(self._around, vote, name)) for name in self._around.names]
            case Received(sender, Status() as status) if is_message(status):
                effects.append(Send(sender, Decisions((self._forge_decision(status.height),))))
        return effects

    def _forge_decision(self, height: int) -> Decision:
        """Return a past that never was."""
        value = encode(Batch(height, self._around.member, ()))
        votes = tuple(
            sign_as(self._around, Vote(Kind.PRECOMMIT, height, 0, compute_hash(value), name, b""), name) for name in self._around.names
        )
        return Decision(value, Commit(height, 0, compute_hash(value), votes))

    def _forge_proposal(self, recipient: str, height: int, r: int) -> Proposal:
        """Return a proposal that seems to be the proposer's, for one member only."""
        proposer = compute_proposer(self._around, height, r)
        value = encode(Batch(height, f"{proposer} for {recipient}", ()))
        vote = Vote(Kind.PROPOSAL, height, r, compute_hash(value), proposer, b"")
        return Proposal(sign_as(self._around, vote, proposer), value)


class Hoarder:
    """Somebody who works against locks: it gets one member to decide alone, and then the others to decide on something else.

    All it needs is to tell each member another half of the truth. It proposes to all but the member whose turn comes next and who will
    therefore have another value. Either it then helps one member to decide, and the others to that other value: who has no locks falls for
    it. Or it shows one member alone a polka, lets another one decide the next proposer's value, and waits until the first one proposes
    what it is locked on, with its old proof: who takes an older proof for a newer one falls for that. It proposes old proofs itself, too.
    """

    def __init__(self, make: Callable[[SimulatedLedger], Any], around: Surroundings) -> None:
        self._around = around
        self._others = frozenset(around.names) - {around.member}
        self._values: dict[bytes | None, bytes] = {}
        self._prevotes: dict[tuple[int, int, bytes], dict[str, Vote]] = {}
        self._first: dict[tuple[int, int], str] = {}
        """Who was the first to precommit a value in a round."""
        self._proposed: set[tuple[int, int]] = set()

    def step(self, event: Event) -> list[Effect]:
        """Answer proposals and precommits."""
        match event:
            case Started():
                return self._propose(1, 0, None)
            case Received(_, Proposal() as proposal) if is_message(proposal):
                self._values[proposal.vote.id] = proposal.value
                return self._say(replace(proposal.vote, kind=Kind.PREVOTE, valid_round=None))
            case Received(sender, vote) if is_vote(vote) and vote.id is not None and vote.member == sender:
                if vote.kind is Kind.PREVOTE:
                    self._prevotes.setdefault((vote.height, vote.round, vote.id), {})[vote.member] = vote
                elif self._first.setdefault((vote.height, vote.round), sender) == sender:
                    said = self._say(vote)
                    return [*said, *self._propose(vote.height, vote.round + 1, vote.id), *self._propose(vote.height + 1, 0, None)]
        return []

    def _get_proposer(self, height: int, r: int) -> str:
        """Return whose turn it is; nobody's before round 0."""
        return compute_proposer(self._around, height, r) if r >= 0 else ""

    def _get_hearers(self, vote: Vote) -> frozenset[str]:
        """Return who is told this vote; the others hear nil."""
        height, r = vote.height, vote.round
        following = [self._get_proposer(height, r + later) for later in (1, 2)]
        shows_a_lock = height // len(self._around.names) % 2 == 0
        everybody, nobody, first = self._others, frozenset[str](), frozenset([self._first.get((height, r), "")])
        me = self._around.member
        if me == self._get_proposer(height, r):
            told = (frozenset(following[1:]), nobody) if shows_a_lock else (everybody - {following[0]}, first)
        elif me == self._get_proposer(height, r - 1):
            told = (everybody - {following[0]}, first) if shows_a_lock else (everybody, everybody)
        elif me == self._get_proposer(height, r - 2):
            told = everybody, everybody
        else:
            told = (everybody, first) if me == following[0] else (nobody, nobody)
        return told[0] if vote.kind is Kind.PREVOTE else told[1]

    def _say(self, vote: Vote) -> list[Effect]:
        """Send our own vote of this kind to those who are to hear it, and nil to the others."""
        mine = sign_as(self._around, vote, self._around.member)
        nothing = sign_as(self._around, replace(vote, id=None), self._around.member)
        if vote.kind is Kind.PREVOTE and vote.id is not None:
            self._prevotes.setdefault((vote.height, vote.round, vote.id), {})[mine.member] = mine
        hearers = self._get_hearers(vote)
        return [Send(name, mine if name in hearers else nothing) for name in sorted(self._others)]

    def _propose(self, height: int, r: int, against: bytes | None) -> list[Effect]:
        """Propose something else than what was voted for: a value with the oldest proof of lock, or a new one without any."""
        if self._get_proposer(height, r) != self._around.member or (height, r) in self._proposed:
            return []
        self._proposed.add((height, r))
        value, valid_round, polka = encode(Batch(height, self._around.member, ())), None, tuple[Vote, ...]()
        for (of_height, of_round, value_id), prevotes in sorted(self._prevotes.items(), reverse=True):
            is_older = of_height == height and of_round < r and value_id != against and value_id in self._values
            if is_older and 3 * len(prevotes) > 2 * len(self._around.names):
                value, valid_round, polka = self._values[value_id], of_round, tuple(prevotes.values())
        claim = Vote(Kind.PROPOSAL, height, r, compute_hash(value), self._around.member, b"", valid_round)
        proposal = Proposal(sign_as(self._around, claim, self._around.member), value, polka)
        left_out = {self._get_proposer(height, r + 1)} if r == 0 else set()
        said = self._say(Vote(Kind.PREVOTE, height, r, claim.id, "", b""))
        return [*(Send(name, proposal) for name in sorted(self._others - left_out)), *said]
