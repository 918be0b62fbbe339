"""Access control: whom a chain knows, and what they may do (ChainMaker: accesscontrol.AccessControlProvider).

`AccessControl` is a value that never changes. It is part of what a block leaves behind: the block that freezes a certificate makes
another value (see `changes`), and whoever checks an older block uses the value that held before it. So a frozen member's old blocks
stay valid, and a new node that replays the chain from its start comes to the same verdicts as those who were there. For the same
reason time is the block's, never the clock's.

A certificate that was found valid is remembered, with the time for which that is true: within one value nothing else can change.

Simplifications: ChainMaker can also trust single certificates ("trust members") of an authority that it does not trust.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from minichain.crypto.errors import CryptoError
from minichain.crypto.key_encoding import decode_public_key
from minichain.crypto.keys import PublicKey
from minichain.crypto.suites import CryptoSuite, get_suite
from minichain.identity import policy as policies
from minichain.identity.certificate import Certificate, decode_certificate
from minichain.identity.default_policies import DEFAULT_POLICIES, OWN_ORGANISATION
from minichain.identity.errors import ChangeError, FrozenError, InvalidPathError, MalformedError, UnknownMemberError, reading
from minichain.identity.extensions import KeyUsage
from minichain.identity.member import Identity, Member, MemberKind
from minichain.identity.names import COMMON_NAME, ORGANISATION, UNIT, get_only_value
from minichain.identity.paths import Path, Trust, find_path
from minichain.identity.policy import Decision, Policy, Standing
from minichain.identity.revocation_list import RevocationList, decode_revocation_list
from minichain.identity.roles import Mode, Role, parse_role

MOST_REMEMBERED: Final = 4096
"""Certificates whose verdict is kept: a stranger who sends many must not fill the memory."""


@dataclass(frozen=True)
class TrustRoot:
    """Whose word an organisation takes. All in DER."""

    org_id: str
    """On a public chain, which has no organisations, empty."""
    roots: tuple[bytes, ...]
    """Certificates of its roots or, where members are keys, its administrators' keys as SubjectPublicKeyInfo."""
    authorities: tuple[bytes, ...] = ()
    """Certificates of authorities below the roots."""


@dataclass(frozen=True)
class RegisteredKey:
    """A key that is a member, in DER, and what it may be."""

    org_id: str
    role: Role
    key: bytes


@dataclass(frozen=True)
class ResourcePolicy:
    """The policy of a resource, where it is not the default."""

    resource: str
    policy: Policy


