"""Who may ask a node, and what it answers to nobody."""

from dataclasses import replace

import pytest

from minichain.ledger.execution import Code
from minichain.ledger.query import answer_query
from minichain.ledger.rules import InvalidError, Rule
from minichain.ledger.signatures import sign_transaction
from minichain.ledger.transaction import TxType
from tests.contracts.system.consortium import CHAIN_ID, SUITE, change, install, invoke, make_chain, make_transaction, sign_as
from tests.identity.conftest import NOW_MS, hash_of


@pytest.fixture
def chain():
    chain = make_chain()
    install(chain, "greeter")
    return chain


def make_query(who="org1 client", contract="greeter", method="word", **parameters):
    """Return a signed question."""
    return make_transaction(contract, method, who, tx_type=TxType.QUERY, **parameters)


def sign_again(query, who="org1 client", **fields):
    """Return the question with other fields of its payload, signed anew."""
    return sign_transaction(replace(query.payload, **fields), sign_as(who), SUITE)


def get_refusal(chain, query, time_ms=NOW_MS):
    """Return the rule by which a question gets no answer."""
    with pytest.raises(InvalidError) as error:
        answer_query(chain, query, time_ms)
    return error.value.rule


def test_a_member_gets_an_answer_and_the_same_question_gets_it_again(chain):
    query = make_query()
    assert [answer_query(chain, query, NOW_MS).result for _ in range(2)] == [b"one", b"one"]
    for who in ("org1 admin", "org2 node", "org3 common"):
        assert answer_query(chain, make_query(who), NOW_MS).result == b"one"


def test_a_question_that_was_changed_on_the_way_is_refused(chain):
    query = make_query(key="a")
    assert get_refusal(chain, change(query, method="get")) is Rule.TX_BAD_SIGNATURE
    assert get_refusal(chain, change(query, parameters=(("key", b"b"),))) is Rule.TX_BAD_SIGNATURE


def test_strangers_and_those_who_were_stopped_get_no_answer(chain):
    assert get_refusal(chain, make_query("org4 client")) is Rule.TX_UNKNOWN_MEMBER
    frozen = hash_of(sign_as("org1 client")[0]).hex()
    assert invoke(chain, "CERT_MANAGE", "CERTS_FREEZE", "org2 admin", cert_hashes=frozen).is_success
    assert get_refusal(chain, make_query("org1 client")) is Rule.TX_UNKNOWN_MEMBER


def test_a_role_that_may_not_ask_gets_no_answer(chain):
    assert get_refusal(chain, make_query("org1 light")) is Rule.TX_NOT_ALLOWED
    # What light clients need, they may ask for.
    assert answer_query(chain, make_query("org1 light", "CHAIN_CONFIG", "GET_CHAIN_CONFIG"), NOW_MS).is_success


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"chain_id": "other"}, Rule.TX_OTHER_CHAIN),
        ({"tx_type": TxType.INVOKE}, Rule.TX_WRONG_TYPE),
        ({"limit": 100_000_001}, Rule.TX_LIMIT),
        ({"expiration_ms": NOW_MS}, Rule.TX_EXPIRED),
        ({"parameters": (("key", bytes(1 << 20)),)}, Rule.TX_TOO_LARGE),
    ],
)
def test_a_question_that_is_none_is_refused_by_the_rule_that_it_breaks(chain, fields, rule):
    query = make_query()
    assert answer_query(chain, sign_again(query, chain_id=CHAIN_ID), NOW_MS).is_success
    assert get_refusal(chain, sign_again(query, **fields)) is rule


def test_a_question_is_good_until_its_time_is_over(chain):
    query = sign_again(make_query(), expiration_ms=NOW_MS + 1)
    assert answer_query(chain, query, NOW_MS).is_success
    assert get_refusal(chain, query, NOW_MS + 1) is Rule.TX_EXPIRED


def test_a_question_that_costs_more_than_it_may_ends(chain):
    outcome = answer_query(chain, make_query(gas=50, method="burn", key="a", rounds=b"\xff" * 8), NOW_MS)
    assert (outcome.code, outcome.gas_used) == (Code.OUT_OF_GAS, 50)
