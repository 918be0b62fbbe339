"""Members, organisations and policies change by transaction: from the next block on, alone in a block, and with an entry in the log."""

from dataclasses import replace

import pytest

from minichain.contracts.system.cert_manage import CertificateInfos
from minichain.contracts.system.chain_config import Agreement
from minichain.contracts.system.chain_query import Changes, FindForQueries, FoundTransaction, FullBlock
from minichain.identity.certificate import decode_certificate
from minichain.identity.organisations import revoke
from minichain.identity.policy import Policy
from minichain.identity.revocation_list import Reason
from minichain.identity.roles import Role
from minichain.ledger.block import Block
from minichain.ledger.configuration import Limits
from minichain.ledger.encoding import encode
from minichain.ledger.execution import Code
from minichain.ledger.proofs import BlockProof, get_proven
from minichain.ledger.rules import InvalidError, Rule
from minichain.ledger.signatures import sign_header
from tests.contracts.system.consortium import (
    ADMINS,
    SUITE,
    ask,
    describe_code,
    extend,
    get_refusal,
    install,
    invoke,
    make_chain,
    make_transaction,
    propose,
    sign_as,
)
from tests.identity.conftest import NOW_MS, hash_of, make_organisation

CONFIG, CERTS = "CHAIN_CONFIG", "CERT_MANAGE"


@pytest.fixture
def chain():
    return make_chain()


def test_a_frozen_member_is_nobody_from_the_next_block_on(chain):
    frozen = hash_of(sign_as("org1 client")[0]).hex()
    assert invoke(chain, CERTS, "CERTS_FREEZE", "org2 admin", cert_hashes=frozen).is_success
    assert get_refusal(chain, make_transaction("x", "y", "org1 client")) is Rule.TX_UNKNOWN_MEMBER
    assert ask(chain, CERTS, "CERTS_QUERY", "org2 client", CertificateInfos, cert_hashes=frozen).certificates[0].is_frozen
    assert invoke(chain, CERTS, "CERTS_UNFREEZE", "org2 admin", cert_hashes=frozen).is_success
    assert invoke(chain, "x", "y", "org1 client").code == Code.NO_CONTRACT
    assert not invoke(chain, CERTS, "CERTS_UNFREEZE", "org2 admin", cert_hashes=frozen).is_success


@pytest.mark.parametrize("contract", [CONFIG, CERTS, "PUBKEY_MANAGE", "MULTI_SIGN"])
def test_what_may_change_beliefs_shares_no_block(chain, contract):
    method = {CERTS: "CERTS_FREEZE", "MULTI_SIGN": "VOTE", CONFIG: "GET_CHAIN_CONFIG"}.get(contract, "PUBKEY_ADD")
    honest = propose(chain, make_transaction("x", "y")).block
    both = (*honest.transactions, make_transaction(contract, method, "org1 admin"))
    header = replace(honest.header, transaction_count=2)
    block = replace(honest, header=header, transactions=both, signature=sign_header(header, sign_as("org1 node")[1], SUITE))
    with pytest.raises(InvalidError) as error:
        chain.apply_block(block)
    assert error.value.rule is Rule.BLOCK_CONFIGURATION


def test_a_certificate_is_put_on_record_by_its_owner_alone(chain):
    own, others = sign_as("org1 client")[0].info, sign_as("org2 admin")[0].info
    added = invoke(chain, CERTS, "CERT_ADD", "org1 client", cert=own)
    assert added.is_success and added.result == SUITE.hash(own)
    assert invoke(chain, CERTS, "CERT_ADD", "org1 client", cert=others).code == Code.FAILED
    assert invoke(chain, CERTS, "CERT_ADD", "org1 client", cert=own).code == Code.BAD_PARAMETER
    assert invoke(chain, CERTS, "CERTS_DELETE", "org1 admin", cert_hashes=added.result.hex()).is_success
    assert not chain.configuration.access.certificates


