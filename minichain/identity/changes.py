"""How access control changes: each function takes a value and returns the next one (ChainMaker: CERT_MANAGE, PUBKEY_MANAGE, CHAIN_CONFIG).

Nothing here asks who may do this; the policy of the transaction that brings the change has decided that. What is asked is whether
the change makes sense: a system contract calls these functions with what a stranger sent, and an error leaves everything as it was.

Keys are changed without a gap: an organisation sets its trust root to the old roots and the new ones, issues new certificates to its
members, and then sets it to the new ones alone.

Simplifications: what is taken out is gone from the value; the blocks keep the history.
"""

from collections.abc import Iterable
from dataclasses import replace

from minichain.identity.access import AccessControl, RegisteredKey, ResourcePolicy, TrustRoot
from minichain.identity.errors import ChangeError, InvalidPathError
from minichain.identity.extensions import KeyUsage
from minichain.identity.member import Member, MemberKind
from minichain.identity.policy import Policy
from minichain.identity.revocation import is_signed_by
from minichain.identity.revocation_list import Reason, RevocationList, decode_revocation_list
from minichain.identity.roles import Mode

# Certificates


def apply_certificate(access: AccessControl, org_id: str, encoded: bytes, at_ms: int) -> AccessControl:
    """Put a certificate on record, so that its owner may be named by its hash (CERT_ADD)."""
    validate_mode(access, Mode.CERTIFICATE)
    access.identify(Member(org_id, MemberKind.CERT, encoded), at_ms)
    if encoded in access.certificates:
        raise ChangeError(f"the certificate {access.suite.hash(encoded).hex()} is on record already")
    return replace(access, certificates=(*access.certificates, encoded))


def apply_certificate_removal(access: AccessControl, certificate_hash: bytes) -> AccessControl:
    """Take a certificate off the record (CERTS_DELETE). Its owner is still a member, under the whole certificate."""
    encoded = access.certificates_by_hash.get(certificate_hash)
    if encoded is None:
        raise ChangeError(f"no certificate with the hash {certificate_hash.hex()[:64]} is on record")
    return replace(access, certificates=tuple(each for each in access.certificates if each != encoded))


def apply_freeze(access: AccessControl, certificate_hash: bytes) -> AccessControl:
    """Stop the owner of a certificate, until it is unfrozen (CERTS_FREEZE). The hash may be of one that was never seen here."""
    validate_mode(access, Mode.CERTIFICATE)
    size = access.suite.hash.digest_size
    if len(certificate_hash) != size:
        raise ChangeError(f"the hash of a certificate has {size} bytes, not {len(certificate_hash)}")
    if certificate_hash in access.frozen:
        raise ChangeError(f"the certificate {certificate_hash.hex()} is frozen already")
    return replace(access, frozen=(*access.frozen, certificate_hash))


def apply_unfreeze(access: AccessControl, certificate_hash: bytes) -> AccessControl:
    """Let the owner of a certificate go on (CERTS_UNFREEZE)."""
    if certificate_hash not in access.frozen:
        raise ChangeError(f"the certificate {certificate_hash.hex()[:64]} is not frozen")
    return replace(access, frozen=tuple(each for each in access.frozen if each != certificate_hash))


def apply_revocation_list(access: AccessControl, encoded: bytes, at_ms: int) -> AccessControl:
    """Take in an authority's newest revocation list, instead of the one before (CERTS_REVOKE)."""
    validate_mode(access, Mode.CERTIFICATE)
    new = decode_revocation_list(encoded)
    signer = find_list_signer(access, new)
    if signer is None:
        raise InvalidPathError(f"the revocation list of {new.issuer} is signed by no authority of this chain")
    if new.unknown_critical:
        raise ChangeError(f"the revocation list of {new.issuer} has critical extensions that are not understood: {new.unknown_critical[0]}")
    if not new.is_current_at(at_ms):
        raise ChangeError(f"the revocation list of {new.issuer} is not current at {at_ms} ms since 1970")
    if new.number is None:
        raise ChangeError(f"the revocation list of {new.issuer} has no cRLNumber, so that an old one could be sent again")
    kept = []
    for old in access.decoded_lists:
        if old.issuer == new.issuer and find_list_signer(access, old) == signer:
            validate_successor(old, new)
        else:
            kept.append(old.encoded)
    return replace(access, lists=(*kept, encoded))


