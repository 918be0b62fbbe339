"""The chain: every rule refuses with its own code and leaves no trace; branches, reorganisation and finality."""

from dataclasses import replace

import pytest

from minichain.crypto.hashing import sha256
from minichain.crypto.key_encoding import encode_public_key
from minichain.crypto.suites import get_suite
from minichain.identity.access import AccessControl, TrustRoot
from minichain.identity.member import Member, MemberKind
from minichain.identity.roles import Mode
from minichain.ledger.block import Dag, compute_dag_hash
from minichain.ledger.chain import Branched, Extended, Reorganised
from minichain.ledger.configuration import Limits
from minichain.ledger.encoding import encode
from minichain.ledger.errors import LedgerError
from minichain.ledger.execution import Code
from minichain.ledger.genesis import GenesisError, make_genesis
from minichain.ledger.keyvalue import find_keyvalue_engine
from minichain.ledger.proofs import compute_transaction_root
from minichain.ledger.rules import ADVICE, InvalidError, Rule
from minichain.ledger.runners import InProcessRunner
from minichain.ledger.signatures import sign_transaction
from minichain.ledger.store import MemoryStore
from minichain.ledger.transaction import TxType
from tests.ledger.small_chain import (
    CHAIN_ID,
    GENESIS,
    MEMBERS,
    SIGNERS,
    START_MS,
    SUITE,
    change,
    extend,
    get_summary,
    make_access,
    make_ban,
    make_chain,
    make_payload,
    make_transaction,
    make_update,
    propose,
)

STRANGER = Member("org1", MemberKind.PUBLIC_KEY, MEMBERS["Ann"].info[:-1] + b"\x00")


@pytest.fixture
def chain():
    chain = make_chain()
    extend(chain, make_transaction(1), make_transaction(2, "Bob", sequence=5))
    return chain


def refuse(chain, block):
    """Return the rule by which the chain refuses a block; nothing may be different afterwards."""
    before = get_summary(chain)
    with pytest.raises(InvalidError) as caught:
        chain.apply_block(block)
    assert get_summary(chain) == before
    return caught.value.rule


def with_transactions(chain, *transactions):
    """Return a block that carries these transactions, whatever they are, with roots of an empty block's execution."""
    block = propose(chain)
    return change(
        replace(block, transactions=transactions, dag=Dag(((),) * len(transactions))),
        transaction_count=len(transactions),
        transaction_root=compute_transaction_root(transactions, SUITE.hash),
        dag_hash=compute_dag_hash(Dag(((),) * len(transactions)), SUITE.hash),
    )


def test_every_rule_has_its_advice():
    assert set(ADVICE) == set(Rule)
    assert len(set(ADVICE.values())) == len(Rule)


# Transactions


def make_bad_transactions():
    """Yield for each rule a transaction that breaks it, and no rule before it."""
    good = make_transaction(10)
    forged = replace(good, payload=replace(good.payload, parameters=(("key", b"k"), ("value", b"other"))))
    yield Rule.TX_TOO_LARGE, make_transaction(10, key=b"k", value=bytes(1 << 20))
    yield Rule.TX_OTHER_CHAIN, make_transaction(10, chain_id="other")
    yield Rule.TX_WRONG_TYPE, make_transaction(10, tx_type=TxType.QUERY)
    yield Rule.TX_LIMIT, make_transaction(10, limit=Limits().max_gas + 1)
    yield Rule.TX_EXPIRED, make_transaction(10, expiration_ms=START_MS)
    yield Rule.TX_REPLAYED, make_transaction(1)
    yield Rule.TX_SEQUENCE, make_transaction(10, "Bob", sequence=5)
    yield Rule.TX_UNKNOWN_MEMBER, replace(good, sender=replace(good.sender, signer=STRANGER))
    yield Rule.TX_UNKNOWN_MEMBER, replace(good, endorsers=(replace(good.sender, signer=STRANGER),))
    yield Rule.TX_NOT_ALLOWED, make_transaction(10, "node")
    yield Rule.TX_NOT_ALLOWED, make_update(10, "Ann")
    yield Rule.TX_NOT_ALLOWED, make_transaction(10, "admin", contract="CHAIN_CONFIG", method="SECRET_METHOD")
    yield Rule.TX_BAD_SIGNATURE, forged
    yield Rule.TX_BAD_SIGNATURE, replace(good, sender=replace(good.sender, signature=bytes(64)))
    yield Rule.TX_BAD_SIGNATURE, replace(good, endorsers=(replace(good.sender, signer=MEMBERS["Bob"]),))


