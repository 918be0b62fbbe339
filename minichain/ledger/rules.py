"""What a transaction or a block may break: one rule, one number, one sentence that helps.

The numbers stand in answers to clients and in logs, so none is ever given another meaning. They are in the order in which the rules
are checked: what is cheap first, so that it costs an attacker more to send rubbish than it costs us to refuse it; signatures and
execution last.

Simplifications: none. ChainMaker has such codes for transactions (TxStatusCode); a block is refused there with a text.
"""

from enum import IntEnum
from typing import Final

from minichain.ledger.errors import LedgerError


class Rule(IntEnum):
    """What was broken."""

    # Anything that came as bytes
    MALFORMED = 1

    # A transaction
    TX_TOO_LARGE = 10
    TX_OTHER_CHAIN = 11
    TX_WRONG_TYPE = 12
    TX_LIMIT = 13
    TX_EXPIRED = 14
    TX_REPLAYED = 15
    TX_SEQUENCE = 16
    TX_UNKNOWN_MEMBER = 17
    TX_NOT_ALLOWED = 18
    TX_BAD_SIGNATURE = 19

    # A transaction that is well, but that the pool does not take
    POOL_FULL = 30
    POOL_HAS_IT = 31

    # A block: where it stands
    BLOCK_KNOWN = 50
    BLOCK_TOO_LARGE = 51
    BLOCK_VERSION = 52
    BLOCK_OTHER_CHAIN = 53
    BLOCK_FINAL = 54
    BLOCK_NO_PARENT = 55
    BLOCK_BAD_PARENT = 56
    BLOCK_HEIGHT = 57
    BLOCK_TIME = 58

    # A block: what it says about what it carries
    BLOCK_COUNT = 60
    BLOCK_CONFIGURATION = 61
    BLOCK_TRANSACTION_ROOT = 62
    BLOCK_DAG_HASH = 63
    BLOCK_UNKNOWN_PROPOSER = 64
    BLOCK_NOT_ALLOWED = 65
    BLOCK_BAD_SIGNATURE = 66
    BLOCK_CONSENSUS = 67

    # A block: what its transactions do
    BLOCK_DAG = 70
    BLOCK_RECEIPT_ROOT = 71
    BLOCK_RWSET_ROOT = 72
    BLOCK_STATE_ROOT = 73


ADVICE: Final = {
    Rule.MALFORMED: "The bytes are not the one encoding of what they should be. Encode it with the client library.",
    Rule.TX_TOO_LARGE: "The transaction has more bytes than this chain takes. Put large files elsewhere and their hash on the chain.",
    Rule.TX_OTHER_CHAIN: "The transaction was made for another chain. Use this chain's id, and sign again.",
    Rule.TX_WRONG_TYPE: "Only transactions of type INVOKE stand in blocks. Send a query to a node instead.",
    Rule.TX_LIMIT: "The transaction wants more gas than this chain allows for one. Ask for less, or split the work.",
    Rule.TX_EXPIRED: "The transaction's time is over. Send a new one with a later expiration and a new id.",
    Rule.TX_REPLAYED: "A transaction with this id is on the chain already. If you mean to do it again, use a new id.",
    Rule.TX_SEQUENCE: "This sender already has a transaction with this sequence or a later one. Use a larger number.",
    Rule.TX_UNKNOWN_MEMBER: "A signer is nobody that an organisation of this chain vouches for, or no longer is. Ask its administrator.",
    Rule.TX_NOT_ALLOWED: "The signers together may not do this. The chain's policy for it says which organisations and roles must sign.",
    Rule.TX_BAD_SIGNATURE: "A signature does not belong to this transaction and this signer. Somebody changed it, or the key is another.",
    Rule.POOL_FULL: "This node has as many transactions waiting as it takes. Wait a little, and send it again.",
    Rule.POOL_HAS_IT: "The transaction is waiting here already. There is nothing to do.",
    Rule.BLOCK_KNOWN: "The block is here already. There is nothing to do.",
    Rule.BLOCK_TOO_LARGE: "The block has more bytes than this chain takes.",
    Rule.BLOCK_VERSION: "The block is of a version that this program does not know. Update the program.",
    Rule.BLOCK_OTHER_CHAIN: "The block belongs to another chain.",
    Rule.BLOCK_FINAL: "The block competes with one that is final, and can never replace it.",
    Rule.BLOCK_NO_PARENT: "The block before it is not here yet. Fetch that one first.",
    Rule.BLOCK_BAD_PARENT: "The block stands on one that broke a rule.",
    Rule.BLOCK_HEIGHT: "The block's height is not one more than that of the block before it.",
    Rule.BLOCK_TIME: "The block's time is before that of the block before it.",
    Rule.BLOCK_COUNT: "The header's count is not that of the transactions, or there are more than this chain takes.",
    Rule.BLOCK_CONFIGURATION: "A configuration transaction must be alone in its block: all others would run under the old rules.",
    Rule.BLOCK_TRANSACTION_ROOT: "The header belongs to other transactions, or to the same ones in another order.",
    Rule.BLOCK_DAG_HASH: "The header belongs to another DAG.",
    Rule.BLOCK_UNKNOWN_PROPOSER: "The proposer is nobody that an organisation of this chain vouches for.",
    Rule.BLOCK_NOT_ALLOWED: "The proposer may not propose blocks on this chain: that takes the role consensus.",
    Rule.BLOCK_BAD_SIGNATURE: "The signature does not belong to this header and this proposer.",
    Rule.BLOCK_CONSENSUS: "The consensus engine does not accept the block.",
    Rule.BLOCK_DAG: "The DAG is not the one that follows from what the transactions read and wrote.",
    Rule.BLOCK_RECEIPT_ROOT: "Executing the transactions gives other receipts than the header says.",
    Rule.BLOCK_RWSET_ROOT: "Executing the transactions reads or writes something else than the header says.",
    Rule.BLOCK_STATE_ROOT: "Executing the transactions leads to another world state than the header says.",
}
"""For each rule, what somebody who broke it should know or do."""


class InvalidError(LedgerError):
    """A transaction or a block breaks a rule: `rule` says which, the message what exactly."""

    def __init__(self, rule: Rule, message: str) -> None:
        super().__init__(f"{rule.name} ({int(rule)}): {message}")
        self.rule = rule
        self.reason = message

    @property
    def advice(self) -> str:
        """What to do about it."""
        return ADVICE[self.rule]
