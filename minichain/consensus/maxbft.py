"""MaxBFT: chained HotStuff, in which one vote a view pushes three values at once.

Source: Yin, Malkhi, Reiter, Gueta and Abraham 2019, "HotStuff: BFT consensus in the lens of blockchain", algorithms 4 and 5 (comments name
their lines); ChainMaker's MaxBFT. Each view has a leader, who proposes a node on the best certified one; members vote to the leader of the
next view, whose proposal carries the certificate. So a view takes two messages a member. A node's certificate prepares it, its child's
locks it, its grandchild's decides it.

Two things differ from the paper, as in LibraBFT 3 (Baudet et al. 2019): a node's parent is always the node that its certificate names, so
views that brought nothing leave no dummy nodes but gaps in the views; and a node is decided only if its own view and those of the two that
follow are consecutive. The lock is the certificate that the parent of the best certified node carries, gap or not.

Safety, if validators with less than a third of the weight are Byzantine: two certificates in one view share an honest voter, who votes
once a view, so they are for one node. When a node is decided, more than a third of the honest weight is locked on it, and votes for nothing
beside it unless it sees a certificate of a later view than its lock; the first such certificate would have needed their votes. Votes,
with the nodes that they rest on, are on the disk before they leave.
Liveness, if messages between honest members arrive in time from some moment on: a view without progress ends by a timeout, timeouts grow
with the views since the last decision, and an honest leader keeps its turn for four views, in which something is decided.

Epochs: after every `epoch_heights` heights the validators may change, and HotStuff starts anew on the last decided value. Nothing that was
signed in one epoch counts in another, because statements name it. At an epoch's end nodes without values push the last value through.

What an attacker would try: two proposals or two votes in a view (evidence; only one is voted for), certificates of another epoch or hidden
ones (the next leader goes on from the best that two thirds know), messages of far views (one a member is kept).

Simplifications: decided nodes stay in memory for those who ask. Who enters an epoch later than its first leader misses its first view.
"""

from collections.abc import Sequence
from typing import Any, Final

from minichain.consensus.decisions import get_decisions
from minichain.consensus.errors import is_passed
from minichain.consensus.machine import (
    Application,
    Applied,
    Broadcast,
    Decide,
    Effect,
    Event,
    Received,
    Report,
    Send,
    SetTimer,
    Started,
    TimerFired,
    Validator,
    Write,
)
from minichain.consensus.maxbft_messages import (
    MOST_NODES,
    Behind,
    Certificate,
    Decision,
    Epoch,
    Evidence,
    Help,
    NewView,
    Node,
    Proposal,
    Vote,
    Voted,
    is_certified,
    is_message,
    is_three_chain,
    make_statement,
    validate_decision,
)
from minichain.consensus.maxbft_pacemaker import MaxbftSettings, Pacemaker
from minichain.consensus.maxbft_tree import Tree
from minichain.consensus.maxbft_votes import Votes
from minichain.consensus.signatures import Signatures
from minichain.consensus.validators import is_validator

FAR: Final = 100
"""Nodes of views further ahead than this are not kept, unless a certificate shows that others are there."""