@pytest.mark.parametrize(("rule", "transaction"), list(make_bad_transactions()))
def test_a_block_with_a_bad_transaction_is_refused_by_the_rule_that_it_breaks(chain, rule, transaction):
    assert refuse(chain, with_transactions(chain, transaction)) is rule


def test_a_transaction_of_another_chain_cannot_be_relabelled(chain):
    foreign = make_transaction(10, chain_id="other")
    relabelled = replace(foreign, payload=replace(foreign.payload, chain_id=CHAIN_ID))
    assert refuse(chain, with_transactions(chain, relabelled)) is Rule.TX_BAD_SIGNATURE


def test_a_transaction_twice_in_a_block_is_a_replay(chain):
    assert refuse(chain, with_transactions(chain, make_transaction(10), make_transaction(10))) is Rule.TX_REPLAYED


def test_sequences_go_up_within_a_block_and_may_have_gaps(chain):
    descending = make_transaction(10, "Bob", sequence=8), make_transaction(11, "Bob", sequence=7)
    assert refuse(chain, with_transactions(chain, *descending)) is Rule.TX_SEQUENCE
    extend(chain, make_transaction(10, "Bob", sequence=7), make_transaction(11, "Bob"), make_transaction(12, "Bob", sequence=9))
    assert refuse(chain, with_transactions(chain, make_transaction(13, "Bob", sequence=9))) is Rule.TX_SEQUENCE


def test_expiry_is_by_the_time_of_the_block(chain):
    transaction = make_transaction(10, expiration_ms=START_MS + 10)
    assert refuse(chain, change(with_transactions(chain, transaction), timestamp_ms=START_MS + 10)) is Rule.TX_EXPIRED
    extend(chain, transaction, time_ms=START_MS + 9)


# Blocks


def make_bad_blocks(chain):
    """Yield for each rule a block that breaks it, and no rule before it."""
    good = propose(chain, [make_transaction(20), make_transaction(21, "Bob", key=b"key20", value=b"x")])
    header = good.header
    free = Dag(((), ()))
    yield Rule.BLOCK_KNOWN, chain.store.get_committed(1).block
    yield Rule.BLOCK_FINAL, change(good, height=0)
    yield Rule.BLOCK_NO_PARENT, change(good, previous_hash=sha256(b"nowhere"))
    yield Rule.BLOCK_VERSION, change(good, version=2)
    yield Rule.BLOCK_OTHER_CHAIN, change(good, chain_id="other")
    yield Rule.BLOCK_HEIGHT, change(good, height=header.height + 1)
    yield Rule.BLOCK_TIME, change(good, timestamp_ms=chain.head.timestamp_ms - 1)
    yield Rule.BLOCK_COUNT, change(good, transaction_count=3)
    yield Rule.BLOCK_CONFIGURATION, with_transactions(chain, make_transaction(20), make_update(22))
    yield Rule.BLOCK_TRANSACTION_ROOT, change(good, transaction_root=bytes(32))
    yield Rule.BLOCK_TRANSACTION_ROOT, replace(good, transactions=good.transactions[::-1])
    yield Rule.BLOCK_DAG_HASH, replace(good, dag=free)
    yield Rule.BLOCK_UNKNOWN_PROPOSER, change(good, proposer=STRANGER)
    yield Rule.BLOCK_NOT_ALLOWED, change(good, "Ann", proposer=MEMBERS["Ann"])
    yield Rule.BLOCK_BAD_SIGNATURE, replace(good, signature=bytes(64))
    yield Rule.BLOCK_BAD_SIGNATURE, replace(good, header=replace(header, timestamp_ms=header.timestamp_ms + 1))
    yield Rule.BLOCK_DAG, change(replace(good, dag=free), dag_hash=compute_dag_hash(free, SUITE.hash))
    yield Rule.BLOCK_RECEIPT_ROOT, change(good, receipt_root=bytes(32))
    yield Rule.BLOCK_RWSET_ROOT, change(good, rwset_root=bytes(32))
    yield Rule.BLOCK_STATE_ROOT, change(good, state_root=bytes(32))


