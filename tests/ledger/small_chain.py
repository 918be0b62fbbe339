"""A chain for tests: four members by their Ed25519 keys, the key-value engine, and a clock that tests move."""

from dataclasses import replace

from minichain.crypto.key_encoding import encode_public_key
from minichain.crypto.suites import get_suite
from minichain.identity.access import AccessControl, RegisteredKey, TrustRoot
from minichain.identity.member import Member, MemberKind
from minichain.identity.roles import Mode, Role
from minichain.ledger.chain import Chain
from minichain.ledger.configuration import Limits
from minichain.ledger.encoding import encode
from minichain.ledger.genesis import make_genesis
from minichain.ledger.keyvalue import find_keyvalue_engine
from minichain.ledger.proposal import make_block
from minichain.ledger.signatures import sign_header, sign_transaction
from minichain.ledger.store import MemoryStore
from minichain.ledger.transaction import Payload, TxType, sort_parameters

CHAIN_ID = "test"
START_MS = 1_000_000
SUITE = get_suite("international")
NAMES = ("node", "Ann", "Bob", "admin")
ROLES = {"node": Role.CONSENSUS, "Ann": Role.CLIENT, "Bob": Role.CLIENT, "admin": Role.ADMIN}
KEYS = {name: SUITE.signature.private_type(bytes([number]) * 32) for number, name in enumerate(NAMES, 1)}
PUBLIC_KEYS = {name: SUITE.signature.compute_public_key(key) for name, key in KEYS.items()}
MEMBERS = {name: Member("org1", MemberKind.PUBLIC_KEY, encode_public_key(key)) for name, key in PUBLIC_KEYS.items()}
SIGNERS = {name: (MEMBERS[name], KEYS[name]) for name in NAMES}


def make_access(banned=()):
    """Return who may do what, with all but the `banned`."""
    keys = tuple(RegisteredKey("org1", ROLES[name], MEMBERS[name].info) for name in NAMES if name not in (*banned, "admin"))
    return AccessControl(Mode.REGISTERED_KEY, SUITE.name, (TrustRoot("org1", (MEMBERS["admin"].info,)),), keys=keys)


GENESIS = make_genesis(CHAIN_ID, Limits(), make_access(), START_MS)


def make_chain(store=None, **options):
    """Return a chain on a store, in memory if none is given."""
    return Chain(store or MemoryStore(), GENESIS, find_keyvalue_engine, **options)


def make_payload(number, method="put", contract="kv", **fields):
    """Return a payload whose id follows from `number`; what is no field of it is a parameter."""
    names = {"chain_id", "tx_type", "tx_id", "timestamp_ms", "expiration_ms", "sequence", "limit"}
    parameters = {name: fields.pop(name) for name in list(fields) if name not in names}
    plain = Payload(
        CHAIN_ID, TxType.INVOKE, f"{number:064x}", START_MS, 0, contract, method, sort_parameters(parameters), sequence=0, limit=0
    )
    return replace(plain, **fields)


def make_transaction(number, sender="Ann", endorsers=(), **fields):
    """Return a signed transaction; by default it puts a value."""
    if "method" not in fields:
        fields = {"key": b"key%d" % number, "value": b"%d" % number} | fields
    return sign_transaction(make_payload(number, **fields), SIGNERS[sender], SUITE, [SIGNERS[name] for name in endorsers])


def make_update(number, sender="admin", **limits):
    """Return a configuration transaction that changes limits."""
    return make_transaction(number, sender, contract="CHAIN_CONFIG", method="BLOCK_UPDATE", limits=encode(Limits(**limits)))


def make_ban(number, *names, sender="admin"):
    """Return a configuration transaction that shuts members out."""
    return make_transaction(number, sender, contract="CHAIN_CONFIG", method="CORE_UPDATE", access=encode(make_access(names)))


def propose(chain, transactions=(), time_ms=None):
    """Return the block that the node would make; everything must be valid."""
    proposal = make_block(chain, transactions, chain.head.timestamp_ms + 1 if time_ms is None else time_ms, SIGNERS["node"])
    assert not proposal.refused, proposal.refused
    return proposal.block


def extend(chain, *transactions, time_ms=None):
    """Add a block with these transactions, and return it."""
    block = propose(chain, transactions, time_ms)
    chain.apply_block(block)
    return block


def change(block, signer="node", **fields):
    """Return the block with other header fields, signed again: what a proposer that breaks rules would send."""
    header = replace(block.header, **fields)
    return replace(block, header=header, signature=sign_header(header, KEYS[signer], SUITE))


def get_summary(chain):
    """Return all that an observer could tell a chain by: what is refused must not change it."""
    store = chain.store
    blocks = [store.get_committed(height) for height in range(store.height + 1)]
    state = sorted(store.state.iterate_all())
    return blocks, state, store.final_height, store.get_branches(), chain.configuration