def test_an_authority_revokes_for_good_and_nobody_else_can(chain):
    client = sign_as("org1 client")[0].info
    lost = {decode_certificate(client).serial: Reason.KEY_COMPROMISE}
    authority = make_organisation("org1").intermediate
    first = revoke(authority, None, lost, NOW_MS)
    forged = revoke(make_organisation("org4").intermediate, None, lost, NOW_MS)
    late = revoke(authority, None, lost, NOW_MS - 400 * 86_400_000)  # it has ended
    for wrong in (forged.encoded, late.encoded, first.encoded[:-1] + bytes([first.encoded[-1] ^ 1]), b"no list"):
        assert invoke(chain, CERTS, "CERTS_REVOKE", "org2 admin", cert_crl=wrong).code == Code.BAD_PARAMETER
    assert get_refusal(chain, make_transaction(CERTS, "CERTS_REVOKE", "org2 client", cert_crl=first.encoded)) is Rule.TX_NOT_ALLOWED
    assert invoke(chain, CERTS, "CERT_ADD", "org1 client", cert=client).is_success
    assert invoke(chain, CERTS, "CERTS_REVOKE", "org2 admin", cert_crl=first.encoded).is_success
    assert get_refusal(chain, make_transaction("x", "y", "org1 client")) is Rule.TX_UNKNOWN_MEMBER
    known = ask(chain, CERTS, "CERTS_QUERY", "org2 client", CertificateInfos, cert_hashes=SUITE.hash(client).hex()).certificates[0]
    assert known.is_revoked and known.certificate == client and not known.is_frozen
    # Neither the same list again, nor a newer one that has forgotten.
    forgetful = revoke(authority, replace(first, entries={}), {}, NOW_MS)
    for wrong in (first, forgetful):
        assert invoke(chain, CERTS, "CERTS_REVOKE", "org2 admin", cert_crl=wrong.encoded).code == Code.BAD_PARAMETER
    assert invoke(chain, CERTS, "CERTS_REVOKE", "org2 admin", cert_crl=revoke(authority, first, {}, NOW_MS).encoded).is_success
    assert [change.method for change in get_changes_as_org2(chain)] == ["CERT_ADD", "CERTS_REVOKE", "CERTS_REVOKE"]


def test_organisations_come_and_go(chain):
    root = make_organisation("org4").make_trust_root()
    added = {"org_id": "org4", "root": encode(root)}
    assert get_refusal(chain, make_transaction(CONFIG, "TRUST_ROOT_ADD", "org1 admin", **added)) is Rule.TX_NOT_ALLOWED
    assert get_refusal(chain, make_transaction("x", "y", "org4 client")) is Rule.TX_UNKNOWN_MEMBER
    assert invoke(chain, CONFIG, "TRUST_ROOT_ADD", *ADMINS, **added).is_success
    assert invoke(chain, "x", "y", "org4 client").code == Code.NO_CONTRACT
    assert invoke(chain, CONFIG, "TRUST_ROOT_ADD", *ADMINS, **added).code == Code.BAD_PARAMETER
    assert invoke(chain, CONFIG, "TRUST_ROOT_DELETE", *ADMINS, org_id="org4").is_success
    assert get_refusal(chain, make_transaction("x", "y", "org4 client")) is Rule.TX_UNKNOWN_MEMBER
    assert "org4" not in ask(chain, CONFIG, "GET_CHAIN_CONFIG", kind=Agreement).access.organisations


def test_an_organisation_changes_its_own_root_and_no_other(chain):
    others = {"org_id": "org1", "root": encode(make_organisation("org2").make_trust_root())}
    assert invoke(chain, CONFIG, "TRUST_ROOT_UPDATE", "org1 admin", **others).code == Code.BAD_PARAMETER
    own = {"org_id": "org1", "root": encode(make_organisation("org1").make_trust_root())}
    assert get_refusal(chain, make_transaction(CONFIG, "TRUST_ROOT_UPDATE", "org2 admin", **own)) is Rule.TX_NOT_ALLOWED
    assert invoke(chain, CONFIG, "TRUST_ROOT_UPDATE", "org1 admin", **own).is_success


def test_policies_are_set_changed_and_taken_back(chain):
    resource = {"resource_name": "greeter-put"}
    policy = resource | {"policy": encode(Policy("ANY", ("org2",)))}
    assert invoke(chain, CONFIG, "PERMISSION_UPDATE", *ADMINS, **policy).code == Code.BAD_PARAMETER
    assert invoke(chain, CONFIG, "PERMISSION_ADD", *ADMINS, **policy).is_success
    assert invoke(chain, CONFIG, "PERMISSION_ADD", *ADMINS, **policy).code == Code.BAD_PARAMETER
    assert get_refusal(chain, make_transaction("greeter", "put", "org1 client")) is Rule.TX_NOT_ALLOWED
    assert invoke(chain, CONFIG, "PERMISSION_DELETE", *ADMINS, **resource).is_success
    assert invoke(chain, "greeter", "put", "org1 client").code == Code.NO_CONTRACT