def test_a_bad_block_is_refused_by_the_rule_that_it_breaks(chain):
    for rule, block in make_bad_blocks(chain):
        assert refuse(chain, block) is rule
    extend(chain, make_transaction(20))


def test_a_block_that_is_too_large_or_too_full(chain):
    extend(chain, make_update(30, max_block_bytes=3000, max_transaction_bytes=2500, max_block_transactions=3))
    assert refuse(chain, with_transactions(chain, make_transaction(31, value=bytes(1500)), make_transaction(32, value=bytes(1500)))) is (
        Rule.BLOCK_TOO_LARGE
    )
    assert refuse(chain, with_transactions(chain, *(make_transaction(40 + number) for number in range(4)))) is Rule.BLOCK_COUNT
    extend(chain, *(make_transaction(40 + number) for number in range(3)))


def test_consensus_has_a_say(chain):
    def refuse_all(block, parent):
        raise InvalidError(Rule.BLOCK_CONSENSUS, "no votes")

    strict = make_chain(chain.store, validate_consensus=refuse_all)
    assert refuse(strict, propose(chain)) is Rule.BLOCK_CONSENSUS


# Configuration


def make_national_access():
    """Return access control in order, for a chain of the other suite."""
    scheme = get_suite("national").signature
    key = encode_public_key(scheme.compute_public_key(scheme.private_type(bytes(31) + b"\5")))
    return AccessControl(Mode.REGISTERED_KEY, "national", (TrustRoot("org1", (key,)),))


def test_a_configuration_counts_from_the_next_block_on(chain):
    extend(chain, make_ban(30, "Bob"))
    assert refuse(chain, with_transactions(chain, make_transaction(31, "Bob"))) is Rule.TX_UNKNOWN_MEMBER
    extend(chain, make_ban(32))
    extend(chain, make_transaction(31, "Bob"))


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("GENESIS", {"access": encode(make_access()), "limits": encode(Limits())}),
        ("BLOCK_UPDATE", {}),
        ("BLOCK_UPDATE", {"limits": b"rubbish"}),
        ("BLOCK_UPDATE", {"limits": encode(Limits(suite="national"))}),
        ("BLOCK_UPDATE", {"limits": encode(Limits(suite="none"))}),
        ("BLOCK_UPDATE", {"limits": encode(Limits(max_transaction_bytes=10))}),
        ("BLOCK_UPDATE", {"limits": encode(Limits(max_block_transactions=0))}),
        ("BLOCK_UPDATE", {"limits": encode(Limits()), "access": encode(make_access())}),
        ("CORE_UPDATE", {"access": b"rubbish"}),
        ("CORE_UPDATE", {"access": encode(make_national_access())}),
    ],
)
def test_a_configuration_that_would_stop_the_chain_fails_and_changes_nothing(method, parameters):
    chain = make_chain()
    before = chain.configuration
    transaction = make_transaction(30, "admin", contract="CHAIN_CONFIG", method=method, **parameters)
    if method == "GENESIS":
        assert refuse(chain, with_transactions(chain, transaction)) is Rule.TX_NOT_ALLOWED
        return
    extend(chain, transaction)
    assert not chain.store.get_committed(1).receipts[0].is_success
    assert chain.configuration == before


