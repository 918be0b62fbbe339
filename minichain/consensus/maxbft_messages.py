"""MaxBFT's messages, what they prove, and how a stranger checks it.

A node is what HotStuff calls a block that is being decided: its view, its place, its value and the quorum certificate (QC) of its parent,
which it carries as its justification. Members vote for a node by signing its id; votes of more than two thirds of the weight are a QC.

Simplifications: a QC is a list of signatures (see `signatures`).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Annotated, Final

from minichain.consensus.errors import ConsensusError
from minichain.consensus.machine import Validator
from minichain.consensus.signatures import Signatures
from minichain.consensus.untrusted import AtMost, make_check
from minichain.consensus.validators import is_quorum
from minichain.ledger.encoding import LARGEST_INT, encode

Number = Annotated[int, AtMost(LARGEST_INT)]
"""An epoch, a view or a height: a number that can be spelt."""
Id = Annotated[bytes, AtMost(32)]
Value = Annotated[bytes, AtMost(1 << 23)]
MOST_NODES: Final = 12
"""How many nodes or decisions one message may hold."""


class MaxbftError(ConsensusError):
    """Something that should prove a decision, or a fault, does not."""


# What is signed


@dataclass(frozen=True)
class Statement:
    """I vote for this node, or propose it, in this view of this epoch, and no other."""

    kind: str
    epoch: int
    view: int
    node_id: bytes


@lru_cache(maxsize=1024)  # everybody spells the same statements, for each vote in each certificate
def make_statement(kind: str, epoch: int, view: int, node_id: bytes) -> bytes:
    """Return what is signed: by a voter a "vote", by a leader a "proposal"."""
    return encode(Statement(kind, epoch, view, node_id))


# Messages


@dataclass(frozen=True)
class SignedVote:
    """One vote in a certificate."""

    member: str
    signature: bytes


@dataclass(frozen=True)
class Certificate:
    """A QC: more than two thirds voted for a node in its view."""

    epoch: Number
    view: Number
    node_id: Id
    votes: tuple[SignedVote, ...] = field(repr=False)


@dataclass(frozen=True)
class Node:
    """What is voted on. Without a value it only pushes the pipeline on, at the end of an epoch, and has its parent's height."""

    epoch: Number
    view: Number
    height: Number
    parent: Id
    value_id: Id | None
    justify: Certificate | None
    """The certificate of the parent; None for the first node of an epoch, whose parent is decided."""

    @cached_property
    def id(self) -> bytes:
        """The hash by which votes name the node. Which votes its certificate holds does not matter to it."""
        justified = (self.justify.view, self.justify.node_id) if self.justify else (0, b"")
        named = _Named(self.epoch, self.view, self.height, self.parent, self.value_id, *justified)
        return hashlib.sha256(encode(named)).digest()


@dataclass(frozen=True)
class _Named:
    epoch: int
    view: int
    height: int
    parent: bytes
    value_id: bytes | None
    justified_view: int
    justified_id: bytes


@dataclass(frozen=True)
class Proposal:
    """A leader's node with its value. Also a record: a node that was taken."""

    proposer: str
    node: Node
    value: Value = field(repr=False)
    signature: bytes = field(repr=False)

    def is_consistent(self) -> bool:
        """Return whether a node without a value comes with none."""
        return self.node.value_id is not None or not self.value


@dataclass(frozen=True)
class Vote:
    """A vote, sent to the leader of the next view."""

    epoch: Number
    view: Number
    node_id: Id
    signature: bytes = field(repr=False)


@dataclass(frozen=True)
class NewView:
    """The sender has given up all views before this one; the best certificate that it knows."""

    epoch: Number
    view: Number
    high: Certificate | None


@dataclass(frozen=True)
class Voted:
    """A record: the member has voted in this view."""

    epoch: int
    view: int


@dataclass(frozen=True)
class Epoch:
    """A record: who decides in this epoch. The ledger may name others already, for the next one."""

    number: int
    validators: tuple[Validator, ...]


@dataclass(frozen=True)
class Behind:
    """The sender has decided up to this height, and asks for what came after, or for a node that it lacks."""

    height: Number
    wanted: Id


