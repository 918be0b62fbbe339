"""CMID: only the administrator says how thoroughly somebody was checked, and a key is one person."""

import pytest

from minichain.contracts.kit import make_kit_chain
from minichain.contracts.standards import get_source
from tests.contracts.members import refused


@pytest.fixture
def actors():
    chain = make_kit_chain("bank", "maker", "supplier")
    bank, maker, supplier = chain.organisations
    chain.install("identity", get_source("identity"), adminAddress=bank.admin.address)
    return chain, bank, maker, supplier


def check(chain, sender, address, level=2, key="", metadata=""):
    return chain.invoke(sender, "identity", "SetIdentity", address=address, pkPem=key, level=level, metadata=metadata)


def test_a_level_is_what_the_administrator_found_out(actors):
    chain, bank, maker, _ = actors
    result = check(chain, bank.admin, maker.address, 2, "KEY")
    assert [event.values for event in result.events] == [(maker.address, 2, "KEY")]
    assert chain.query(bank, "identity", "LevelOf", address=maker.address) == 2
    assert chain.query(bank, "identity", "PkPemOf", address=maker.address) == "KEY"
    found = chain.query(bank, "identity", "IdentityOf", address=maker.address)
    assert (found.level, found.time_ms) == (2, chain.ledger.head.timestamp_ms)
    assert [level.level for level in chain.query(bank, "identity", "Identities")] == [0, 1, 2, 3]


def test_of_a_stranger_nothing_is_known(actors):
    chain, bank, _, supplier = actors
    assert chain.query(bank, "identity", "LevelOf", address=supplier.address) == 0
    assert chain.query(bank, "identity", "PkPemOf", address=supplier.address) == ""
    assert chain.query(bank, "identity", "IdentityOf", address=supplier.address) is None


def test_nobody_else_sets_a_level(actors):
    chain, bank, maker, _ = actors
    for sender in (maker, maker.admin, bank.client):
        with refused("only the administrator"):
            check(chain, sender, maker.address, 3)


@pytest.mark.parametrize(
    ("fields", "words"), [({"level": 4}, "levels are 0 to 3"), ({"level": -1}, "levels"), ({"metadata": "m" * 1001}, "most")]
)
def test_a_level_that_is_none_is_refused(actors, fields, words):
    chain, bank, maker, _ = actors
    with refused(words):
        check(chain, bank.admin, maker.address, **fields)


def test_a_key_belongs_to_one_address_until_that_has_another(actors):
    chain, bank, maker, supplier = actors
    check(chain, bank.admin, maker.address, key="KEY")
    check(chain, bank.admin, maker.address, key="KEY", level=3)
    with refused("belongs to another address"):
        check(chain, bank.admin, supplier.address, key="KEY")
    check(chain, bank.admin, maker.address, key="NEW")
    check(chain, bank.admin, supplier.address, key="KEY")


def test_the_office_goes_over_when_the_next_one_takes_it(actors):
    chain, bank, maker, supplier = actors
    with refused("only the administrator"):
        chain.invoke(maker, "identity", "AlterAdminAddress", adminAddress=maker.address)
    chain.invoke(bank.admin, "identity", "AlterAdminAddress", adminAddress=maker.address)
    check(chain, bank.admin, supplier.address)  # until then the old one stays
    with refused("only who was named"):
        chain.invoke(supplier, "identity", "AcceptAdmin")
    chain.invoke(maker, "identity", "AcceptAdmin")
    check(chain, maker, supplier.address)
    with refused("only the administrator"):
        check(chain, bank.admin, supplier.address)


GATE = """
def enter() -> int:
    level = call("identity", "LevelOf", int, address=sender.address)
    assert level >= 2, f"level {level} is not enough"
    return level
"""


def test_another_contract_asks_before_it_lets_somebody_in(actors):
    chain, bank, maker, supplier = actors
    chain.install("gate", GATE)
    check(chain, bank.admin, maker.address, 2)
    assert chain.invoke(maker, "gate", "enter").value == 2
    with refused("level 0 is not enough"):
        chain.invoke(supplier, "gate", "enter")
