"""Who asked for it: signing payloads and headers, and checking many of them at once.

A payload is signed in a context that names its chain; a header is signed by its hash, in another context, so that a proposer's
signature can never be passed off as a transaction, nor the other way round. `verify` in `minichain.crypto.signing` tells what a context
is; `minichain.crypto.batch` spreads the checks over all cores.

Simplifications: none. ChainMaker signs payload and header without a context; there the chain id inside of both has to do.
"""

from collections.abc import Callable, Iterator, Sequence

from minichain.crypto.batch import SignedMessage
from minichain.crypto.keys import PrivateKey, PublicKey
from minichain.crypto.suites import CryptoSuite
from minichain.identity.member import Member
from minichain.ledger.block import Header, compute_block_hash
from minichain.ledger.transaction import Endorsement, Payload, Transaction

Signer = tuple[Member, PrivateKey]
"""Who signs: the member as they are named on the chain, and their key."""

GetKey = Callable[[Member], PublicKey]
"""From a member to the key that they sign with; raises IdentityError for one that nobody vouches for."""


def get_transaction_context(chain_id: str) -> str:
    """Return the context in which payloads are signed on a chain."""
    return f"transaction on {chain_id}"


def get_block_context(chain_id: str) -> str:
    """Return the context in which proposers sign block hashes on a chain."""
    return f"block on {chain_id}"


def sign_payload(payload: Payload, signer: Signer, suite: CryptoSuite) -> Endorsement:
    """Return the signer's agreement to `payload`."""
    member, key = signer
    return Endorsement(member, suite.signature.sign(key, payload.encoded, context=get_transaction_context(payload.chain_id)))


def sign_transaction(payload: Payload, sender: Signer, suite: CryptoSuite, endorsers: Sequence[Signer] = ()) -> Transaction:
    """Return `payload` with the signatures of its sender and its endorsers."""
    return Transaction(payload, sign_payload(payload, sender, suite), tuple(sign_payload(payload, one, suite) for one in endorsers))


def sign_header(header: Header, key: PrivateKey, suite: CryptoSuite) -> bytes:
    """Return the proposer's signature of `header`."""
    return suite.signature.sign(key, compute_block_hash(header, suite.hash), context=get_block_context(header.chain_id))


# What is to be checked, for `verify_batch`


def list_transaction_signatures(transaction: Transaction, get_key: GetKey) -> Iterator[SignedMessage]:
    """Yield each signature of `transaction`, the sender's first, with what it must verify against."""
    payload = transaction.payload
    context = get_transaction_context(payload.chain_id)
    for endorsement in (transaction.sender, *transaction.endorsers):
        yield SignedMessage(get_key(endorsement.signer), payload.encoded, endorsement.signature, context)


def get_header_signature(header: Header, signature: bytes, get_key: GetKey, suite: CryptoSuite) -> SignedMessage:
    """Return the proposer's signature with what it must verify against."""
    return SignedMessage(get_key(header.proposer), compute_block_hash(header, suite.hash), signature, get_block_context(header.chain_id))
