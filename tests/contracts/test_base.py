"""CMBC: who claims what, and how a contract finds out without being fooled."""

import ast

import pytest

from minichain.contracts.kit import make_kit_chain
from minichain.contracts.python.engine import compile_contract
from minichain.contracts.standards import METHODS, NAMES, get_source
from minichain.industry import receivables
from minichain.ledger.errors import LedgerError
from tests.contracts.members import make_chain_with

STRANGERS = {
    "honest": '@query\ndef SupportStandard(standardName: str) -> bool:\n    return standardName == "CMDFA"\n',
    "yes_to_all": "@query\ndef SupportStandard(standardName: str) -> bool:\n    return True\n",
    "silent": "@query\ndef Other() -> bool:\n    return True\n",
    "failing": '@query\ndef SupportStandard(standardName: str) -> bool:\n    assert False, "no"\n    return True\n',
    "babbling": '@query\ndef SupportStandard(standardName: str) -> str:\n    return "true!"\n',
}


@pytest.mark.parametrize("name", STRANGERS)
def test_a_claim_is_believed_only_if_it_is_worth_something(name):
    chain, bank, _, _ = make_chain_with("base")
    chain.install(name, STRANGERS[name])
    assert chain.query(bank, "base", "Detect", other=name, standardName="CMDFA") is (name == "honest")
    assert not chain.query(bank, "base", "Detect", other=name, standardName="CMNFA")


def test_who_is_not_there_keeps_to_nothing():
    chain, bank, _, _ = make_chain_with("base")
    assert not chain.query(bank, "base", "Detect", other="nobody", standardName="CMBC")


@pytest.mark.parametrize("name", NAMES)
def test_each_of_ours_has_every_method_that_it_claims(name):
    tree = ast.parse(get_source(name))
    methods = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    claims = next(ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.Assign))
    assert "CMBC" in claims
    assert {missing for claim in claims for missing in METHODS[claim] if missing not in methods} == set()


INIT = {
    "fungible": {"name": "A", "symbol": "A", "decimals": 0, "issuer": "bank", "metadata": ""},
    "nonfungible": {"issuer": "bank"},
    "identity": {"adminAddress": "a"},
    "oracle": {"admin": "bank"},
}


def test_all_of_them_live_on_one_chain_and_are_detected():
    chain = make_kit_chain("bank")
    (bank,) = chain.organisations
    for name in NAMES:
        chain.install(name, get_source(name), **INIT.get(name, {}))
    found = {
        name: [standard for standard in METHODS if chain.query(bank, "base", "Detect", other=name, standardName=standard)] for name in NAMES
    }
    # Not `base` itself: it is in the middle of the call, and cannot be entered again.
    assert found == {
        "base": [],
        "evidence": ["CMBC", "CMEVI"],
        "fungible": ["CMBC", "CMDFA"],
        "identity": ["CMBC", "CMID"],
        "nonfungible": ["CMBC", "CMNFA"],
        "oracle": ["CMBC"],
    }


def test_each_says_for_itself_what_it_keeps_to():
    chain = make_kit_chain("bank")
    (bank,) = chain.organisations
    sources = {**{name: get_source(name) for name in NAMES}, "receivables": receivables.get_source()}
    for name, source in sources.items():
        chain.install(name, source, **INIT.get(name, {}))
        claims = chain.query(bank, name, "Standards")
        assert claims == list(compile_contract(source).standards) and "CMBC" in claims
        assert [standard for standard in METHODS if chain.query(bank, name, "SupportStandard", standardName=standard)] == sorted(claims)


def test_another_name_is_no_standard_contract():
    with pytest.raises(LedgerError, match=r"no standard contract '\.\./base'"):
        get_source("../base")
