"""Who votes in Raft, and how that changes while it runs: one voter at a time, or any number by way of a joint configuration.

Sources: Ongaro and Ousterhout 2014, section 6; Ongaro 2014 (thesis), chapter 4; the rules in every detail are those of etcd's `confchange`
package, whose transcripts are our tests.

If only one voter comes or goes, every majority of before shares a member with every majority of after, and the change can be made in one
step. If more do, the members first enter a joint configuration, in which the new voters and the old ones ("outgoing") must both agree,
and then leave it. A learner is sent the log but does not vote. An old voter that becomes a learner waits in `learners_next` until the
joint configuration is left, because until then its vote counts.

>>> three = Membership(("A", "B", "C"))
>>> joint = apply_change(three, compute_change(three, "ADE"))
>>> print(joint)
voters=(A D E)&&(A B C) autoleave
>>> print(apply_change(joint, LEAVE))
voters=(A D E)

Simplifications: a member has a name and nothing else. In etcd a change also carries where the new member can be reached.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise
from typing import Annotated, Final

from minichain.consensus.errors import ConsensusError
from minichain.consensus.untrusted import AtMost

MOST_MEMBERS: Final = 256


def are_sorted(names: Collection[str]) -> bool:
    """Return whether these are different names in order."""
    return all(one < next_one for one, next_one in pairwise(names))


Names = Annotated[tuple[str, ...], AtMost(MOST_MEMBERS), are_sorted]


class Act(IntEnum):
    """What becomes of a member."""

    VOTER = 0
    LEARNER = 1
    REMOVE = 2


class Transition(IntEnum):
    """How a change is made."""

    AUTO = 0
    """In one step if it has one; else joint, and left by itself."""
    IMPLICIT = 1
    """Joint, and left by itself."""
    EXPLICIT = 2
    """Joint, until somebody asks to leave."""


@dataclass(frozen=True)
class Step:
    """One member's part of a change."""

    act: Act
    member: str
    """The empty name is nobody's, and nothing happens to it."""


@dataclass(frozen=True)
class Change:
    """A change of the membership, as it stands in the log. One without steps leaves a joint configuration."""

    steps: Annotated[tuple[Step, ...], AtMost(MOST_MEMBERS)] = ()
    transition: Transition = Transition.AUTO


LEAVE: Final = Change()


@dataclass(frozen=True)
class Membership:
    """A configuration. Names are sorted."""

    voters: Names = ()
    outgoing: Names = ()
    """The voters of before, if it is joint."""
    learners: Names = ()
    learners_next: Names = ()
    auto_leave: bool = False
    """Whether the leader leaves the joint configuration by itself as soon as it is in force."""

    def __str__(self) -> str:
        text = f"voters=({' '.join(self.voters)})" + (f"&&({' '.join(self.outgoing)})" if self.outgoing else "")
        text += f" learners=({' '.join(self.learners)})" if self.learners else ""
        text += f" learners_next=({' '.join(self.learners_next)})" if self.learners_next else ""
        return text + (" autoleave" if self.auto_leave else "")


def get_members(config: Membership) -> tuple[str, ...]:
    """Return everybody who is sent the log."""
    return sort_names({*config.voters, *config.outgoing, *config.learners})


def is_voter(config: Membership, member: str) -> bool:
    """Return whether a member votes, in the old group or in the new one."""
    return member in config.voters or member in config.outgoing


# Changes


def apply_change(config: Membership, change: Change) -> Membership:
    """Return the configuration after a change, or raise ConsensusError if it breaks a rule."""
    if change == LEAVE:
        return leave_joint(config)
    if change.transition != Transition.AUTO or len(change.steps) > 1:
        return enter_joint(config, change.steps, auto_leave=change.transition != Transition.EXPLICIT)
    return apply_simple(config, change.steps)


def apply_simple(config: Membership, steps: Collection[Step]) -> Membership:
    """Return the configuration after steps that touch at most one voter."""
    if config.outgoing:
        raise ConsensusError("can't apply simple config change in joint config")
    changed = apply_steps(config, steps)
    if len(set(config.voters) ^ set(changed.voters)) > 1:
        raise ConsensusError("more than one voter changed without entering joint config")
    return changed


def enter_joint(config: Membership, steps: Collection[Step], *, auto_leave: bool) -> Membership:
    """Return the joint configuration of the voters so far and of those after `steps`."""
    if config.outgoing:
        raise ConsensusError("config is already joint")
    if not config.voters:
        raise ConsensusError("can't make a zero-voter config joint")
    return replace(apply_steps(replace(config, outgoing=config.voters), steps), auto_leave=auto_leave)


def leave_joint(config: Membership) -> Membership:
    """Return the configuration in which the old voters no longer count."""
    if not config.outgoing:
        raise ConsensusError("can't leave a non-joint config")
    return Membership(config.voters, learners=sort_names({*config.learners, *config.learners_next}))


def apply_steps(config: Membership, steps: Collection[Step]) -> Membership:
    """Return the configuration after each step in turn: a member is taken out, and put back where it now belongs."""
    voters, learners, later = set(config.voters), set(config.learners), set(config.learners_next)
    for step in [step for step in steps if step.member]:
        for group in (voters, learners, later):
            group.discard(step.member)
        if step.act == Act.VOTER:
            voters.add(step.member)
        elif step.act == Act.LEARNER:
            (later if step.member in config.outgoing else learners).add(step.member)
    if not voters:
        raise ConsensusError("removed all voters")
    return Membership(sort_names(voters), config.outgoing, sort_names(learners), sort_names(later), config.auto_leave)


def compute_change(config: Membership, wanted: Collection[str]) -> Change:
    """Return the change after which exactly the members `wanted` vote."""
    coming = [Step(Act.VOTER, name) for name in sorted(set(wanted) - set(config.voters))]
    going = [Step(Act.REMOVE, name) for name in sorted(set(config.voters) - set(wanted))]
    return Change((*coming, *going))


def sort_names(names: Collection[str]) -> tuple[str, ...]:
    """Return each of these names once, in order."""
    return tuple(sorted(set(names)))
