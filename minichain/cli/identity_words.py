"""What `minichain identity inspect` says of a certificate or a revocation list, for people and for programs."""

from datetime import UTC, datetime

from minichain.cli.files import CommandError
from minichain.cli.identity_folder import read_blocks
from minichain.crypto.suites import get_suite
from minichain.identity import foreign
from minichain.identity.algorithms import SIGNATURE_NAMES
from minichain.identity.bundle import CERTIFICATE, LIST, Bundle
from minichain.identity.certificate import Certificate, decode_certificate
from minichain.identity.errors import IdentityError, MalformedError
from minichain.identity.extensions import PURPOSES, KeyUsage
from minichain.identity.paths import Trust, find_path
from minichain.identity.revocation import is_signed_by
from minichain.identity.revocation_list import RevocationList, decode_revocation_list

USES = {KeyUsage.DIGITAL_SIGNATURE: "sign", KeyUsage.KEY_CERT_SIGN: "sign certificates", KeyUsage.CRL_SIGN: "sign revocation lists"}

Document = Certificate | RevocationList
Described = tuple[dict[str, object], list[str]]


def list_documents(file: str) -> list[Document]:
    """Return the certificates and lists in a file; anything else in it is refused, a private key above all."""
    documents: list[Document] = []
    for label, data in read_blocks(file):
        if label not in (CERTIFICATE, LIST, ""):
            raise CommandError(f"{file} holds a {label.lower()}; certificates and revocation lists are shown, keys never")
        documents.append(decode_document(label, data))
    if not documents:
        raise CommandError(f"{file} holds no certificate and no revocation list")
    return documents


def decode_document(label: str, data: bytes) -> Document:
    """Return the certificate or the list that these bytes are; without a label, whichever reads further."""
    if label == LIST:
        return decode_revocation_list(data)
    try:
        return decode_certificate(data)
    except MalformedError:
        if label == CERTIFICATE:
            raise
    return decode_revocation_list(data)


def describe(file: str, document: Document, bundle: Bundle | None, now_ms: int) -> Described:
    """Return what a document says, as JSON and in lines."""
    if isinstance(document, RevocationList):
        return describe_list(file, document, bundle, now_ms)
    return describe_certificate(file, document, bundle, now_ms)


def describe_certificate(file: str, certificate: Certificate, bundle: Bundle | None, now_ms: int) -> Described:
    """Return what a certificate says."""
    says = certificate.says
    verdict = judge_certificate(certificate, bundle, now_ms)
    content: dict[str, object] = {
        "file": file,
        "kind": "certificate",
        "subject": str(certificate.subject),
        "issuer": str(certificate.issuer),
        "serial": f"{certificate.serial:x}",
        "not_before": format_time(certificate.not_before_ms),
        "not_after": format_time(certificate.not_after_ms),
        "is_authority": certificate.is_authority,
        "key": describe_key(certificate),
        "signed_with": SIGNATURE_NAMES.get(certificate.signature_algorithm, certificate.signature_algorithm),
        "uses": [USES.get(use, use.name.lower().replace("_", " ")) for use in sorted(says.key_usage or ())],
        "purposes": [PURPOSES.get(purpose, purpose) for purpose in says.purposes or ()],
        "hosts": list(says.alternative_names),
        "hash": compute_hash(certificate),
    }
    dates = "" if certificate.is_valid_at(now_ms) else "  (not yet)" if now_ms < certificate.not_before_ms else "  (expired)"
    rows = {
        "subject": content["subject"],
        "issuer": f"{content['issuer']}{'  (itself)' if certificate.is_self_issued else ''}",
        "valid": f"{content['not_before']} to {content['not_after']}{dates}",
        "key": content["key"],
        "signed with": content["signed_with"],
        "may": ", ".join([*content["uses"], *content["purposes"]]) or "anything",  # type: ignore[misc]
        "hosts": ", ".join(says.alternative_names),
        "serial": content["serial"],
        "hash": content["hash"],
    }
    title = f"{file}: {'the certificate of an authority' if certificate.is_authority else 'a certificate'}"
    return finish(title, content, rows, verdict)


