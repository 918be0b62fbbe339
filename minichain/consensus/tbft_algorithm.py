"""Algorithm 1 of Tendermint, which TBFT follows: to be read beside the paper, line by line.

Source: Buchman, Kwon and Milosevic 2018, "The latest gossip on BFT consensus", algorithm 1. Numbers in comments are its lines; h_p is
`height`, round_p `round`, step_p `step_now`, lockedRound_p and lockedValue_p are `lock`, validRound_p and validValue_p `valid`; h, r, v
and vr are as there, and None is nil and round -1.

Each round has a proposer, and three steps: propose, prevote, precommit. More than two thirds of the prevotes for one value (a polka) let
a member lock that value and precommit it; more than two thirds of the precommits decide.

Safety, if validators with less than a third of the weight are Byzantine: two quorums of a round share an honest member, so no two values
have a polka in one round. Once a value is decided, honest members with more than a third of the weight are locked on it, and without
them no other value gets a polka later; a lock is only given up for a polka of a later round, so they stay locked. A crash changes nothing,
because what is signed is on the disk first, with the lock.
Liveness, if also messages between honest members arrive within some time from some moment on: timeouts grow until they are longer, and
then the first honest proposer who knows the latest polka is followed by all.

Simplifications: turns do not follow weight, as they do in Tendermint. Of a height's old and far rounds little is kept (`tbft_votes`).
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from minichain.consensus.machine import Application, Broadcast, Effect, Examination, Message, Report, SetTimer, Validator, Write
from minichain.consensus.signatures import Signatures
from minichain.consensus.tbft_evidence import Evidence
from minichain.consensus.tbft_messages import Commit, Decision, Kind, Lock, Progress, Proposal, Step, Valid, Vote, make_statement
from minichain.consensus.tbft_votes import Votes, is_near
from minichain.consensus.validators import get_proposer

NEAR_PROPOSALS: Final = 2
"""Proposals are large: only those of so many rounds before the present one and after it are kept."""


@dataclass(frozen=True)
class TbftSettings:
    """What the members have agreed on. In round r a timeout is r times `delta_ms` longer than in round 0."""

    propose_ms: int = 300
    prevote_ms: int = 150
    precommit_ms: int = 150
    delta_ms: int = 100
    pause_ms: int = 100
    """How long a member waits after each decision, so that an idle chain does not fill the disks with empty blocks."""
    resend_ms: int = 200
    """After so long without progress a member asks for what it may have missed."""
    blocks_per_proposer: int = 1


class Algorithm1(ABC):
    """What one member knows of the present height, and the rules. `Tbft` gives it messages, and lets it know what is valid."""

    def __init__(
        self,
        settings: TbftSettings,
        member: str,
        validators: Sequence[Validator],
        application: Application,
        signatures: Signatures,
        height: int,
    ) -> None:
        self.settings = settings
        self.member = member
        self.application = application
        self.signatures = signatures
        self._effects: list[Effect] = []
        self._begin_height(height, validators)

    def _begin_height(self, height: int, validators: Sequence[Validator]) -> None:
        """Lines 1 to 9, and 52 to 53."""
        self.height = height
        self.round = 0
        self.step_now = Step.PAUSE
        self.lock: Lock | None = None
        self.valid: Valid | None = None
        self.validators = tuple(validators)
        self.votes = Votes(validators)
        self.proposals: dict[int, dict[bytes, Proposal]] = {}
        self.examined: dict[bytes, Examination] = {}
        self.proposal: Proposal | None = None
        self.prevote: Vote | None = None
        self.precommit: Vote | None = None
        self.scheduled: set[tuple[str, int]] = set()
        self.accused: set[str] = set()
        self.is_decided = False

    # Rounds

    def _start_round(self, r: int) -> None:
        """Line 11."""
        self.round = r  # 12
        self.step_now = Step.PROPOSE  # 13
        self.proposal = self.prevote = self.precommit = None
        self._forget_far()
        if self._get_proposer(r) == self.member:  # 14
            if self.valid is not None:  # 15, 16
                self._propose(self.valid.value, self.valid.round, self.valid.polka)
            else:  # 18
                self._propose(self.application.make_value(self.height, (), self._get_dropped()), None, ())
        else:
            self._schedule("propose", self.settings.propose_ms)  # 21

    def _get_proposer(self, r: int) -> str:
        """The paper's proposer(h_p, r). A proposer keeps its turn for some heights, and loses it for one round after the other."""
        return get_proposer(self.validators, (self.height - 1) // self.settings.blocks_per_proposer + r)

    def _propose(self, value: bytes, valid_round: int | None, polka: tuple[Vote, ...]) -> None:
        """Line 19."""
        vote = self._sign(Kind.PROPOSAL, self.application.compute_id(value), valid_round)
        self.proposal = Proposal(vote, value, polka)
        self._write_and_send(self.proposal)
        self.proposals.setdefault(self.round, {}).setdefault(self.application.compute_id(value), self.proposal)

    def _vote(self, kind: Kind, value_id: bytes | None) -> None:
        """Broadcast <kind, h_p, round_p, id>; step_p is set first, so that the record holds it. Who is no validator only follows."""
        self.step_now = Step.PREVOTE if kind is Kind.PREVOTE else Step.PRECOMMIT
        if self.member not in self.votes.weights:
            return
        vote = self._sign(kind, value_id)
        if kind is Kind.PREVOTE:
            self.prevote = vote
        else:
            self.precommit = vote
        self._write_and_send(vote)
        self._count(vote)

    def _sign(self, kind: Kind, value_id: bytes | None, valid_round: int | None = None) -> Vote:
        """Return this member's vote."""
        signature = self.signatures.sign(make_statement(kind, self.height, self.round, value_id, valid_round))
        return Vote(kind, self.height, self.round, value_id, self.member, signature, valid_round)

    def _write_and_send(self, message: Message) -> None:
        """Write what is promised before it leaves: whoever forgets a vote may vote again."""
        self._effects += [Write(self._get_progress()), Broadcast(message)]

    def _get_progress(self) -> Progress:
        """Return the record of where this member is."""
        reason = self.votes.get_all(self.round - 1, (Kind.PRECOMMIT,))
        own = self.proposal, self.prevote, self.precommit
        return Progress(self.height, self.round, self.step_now, self.lock, self.valid, *own, reason)

    # The rules, in the order of the paper. Each returns whether it did something

    def _apply_rules(self) -> None:
        """Let rules work until there is nothing left to do."""
        while not self.is_decided and (
            self._upon_proposal()
            or self._upon_polka()
            or self._upon_nil_polka()
            or self._upon_prevotes()
            or self._upon_commit()
            or self._upon_precommits()
            or self._upon_later_round()
        ):
            pass

    def _upon_proposal(self) -> bool:
        """Lines 22 to 27, and 28 to 33 for a value with a polka of an earlier round: with vr = -1, line 29 says what 23 says."""
        proposal = next(iter(self.proposals.get(self.round, {}).values()), None)  # the one that came first
        if self.step_now is not Step.PROPOSE or proposal is None:
            return False
        may = self._is_valid(proposal) and self._is_unlocked(proposal)
        self._vote(Kind.PREVOTE, proposal.vote.id if may else None)  # 23 to 27, 29 to 33
        return True

    def _is_unlocked(self, proposal: Proposal) -> bool:
        """Lines 23 and 29: lockedRound_p <= vr, also where both are -1, or lockedValue_p = v."""
        return self.lock is None or self._is_newer(proposal.vote.valid_round, self.lock.round) or self.lock.id == proposal.vote.id

    def _is_newer(self, valid_round: int | None, locked_round: int) -> bool:
        """Line 29: a proof of lock that is as new as our own."""
        return valid_round is not None and locked_round <= valid_round

    def _upon_prevotes(self) -> bool:
        """Lines 34 and 35."""
        if self.step_now is not Step.PREVOTE or not self.votes.has_any_quorum(Kind.PREVOTE, self.round):
            return False
        return self._schedule("prevote", self.settings.prevote_ms)

    def _upon_polka(self) -> bool:
        """Lines 36 to 43."""
        if self.step_now < Step.PREVOTE or (self.valid is not None and self.valid.round == self.round):
            return False
        for value_id, proposal in self.proposals.get(self.round, {}).items():
            if self.votes.has_quorum(Kind.PREVOTE, self.round, value_id) and self._is_valid(proposal):  # 36
                polka = self.votes.get_votes(Kind.PREVOTE, self.round, value_id)
                self.valid = Valid(self.round, value_id, proposal.value, polka)  # 42, 43
                if self.step_now is Step.PREVOTE:  # 37
                    self.lock = Lock(self.round, value_id)  # 38, 39
                    self._vote(Kind.PRECOMMIT, value_id)  # 40, 41
                return True
        return False

    def _upon_nil_polka(self) -> bool:
        """Lines 44 to 46."""
        if self.step_now is not Step.PREVOTE or not self.votes.has_quorum(Kind.PREVOTE, self.round, None):
            return False
        self._vote(Kind.PRECOMMIT, None)
        return True

    def _upon_precommits(self) -> bool:
        """Lines 47 and 48."""
        if not self.votes.has_any_quorum(Kind.PRECOMMIT, self.round):
            return False
        return self._schedule("precommit", self.settings.precommit_ms)

    def _upon_commit(self) -> bool:
        """Lines 49 to 51; 50 asks for valid(v), which the honest ones among these precommits have found."""
        if self.votes.committed is None:
            return False
        r, value_id = self.votes.committed
        value = self._find_value(value_id)
        if value is None:
            return False
        self._decide(Decision(value, Commit(self.height, r, value_id, self.votes.get_votes(Kind.PRECOMMIT, r, value_id))))
        return True

    def _upon_later_round(self) -> bool:
        """Lines 55 and 56. Of each member only the latest round is known, so who is beyond a round counts as having been in it."""
        r = self.votes.find_round(self.round)
        if r is None:
            return False
        self._start_round(r)
        return True

    # Timeouts

    def _schedule(self, name: str, delay_ms: int) -> bool:
        """Set a timer for this round, for the first time; return whether it was."""
        if (name, self.round) in self.scheduled:
            return False
        self.scheduled.add((name, self.round))
        self._effects.append(SetTimer((name, self.height, self.round), self._compute_timeout(delay_ms)))
        return True

    def _compute_timeout(self, delay_ms: int) -> int:
        """Return how long to wait in this round: longer in each, until it is longer than messages take."""
        return delay_ms + self.round * self.settings.delta_ms

    def _on_timeout(self, timer: Any) -> None:
        """Act on a timer whose time has not passed."""
        if timer[1:] == (self.height, self.round) and not self.is_decided:  # 58, 62, 66
            if timer[0] == "propose" and self.step_now is Step.PROPOSE:  # 57 to 60
                self._vote(Kind.PREVOTE, None)
            elif timer[0] == "prevote" and self.step_now is Step.PREVOTE:  # 61 to 64
                self._vote(Kind.PRECOMMIT, None)
            elif timer[0] == "precommit":  # 65 to 67
                self._start_round(self.round + 1)
            elif timer[0] == "pause" and self.step_now is Step.PAUSE:  # 54
                self._start_round(0)

    # The message log

    def _count(self, vote: Vote) -> None:
        """Count a vote; of far rounds only remember that its member is there."""
        if not is_near(vote.round, self.round):
            self.votes.note(vote)
            return
        evidence = self.votes.add(vote, self.proposals.get(vote.round, ()))
        if evidence is not None:
            self._accuse(evidence)

    def _accuse(self, evidence: Evidence) -> None:
        """Report a member that contradicted itself, once at each height."""
        if evidence.first.member not in self.accused:
            self.accused.add(evidence.first.member)
            self._effects.append(Report(evidence))

    def _find_value(self, value_id: bytes) -> bytes | None:
        """Return the value with this id, if it is here."""
        if self.valid is not None and self.valid.id == value_id:
            return self.valid.value
        return next((held[value_id].value for held in self.proposals.values() if value_id in held), None)

    def _forget_far(self) -> None:
        """Forget what belongs to rounds far from the present one."""
        self.votes.forget_far(self.round)
        self.proposals = {r: held for r, held in self.proposals.items() if abs(r - self.round) <= NEAR_PROPOSALS}
        known = {value_id for held in self.proposals.values() for value_id in held}
        self.examined = {value_id: examination for value_id, examination in self.examined.items() if value_id in known}
        self.scheduled = {(name, r) for name, r in self.scheduled if r >= self.round}

    # What the paper takes for granted

    @abstractmethod
    def _is_valid(self, proposal: Proposal) -> bool:
        """The paper's valid(v)."""

    @abstractmethod
    def _get_dropped(self) -> frozenset[str]:
        """Return the transactions that getValue() leaves out."""

    @abstractmethod
    def _decide(self, decision: Decision) -> None:
        """The paper's decision_p[h_p] = v."""
