"""The pool: order, room, expiry, and no fresh transaction lost, held against a model that does everything the slow way."""

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from minichain.ledger import pool as pool_module
from minichain.ledger.filter import BloomFilter
from minichain.ledger.pool import Accepted, Arrived, Decided, LeftOut, Pool, Refused, Source, TakenBack
from minichain.ledger.proposal import make_block
from minichain.ledger.rules import InvalidError, Rule
from minichain.ledger.validation import validate_signatures, validate_transaction
from tests.ledger.small_chain import SIGNERS, START_MS, SUITE, extend, make_chain, make_transaction, make_update


def make_pool(chain, capacity=100):
    """Return a pool for the next block of `chain`."""

    def validate(transaction):
        around = chain.get_surroundings(chain.head.timestamp_ms)
        validate_transaction(transaction, around)
        validate_signatures([transaction], around)

    store = chain.store
    return Pool(capacity, validate, lambda tx_id: store.find_transaction(tx_id) is not None, store.get_transaction_ids)


@pytest.fixture
def chain():
    return make_chain()


@pytest.fixture
def pool(chain):
    return make_pool(chain)


def arrive(pool, *transactions, source=Source.CLIENT):
    """Return what the pool said to each: None for taken, else the rule."""
    effects = [effect for transaction in transactions for effect in pool.step(Arrived(transaction, source))]
    return [None if isinstance(effect, Accepted) else effect.reason.rule for effect in effects]


def get_numbers(transactions):
    return [int(transaction.tx_id, 16) for transaction in transactions]


def test_first_come_first_served_but_sequences_ascend(pool):
    arrive(
        pool,
        make_transaction(1, "Bob", sequence=30),
        make_transaction(2),
        make_transaction(3, "Bob", sequence=10),
        make_transaction(4, "Ann", sequence=9),
        make_transaction(5, "Bob"),
        make_transaction(6, "Bob", sequence=20),
    )
    assert get_numbers(pool.select(10, 1 << 20)) == [3, 2, 6, 4, 5, 1]
    assert get_numbers(pool.select(3, 1 << 20)) == [3, 2, 6]
    one = len(make_transaction(3, "Bob", sequence=10).encoded)
    assert get_numbers(pool.select(10, one)) == [3] and pool.select(10, one - 1) == []


def test_a_configuration_transaction_goes_first_and_alone(chain, pool):
    assert arrive(pool, make_transaction(1), make_update(2), make_update(3)) == [None, None, None]
    assert get_numbers(pool.select(10, 1 << 20)) == [2]
    pool.step(Decided(extend(chain, *pool.select(10, 1 << 20))))
    assert get_numbers(pool.select(10, 1 << 20)) == [3]
    pool.step(Decided(extend(chain, *pool.select(10, 1 << 20))))
    assert get_numbers(pool.select(10, 1 << 20)) == [1]


def test_a_configuration_transaction_that_has_become_invalid_does_not_stop_the_others(chain, pool):
    arrive(pool, make_update(1, max_block_transactions=5), make_transaction(2, "Bob"), make_transaction(3))
    extend(chain, make_update(9, max_transaction_bytes=1024, max_block_bytes=2048))
    assert get_numbers(pool.select(10, 1 << 20)) == [1]
    pool.step(LeftOut(make_update(1, max_block_transactions=5), InvalidError(Rule.TX_NOT_ALLOWED, "by now")))
    assert get_numbers(pool.select(10, 1 << 20)) == [2, 3]


def test_what_is_invalid_is_refused_by_its_rule(chain, pool):
    extend(chain, make_transaction(1))
    pool = make_pool(chain)
    assert arrive(pool, make_transaction(1)) == [Rule.TX_REPLAYED]
    assert arrive(pool, make_transaction(2), make_transaction(2)) == [None, Rule.POOL_HAS_IT]
    assert arrive(pool, make_transaction(3, chain_id="other"), source=Source.PEER) == [Rule.TX_OTHER_CHAIN]
    assert arrive(pool, make_transaction(4, "node")) == [Rule.TX_NOT_ALLOWED]
    assert arrive(pool, make_transaction(5, expiration_ms=START_MS)) == [Rule.TX_EXPIRED]
    assert len(pool) == 1 and make_transaction(2).tx_id in pool


