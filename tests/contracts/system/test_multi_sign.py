"""Members vote one after the other: what counts, what does not, and what an attacker would send."""

import pytest

from minichain.contracts.system.ballots import VotingStatus, sign_vote
from minichain.contracts.system.multi_sign import OPEN_MS, RequestInfo
from minichain.ledger.encoding import encode
from minichain.ledger.execution import Code
from tests.contracts.system.consortium import (
    ADMINS,
    CHAIN_ID,
    SUITE,
    ask,
    describe_code,
    extend,
    install,
    invoke,
    make_chain,
    make_transaction,
    propose,
    sign_as,
)
from tests.identity.conftest import hash_of


@pytest.fixture
def chain():
    return make_chain()


def request(chain, contract="CONTRACT_MANAGE", method="INIT_CONTRACT", who="org2 client", **parameters):
    """Ask for a change, by default for a contract, and return the request's id."""
    parameters = parameters or describe_code("greeter", "tiny one init")
    receipt = invoke(chain, "MULTI_SIGN", "REQ", who, SYS_CONTRACT_NAME=contract, SYS_METHOD=method, **parameters)
    assert receipt.is_success, receipt
    return receipt.result.decode()


def look(chain, tx_id):
    return ask(chain, "MULTI_SIGN", "QUERY", kind=RequestInfo, TX_ID=tx_id)


def make_vote(chain, tx_id, who, is_agreed=True, chain_id=CHAIN_ID, about=None):
    """Return a signed vote, by default on the very request of that id."""
    return encode(sign_vote(chain_id, look(chain, about or tx_id).request, is_agreed, sign_as(who), SUITE))


def vote(chain, tx_id, who, is_agreed=True, carrier="org3 client", time_ms=None, gas=0):
    return invoke(
        chain, "MULTI_SIGN", "VOTE", carrier, TX_ID=tx_id, VOTE_INFO=make_vote(chain, tx_id, who, is_agreed), time_ms=time_ms, gas=gas
    )


def test_the_call_is_made_by_the_vote_that_makes_a_majority_and_for_whoever_asked(chain):
    tx_id = request(chain)
    assert vote(chain, tx_id, "org1 admin").result == b"OPEN"
    assert ask(chain, "greeter", "word").code == Code.NO_CONTRACT
    assert vote(chain, tx_id, "org2 admin").result == b"ADOPTED"
    assert ask(chain, "greeter", "word").result == b"one"
    # org3 carried the votes; the contract was made by org2, which asked.
    assert ask(chain, "greeter", "get", key="made by").result == b"org2"
    assert look(chain, tx_id).voting.status is VotingStatus.ADOPTED
    late = vote(chain, tx_id, "org3 admin")
    assert late.code == Code.FAILED and "adopted" in late.message


def test_those_who_say_no_can_end_a_request(chain):
    tx_id = request(chain)
    assert [vote(chain, tx_id, who, False).result for who in ADMINS[:2]] == [b"OPEN", b"REFUSED"]
    assert vote(chain, tx_id, "org3 admin").code == Code.FAILED
    assert ask(chain, "greeter", "word").code == Code.NO_CONTRACT


def test_a_vote_counts_once(chain):
    tx_id = request(chain)
    vote(chain, tx_id, "org1 admin")
    assert "already" in vote(chain, tx_id, "org1 admin").message
    assert "already" in vote(chain, tx_id, "org1 admin", False).message
    assert vote(chain, tx_id, "org1 admin2").result == b"OPEN"  # another voice of the same organisation is no second one
    assert ask(chain, "greeter", "word").code == Code.NO_CONTRACT


def test_a_vote_is_for_one_request_one_answer_and_one_chain(chain):
    tx_id, other = request(chain), request(chain, **describe_code("greeter", "tiny evil"))
    before = chain.store.state.get("MULTI_SIGN", b"voting/" + tx_id.encode())
    good = make_vote(chain, tx_id, "org1 admin")
    for info in (
        make_vote(chain, tx_id, "org1 admin", about=other),  # the payload was changed
        make_vote(chain, tx_id, "org1 admin", chain_id="other"),
        good[:-1] + bytes([good[-1] ^ 1]),
        make_vote(chain, tx_id, "org1 admin", False).replace(b"\0", b"\1", 1),
    ):
        assert not invoke(chain, "MULTI_SIGN", "VOTE", TX_ID=tx_id, VOTE_INFO=info).is_success
    assert chain.store.state.get("MULTI_SIGN", b"voting/" + tx_id.encode()) == before


def test_only_those_whom_the_policy_counts_may_vote(chain):
    tx_id = request(chain)
    assert "another role" in vote(chain, tx_id, "org1 client").message
    assert vote(chain, tx_id, "org4 admin").code == Code.BAD_PARAMETER


def test_whoever_was_frozen_meanwhile_counts_no_longer(chain):
    tx_id = request(chain)
    vote(chain, tx_id, "org1 admin")
    frozen = hash_of(sign_as("org1 admin")[0]).hex()
    assert invoke(chain, "CERT_MANAGE", "CERTS_FREEZE", "org2 admin", cert_hashes=frozen).is_success
    assert vote(chain, tx_id, "org1 admin", False).code == Code.BAD_PARAMETER
    assert vote(chain, tx_id, "org2 admin").result == b"OPEN"  # org1's earlier vote is gone
    assert vote(chain, tx_id, "org3 admin").result == b"ADOPTED"


def test_a_request_closes(chain):
    tx_id = request(chain)
    receipt = vote(chain, tx_id, "org1 admin", time_ms=look(chain, tx_id).request.closes_ms)
    assert receipt.code == Code.FAILED and OPEN_MS > 0


def test_too_little_gas_or_a_failing_call_ends_no_request(chain):
    tx_id = request(chain)
    vote(chain, tx_id, "org1 admin")
    assert vote(chain, tx_id, "org2 admin", gas=4100).code == Code.OUT_OF_GAS
    assert look(chain, tx_id).voting.status is VotingStatus.OPEN
    install(chain, "greeter")  # now the name is taken
    assert vote(chain, tx_id, "org2 admin").code == Code.FAILED
    assert len(look(chain, tx_id).voting.votes) == 1


@pytest.mark.parametrize(
    ("contract", "method"),
    [("greeter", "put"), ("MULTI_SIGN", "VOTE"), ("CONTRACT_MANAGE", "GET_CONTRACT_LIST"), ("CONTRACT_MANAGE", "GRANT_CONTRACT_ACCESS")],
)
def test_only_changes_that_a_policy_governs_can_be_asked_for(chain, contract, method):
    receipt = invoke(chain, "MULTI_SIGN", "REQ", SYS_CONTRACT_NAME=contract, SYS_METHOD=method)
    assert receipt.code in (Code.BAD_PARAMETER, Code.FAILED)


def test_a_vote_is_alone_in_its_block(chain):
    tx_id = request(chain)
    info = make_vote(chain, tx_id, "org1 admin")
    block = propose(chain, make_transaction("x", "y"), make_transaction("MULTI_SIGN", "VOTE", TX_ID=tx_id, VOTE_INFO=info)).block
    assert len(block.transactions) == 1
    extend(chain, make_transaction("MULTI_SIGN", "VOTE", TX_ID=tx_id, VOTE_INFO=info))
