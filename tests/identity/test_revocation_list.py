"""Revocation lists are read as strictly as certificates."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from minichain.crypto.der import encode_bit_string, encode_element, encode_integer, encode_object_identifier, encode_sequence
from minichain.identity.asn1 import encode_time, get_tagged
from minichain.identity.errors import MalformedError
from minichain.identity.revocation_list import LARGEST, Reason, RevokedCertificate, decode_revocation_list
from tests.identity.conftest import DAY_MS, NOW_MS
from tests.identity.documents import KEY, make_list, write_entry, write_extensions, write_list

NUMBER, REASON, ISSUER_ID = "2.5.29.20", "2.5.29.21", "2.5.29.35"


def write_reason(number):
    return write_extensions((REASON, encode_element(10, bytes([number]))))[2:]


def write_list_extensions(*extensions):
    return write_extensions(*extensions, tag=get_tagged(0))


def test_the_fields_are_what_was_written():
    entries = [write_entry(5), write_entry(300, extensions=write_reason(1))]
    extensions = write_list_extensions((NUMBER, encode_integer(7)), (ISSUER_ID, encode_sequence(encode_element(0x80, b"id"))))
    read = make_list(revoked=encode_sequence(*entries), extensions=extensions)
    assert (str(read.issuer), read.number, read.authority_key_id) == ("CN=ca", 7, b"id")
    assert (read.this_update_ms, read.next_update_ms) == (NOW_MS, NOW_MS + DAY_MS)
    assert dict(read.entries) == {5: RevokedCertificate(5, NOW_MS), 300: RevokedCertificate(300, NOW_MS, Reason.KEY_COMPROMISE)}
    assert (read.unknown_critical, read.signature_algorithm, len(read.signature)) == ((), "1.3.101.112", 64)
    assert read == make_list(revoked=encode_sequence(*entries), extensions=extensions) != make_list()


def test_what_may_be_left_out():
    bare = make_list(version=b"", next_update=b"", extensions=b"")
    assert (bare.next_update_ms, bare.number, bare.authority_key_id, dict(bare.entries)) == (None, None, None, {})


def test_a_list_is_current_from_this_update_to_the_next():
    read = make_list()
    assert not read.is_current_at(NOW_MS - 1)
    assert read.is_current_at(NOW_MS)
    assert read.is_current_at(NOW_MS + DAY_MS + 999)
    assert not read.is_current_at(NOW_MS + DAY_MS + 1000)
    endless = make_list(next_update=b"")
    assert endless.is_current_at(10**15) and not endless.is_current_at(NOW_MS - 1)


def test_a_year_from_2050_is_read():
    read = make_list(next_update=encode_time(2_600_000_000_000))
    assert read.next_update_ms == 2_600_000_000_000


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.REMOVE_FROM_CRL])
def test_reasons(reason):
    assert make_list(revoked=encode_sequence(write_entry(extensions=write_reason(reason)))).entries[5].reason is reason


def test_critical_extensions_that_are_not_understood_are_told():
    of_list = make_list(extensions=write_list_extensions(("1.2.3", b"", True), ("1.2.4", b""), (NUMBER, encode_integer(1), True)))
    assert of_list.unknown_critical == ("1.2.3",)
    of_entry = make_list(revoked=encode_sequence(write_entry(extensions=write_extensions(("1.2.5", b"", True), ("1.2.6", b""))[2:])))
    assert of_entry.unknown_critical == ("1.2.5",)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"tail": b"\x05\x00"}, ""),
        ({"end": b"\x05\x00"}, "crlExtensions"),
        ({"signature": encode_element(3, b"\x01" + bytes(64))}, "signatureValue"),
        ({"outer": encode_sequence()}, "signatureAlgorithm"),
        ({"outer": encode_sequence(encode_object_identifier("1.2.3"))}, "signature.algorithm"),
        ({"version": encode_integer(0)}, "version"),
        ({"version": encode_integer(2)}, "version"),
        ({"issuer": encode_element(4, b"")}, "issuer"),
        ({"this_update": b"", "next_update": b""}, "thisUpdate"),
        ({"this_update": encode_element(0x17, b"1")}, "thisUpdate"),
        ({"next_update": encode_element(0x18, b"1")}, "nextUpdate"),
        ({"revoked": encode_sequence()}, "revokedCertificates"),
        ({"revoked": encode_sequence(write_entry(5), write_entry(5))}, "revokedCertificates.userCertificate"),
        ({"revoked": encode_sequence(encode_sequence())}, "revokedCertificates.userCertificate"),
        ({"revoked": encode_sequence(write_entry(at=encode_integer(1)))}, "revokedCertificates.revocationDate"),
        ({"revoked": encode_sequence(write_entry(extensions=encode_sequence()))}, "revokedCertificates.crlEntryExtensions"),
        ({"revoked": encode_sequence(write_entry(extensions=write_reason(1), end=b"\x05\x00"))}, "revokedCertificates.crlEntryExtensions"),
        ({"revoked": encode_sequence(write_entry(extensions=write_reason(7)))}, "revokedCertificates.crlEntryExtensions.reasonCode"),
        ({"revoked": encode_sequence(write_entry(extensions=write_reason(8)))}, "revokedCertificates.crlEntryExtensions.reasonCode"),
        ({"revoked": encode_sequence(write_entry(extensions=write_reason(11)))}, "revokedCertificates.crlEntryExtensions.reasonCode"),
        (
            {"revoked": encode_sequence(write_entry(extensions=write_extensions((REASON, encode_element(10, b"\x00\x01")))[2:]))},
            "revokedCertificates.crlEntryExtensions.reasonCode",
        ),
        (
            {"revoked": encode_sequence(write_entry(extensions=write_extensions((REASON, encode_element(10, b"\x01") + b"\x05\x00"))[2:]))},
            "revokedCertificates.crlEntryExtensions.reasonCode",
        ),
        ({"version": b"", "revoked": encode_sequence(write_entry(extensions=write_reason(1)))}, "revokedCertificates.crlEntryExtensions"),
        ({"version": b""}, "crlExtensions"),
        ({"extensions": encode_element(get_tagged(0), b"")}, "crlExtensions"),
        ({"extensions": encode_element(get_tagged(0), write_list_extensions(("1.2.3", b""))[2:] + b"\x05\x00")}, "crlExtensions"),
        ({"extensions": write_list_extensions((NUMBER, encode_element(2, b"\xff")))}, "crlExtensions.cRLNumber"),
        ({"extensions": write_list_extensions((NUMBER, encode_integer(1) + b"\x05\x00"))}, "crlExtensions.cRLNumber"),
        ({"extensions": write_list_extensions((ISSUER_ID, b""))}, "crlExtensions.authorityKeyIdentifier"),
    ],
)
def test_a_malformed_list_is_told_by_its_field(fields, field):
    with pytest.raises(MalformedError) as caught:
        decode_revocation_list(write_list(**fields))
    assert caught.value.field == f"revocationList.{field}".rstrip(".")


def test_a_list_has_a_largest_size():
    with pytest.raises(MalformedError, match=f"at most {LARGEST}"):
        decode_revocation_list(bytes(LARGEST + 1))
    with pytest.raises(MalformedError, match="tag"):
        decode_revocation_list(bytes(LARGEST))


def test_cryptography_reads_the_same():
    encoded = write_list(revoked=encode_sequence(write_entry(5), write_entry(300, extensions=write_reason(9))))
    theirs = x509.load_der_x509_crl(encoded)
    assert [each.serial_number for each in theirs] == list(decode_revocation_list(encoded).entries)
    assert theirs.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 1
    assert theirs.is_signature_valid(Ed25519PrivateKey.from_private_bytes(KEY.secret).public_key())


WHOLE = write_list(revoked=encode_sequence(write_entry(5), write_entry(6, extensions=write_reason(1))))


@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_a_damaged_list_is_read_or_refused_with_a_typed_error(position, inserted, removed):
    damaged = WHOLE[:position] + inserted + WHOLE[position + removed :]
    try:
        read = decode_revocation_list(damaged)
    except MalformedError as error:
        assert error.field.split(".")[0] == "revocationList"  # noqa: PT017 - that it may also be read is the point
    else:
        assert read.encoded == damaged


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_a_typed_error(data):
    with pytest.raises(MalformedError, match="revocationList"):
        decode_revocation_list(encode_sequence(data, encode_bit_string(b"")))
