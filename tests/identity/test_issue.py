"""What we write is what `cryptography` writes of the same fields, byte by byte, as far as its signatures are the same each time."""

import hashlib
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from minichain.crypto.errors import InvalidEncodingError
from minichain.crypto.key_encoding import compute_public_key, encode_public_key
from minichain.crypto.keys import Secp256k1PrivateKey
from minichain.identity.algorithms import decode_public_key_info, verify
from minichain.identity.errors import IssueError, MalformedError
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
from minichain.identity.names import COMMON_NAME, ORGANISATION, make_name
from minichain.identity.revocation_list import Reason, RevokedCertificate
from tests.identity.conftest import DAY_MS, NOW_MS, make_key

CA_KEY, KEY = make_key("international", 1), make_key("international", 2)
THEIR_CA_KEY = Ed25519PrivateKey.from_private_bytes(CA_KEY.secret)
CA_NAME = x509.Name.from_rfc4514_string("CN=ca,O=org1")


def to_datetime(time_ms):
    return datetime.fromtimestamp(time_ms / 1000, UTC)


def write_as_we_do(extensions):
    return build_certificate(
        serial=2**159 - 1,
        issuer=make_name([(ORGANISATION, "org1"), (COMMON_NAME, "ca")]),
        issuer_key=CA_KEY,
        subject=make_name([(ORGANISATION, "org1"), (COMMON_NAME, "alice")]),
        public_key=compute_public_key(KEY),
        not_before_ms=NOW_MS,
        not_after_ms=NOW_MS + 10_000 * DAY_MS,  # beyond 2050
        extensions=extensions,
    )


def write_as_they_do(extensions):
    builder = x509.CertificateBuilder(
        CA_NAME,
        x509.Name.from_rfc4514_string("CN=alice,O=org1"),
        Ed25519PrivateKey.from_private_bytes(KEY.secret).public_key(),
        2**159 - 1,
        to_datetime(NOW_MS).replace(tzinfo=None),
        to_datetime(NOW_MS + 10_000 * DAY_MS).replace(tzinfo=None),
    )
    for value, is_critical in extensions:
        builder = builder.add_extension(value, is_critical)
    return builder.sign(THEIR_CA_KEY, None)


def their_usage(**uses):
    names = """digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign
        encipher_only decipher_only"""
    return x509.KeyUsage(**{name: uses.get(name, False) for name in names.split()})


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (encode_basic_constraints(BasicConstraints(True, 3)), (x509.BasicConstraints(True, 3), True)),
        (encode_basic_constraints(BasicConstraints(True)), (x509.BasicConstraints(True, None), True)),
        (encode_basic_constraints(BasicConstraints(False)), (x509.BasicConstraints(False, None), True)),
        (encode_key_usage(KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN), (their_usage(key_cert_sign=True, crl_sign=True), True)),
        (encode_key_usage(KeyUsage.DIGITAL_SIGNATURE), (their_usage(digital_signature=True), True)),
        (
            encode_key_usage(KeyUsage.KEY_AGREEMENT, KeyUsage.DECIPHER_ONLY),
            (their_usage(key_agreement=True, decipher_only=True), True),
        ),
        (
            encode_purposes(SERVER_AUTHENTICATION, CLIENT_AUTHENTICATION),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), False),
        ),
        (encode_subject_key_id(b"id"), (x509.SubjectKeyIdentifier(b"id"), False)),
        (encode_authority_key_id(b"id"), (x509.AuthorityKeyIdentifier(b"id", None, None), False)),
        (
            encode_alternative_names(("node1.example", "10.0.0.7", "::1")),
            (
                x509.SubjectAlternativeName(
                    [x509.DNSName("node1.example"), x509.IPAddress(ip_address("10.0.0.7")), x509.IPAddress(ip_address("::1"))]
                ),
                False,
            ),
        ),
    ],
)
def test_a_certificate_is_what_cryptography_writes(ours, theirs):
    assert write_as_we_do([ours]).encoded == write_as_they_do([theirs]).public_bytes(Encoding.DER)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.REMOVE_FROM_CRL])
