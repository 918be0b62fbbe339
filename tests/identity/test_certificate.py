"""Certificates are read strictly: what is well formed says what `cryptography` reads in it, anything else names its field."""

import contextlib
from importlib.resources import files

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from minichain.crypto.der import encode_bit_string, encode_element, encode_integer, encode_object_identifier, encode_sequence
from minichain.identity.asn1 import encode_time, get_tagged
from minichain.identity.certificate import LARGEST, decode_certificate
from minichain.identity.errors import MalformedError, UnsupportedKeyError
from minichain.identity.extensions import BasicConstraints, KeyUsage
from minichain.identity.names import COMMON_NAME, make_name
from tests.identity.conftest import DAY_MS, NOW_MS
from tests.identity.documents import make_certificate, write_certificate, write_extensions

SAMPLES = files("cryptography_vectors") / "x509"
TRUE = encode_element(1, b"\xff")
FALSE = encode_element(1, b"\x00")
BASIC, USAGE, PURPOSES, SUBJECT_ID, ISSUER_ID, HOSTS = (f"2.5.29.{number}" for number in (19, 15, 37, 14, 35, 17))


def test_the_fields_are_what_was_written():
    certificate = make_certificate(serial=encode_integer(300))
    assert (certificate.version, certificate.serial) == (3, 300)
    assert (str(certificate.issuer), str(certificate.subject)) == ("CN=ca", "CN=alice")
    assert (certificate.not_before_ms, certificate.not_after_ms) == (NOW_MS, NOW_MS + DAY_MS)
    assert certificate.signature_algorithm == "1.3.101.112"
    assert certificate.public_key.scheme == "ed25519"
    assert len(certificate.signature) == 64
    assert not certificate.is_self_issued and not certificate.is_authority
    assert make_certificate(subject=make_name([(COMMON_NAME, "CA")]).encoded).is_self_issued


def test_two_certificates_are_equal_if_their_bytes_are():
    assert make_certificate() == make_certificate()
    assert hash(make_certificate()) == hash(make_certificate())
    assert make_certificate() != make_certificate(signature=encode_bit_string(b"\x00" * 64))


def test_the_validity_period_includes_both_ends():
    certificate = make_certificate()
    assert not certificate.is_valid_at(NOW_MS - 1)
    assert certificate.is_valid_at(NOW_MS)
    assert certificate.is_valid_at(NOW_MS + DAY_MS + 999)
    assert not certificate.is_valid_at(NOW_MS + DAY_MS + 1000)


def test_older_versions_are_read():
    first = make_certificate(version=b"", extensions=b"")
    assert (first.version, first.is_authority, first.extensions) == (1, False, ())
    second = make_certificate(
        version=encode_element(get_tagged(0), encode_integer(1)),
        unique_ids=encode_element(0x81, b"\x00\x01") + encode_element(0x82, b"\x00\x02"),
        extensions=b"",
    )
    assert second.version == 2


@pytest.mark.parametrize(
    ("extensions", "expected"),
    [
        ([(BASIC, encode_sequence(TRUE))], {"basic_constraints": BasicConstraints(True)}),
        ([(BASIC, encode_sequence(TRUE, encode_integer(0)))], {"basic_constraints": BasicConstraints(True, 0)}),
        ([(BASIC, encode_sequence(TRUE, encode_integer(300)))], {"basic_constraints": BasicConstraints(True, 300)}),
        ([(BASIC, encode_sequence())], {"basic_constraints": BasicConstraints(False)}),
        ([(USAGE, bytes.fromhex("03020106"))], {"key_usage": {KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN}}),
        ([(USAGE, bytes.fromhex("0303070080"))], {"key_usage": {KeyUsage.DECIPHER_ONLY}}),
        ([(PURPOSES, encode_sequence(encode_object_identifier("1.2.3")))], {"purposes": ("1.2.3",)}),
        (
            [(PURPOSES, encode_sequence(encode_object_identifier("1.2.3"), encode_object_identifier("1.2.4")))],
            {"purposes": ("1.2.3", "1.2.4")},
        ),
        ([(SUBJECT_ID, encode_element(4, b"id"))], {"subject_key_id": b"id"}),
        ([(ISSUER_ID, encode_sequence(encode_element(0x80, b"id")))], {"authority_key_id": b"id"}),
        ([(ISSUER_ID, encode_sequence(encode_element(0x82, b"\x05")))], {"authority_key_id": None}),
        ([(ISSUER_ID, encode_sequence(encode_element(0x80, b"id"), encode_element(0x82, b"\x05")))], {"authority_key_id": b"id"}),
        (
            [
                (
                    HOSTS,
                    encode_sequence(
                        *(encode_element(tag, value) for tag, value in ((0x82, b"a.b"), (0x81, b"x@y"), (0x87, b"\x7f\0\0\1")))
                    ),
                )
            ],
            {"alternative_names": ("a.b", "127.0.0.1")},
        ),
        ([(HOSTS, encode_sequence(encode_element(0x87, bytes(15) + b"\x01")))], {"alternative_names": ("::1",)}),
        ([("1.2.3", b"", True), ("1.2.4", b"")], {"unknown_critical": ("1.2.3",)}),
        ([(BASIC, encode_sequence(), True)], {"unknown_critical": ()}),
    ],
)
def test_extensions_say_what_they_say(extensions, expected):
    certificate = make_certificate(extensions=write_extensions(*extensions))
    assert {name: getattr(certificate.says, name) for name in expected} == expected
    assert [each.oid for each in certificate.extensions] == [each[0] for each in extensions]


