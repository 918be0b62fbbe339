"""Organisations as fixtures: an administrator and a client each, whose keys follow from their names.

Because the keys are the same every time, so is everything that is made with them: signatures, blocks, addresses, gas. A test may compare
a whole block, and a lesson may print its hash.

Simplifications: members are registered keys, without certificates (`minichain.identity.organisations` issues those). Whoever knows a
name knows the key: nothing here may leave the desk.
"""

from dataclasses import dataclass, field

from minichain.crypto.hashing import sha256, sm3
from minichain.crypto.key_encoding import encode_public_key
from minichain.crypto.keys import PrivateKey, PublicKey, Sm2PublicKey
from minichain.crypto.suites import CryptoSuite
from minichain.identity.access import AccessControl, RegisteredKey, TrustRoot
from minichain.identity.member import Member, MemberKind
from minichain.identity.roles import Mode, Role
from minichain.ledger.signatures import Signer


@dataclass(frozen=True)
class Actor:
    """Somebody who signs: a member of an organisation in one role."""

    org: str
    role: Role
    key: PrivateKey = field(repr=False)
    member: Member = field(repr=False)
    address: str = field(repr=False)
    """What contracts call them: `sender.address`."""

    @property
    def signer(self) -> Signer:
        """Member and key, as the ledger signs with them."""
        return self.member, self.key

    def __str__(self) -> str:
        return f"{self.org}.{self.role.name.lower()}"


@dataclass(frozen=True)
class Organisation:
    """An organisation with those who act for it."""

    name: str
    admin: Actor
    client: Actor
    """Who sends where an organisation is named and nobody of it."""

    @property
    def address(self) -> str:
        """The address of its client."""
        return self.client.address


def compute_address(public_key: PublicKey) -> str:
    """Return what `sender.address` is for the owner of a key."""
    return (sm3 if isinstance(public_key, Sm2PublicKey) else sha256)(encode_public_key(public_key)).hex()


def make_actor(org: str, role: Role, suite: CryptoSuite, name: str = "") -> Actor:
    """Return a member of an organisation; `name` makes a second one in the same role."""
    secret = sha256(f"kit {suite.name} {org} {role.name} {name}".encode())
    key = suite.signature.private_type(secret)
    public_key = suite.signature.compute_public_key(key)
    return Actor(org, role, key, Member(org, MemberKind.PUBLIC_KEY, encode_public_key(public_key)), compute_address(public_key))


def make_organisation(name: str, suite: CryptoSuite) -> Organisation:
    """Return an organisation with its administrator and its client."""
    return Organisation(name, make_actor(name, Role.ADMIN, suite), make_actor(name, Role.CLIENT, suite))


def make_access(organisations: tuple[Organisation, ...], others: tuple[Actor, ...], suite: CryptoSuite) -> AccessControl:
    """Return whom a chain of these organisations believes, with further members."""
    roots = tuple(TrustRoot(each.name, (each.admin.member.info,)) for each in organisations)
    members = [*[each.client for each in organisations], *others]
    keys = tuple(RegisteredKey(each.org, each.role, each.member.info) for each in members)
    return AccessControl(Mode.REGISTERED_KEY, suite.name, roots, keys=keys)
