"""Policies: how many of whom must sign (ChainMaker: accesscontrol.Policy; the rules as its ac_server.go computes them).

A policy is a rule, a list of organisations and a list of roles. Where a list is empty, it means all. What is counted is never
signatures but organisations: three administrators of one organisation are one voice.

| rule      | allows when                                                                                              |
|-----------|----------------------------------------------------------------------------------------------------------|
| ANY       | one signer of the listed organisations has a listed role                                                 |
| ALL       | every listed organisation has such a signer                                                              |
| 3         | three listed organisations have                                                                          |
| 2/3       | at least two thirds of the listed organisations have                                                     |
| MAJORITY  | more than half of all organisations of the chain have an administrator among the signers; the lists do not count |
| SELF      | an administrator of the organisation that is touched signed; the lists do not count                      |
| FORBIDDEN | never                                                                                                    |

More signatures never turn a yes into a no: whoever must collect them needs not fear the next one.

On a public chain, which has no organisations, keys are counted, and a majority is one of the administrators' keys.

Simplifications: ChainMaker also takes "0" and "-1" for a number, which everybody fulfils, and "+3" and "03"; here a number starts
with 1 to 9. It divides with floating point; here fractions are compared exactly. Its DELETE is a change, not a rule.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

from minichain.crypto.keys import PublicKey
from minichain.identity.errors import PolicyError
from minichain.identity.member import Identity
from minichain.identity.roles import Role


@dataclass(frozen=True)
class Policy:
    """Who must agree to something."""

    rule: str
    organisations: tuple[str, ...] = ()
    """Empty: all of the chain."""
    roles: tuple[Role, ...] = ()
    """Empty: all."""

    def __str__(self) -> str:
        roles = ", ".join(role.name.lower() for role in self.roles) or "any role"
        return f"{self.rule} of {roles} of {', '.join(self.organisations) or 'any organisation'}"


@dataclass(frozen=True)
class Decision:
    """A yes or a no, and which clause of the policy made it so."""

    is_allowed: bool
    reason: str


# Rules


class Keyword(Enum):
    """The rules that have a name."""

    ANY = "ANY"
    ALL = "ALL"
    MAJORITY = "MAJORITY"
    SELF = "SELF"
    FORBIDDEN = "FORBIDDEN"


@dataclass(frozen=True)
class Share:
    """A number of organisations (`denominator` 0), or a fraction of those listed."""

    numerator: int
    denominator: int = 0

    def compute_needed(self, listed: int) -> int:
        """Return how many of so many listed organisations are needed, at least one: n * a/b, rounded up, since they count whole."""
        return max(1, -(-listed * self.numerator // self.denominator)) if self.denominator else self.numerator


NUMBER: Final = re.compile(r"([1-9][0-9]{0,8})(?:/([1-9][0-9]{0,8}))?", re.ASCII)


@lru_cache(maxsize=1024)
def parse_rule(text: str) -> Keyword | Share:
    """Return the rule that is written as `text`.

    >>> parse_rule("2/3").compute_needed(4)
    3
    """
    if text in Keyword.__members__:
        return Keyword[text]
    number = NUMBER.fullmatch(text)
    if number is None:
        raise PolicyError(f"rule: {text[:40]!r} is none of {', '.join(Keyword.__members__)}, a number from 1 or a fraction such as 2/3")
    return Share(int(number[1]), int(number[2] or 0))


# What may be set


TYPES_OF_TRANSACTIONS: Final = ("INVOKE_CONTRACT", "QUERY_CONTRACT", "SUBSCRIBE", "ARCHIVE")
"""Resources whose policies cannot be changed: a chain that forbids transactions could never allow them again."""
SELF_RESOURCES: Final = ("CHAIN_CONFIG-TRUST_ROOT_UPDATE", "CHAIN_CONFIG-NODE_ID_UPDATE")
"""The resources that belong to one organisation, so that SELF means something."""


def validate_policy(resource: str, policy: Policy, organisations: Collection[str]) -> None:
    """Raise PolicyError, naming the field, if the policy of `resource` cannot be set to this on a chain of these organisations."""
    if resource in TYPES_OF_TRANSACTIONS:
        raise PolicyError(f"resource: the policy of {resource} cannot be changed")
    rule = parse_rule(policy.rule)
    if rule is Keyword.SELF and resource not in SELF_RESOURCES:
        raise PolicyError(f"rule: SELF is for {' and '.join(SELF_RESOURCES)}, which belong to one organisation, not for {resource}")
    unknown = [org_id for org_id in policy.organisations if org_id not in organisations]
    if unknown:
        raise PolicyError(f"organisations: {unknown[0][:80]!r} is no organisation of this chain")
    if len(set(policy.organisations)) != len(policy.organisations):
        raise PolicyError(f"organisations: one is there twice: {', '.join(policy.organisations)}")
    if not all(isinstance(role, Role) for role in policy.roles):
        raise PolicyError(f"roles: {policy.roles!r} are not all roles")


# Counting


class Standing(Enum):
    """Why a signer counts or not."""

    COUNTS = "counts"
    REPEATS = "does not count: its organisation, or on a public chain its key, counts already"
    STRANGER = "does not count: not of an organisation of this chain"
    NOT_LISTED = "does not count: the policy does not list this organisation"
    OTHER_ROLE = "does not count: the policy asks for another role"


def compute_standings(
    signers: Sequence[Identity], organisations: Collection[str], listed: Collection[str], roles: Collection[Role]
) -> list[Standing]:
    """Return for each signer whether it adds an organisation to the count. `listed` and `roles` mean all if they are empty."""
    counted: set[str] = set()
    standings = []
    for signer in signers:
        if signer.org_id not in organisations:  # somebody's certificate may outlive its organisation's membership
            standing = Standing.STRANGER
        elif listed and signer.org_id not in listed:
            standing = Standing.NOT_LISTED
        elif roles and signer.role not in roles:
            standing = Standing.OTHER_ROLE
        elif signer.org_id in counted:
            standing = Standing.REPEATS
        else:
            standing = Standing.COUNTS
            counted.add(signer.org_id)
        standings.append(standing)
    return standings


def compute_key_standings(signers: Sequence[Identity], roles: Collection[Role]) -> list[Standing]:
    """Return the same for a public chain, where every key speaks for itself."""
    counted: set[PublicKey] = set()
    standings = []
    for signer in signers:
        if roles and signer.role not in roles:
            standing = Standing.OTHER_ROLE
        elif signer.public_key in counted:
            standing = Standing.REPEATS
        else:
            standing = Standing.COUNTS
            counted.add(signer.public_key)
        standings.append(standing)
    return standings


def get_scope(policy: Policy, own_org: str | None) -> tuple[Collection[str], Collection[Role]]:
    """Return whose signatures the policy counts: of which organisations, in which roles; empty means all."""
    rule = parse_rule(policy.rule)
    if rule is Keyword.MAJORITY:
        return (), (Role.ADMIN,)
    if rule is Keyword.SELF:
        return (own_org or "",), (Role.ADMIN,)
    return policy.organisations, policy.roles


# Deciding

NEVER: Final = Decision(False, "FORBIDDEN: nobody may do this, whoever signs")


def decide(policy: Policy, signers: Sequence[Identity], organisations: Collection[str], own_org: str | None = None) -> Decision:
    """Return whether `policy` is fulfilled by these signers, on a chain of these organisations.

    `own_org` is the organisation that is touched, for SELF. That the signatures are valid is for the caller to have checked.
    """
    rule = parse_rule(policy.rule)
    listed, roles = get_scope(policy, own_org)
    if rule is Keyword.FORBIDDEN:
        return NEVER
    if rule is Keyword.SELF and own_org is None:
        return Decision(False, "SELF: it is not said which organisation is touched")
    standings = compute_standings(signers, organisations, listed, roles)
    counted = [signer.org_id for signer, standing in zip(signers, standings, strict=True) if standing is Standing.COUNTS]
    size = len(listed) if policy.organisations and rule is not Keyword.MAJORITY else len(organisations)
    needed = compute_needed(rule, size)
    return Decision(len(counted) >= needed, describe(policy, counted, needed, size, own_org))


def compute_needed(rule: Keyword | Share, size: int) -> int:
    """Return how many organisations must count, of `size` that might."""
    match rule:
        case Share():
            return rule.compute_needed(size)
        case Keyword.ALL:
            return max(size, 1)
        case Keyword.MAJORITY:
            return size // 2 + 1  # strictly more than half
    return 1


def describe(policy: Policy, counted: Sequence[str], needed: int, size: int, own_org: str | None) -> str:
    """Return in words what was asked for and what was there."""
    who = ", ".join(counted) or "none"
    match parse_rule(policy.rule):
        case Keyword.MAJORITY:
            return f"MAJORITY: administrators of {needed} of all {size} organisations are needed, and of {len(counted)} signed ({who})"
        case Keyword.SELF:
            return f"SELF: an administrator of {own_org} is needed, and {'one' if counted else 'none'} signed"
    return f"{policy}: {needed} of {size} organisations needed, {len(counted)} signed ({who})"


def decide_by_keys(policy: Policy, signers: Sequence[Identity], admins: int) -> Decision:
    """Return the same for a public chain with so many administrators, which has no organisations: only ANY and MAJORITY make sense."""
    rule = parse_rule(policy.rule)
    _, roles = get_scope(policy, None)
    count = compute_key_standings(signers, roles).count(Standing.COUNTS)
    if rule is Keyword.MAJORITY:
        needed = compute_needed(rule, admins)
        return Decision(count >= needed, f"MAJORITY: {needed} of all {admins} administrators are needed, and {count} signed")
    if rule is Keyword.ANY:
        who = ", ".join(role.name.lower() for role in roles) or "any key"
        return Decision(count >= 1, f"ANY of {who}: one is needed, and {count} signed")
    if rule is Keyword.FORBIDDEN:
        return NEVER
    return Decision(False, f"{policy.rule}: a public chain has no organisations to count")
