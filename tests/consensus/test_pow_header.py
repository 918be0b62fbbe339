"""Bitcoin's rules hold Bitcoin's own chain: 2,017 headers and 255 whole blocks, and every change to them is refused by its rule."""

import bz2
import os
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minichain.consensus.pow_block import (
    Reader,
    WorkBlock,
    compute_work_root,
    decode_block,
    validate_block,
)
from minichain.consensus.pow_header import (
    BITCOIN,
    LARGEST,
    Rules,
    WorkError,
    WorkHeader,
    compute_double_hash,
    compute_next_bits,
    compute_work,
    compute_work_hash,
    decode_header,
    decode_target,
    encode_header,
    encode_target,
    validate_header,
    validate_headers,
)

VECTORS = Path(os.environ.get("MINICHAIN_VECTORS", Path(__file__).parents[3] / "shared" / "vectors")) / "bitcoin"
needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason=f"no vectors at {VECTORS}; name their folder with MINICHAIN_VECTORS")
GENESIS = "6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000"


@cache
def read_headers():
    data = (VECTORS / "mainnet-headers-2016.raw").read_bytes()
    return [decode_header(data[start : start + 80]) for start in range(0, len(data), 80)]


@cache
def read_blocks():
    reader, blocks = Reader(bz2.decompress((VECTORS / "blocks1-256.bz2").read_bytes())), []
    while reader.at < len(reader.data):
        assert reader.take(4).hex() == "f9beb4d9", "the network's magic"
        blocks.append(reader.take(int.from_bytes(reader.take(4), "little")))
    return blocks


@needs_vectors
def test_the_first_2017_headers_are_a_chain_from_genesis():
    headers = read_headers()
    assert len(headers) == 2017
    assert compute_work_hash(headers[0]).hex() == GENESIS
    assert validate_headers(BITCOIN, headers) == 2017 * compute_work(0x1D00FFFF) == 2017 * 4295032833
    assert all(encode_header(header)[:4] == b"\1\0\0\0" for header in headers)


@needs_vectors
def test_255_whole_blocks_are_bound_by_the_headers():
    headers, blocks = read_headers(), [decode_block(data) for data in read_blocks()]
    assert [block.header for block in blocks] == headers[1:256]
    assert sum(len(block.transactions) for block in blocks) > 255
    for block in blocks:
        validate_block(block)


@needs_vectors
@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"nonce": 1}, "higher than the target"),
        ({"merkle_root": bytes(32)}, "higher than the target"),
        ({"bits": 0x1D00FFFE}, "must be 0x1d00ffff"),
        ({"bits": 0x207FFFFF}, "must be 0x1d00ffff"),
        ({"previous_hash": bytes(32)}, "is not the hash of height 99"),
    ],
)
def test_a_changed_header_breaks_a_rule(change, rule):
    headers = read_headers()[:100]
    with pytest.raises(WorkError, match=rule):
        validate_header(BITCOIN, [*headers, replace(read_headers()[100], **change)], 100)
    follower = [*headers, replace(read_headers()[100], nonce=1), read_headers()[101]]
    with pytest.raises(WorkError, match="is not the hash of height 100"):
        validate_header(BITCOIN, follower, 101)


@needs_vectors
def test_a_changed_block_breaks_a_rule():
    block = next(block for data in read_blocks() if len((block := decode_block(data)).transactions) >= 2)
    first, second, *rest = block.transactions
    with pytest.raises(WorkError, match="have the root"):
        validate_block(WorkBlock(block.header, (first, *rest)))
    data = encode_header(block.header) + b"\1" + first
    with pytest.raises(WorkError, match=r"only \d+ are left"):
        decode_block(data[:-1])
    with pytest.raises(WorkError, match="1 bytes follow"):
        decode_block(data + b"!")
    with pytest.raises(WorkError, match="more than it needs"):
        decode_block(data[:80] + b"\xfd\1\0" + first)
    root = compute_work_root([compute_double_hash(second)])
    with pytest.raises(WorkError, match="transaction 0: the first one"):
        validate_block(WorkBlock(replace(block.header, merkle_root=root), (second,)))


