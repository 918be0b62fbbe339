"""The genesis block: the one block that is trusted and not checked, because there is nothing before it.

It has one transaction, which writes the chain's configuration: suite, limits, who may do what. Nobody signs it. Its hash is what members
compare out of band before they join; two chains with the same hash began the same.

Simplifications: none. In ChainMaker a file (`bc.yml`) is made into the genesis block by every node; whoever's file differs has another
hash.
"""

from typing import Final

from minichain.crypto.keys import PublicKey
from minichain.crypto.suites import CryptoSuite, get_suite
from minichain.identity.access import AccessControl
from minichain.identity.member import Identity, Member, MemberKind
from minichain.ledger.block import BLOCK_VERSION, Block, Header, compute_dag_hash
from minichain.ledger.block_execution import Result, make_call, make_result
from minichain.ledger.commitment import StateTree
from minichain.ledger.configuration import (
    ACCESS,
    CONFIGURATION_CONTRACT,
    GENESIS_METHOD,
    LIMITS,
    Configuration,
    FindWithConfiguration,
    Limits,
    make_genesis_parameters,
)
from minichain.ledger.encoding import decode
from minichain.ledger.errors import LedgerError
from minichain.ledger.execution import BlockContext
from minichain.ledger.proofs import compute_transaction_root
from minichain.ledger.serial import execute_serially
from minichain.ledger.state import MemoryState
from minichain.ledger.store import MemoryStore
from minichain.ledger.transaction import Endorsement, Payload, Transaction, TxType

NOBODY: Final = Member("", MemberKind.PUBLIC_KEY, b"")
NOBODY_IDENTITY: Final = Identity("", None, PublicKey(b""), "genesis")
"""Who sends the genesis transaction: nobody has been let in yet."""


class GenesisError(LedgerError):
    """A block is not one that a chain can begin with."""


def make_genesis(chain_id: str, limits: Limits, access: AccessControl, timestamp_ms: int) -> Block:
    """Return the block that a chain with this configuration begins with. Whoever has the same arguments has the same block."""
    suite = get_suite(limits.suite)
    tx_id = suite.hash(f"genesis of {chain_id}".encode()).hex()
    parameters = make_genesis_parameters(limits, access)
    payload = Payload(chain_id, TxType.INVOKE, tx_id, timestamp_ms, 0, CONFIGURATION_CONTRACT, GENESIS_METHOD, parameters)
    transaction = Transaction(payload, Endorsement(NOBODY, b""))
    result = execute_genesis(transaction, Configuration(limits, suite, access))
    header = Header(
        version=BLOCK_VERSION,
        chain_id=chain_id,
        height=0,
        previous_hash=bytes(suite.hash.digest_size),
        transaction_count=1,
        transaction_root=compute_transaction_root([transaction], suite.hash),
        receipt_root=result.receipt_root,
        rwset_root=result.rwset_root,
        state_root=result.update.root,
        dag_hash=compute_dag_hash(result.dag, suite.hash),
        timestamp_ms=timestamp_ms,
        proposer=NOBODY,
        consensus_arguments=b"",
    )
    return Block(header, (transaction,), result.dag)


def execute_genesis(transaction: Transaction, configuration: Configuration) -> Result:
    """Return what the genesis transaction does, or raise GenesisError if it does not succeed."""
    payload = transaction.payload
    call = make_call(transaction, NOBODY_IDENTITY, BlockContext(payload.chain_id, 0, payload.timestamp_ms), configuration)
    find_engine = FindWithConfiguration(lambda contract, view: None)
    tree = StateTree(MemoryStore().nodes, configuration.suite.hash)
    result = make_result([call], execute_serially([call], MemoryState(), find_engine), tree, tree.empty_root, configuration)
    if not result.receipts[0].is_success:
        raise GenesisError(f"the configuration of the chain is not in order: {result.receipts[0].message}")
    return result


def get_genesis_suite(genesis: Block) -> CryptoSuite:
    """Return the suite that a genesis block chooses: whoever reads a chain needs it before anything else."""
    if genesis.height != 0 or len(genesis.transactions) != 1:
        raise GenesisError(
            f"a genesis block stands at height 0 with one transaction, not at {genesis.height} with {len(genesis.transactions)}"
        )
    document = genesis.transactions[0].payload.get_parameter(LIMITS)
    if document is None:
        raise GenesisError("the genesis transaction has no limits, so the chain has no suite")
    return get_suite(decode(Limits, document).suite)


def validate_genesis(genesis: Block) -> Result:
    """Return what the genesis block does. Raise GenesisError unless it is the one that `make_genesis` makes of what it holds."""
    suite = get_genesis_suite(genesis)
    payload = genesis.transactions[0].payload
    limits = decode(Limits, payload.get_parameter(LIMITS) or b"")
    access = decode(AccessControl, payload.get_parameter(ACCESS) or b"")
    if genesis != make_genesis(payload.chain_id, limits, access, payload.timestamp_ms):
        raise GenesisError("the genesis block is not the one that follows from the configuration in it")
    return execute_genesis(genesis.transactions[0], Configuration(limits, suite, access))