def test_closed_contracts_answer_nobody_and_nobody_closes_without_a_policy(chain):
    names = {"native_contract_name": "MULTI_SIGN"}
    closing = make_transaction("CONTRACT_MANAGE", "REVOKE_CONTRACT_ACCESS", *ADMINS, **names)
    assert get_refusal(chain, closing) is Rule.TX_NOT_ALLOWED
    for method in ("GRANT", "REVOKE"):
        policy = {"resource_name": f"CONTRACT_MANAGE-{method}_CONTRACT_ACCESS", "policy": encode(Policy("MAJORITY", (), (Role.ADMIN,)))}
        assert invoke(chain, CONFIG, "PERMISSION_ADD", *ADMINS, **policy).is_success
    extend(chain, closing)
    assert invoke(chain, "MULTI_SIGN", "REQ").code == Code.NO_CONTRACT
    assert ask(chain, "CONTRACT_MANAGE", "VERIFY_CONTRACT_ACCESS", **names).result == b"false"
    assert invoke(chain, "CONTRACT_MANAGE", "GRANT_CONTRACT_ACCESS", *ADMINS, **names).is_success
    assert invoke(chain, "MULTI_SIGN", "REQ").code == Code.BAD_PARAMETER
    for name in ("CHAIN_CONFIG", "CONTRACT_MANAGE", "greeter"):
        assert not invoke(chain, "CONTRACT_MANAGE", "REVOKE_CONTRACT_ACCESS", *ADMINS, native_contract_name=name).is_success


def test_the_log_has_every_change_in_order_and_no_failed_one(chain):
    frozen = hash_of(sign_as("org1 client")[0]).hex()
    extend(chain, *(make_transaction("CONTRACT_MANAGE", "INIT_CONTRACT", *ADMINS, **describe_code(name)) for name in ("b", "a", "b")))
    invoke(chain, CERTS, "CERTS_FREEZE", "org2 admin", cert_hashes=frozen)
    invoke(chain, CONFIG, "BLOCK_UPDATE", *ADMINS, limits=encode(Limits(max_block_transactions=50)))
    changes = get_changes_as_org2(chain)
    assert [change.number for change in changes] == [0, 1, 2, 3]
    assert [(change.method, change.subject) for change in changes] == [
        ("INIT_CONTRACT", "b"),
        ("INIT_CONTRACT", "a"),
        ("CERTS_FREEZE", frozen),
        ("BLOCK_UPDATE", "limits"),
    ]
    assert [change.organisation for change in changes] == ["org1", "org1", "org2", "org1"]
    events = list(chain.store.find_events("CONTRACT_MANAGE", "INIT_CONTRACT"))
    assert [event.event.data[0] for event in events] == [b"b", b"a"]


def get_changes_as_org2(chain):
    find = FindForQueries(chain.find_engine, chain.store)
    return ask(chain, "CHAIN_QUERY", "GET_CHANGES", "org2 client", Changes, find, first="0", limit="100").changes


def test_chain_query_reads_the_store_in_queries_only(chain):
    install(chain, "greeter")
    invoke(chain, "greeter", "put", key="a", value="b")
    find = FindForQueries(chain.find_engine, chain.store)
    block = chain.store.get_committed(2).block
    tx_id = block.transactions[0].tx_id

    def query(method, kind=None, **parameters):
        return ask(chain, "CHAIN_QUERY", method, kind=kind, find_engine=find, **parameters)

    assert query("GET_LAST_BLOCK", Block) == query("GET_BLOCK_BY_TX_ID", Block, txId=tx_id) == block
    assert query("GET_BLOCK_BY_HASH", Block, blockHash=chain.store.get_hash(2).hex()) == block
    assert query("GET_LAST_CONFIG_BLOCK", Block) == chain.genesis
    assert query("GET_FULL_BLOCK_BY_HEIGHT", FullBlock, blockHeight="2").receipts == chain.store.get_committed(2).receipts
    assert query("GET_TX_BY_TX_ID", FoundTransaction, txId=tx_id).transaction == block.transactions[0]
    path = query("GET_MERKLE_PATH_BY_TX_ID", BlockProof, txId=tx_id)
    assert get_proven(path, block.header, SUITE.hash) == block.transactions[0]
    assert query("GET_MERKLE_PATH_BY_TX_ID", txId="0" * 64).code == Code.FAILED
    for method, parameters in (("GET_BLOCK_BY_HEIGHT", {"blockHeight": "9"}), ("GET_BLOCK_BY_HASH", {"blockHash": "zz"})):
        assert query(method, **parameters).code == Code.FAILED
    assert query("GET_BLOCK_BY_HEIGHT", blockHeight="-1").code == Code.BAD_PARAMETER
    assert invoke(chain, "CHAIN_QUERY", "GET_LAST_BLOCK").code == Code.NO_CONTRACT


def test_a_query_writes_nothing_and_is_bounded(chain):
    install(chain, "greeter")
    before = chain.head
    for method, parameters in (("put", {"key": "a", "value": "b"}), ("delete", {"key": "a"}), ("emit", {"topic": "a", "data": "b"})):
        assert ask(chain, "greeter", method, **parameters).code == Code.READ_ONLY
    assert ask(chain, "greeter", "burn", key="a", rounds=b"\xff" * 8).code == Code.OUT_OF_GAS
    assert chain.head == before and chain.store.state.get("greeter", b"a") is None
