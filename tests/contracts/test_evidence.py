"""CMEVI: what is on record once stays, with the time of the block and the signer's organisation."""

import pytest

from minichain.ledger.execution import Code
from tests.contracts.members import make_chain_with, refused

PLAN, PHOTO = b"p" * 32, b"f" * 32


@pytest.fixture
def actors():
    return make_chain_with("evidence")


def test_what_was_said_can_be_found_by_id_and_by_hash(actors):
    chain, bank, maker, _ = actors
    result = chain.invoke(maker, "evidence", "Evidence", id="plan", hash=PLAN, metadata="a plan")
    found = chain.query(bank, "evidence", "FindById", id="plan")
    assert (found.org, found.holder, found.through, found.metadata) == ("maker", maker.address, "", "a plan")
    assert (found.height, found.tx_id) == (result.height, result.receipt.tx_id)
    assert found.time_ms == chain.ledger.head.timestamp_ms
    assert chain.query(bank, "evidence", "FindByHash", hash=PLAN) == found
    assert [(event.topic, event.values) for event in result.events] == [("evidence", ("plan", PLAN, "a plan"))]


def test_what_nobody_said_is_not_there(actors):
    chain, bank, _, _ = actors
    assert chain.query(bank, "evidence", "FindById", id="plan") is None
    assert chain.query(bank, "evidence", "FindByHash", hash=PLAN) is None
    assert not chain.query(bank, "evidence", "ExistsOfId", id="plan")
    assert not chain.query(bank, "evidence", "ExistsOfHash", hash=PLAN)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"id": "plan", "hash": PHOTO}, "the id plan is taken"),
        ({"id": "other", "hash": PLAN}, "on record already"),
        ({"id": "x", "hash": b"a name and an address"}, "a hash has 32 bytes"),
        ({"id": "", "hash": PHOTO}, "an id has"),
        ({"id": "x", "hash": PHOTO, "metadata": "m" * 1001}, "metadata has at most"),
    ],
)
def test_what_breaks_a_rule_is_refused_and_the_first_stays(actors, values, words):
    chain, _, maker, supplier = actors
    chain.invoke(maker, "evidence", "Evidence", id="plan", hash=PLAN, metadata="")
    before = chain.list_state("evidence")
    with refused(words):
        chain.invoke(supplier, "evidence", "Evidence", **{"metadata": ""} | values)
    assert chain.list_state("evidence") == before


def test_a_batch_is_all_or_nothing(actors):
    chain, bank, maker, _ = actors
    good = {"id": "plan", "hash": PLAN, "metadata": ""}
    with refused("on record already"):
        chain.invoke(maker, "evidence", "EvidenceBatch", evidences=[good, good | {"id": "again"}])
    assert chain.list_state("evidence") == []
    chain.invoke(maker, "evidence", "EvidenceBatch", evidences=[good, {"id": "photo", "hash": PHOTO, "metadata": ""}])
    assert chain.query(bank, "evidence", "ExistsOfHash", hash=PHOTO)
    with refused("a batch has"):
        chain.invoke(maker, "evidence", "EvidenceBatch", evidences=[])


def test_a_record_with_a_field_too_many_is_no_parameter(actors):
    chain, _, maker, _ = actors
    with refused("fields", Code.BAD_PARAMETER):
        chain.invoke(maker, "evidence", "EvidenceBatch", evidences=[{"id": "a", "hash": PLAN, "metadata": "", "org": "bank"}])


def test_two_who_say_the_same_in_one_block_are_kept_in_order(actors):
    """Only one of them was first, and the DAG says that the other one follows it."""
    chain, _, maker, supplier = actors
    calls = [chain.ask(org, "evidence", "Evidence", id=org.name, hash=PLAN, metadata="") for org in (maker, supplier)]
    block = chain.seal(*calls)
    assert sorted(result.is_success for result in block.results) == [False, True]
    assert block.block.dag.neighbours == ((), (0,))