def test_no_contract_reaches_the_configuration_past_its_policy(chain):
    parameters = (".access", encode(make_access(["Bob"]))), ("contract", b"CHAIN_CONFIG"), ("method", b"CORE_UPDATE")
    before = chain.configuration
    payload = replace(make_payload(30, "call"), parameters=parameters)
    extend(chain, sign_transaction(payload, SIGNERS["admin"], SUITE))
    (receipt,) = chain.store.get_committed(2).receipts
    assert receipt.code == Code.NO_CONTRACT and chain.configuration == before


def test_a_runner_needs_not_know_the_configuration():
    chain, other = make_chain(runner=InProcessRunner(find_keyvalue_engine)), make_chain()
    parameters = (".access", encode(make_access(["Bob"]))), ("contract", b"CHAIN_CONFIG"), ("method", b"CORE_UPDATE")
    call = sign_transaction(replace(make_payload(30, "call"), parameters=parameters), SIGNERS["admin"], SUITE)
    for transactions in ([make_update(1, max_block_transactions=50)], [call], [make_transaction(2), make_transaction(3, "Bob")]):
        other.apply_block(extend(chain, *transactions))
    assert get_summary(chain) == get_summary(other)


# Genesis


def test_another_genesis_is_another_chain(chain):
    other = make_genesis(CHAIN_ID, Limits(default_gas=5000), make_access(), START_MS)
    with pytest.raises(LedgerError, match="the store begins with"):
        type(chain)(chain.store, other, chain.find_engine)


@pytest.mark.parametrize("field", ["transaction_root", "receipt_root", "rwset_root", "state_root", "dag_hash", "previous_hash"])
def test_a_genesis_block_is_the_one_that_follows_from_its_configuration(chain, field):
    wrong = replace(GENESIS, header=replace(GENESIS.header, **{field: b"\1" * 32}))
    with pytest.raises(GenesisError):
        type(chain)(MemoryStore(), wrong, chain.find_engine)


# Branches


def make_fork(length, first_number, above=1, **options):
    """Return blocks of a branch that parts from the fixture's chain above height `above`."""
    other = make_chain(**options)
    extend(other, make_transaction(1), make_transaction(2, "Bob", sequence=5))
    return [extend(other, make_transaction(first_number + number), time_ms=START_MS + 50 + number) for number in range(length)]


def test_the_heavier_branch_wins_and_the_lighter_is_kept(chain):
    for number in range(2):
        extend(chain, make_transaction(100 + number))
    old = [chain.store.get_committed(height) for height in (2, 3)]
    first, second, third, fourth = make_fork(4, 200)
    assert isinstance(chain.apply_block(first), Branched)
    assert isinstance(chain.apply_block(second), Branched)  # as heavy: who was first stays
    effect = chain.apply_block(third)
    assert isinstance(effect, Reorganised)
    assert effect.removed == tuple(old) and [one.block for one in effect.added] == [first, second, third]
    assert chain.store.state.get("kv", b"key100") is None and chain.store.find_transaction(old[0].block.transactions[0].tx_id) is None
    assert isinstance(chain.apply_block(fourth), Extended)
    fresh = make_chain()
    for height in range(1, chain.height + 1):
        fresh.apply_block(chain.store.get_committed(height).block)
    assert fresh.head == chain.head and sorted(fresh.store.state.iterate_all()) == sorted(chain.store.state.iterate_all())
    # And back again, when the old branch grows.
    ours = make_chain()
    for committed in [chain.store.get_committed(1), *old]:
        ours.apply_block(committed.block)
    more = [extend(ours, make_transaction(300 + number), time_ms=START_MS + 90) for number in range(3)]
    assert [type(chain.apply_block(block)) for block in more] == [Branched, Branched, Reorganised]
    assert chain.head == ours.head


def test_weight_decides_and_not_length(chain):
    heavy = make_chain(weight=lambda header: int.from_bytes(header.consensus_arguments, "big"))
    extend(heavy, make_transaction(1), make_transaction(2, "Bob", sequence=5))
    for number in range(3):
        heavy.apply_block(change(propose(heavy, [make_transaction(100 + number)]), consensus_arguments=b"\1"))
    (fork,) = make_fork(1, 200)
    assert isinstance(heavy.apply_block(change(fork, consensus_arguments=b"\3")), Branched)
    assert isinstance(heavy.apply_block(change(fork, consensus_arguments=b"\4")), Reorganised)