def find_list_signer(access: AccessControl, revocation_list: RevocationList) -> bytes | None:
    """Return the certificate of the trusted authority that signed the list, or None."""
    for trust in access.trusts.values():
        for authority in (*trust.anchors, *trust.authorities):
            may_sign = authority.subject == revocation_list.issuer and authority.may(KeyUsage.CRL_SIGN)
            if may_sign and is_signed_by(revocation_list, authority.public_key_info, trust.verify):
                return authority.encoded
    return None


def validate_successor(old: RevocationList, new: RevocationList) -> None:
    """Raise ChangeError if `new` is no later than `old`, or forgets what cannot be taken back."""
    if (new.number or 0) <= (old.number or 0):
        raise ChangeError(f"the revocation list of {new.issuer} has number {new.number}; the one before has {old.number}")
    for serial, entry in old.entries.items():
        if serial not in new.entries and entry.reason is not Reason.CERTIFICATE_HOLD:
            raise ChangeError(f"the revocation list of {new.issuer} leaves out {serial:x}, which was revoked for good")


# Keys


def apply_key(access: AccessControl, key: RegisteredKey) -> AccessControl:
    """Register a key (PUBKEY_ADD)."""
    validate_mode(access, Mode.REGISTERED_KEY)
    if key.org_id not in access.organisations:
        raise ChangeError(f"{key.org_id} is no organisation of this chain")
    if access.decode_key(key.key) in access.members_by_key:
        raise ChangeError("the key is registered already")
    return replace(access, keys=(*access.keys, key))


def apply_key_removal(access: AccessControl, encoded: bytes) -> AccessControl:
    """Take a key off the register (PUBKEY_DELETE)."""
    validate_mode(access, Mode.REGISTERED_KEY)
    key = access.decode_key(encoded)
    kept = tuple(each for each in access.keys if access.decode_key(each.key) != key)
    if len(kept) == len(access.keys):
        raise ChangeError("the key is not registered")
    return replace(access, keys=kept)


# Organisations and policies


def apply_trust_root(access: AccessControl, root: TrustRoot) -> AccessControl:
    """Take in an organisation, or change its roots (TRUST_ROOT_ADD, TRUST_ROOT_UPDATE). The others keep their places."""
    if root.org_id not in access.organisations:
        return replace(access, trust_roots=(*access.trust_roots, root))
    changed = tuple(root if each.org_id == root.org_id else each for each in access.trust_roots)
    return replace(access, trust_roots=changed)


def apply_trust_root_removal(access: AccessControl, org_id: str) -> AccessControl:
    """Let an organisation go, with its members (TRUST_ROOT_DELETE). Policies that list it must be changed first."""
    if org_id not in access.organisations:
        raise ChangeError(f"{org_id} is no organisation of this chain")
    keys = tuple(each for each in access.keys if each.org_id != org_id)
    return replace(access, trust_roots=tuple(each for each in access.trust_roots if each.org_id != org_id), keys=keys)


def apply_policy(access: AccessControl, resource: str, policy: Policy) -> AccessControl:
    """Set the policy of a resource (PERMISSION_ADD, PERMISSION_UPDATE)."""
    return replace(access, policies=(*without(access.policies, resource), ResourcePolicy(resource, policy)))


def apply_policy_removal(access: AccessControl, resource: str) -> AccessControl:
    """Return to the default policy of a resource (PERMISSION_DELETE)."""
    if resource not in access.set_policies:
        raise ChangeError(f"no policy was set for {resource}")
    return replace(access, policies=without(access.policies, resource))


def without(policies: Iterable[ResourcePolicy], resource: str) -> tuple[ResourcePolicy, ...]:
    """Return the policies of all other resources."""
    return tuple(each for each in policies if each.resource != resource)


def validate_mode(access: AccessControl, mode: Mode) -> None:
    """Raise ChangeError if the chain does not know its members in this way."""
    if access.mode is not mode:
        raise ChangeError(f"this is for chains in the mode {mode.name}, and this one is in {access.mode.name}")