@needs_vectors
@given(st.data())
def test_a_spoilt_block_is_a_typed_error_or_another_block(data):
    whole = bytearray(read_blocks()[data.draw(st.integers(0, 254))])
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        block = decode_block(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
        validate_block(block)
    except WorkError:
        return
    assert encode_header(block.header) != b""


@given(st.binary(max_size=300))
def test_bytes_that_are_no_block_are_a_typed_error(data):
    with pytest.raises(WorkError):
        validate_block(decode_block(data))


def test_a_list_whose_end_is_repeated_is_refused():
    leaves = [bytes([number]) * 32 for number in range(7)]
    assert compute_work_root(leaves[:1]) == leaves[0]
    assert compute_work_root(leaves[:3]) == compute_double_hash(
        compute_double_hash(leaves[0] + leaves[1]) + compute_double_hash(leaves[2] + leaves[2])
    )
    for size, repeated in ((3, 1), (5, 1), (6, 2), (7, 1)):
        with pytest.raises(WorkError, match="another one with the same root"):
            compute_work_root(leaves[:size] + leaves[size - repeated : size])
    with pytest.raises(WorkError, match="at least one"):
        compute_work_root([])


# Targets


@given(st.integers(1, LARGEST))
def test_a_target_loses_only_what_the_mantissa_cannot_hold(target):
    spelt = decode_target(encode_target(target))
    assert spelt <= target < spelt + max(1, spelt >> 14)
    assert encode_target(spelt) == encode_target(target)


@pytest.mark.parametrize("bits", [0, 0x1D000000, 0x1D800001, 0x01003456, 0xFF123456, 0x2200FFFF + 0x01000000])
def test_bits_that_spell_no_target_are_refused(bits):
    with pytest.raises(WorkError, match="spell no target"):
        decode_target(bits)


@pytest.mark.parametrize(
    # Bitcoin Core's own cases (src/test/pow_tests.cpp): the height, the window's first and last time, the last bits, the next bits.
    ("height", "first_s", "last_s", "bits", "following"),
    [
        (32256, 1261130161, 1262152739, 0x1D00FFFF, 0x1D00D86A),
        (2016, 1231006505, 1233061996, 0x1D00FFFF, 0x1D00FFFF),
        (68544, 1279008237, 1279297671, 0x1C05A3F4, 0x1C0168FD),
        (46368, 1263163443, 1269211443, 0x1C387F6F, 0x1D00E1FD),
    ],
)
def test_the_target_follows_the_time_as_in_bitcoin(height, first_s, last_s, bits, following):
    first, last = (WorkHeader(1, bytes(32), bytes(32), time_s, bits, 0) for time_s in (first_s, last_s))
    assert compute_next_bits(BITCOIN, height, last, first) == following
    assert compute_next_bits(BITCOIN, height + 1, last, first) == bits


def mine(header):
    """Return the header with a nonce that meets an easy target."""
    while int.from_bytes(compute_work_hash(header), "little") > decode_target(header.bits):
        header = replace(header, nonce=header.nonce + 1)
    return header


def make_chain(rules, times):
    headers = [mine(WorkHeader(1, bytes(32), bytes(32), times[0], rules.easiest_bits, 0))]
    for height, time_s in enumerate(times[1:], start=1):
        bits = compute_next_bits(rules, height, headers[-1], headers[max(0, height - rules.window)])
        headers.append(mine(WorkHeader(1, compute_work_hash(headers[-1]), bytes(32), time_s, bits, 0)))
    return headers


def test_fewer_blocks_can_be_more_work():
    rules = Rules(easiest_bits=0x207FFFFF, spacing_s=10, window=4)
    quick = make_chain(rules, [0, 3, 5, 7, 9, 11, 13])
    slow = make_chain(rules, [0, 30, 60, 90, 120, 150, 180, 210])
    assert len(slow) > len(quick)
    assert validate_headers(rules, slow) < validate_headers(rules, quick)


def test_a_time_must_be_later_than_the_median():
    rules = Rules(easiest_bits=0x207FFFFF)
    times = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
    assert validate_headers(rules, make_chain(rules, [*times, 51]))
    with pytest.raises(WorkError, match="not later than 50, the median"):
        validate_headers(rules, make_chain(rules, [*times, 50]))


def test_what_has_no_room_in_a_header_is_refused():
    header = WorkHeader(1, bytes(32), bytes(32), 0, 0x207FFFFF, 0)
    assert decode_header(encode_header(header)) == header
    for change in ({"nonce": 2**32}, {"time_s": -1}, {"merkle_root": b""}):
        with pytest.raises(WorkError, match="a header has numbers below"):
            encode_header(replace(header, **change))
    with pytest.raises(WorkError, match="80 bytes long, not 3"):
        decode_header(b"abc")
