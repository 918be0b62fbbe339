"""Registered keys: an administrator manages those of their own organisation, and no others."""

from minichain.crypto.suites import get_suite
from minichain.identity.access import AccessControl, RegisteredKey, TrustRoot
from minichain.identity.roles import Mode, Role
from minichain.ledger.chain import Chain
from minichain.ledger.configuration import Limits
from minichain.ledger.execution import Code
from minichain.ledger.genesis import make_genesis
from minichain.ledger.proposal import make_block
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


def send(chain, who, method, **parameters):
    """Propose a block with one transaction and take it: return the code, or the rule by which it is refused."""
    payload = Payload("keys", TxType.INVOKE, f"{chain.height + 1:064x}", NOW_MS, 0, "PUBKEY_MANAGE", method, sort_parameters(parameters))
    transaction = sign_transaction(payload, (make_key_member(who), make_key("international", who)), SUITE)
    proposal = make_block(chain, [transaction], NOW_MS, (make_key_member(10), make_key("international", 10)))
    if proposal.refused:
        return proposal.refused[0][1].rule
    chain.apply_block(proposal.block)
    return chain.store.get_committed(chain.height).receipts[0].code


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
