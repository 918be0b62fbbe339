"""Organisations for the tests: made once, because SM2 takes its time."""

from dataclasses import dataclass
from functools import cache

import pytest

from minichain.crypto.key_encoding import compute_public_key, encode_public_key
from minichain.crypto.keys import Ed25519PrivateKey, P256PrivateKey, PrivateKey, Sm2PrivateKey
from minichain.crypto.suites import get_suite
from minichain.identity.access import AccessControl, TrustRoot
from minichain.identity.certificate import Certificate
from minichain.identity.member import Member, MemberKind
from minichain.identity.organisations import Authority, create_intermediate, create_root, issue_for_signing
from minichain.identity.paths import Trust
from minichain.identity.roles import Mode, Role

NOW_MS = 1_800_000_000_000  # 2027-01-15
DAY_MS = 86_400_000
SUITES = ("international", "national")
KEY_TYPES = {"international": Ed25519PrivateKey, "national": Sm2PrivateKey, "tls": P256PrivateKey}


def make_key(kind, number):
    """Return a key of a suite (or "tls") that is always the same."""
    return KEY_TYPES[kind](number.to_bytes(32, "big"))


@dataclass(frozen=True)
class Organisation:
    """An organisation with all its keys."""

    org_id: str
    suite_name: str
    root: Authority
    intermediate: Authority

    def issue(self, name, role, **changes) -> tuple[Certificate, PrivateKey]:
        """Return a member's certificate and key."""
        key = make_key(self.suite_name, 1000 + sum(name.encode()))
        arguments = {"authority": self.intermediate, "org_id": self.org_id, "name": name, "role": role, "at_ms": NOW_MS} | changes
        return issue_for_signing(public_key=compute_public_key(key), **arguments), key

    def make_trust(self, **changes) -> Trust:
        return Trust(**{"anchors": (self.root.certificate,), "authorities": (self.intermediate.certificate,)} | changes)

    def make_trust_root(self) -> TrustRoot:
        return TrustRoot(self.org_id, (self.root.certificate.encoded,), (self.intermediate.certificate.encoded,))


@cache
def make_organisation(org_id, suite_name="international") -> Organisation:
    number = 10 * sum(org_id.encode())
    root = create_root(org_id, make_key(suite_name, number + 1), NOW_MS - DAY_MS)
    return Organisation(org_id, suite_name, root, create_intermediate(root, org_id, make_key(suite_name, number + 2), NOW_MS - DAY_MS))


@cache
def make_member(org_id, name, role, suite_name="international") -> Member:
    """Return a member by its whole certificate."""
    return Member(org_id, MemberKind.CERT, make_organisation(org_id, suite_name).issue(name, role)[0].encoded)


def make_key_member(number, org_id="", suite_name="international") -> Member:
    """Return a member by its key."""
    return Member(org_id, MemberKind.PUBLIC_KEY, encode_public_key(compute_public_key(make_key(suite_name, number))))


@pytest.fixture(params=SUITES)
def org1(request):
    """An organisation, of each suite in turn."""
    return make_organisation("org1", request.param)


@pytest.fixture
def access():
    """A chain of four organisations whose members have certificates."""
    return AccessControl(Mode.CERTIFICATE, "international", tuple(make_organisation(f"org{n}").make_trust_root() for n in range(1, 5)))


@pytest.fixture
def sign_in(access):
    """Return a function from "org1 alice admin" to the identity of such a member."""

    def identify(words, on=access, at_ms=NOW_MS):
        org_id, name, role = words.split()
        return on.identify(make_member(org_id, name, Role[role.upper()]), at_ms)

    return identify


def hash_of(member, suite_name="international"):
    """Return the hash by which a chain names a member's certificate."""
    return get_suite(suite_name).hash(member.info)
