"""Merkle trees: the RFC's own definition as the oracle, every proof holds, and nothing else passes for one."""

import dataclasses
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.crypto import hashing
from minichain.crypto.errors import CryptoError, InvalidProofError, OutOfTreeError
from minichain.crypto.merkle import (
    ConsistencyProof,
    InclusionProof,
    TreeHead,
    compute_consistency_proof,
    compute_head,
    compute_inclusion_proof,
    compute_leaf_hash,
    compute_node_hash,
    compute_root,
    is_consistent,
    is_included,
    validate_consistency,
    validate_inclusion,
)
from minichain.crypto.merkle_log import MerkleLog

LIMIT = 33  # trees up to here hold every shape of a right edge, and the first of 6 levels
ENTRIES = [f"entry {index}".encode() for index in range(LIMIT)]
LOG = MerkleLog(ENTRIES)

entry_lists = st.lists(st.binary(max_size=40), min_size=1, max_size=20)


def mth(d):
    """RFC 9162, 2.1.1, word for word."""
    n = len(d)
    if n == 0:
        return hashlib.sha256().digest()
    if n == 1:
        return hashlib.sha256(b"\x00" + d[0]).digest()
    k = max(2**power for power in range(n) if 2**power < n)
    return hashlib.sha256(b"\x01" + mth(d[0:k]) + mth(d[k:n])).digest()


def path(m, d):
    """RFC 9162, 2.1.3.1, word for word."""
    n = len(d)
    if n == 1:
        return []
    k = max(2**power for power in range(n) if 2**power < n)
    return [*path(m, d[0:k]), mth(d[k:n])] if m < k else [*path(m - k, d[k:n]), mth(d[0:k])]


def subproof(m, d, b):
    """RFC 9162, 2.1.4.1, word for word."""
    n = len(d)
    if m == n:
        return [] if b else [mth(d)]
    k = max(2**power for power in range(n) if 2**power < n)
    return [*subproof(m, d[0:k], b), mth(d[k:n])] if m <= k else [*subproof(m - k, d[k:n], False), mth(d[0:k])]


def flip_bits(value):
    """Yield `value` with one bit changed, once for each bit; a number has one bit more than it needs."""
    if isinstance(value, int):
        for bit in range(value.bit_length() + 1):
            yield value ^ 1 << bit
    elif isinstance(value, bytes):
        for bit in range(8 * len(value)):
            yield (int.from_bytes(value, "big") ^ 1 << bit).to_bytes(len(value), "big")
    elif isinstance(value, tuple):
        for index, part in enumerate(value):
            for changed in flip_bits(part):
                yield (*value[:index], changed, *value[index + 1 :])
    else:
        for field in dataclasses.fields(value):
            for changed in flip_bits(getattr(value, field.name)):
                yield dataclasses.replace(value, **{field.name: changed})


# The tree


@pytest.mark.parametrize("size", range(LIMIT + 1))
def test_root_is_the_rfcs(size):
    assert compute_root(ENTRIES[:size]) == mth(ENTRIES[:size])


@given(entries=entry_lists)
def test_root_of_any_entries_is_the_rfcs(entries):
    assert compute_root(entries) == mth(entries)


def test_a_root_binds_how_its_leaves_were_grouped():
    entries = ENTRIES[:3]
    assert compute_root(entries) != compute_root([*entries, entries[-1]]), "a duplicated last leaf (CVE-2012-2459)"
    left, right = compute_leaf_hash(entries[0]), compute_leaf_hash(entries[1])
    assert compute_root([left + right]) != compute_node_hash(left, right), "an inner node passed for a leaf"


@pytest.mark.parametrize("name", hashing.HASH_NAMES)
def test_any_hash_function_will_do(name):
    function = hashing.get_hash(name)
    head = compute_head(ENTRIES[:5], function)
    proof = compute_inclusion_proof(ENTRIES[:5], 4, function)
    validate_inclusion(ENTRIES[4], proof, head, function)
    validate_consistency(compute_consistency_proof(ENTRIES[:5], 3, function), compute_head(ENTRIES[:3], function), head, function)
    other = hashing.get_hash("sm3" if name == "sha256" else "sha256")
    assert not is_included(ENTRIES[4], proof, head, other)
    assert MerkleLog(ENTRIES[:5], function).get_head() == head == compute_head(ENTRIES[:5], hashing.get_hash(name, readable=True))


# Inclusion


@pytest.mark.parametrize("size", range(1, LIMIT + 1))
def test_every_entry_has_its_proof(size):
    entries, head = ENTRIES[:size], LOG.get_head(size)
    for index, entry in enumerate(entries):
        proof = compute_inclusion_proof(entries, index)
        assert proof == InclusionProof(index, size, tuple(path(index, entries)))
        validate_inclusion(entry, proof, head)
        assert not is_included(entries[index - 1], proof, head) or size == 1