def test_a_list_is_what_cryptography_writes(reason):
    ours = build_revocation_list(
        issuer=make_name([(ORGANISATION, "org1"), (COMMON_NAME, "ca")]),
        issuer_key=CA_KEY,
        issuer_key_id=b"id",
        number=300,
        this_update_ms=NOW_MS,
        next_update_ms=NOW_MS + DAY_MS,
        entries=[RevokedCertificate(5, NOW_MS, reason)],
    )
    entry = x509.RevokedCertificateBuilder(5, to_datetime(NOW_MS).replace(tzinfo=None))
    if reason is not Reason.UNSPECIFIED:
        flag = next(each for each in x509.ReasonFlags if each.name == reason.name.replace("CRL", "crl").lower())
        entry = entry.add_extension(x509.CRLReason(flag), False)
    builder = x509.CertificateRevocationListBuilder(CA_NAME, to_datetime(NOW_MS), to_datetime(NOW_MS + DAY_MS))
    builder = builder.add_extension(x509.AuthorityKeyIdentifier(b"id", None, None), False).add_extension(x509.CRLNumber(300), False)
    theirs = builder.add_revoked_certificate(entry.build()).sign(THEIR_CA_KEY, None)
    assert ours.encoded == theirs.public_bytes(Encoding.DER)


def test_a_list_of_nothing_has_no_entries_at_all():
    arguments = {"issuer": make_name([(COMMON_NAME, "ca")]), "issuer_key": CA_KEY, "issuer_key_id": b"id", "number": 1}
    empty = build_revocation_list(**arguments, this_update_ms=NOW_MS, next_update_ms=NOW_MS, entries=[])
    assert not empty.entries
    assert not list(x509.load_der_x509_crl(empty.encoded))


@pytest.mark.parametrize("kind", ["international", "national", "tls"])
def test_the_signature_verifies_by_the_key(kind):
    certificate = build_certificate(
        serial=1,
        issuer=make_name([(COMMON_NAME, "ca")]),
        issuer_key=make_key(kind, 5),
        subject=make_name([(COMMON_NAME, "alice")]),
        public_key=compute_public_key(make_key(kind, 6)),
        not_before_ms=NOW_MS,
        not_after_ms=NOW_MS,
        extensions=[encode_basic_constraints(BasicConstraints(False))],
    )
    assert certificate.public_key == compute_public_key(make_key(kind, 6))
    info = decode_public_key_info(encode_public_key(compute_public_key(make_key(kind, 5))))
    assert verify(info, certificate.signature_algorithm, certificate.signed_part, certificate.signature)
    assert not verify(info, certificate.signature_algorithm, certificate.signed_part + b"!", certificate.signature)
    assert not verify(info, certificate.signature_algorithm, certificate.signed_part, certificate.signature + b"!")


def test_a_key_that_certificates_do_not_hold_signs_none():
    key = Secp256k1PrivateKey((5).to_bytes(32, "big"))
    with pytest.raises(IssueError, match="not with ecdsa-secp256k1"):
        build_revocation_list(
            issuer=make_name([(COMMON_NAME, "ca")]),
            issuer_key=key,
            issuer_key_id=b"",
            number=1,
            this_update_ms=0,
            next_update_ms=0,
            entries=[],
        )


def test_serial_numbers_have_20_bytes_above_0_and_are_random():
    numbers = {generate_serial() for _ in range(50)}
    assert len(numbers) == 50
    assert all(number.bit_length() == 159 for number in numbers)


def test_key_ids_are_those_of_the_standard():
    """RFC 7093, section 2, method 1: the leftmost 160 bits of the SHA-256 of the key's bits."""
    key = compute_public_key(KEY)
    assert compute_key_id(key) == hashlib.sha256(key.data).digest()[: 160 // 8]


@pytest.mark.parametrize("host", ["", "node 1", "knöten", "a\nb"])
def test_a_host_is_printable_ascii_without_blanks(host):
    with pytest.raises(InvalidEncodingError):
        encode_alternative_names((host,))


def test_what_we_would_refuse_does_not_leave():
    with pytest.raises(MalformedError, match="extensions"):
        write_as_we_do([])