def test_without_the_extension_a_key_is_for_every_use():
    plain = make_certificate(extensions=write_extensions((BASIC, encode_sequence())))
    assert all(plain.may(use) for use in KeyUsage)
    signing = make_certificate(extensions=write_extensions((USAGE, bytes.fromhex("03020780"))))
    assert [use for use in KeyUsage if signing.may(use)] == [KeyUsage.DIGITAL_SIGNATURE]


def write_times(start, end, tail=b""):
    return encode_sequence(start, end, tail)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"tail": b"\x05\x00"}, ""),
        ({"end": b"\x05\x00"}, ""),
        ({"signature": encode_element(3, b"\x01" + bytes(64))}, "signatureValue"),
        ({"signature": encode_element(4, bytes(64))}, "signatureValue"),
        ({"outer": encode_sequence(encode_object_identifier("1.2.3"))}, "signature.algorithm"),
        ({"outer": encode_sequence()}, "signatureAlgorithm"),
        ({"algorithm": encode_sequence(encode_object_identifier("1.3.101.112"), b"\x05\x00")}, "signatureAlgorithm"),
        ({"algorithm": encode_sequence(encode_object_identifier("1.2.3"), b"\x30\x00")}, "signatureAlgorithm"),
        ({"algorithm": encode_element(4, b""), "outer": encode_sequence(encode_object_identifier("1.2.3"))}, "signature"),
        ({"version": encode_element(get_tagged(0), encode_integer(0))}, "version"),
        ({"version": encode_element(get_tagged(0), encode_integer(3))}, "version"),
        ({"version": encode_element(get_tagged(0), encode_integer(2) + b"\x05\x00")}, "version"),
        ({"version": b""}, "extensions"),
        ({"version": encode_element(get_tagged(0), encode_integer(1))}, "extensions"),
        ({"version": b"", "unique_ids": encode_element(0x81, b"\x00"), "extensions": b""}, "issuerUniqueID"),
        ({"version": b"", "unique_ids": encode_element(0x82, b"\x00"), "extensions": b""}, "subjectUniqueID"),
        ({"serial": encode_element(2, b"\x00\x01")}, "serialNumber"),
        ({"serial": encode_element(2, b"")}, "serialNumber"),
        ({"serial": encode_element(2, b"\x01" * 22)}, "serialNumber"),
        ({"serial": encode_element(4, b"\x01")}, "serialNumber"),
        ({"issuer": encode_sequence()}, "issuer"),
        ({"issuer": make_name([(COMMON_NAME, "ca")]).encoded.replace(b"ca", b"\xff\xfe")}, "issuer.CN"),
        ({"subject": make_name([(COMMON_NAME, "ca")]).encoded.replace(b"ca", b"\x00a")}, "subject.CN"),
        ({"validity": write_times(encode_element(0x17, b"1"), encode_time(0))}, "validity.notBefore"),
        ({"validity": write_times(encode_time(0), encode_element(0x17, b"1"))}, "validity.notAfter"),
        ({"validity": write_times(encode_time(0), b"")}, "validity.notAfter"),
        ({"validity": write_times(encode_time(0), encode_time(0), b"\x05\x00")}, "validity"),
        ({"public_key": encode_sequence()}, "subjectPublicKeyInfo.algorithm"),
        ({"public_key": encode_sequence(encode_sequence())}, "subjectPublicKeyInfo.algorithm"),
        (
            {"public_key": encode_sequence(encode_sequence(encode_object_identifier("1.2.3")), encode_element(3, b"\x01\x00"))},
            "subjectPublicKeyInfo.subjectPublicKey",
        ),
        (
            {"public_key": encode_sequence(encode_sequence(encode_object_identifier("1.2.3")), encode_bit_string(b""), b"\x05\x00")},
            "subjectPublicKeyInfo.subjectPublicKey",
        ),
        ({"extensions": encode_element(get_tagged(3), encode_sequence())}, "extensions"),
        ({"extensions": encode_element(get_tagged(3), encode_sequence(encode_sequence()))}, "extensions"),
        ({"extensions": write_extensions(("1.2.3", b"")) + b"\x05\x00"}, ""),
        ({"extensions": encode_element(get_tagged(3), write_extensions(("1.2.3", b""))[2:] + b"\x05\x00")}, "extensions"),
    ],
)
def test_a_malformed_certificate_is_told_by_its_field(fields, field):
    with pytest.raises(MalformedError) as caught:
        decode_certificate(write_certificate(**fields))
    assert caught.value.field == f"certificate.{field}".rstrip(".")
    assert str(caught.value).startswith(f"{caught.value.field}: ")


