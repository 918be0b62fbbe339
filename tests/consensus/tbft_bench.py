"""What tests of TBFT share: one member whose surroundings the test plays itself."""

from minichain.consensus.machine import Applied, Broadcast, Decide, Received, Report, Send, SetTimer, Started, TimerFired, Validator, Write
from minichain.consensus.tbft import Tbft
from minichain.consensus.tbft_algorithm import TbftSettings
from minichain.consensus.tbft_messages import Commit, Decision, DropStatement, DropVote, Kind, Proposal, Vote
from minichain.ledger.encoding import encode
from minichain.network.simulated_ledger import Batch, Entry, SimulatedLedger, compute_hash
from minichain.network.tokens import Notes, Pen

SETTINGS = TbftSettings()
FOUR = tuple(Validator(name) for name in "ABCD")


def make_batch(maker="A", height=1, entries=()):
    return encode(Batch(height, maker, tuple(Entry(*entry) for entry in entries)))


class Bench:
    """Member `name` of A, B, C and D, which propose in this order. The test speaks for the others, with their pens."""

    def __init__(self, name="D", *, settings=SETTINGS, validators=FOUR, records=(), notes=None, height=0):
        self.name, self.settings, self.validators = name, settings, validators
        self.notes = notes or Notes()
        self.ledger = SimulatedLedger(name, validators)
        self.ledger.height = height
        self.records = list(records)
        self.machine = Tbft(settings, name, validators, self.ledger, Pen(name, self.notes), tuple(records), height)
        self.effects = []

    def step(self, event):
        """Give an event; carry out what is written and decided; return what was done."""
        effects = self.machine.step(event)
        for effect in tuple(effects):
            if isinstance(effect, Write):
                self.records.append(effect.record)
            elif isinstance(effect, Decide):
                effects = [*effects, *self.step(Applied(effect.height, self.ledger.apply(effect.height, effect.value)))]
        self.effects = effects
        return effects

    def start(self):
        self.step(Started())
        return self

    def hear(self, message, sender="B"):
        return self.step(Received(sender, message))

    def fire(self, name, height=1, r=0):
        return self.step(TimerFired((name, height, r)))

    # What others say

    def vote(self, member, kind, value, r=0, height=1, valid_round=None):
        """Return a signed vote for a value, or for nil."""
        value_id = None if value is None else compute_hash(value)
        vote = Vote(kind, height, r, value_id, member, b"", valid_round)
        return Vote(kind, height, r, value_id, member, Pen(member, self.notes).sign(vote.statement), valid_round)

    def propose(self, value, r=0, height=1, valid_round=None, polka=(), member=None):
        """Return the proposal of whoever has the turn."""
        member = member or self.validators[(height - 1 + r) % len(self.validators)].member
        return Proposal(self.vote(member, Kind.PROPOSAL, value, r, height, valid_round), value, tuple(polka))

    def polka(self, members, value, r=0, height=1):
        return tuple(self.vote(member, Kind.PREVOTE, value, r, height) for member in members)

    def drop(self, member, *transactions, height=1):
        statement = encode(DropStatement(Kind.DROP, height, transactions))
        return DropVote(height, transactions, member, Pen(member, self.notes).sign(statement))

    def hear_votes(self, members, kind, value, r=0, height=1):
        """Hear a vote of each of these members; return all effects."""
        effects = [effect for member in members for effect in self.hear(self.vote(member, kind, value, r, height), member)]
        self.effects = effects
        return effects

    # What came of it

    def get(self, kind):
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def get_said(self):
        """Return (kind, id) of the votes and proposals that just left."""
        messages = [effect.message for effect in self.get(Broadcast)]
        votes = [message.vote if isinstance(message, Proposal) else message for message in messages]
        return [(str(vote.kind), vote.id) for vote in votes if isinstance(vote, Vote)]

    def get_sent(self):
        return [effect.message for effect in self.get(Send)]

    def get_timers(self):
        return {effect.timer: effect.delay_ms for effect in self.get(SetTimer)}

    def get_reports(self):
        return [effect.evidence for effect in self.get(Report)]


def lock(bench, value, r=0):
    """Let a member lock a value in a round that it is in."""
    bench.hear(bench.propose(value, r))
    bench.hear_votes("AB", Kind.PREVOTE, value, r)
    assert bench.machine.lock is not None and bench.machine.lock.round == r
    return bench


def go_to(bench, r):
    """Let a member come to a later round, because two others are there."""
    bench.hear_votes("BC", Kind.PRECOMMIT, None, r)
    assert bench.machine.round == r
    return bench


def make_decision(bench, value, height=1, members="ABC", r=0):
    votes = tuple(bench.vote(member, Kind.PRECOMMIT, value, r, height) for member in members)
    return Decision(value, Commit(height, r, compute_hash(value), votes))
