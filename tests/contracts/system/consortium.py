"""A consortium for tests: three organisations with certificates, and a runtime whose contracts are one line long.

The code of such a contract is `tiny WORD` and, if it has hooks, `init` and `upgrade`. It has the methods of the key-value engine, `word`,
which tells its code's word, and `who`, which tells who calls.
"""

from dataclasses import dataclass, replace

from minichain.contracts.system.find import FindInstalled, FindWithKeyValue
from minichain.contracts.system.runtimes import Loaded
from minichain.crypto.suites import get_suite
from minichain.identity.access import AccessControl
from minichain.identity.roles import Mode, Role
from minichain.ledger.chain import Chain
from minichain.ledger.configuration import Limits
from minichain.ledger.encoding import decode
from minichain.ledger.execution import Code, ContractError
from minichain.ledger.genesis import make_genesis
from minichain.ledger.keyvalue import METHODS, KeyValueEngine
from minichain.ledger.proposal import make_block
from minichain.ledger.query import answer_query
from minichain.ledger.signatures import sign_transaction
from minichain.ledger.store import MemoryStore
from minichain.ledger.transaction import Payload, TxType, sort_parameters
from tests.identity.conftest import NOW_MS, make_member, make_organisation

CHAIN_ID = "consortium"
SUITE = get_suite("international")
ORGANISATIONS = ("org1", "org2", "org3")
ADMINS = ("org1 admin", "org2 admin", "org3 admin")


@dataclass(frozen=True)
class TinyEngine:
    """Runs one tiny contract."""

    word: str

    def execute(self, call, view, host):
        """Run the method that is called."""
        if call.method in METHODS:
            return KeyValueEngine().execute(call, view, host)
        host.meter.charge(1)
        match call.method:
            case "word":
                return self.word.encode()
            case "who":
                return f"{call.sender.org_id} {call.caller}".encode()
            case "init" | "upgrade" if call.caller == "CONTRACT_MANAGE":
                view.put(call.contract, b"made by", call.sender.org_id.encode())
                for name, value in call.parameters:
                    if name == "fail":
                        raise ContractError(Code.FAILED, value.decode())
                    if name == "reach":
                        return bytes([host.call_contract(*value.decode().split("."), ()).code])
                    view.put(call.contract, name.encode(), value)
                return b"hook"
        raise ContractError(Code.NO_METHOD, f"no method {call.method}")


def load_tiny(code):
    """Return a tiny contract."""
    words = code.decode(errors="replace").split()
    if len(words) < 2 or words[0] != "tiny" or not set(words[2:]) <= {"init", "upgrade"}:
        raise ContractError(Code.BAD_PARAMETER, "this is no tiny contract")
    return Loaded(TinyEngine(words[1]), len(words), frozenset(words[2:]))


FIND = FindInstalled({"TINY": load_tiny})
FIND_WITH_KEYVALUE = FindWithKeyValue(FIND)


def make_access(mode=Mode.CERTIFICATE, **fields):
    """Return whom the consortium believes at its start."""
    return AccessControl(mode, SUITE.name, tuple(make_organisation(each).make_trust_root() for each in ORGANISATIONS), **fields)


def make_chain(access=None, store=None, find_engine=FIND, **options):
    """Return the consortium's chain."""
    genesis = make_genesis(CHAIN_ID, Limits(), access or make_access(), NOW_MS)
    return Chain(store or MemoryStore(), genesis, find_engine, **options)


def sign_as(who):
    """Return a signer by organisation and name, `org1 admin`: the role is the name, but for nodes."""
    org_id, name = who.split()
    role = Role.CONSENSUS if name == "node" else Role[name.rstrip("0123456789").upper()]
    return make_member(org_id, name, role), make_organisation(org_id).issue(name, role)[1]


class Numbers:
    """Where ids of transactions come from: each is new, and the same in every run of a test."""

    last = 0


def make_transaction(contract, method, /, *signers, tx_type=TxType.INVOKE, gas=0, tx_id=None, **parameters):
    """Return a transaction by the first signer that the others endorse; if there are others, the first endorses too."""
    Numbers.last += 1
    parameters = {name: value.encode() if isinstance(value, str) else value for name, value in parameters.items()}
    tx_id = tx_id or f"{Numbers.last:064x}"
    payload = Payload(CHAIN_ID, tx_type, tx_id, NOW_MS, 0, contract, method, sort_parameters(parameters), limit=gas)
    sender, *others = [sign_as(who) for who in signers or ("org1 client",)]
    return sign_transaction(payload, sender, SUITE, [sender, *others] if others else [])


def propose(chain, *transactions, time_ms=None):
    """Return what a node makes of these transactions."""
    return make_block(chain, transactions, chain.head.timestamp_ms + 1 if time_ms is None else time_ms, sign_as("org1 node"))


def extend(chain, *transactions, time_ms=None):
    """Add a block with these transactions, and return their receipts."""
    proposal = propose(chain, *transactions, time_ms=time_ms)
    assert not proposal.refused, proposal.refused
    assert len(proposal.block.transactions) == len(transactions)
    chain.apply_block(proposal.block)
    return chain.store.get_committed(chain.height).receipts


def invoke(chain, contract, method, /, *signers, time_ms=None, **parameters):
    """Add a block with one transaction, and return its receipt."""
    (receipt,) = extend(chain, make_transaction(contract, method, *signers, **parameters), time_ms=time_ms)
    return receipt


def get_refusal(chain, transaction):
    """Return the rule by which no block takes the transaction."""
    ((_, error),) = propose(chain, transaction).refused
    return error.rule


def ask(chain, contract, method, /, who="org1 client", kind=None, find_engine=None, **parameters):
    """Return what a query comes to: its outcome, or the value in its result if a kind is given."""
    query = make_transaction(contract, method, who, tx_type=TxType.QUERY, **parameters)
    outcome = answer_query(chain, query, chain.head.timestamp_ms, find_engine)
    if kind is None:
        return outcome
    assert outcome.is_success, outcome
    return decode(kind, outcome.result)


def install(chain, name, /, code="tiny one", **parameters):
    """Install a contract by all administrators, and return the receipt."""
    return invoke(chain, "CONTRACT_MANAGE", "INIT_CONTRACT", *ADMINS, **describe_code(name, code), **parameters)


def describe_code(name, code="tiny one", version="1.0", runtime="TINY"):
    """Return the parameters that bring code."""
    return {"CONTRACT_NAME": name, "CONTRACT_VERSION": version, "CONTRACT_RUNTIME_TYPE": runtime, "CONTRACT_BYTECODE": code}


def change(transaction, **fields):
    """Return the transaction with other fields of its payload under the old signatures."""
    return replace(transaction, payload=replace(transaction.payload, **fields))
