"""What an organisation issues: a root, an intermediate authority, and for each member a pair of certificates (ChainMaker: cryptogen).

    root  ->  intermediate  ->  alice, client        (signs transactions and blocks, with the suite's algorithm)
    TLS root                ->  alice's connections  (P-256 in both suites: the libraries of the whole world understand it)

The root's key is used once a year and can lie in a safe; the intermediate's signs every day and can be revoked. A member's two keys
are apart because one of them lies on every machine that opens a connection: whoever steals it can listen, but not vote. As in
Fabric, the two come from different roots, so that no chain ever takes one for the other.

The name of a certificate says who somebody is: O is the organisation, OU the role, CN the member.

Simplifications: a member's private key is made by whoever calls; ChainMaker's CA service also takes requests (RFC 2986), so that it
never leaves the member's machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from minichain.crypto.key_encoding import compute_public_key
from minichain.crypto.keys import P256PrivateKey, P256PublicKey, PrivateKey, PublicKey
from minichain.identity.certificate import Certificate
from minichain.identity.errors import IssueError
from minichain.identity.extensions import (
    CLIENT_AUTHENTICATION,
    SERVER_AUTHENTICATION,
    BasicConstraints,
    KeyUsage,
    encode_alternative_names,
    encode_authority_key_id,
    encode_basic_constraints,
    encode_key_usage,
    encode_purposes,
    encode_subject_key_id,
)
from minichain.identity.issue import build_certificate, build_revocation_list, compute_key_id, generate_serial
from minichain.identity.names import COMMON_NAME, ORGANISATION, UNIT, Name, make_name
from minichain.identity.revocation_list import Reason, RevocationList, RevokedCertificate
from minichain.identity.roles import NODE_ROLES, Role

DAY_MS: Final = 24 * 60 * 60 * 1000
ROOT_DAYS: Final = 3650
INTERMEDIATE_DAYS: Final = 1825
MEMBER_DAYS: Final = 365
LIST_DAYS: Final = 30
LONGEST_NAME: Final = 64
"""The characters that the name of an organisation or a member may have (RFC 5280, appendix A.1: ub-common-name)."""


@dataclass(frozen=True)
class Authority:
    """An authority: its certificate and the key that belongs to it."""

    certificate: Certificate
    key: PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        if compute_public_key(self.key) != self.certificate.public_key:
            raise IssueError(f"the key is not the one in the certificate of {self.certificate.subject}")


# Authorities


def create_root(org_id: str, key: PrivateKey, at_ms: int, *, days: int = ROOT_DAYS) -> Authority:
    """Return the root of an organisation, signed by itself. One intermediate authority may stand below it, or none."""
    kind = "tlsca" if isinstance(key, P256PrivateKey) else "ca"
    name = make_member_name(org_id, "root", f"{kind}.{org_id}")
    key_id = compute_key_id(compute_public_key(key))
    certificate = build_certificate(
        serial=generate_serial(),
        issuer=name,
        issuer_key=key,
        subject=name,
        public_key=compute_public_key(key),
        not_before_ms=at_ms,
        not_after_ms=at_ms + days * DAY_MS,
        extensions=make_authority_extensions(key_id, key_id, path_length=1),
    )
    return Authority(certificate, key)


def create_intermediate(root: Authority, org_id: str, key: PrivateKey, at_ms: int, *, days: int = INTERMEDIATE_DAYS) -> Authority:
    """Return an authority below `root`, which issues to members only."""
    kind = "tlsca" if isinstance(key, P256PrivateKey) else "ca"
    name = make_member_name(org_id, "intermediate", f"{kind}1.{org_id}")
    extensions = make_authority_extensions(compute_key_id(compute_public_key(key)), get_key_id(root), path_length=0)
    return Authority(issue(root, name, compute_public_key(key), at_ms, days, extensions), key)


def make_authority_extensions(key_id: bytes, issuer_key_id: bytes, path_length: int) -> tuple[bytes, ...]:
    """Return the extensions of an authority (RFC 5280, section 4.2.1: what a conforming one must have)."""
    return (
        encode_basic_constraints(BasicConstraints(True, path_length)),
        encode_key_usage(KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN),
        encode_subject_key_id(key_id),
        encode_authority_key_id(issuer_key_id),
    )


# Members


def issue_for_signing(
    authority: Authority, org_id: str, name: str, role: Role, public_key: PublicKey, at_ms: int, *, days: int = MEMBER_DAYS
) -> Certificate:
    """Return the certificate by which a member signs on the chain; its key is of the authority's own scheme."""
    if public_key.scheme != authority.key.scheme:
        raise IssueError(f"{name} has a key of {public_key.scheme}, but the chain of this authority signs with {authority.key.scheme}")
    extensions = (
        encode_basic_constraints(BasicConstraints(False)),
        encode_key_usage(KeyUsage.DIGITAL_SIGNATURE),
        encode_subject_key_id(compute_key_id(public_key)),
        encode_authority_key_id(get_key_id(authority)),
    )
    return issue(authority, make_member_name(org_id, role.name.lower(), name), public_key, at_ms, days, extensions)