def test_a_wrong_branch_is_left_again_and_remembered(chain):
    extend(chain, make_transaction(100))
    before = get_summary(chain)
    good, tampered = make_fork(2, 200)
    wrong = change(tampered, state_root=bytes(32))
    assert isinstance(chain.apply_block(good), Branched)
    with pytest.raises(InvalidError, match="BLOCK_STATE_ROOT"):
        chain.apply_block(wrong)
    blocks, state, final, branches, configuration = get_summary(chain)
    assert (blocks, state, final, configuration) == (*before[:3], before[4])
    assert [block for _, block in branches] == [good]
    assert refuse(chain, wrong) is Rule.BLOCK_BAD_PARENT
    assert refuse(chain, change(tampered, height=4, previous_hash=chain.get_hash(wrong.header))) is Rule.BLOCK_BAD_PARENT
    assert isinstance(chain.apply_block(tampered), Reorganised)


def test_a_block_below_the_tip_of_a_branch_can_be_the_wrong_one(chain):
    for number in range(2):
        extend(chain, make_transaction(100 + number))
    before = get_summary(chain)
    first = change(make_fork(1, 200)[0], rwset_root=bytes(32))
    second = change(first, height=3, previous_hash=chain.get_hash(first.header))
    third = change(first, height=4, previous_hash=chain.get_hash(second.header))
    assert isinstance(chain.apply_block(first), Branched) and isinstance(chain.apply_block(second), Branched)
    with pytest.raises(InvalidError, match=r"BLOCK_BAD_PARENT.*BLOCK_RWSET_ROOT"):
        chain.apply_block(third)
    assert get_summary(chain) == before


def test_what_is_outside_of_the_hash_gives_no_block_a_bad_name(chain):
    """An attacker passes on a good block of a branch with a spoilt signature, or with other transactions, before the real one comes."""
    extend(chain, make_transaction(100))
    first, second = make_fork(2, 200)
    chain.apply_block(first)
    assert refuse(chain, replace(second, transactions=(make_transaction(999),))) is Rule.BLOCK_TRANSACTION_ROOT
    with pytest.raises(InvalidError, match="BLOCK_BAD_SIGNATURE"):
        chain.apply_block(replace(second, signature=bytes(64)))
    assert isinstance(chain.apply_block(second), Reorganised)


def test_a_branch_has_its_own_replays_and_configuration(chain):
    extend(chain, make_transaction(100))
    other = make_chain()
    extend(other, make_transaction(1), make_transaction(2, "Bob", sequence=5))
    blocks = [extend(other, make_ban(200, "Ann")), extend(other, make_transaction(100, "Bob"))]
    for block in blocks:
        effect = chain.apply_block(block)
    assert isinstance(effect, Reorganised)
    assert "Ann" not in {identity[0] for identity in chain.configuration.access.members_by_key.values()}
    assert refuse(chain, with_transactions(chain, make_transaction(201, "Ann"))) is Rule.TX_UNKNOWN_MEMBER


# Finality


def test_what_is_final_stays(chain):
    for number in range(3):
        extend(chain, make_transaction(100 + number))
    deep, shallow = make_fork(2, 200)
    chain.apply_block(deep)
    chain.finalise(2)
    assert chain.store.get_branches() == []
    assert refuse(chain, deep) is Rule.BLOCK_FINAL
    assert refuse(chain, shallow) is Rule.BLOCK_NO_PARENT
    for height in (1, 5):
        with pytest.raises(LedgerError, match="cannot make height"):
            chain.finalise(height)


def test_branches_above_the_final_block_go_on(chain):
    extend(chain, make_transaction(100))
    first, second, third = make_fork(3, 200)
    chain.apply_block(first)
    chain.finalise(1)
    assert isinstance(chain.apply_block(second), Reorganised)
    chain.finalise(2)
    assert isinstance(chain.apply_block(third), Extended)
