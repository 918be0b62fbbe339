"""Certificates and revocation lists whose every field a test can replace by bytes of its choice."""

from minichain.crypto.der import encode_bit_string, encode_element, encode_integer, encode_sequence
from minichain.crypto.key_encoding import compute_public_key, encode_public_key
from minichain.identity.algorithms import ED25519, encode_algorithm, sign
from minichain.identity.asn1 import encode_time, get_tagged
from minichain.identity.certificate import decode_certificate
from minichain.identity.extensions import encode_extension
from minichain.identity.names import COMMON_NAME, make_name
from minichain.identity.revocation_list import decode_revocation_list
from tests.identity.conftest import DAY_MS, NOW_MS, make_key

KEY = make_key("international", 77)
CA = make_name([(COMMON_NAME, "ca")])
ALGORITHM = encode_algorithm(ED25519)


def write_extensions(*extensions, tag=0xA3):
    """Return the wrapped extensions; each is (type, value) or (type, value, is_critical) or bytes."""
    written = [
        each if isinstance(each, bytes) else encode_extension(each[0], each[1], is_critical=len(each) > 2 and each[2])
        for each in extensions
    ]
    return encode_element(tag, encode_sequence(*written))


def write_certificate(*, key=KEY, outer=None, signature=None, tail=b"", **fields):
    """Return a certificate in DER; `fields` replace those of tbsCertificate, in its order."""
    parts = {
        "version": encode_element(get_tagged(0), encode_integer(2)),
        "serial": encode_integer(5),
        "algorithm": ALGORITHM,
        "issuer": CA.encoded,
        "validity": encode_sequence(encode_time(NOW_MS), encode_time(NOW_MS + DAY_MS)),
        "subject": make_name([(COMMON_NAME, "alice")]).encoded,
        "public_key": encode_public_key(compute_public_key(make_key("international", 78))),
        "unique_ids": b"",
        "extensions": write_extensions(("2.5.29.19", encode_sequence(), True)),
        "end": b"",
    } | fields
    signed_part = encode_sequence(*parts.values())
    signature = signature if signature is not None else encode_bit_string(sign(key, signed_part))
    return encode_sequence(signed_part, outer or parts["algorithm"], signature, tail)


def make_certificate(**fields):
    return decode_certificate(write_certificate(**fields))


def write_list(*, key=KEY, outer=None, signature=None, tail=b"", **fields):
    """Return a revocation list in DER; `fields` replace those of tbsCertList, in its order."""
    parts = {
        "version": encode_integer(1),
        "algorithm": ALGORITHM,
        "issuer": CA.encoded,
        "this_update": encode_time(NOW_MS),
        "next_update": encode_time(NOW_MS + DAY_MS),
        "revoked": b"",
        "extensions": write_extensions(("2.5.29.20", encode_integer(1)), tag=get_tagged(0)),
        "end": b"",
    } | fields
    signed_part = encode_sequence(*parts.values())
    signature = signature if signature is not None else encode_bit_string(sign(key, signed_part))
    return encode_sequence(signed_part, outer or parts["algorithm"], signature, tail)


def make_list(**fields):
    return decode_revocation_list(write_list(**fields))


def write_entry(serial=5, *, at=None, extensions=b"", end=b""):
    """Return an entry of a revocation list."""
    return encode_sequence(encode_integer(serial), at or encode_time(NOW_MS), extensions, end)