@pytest.mark.parametrize(
    ("extension", "field"),
    [
        (encode_sequence(encode_object_identifier("1.2.3"), FALSE, encode_element(4, b"")), "1.2.3"),
        (encode_sequence(encode_object_identifier("1.2.3"), encode_element(4, b""), b"\x05\x00"), "1.2.3"),
        (encode_sequence(encode_object_identifier("1.2.3")), "1.2.3"),
        ((BASIC, encode_sequence(FALSE)), "basicConstraints"),
        ((BASIC, encode_sequence(encode_integer(0))), "basicConstraints"),
        ((BASIC, encode_sequence(TRUE, encode_element(2, b"\xff"))), "basicConstraints"),
        ((BASIC, encode_sequence(TRUE, encode_integer(0), b"\x05\x00")), "basicConstraints"),
        ((BASIC, encode_sequence(TRUE) + b"\x05\x00"), "basicConstraints"),
        ((BASIC, b""), "basicConstraints"),
        ((USAGE, bytes.fromhex("030100")), "keyUsage"),
        ((USAGE, bytes.fromhex("03020106") + b"\x05\x00"), "keyUsage"),
        ((USAGE, bytes.fromhex("0303060040")), "keyUsage"),  # a tenth use
        ((USAGE, bytes.fromhex("03020006")), "keyUsage"),
        ((PURPOSES, encode_sequence()), "extKeyUsage"),
        ((PURPOSES, encode_sequence(encode_object_identifier("1.2.3")) + b"\x05\x00"), "extKeyUsage"),
        ((SUBJECT_ID, encode_element(4, b"") + b"\x05\x00"), "subjectKeyIdentifier"),
        ((SUBJECT_ID, b"id"), "subjectKeyIdentifier"),
        ((ISSUER_ID, encode_sequence() + b"\x05\x00"), "authorityKeyIdentifier"),
        ((ISSUER_ID, encode_sequence(b"\x80\x05")), "authorityKeyIdentifier"),
        ((HOSTS, encode_sequence(encode_element(0x82, b"\xc3\xa9"))), "subjectAltName"),
        ((HOSTS, encode_sequence(encode_element(0x82, b"a\x00b"))), "subjectAltName"),
        ((HOSTS, encode_sequence(encode_element(0x87, b"\x7f\0\0"))), "subjectAltName"),
        ((HOSTS, encode_sequence() + b"\x05\x00"), "subjectAltName"),
    ],
)
def test_a_malformed_extension_is_told_by_its_name(extension, field):
    with pytest.raises(MalformedError) as caught:
        make_certificate(extensions=write_extensions(extension))
    assert caught.value.field == f"certificate.extensions.{field}"


def test_an_extension_is_there_once():
    with pytest.raises(MalformedError, match=r"certificate.extensions.basicConstraints: is there twice"):
        make_certificate(extensions=write_extensions((BASIC, encode_sequence(TRUE)), (BASIC, encode_sequence())))


