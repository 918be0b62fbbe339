"""Registered keys: an administrator manages those of their own organisation, and no others."""

from minichain.contracts.system.ballots import sign_vote
from minichain.contracts.system.multi_sign import RequestInfo
from minichain.crypto.suites import get_suite
from minichain.identity.access import AccessControl, RegisteredKey, TrustRoot
from minichain.identity.roles import Mode, Role
from minichain.ledger.chain import Chain
from minichain.ledger.configuration import Limits
from minichain.ledger.encoding import decode, encode
from minichain.ledger.execution import Code
from minichain.ledger.genesis import make_genesis
from minichain.ledger.proposal import make_block
from minichain.ledger.query import answer_query
from minichain.ledger.rules import Rule
from minichain.ledger.signatures import sign_transaction
from minichain.ledger.store import MemoryStore
from minichain.ledger.transaction import Payload, TxType, sort_parameters
from tests.contracts.system.consortium import FIND
from tests.identity.conftest import NOW_MS, make_key, make_key_member

SUITE = get_suite("international")


def make_chain():
    """Return a chain of two organisations with administrators 1 and 2, a node 10 and a client 20 of the second."""
    roots = tuple(TrustRoot(f"org{number}", (make_key_member(number).info,)) for number in (1, 2))
    keys = (RegisteredKey("org1", Role.CONSENSUS, make_key_member(10).info), RegisteredKey("org2", Role.CLIENT, make_key_member(20).info))
    access = AccessControl(Mode.REGISTERED_KEY, SUITE.name, roots, keys=keys)
    return Chain(MemoryStore(), make_genesis("keys", Limits(), access, NOW_MS), FIND)


def sign_as(who):
    """Return a signer by number."""
    return make_key_member(who), make_key("international", who)


def send(chain, who, method, contract="PUBKEY_MANAGE", **parameters):
    """Propose a block with one transaction and take it: return the code, or the rule by which it is refused."""
    receipt = submit(chain, who, contract, method, **parameters)
    return receipt if isinstance(receipt, Rule) else receipt.code


def submit(chain, who, contract, method, **parameters):
    """Propose a block with one transaction and take it: return the receipt, or the rule by which it is refused."""
    payload = Payload("keys", TxType.INVOKE, f"{chain.height + 1:064x}", NOW_MS, 0, contract, method, sort_parameters(parameters))
    proposal = make_block(chain, [sign_transaction(payload, sign_as(who), SUITE)], NOW_MS, sign_as(10))
    if proposal.refused:
        return proposal.refused[0][1].rule
    chain.apply_block(proposal.block)
    return chain.store.get_committed(chain.height).receipts[0]


def ask(chain, who, contract, method, **parameters):
    """Return what a query comes to."""
    payload = Payload("keys", TxType.QUERY, "0" * 64, NOW_MS, 0, contract, method, sort_parameters(parameters))
    return answer_query(chain, sign_transaction(payload, sign_as(who), SUITE), NOW_MS)


def test_an_administrator_manages_the_keys_of_their_own_organisation_and_no_others():
    chain = make_chain()
    new, others = make_key_member(30).info, make_key_member(20).info
    assert send(chain, 2, "PUBKEY_ADD", org_id=b"org1", pubkey=new, role=b"client") is Rule.TX_NOT_ALLOWED
    assert send(chain, 20, "PUBKEY_ADD", org_id=b"org2", pubkey=new, role=b"client") is Rule.TX_NOT_ALLOWED
    assert send(chain, 1, "PUBKEY_ADD", org_id=b"org1", pubkey=new, role=b"admin") == Code.BAD_PARAMETER
    assert send(chain, 1, "PUBKEY_ADD", org_id=b"org1", pubkey=new, role=b"client") == Code.OK
    assert send(chain, 1, "PUBKEY_ADD", org_id=b"org1", pubkey=new, role=b"client") == Code.BAD_PARAMETER
    # The policy looks at org_id; the key is another organisation's.
    assert send(chain, 1, "PUBKEY_DELETE", org_id=b"org1", pubkey=others) == Code.BAD_PARAMETER
    assert send(chain, 1, "PUBKEY_DELETE", org_id=b"org1", pubkey=new) == Code.OK
    assert [each.key for each in chain.configuration.access.keys] == [make_key_member(10).info, others]


def test_a_key_is_looked_up_by_itself():
    chain = make_chain()
    client, stranger = make_key_member(20).info, make_key_member(30).info
    found = ask(chain, 20, "PUBKEY_MANAGE", "PUBKEY_QUERY", pubkey=client)
    assert decode(RegisteredKey, found.result) == RegisteredKey("org2", Role.CLIENT, client)
    assert ask(chain, 20, "PUBKEY_MANAGE", "PUBKEY_QUERY", pubkey=stranger).code == Code.FAILED
    assert ask(chain, 20, "PUBKEY_MANAGE", "PUBKEY_QUERY", pubkey=b"no key").code == Code.BAD_PARAMETER
    send(chain, 2, "PUBKEY_DELETE", org_id=b"org2", pubkey=client)
    assert ask(chain, 1, "PUBKEY_MANAGE", "PUBKEY_QUERY", pubkey=client).code == Code.FAILED


def vote(chain, tx_id, who):
    """Vote yes, and carry the vote."""
    info = decode(RequestInfo, ask(chain, 1, "MULTI_SIGN", "QUERY", TX_ID=tx_id).result)
    sent = encode(sign_vote("keys", info.request, True, sign_as(who), SUITE))
    return submit(chain, 1, "MULTI_SIGN", "VOTE", TX_ID=tx_id, VOTE_INFO=sent)


def test_a_voter_who_was_given_another_role_counts_no_longer():
    chain = make_chain()
    limits = encode(Limits(max_block_transactions=50))
    names = {"SYS_CONTRACT_NAME": b"CHAIN_CONFIG", "SYS_METHOD": b"BLOCK_UPDATE"}
    tx_id = submit(chain, 1, "MULTI_SIGN", "REQ", **names, limits=limits).result
    assert vote(chain, tx_id, 2).result == b"OPEN"
    # org2 has a new administrator, 3, and registers the old one as a client.
    root = encode(TrustRoot("org2", (make_key_member(3).info,)))
    assert send(chain, 2, "TRUST_ROOT_UPDATE", "CHAIN_CONFIG", org_id=b"org2", root=root) == Code.OK
    assert send(chain, 3, "PUBKEY_ADD", org_id=b"org2", pubkey=make_key_member(2).info, role=b"client") == Code.OK
    again = vote(chain, tx_id, 2)
    assert again.code == Code.FAILED and "another role" in again.message
    assert vote(chain, tx_id, 1).result == b"OPEN"  # the vote of 2 is one of a client now
    assert chain.configuration.limits.max_block_transactions != 50
    assert vote(chain, tx_id, 3).result == b"ADOPTED"
    assert chain.configuration.limits.max_block_transactions == 50


def test_members_vote_on_keys():
    chain = make_chain()
    new = {"org_id": b"org2", "pubkey": make_key_member(30).info, "role": b"client"}
    tx_id = submit(chain, 20, "MULTI_SIGN", "REQ", SYS_CONTRACT_NAME=b"PUBKEY_MANAGE", SYS_METHOD=b"PUBKEY_ADD", **new).result
    assert not vote(chain, tx_id, 1).is_success  # it is org2's key
    assert vote(chain, tx_id, 2).result == b"ADOPTED"
    assert ask(chain, 30, "PUBKEY_MANAGE", "PUBKEY_QUERY", pubkey=new["pubkey"]).is_success
