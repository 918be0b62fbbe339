"""Times, flags and numbers have one spelling each."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minichain.crypto.der import Reader, encode_element
from minichain.crypto.errors import InvalidEncodingError
from minichain.identity.asn1 import (
    GENERALIZED_TIME,
    UTC_TIME,
    decode_named_bits,
    decode_signed,
    decode_time,
    encode_named_bits,
    encode_time,
    get_tagged,
    read_any,
    read_encoded,
    read_flag,
    read_optional,
    read_time,
)


def to_ms(*fields):
    return round(datetime(*fields, tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize(
    ("tag", "text", "time_ms"),
    [
        (UTC_TIME, b"700101000000Z", 0),
        (UTC_TIME, b"500101000000Z", to_ms(1950, 1, 1)),
        (UTC_TIME, b"991231235959Z", to_ms(1999, 12, 31, 23, 59, 59)),
        (UTC_TIME, b"000101000000Z", to_ms(2000, 1, 1)),
        (UTC_TIME, b"491231235959Z", to_ms(2049, 12, 31, 23, 59, 59)),
        (GENERALIZED_TIME, b"20500102030405Z", to_ms(2050, 1, 2, 3, 4, 5)),
        (GENERALIZED_TIME, b"19491231235959Z", to_ms(1949, 12, 31, 23, 59, 59)),
        (GENERALIZED_TIME, b"99991231235959Z", to_ms(9999, 12, 31, 23, 59, 59)),
    ],
)
def test_times_are_written_as_the_standard_has_them(tag, text, time_ms):
    assert decode_time(tag, text) == time_ms
    assert encode_time(time_ms) == encode_element(tag, text)
    assert read_time(Reader(encode_element(tag, text))) == time_ms


def test_a_year_before_2050_may_also_have_four_digits():
    assert decode_time(GENERALIZED_TIME, b"20200229000000Z") == to_ms(2020, 2, 29)


def test_parts_of_a_second_are_cut_off():
    assert encode_time(999) == encode_time(0)
    assert encode_time(1999) == encode_time(1000) != encode_time(0)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        (UTC_TIME, b"7001010000Z"),  # without seconds
        (UTC_TIME, b"700101000000"),
        (UTC_TIME, b"700101000000+0000"),
        (UTC_TIME, b"7001010000000"),
        (UTC_TIME, b"19700101000000Z"),
        (UTC_TIME, b"701301000000Z"),
        (UTC_TIME, b"210229000000Z"),
        (UTC_TIME, b"700101240000Z"),
        (UTC_TIME, b"70010100000 Z"),
        (UTC_TIME, b"+70101000000Z"),
        (UTC_TIME, "70010100000²Z".encode("latin-1")),
        (GENERALIZED_TIME, b"700101000000Z"),
        (GENERALIZED_TIME, b"20500101000000.5Z"),
        (GENERALIZED_TIME, b"00000101000000Z"),
        (0x04, b"700101000000Z"),
    ],
)
def test_what_is_no_time_is_refused(tag, text):
    with pytest.raises(InvalidEncodingError):
        decode_time(tag, text)


@pytest.mark.parametrize("time_ms", [10**17, -(10**17), 10**30])
def test_a_time_outside_of_all_years_is_refused(time_ms):
    with pytest.raises(InvalidEncodingError, match=f"{time_ms} ms"):
        encode_time(time_ms)


@pytest.mark.parametrize(
    ("positions", "encoded"),
    [((), "030100"), ((0,), "03020780"), ((5, 6), "03020106"), ((7,), "03020001"), ((0, 8), "0303078080"), ((15,), "0303000001")],
)
def test_flags_are_bits_without_zeros_at_the_end(positions, encoded):
    assert encode_named_bits(frozenset(positions)).hex() == encoded
    assert decode_named_bits(bytes.fromhex(encoded)[2:]) == frozenset(positions)


@pytest.mark.parametrize("content", ["", "0080", "0680", "0880", "0700", "000000", "07808000", "0700008000", "01ff"])
def test_flags_with_another_spelling_are_refused(content):
    with pytest.raises(InvalidEncodingError):
        decode_named_bits(bytes.fromhex(content))


@pytest.mark.parametrize(("content", "number"), [("00", 0), ("7f", 127), ("0080", 128), ("80", -128), ("ff7f", -129), ("ff", -1)])
def test_numbers_below_zero_are_read(content, number):
    assert decode_signed(bytes.fromhex(content)) == number


@pytest.mark.parametrize("content", ["", "0000", "007f", "ff80", "ffff"])
def test_numbers_with_a_byte_too_many_are_refused(content):
    with pytest.raises(InvalidEncodingError):
        decode_signed(bytes.fromhex(content))


@given(st.integers(-(1 << 170), 1 << 170))
def test_a_number_has_one_spelling(number):
    shortest = number.to_bytes(((number if number >= 0 else ~number).bit_length() // 8) + 1, "big", signed=True)
    assert decode_signed(shortest) == number
    with pytest.raises(InvalidEncodingError):
        decode_signed((b"\x00" if number >= 0 else b"\xff") + shortest)


def test_a_flag_is_left_out_or_true():
    assert read_flag(Reader(bytes.fromhex("0101ff")))
    absent = Reader(bytes.fromhex("0500"))
    assert not read_flag(absent) and absent.position == 0
    for encoded in ("010100", "010101", "0100", "0102ffff"):
        with pytest.raises(InvalidEncodingError):
            read_flag(Reader(bytes.fromhex(encoded)))


def test_what_is_optional_is_read_only_if_it_is_there():
    reader = Reader(bytes.fromhex("80010a0500"))
    assert read_optional(reader, 0x81) is None
    assert read_optional(reader, 0x80) == b"\x0a"
    assert read_any(reader) == (5, b"")
    assert read_optional(reader, 0x80) is None
    with pytest.raises(InvalidEncodingError):
        read_any(reader)


def test_an_element_is_returned_as_it_stands():
    reader = Reader(bytes.fromhex("05003003020101"))
    reader.read_element(5)
    assert read_encoded(reader, 0x30).hex() == "3003020101"
    assert reader.has_ended()


def test_tags_of_a_standards_own():
    assert (get_tagged(0), get_tagged(3), get_tagged(2, is_constructed=False)) == (0xA0, 0xA3, 0x82)
