"""Names are compared by what they say, and refused where two readers could see two names."""

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from minichain.crypto.der import decode_sequence, encode_element, encode_object_identifier, encode_sequence
from minichain.crypto.errors import InvalidEncodingError
from minichain.identity.errors import MalformedError
from minichain.identity.names import (
    COMMON_NAME,
    COUNTRY,
    ORGANISATION,
    UNIT,
    decode_name,
    get_only_value,
    make_name,
)

UTF8, PRINTABLE, IA5, TELETEX, BMP, UNIVERSAL, NUMERIC = 0x0C, 0x13, 0x16, 0x14, 0x1E, 0x1C, 0x12


def write_name(*sets):
    """Return the name of these sets, each a list of (type, tag, content)."""
    return decode_name(
        encode_sequence(
            *(
                encode_element(
                    0x31,
                    b"".join(encode_sequence(encode_object_identifier(kind), encode_element(tag, content)) for kind, tag, content in each),
                )
                for each in sets
            )
        )
    )


def cn(content, tag=UTF8):
    return write_name([(COMMON_NAME, tag, content)])


def test_a_name_is_written_as_cryptography_writes_it():
    ours = make_name([(COUNTRY, "CN"), (ORGANISATION, "org1"), (UNIT, "client"), (COMMON_NAME, "爱丽丝")])
    theirs = x509.Name.from_rfc4514_string("CN=爱丽丝,OU=client,O=org1,C=CN")
    assert ours.encoded == theirs.public_bytes()
    assert str(ours) == "C=CN, O=org1, OU=client, CN=爱丽丝"
    assert ours.get_values(UNIT) == ("client",)
    assert decode_name(ours.encoded) == ours


@pytest.mark.parametrize(
    "other",
    [
        cn(b"good ca"),
        cn(b"  Good   CA "),
        cn(b"GOOD CA", PRINTABLE),
        cn(b"Good CA", IA5),
        cn(b"Good CA", TELETEX),
        cn("Good CA".encode("utf-16-be"), BMP),
        cn("Good CA".encode("utf-32-be"), UNIVERSAL),
        cn("Ｇｏｏｄ ＣＡ".encode()),
    ],
)
def test_case_blanks_and_the_kind_of_string_do_not_count(other):
    assert other == cn(b"Good CA")
    assert hash(other) == hash(cn(b"Good CA"))


@pytest.mark.parametrize(
    "other",
    [
        cn(b"GoodCA"),
        cn(b"Good CA2"),
        write_name([(UNIT, UTF8, b"Good CA")]),
        write_name([(COMMON_NAME, UTF8, b"Good CA")], [(COMMON_NAME, UTF8, b"Good CA")]),
        write_name(),
        cn(b"Good CA", 0x03),
    ],
)
def test_everything_else_counts(other):
    assert other != cn(b"Good CA")


def test_sharp_s_and_dotted_i_fold_the_same_both_ways():
    assert cn(b"STRASSE") == cn("straße".encode())
    assert cn("ﬁle".encode()) == cn(b"FILE")


def test_the_order_of_sets_counts_and_the_order_in_a_set_does_not():
    one, two = (ORGANISATION, UTF8, b"org1"), (COMMON_NAME, UTF8, b"ca")
    assert write_name([one], [two]) != write_name([two], [one])
    assert write_name([one, two]) == write_name([two, one])
    assert write_name([one, two]) != write_name([one], [two])


def test_numbers_are_read_as_text_and_bits_as_themselves():
    assert cn(b"123", NUMERIC) == cn(b"123")
    assert str(cn(b"\x00\xff", 0x03)) == "CN=#0300ff"
    assert str(write_name([("1.2.3", UTF8, b"x")])) == "1.2.3=x"
    assert str(write_name()) == "(empty)"


def test_the_only_value_of_a_type():
    assert get_only_value(make_name([(ORGANISATION, "org1")]), ORGANISATION) == "org1"
    for attributes in ([], [(ORGANISATION, "org1"), (ORGANISATION, "org2")]):
        with pytest.raises(MalformedError) as caught:
            get_only_value(make_name(attributes), ORGANISATION)
        assert caught.value.field == "O"
        assert f"not {len(attributes)}" in str(caught.value)


@pytest.mark.parametrize(
    ("tag", "content"),
    [
        (UTF8, b"\xff"),
        (UTF8, b""),
        (UTF8, b"bank\x00.evil"),
        (UTF8, b"line\nbreak"),
        (UTF8, "\u202eevil".encode()),
        (PRINTABLE, "é".encode()),
        (IA5, b"\x80"),
        (BMP, b"\x00"),
        (UTF8, b"x" * 1025),
        (0x03, b"x" * 1025),
    ],
)
def test_a_value_that_hides_something_is_refused(tag, content):
    with pytest.raises(MalformedError) as caught:
        cn(content, tag)
    assert caught.value.field == "CN"
    with pytest.raises(MalformedError) as caught:
        write_name([("1.2.3", tag, content)])
    assert caught.value.field == "1.2.3"


def test_the_longest_value_and_the_most_attributes_are_accepted():
    assert len(cn(b"x" * 1024).attributes[0].value) == 1024
    assert len(write_name(*[[(UNIT, UTF8, b"x")]] * 64).attributes) == 64
    with pytest.raises(InvalidEncodingError, match="at most 64"):
        write_name(*[[(UNIT, UTF8, b"x")]] * 65)


@pytest.mark.parametrize("encoded", ["30023100", "300431023000", "3009310730050603550403", "3000" + "00"])
def test_a_name_that_is_cut_short_is_refused(encoded):
    with pytest.raises((InvalidEncodingError, MalformedError)):
        decode_name(bytes.fromhex(encoded))


def test_a_value_that_is_no_text_is_shown_as_bytes():
    assert str(decode_name(bytes.fromhex("300b310930070603550403" + "0500"))) == "CN=#05"


def test_nothing_may_follow_a_value():
    inner = encode_sequence(encode_object_identifier(COMMON_NAME), encode_element(UTF8, b"x"), encode_element(5, b""))
    with pytest.raises(MalformedError, match="CN: "):
        decode_name(encode_sequence(encode_element(0x31, inner)))


@given(st.binary(max_size=60))
def test_any_bytes_are_a_name_or_a_typed_error(data):
    try:
        name = decode_name(encode_sequence(data))
    except (InvalidEncodingError, MalformedError):
        return
    assert decode_sequence(name.encoded).data == data