@dataclass(frozen=True)
class AccessControl:
    """Whom a chain knows and what they may do, as of one height. Plain data, so that it can be stored and compared."""

    mode: Mode
    suite_name: str
    trust_roots: tuple[TrustRoot, ...]
    lists: tuple[bytes, ...] = ()
    """Revocation lists in DER, the newest of each authority."""
    certificates: tuple[bytes, ...] = ()
    """Certificates in DER that members may name by their hash."""
    frozen: tuple[bytes, ...] = ()
    """Hashes of certificates."""
    keys: tuple[RegisteredKey, ...] = ()
    policies: tuple[ResourcePolicy, ...] = ()

    def __post_init__(self) -> None:
        self.validate_mode()
        if not self.trust_roots:
            raise ChangeError("trust_roots: there is none, so nobody could ever do anything")
        if len(self.organisations) != len(self.trust_roots):
            raise ChangeError("trust_roots: an organisation is there twice")
        with reading("suite_name"):
            _ = self.suite
        # What cannot be read is told now, not when a block depends on it.
        _ = self.trusts if self.mode is Mode.CERTIFICATE else self.members_by_key
        if len(self.set_policies) != len(self.policies):
            raise ChangeError("policies: a resource is there twice")
        for each in self.policies:
            policies.validate_policy(each.resource, each.policy, self.organisations)

    def validate_mode(self) -> None:
        """Raise ChangeError if a field does not belong to the mode: what has no effect must not look as if it had."""
        other = ("keys",) if self.mode is Mode.CERTIFICATE else ("lists", "certificates", "frozen")
        if self.mode is Mode.PUBLIC_KEY:
            other = (*other, "policies")
        for name in other:
            if getattr(self, name):
                raise ChangeError(f"{name}: there are none in the mode {self.mode.name}")
        if self.mode is Mode.PUBLIC_KEY and self.organisations != {""}:
            raise ChangeError("trust_roots: a public chain has no organisations, so there is one trust root, with an empty org_id")
        if self.mode is not Mode.PUBLIC_KEY and "" in self.organisations:
            raise ChangeError("trust_roots: an organisation has a name")

    # What follows from the fields

    @cached_property
    def suite(self) -> CryptoSuite:
        """The chain's suite."""
        return get_suite(self.suite_name)

    @cached_property
    def organisations(self) -> frozenset[str]:
        """The names of all organisations."""
        return frozenset(root.org_id for root in self.trust_roots)

    @cached_property
    def trusts(self) -> dict[str, Trust]:
        """By organisation, what is believed of its certificates."""
        return {root.org_id: self.make_trust(root, self.decoded_lists) for root in self.trust_roots}

    @cached_property
    def decoded_lists(self) -> tuple[RevocationList, ...]:
        """The revocation lists."""
        return tuple(decode_revocation_list(each) for each in self.lists)

    def make_trust(self, root: TrustRoot, lists: tuple[RevocationList, ...]) -> Trust:
        """Return what is believed of the certificates of one organisation."""
        with reading(f"trust_roots[{root.org_id}]"):
            anchors = tuple(decode_certificate(each) for each in root.roots)
            authorities = tuple(decode_certificate(each) for each in root.authorities)
        if not anchors:
            raise ChangeError(f"trust_roots[{root.org_id}]: there is no root")
        for each in (*anchors, *authorities):
            if not each.is_authority:
                raise ChangeError(f"trust_roots[{root.org_id}]: {each.subject} is no authority")
        return Trust(anchors, authorities, lists)

    @cached_property
    def certificates_by_hash(self) -> dict[bytes, bytes]:
        """The certificates that members may name by their hash."""
        return {self.suite.hash(each): each for each in self.certificates}

    @cached_property
    def members_by_key(self) -> dict[PublicKey, tuple[str, Role]]:
        """For each key that is a member its organisation and role."""
        admins = [(key, root.org_id, Role.ADMIN) for root in self.trust_roots for key in root.roots]
        others = [(each.key, each.org_id, each.role) for each in self.keys]
        members = {self.decode_key(key): (org_id, role) for key, org_id, role in (*admins, *others)}
        if len(members) != len(admins) + len(others):
            raise ChangeError("keys: one is there twice, and could mean two members")
        return members

    def decode_key(self, encoded: bytes) -> PublicKey:
        """Return a key that can sign on this chain."""
        try:
            key = decode_public_key(encoded)
        except CryptoError as error:
            raise MalformedError("public key", str(error)) from None
        self.validate_scheme(key)
        return key

    def validate_scheme(self, key: PublicKey) -> None:
        """Raise UnknownMemberError if the key is of another suite."""
        if key.scheme != self.suite.signature.name:
            raise UnknownMemberError(f"members of this chain sign with {self.suite.signature.name}; this is a key of {key.scheme}")

    # Who is it?

    def identify(self, member: Member, at_ms: int) -> Identity:
        """Return who `member` is at this time; raise an IdentityError that says why, if nobody of this chain.

        That somebody names a member proves nothing: their signature must verify by the identity's key.
        """
        if self.mode is Mode.CERTIFICATE:
            return self.identify_certificate(member, at_ms)
        return self.identify_key(member)

    def identify_certificate(self, member: Member, at_ms: int) -> Identity:
        """Return who the owner of a certificate is."""
        encoded, certificate_hash = self.get_certificate(member)
        if certificate_hash in self.frozen:
            raise FrozenError(f"the certificate {certificate_hash.hex()[:16]}… of {member.org_id} is frozen")
        known = self.remembered.get((member.org_id, certificate_hash))
        if known is not None and known[1] <= at_ms < known[2]:
            return known[0]
        certificate = decode_certificate(encoded)
        identity = self.read_identity(certificate, member.org_id)
        path = find_path(certificate, self.trusts[member.org_id], at_ms)
        self.remember((member.org_id, certificate_hash), identity, path)
        return identity

    def get_certificate(self, member: Member) -> tuple[bytes, bytes]:
        """Return the certificate that a member names, and its hash."""
        if member.kind is MemberKind.CERT:
            return member.info, self.suite.hash(member.info)
        if member.kind is not MemberKind.CERT_HASH:
            raise UnknownMemberError("members of this chain have certificates; this one names a public key")
        encoded = self.certificates_by_hash.get(member.info)
        if encoded is None:
            raise UnknownMemberError(f"no certificate with the hash {member.info.hex()[:64]} is on record")
        return encoded, member.info

    def read_identity(self, certificate: Certificate, org_id: str) -> Identity:
        """Return who a certificate speaks of, and check that it is one for signing on this chain."""
        with reading("certificate.subject"):
            named = get_only_value(certificate.subject, ORGANISATION)
            role = parse_role(get_only_value(certificate.subject, UNIT))
            name = get_only_value(certificate.subject, COMMON_NAME)
        if named != org_id:  # or else one organisation's authority could make members of another
            raise UnknownMemberError(f"the member is said to be of {org_id}, but the certificate says {named}")
        if org_id not in self.organisations:
            raise UnknownMemberError(f"{org_id} is no organisation of this chain")
        if certificate.is_authority or not certificate.may(KeyUsage.DIGITAL_SIGNATURE):
            raise InvalidPathError(f"the certificate of {certificate.subject} is not for signing transactions or blocks")
        self.validate_scheme(certificate.public_key)
        return Identity(org_id, role, certificate.public_key, name)

    @cached_property
    def remembered(self) -> dict[tuple[str, bytes], tuple[Identity, int, int]]:
        """Identities of certificates that were found valid, and from when until when they are."""
        return {}

    def remember(self, key: tuple[str, bytes], identity: Identity, path: Path) -> None:
        """Keep a verdict for the time in which every certificate of the path is valid. The root's dates are those of its issued ones."""
        if len(self.remembered) >= MOST_REMEMBERED:
            self.remembered.clear()
        anchors = [each for each in self.trusts[key[0]].anchors if each.subject == path[0].issuer]
        dated = (*path, *anchors)
        start_ms = max(each.not_before_ms for each in dated)
        end_ms = min(each.not_after_ms for each in dated) + 1000
        self.remembered[key] = identity, start_ms, end_ms

    def identify_key(self, member: Member) -> Identity:
        """Return who the owner of a key is: registered, or on a public chain anybody."""
        if member.kind is not MemberKind.PUBLIC_KEY:
            raise UnknownMemberError("members of this chain are public keys; this one names a certificate")
        key = self.decode_key(member.info)
        name = self.suite.hash(key.data).hex()[:16]
        known = self.members_by_key.get(key)
        org_id, role = known if known is not None else ("", None)
        if self.mode is Mode.REGISTERED_KEY and org_id not in self.organisations:
            raise UnknownMemberError(f"the key {name}… is not registered for an organisation of this chain")
        if member.org_id not in (org_id, ""):
            raise UnknownMemberError(f"the key {name}… is registered for {org_id or 'no organisation'}, not for {member.org_id}")
        return Identity(org_id, role, key, name)

    # May they?

    def get_policy(self, resource: str) -> Policy | None:
        """Return the policy of a resource: the one that was set, or else the default; None if there is none."""
        defaults = DEFAULT_POLICIES[self.mode]
        return self.set_policies.get(resource) or defaults.of_endorsers.get(resource) or defaults.of_sender.get(resource)

    @cached_property
    def set_policies(self) -> dict[str, Policy]:
        """The policies that are not the default."""
        return {each.resource: each.policy for each in self.policies}

    def decide(self, resource: str, signers: Sequence[Identity], own_org: str | None = None) -> Decision:
        """Return whether these signers may use `resource`: a type of transaction, or CONTRACT-METHOD.

        `own_org` is the organisation that is touched (SELF), or whose node it is (ARCHIVE).
        """
        policy = self.get_policy(resource)
        if policy is None:
            return Decision(False, f"no policy is set for {resource}")
        if self.mode is Mode.PUBLIC_KEY:
            admins = sum(role is Role.ADMIN for _, role in self.members_by_key.values())
            return policies.decide_by_keys(policy, signers, admins)
        if resource == OWN_ORGANISATION and own_org is None:
            return Decision(False, f"{resource} counts signers of one organisation, and it is not said which")
        return policies.decide(bind(resource, policy, own_org), signers, self.organisations, own_org)

    def get_standings(self, resource: str, signers: Sequence[Identity], own_org: str | None = None) -> list[Standing]:
        """Return for each signer whether and why it counts for this resource; for none if it has no policy."""
        policy = self.get_policy(resource)
        if policy is None:
            return [Standing.STRANGER] * len(signers)
        listed, roles = policies.get_scope(bind(resource, policy, own_org), own_org)
        if self.mode is Mode.PUBLIC_KEY:
            return policies.compute_key_standings(signers, roles)
        return policies.compute_standings(signers, self.organisations, listed, roles)


def bind(resource: str, policy: Policy, own_org: str | None) -> Policy:
    """Return the policy with the organisation that it is about, if it is about one."""
    return replace(policy, organisations=(own_org or "",)) if resource == OWN_ORGANISATION else policy
