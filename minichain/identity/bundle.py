"""What an organisation hands to others so that they can trust its members: certificates and lists, and no key.

    {"format": "minichain identity bundle 1", "org_id": "org1", "suite": "national",
     "signing": {"roots": [PEM], "authorities": [PEM], "lists": [PEM]}, "tls": {"roots": …}}

A bundle is sent by mail and read by strangers, so reading one is strict, and an error names the field.

Simplifications: nothing signs a bundle. Who takes one in compares the fingerprint of its root with the organisation, on the telephone.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from minichain.crypto.errors import CryptoError
from minichain.crypto.pem import PemBlock, decode_pem, encode_pem
from minichain.crypto.suites import SUITE_NAMES
from minichain.identity.access import TrustRoot
from minichain.identity.certificate import Certificate, decode_certificate
from minichain.identity.errors import MalformedError, reading
from minichain.identity.paths import Trust
from minichain.identity.revocation_list import RevocationList, decode_revocation_list

FORMAT: Final = "minichain identity bundle 1"
CERTIFICATE: Final = "CERTIFICATE"
LIST: Final = "X509 CRL"
"""The labels of RFC 7468, sections 5 and 6."""
MOST_ENTRIES: Final = 64


@dataclass(frozen=True)
class Bundle:
    """The public half of an organisation."""

    org_id: str
    suite_name: str
    signing: Trust
    tls: Trust

    def make_trust_root(self) -> TrustRoot:
        """Return what a chain's access control takes in."""
        roots = tuple(each.encoded for each in self.signing.anchors)
        return TrustRoot(self.org_id, roots, tuple(each.encoded for each in self.signing.authorities))


def format_certificate(certificate: Certificate) -> str:
    """Return a certificate in PEM."""
    return encode_pem(PemBlock(CERTIFICATE, certificate.encoded))


def format_list(revocation_list: RevocationList) -> str:
    """Return a revocation list in PEM."""
    return encode_pem(PemBlock(LIST, revocation_list.encoded))


def format_bundle(bundle: Bundle) -> str:
    """Return a bundle as JSON."""
    content = {
        "format": FORMAT,
        "org_id": bundle.org_id,
        "suite": bundle.suite_name,
        "signing": format_trust(bundle.signing),
        "tls": format_trust(bundle.tls),
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def format_trust(trust: Trust) -> dict[str, list[str]]:
    """Return one of the two parts of a bundle."""
    return {
        "roots": [format_certificate(each) for each in trust.anchors],
        "authorities": [format_certificate(each) for each in trust.authorities],
        "lists": [format_list(each) for each in trust.lists],
    }


def parse_bundle(text: str | bytes) -> Bundle:
    """Return the bundle that is written as `text`; raise MalformedError, naming the field, if it is none."""
    with reading("bundle"):
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            raise MalformedError("content", "is not JSON") from None
        fields = get_fields(content, ("format", "org_id", "suite", "signing", "tls"))
        if fields["format"] != FORMAT:
            raise MalformedError("format", f"is {str(fields['format'])[:40]!r}, not {FORMAT!r}")
        if not isinstance(fields["org_id"], str) or not fields["org_id"]:
            raise MalformedError("org_id", "is the name of an organisation")
        if fields["suite"] not in SUITE_NAMES:
            raise MalformedError("suite", f"is one of {', '.join(SUITE_NAMES)}, not {str(fields['suite'])[:40]!r}")
        with reading("signing"):
            signing = parse_trust(fields["signing"])
        with reading("tls"):
            tls = parse_trust(fields["tls"])
    return Bundle(fields["org_id"], fields["suite"], signing, tls)


def get_fields(content: object, names: Iterable[str]) -> dict[str, Any]:
    """Return a JSON object that must have exactly these fields."""
    if not isinstance(content, dict) or content.keys() != set(names):
        raise MalformedError("fields", f"are {', '.join(names)}, all of them and no others")
    return content


def parse_trust(content: object) -> Trust:
    """Return one of the two parts of a bundle."""
    fields = get_fields(content, ("roots", "authorities", "lists"))
    anchors = tuple(decode_certificate(each) for each in parse_blocks(fields, "roots", CERTIFICATE))
    authorities = tuple(decode_certificate(each) for each in parse_blocks(fields, "authorities", CERTIFICATE))
    lists = tuple(decode_revocation_list(each) for each in parse_blocks(fields, "lists", LIST))
    if not anchors:
        raise MalformedError("roots", "there is none")
    return Trust(anchors, authorities, lists)


def parse_blocks(fields: dict[str, Any], name: str, label: str) -> list[bytes]:
    """Return the bytes in a list of PEM texts, one block each."""
    texts = fields[name]
    if not isinstance(texts, list) or len(texts) > MOST_ENTRIES or not all(isinstance(each, str) for each in texts):
        raise MalformedError(name, f"is a list of at most {MOST_ENTRIES} texts in PEM")
    return [parse_block(text, label, f"{name}[{position}]") for position, text in enumerate(texts)]


def parse_block(text: str, label: str, field: str) -> bytes:
    """Return the bytes of the one block in PEM text."""
    try:
        blocks = decode_pem(text)
    except CryptoError as error:
        raise MalformedError(field, str(error)) from None
    if len(blocks) != 1 or blocks[0].label != label:
        raise MalformedError(field, f"is one block {label!r} in PEM")
    return blocks[0].data
