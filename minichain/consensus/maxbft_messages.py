"""MaxBFT's messages, what they prove, and how a stranger checks it.

A node is what HotStuff calls a block that is being decided: its view, its place, its value and the quorum certificate (QC) of its parent,
which it carries as its justification. Members vote for a node by signing its id; votes of more than two thirds of the weight are a QC.

Simplifications: a QC is a list of signatures (see `signatures`).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, Final

from minichain.consensus.errors import ConsensusError
from minichain.consensus.machine import Validator
from minichain.consensus.signatures import Signatures
from minichain.consensus.validators import is_quorum
from minichain.ledger.encoding import LARGEST_INT, encode

ID_SIZE: Final = 32
LARGEST_VALUE: Final = 1 << 23
MOST_NODES: Final = 12
"""How many nodes or decisions one message may hold."""


class MaxbftError(ConsensusError):
    """Something that should prove a decision, or a fault, does not."""


# What is signed


@dataclass(frozen=True)
class VoteStatement:
    """I vote for this node, in this view of this epoch, and for no other."""

    kind: str
    epoch: int
    view: int
    node_id: bytes


@lru_cache(maxsize=1024)  # everybody spells the same statements, for each vote in each certificate
def make_vote_statement(epoch: int, view: int, node_id: bytes) -> bytes:
    """Return what a vote signs."""
    return encode(VoteStatement("vote", epoch, view, node_id))


@lru_cache(maxsize=1024)
def make_proposal_statement(epoch: int, view: int, node_id: bytes) -> bytes:
    """Return what a leader signs."""
    return encode(VoteStatement("proposal", epoch, view, node_id))


# Messages


@dataclass(frozen=True)
class SignedVote:
    """One vote in a certificate."""

    member: str
    signature: bytes


@dataclass(frozen=True)
class Certificate:
    """A QC: more than two thirds voted for a node in its view."""

    epoch: int
    view: int
    node_id: bytes
    votes: tuple[SignedVote, ...] = field(repr=False)


@dataclass(frozen=True)
class Node:
    """What is voted on. Without a value it only pushes the pipeline on, at the end of an epoch, and has its parent's height."""

    epoch: int
    view: int
    height: int
    parent: bytes
    value_id: bytes | None
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
    value: bytes = field(repr=False)
    signature: bytes = field(repr=False)


@dataclass(frozen=True)
class Vote:
    """A vote, sent to the leader of the next view."""

    epoch: int
    view: int
    node_id: bytes
    signature: bytes = field(repr=False)


@dataclass(frozen=True)
class NewView:
    """The sender has given up all views before this one; the best certificate that it knows."""

    epoch: int
    view: int
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

    height: int
    wanted: bytes


@dataclass(frozen=True)
class Decision:
    """A decided value, and why: its node, those that follow up to three of consecutive views, and the certificate of the last."""

    value: bytes = field(repr=False)
    nodes: tuple[Node, ...] = field(repr=False)
    certificate: Certificate


@dataclass(frozen=True)
class Help:
    """What came after: decisions, then nodes that are not decided yet, the oldest first."""

    decisions: tuple[Decision, ...]
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True)
class Evidence:
    """A member signed two nodes in one view, as a voter or as the leader."""

    member: str
    kind: str
    epoch: int
    view: int
    node_ids: tuple[bytes, bytes]
    signatures: tuple[bytes, bytes]


def make_decisions(decisions: Mapping[int, Decision], height: int) -> tuple[Decision, ...]:
    """Return some of the decisions after `height`."""
    found: list[Decision] = []
    while len(found) < MOST_NODES and height + len(found) + 1 in decisions:
        found.append(decisions[height + len(found) + 1])
    return tuple(found)


# Is it what it should be? A stranger's message may hold anything.


def is_number(value: Any) -> bool:
    """Return whether this is a number that can be spelt."""
    return type(value) is int and 0 <= value <= LARGEST_INT


def is_id(value: Any) -> bool:
    """Return whether this can be an id."""
    return type(value) is bytes and len(value) <= ID_SIZE


def is_certificate(value: Any) -> bool:
    """Return whether this has the form of a certificate."""
    return (
        type(value) is Certificate
        and is_number(value.epoch)
        and is_number(value.view)
        and is_id(value.node_id)
        and type(value.votes) is tuple
        and all(type(one) is SignedVote and type(one.member) is str and type(one.signature) is bytes for one in value.votes)
    )


def is_node(value: Any) -> bool:
    """Return whether this has the form of a node."""
    return (
        type(value) is Node
        and all(map(is_number, (value.epoch, value.view, value.height)))
        and is_id(value.parent)
        and (value.value_id is None or is_id(value.value_id))
        and (value.justify is None or is_certificate(value.justify))
    )


def is_proposal(value: Any) -> bool:
    """Return whether this has the form of a proposal."""
    if type(value) is not Proposal or not is_node(value.node) or type(value.proposer) is not str or type(value.signature) is not bytes:
        return False
    return type(value.value) is bytes and len(value.value) <= LARGEST_VALUE and (value.node.value_id is not None or not value.value)


def is_decision(value: Any) -> bool:
    """Return whether this has the form of a decision."""
    if type(value) is not Decision or type(value.value) is not bytes or type(value.nodes) is not tuple:
        return False
    return is_certificate(value.certificate) and 3 <= len(value.nodes) <= 64 and all(map(is_node, value.nodes))


def are(check: Any, values: Any) -> bool:
    """Return whether these are few values that pass a check."""
    return type(values) is tuple and len(values) <= MOST_NODES and all(map(check, values))


def is_message(value: Any) -> bool:
    """Return whether this has the form of a message."""
    match value:
        case Proposal():
            return is_proposal(value)
        case Vote(epoch, view, node_id, bytes()):
            return is_number(epoch) and is_number(view) and is_id(node_id)
        case NewView(epoch, view, high):
            return is_number(epoch) and is_number(view) and (high is None or is_certificate(high))
        case Behind(height, wanted):
            return is_number(height) and is_id(wanted)
        case Help(decisions, proposals):
            return are(is_decision, decisions) and are(is_proposal, proposals)
    return False


# What it proves


def is_certified(certificate: Certificate, validators: Sequence[Validator], signatures: Signatures) -> bool:
    """Return whether more than two thirds of these validators have signed, each counted once."""
    members = {one.member for one in certificate.votes}
    if len(members) != len(certificate.votes) or not is_quorum(validators, members):
        return False
    statement = make_vote_statement(certificate.epoch, certificate.view, certificate.node_id)
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


def is_proven(decision: Decision, value_id: bytes, height: int, validators: Sequence[Validator], signatures: Signatures) -> bool:
    """Return whether a decision proves itself to a stranger."""
    try:
        validate_decision(decision, value_id, height, validators, signatures)
    except MaxbftError:
        return False
    return True


def validate_evidence(evidence: Evidence, signatures: Signatures) -> None:
    """Raise MaxbftError unless this proves that a member signed two nodes in one view."""
    make = {"vote": make_vote_statement, "proposal": make_proposal_statement}.get(evidence.kind)
    if make is None or evidence.node_ids[0] == evidence.node_ids[1]:
        raise MaxbftError(f"{evidence.kind} evidence against {evidence.member} names one node, or no kind of fault")
    for node_id, signature in zip(evidence.node_ids, evidence.signatures, strict=True):
        if not signatures.is_signed(evidence.member, make(evidence.epoch, evidence.view, node_id), signature):
            raise MaxbftError(f"{evidence.member} has not signed {node_id.hex()[:16]} in view {evidence.view}")