def test_there_are_at_most_64_extensions():
    assert len(make_certificate(extensions=write_extensions(*((f"1.2.{n}", b"") for n in range(64)))).extensions) == 64
    with pytest.raises(MalformedError, match="at most 64"):
        make_certificate(extensions=write_extensions(*((f"1.2.{n}", b"") for n in range(65))))


def test_a_certificate_has_a_largest_size():
    fill = LARGEST - len(write_certificate(extensions=write_extensions(("1.2.3", b"x" * 60_000)))) + 60_000
    largest = write_certificate(extensions=write_extensions(("1.2.3", b"x" * fill)))
    assert len(largest) == LARGEST
    assert len(decode_certificate(largest).extensions[0].value) == fill
    with pytest.raises(MalformedError, match=f"{LARGEST + 1} bytes; at most {LARGEST}"):
        decode_certificate(write_certificate(extensions=write_extensions(("1.2.3", b"x" * (fill + 1)))))


def test_a_serial_number_has_20_bytes_and_may_be_below_zero():
    assert make_certificate(serial=encode_element(2, b"\x00" + b"\xff" * 20)).serial == 2**160 - 1
    assert make_certificate(serial=encode_element(2, b"\xff")).serial == -1


def test_a_key_of_no_chain_is_told_when_it_is_asked_for():
    key = encode_sequence(encode_sequence(encode_object_identifier("1.2.840.113549.1.1.1"), b"\x05\x00"), encode_bit_string(b"x"))
    certificate = make_certificate(public_key=key)
    assert certificate.public_key_info.algorithm == "1.2.840.113549.1.1.1"
    assert certificate.public_key_info.parameters == b"\x05\x00"
    with pytest.raises(UnsupportedKeyError, match=r"1\.2\.840\.113549\.1\.1\.1"):
        _ = certificate.public_key


# What others read in certificates of the world


def get_samples():
    """Yield the certificates that come with cryptography's tests, in DER."""
    for folder in (SAMPLES, SAMPLES / "custom", SAMPLES / "ed25519"):
        for file in sorted(folder.iterdir(), key=str):
            if file.name.endswith(".pem"):
                with contextlib.suppress(ValueError, x509.InvalidVersion):
                    yield from x509.load_pem_x509_certificates(file.read_bytes())


@pytest.mark.filterwarnings("ignore")  # cryptography tells what it dislikes in them
def test_certificates_of_the_world_say_what_cryptography_reads():
    read = 0
    for theirs in get_samples():
        try:
            ours = decode_certificate(theirs.public_bytes(Encoding.DER))
        except MalformedError:
            continue
        read += 1
        assert (ours.version, ours.serial) == (theirs.version.value + 1, theirs.serial_number)
        assert ours.not_before_ms == round(theirs.not_valid_before_utc.timestamp()) * 1000
        assert ours.not_after_ms == round(theirs.not_valid_after_utc.timestamp()) * 1000
        with contextlib.suppress(ValueError):
            assert (ours.issuer.encoded, ours.subject.encoded) == (theirs.issuer.public_bytes(), theirs.subject.public_bytes())
        assert (ours.signed_part, ours.signature) == (theirs.tbs_certificate_bytes, theirs.signature)
        assert ours.signature_algorithm == theirs.signature_algorithm_oid.dotted_string
        with contextlib.suppress(ValueError):
            assert [(each.oid, each.is_critical) for each in ours.extensions] == [
                (each.oid.dotted_string, each.critical) for each in theirs.extensions
            ]
            assert ours.is_authority == any(isinstance(each.value, x509.BasicConstraints) and each.value.ca for each in theirs.extensions)
        with contextlib.suppress(UnsupportedKeyError):
            assert ours.public_key
            assert ours.public_key_info.encoded == theirs.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert read > 90


# Whatever strangers send

WHOLE = write_certificate()


@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_a_damaged_certificate_is_read_or_refused_with_a_typed_error(position, inserted, removed):
    damaged = WHOLE[:position] + inserted + WHOLE[position + removed :]
    try:
        certificate = decode_certificate(damaged)
    except MalformedError as error:
        assert error.field.split(".")[0] == "certificate"  # noqa: PT017 - that it may also be read is the point
    else:
        assert certificate.encoded == damaged


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_a_typed_error(data):
    with pytest.raises(MalformedError, match="certificate"):
        decode_certificate(data)
