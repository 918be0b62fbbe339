"""Members vote on every kind of change: on the configuration, on certificates, on keys, on the life of a contract."""

import pytest

from minichain.contracts.system.ballots import VotingStatus
from minichain.contracts.system.multi_sign import GOVERNED
from minichain.identity.policy import Policy
from minichain.identity.roles import Role
from minichain.ledger.configuration import Limits
from minichain.ledger.encoding import encode
from minichain.ledger.execution import Code
from minichain.ledger.rules import Rule
from tests.contracts.system.consortium import (
    ADMINS,
    ask,
    describe_code,
    get_refusal,
    install,
    invoke,
    make_chain,
    make_transaction,
    sign_as,
)
from tests.contracts.system.test_governance import get_changes_as_org2
from tests.contracts.system.test_multi_sign import look, request, vote
from tests.identity.conftest import hash_of, make_organisation


@pytest.fixture
def chain():
    chain = make_chain()
    install(chain, "greeter", "tiny one init", color="red")
    return chain


def adopt(chain, contract, method, voters=ADMINS[:2], **parameters):
    """Have a request voted on; return the receipt of the last vote."""
    tx_id = request(chain, contract, method, **parameters)
    receipts = [vote(chain, tx_id, who) for who in voters]
    assert [receipt.result for receipt in receipts] == [b"OPEN"] * (len(voters) - 1) + [b"ADOPTED"], receipts
    assert get_changes_as_org2(chain)[-1].request == tx_id
    return receipts[-1]


def test_the_configuration_is_changed_by_votes(chain):
    adopt(chain, "CHAIN_CONFIG", "BLOCK_UPDATE", limits=encode(Limits(max_block_transactions=50)))
    assert chain.configuration.limits.max_block_transactions == 50
    policy = {"resource_name": "greeter-put", "policy": encode(Policy("ANY", ("org2",)))}
    adopt(chain, "CHAIN_CONFIG", "PERMISSION_ADD", **policy)
    assert get_refusal(chain, make_transaction("greeter", "put", "org1 client", key="a", value="b")) is Rule.TX_NOT_ALLOWED
    assert invoke(chain, "greeter", "put", "org2 client", key="a", value="b").is_success
    adopt(chain, "CHAIN_CONFIG", "PERMISSION_DELETE", resource_name="greeter-put")
    assert invoke(chain, "greeter", "put", "org1 client", key="a", value="b").is_success


def test_an_organisation_comes_by_votes_and_votes_with_the_others_from_the_next_block_on(chain):
    adopt(chain, "CHAIN_CONFIG", "TRUST_ROOT_ADD", org_id="org4", root=encode(make_organisation("org4").make_trust_root()))
    # Of four organisations, three are a majority.
    adopt(chain, "CHAIN_CONFIG", "BLOCK_UPDATE", ("org4 admin", *ADMINS[:2]), limits=encode(Limits(max_block_transactions=60)))
    adopt(chain, "CHAIN_CONFIG", "TRUST_ROOT_DELETE", ADMINS, org_id="org4")
    assert get_refusal(chain, make_transaction("x", "y", "org4 client")) is Rule.TX_UNKNOWN_MEMBER


def test_a_change_of_ones_own_organisation_takes_its_own_vote_and_no_other(chain):
    own = {"org_id": "org1", "root": encode(make_organisation("org1").make_trust_root())}
    tx_id = request(chain, "CHAIN_CONFIG", "TRUST_ROOT_UPDATE", **own)
    other = vote(chain, tx_id, "org2 admin")
    assert not other.is_success and look(chain, tx_id).voting.status is VotingStatus.OPEN
    assert vote(chain, tx_id, "org1 admin").result == b"ADOPTED"


def test_a_certificate_is_frozen_by_a_vote(chain):
    frozen = hash_of(sign_as("org1 client2")[0]).hex()
    adopt(chain, "CERT_MANAGE", "CERTS_FREEZE", ["org3 admin"], cert_hashes=frozen)
    assert get_refusal(chain, make_transaction("x", "y", "org1 client2")) is Rule.TX_UNKNOWN_MEMBER
    adopt(chain, "CERT_MANAGE", "CERTS_UNFREEZE", ["org3 admin"], cert_hashes=frozen)
    assert invoke(chain, "x", "y", "org1 client2").code == Code.NO_CONTRACT


def test_a_contract_lives_and_ends_by_votes(chain):
    manage = "CONTRACT_MANAGE"
    adopt(chain, manage, "UPGRADE_CONTRACT", **describe_code("greeter", "tiny two upgrade", "2.0"))
    assert (ask(chain, "greeter", "word").result, ask(chain, "greeter", "get", key="color").result) == (b"two", b"red")
    adopt(chain, manage, "FREEZE_CONTRACT", CONTRACT_NAME="greeter")
    assert ask(chain, "greeter", "word").code == Code.FROZEN
    adopt(chain, manage, "UNFREEZE_CONTRACT", CONTRACT_NAME="greeter")
    assert ask(chain, "greeter", "word").result == b"two"
    adopt(chain, manage, "REVOKE_CONTRACT", CONTRACT_NAME="greeter")
    assert ask(chain, "greeter", "word").code == Code.REVOKED
    tx_id = request(chain, manage, "UNFREEZE_CONTRACT", CONTRACT_NAME="greeter")
    assert [vote(chain, tx_id, who).code for who in ADMINS[:2]] == [Code.OK, Code.FAILED]
    assert look(chain, tx_id).voting.status is VotingStatus.OPEN


def test_system_contracts_are_closed_and_opened_by_votes_once_a_policy_says_whose(chain):
    for method in ("GRANT_CONTRACT_ACCESS", "REVOKE_CONTRACT_ACCESS"):
        policy = {"resource_name": f"CONTRACT_MANAGE-{method}", "policy": encode(Policy("MAJORITY", (), (Role.ADMIN,)))}
        adopt(chain, "CHAIN_CONFIG", "PERMISSION_ADD", **policy)
    adopt(chain, "CONTRACT_MANAGE", "REVOKE_CONTRACT_ACCESS", native_contract_name="PUBKEY_MANAGE")
    assert ask(chain, "CONTRACT_MANAGE", "VERIFY_CONTRACT_ACCESS", native_contract_name="PUBKEY_MANAGE").result == b"false"
    adopt(chain, "CONTRACT_MANAGE", "GRANT_CONTRACT_ACCESS", native_contract_name="PUBKEY_MANAGE")
    assert ask(chain, "CONTRACT_MANAGE", "VERIFY_CONTRACT_ACCESS", native_contract_name="PUBKEY_MANAGE").result == b"true"


@pytest.mark.parametrize(
    ("contract", "method"), [(contract, method) for contract in sorted(GOVERNED) for method in sorted(GOVERNED[contract])]
)
def test_everything_that_can_be_asked_for_is_a_method_that_there_is(chain, contract, method):
    engine = chain.find_engine(contract, None) if contract == "CHAIN_CONFIG" else chain.find_engine.find_engine.system[contract]
    known = set(engine.methods) | ({"BLOCK_UPDATE", "CORE_UPDATE"} if contract == "CHAIN_CONFIG" else set())
    assert method in known