def test_a_full_pool_refuses_and_one_sender_cannot_fill_it(chain):
    pool = make_pool(chain, capacity=8)
    assert arrive(pool, *(make_transaction(number) for number in range(3))) == [None, None, Rule.POOL_FULL]
    assert arrive(pool, make_transaction(10, "Bob"), make_transaction(11, "admin")) == [None, None]
    pool = make_pool(chain, capacity=1)
    assert arrive(pool, make_transaction(1), make_transaction(2, "Bob")) == [None, Rule.POOL_FULL]


def test_what_can_be_in_no_later_block_leaves(chain, pool):
    arrive(pool, make_transaction(1, expiration_ms=START_MS + 5), make_transaction(2, "Bob", sequence=4), make_transaction(3, "Bob"))
    block = extend(chain, make_transaction(9, "Bob", sequence=4), time_ms=START_MS + 5)
    effects = pool.step(Decided(block))
    assert {effect.reason.rule for effect in effects} == {Rule.TX_EXPIRED, Rule.TX_SEQUENCE}
    assert get_numbers(pool.select(10, 1 << 20)) == [3]


def test_transactions_of_blocks_that_were_taken_back_return_unless_the_new_blocks_have_them(chain):
    pool = make_pool(chain, capacity=4)
    block = extend(chain, *(make_transaction(number) for number in range(1, 6)))
    pool.step(Decided(block))
    chain.store.set_final(0)
    chain.store.revert(0)
    assert all(effect.source is Source.RETURNED for effect in pool.step(TakenBack(block)))
    assert len(pool) == 5, "there is always room for what had its place already"
    pool.step(Decided(extend(chain, make_transaction(2), make_transaction(4))))
    assert get_numbers(pool.select(10, 1 << 20)) == [1, 3, 5]


def test_a_false_positive_of_the_filter_loses_no_fresh_transaction(chain, monkeypatch):
    monkeypatch.setattr(BloomFilter, "may_contain", lambda self, key: True)
    extend(chain, make_transaction(1))
    pool = make_pool(chain)
    assert arrive(pool, make_transaction(1), make_transaction(2)) == [Rule.TX_REPLAYED, None]


def test_a_filter_that_grows_forgets_nothing(chain, monkeypatch):
    monkeypatch.setattr(pool_module, "FILTER_CAPACITY", 4)
    pool = make_pool(chain)
    for number in range(30):
        pool.step(Decided(extend(chain, make_transaction(number))))
    assert arrive(pool, *(make_transaction(number) for number in range(30))) == [Rule.TX_REPLAYED] * 30


def test_the_filter_says_no_for_certain_and_yes_seldom_in_error():
    keys = [SUITE.hash(b"%d" % number) for number in range(20_000)]
    bloom = BloomFilter(10_000, 0.01)
    for key in keys[:10_000]:
        bloom.add(key)
    assert all(bloom.may_contain(key) for key in keys[:10_000])
    assert 30 < sum(bloom.may_contain(key) for key in keys[10_000:]) < 200  # 100 are expected


# Against a model

TRANSACTIONS = [
    make_transaction(
        number,
        ("Ann", "Bob", "admin")[number % 3],
        sequence=number % 4 * (number % 7),
        expiration_ms=(number % 5 == 0) * (START_MS + number),
    )
    for number in range(1, 40)
] + [make_update(number) for number in range(40, 43)]