def issue_for_tls(
    authority: Authority,
    org_id: str,
    name: str,
    role: Role,
    public_key: PublicKey,
    hosts: tuple[str, ...],
    at_ms: int,
    *,
    days: int = MEMBER_DAYS,
) -> Certificate:
    """Return the certificate by which a member opens connections and, if it is a node, answers at `hosts`."""
    if not isinstance(public_key, P256PublicKey):
        raise IssueError(f"connections use P-256 keys, in every suite; {name} has one of {public_key.scheme}")
    if (role in NODE_ROLES) != bool(hosts):
        raise IssueError(f"a node is reached at one host or more, and nobody else is; {name}, {role.name.lower()}, has {len(hosts)}")
    purposes = (SERVER_AUTHENTICATION, CLIENT_AUTHENTICATION) if hosts else (CLIENT_AUTHENTICATION,)
    extensions = (
        encode_basic_constraints(BasicConstraints(False)),
        encode_key_usage(KeyUsage.DIGITAL_SIGNATURE),
        encode_purposes(*purposes),
        *([encode_alternative_names(hosts)] if hosts else []),
        encode_subject_key_id(compute_key_id(public_key)),
        encode_authority_key_id(get_key_id(authority)),
    )
    return issue(authority, make_member_name(org_id, role.name.lower(), name), public_key, at_ms, days, extensions)


def issue(authority: Authority, subject: Name, public_key: PublicKey, at_ms: int, days: int, extensions: tuple[bytes, ...]) -> Certificate:
    """Return a certificate by `authority`, which lives no longer than its own."""
    own = authority.certificate
    if days < 1:
        raise IssueError(f"a certificate is valid for at least one day, not for {days}")
    if not own.is_valid_at(at_ms):
        raise IssueError(f"the certificate of {own.subject} is not valid at {at_ms} ms since 1970, so nothing that it issues would be")
    return build_certificate(
        serial=generate_serial(),
        issuer=own.subject,
        issuer_key=authority.key,
        subject=subject,
        public_key=public_key,
        not_before_ms=at_ms,
        not_after_ms=min(at_ms + days * DAY_MS, own.not_after_ms),
        extensions=extensions,
    )


def make_member_name(org_id: str, role: str, name: str) -> Name:
    """Return O, OU and CN, in the order of cryptogen."""
    for what, value in (("organisation", org_id), ("member", name)):
        if not 1 <= len(value) <= LONGEST_NAME or value != value.strip() or not value.isprintable():
            raise IssueError(f"the name of the {what} has 1 to {LONGEST_NAME} printable characters, not {value[:80]!r}")
    return make_name([(ORGANISATION, org_id), (UNIT, role), (COMMON_NAME, name)])


def get_key_id(authority: Authority) -> bytes:
    """Return the name of an authority's key, as its own certificate gives it."""
    return authority.certificate.says.subject_key_id or compute_key_id(authority.certificate.public_key)


# Revocation


def revoke(
    authority: Authority, previous: RevocationList | None, revoked: Mapping[int, Reason], at_ms: int, *, days: int = LIST_DAYS
) -> RevocationList:
    """Return the authority's next list: what `previous` has, and these serial numbers with their reasons.

    What was on hold may be revoked for good; what was revoked stays as it is.
    """
    own = authority.certificate
    if previous is not None and previous.issuer != own.subject:
        raise IssueError(f"the previous list is of {previous.issuer}, not of {own.subject}")
    entries = dict(previous.entries) if previous else {}
    for serial, reason in revoked.items():
        if serial not in entries or entries[serial].reason is Reason.CERTIFICATE_HOLD:
            entries[serial] = RevokedCertificate(serial, at_ms, reason)
    return publish(authority, previous, entries, at_ms, days)


def release(
    authority: Authority, previous: RevocationList, serials: frozenset[int], at_ms: int, *, days: int = LIST_DAYS
) -> RevocationList:
    """Return the authority's next list without these serial numbers, which must be on hold: only that can be taken back."""
    for serial in serials:
        entry = previous.entries.get(serial)
        if entry is None or entry.reason is not Reason.CERTIFICATE_HOLD:
            raise IssueError(f"the certificate {serial:x} is not on hold, so it cannot be released")
    entries = {serial: entry for serial, entry in previous.entries.items() if serial not in serials}
    return publish(authority, previous, entries, at_ms, days)


def publish(
    authority: Authority, previous: RevocationList | None, entries: Mapping[int, RevokedCertificate], at_ms: int, days: int
) -> RevocationList:
    """Return the list that follows `previous`."""
    return build_revocation_list(
        issuer=authority.certificate.subject,
        issuer_key=authority.key,
        issuer_key_id=get_key_id(authority),
        number=(previous.number or 0) + 1 if previous else 1,
        this_update_ms=at_ms,
        next_update_ms=at_ms + days * DAY_MS,
        entries=sorted(entries.values(), key=lambda entry: entry.revoked_at_ms),
    )