@dataclass(frozen=True)
class Decision:
    """A decided value, and why: its node, those that follow up to three of consecutive views, and the certificate of the last."""

    value: bytes = field(repr=False)
    nodes: Annotated[tuple[Node, ...], AtMost(64, least=3)] = field(repr=False)
    certificate: Certificate


@dataclass(frozen=True)
class Help:
    """What came after: decisions, then nodes that are not decided yet, the oldest first."""

    decisions: Annotated[tuple[Decision, ...], AtMost(MOST_NODES)]
    proposals: Annotated[tuple[Proposal, ...], AtMost(MOST_NODES)]


@dataclass(frozen=True)
class Evidence:
    """A member signed two nodes in one view, as a voter or as the leader."""

    member: str
    kind: str
    epoch: int
    view: int
    node_ids: tuple[bytes, bytes]
    signatures: tuple[bytes, bytes]


MaxbftMessage = Proposal | Vote | NewView | Behind | Help

is_message: Final = make_check(MaxbftMessage)
"""Whether something that a stranger sent has the form of a message."""


# What it proves


def is_certified(certificate: Certificate, validators: Sequence[Validator], signatures: Signatures) -> bool:
    """Return whether more than two thirds of these validators have signed, each counted once."""
    members = {one.member for one in certificate.votes}
    if len(members) != len(certificate.votes) or not is_quorum(validators, members):
        return False
    statement = make_statement("vote", certificate.epoch, certificate.view, certificate.node_id)
    return all(signatures.is_signed(one.member, statement, one.signature) for one in certificate.votes)


def is_child(node: Node, parent: Node) -> bool:
    """Return whether `node` follows `parent` directly: by its id, its place, and a certificate of it in an earlier view."""
    justify = node.justify
    return (
        justify is not None
        and justify.node_id == node.parent == parent.id
        and node.epoch == justify.epoch == parent.epoch
        and justify.view == parent.view < node.view
        and node.height == parent.height + (node.value_id is not None)
    )


def is_chain(nodes: Sequence[Node]) -> bool:
    """Return whether each of these nodes follows the one before it directly."""
    return all(is_child(after, before) for before, after in pairwise(nodes))


def is_three_chain(nodes: Sequence[Node]) -> bool:
    """Return whether three nodes follow each other directly, in consecutive views."""
    return is_chain(nodes) and all(after.view == before.view + 1 for before, after in pairwise(nodes))


def validate_decision(decision: Decision, value_id: bytes, height: int, validators: Sequence[Validator], signatures: Signatures) -> None:
    """Raise MaxbftError unless a decision proves that the value with this id was decided at `height` by these validators."""
    nodes, certificate = decision.nodes, decision.certificate
    if nodes[0].value_id != value_id or nodes[0].height != height:
        raise MaxbftError(f"the decision is about height {nodes[0].height}, or another value than the one at height {height}")
    if not is_chain(nodes) or not is_three_chain(nodes[-3:]):
        raise MaxbftError(f"the nodes of height {height} do not end with three of consecutive views")
    last = nodes[-1]
    if (certificate.epoch, certificate.view, certificate.node_id) != (last.epoch, last.view, last.id):
        raise MaxbftError(f"the certificate for height {height} is of another node than the last")
    certificates: Iterable[Certificate] = [certificate, *(node.justify for node in nodes[-2:] if node.justify)]
    if not all(is_certified(one, validators, signatures) for one in certificates):
        raise MaxbftError(f"a certificate for height {height} does not hold the signatures of more than two thirds")


def validate_evidence(evidence: Evidence, signatures: Signatures) -> None:
    """Raise MaxbftError unless this proves that a member signed two nodes in one view."""
    if evidence.kind not in ("vote", "proposal") or evidence.node_ids[0] == evidence.node_ids[1]:
        raise MaxbftError(f"{evidence.kind} evidence against {evidence.member} names one node, or no kind of fault")
    for node_id, signature in zip(evidence.node_ids, evidence.signatures, strict=True):
        if not signatures.is_signed(evidence.member, make_statement(evidence.kind, evidence.epoch, evidence.view, node_id), signature):
            raise MaxbftError(f"{evidence.member} has not signed {node_id.hex()[:16]} in view {evidence.view}")