@settings(max_examples=20)
@given(entries=entry_lists, data=st.data())
def test_no_bit_of_an_inclusion_proof_may_change(entries, data):
    index = data.draw(st.integers(0, len(entries) - 1))
    statement = (entries[index], compute_inclusion_proof(entries, index), compute_head(entries))
    assert is_included(*statement)
    assert not any(is_included(*changed) for changed in flip_bits(statement))


def test_an_inner_node_is_no_entry():
    """The second-preimage attack: present two leaf hashes, joined, as an entry of the tree one level up."""
    head = compute_head(ENTRIES[:4])
    left, right = (compute_node_hash(*map(compute_leaf_hash, pair)) for pair in (ENTRIES[:2], ENTRIES[2:4]))
    assert compute_node_hash(left, right) == head.root
    forged = compute_leaf_hash(ENTRIES[0]) + compute_leaf_hash(ENTRIES[1])
    proof = InclusionProof(0, 2, (right,))
    assert not is_included(forged, proof, head)
    assert not is_included(forged, proof, TreeHead(2, head.root)), "not even to one who believes in two entries"


def test_the_root_does_not_tell_the_size():
    """Why the head carries the size: one who took it from the prover would believe any of these."""
    head = compute_head(ENTRIES[:5])
    proof = compute_inclusion_proof(ENTRIES[:5], 0)
    believed = [
        size for size in range(1, 20) if is_included(ENTRIES[0], dataclasses.replace(proof, tree_size=size), TreeHead(size, head.root))
    ]
    assert believed == [5, 6, 7, 8]
    assert not is_included(ENTRIES[0], dataclasses.replace(proof, tree_size=8), head)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tree_size": 6}, "for a tree of 6 entries, the head is of 5"),
        ({"leaf_index": 5}, "for entry 5 of 5"),
        ({"leaf_index": -1}, "for entry -1 of 5"),
        ({"path": ()}, "ends below the root"),
        ({"path": (bytes(32),) * 4}, "goes on above the root"),
        ({"path": (bytes(31), bytes(32), bytes(32))}, "a hash of 31 bytes; sha256 gives 32"),
        ({"path": (bytes(32),) * 3}, r"leads to the root \w{64}, not to \w{64}"),
    ],
)
def test_a_bad_inclusion_proof_is_told_why(change, reason):
    proof = dataclasses.replace(compute_inclusion_proof(ENTRIES[:5], 2), **change)
    with pytest.raises(InvalidProofError, match=reason):
        validate_inclusion(ENTRIES[2], proof, LOG.get_head(5))


# Consistency


@pytest.mark.parametrize("new_size", range(1, LIMIT + 1))
def test_every_tree_grew_out_of_every_smaller_one(new_size):
    entries, new = ENTRIES[:new_size], LOG.get_head(new_size)
    for old_size in range(1, new_size + 1):
        old = LOG.get_head(old_size)
        proof = compute_consistency_proof(entries, old_size)
        assert proof == ConsistencyProof(old_size, new_size, tuple(subproof(old_size, entries, True)))
        validate_consistency(proof, old, new)
        # Both roots are bound, whichever is the lie.
        assert not is_consistent(proof, TreeHead(old_size, bytes(32)), new)
        assert not is_consistent(proof, old, TreeHead(new_size, bytes(32)))


@settings(max_examples=20)
@given(entries=entry_lists, data=st.data())
def test_no_bit_of_a_consistency_proof_may_change(entries, data):
    old_size = data.draw(st.integers(1, len(entries)))
    statement = (compute_consistency_proof(entries, old_size), compute_head(entries[:old_size]), compute_head(entries))
    assert is_consistent(*statement)
    assert not any(is_consistent(*changed) for changed in flip_bits(statement))


@given(entries=entry_lists, data=st.data())
def test_history_cannot_be_rewritten(entries, data):
    """Whatever honest proof a log with a changed past offers, the old head contradicts it."""
    old_size = data.draw(st.integers(1, len(entries)))
    place = data.draw(st.integers(0, old_size - 1))
    rewritten = [*entries[:place], entries[place] + b"!", *entries[place + 1 :]]
    proof = compute_consistency_proof(rewritten, old_size)
    assert is_consistent(proof, compute_head(rewritten[:old_size]), compute_head(rewritten))
    assert not is_consistent(proof, compute_head(entries[:old_size]), compute_head(rewritten))