class Maxbft:
    """The machine of one member, whose ledger has `height` blocks after genesis and names `validators`.

    In the midst of an epoch those decide whom the ledger named at its beginning: they are on the disk, so that all count the same votes.
    """

    def __init__(
        self,
        settings: MaxbftSettings,
        member: str,
        validators: Sequence[Validator],
        application: Application,
        signatures: Signatures,
        records: Sequence[Proposal | Voted | Decision | Epoch],
        height: int = 0,
    ) -> None:
        self.settings = settings
        self.member = member
        self.application = application
        self.signatures = signatures
        self.decided = height
        self._effects: list[Effect] = []
        self.voted = 0
        self.epochs = {record.number: record.validators for record in records if isinstance(record, Epoch)}
        self.decisions = {record.nodes[0].height: record for record in records if isinstance(record, Decision)}
        self._begin_epoch(self._find_validators(height, validators))
        for record in records:
            if isinstance(record, Voted) and record.epoch == self.epoch:
                self.voted = max(self.voted, record.view)
            elif isinstance(record, Proposal) and record.node.epoch == self.epoch:
                self._put(record)
                self._learn(record.node.justify)
        self.pace.view = self.voted

    def _begin_epoch(self, validators: Sequence[Validator]) -> None:
        """Start HotStuff anew, on the last decided value. Everybody names the root alike: by the value decided last in the epoch before."""
        self.validators = tuple(validators)
        heights = self.settings.epoch_heights
        self.epoch = self.decided // heights
        before = self.decisions.get(self.epoch * heights)
        root = before.nodes[0].value_id if before is not None else None
        self.tree = Tree(root or b"", self.epoch * heights, (self.epoch + 1) * heights)
        if self.decided > self.tree.root_height and self.decided in self.decisions:
            self.tree.decided = self.decisions[self.decided].nodes[0]
        self.pace = Pacemaker(self.settings, self.member, self.validators)
        self.voted = self.proposed = 0
        self.high: Certificate | None = None
        """genericQC: the best certificate whose node is here."""
        self.missing: Certificate | None = None
        """A better one, whose node is not here yet."""
        self.lock: Certificate | None = None
        self.votes = Votes(self.validators)
        self.seen: dict[int, Proposal] = {}
        """The first proposal of each view."""

    def _find_validators(self, height: int, validators: Sequence[Validator]) -> Sequence[Validator]:
        """Return who decides after a height: whom the disk names for its epoch, or whom the ledger names if the epoch begins now."""
        return self.epochs.get(height // self.settings.epoch_heights, validators)

    def _write_epoch(self) -> None:
        """Have it on the disk who decides in this epoch."""
        if self.epoch not in self.epochs:
            self.epochs[self.epoch] = self.validators
            self._effects.append(Write(Epoch(self.epoch, self.validators)))

    def step(self, event: Event) -> list[Effect]:
        """Take one event."""
        self._effects = []
        match event:
            case Started():
                self._write_epoch()
                self._tell_again()
                self._enter(max(self.pace.view, 1))
            case TimerFired(timer):
                self._on_timer(timer)
            case Applied(height, validators) if height == self.decided and self.settings.ends_epoch(height):
                self._begin_epoch(validators)
                self._write_epoch()
                self._enter(1)
            case Received(sender, message) if is_message(message):
                getattr(self, HANDLERS[type(message)])(sender, message)
        return self._effects

    # The pacemaker: algorithm 5

    def _on_timer(self, timer: Any) -> None:
        """A timer of this view is over; those of earlier ones mean nothing any more."""
        what, epoch, view = timer
        if (epoch, view) == (self.epoch, self.pace.view):
            happen = self._on_timeout if what == "view" else self._propose
            happen()

    def _enter(self, view: int) -> None:
        """Begin a view, and let its leader propose."""
        self.pace.enter(view)
        self._effects.append(SetTimer(("view", self.epoch, view), self.pace.compute_timeout_ms()))
        if self.pace.get_leader(view) == self.member:
            self._effects.append(SetTimer(("propose", self.epoch, view), self.settings.pause_ms))
        early = self.seen.get(view)
        if early is not None and early.node.id in self.tree.proposals:
            self._vote(early)

    def _on_timeout(self) -> None:
        """Wish for the next view, and tell everybody the best certificate (lines 13 to 15); ask what was missed."""
        pace = self.pace
        pace.wish = max(pace.wish, pace.view + 1)
        self._effects.append(SetTimer(("view", self.epoch, pace.view), pace.compute_timeout_ms()))
        self._effects += [Broadcast(NewView(self.epoch, pace.wish, self.high)), Broadcast(self._make_question())]
        self._follow()

    def _on_new_view(self, sender: str, message: NewView) -> None:
        """Note which view a member wishes for."""
        if message.epoch != self.epoch or not is_validator(self.validators, sender):
            self._notice_epoch(sender, message.epoch)
            return
        if message.high is not None and self._is_valid(message.high):
            self._take_certificate(sender, message.high)
        if message.view > self.pace.wishes.get(sender, 0):
            self.pace.wishes[sender] = message.view
            self._follow()

    def _follow(self) -> None:
        """Join a wish that somebody honest has, and enter a view that enough wish for."""
        if (wished := self.pace.find_wished()) > self.pace.wish:
            self.pace.wish = wished
            self._effects.append(Broadcast(NewView(self.epoch, wished, self.high)))
        if (agreed := self.pace.find_agreed()) > self.pace.view:
            self._enter(agreed)

    # As a leader: algorithm 4, lines 3 to 12

    def _propose(self) -> None:
        """Propose a node on the best certified one, once in a view."""
        if self.pace.get_leader(self.pace.view) != self.member or self.proposed >= self.pace.view:
            return
        if not self.pace.may_lead(self.high.view if self.high else 0):
            self._effects.append(SetTimer(("propose", self.epoch, self.pace.view), self.settings.pause_ms))
            return
        parent = self.tree.find(self.high.node_id) if self.high else None
        height = parent.height if parent else self.tree.root_height
        value, value_id = b"", None
        if height < self.tree.last_height:
            height += 1
            value = self.application.make_value(height, self.tree.get_pending(parent, self.decided), frozenset())
            value_id = self.application.compute_id(value)
        node = Node(self.epoch, self.pace.view, height, parent.id if parent else self.tree.root, value_id, self.high)
        signature = self.signatures.sign(make_statement("proposal", self.epoch, self.pace.view, node.id))
        proposal = Proposal(self.member, node, value, signature)
        self._put(proposal)
        self._effects += [Write(proposal), Broadcast(proposal)]
        self._vote(proposal)

    def _on_vote(self, sender: str, vote: Vote) -> None:
        """Count a vote for the node of the view before the one that this member leads; make the certificate."""
        if vote.epoch != self.epoch or self.pace.get_leader(vote.view + 1) != self.member or not is_validator(self.validators, sender):
            return
        if not self.signatures.is_signed(sender, make_statement("vote", self.epoch, vote.view, vote.node_id), vote.signature):
            return
        outcome = self.votes.add(sender, vote)
        if isinstance(outcome, Evidence):
            self._effects.append(Report(outcome))
        elif outcome is not None and (self.high is None or self.high.view < vote.view):
            self._take_certificate(sender, outcome)

    # As a member: algorithm 4, lines 13 to 25

    def _on_proposal(self, sender: str, proposal: Proposal) -> None:
        """Take a leader's node, with what its certificate brings; vote for it if that is safe."""
        node = proposal.node
        if node.epoch != self.epoch:
            self._notice_epoch(sender, node.epoch)
            return
        if not self._is_in_order(proposal):
            return
        first = self.seen.setdefault(node.view, proposal)
        if first.node.id != node.id:
            pair = (first.node.id, node.id), (first.signature, proposal.signature)
            self._effects.append(Report(Evidence(proposal.proposer, "proposal", self.epoch, node.view, *pair)))
            if sum(one.node.view == node.view for one in self.tree.proposals.values()) > 1:
                return  # two of them are enough to show what the leader is
        if not self.tree.is_known(node):
            self._effects.append(Send(sender, Behind(self.decided, node.parent)))
        elif self._take(proposal, sender) and node.view == self.pace.view:
            self._vote(proposal)

    def _take(self, proposal: Proposal, sender: str) -> bool:
        """Keep a node that follows one that is here, and take what its certificate brings; return whether it was in order."""
        node = proposal.node
        if node.id not in self.tree.proposals:
            if not self.tree.fits(node):
                return False
            self._effects.append(Write(proposal))
            self._put(proposal)
        if node.justify is not None:
            self._take_certificate(sender, node.justify)
        if self.missing is not None and self.missing.node_id == node.id:
            missing, self.missing = self.missing, None
            self._take_certificate(sender, missing)
        return True

    def _is_in_order(self, proposal: Proposal) -> bool:
        """Return whether a node is its leader's, near, and justified by a certificate of this epoch's validators."""
        node = proposal.node
        shown = node.justify.view if node.justify else 0
        if not 0 < node.view <= max(self.pace.view, shown) + FAR or proposal.proposer != self.pace.get_leader(node.view):
            return False
        if not self.signatures.is_signed(proposal.proposer, make_statement("proposal", node.epoch, node.view, node.id), proposal.signature):
            return False
        if node.value_id is not None and self.application.compute_id(proposal.value) != node.value_id:
            return False
        return node.justify is None or self._is_valid(node.justify)

    def _vote(self, proposal: Proposal) -> None:
        """Vote for a node, once in a view, if it is safe and its value is in order."""
        node = proposal.node
        if not self._may_vote(node) or not is_validator(self.validators, self.member):
            return
        if not self._is_safe(node) or not self._is_value_in_order(proposal):
            return
        self.voted = node.view
        signature = self.signatures.sign(make_statement("vote", self.epoch, node.view, node.id))
        vote = Vote(self.epoch, node.view, node.id, signature)
        self._effects.append(Write(Voted(self.epoch, node.view)))
        leader = self.pace.get_leader(node.view + 1)
        if leader == self.member:
            self._on_vote(self.member, vote)
        else:
            self._effects.append(Send(leader, vote))

    def _may_vote(self, node: Node) -> bool:
        """Return whether this member has not voted in this view, nor in a later one."""
        return node.view > self.voted

    def _is_safe(self, node: Node) -> bool:
        """safeNode: it extends the locked node (safety), or its certificate is newer than the lock (liveness)."""
        if self.lock is None or (node.justify is not None and node.justify.view > self.lock.view):
            return True
        return self.tree.extends(node, self.lock.node_id)

    def _is_value_in_order(self, proposal: Proposal) -> bool:
        node = proposal.node
        if node.value_id is None:
            return True
        pending = self.tree.get_pending(self.tree.find(node.parent), self.decided)
        return self.application.examine_value(node.height, proposal.value, pending).is_valid

    # Certificates: lines 20 to 25

    def _take_certificate(self, sender: str, certificate: Certificate) -> None:
        """Let a certificate that was checked, or made here, prepare its node, lock the parent, and decide the grandparent."""
        node = self.tree.find(certificate.node_id)
        if node is None:
            if self.missing is None or certificate.view > self.missing.view:
                self.missing = certificate
            self._effects.append(Send(sender, Behind(self.decided, certificate.node_id)))
            return
        self._learn(certificate)
        chain = self.tree.get_last(node, 3)
        decided = self._find_decided(chain)
        if decided is not None:
            self._decide(decided, chain, certificate)
        if certificate.view >= self.pace.view:
            self._enter(certificate.view + 1)

    def _learn(self, certificate: Certificate | None) -> None:
        """Let a certificate be the best one, and lock what its node's own certificate names (lines 20 to 23)."""
        node = self.tree.find(certificate.node_id) if certificate is not None else None
        if certificate is None or node is None:
            return
        if self.high is None or certificate.view > self.high.view:
            self.high = certificate
        if node.justify is not None and (self.lock is None or node.justify.view > self.lock.view):
            self.lock = node.justify

    def _is_valid(self, certificate: Certificate) -> bool:
        """Return whether a certificate is this epoch's, signed by its validators."""
        if certificate == self.high:
            return True
        return certificate.epoch == self.epoch and is_certified(certificate, self.validators, self.signatures)

    def _find_decided(self, chain: Sequence[Node]) -> Node | None:
        """Return the node that is decided by those after it and the certificate of the last: three of consecutive views (lines 24, 25)."""
        return chain[0] if len(chain) == 3 and is_three_chain(chain) else None

    # Deciding

    def _decide(self, decided: Node, chain: Sequence[Node], certificate: Certificate) -> None:
        """Decide a node and all before it that is not decided yet; `chain` with its certificate proves it."""
        branch = self.tree.get_branch(decided, self.decided)
        if self.tree.contradicts(branch, self.decided):
            return
        after = [node for node in chain if node.view > decided.view]
        self.pace.progress_view = max(self.pace.progress_view, decided.view)
        for index, node in enumerate(branch):
            if node.height == self.decided + 1 and node.value_id is not None:
                self._announce(Decision(self.tree.proposals[node.id].value, (*branch[index:], *after), certificate))
        self.tree.forget(decided.view)
        self.seen = {view: one for view, one in self.seen.items() if view >= decided.view}

    def _announce(self, decision: Decision) -> None:
        """Write and tell a decision."""
        self.decisions[decision.nodes[0].height] = decision
        self._effects.append(Write(decision))
        self._tell(decision)

    def _tell(self, decision: Decision) -> None:
        """Let the ledger have what is decided."""
        self.tree.decided = decision.nodes[0]
        self.decided = self.tree.decided.height
        self._effects.append(Decide(self.decided, decision.value, decision))

    def _tell_again(self) -> None:
        """Tell what was on the disk, but not yet in the ledger, when the power failed."""
        while self.decided + 1 in self.decisions:
            self._tell(self.decisions[self.decided + 1])

    def _put(self, proposal: Proposal) -> None:
        """Keep a node. One's own shows in which views one has proposed."""
        self.tree.proposals[proposal.node.id] = proposal
        if proposal.proposer == self.member:
            self.proposed = max(self.proposed, proposal.node.view)

    # Members that fell behind

    def _notice_epoch(self, sender: str, epoch: int) -> None:
        """Ask a member that is in a later epoch for what was decided."""
        if epoch > self.epoch:
            self._effects.append(Send(sender, self._make_question()))

    def _make_question(self) -> Behind:
        """Return what asks for all that this member may lack."""
        return Behind(self.decided, self.missing.node_id if self.missing is not None else b"")

    def _on_behind(self, sender: str, message: Behind) -> None:
        """Send the decisions that a member lacks; if it lacks none, nodes that are not decided yet."""
        decisions = get_decisions(self.decisions, message.height + 1, MOST_NODES)
        proposals = () if decisions else self.tree.get_proposals(message.wanted, MOST_NODES)
        if decisions or proposals:
            self._effects.append(Send(sender, Help(decisions, proposals)))

    def _on_help(self, sender: str, message: Help) -> None:
        """Take decisions that prove themselves, and nodes as if their leaders had sent them; ask on as long as that brings something."""
        before = self.decided, len(self.tree.proposals)
        for decision in message.decisions:
            height = self.decided + 1
            if height <= self.tree.last_height and decision.nodes[0].height == height and self._is_proven(decision):
                self.pace.progress_view = max(self.pace.progress_view, decision.nodes[0].view)
                self._announce(decision)
        for proposal in message.proposals:
            node = proposal.node
            if node.epoch == self.epoch and self.tree.is_known(node) and self._is_in_order(proposal):
                self._take(proposal, sender)
        oldest = message.proposals[0].node if message.proposals else None
        if oldest is not None and oldest.epoch == self.epoch and not self.tree.is_known(oldest):
            self._effects.append(Send(sender, Behind(self.decided, oldest.parent)))
        elif (self.decided, len(self.tree.proposals)) != before and (self.decided > before[0] or self.missing is not None):
            self._effects.append(Send(sender, self._make_question()))

    def _is_proven(self, decision: Decision) -> bool:
        """Return whether a decision convinces a stranger, of this epoch."""
        node, value_id = decision.nodes[0], self.application.compute_id(decision.value)
        proof = decision, value_id, node.height, self.validators, self.signatures
        return node.epoch == self.epoch and is_passed(validate_decision, *proof)


HANDLERS: Final = {
    Proposal: "_on_proposal",
    Vote: "_on_vote",
    NewView: "_on_new_view",
    Behind: "_on_behind",
    Help: "_on_help",
}