def describe_list(file: str, revocation_list: RevocationList, bundle: Bundle | None, now_ms: int) -> Described:
    """Return what a revocation list says."""
    verdict = judge_list(revocation_list, bundle, now_ms)
    entries = [
        {"serial": f"{each.serial:x}", "at": format_time(each.revoked_at_ms), "reason": each.reason.name.lower().replace("_", " ")}
        for each in revocation_list.entries.values()
    ]
    next_ms = revocation_list.next_update_ms
    content: dict[str, object] = {
        "file": file,
        "kind": "revocation list",
        "issuer": str(revocation_list.issuer),
        "number": revocation_list.number,
        "this_update": format_time(revocation_list.this_update_ms),
        "next_update": format_time(next_ms) if next_ms is not None else None,
        "revoked": entries,
    }
    rows = {
        "issuer": content["issuer"],
        "number": content["number"],
        "made": content["this_update"],
        "next by": f"{content['next_update'] or 'not said'}{'' if revocation_list.is_current_at(now_ms) else '  (not current)'}",
        "revoked": f"{len(entries)} certificates" if len(entries) != 1 else "1 certificate",
    }
    described = finish(f"{file}: a revocation list", content, rows, verdict)
    described[1].extend(f"    {each['serial']}  {each['at']}  {each['reason']}" for each in entries)
    return described


def finish(title: str, content: dict[str, object], rows: dict[str, object], verdict: str | bool | None) -> Described:
    """Return a description with its verdict: None if none was asked for, True, or what is wrong."""
    if verdict is not None:
        content |= {"is_trusted": verdict is True, "reason": None if verdict is True else verdict}
        rows = {**rows, "trusted": "yes" if verdict is True else f"no: {verdict}"}
    return content, [title, *(f"  {label:12} {value}" for label, value in rows.items() if value not in ("", None))]


def judge_certificate(certificate: Certificate, bundle: Bundle | None, now_ms: int) -> bool | str | None:
    """Return True if the bundle's roots vouch for this certificate now, what is wrong if not, None without a bundle."""
    if bundle is None:
        return None
    wrong = ""
    for trust in (bundle.signing, bundle.tls):
        try:
            if certificate not in trust.anchors:
                find_path(certificate, allow_foreign(trust), now_ms)
        except IdentityError as error:
            if not wrong or "no trusted root" in wrong:
                wrong = str(error)
        else:
            return True
    return wrong


def judge_list(revocation_list: RevocationList, bundle: Bundle | None, now_ms: int) -> bool | str | None:
    """Return True if an authority of the bundle signed this list and it is current, what is wrong if not, None without a bundle."""
    if bundle is None:
        return None
    authorities = [each for trust in (bundle.signing, bundle.tls) for each in (*trust.anchors, *trust.authorities)]
    if not any(
        each.subject == revocation_list.issuer and is_signed_by(revocation_list, each.public_key_info, foreign.verify)
        for each in authorities
    ):
        return "no authority in the bundle signed it"
    return True if revocation_list.is_current_at(now_ms) else "it is not current"


def allow_foreign(trust: Trust) -> Trust:
    """Return the same trust, with signatures by RSA understood too."""
    return Trust(trust.anchors, trust.authorities, trust.lists, trust.needs_current_lists, foreign.verify)


def compute_hash(certificate: Certificate) -> str:
    """Return the hash by which a chain of the certificate's suite names it, as in freezing."""
    suite = get_suite("national" if describe_key(certificate) == "sm2" else "international")
    return f"{suite.hash(certificate.encoded).hex()}  ({suite.hash.name})"


def describe_key(certificate: Certificate) -> str:
    """Return the scheme of the certificate's key, or the numbers of an algorithm that a chain does not know."""
    try:
        return certificate.public_key.scheme
    except IdentityError:
        return certificate.public_key_info.algorithm


def format_time(time_ms: int) -> str:
    """Return a time as people read it.

    >>> format_time(0)
    '1970-01-01 00:00:00 UTC'
    """
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
