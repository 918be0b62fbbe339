"""The hash-linked log: two records are never written alike, and whatever is altered shows, in its place."""

import hashlib

from hypothesis import assume, given
from hypothesis import strategies as st

from minichain.crypto.hash_chain import START, build_log, compute_link, encode_record, find_break, get_head
from minichain.crypto.hashing import sm3

RECORDS = st.lists(st.text(), max_size=4)
LOGS = st.lists(RECORDS, min_size=1, max_size=8)


def decode_record(data):
    """Read an encoded record back. That this is possible is what makes the encoding unambiguous."""
    texts = []
    while data:
        end = 4 + int.from_bytes(data[:4], "big")
        texts, data = [*texts, data[4:end].decode()], data[end:]
    return texts


@given(RECORDS)
def test_an_encoded_record_can_be_read_back(record):
    assert decode_record(encode_record(record)) == record


def test_where_one_text_ends_and_the_next_begins_counts():
    likely = (["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["", "abc"], ["ab,c"], ["ab\x00c"])
    assert len({encode_record(record) for record in likely}) == len(likely)


def test_a_link_is_the_digest_of_the_link_before_and_the_record():
    written = b"\x00\x00\x00\x06\xe4\xb8\x80\xe5\x8f\xb7" + b"\x00\x00\x00\x03" + b"4.2"
    assert compute_link(START, ["一号", "4.2"]) == hashlib.sha256(bytes(32) + written).digest()
    assert compute_link(START, ["一号", "4.2"], sm3) == sm3(bytes(32) + written)


@given(LOGS)
def test_an_honest_log_has_no_break_and_its_head_is_its_last_link(records):
    log = build_log(records)
    assert find_break(log) is None
    assert [record for record, _ in log] == records
    assert get_head(log) == log[-1][1]
    assert find_break(build_log(records, sm3)) == 0, "another hash function gives other links"


def test_an_empty_log_has_the_start_as_its_head():
    assert (build_log([]), get_head([]), find_break([])) == ([], START, None)


@given(LOGS, RECORDS, st.data())
def test_an_altered_record_or_link_is_found_where_it_is(records, other, data):
    log = build_log(records)
    number = data.draw(st.integers(0, len(log) - 1))
    record, link = log[number]
    bit = data.draw(st.integers(0, 255))
    flipped = (int.from_bytes(link, "big") ^ 1 << bit).to_bytes(32, "big")
    assert find_break([*log[:number], (record, flipped), *log[number + 1 :]]) == number
    assume(other != record)
    assert find_break([*log[:number], (other, link), *log[number + 1 :]]) == number
    one_link_mended = (other, compute_link(get_head(log[:number]), other))
    assert find_break([*log[:number], one_link_mended, *log[number + 1 :]]) == (number + 1 if number + 1 < len(log) else None)


@given(LOGS, st.data())
def test_an_entry_that_is_taken_out_leaves_a_break_but_at_the_end(records, data):
    log = build_log(records)
    number = data.draw(st.integers(0, len(log) - 1))
    rest = log[:number] + log[number + 1 :]
    assert find_break(rest) == (number if number < len(rest) else None)
    assert (get_head(rest) == get_head(log)) == (number < len(rest)), "only the head tells that the end is missing"


@given(LOGS, RECORDS, st.data())
def test_a_log_that_is_linked_anew_has_no_break_but_another_head(records, other, data):
    number = data.draw(st.integers(0, len(records) - 1))
    assume(other != records[number])
    forged = build_log([*records[:number], other, *records[number + 1 :]])
    assert find_break(forged) is None
    assert get_head(forged) != get_head(build_log(records))