class PoolMachine(RuleBasedStateMachine):
    """The pool beside a chain, with transactions that arrive, are decided and are taken back, in any order."""

    @initialize(capacity=st.integers(1, 40))
    def begin(self, capacity):
        self.chain = make_chain()
        self.capacity = capacity
        self.pool = make_pool(self.chain, capacity)
        self.waiting = {}

    @rule(transaction=st.sampled_from(TRANSACTIONS), source=st.sampled_from([Source.CLIENT, Source.PEER]))
    def arrive(self, transaction, source):
        (effect,) = self.pool.step(Arrived(transaction, source))
        if isinstance(effect, Accepted):
            assert transaction.tx_id not in self.waiting and self.chain.store.find_transaction(transaction.tx_id) is None
            assert len(self.waiting) < self.capacity
            self.waiting[transaction.tx_id] = transaction
            return
        self.check_refusal(transaction, effect.reason.rule)

    def check_refusal(self, transaction, broken):
        """A refusal must be true: above all, "replayed" only for what is on the chain, "full" only for a full pool."""
        own = sum(one.sender.signer == transaction.sender.signer for one in self.waiting.values())
        expected = {
            Rule.POOL_HAS_IT: transaction.tx_id in self.waiting,
            Rule.TX_REPLAYED: self.chain.store.find_transaction(transaction.tx_id) is not None,
            Rule.POOL_FULL: len(self.waiting) >= self.capacity or own * 4 >= self.capacity,
            Rule.TX_EXPIRED: 0 < transaction.payload.expiration_ms <= self.chain.head.timestamp_ms,
            Rule.TX_SEQUENCE: 0
            < transaction.payload.sequence
            <= self.chain.store.get_sequence(transaction.sender.signer, self.chain.height),
        }
        assert expected[broken]

    @rule(count=st.integers(0, 8), step_ms=st.integers(0, 10))
    def decide(self, count, step_ms):
        chosen = self.pool.select(count, 1 << 20)
        proposal = make_block(self.chain, chosen, self.chain.head.timestamp_ms + step_ms, SIGNERS["node"])
        for transaction, reason in proposal.refused:
            assert self.pool.step(LeftOut(transaction, reason)) == [Refused(transaction, reason)]
            assert self.pool.step(LeftOut(transaction, reason)) == []
            del self.waiting[transaction.tx_id]
        self.chain.apply_block(proposal.block)
        effects = self.pool.step(Decided(proposal.block))
        for transaction in proposal.block.transactions:
            del self.waiting[transaction.tx_id]
        for effect in effects:
            assert isinstance(effect, Refused) and effect.reason.rule in (Rule.TX_EXPIRED, Rule.TX_SEQUENCE)
            del self.waiting[effect.transaction.tx_id]

    @rule()
    def take_back(self):
        if self.chain.height < 1:
            return
        block = self.chain.store.get_committed(self.chain.height).block
        self.chain.store.revert(self.chain.height - 1)
        self.chain._load_configuration()
        for effect in self.pool.step(TakenBack(block)):
            if isinstance(effect, Accepted):
                self.waiting[effect.transaction.tx_id] = effect.transaction
            else:
                assert effect.reason.rule is Rule.TX_EXPIRED

    @invariant()
    def holds_what_the_model_holds(self):
        if not hasattr(self, "pool"):
            return
        assert len(self.pool) == len(self.waiting)
        assert all(tx_id in self.pool for tx_id in self.waiting)

    @invariant()
    def gives_out_in_order(self):
        if not hasattr(self, "pool"):
            return
        chosen = self.pool.select(100, 1 << 30)
        configurations = [one for one in self.waiting.values() if one.payload.contract == "CHAIN_CONFIG"]
        assert len(chosen) == (1 if configurations else len(self.waiting))
        by_sender = {}
        for transaction in chosen:
            if transaction.payload.sequence:
                by_sender.setdefault(transaction.sender.signer, []).append(transaction.payload.sequence)
        assert all(sequences == sorted(sequences) for sequences in by_sender.values())


QUICK = (Phase.explicit, Phase.generate)
TestPoolMachine = PoolMachine.TestCase
TestPoolMachine.settings = settings(max_examples=25, stateful_step_count=25, deadline=None, phases=QUICK)


@pytest.mark.long
class TestPoolMachineLong(PoolMachine.TestCase):
    settings = settings(max_examples=100, stateful_step_count=50, deadline=None)


def test_a_rule_is_told_with_its_advice():
    error = InvalidError(Rule.POOL_FULL, "8 are waiting")
    assert str(error) == "POOL_FULL (30): 8 are waiting" and "Wait" in error.advice