@pytest.mark.parametrize(
    ("proof", "old", "new", "reason"),
    [
        (LOG.get_consistency_proof(3, 5), LOG.get_head(4), LOG.get_head(5), "of 3 and 5 entries, the heads are of 4 and 5"),
        (ConsistencyProof(5, 3, ()), LOG.get_head(5), LOG.get_head(3), "no tree of 3 entries"),
        (ConsistencyProof(0, 3, ()), LOG.get_head(0), LOG.get_head(3), "out of one of 0"),
        (ConsistencyProof(0, 0, ()), LOG.get_head(0), LOG.get_head(0), "out of one of 0"),
        (ConsistencyProof(3, 3, (bytes(32),)), LOG.get_head(3), LOG.get_head(3), "the path must be empty"),
        (ConsistencyProof(3, 3, ()), LOG.get_head(3), TreeHead(3, bytes(32)), "the new root"),
        (ConsistencyProof(3, 5, ()), LOG.get_head(3), LOG.get_head(5), "the path is empty"),
        (ConsistencyProof(4, 5, ()), LOG.get_head(4), LOG.get_head(5), "ends below the root"),
        (ConsistencyProof(4, 5, (bytes(32),) * 2), LOG.get_head(4), LOG.get_head(5), "goes on above the root"),
        (ConsistencyProof(3, 5, (b"short",)), LOG.get_head(3), LOG.get_head(5), "a hash of 5 bytes"),
        (LOG.get_consistency_proof(3, 5), TreeHead(3, bytes(32)), LOG.get_head(5), "the old root"),
        (LOG.get_consistency_proof(3, 5), LOG.get_head(3), TreeHead(5, bytes(32)), "the new root"),
    ],
)
def test_a_bad_consistency_proof_is_told_why(proof, old, new, reason):
    with pytest.raises(InvalidProofError, match=reason):
        validate_consistency(proof, old, new)


# The append-only tree


def test_a_log_answers_for_every_size_that_it_had():
    for size in range(LIMIT + 1):
        entries = ENTRIES[:size]
        assert LOG.get_head(size) == compute_head(entries)
        for other in range(size):
            assert LOG.get_inclusion_proof(other, size) == compute_inclusion_proof(entries, other)
            assert LOG.get_consistency_proof(other + 1, size) == compute_consistency_proof(entries, other + 1)


@given(first=entry_lists, then=entry_lists)
def test_a_log_that_grows_is_the_tree_over_all_entries(first, then):
    log = MerkleLog(first)
    old = log.get_head()
    assert [log.append(entry) for entry in then] == list(range(len(first), len(first) + len(then)))
    assert len(log) == len(first) + len(then)
    assert log.get_head() == compute_head(first + then)
    validate_consistency(log.get_consistency_proof(old.size), old, log.get_head())


@pytest.mark.parametrize("size", [1, 2, 3, 1000, 1023, 1024, 1025])
def test_a_log_works_in_the_logarithm_of_its_size(size):
    messages = []

    def new(data=b""):
        messages.append(data)
        return hashlib.sha256(data)

    def count(action, *arguments):
        messages.clear()
        action(*arguments)
        return len(messages)

    log = MerkleLog([index.to_bytes(4, "big") for index in range(size)], hashing.make_hash_function(hashing.sha256, "counted", new))
    height = size.bit_length()
    assert count(log.get_root) <= height
    assert max(count(log.get_inclusion_proof, index) for index in (0, size // 2, size - 1)) <= height
    assert max(count(log.get_consistency_proof, old_size) for old_size in (1, (size + 1) // 2, size)) <= height
    assert 1 <= count(log.append, b"next") <= height + 1


# Wrong questions


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        (lambda: compute_inclusion_proof(ENTRIES[:3], 3), "no entry 3 in a tree of 3 entries"),
        (lambda: compute_inclusion_proof(ENTRIES[:3], -1), "no entry -1 in a tree of 3 entries"),
        (lambda: compute_inclusion_proof([], 0), "no entry 0 in a tree of 0 entries"),
        (lambda: compute_consistency_proof(ENTRIES[:3], 0), "from 0 to 3"),
        (lambda: compute_consistency_proof(ENTRIES[:3], 4), "from 4 to 3"),
        (lambda: LOG.get_inclusion_proof(7, size=7), "no entry 7 in a tree of 7 entries"),
        (lambda: LOG.get_root(LIMIT + 1), f"has {LIMIT} entries and never had {LIMIT + 1}"),
        (lambda: LOG.get_head(-1), "never had -1"),
        (lambda: LOG.get_consistency_proof(1, LIMIT + 1), f"never had {LIMIT + 1}"),
    ],
)
def test_what_the_tree_does_not_have_is_said(ask, reason):
    with pytest.raises(OutOfTreeError, match=reason) as caught:
        ask()
    assert isinstance(caught.value, CryptoError)


@pytest.mark.parametrize("wrong", ["text", 3, None])
def test_an_entry_is_bytes(wrong):
    reason = f"must be bytes, not {type(wrong).__name__}"
    log = MerkleLog([b"a"])
    for ask in (lambda: compute_root([b"a", wrong]), lambda: compute_leaf_hash(wrong), lambda: log.append(wrong)):
        with pytest.raises(TypeError, match=reason):
            ask()
    assert log.get_head() == compute_head([b"a"]), "a refused entry left a trace"
