"""TBFT: Tendermint's consensus as a machine, with what ChainMaker has added.

Source: Buchman, Kwon and Milosevic 2018, "The latest gossip on BFT consensus"; its algorithm, with the conditions for safety and liveness,
is in `tbft_algorithm`. Here is what the paper takes for granted: that messages are what they seem, that they reach everybody in the end,
that members do not forget, and that a value is valid for all or for none. ChainMaker adds that transactions which are not deterministic
are voted out: a member whose execution of a proposal differs prevotes nil and names them, and what members with more than a third of the
weight have named, the next proposer leaves out.

What an attacker would try: votes in others' names (signed), two votes (both are kept where it matters, and reported), votes of far rounds
or heights to fill the memory (few are kept), a proposal with an invented proof of lock, a made-up past for a member that was away.

Simplifications: decided values stay in memory for those who ask; a node would read them from its ledger, and its sync would fetch long
stretches. A member that finds a value invalid which the others decided decides it too: its ledger will show which of them is wrong.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final

from minichain.consensus.decisions import get_decisions
from minichain.consensus.errors import is_passed
from minichain.consensus.machine import (
    Application,
    Applied,
    Broadcast,
    Decide,
    Effect,
    Event,
    Message,
    Received,
    Send,
    SetTimer,
    Started,
    TimerFired,
    Validator,
    Write,
)
from minichain.consensus.signatures import Signatures
from minichain.consensus.tbft_algorithm import NEAR_PROPOSALS, Algorithm1, TbftSettings
from minichain.consensus.tbft_evidence import Evidence
from minichain.consensus.tbft_messages import (
    MOST_DECISIONS,
    MOST_DROPPED,
    MOST_PROPOSALS,
    Decision,
    Decisions,
    DropStatement,
    DropVote,
    Heard,
    Kind,
    Progress,
    Proposal,
    Status,
    Vote,
    is_message,
)
from minichain.consensus.tbft_votes import validate_commit, validate_polka
from minichain.ledger.encoding import encode

MOST_EARLY: Final = 6
"""How many messages about the next height are kept of each member."""
MOST_KEPT: Final = 1024
"""How many decisions are kept for members that were away."""
TICK: Final = ("tick",)


class Tbft(Algorithm1):
    """The machine of one member, whose ledger has `height` blocks after genesis; `validators` decide about the next one."""

    def __init__(
        self,
        settings: TbftSettings,
        member: str,
        validators: Sequence[Validator],
        application: Application,
        signatures: Signatures,
        records: Sequence[Progress | Decision],
        height: int = 0,
    ) -> None:
        super().__init__(settings, member, validators, application, signatures, height + 1)
        self.written: Progress | None = None
        self.decisions: dict[int, Decision] = {}
        self.drops: dict[str, dict[str, None]] = {}
        """The transactions that each member wants dropped, the latest last."""
        self.early: dict[str, deque[Message]] = {}
        self.backlog: dict[int, Decision] = {}
        self.helper: str | None = None
        self.position: tuple[int, ...] = ()
        for record in records:
            if isinstance(record, Decision):
                self._keep(record)
            else:
                self.written = record

    def step(self, event: Event) -> list[Effect]:
        """Take one event."""
        self._effects = []
        match event:
            case Received(sender, message) if is_message(message):
                self._on_message(sender, message)
            case TimerFired(timer) if timer == TICK:
                self._on_tick()
            case TimerFired(timer):
                self._on_timeout(timer)
            case Applied(height, validators) if height >= self.height:
                self._on_applied(height, validators)
            case Started():
                self._on_started()
        self._apply_rules()
        return self._effects

    # Start and decision

    def _on_started(self) -> None:
        """Line 10; or go on where the last record ends, saying again what may not have left."""
        self._effects.append(SetTimer(TICK, self.settings.resend_ms))
        written = self.written
        if self.height in self.decisions:  # decided, but not yet in the ledger when the power failed
            self._announce(self.decisions[self.height])
        elif written is None or written.height != self.height:
            self._start_round(0)
        else:
            self.round, self.step_now, self.lock, self.valid = written.round, written.step, written.lock, written.valid
            self.proposal, self.prevote, self.precommit = written.proposal, written.prevote, written.precommit
            if self.proposal is not None:
                self._effects.append(Broadcast(self.proposal))
                self.proposals[self.round] = {self.application.compute_id(self.proposal.value): self.proposal}
            for vote in written.reason:
                self._count(vote)
            for own in (self.prevote, self.precommit):
                if own is not None:
                    self._effects.append(Broadcast(own))
                    self._count(own)
            self._effects.append(Broadcast(self._get_status()))

    def _decide(self, decision: Decision) -> None:
        """Line 51."""
        self._effects.append(Write(decision))
        self._keep(decision)
        self._announce(decision)

    def _announce(self, decision: Decision) -> None:
        """Let the ledger have what is decided."""
        self.is_decided = True
        self._effects.append(Decide(self.height, decision.value, decision.commit))

    def _keep(self, decision: Decision) -> None:
        """Keep a decision for members that were away."""
        self.decisions[decision.commit.height] = decision
        self.decisions.pop(decision.commit.height - MOST_KEPT, None)

    def _on_applied(self, height: int, validators: tuple[Validator, ...]) -> None:
        """Lines 52 to 54: the next height begins, after a pause."""
        early, self.early = self.early, {}
        self._begin_height(height + 1, validators)
        self.drops = {member: names for member, names in self.drops.items() if member in self.votes.weights}
        self._effects.append(SetTimer(("pause", self.height, 0), self.settings.pause_ms))
        self._decide_from_backlog()
        for sender, messages in early.items():
            for message in messages:
                self._on_message(sender, message)

    # Messages

    def _on_message(self, sender: str, message: Message) -> None:
        """Take a message, whose form has been checked."""
        match message:
            case Vote():
                self._on_vote(sender, message)
            case Proposal():
                self._on_proposal(sender, message)
            case Heard(votes, proposals):
                for proposal in proposals:
                    self._on_proposal(sender, proposal)
                for vote in votes:
                    self._on_vote(sender, vote)
            case Status():
                self._on_status(sender, message)
            case DropVote():
                self._on_drop_vote(message)
            case Decisions(decisions):
                self._on_decisions(sender, decisions)

    def _is_for_now(self, sender: str, vote: Vote, message: Message) -> bool:
        """Return whether a validator's vote is about the present height; what is about the next one is kept for then."""
        if vote.height == self.height + 1 and sender in self.votes.weights:
            self.early.setdefault(sender, deque(maxlen=MOST_EARLY)).append(message)
        return vote.height == self.height and not self.is_decided and vote.member in self.votes.weights

    def _on_vote(self, sender: str, vote: Vote) -> None:
        """Count a prevote or a precommit, from whomever it comes: its member has signed it."""
        is_wanted = vote.kind is not Kind.PROPOSAL and self._is_for_now(sender, vote, vote) and not self.votes.is_counted(vote)
        if is_wanted and self._is_signed(vote):
            self._count(vote)

    def _is_signed(self, vote: Vote) -> bool:
        """Return whether the vote is its member's."""
        return self.signatures.is_signed(vote.member, vote.statement, vote.signature)

    def _on_proposal(self, sender: str, proposal: Proposal) -> None:
        """Keep the first proposal of a round. A second one is evidence, and kept only if it is what the others have voted for."""
        vote = proposal.vote
        if not self._is_for_now(sender, vote, proposal) or abs(vote.round - self.round) > NEAR_PROPOSALS:
            return
        held = self.proposals.get(vote.round, {})
        if vote.id is None or vote.id in held or not self._is_authentic(proposal):
            return
        self.votes.note(vote)
        if held:
            self._accuse(Evidence(next(iter(held.values())).vote, vote))
            if not any(self.votes.has_quorum(kind, vote.round, vote.id) for kind in (Kind.PREVOTE, Kind.PRECOMMIT)):
                return
        self.proposals.setdefault(vote.round, {})[vote.id] = proposal

    def _is_authentic(self, proposal: Proposal) -> bool:
        """Return whether a proposal is the proposer's, for this value, with a proof of lock if it claims one."""
        vote = proposal.vote
        if vote.member != self._get_proposer(vote.round) or self.application.compute_id(proposal.value) != vote.id:
            return False
        if not self._is_proposal_signed(vote) or (vote.valid_round is None) != (not proposal.polka):
            return False
        if vote.valid_round is None:
            return True
        polka = Kind.PREVOTE, self.height, vote.valid_round, vote.id, proposal.polka
        return is_passed(validate_polka, *polka, self.validators, self.signatures)

    def _is_proposal_signed(self, vote: Vote) -> bool:
        """Return whether the proposer has signed. Otherwise anybody could fill its turn with something else."""
        return self._is_signed(vote)

    # Transactions that are not deterministic

    def _is_valid(self, proposal: Proposal) -> bool:
        """The paper's valid(v): execute the value once. Whoever finds something else than the proposer tells everybody where."""
        value_id = self.application.compute_id(proposal.value)
        if value_id not in self.examined:
            self.examined[value_id] = self.application.examine_value(self.height, proposal.value, ())
            if self.examined[value_id].suspects and self.member in self.votes.weights:
                self._vote_to_drop(self.examined[value_id].suspects[:MOST_DROPPED])
        return self.examined[value_id].is_valid

    def _vote_to_drop(self, transactions: tuple[str, ...]) -> None:
        """Sign that these transactions should be left out. Saying it twice, or about many, contradicts nothing: no record is needed."""
        signature = self.signatures.sign(encode(DropStatement(Kind.DROP, self.height, transactions)))
        drop = DropVote(self.height, transactions, self.member, signature)
        self._effects.append(Broadcast(drop))
        self._note_drops(drop)

    def _on_drop_vote(self, drop: DropVote) -> None:
        """Note what a validator wants dropped."""
        is_timely = abs(drop.height - self.height) <= 1
        if is_timely and drop.member in self.votes.weights and self.signatures.is_signed(drop.member, drop.statement, drop.signature):
            self._note_drops(drop)

    def _note_drops(self, drop: DropVote) -> None:
        """Note the latest transactions that a member wants dropped, and only so many."""
        names = self.drops.setdefault(drop.member, {})
        names.update(dict.fromkeys(drop.transactions))
        while len(names) > MOST_DROPPED:
            del names[next(iter(names))]

    def _get_dropped(self) -> frozenset[str]:
        """Return the transactions with f + 1 drop votes: at least one honest member has seen them misbehave."""
        weights: dict[str, int] = {}
        for member, names in self.drops.items():
            for name in names:
                weights[name] = weights.get(name, 0) + self.votes.weights[member]
        return frozenset(name for name, weight in weights.items() if self.votes.is_one_honest(weight))

    # Helping each other: the paper's gossip

    def _on_tick(self) -> None:
        """Ask for help if nothing has moved since the last time."""
        position = self.height, self.round, self.step_now
        if position == self.position:
            self._effects.append(Broadcast(self._get_status()))
        self.position = position
        self._effects.append(SetTimer(TICK, self.settings.resend_ms))

    def _get_status(self) -> Status:
        """Return where this member stands."""
        return Status(self.height, self.round, tuple(self.proposals.get(self.round, ()))[:MOST_PROPOSALS])

    def _on_status(self, sender: str, status: Status) -> None:
        """Send what a member lacks: decided values, else the votes and proposals of its round and of ours; or ask it, if it is ahead."""
        if status.height in self.decisions:
            self._effects.append(Send(sender, Decisions(get_decisions(self.decisions, status.height, MOST_DECISIONS))))
        elif status.height > self.height:
            self._effects.append(Send(sender, self._get_status()))
        elif status.height == self.height:
            rounds = sorted({status.round, max(status.round, self.round)})
            proposals = [one for r in rounds for value_id, one in self.proposals.get(r, {}).items() if value_id not in status.proposals]
            self._effects += [Send(sender, Heard((), (proposal,))) for proposal in proposals]
            self._effects += [Send(sender, Heard(votes)) for r in rounds if (votes := self.votes.get_all(r))]

    def _on_decisions(self, sender: str, decisions: tuple[Decision, ...]) -> None:
        """Keep what others say was decided, and take it one by one: the validators of each height are known when the last is applied."""
        later = {decision.commit.height: decision for decision in decisions if decision.commit.height >= self.height}
        if self.height in later and not self.is_decided:
            self.backlog, self.helper = later, sender
            self._decide_from_backlog()

    def _decide_from_backlog(self) -> None:
        """Decide what others have decided at this height, if it is proven; when nothing is left, ask who helped for more.

        Who made something up is not asked again: it would answer in the same way, for ever.
        """
        decision = self.backlog.pop(self.height, None)
        if decision is not None and self._is_proven(decision):
            self._decide(decision)
            return
        if decision is None and self.helper is not None:
            self._effects.append(Send(self.helper, self._get_status()))
        self.backlog, self.helper = {}, None

    def _is_proven(self, decision: Decision) -> bool:
        """Return whether the commit is one of this height's validators, for this value. Whoever sent it may have made it up."""
        is_proof = is_passed(validate_commit, decision.commit, self.validators, self.signatures)
        return is_proof and self.application.compute_id(decision.value) == decision.commit.id
