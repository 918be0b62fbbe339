"""Is it valid? One rule after the other, for a transaction and for a block, each with its number.

What a transaction needs to be valid does not depend on what it will do: it is of this chain and of a size that it takes, its time is not
over, its id is new, its sequence goes up, its signers are members, may do this, and did sign. A block needs to stand where it says, to
carry what its header says, and to come from somebody who may propose; `chain` then executes it and compares the rest.

Simplifications: a block may bear any time from its parent's on; that it is not from the future is for consensus to say, which has a
clock. Two names of one member, certificate and hash, are two senders for their sequences.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Final

from minichain.crypto.batch import SignedMessage, verify_batch
from minichain.crypto.keys import PublicKey
from minichain.crypto.suites import CryptoSuite
from minichain.identity.errors import IdentityError
from minichain.identity.member import Identity, Member
from minichain.identity.roles import Mode, Role
from minichain.identity.transaction_policy import decide_transaction
from minichain.ledger.block import BLOCK_VERSION, Block, Header, compute_dag_hash
from minichain.ledger.configuration import Configuration, Limits, is_configuration, needs_policy
from minichain.ledger.proofs import compute_transaction_root
from minichain.ledger.rules import InvalidError, Rule
from minichain.ledger.signatures import get_header_signature, list_transaction_signatures
from minichain.ledger.transaction import Transaction, TxType

INVOKE_RESOURCE: Final = "INVOKE_CONTRACT"
"""What policies call the right to send transactions."""

ORGANISATION_PARAMETER: Final = "org_id"
"""Names the organisation that a transaction touches, for policies that want that organisation alone to sign (SELF)."""


@dataclass(frozen=True)
class Surroundings:
    """What a transaction or a block is judged by: the branch of the chain up to where it will stand."""

    chain_id: str
    configuration: Configuration
    time_ms: int
    """The time of the block that it stands in, or will."""
    is_used: Callable[[str], bool]
    """Whether the branch has a transaction with this id."""
    get_sequence: Callable[[Member], int]
    """The largest sequence of a sender on the branch."""
    known: dict[Member, Identity] = field(default_factory=dict, repr=False)
    """Who has been identified for this block already: senders come back, and certificates take time to check."""

    def identify(self, member: Member) -> Identity:
        """Return who that is at the time of the block, or raise IdentityError."""
        identity = self.known.get(member)
        if identity is None:
            identity = self.known[member] = self.configuration.access.identify(member, self.time_ms)
        return identity

    def get_key(self, member: Member) -> PublicKey:
        """Return the key that a member signs with."""
        return self.identify(member).public_key


Finding = str | None
"""What is wrong, or None."""


def raise_first(findings: Iterator[tuple[Rule, Finding]]) -> None:
    """Raise InvalidError for the first rule that is broken. Those after it are not looked at."""
    for rule, finding in findings:
        if finding is not None:
            raise InvalidError(rule, finding)


# Transactions


def validate_transaction(transaction: Transaction, around: Surroundings) -> None:
    """Raise InvalidError unless `transaction` may stand in a block here. Its signatures are for `validate_signatures`."""
    raise_first(check_transaction(transaction, around))


def check_transaction(transaction: Transaction, around: Surroundings) -> Iterator[tuple[Rule, Finding]]:
    """Yield each rule with what is wrong."""
    payload, limits = transaction.payload, around.configuration.limits
    size, largest = len(transaction.encoded), limits.max_transaction_bytes
    yield Rule.TX_TOO_LARGE, None if size <= largest else f"{size} bytes; this chain takes {largest}"
    is_here = payload.chain_id == around.chain_id
    yield Rule.TX_OTHER_CHAIN, None if is_here else f"it is for the chain {payload.chain_id!r}, this is {around.chain_id!r}"
    yield Rule.TX_WRONG_TYPE, None if payload.tx_type == TxType.INVOKE else f"its type is {payload.tx_type.name}"
    yield Rule.TX_LIMIT, None if payload.limit <= limits.max_gas else f"it wants {payload.limit} gas; {limits.max_gas} is the most"
    is_over = 0 < payload.expiration_ms <= around.time_ms
    yield Rule.TX_EXPIRED, f"it was good until {payload.expiration_ms}, and the block is of {around.time_ms}" if is_over else None
    yield Rule.TX_REPLAYED, f"the id {transaction.tx_id} is used" if around.is_used(transaction.tx_id) else None
    yield Rule.TX_SEQUENCE, find_sequence_error(transaction, around)
    try:
        signers = [around.identify(entry.signer) for entry in (transaction.sender, *transaction.endorsers)]
    except IdentityError as error:
        yield Rule.TX_UNKNOWN_MEMBER, str(error)
        return
    yield Rule.TX_NOT_ALLOWED, find_refusal(transaction, signers, around.configuration)


def find_sequence_error(transaction: Transaction, around: Surroundings) -> Finding:
    """Return what is wrong with the sequence. A gap is allowed: what is missing may have expired."""
    sequence = transaction.payload.sequence
    if sequence == 0:
        return None
    last = around.get_sequence(transaction.sender.signer)
    return None if sequence > last else f"the sequence is {sequence}, and {last} of the same sender came before"


def find_refusal(transaction: Transaction, signers: Sequence[Identity], configuration: Configuration) -> Finding:
    """Return why the signers, the sender first, may not do this."""
    payload, access = transaction.payload, configuration.access
    if needs_policy(payload.contract, payload.method) and access.get_policy(f"{payload.contract}-{payload.method}") is None:
        # A contract without a policy is open to everybody who may send transactions. These must never be.
        return f"no policy is set for {payload.contract}-{payload.method}"
    sender, *endorsers = signers
    touched = payload.get_parameter(ORGANISATION_PARAMETER)
    own_org = None if touched is None else touched.decode("utf-8", "replace")
    decision = decide_transaction(access, INVOKE_RESOURCE, payload.contract, payload.method, sender, endorsers, own_org)
    return None if decision.is_allowed else decision.reason


def validate_signatures(transactions: Sequence[Transaction], around: Surroundings, executor: Executor | None = None) -> None:
    """Raise InvalidError for the first signature that does not verify; `executor` is for `verify_batch`."""
    items: list[SignedMessage] = []
    owners: list[Transaction] = []
    for transaction in transactions:
        for item in list_transaction_signatures(transaction, around.get_key):
            items.append(item)
            owners.append(transaction)
    for index in verify_batch(items, executor):
        raise InvalidError(Rule.TX_BAD_SIGNATURE, f"a signature of {owners[index].tx_id} is not by its signer")


# Blocks: all that can be said without executing them


def validate_place(block: Block, parent: Header) -> None:
    """Raise InvalidError unless `block` can follow `parent`, which its header names."""
    raise_first(check_place(block.header, parent))


def check_place(header: Header, parent: Header) -> Iterator[tuple[Rule, Finding]]:
    """Yield each rule about where a block stands with what is wrong."""
    yield Rule.BLOCK_VERSION, None if header.version == BLOCK_VERSION else f"version {header.version}; this program knows {BLOCK_VERSION}"
    is_here = header.chain_id == parent.chain_id
    yield Rule.BLOCK_OTHER_CHAIN, None if is_here else f"it is of the chain {header.chain_id!r}, this is {parent.chain_id!r}"
    is_next = header.height == parent.height + 1
    yield Rule.BLOCK_HEIGHT, None if is_next else f"its height is {header.height}, and that of the block before it {parent.height}"
    is_later = header.timestamp_ms >= parent.timestamp_ms
    yield Rule.BLOCK_TIME, None if is_later else f"its time is {header.timestamp_ms}, and the block before it is of {parent.timestamp_ms}"


def validate_content(block: Block, around: Surroundings) -> None:
    """Raise InvalidError unless `block` carries what its header says, and comes from somebody who may propose it."""
    raise_first(check_limits(block, around.configuration.limits))
    raise_first(check_binding(block, around.configuration.suite))
    raise_first(check_proposer(block, around))


def check_limits(block: Block, limits: Limits) -> Iterator[tuple[Rule, Finding]]:
    """Yield each rule about how much a block carries with what is wrong."""
    size, count, most = len(block.encoded), len(block.transactions), limits.max_block_transactions
    yield Rule.BLOCK_TOO_LARGE, None if size <= limits.max_block_bytes else f"{size} bytes; this chain takes {limits.max_block_bytes}"
    yield Rule.BLOCK_COUNT, None if count <= most else f"{count} transactions; this chain takes {most}"
    is_alone = count == 1 or not any(map(is_configuration, block.transactions))
    yield Rule.BLOCK_CONFIGURATION, None if is_alone else f"it stands among {count} transactions"


def check_binding(block: Block, suite: CryptoSuite) -> Iterator[tuple[Rule, Finding]]:
    """Yield each rule by which a header binds what the block carries with what is wrong.

    Without these, anybody could send a good header with other transactions, and the hash of a good block would get a bad name.
    """
    header, count = block.header, len(block.transactions)
    is_same = header.transaction_count == count
    yield Rule.BLOCK_COUNT, None if is_same else f"the header counts {header.transaction_count} transactions, there are {count}"
    root = compute_transaction_root(block.transactions, suite.hash)
    yield Rule.BLOCK_TRANSACTION_ROOT, compare("the root of the transactions", root, header.transaction_root)
    yield Rule.BLOCK_DAG_HASH, compare("the hash of the DAG", compute_dag_hash(block.dag, suite.hash), header.dag_hash)


def check_proposer(block: Block, around: Surroundings) -> Iterator[tuple[Rule, Finding]]:
    """Yield each rule about who proposes a block with what is wrong. On a public chain anybody may: consensus decides who does."""
    header, suite = block.header, around.configuration.suite
    try:
        proposer = around.identify(header.proposer)
    except IdentityError as error:
        yield Rule.BLOCK_UNKNOWN_PROPOSER, str(error)
        return
    may_propose = around.configuration.access.mode is Mode.PUBLIC_KEY or proposer.role is Role.CONSENSUS
    yield Rule.BLOCK_NOT_ALLOWED, None if may_propose else f"{proposer.name} of {proposer.org_id} is no consensus node"
    item = get_header_signature(header, block.signature, around.get_key, suite)
    yield Rule.BLOCK_BAD_SIGNATURE, "the signature is not by the proposer of this header" if verify_batch([item]) else None


def validate_transactions(block: Block, around: Surroundings, executor: Executor | None = None) -> None:
    """Raise InvalidError for the first transaction that may not stand in `block`, where earlier ones of the block count too."""
    ids: set[str] = set()
    sequences: dict[Member, int] = {}
    inside = replace(
        around,
        is_used=lambda tx_id: tx_id in ids or around.is_used(tx_id),
        get_sequence=lambda sender: sequences.get(sender) or around.get_sequence(sender),
    )
    for transaction in block.transactions:
        validate_transaction(transaction, inside)
        ids.add(transaction.tx_id)
        if transaction.payload.sequence:
            sequences[transaction.sender.signer] = transaction.payload.sequence
    validate_signatures(block.transactions, inside, executor)


def compare(what: str, found: bytes, claimed: bytes) -> Finding:
    """Return how what was computed differs from what a header says."""
    return None if found == claimed else f"{what} is {found.hex()}, and the header says {claimed.hex()[:80]}"
