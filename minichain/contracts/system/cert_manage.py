"""CERT_MANAGE: certificates on the chain (ChainMaker: syscontract.CertManageFunction).

    CERT_ADD cert                                             the sender's own certificate, to be named by its hash from then on
    CERTS_FREEZE cert_hashes · CERTS_UNFREEZE cert_hashes     their owners are stopped, until they are let go on
    CERTS_REVOKE cert_crl                                     an authority's newest revocation list (RFC 5280, section 5)
    CERTS_DELETE cert_hashes                                  taken off the record; the owners remain members
    CERTS_QUERY cert_hashes                                   what the chain knows of them, as `CertificateInfos`

Freezing is for the first hour: any administrator can do it (the default policy is ANY), before anybody has found out what happened.
Revoking is for good, and only the authority that issued a certificate can do it. Both stop a member from the next block on; blocks from
before stay valid, because they are judged by what held then.

What an attacker would try: to have old revocation lists taken in again, without the newest entry (each has a number, which must go up). To
put somebody else's certificate on record, or very many: a member adds their own.

Simplifications: any administrator can freeze everybody, all other administrators included, as in ChainMaker; a chain that fears that sets
a policy for CERTS_FREEZE. ChainMaker freezes and unfreezes whole certificates (`certs`, PEM), not hashes. Aliases (CERT_ALIAS_ADD) are left
out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from minichain.contracts.system.beliefs import change_access, get_access
from minichain.contracts.system.engine import SystemEngine, read_hashes, refusing, validate_parameters
from minichain.identity.access import AccessControl
from minichain.identity.certificate import decode_certificate
from minichain.identity.changes import (
    apply_certificate,
    apply_certificate_removal,
    apply_freeze,
    apply_revocation_list,
    apply_unfreeze,
)
from minichain.identity.revocation_list import decode_revocation_list
from minichain.ledger.encoding import encode
from minichain.ledger.execution import Call, Code, ContractError, Host
from minichain.ledger.system_names import CERT_MANAGE
from minichain.ledger.view import View


@dataclass(frozen=True)
class CertificateInfo:
    """What the chain knows of a certificate."""

    hash: bytes
    certificate: bytes | None
    """In DER, if it is on record."""
    is_frozen: bool
    is_revoked: bool
    """Whether it is on record and on its issuer's revocation list."""


@dataclass(frozen=True)
class CertificateInfos:
    """What CERTS_QUERY returns, in the order in which it was asked."""

    certificates: tuple[CertificateInfo, ...]


def add_certificate(call: Call, view: View, host: Host) -> bytes:
    """Put the sender's certificate on record; return its hash (CERT_ADD)."""
    validate_parameters(call, "cert")
    encoded, sender = call.get_parameter("cert"), call.sender
    with refusing("cert"):
        certificate = decode_certificate(encoded)
    if certificate.public_key != sender.public_key:
        raise ContractError(Code.FAILED, f"cert is that of {certificate.subject}, and {sender.name} of {sender.org_id} sends it")
    certificate_hash = get_access(view).suite.hash(encoded)
    at_ms = call.block.timestamp_ms
    change_access(call, view, host, certificate_hash.hex(), lambda access: apply_certificate(access, sender.org_id, encoded, at_ms))
    return certificate_hash


def change_each(change: Callable[[AccessControl, bytes], AccessControl], call: Call, view: View, host: Host) -> bytes:
    """Do this to each certificate whose hash is given: to all of them, or to none."""
    validate_parameters(call, "cert_hashes")
    for each in read_hashes(call, "cert_hashes"):
        change_access(call, view, host, each.hex(), partial(swap(change), each))
    return b""


def swap(change: Callable[[AccessControl, bytes], AccessControl]) -> Callable[[bytes, AccessControl], AccessControl]:
    """Return the same change with its arguments the other way round."""
    return lambda certificate_hash, access: change(access, certificate_hash)


def revoke_certificates(call: Call, view: View, host: Host) -> bytes:
    """Take in a revocation list (CERTS_REVOKE)."""
    validate_parameters(call, "cert_crl")
    encoded = call.get_parameter("cert_crl")
    with refusing("cert_crl"):
        issuer = str(decode_revocation_list(encoded).issuer)
    change_access(call, view, host, issuer, lambda access: apply_revocation_list(access, encoded, call.block.timestamp_ms))
    return b""


def get_certificates(call: Call, view: View, host: Host) -> bytes:
    """Return what the chain knows of certificates (CERTS_QUERY)."""
    validate_parameters(call, "cert_hashes")
    access = get_access(view)
    return encode(CertificateInfos(tuple(describe(access, each) for each in read_hashes(call, "cert_hashes"))))


def describe(access: AccessControl, certificate_hash: bytes) -> CertificateInfo:
    """Return what is known of one certificate."""
    encoded = access.certificates_by_hash.get(certificate_hash)
    is_revoked = False
    if encoded is not None:
        certificate = decode_certificate(encoded)
        entries = [each.entries for each in access.decoded_lists if each.issuer == certificate.issuer]
        is_revoked = any(certificate.serial in each for each in entries)
    return CertificateInfo(certificate_hash, encoded, certificate_hash in access.frozen, is_revoked)


ENGINE = SystemEngine(
    CERT_MANAGE,
    {
        "CERT_ADD": add_certificate,
        "CERTS_FREEZE": partial(change_each, apply_freeze),
        "CERTS_UNFREEZE": partial(change_each, apply_unfreeze),
        "CERTS_REVOKE": revoke_certificates,
        "CERTS_DELETE": partial(change_each, apply_certificate_removal),
        "CERTS_QUERY": get_certificates,
    },
)
