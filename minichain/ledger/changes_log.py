"""The log of changes: what was changed about a chain itself, by whom, in which order.

Every change of the configuration, the members or the contracts leaves one entry, written in the same transaction as the change, so there
is none without the other. The entries are numbered without gaps; the number is read before it is written, so two changes in one block
conflict, and the block's DAG keeps their order. A change that fails leaves no entry: that it was tried says its receipt.

An auditor who has a header can have each entry proved from the state (see `proofs`), and from its transaction's id gets whoever signed.

Simplifications: ChainMaker numbers the versions of its configuration (`sequence`) and keeps the rest in the blocks; a log in the state
costs an entry for each change and can be read without them.
"""

from dataclasses import dataclass
from typing import Final

from minichain.ledger.encoding import decode, encode
from minichain.ledger.execution import Call, Host
from minichain.ledger.system_names import CHAIN_QUERY
from minichain.ledger.view import View

LOG_CONTRACT: Final = CHAIN_QUERY
"""Under whose name the log lies: the contract that reads it out."""

PREFIX: Final = b"change/"
COUNT_KEY: Final = b"changes"
NUMBER_BYTES: Final = 8
ENTRY_GAS: Final = 200


@dataclass(frozen=True)
class Change:
    """One entry."""

    number: int
    """From 0 on, without gaps."""
    height: int
    tx_id: str
    contract: str
    method: str
    subject: str
    """What was changed: an organisation, a resource, a certificate's hash, a contract."""
    organisation: str
    name: str
    """Who asked for it: the sender of the transaction, or of the request that was voted on."""
    request: str
    """The id of the request that members voted on, or empty if they all signed this transaction."""


def add_change(call: Call, view: View, host: Host, subject: str) -> None:
    """Write that `call` changed `subject`, and announce it under the method's name."""
    host.meter.charge(ENTRY_GAS)
    number = count_changes(view)
    sender = call.sender
    change = Change(
        number, call.block.height, call.tx_id, call.contract, call.method, subject, sender.org_id, sender.name, call.request or ""
    )
    view.put(LOG_CONTRACT, PREFIX + encode_number(number), encode(change))
    view.put(LOG_CONTRACT, COUNT_KEY, encode_number(number + 1))
    view.emit(call.contract, call.method, (subject.encode(), encode_number(number)))


def count_changes(view: View) -> int:
    """Return how many entries the log has."""
    return int.from_bytes(view.get(LOG_CONTRACT, COUNT_KEY) or b"", "big")


def list_changes(view: View, first: int, limit: int) -> list[Change]:
    """Return at most `limit` entries from the number `first` on."""
    found = view.iterate(LOG_CONTRACT, PREFIX + encode_number(first), PREFIX + b"\xff" * (NUMBER_BYTES + 1), limit)
    return [decode(Change, value) for _, value in found]


def encode_number(number: int) -> bytes:
    """Return a number so that keys are in its order."""
    return number.to_bytes(NUMBER_BYTES, "big")
