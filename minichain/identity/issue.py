"""Writing certificates and revocation lists: the other side of `certificate` and `revocation_list` (RFC 5280, sections 4.1 and 5.1).

Both suites are written here by the same code, and what `cryptography` would write of the same fields is the same, byte by byte;
the tests hold it to that. What has been written is read back before it is given out, so that nothing leaves that we would refuse.

Simplifications: version 3 certificates and version 2 lists.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence

from minichain.crypto.der import encode_bit_string, encode_element, encode_integer, encode_sequence
from minichain.crypto.key_encoding import encode_public_key
from minichain.crypto.keys import PrivateKey, PublicKey
from minichain.identity.algorithms import SIGNATURES, encode_algorithm, sign
from minichain.identity.asn1 import ENUMERATED, encode_time, get_tagged
from minichain.identity.certificate import Certificate, decode_certificate
from minichain.identity.errors import IssueError
from minichain.identity.extensions import encode_authority_key_id, encode_extension
from minichain.identity.names import Name
from minichain.identity.revocation_list import CRL_NUMBER, REASON_CODE, Reason, RevocationList, RevokedCertificate, decode_revocation_list


def compute_key_id(public_key: PublicKey) -> bytes:
    """Return a short name for a key: the first 160 bits of the SHA-256 of its bytes (RFC 7093, section 2, method 1)."""
    return hashlib.sha256(public_key.data).digest()[:20]


def generate_serial() -> int:
    """Return a new serial number: 20 bytes, above 0 (section 4.1.2.2), and random.

    Nobody can guess it, so nobody can prepare two certificates of which a weak hash function sees only one (MD5, 2008).
    """
    return secrets.randbits(158) | 1 << 158


def build_certificate(
    *,
    serial: int,
    issuer: Name,
    issuer_key: PrivateKey,
    subject: Name,
    public_key: PublicKey,
    not_before_ms: int,
    not_after_ms: int,
    extensions: Sequence[bytes],
) -> Certificate:
    """Return a signed certificate; times are cut to whole seconds. Raises IssueError for a key whose signatures it cannot hold."""
    algorithm = encode_algorithm(get_signature_algorithm(issuer_key))
    signed_part = encode_sequence(
        encode_element(get_tagged(0), encode_integer(2)),  # version 3
        encode_integer(serial),
        algorithm,
        issuer.encoded,
        encode_sequence(encode_time(not_before_ms), encode_time(not_after_ms)),
        subject.encoded,
        encode_public_key(public_key),
        encode_element(get_tagged(3), encode_sequence(*extensions)),
    )
    return decode_certificate(encode_sequence(signed_part, algorithm, encode_bit_string(sign(issuer_key, signed_part))))


def build_revocation_list(
    *,
    issuer: Name,
    issuer_key: PrivateKey,
    issuer_key_id: bytes,
    number: int,
    this_update_ms: int,
    next_update_ms: int,
    entries: Iterable[RevokedCertificate],
) -> RevocationList:
    """Return a signed list of these certificates, which are all that count as revoked from now on."""
    algorithm = encode_algorithm(get_signature_algorithm(issuer_key))
    revoked = [encode_entry(entry) for entry in entries]
    extensions = (encode_authority_key_id(issuer_key_id), encode_extension(CRL_NUMBER, encode_integer(number)))
    signed_part = encode_sequence(
        encode_integer(1),  # version 2
        algorithm,
        issuer.encoded,
        encode_time(this_update_ms),
        encode_time(next_update_ms),
        *([encode_sequence(*revoked)] if revoked else []),
        encode_element(get_tagged(0), encode_sequence(*extensions)),
    )
    return decode_revocation_list(encode_sequence(signed_part, algorithm, encode_bit_string(sign(issuer_key, signed_part))))


def encode_entry(entry: RevokedCertificate) -> bytes:
    """Return an entry of a list; that no reason is known is said by leaving it out (section 5.3.1)."""
    parts = [encode_integer(entry.serial), encode_time(entry.revoked_at_ms)]
    if entry.reason is not Reason.UNSPECIFIED:
        parts.append(encode_sequence(encode_extension(REASON_CODE, encode_element(ENUMERATED, bytes([entry.reason])))))
    return encode_sequence(*parts)


def get_signature_algorithm(key: PrivateKey) -> str:
    """Return the name of the signatures that this key makes in certificates."""
    try:
        return SIGNATURES[key.scheme]
    except KeyError:
        raise IssueError(f"certificates are signed with {', '.join(SIGNATURES)} here, not with {key.scheme}") from None
