"""An attack as a script: which block is made in which view, on what, and who is shown it. Replayed on MaxBFT's own members.

A script is plain data, a step for each block, `{"view": 5, "block": "c5", "on": "genesis", "to": ["Cho", "Dan"]}`; the replay does the
rest. Honest members run the engine of `minichain.consensus.maxbft`, or one from which a rule was taken; they vote when that engine does.
Liars vote for everything, sign nothing but their own names, and as leaders propose what they like. The network is theirs: who is not
in `to` is not shown the block, and time passes as the script wants, so that everybody has given up the views before. What a member lacks
below a block it is sent, because it would ask.

>>> names = ["genesis", "b1", "b2", "b3"]
>>> steps = [{"view": view, "block": names[view], "on": names[view - 1], "to": ["Ann", "Cho"]} for view in (1, 2, 3)]
>>> outcome = replay_script(steps, liars=["Bob"])
>>> outcome.decided["Ann"], outcome.decided["Cho"], outcome.locks["Cho"]
(('b1',), (), 'b1')

Simplifications: votes are never late, and views only grow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from minichain.consensus.machine import Decide, Effect, Event, Received, Started, Validator, Write
from minichain.consensus.maxbft import Maxbft
from minichain.consensus.maxbft_messages import (
    MOST_NODES,
    Certificate,
    Help,
    NewView,
    Node,
    Proposal,
    SignedVote,
    Vote,
    Voted,
    is_child,
    make_statement,
)
from minichain.consensus.maxbft_pacemaker import MaxbftSettings
from minichain.consensus.validators import is_quorum
from minichain.ledger.encoding import encode
from minichain.network.simulated_ledger import Batch, SimulatedLedger, read_batch
from minichain.network.tokens import Notes, Pen

MEMBERS: Final = ("Ann", "Bob", "Cho", "Dan")
GENESIS: Final = "genesis"
MOST_STEPS: Final = 40
SETTINGS: Final = MaxbftSettings(epoch_heights=1000)


class WithoutLock(Maxbft):
    """Votes for any block of a new view, whatever it stands on."""

    def _is_safe(self, node: Node) -> bool:
        return True


class TwoChain(Maxbft):
    """Decides a block when its child is certified, one step too early."""

    def _find_decided(self, chain: Sequence[Node]) -> Node | None:
        pair = chain[-2:]
        return pair[0] if len(pair) == 2 and is_child(pair[1], pair[0]) and pair[1].view == pair[0].view + 1 else None


ENGINES: Final[Mapping[str, type[Maxbft]]] = {"right": Maxbft, "no-lock": WithoutLock, "two-chain": TwoChain}
"""The engine as it is, and two from which a rule was taken."""


@dataclass(frozen=True)
class ShownBlock:
    """A block of the script: its leader, who was shown it and who voted."""

    block: str
    view: int
    on: str
    leader: str
    to: tuple[str, ...]
    votes: tuple[str, ...]
    is_certified: bool


@dataclass(frozen=True)
class Outcome:
    """What came of a script. `problem` names the rule of scripts that its step number `step` breaks; then the replay ends there."""

    blocks: tuple[ShownBlock, ...]
    locks: Mapping[str, str]
    """The block that each honest member is locked on."""
    highest: Mapping[str, str]
    """The block of the best certificate that each honest member knows."""
    decided: Mapping[str, tuple[str, ...]]
    problem: str = ""
    step: int = -1
    members: tuple[str, ...] = MEMBERS

    @property
    def fork(self) -> tuple[str, str] | None:
        """Two honest members who decided different blocks in the same place, or None."""
        for one, other in combinations(self.decided, 2):
            if any(mine != theirs for mine, theirs in zip(self.decided[one], self.decided[other], strict=False)):
                return one, other
        return None


def replay_script(
    script: Sequence[Mapping[str, Any]], liars: Sequence[str], rules: str = "right", members: Sequence[str] = MEMBERS
) -> Outcome:
    """Return what comes of a script. `rules` is a key of ENGINES; a script that is none is told by the outcome's `problem`.

    many: more than MOST_STEPS steps · keys: not a dict with view, block, on and to · number: the view is no number from 1 · text: a name is
    no text · new: the block's name is taken · members: `to` is no list of members · back: an earlier view than the step before · below: not
    a later view than the block below · unknown: nobody has made the block below · uncertified: it has too few votes · second: the leader
    is honest and has made a block in this view · honest: it would build on another block.
    """
    stage = _Stage(members, liars, rules)
    for number, step in enumerate(script):
        problem = "many" if number >= MOST_STEPS else stage.find_problem(step)
        if problem:
            return stage.make_outcome(problem, number)
        stage.show(step["view"], step["block"], step["on"], step["to"])
    return stage.make_outcome()


def get_leader(members: Sequence[str], view: int) -> str:
    """Return who leads a view."""
    return members[(view - 1) // SETTINGS.views_per_leader % len(members)]


class _Stage:
    """The members, and what was shown so far."""

    def __init__(self, members: Sequence[str], liars: Sequence[str], rules: str) -> None:
        self.names, self.liars = tuple(members), tuple(liars)
        self.validators = tuple(Validator(name) for name in members)
        notes = Notes()
        self.pens = {name: Pen(name, notes) for name in members}
        self.machines: dict[str, Maxbft] = {}
        self.decided: dict[str, list[str]] = {}
        self.proposals: dict[str, Proposal] = {}
        self.votes: dict[str, dict[str, bytes]] = {}
        self.shown: list[tuple[str, str, tuple[str, ...]]] = []
        for name in members:
            if name not in liars:
                ledger = SimulatedLedger(name, self.validators)
                self.machines[name] = ENGINES[rules](SETTINGS, name, self.validators, ledger, self.pens[name], ())
                self.decided[name] = []
                self._step(name, Started())

    # Whether a step may be

    def find_problem(self, step: Any) -> str:
        """Return the rule of scripts that a step breaks, or nothing."""
        return self._find_form(step) or self._find_place(step["view"], step["on"]) or self._find_leader(step["view"], step["on"])

    def _find_form(self, step: Any) -> str:
        if type(step) is not dict or set(step) != {"view", "block", "on", "to"}:
            return "keys"
        if type(step["view"]) is not int or step["view"] < 1:
            return "number"
        if type(step["block"]) is not str or type(step["on"]) is not str or not step["block"]:
            return "text"
        if step["block"] == GENESIS or step["block"] in self.proposals:
            return "new"
        is_list = type(step["to"]) is list and all(type(name) is str for name in step["to"])
        return "" if is_list and set(step["to"]) <= set(self.names) else "members"

    def _find_place(self, view: int, on: str) -> str:
        if self.proposals and view < max(one.node.view for one in self.proposals.values()):
            return "back"
        if on == GENESIS:
            return ""
        if on not in self.proposals:
            return "unknown"
        if self.proposals[on].node.view >= view:
            return "below"
        return "" if self._is_certified(on) else "uncertified"

    def _find_leader(self, view: int, on: str) -> str:
        """Return what an honest leader would not do: it makes one block a view, on the best certificate that it knows."""
        leader = get_leader(self.names, view)
        if leader in self.liars:
            return ""
        if any(one.node.view == view for one in self.proposals.values()):
            return "second"
        high = self.machines[leader].high
        return "" if on == (self._get_name(high) if high is not None else GENESIS) else "honest"

    def _is_certified(self, block: str) -> bool:
        return is_quorum(self.validators, self.votes[block])

    # Doing it

    def show(self, view: int, block: str, on: str, to: Sequence[str]) -> None:
        """Let a leader make a block, show it to some, and gather the votes."""
        leader = get_leader(self.names, view)
        proposal = self._make_proposal(leader, view, block, on)
        self.proposals[block], self.votes[block] = proposal, {}
        self.shown.append((block, on, tuple(name for name in self.names if name in to)))
        for name in self.machines:
            for other in self.names:
                if other != name:
                    self._step(name, Received(other, NewView(0, view, None)))
        for name in self.names:
            if name in self.liars:
                self._count(block, name)
            elif name in to or name == leader:
                self._send_missing(name, leader, on)
                self._step(name, Received(leader, proposal))

    def _make_proposal(self, leader: str, view: int, block: str, on: str) -> Proposal:
        parent, justify = None, None
        if on != GENESIS:
            parent = self.proposals[on].node
            votes = tuple(SignedVote(name, signature) for name, signature in sorted(self.votes[on].items()))
            justify = Certificate(0, parent.view, parent.id, votes)
        height = parent.height + 1 if parent else 1
        value = encode(Batch(height, block, ()))
        value_id = SimulatedLedger(leader, self.validators).compute_id(value)
        node = Node(0, view, height, parent.id if parent else b"", value_id, justify)
        return Proposal(leader, node, value, self.pens[leader].sign(make_statement("proposal", 0, view, node.id)))

    def _send_missing(self, name: str, sender: str, on: str) -> None:
        """Send a member what it lacks up to the block `on`."""
        missing: list[Proposal] = []
        parents = {block: parent for block, parent, _ in self.shown}
        while on != GENESIS and self.machines[name].tree.find(self.proposals[on].node.id) is None:
            missing.insert(0, self.proposals[on])
            on = parents[on]
        for start in range(0, len(missing), MOST_NODES):
            self._step(name, Received(sender, Help((), tuple(missing[start : start + MOST_NODES]))))

    def _step(self, name: str, event: Event) -> None:
        """Let a member do what its engine does."""
        for effect in self.machines[name].step(event):
            self._carry_out(name, effect)

    def _carry_out(self, name: str, effect: Effect) -> None:
        match effect:
            case Write(Voted()):
                self._count(self.shown[-1][0], name)
            case Decide(_, value, _):
                batch = read_batch(value)
                self.decided[name].append(batch.maker if batch else "")

    def _count(self, block: str, voter: str) -> None:
        """Note a vote, and bring it to the leader of the next view."""
        node = self.proposals[block].node
        signature = self.pens[voter].sign(make_statement("vote", 0, node.view, node.id))
        self.votes[block][voter] = signature
        leader = get_leader(self.names, node.view + 1)
        if leader in self.machines and leader != voter:
            self._step(leader, Received(voter, Vote(0, node.view, node.id, signature)))

    # What came of it

    def _get_name(self, certificate: Certificate | None) -> str:
        """Return the name of the block that a certificate is for."""
        if certificate is None:
            return GENESIS
        return next(block for block, one in self.proposals.items() if one.node.id == certificate.node_id)

    def make_outcome(self, problem: str = "", step: int = -1) -> Outcome:
        """Return what there is to see."""
        blocks = tuple(
            ShownBlock(
                block,
                self.proposals[block].node.view,
                on,
                self.proposals[block].proposer,
                to,
                tuple(name for name in self.names if name in self.votes[block]),
                self._is_certified(block),
            )
            for block, on, to in self.shown
        )
        locks = {name: self._get_name(machine.lock) for name, machine in self.machines.items()}
        highest = {name: self._get_name(machine.high) for name, machine in self.machines.items()}
        return Outcome(blocks, locks, highest, {name: tuple(blocks) for name, blocks in self.decided.items()}, problem, step, self.names)
