"""A member as a message names it, and who that turned out to be (ChainMaker: accesscontrol.Member).

A transaction says who signed it in one of three ways: by the whole certificate, by the hash of a certificate that the chain has
on record, which is shorter, or by a public key. That is a claim; `access` makes an identity of it.

Simplifications: ChainMaker has certificates and keys as PEM text; here they are DER, which has one spelling.
"""

from dataclasses import dataclass
from enum import IntEnum

from minichain.crypto.keys import PublicKey
from minichain.identity.roles import Role


class MemberKind(IntEnum):
    """What `Member.info` is."""

    CERT = 0
    """A certificate in DER."""
    CERT_HASH = 1
    """The hash of a certificate, by the chain's hash function."""
    PUBLIC_KEY = 2
    """A public key as SubjectPublicKeyInfo in DER (RFC 5280, section 4.1.2.7)."""


@dataclass(frozen=True)
class Member:
    """Who somebody claims to be."""

    org_id: str
    kind: MemberKind
    info: bytes


@dataclass(frozen=True)
class Identity:
    """Who a member turned out to be, at the time at which that was asked."""

    org_id: str
    """Empty on a public chain, which has no organisations."""
    role: Role | None
    """None for a key of which a public chain knows nothing."""
    public_key: PublicKey
    name: str
    """The common name in the certificate, or the key's fingerprint."""
